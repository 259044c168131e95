//! Finds dates, times, durations, sets and ranges, and resolves the relative ones.
//!
//! Evidence: calendar words, numbers and the words around them, read once from left to right; at each
//! place the first rule that fits wins, and the rules of a place are tried longest first.
//! Example: published on Monday 17 May 2021, `on Sunday` → `Sunday` = `2021-05-16`, anchor published.
//! Misses: other languages beyond ISO dates, expressions that hang on an event (`a week after the vote`),
//! years of two digits; see `tests/spec/dates.md` and its neighbours.

mod absolute;
mod clock;
mod duration;
mod holiday;
mod relative;
mod tense;
mod when;
mod words;

use crate::model::{Anchor, DateKind, DateMention, Grain, Published, Span, limits};
use crate::text::{Token, TokenKind};
use jiff::civil::Date;
use when::When;
use words::Word;

/// All temporal expressions in `tokens`, in text order. `published` is what relative ones are counted
/// from; without it they are left out, save those that need no date (`now` → `PRESENT_REF`). Tokens inside
/// `skip` (the publication date's own span) are not reported again.
pub fn find(
    text: &str,
    tokens: &[Token],
    published: Option<&Published>,
    skip: Option<Span>,
) -> Vec<DateMention> {
    let mut scan = Scan::new(text, tokens, published.map(|published| published.day));
    let mut mentions = Vec::new();
    let mut at = 0;
    while at < tokens.len() && mentions.len() < limits::DATES_MAX {
        if skip.is_some_and(|skip| skip.overlaps(tokens[at].span)) {
            at += 1;
            scan.floor = at;
            continue;
        }
        let believable = |found: &Found| found.when.is_none_or(When::is_believable);
        let Some(found) = expression(&scan, at).filter(believable) else {
            at += 1;
            continue;
        };
        debug_assert!(found.to > at, "{} found nothing at {at}", found.rule);
        let found = widened(&scan, found);
        at = found.to;
        scan.remember(&found);
        let extent = Span { start: tokens[found.from].span.start, end: tokens[found.to - 1].span.end };
        if !skip.is_some_and(|skip| skip.overlaps(extent)) {
            mentions.push(found.mention(extent));
        }
    }
    mentions
}

/// The article as the rules see it, and what has been found so far.
struct Scan<'a> {
    text: &'a str,
    tokens: &'a [Token],
    words: Vec<Word>,
    published: Option<Date>,
    /// The last place in the calendar that was named.
    previous: Option<When>,
    /// The last quarter that was named: company reports compare with it all through.
    quarter: Option<When>,
    /// The first token that belongs to no earlier expression.
    floor: usize,
}

/// An expression as a rule found it, in tokens.
struct Found {
    from: usize,
    to: usize,
    value: String,
    kind: DateKind,
    grain: Grain,
    anchor: Option<Anchor>,
    rule: &'static str,
    when: Option<When>,
}

impl<'a> Scan<'a> {
    fn new(text: &'a str, tokens: &'a [Token], published: Option<Date>) -> Self {
        let words = tokens.iter().map(|token| class_of(text, token)).collect();
        Self { text, tokens, words, published, previous: None, quarter: None, floor: 0 }
    }

    /// The class of a token; `Stop` beyond either end.
    fn class(&self, at: usize) -> Word {
        self.words.get(at).copied().unwrap_or(Word::Stop)
    }

    fn word(&self, at: usize) -> &'a str {
        self.tokens.get(at).map_or("", |token| token.span.of(self.text))
    }

    fn is(&self, at: usize, word: &str) -> bool {
        self.word(at).eq_ignore_ascii_case(word)
    }

    fn is_any(&self, at: usize, words: &[&str]) -> bool {
        let here = self.word(at);
        words.iter().any(|word| here.eq_ignore_ascii_case(word))
    }

    /// Whether the token before `at` is one of `words`.
    fn after_any(&self, at: usize, words: &[&str]) -> bool {
        at.checked_sub(1).is_some_and(|before| self.is_any(before, words))
    }

    /// The class of the token before `at`.
    fn class_before(&self, at: usize) -> Word {
        at.checked_sub(1).map_or(Word::Stop, |before| self.class(before))
    }

    fn is_capitalised(&self, at: usize) -> bool {
        self.word(at).starts_with(char::is_uppercase)
    }

    /// Whether nothing stands between the token at `at` and the next.
    fn touches_next(&self, at: usize) -> bool {
        matches!(self.tokens.get(at..at + 2), Some([one, two]) if one.span.end == two.span.start)
    }

    /// The place after a hyphen at `at`, if one is there.
    fn past_hyphen(&self, at: usize) -> usize {
        at + usize::from(self.class(at) == Word::Hyphen)
    }

    fn past(&self, at: usize, words: &[&str]) -> usize {
        at + usize::from(self.is_any(at, words))
    }

    fn remember(&mut self, found: &Found) {
        self.floor = found.to;
        if let Some(when) = found.when {
            self.previous = Some(when);
            // One that was compared with it must not take its place, or each comparison goes a year further.
            if matches!(when, When::Quarter(..)) && !matches!(found.rule, "quarter-compared" | "year-ago") {
                self.quarter = Some(when);
            }
        }
    }
}

impl Found {
    fn when(from: usize, to: usize, when: When, anchor: Option<Anchor>, rule: &'static str) -> Self {
        let kind = if when.is_time() { DateKind::Time } else { DateKind::Date };
        Self { from, to, value: when.value(), kind, grain: when.grain(), anchor, rule, when: Some(when) }
    }

    fn text(
        span: (usize, usize),
        value: impl Into<String>,
        kind: DateKind,
        grain: Grain,
        rule: &'static str,
    ) -> Self {
        let value = value.into();
        Self { from: span.0, to: span.1, value, kind, grain, anchor: None, rule, when: None }
    }

    /// `now`, `recently`: no place in the calendar, but a side of the present.
    fn reference(from: usize, to: usize, value: &str, rule: &'static str) -> Self {
        Self::text((from, to), value, DateKind::Date, Grain::Day, rule)
    }

    fn mention(self, span: Span) -> DateMention {
        let Self { value, kind, grain, anchor, rule, .. } = self;
        DateMention { span, value, kind, grain, anchor, rule }
    }
}

fn class_of(text: &str, token: &Token) -> Word {
    let word = token.span.of(text);
    match token.kind {
        TokenKind::Word => words::class(word),
        TokenKind::Number => Word::Digits,
        TokenKind::Mixed => Word::Mixed,
        TokenKind::Clitic => Word::Clitic,
        TokenKind::Mark => match word {
            "-" | "–" | "‑" => Word::Hyphen,
            "." | ";" | ":" | "?" | "!" | "—" => Word::Stop,
            _ => Word::Mark,
        },
    }
}

/// The expression that starts at `at`: which rules are tried is decided by its first token.
fn expression(scan: &Scan, at: usize) -> Option<Found> {
    match scan.class(at) {
        Word::Digits => clock::time(scan, at)
            .or_else(|| absolute::digits(scan, at))
            .or_else(|| duration::find(scan, at)),
        Word::Mixed => {
            clock::time(scan, at).or_else(|| absolute::mixed(scan, at)).or_else(|| duration::find(scan, at))
        }
        Word::Mark => absolute::short_decade(scan, at),
        Word::Noon | Word::Midnight => clock::time(scan, at),
        Word::Month(_) => absolute::month(scan, at),
        Word::Weekday(_) | Word::WeekdayShort(_) => relative::weekday(scan, at),
        Word::Weekdays(day) => Some(duration::every_weekday(scan, at, at, day)),
        Word::Count(_) => duration::find(scan, at).or_else(|| absolute::year_in_words(scan, at)),
        Word::A | Word::Half | Word::Vague => duration::find(scan, at),
        Word::Ordinal(_) => absolute::ordinal(scan, at).or_else(|| relative::framed(scan, at)),
        Word::Fiscal => absolute::fiscal(scan, at),
        Word::Season(_) => absolute::season(scan, at),
        Word::Holiday => holiday::find(scan, at),
        Word::Unit(_) | Word::Units(_) | Word::Often(_) => duration::bare(scan, at),
        Word::Weekend => relative::weekend(scan, at),
        Word::The => relative::with_article(scan, at),
        Word::Every
        | Word::This
        | Word::That
        | Word::Last
        | Word::Next
        | Word::Past
        | Word::Coming
        | Word::Previous
        | Word::Following
        | Word::Same
        | Word::Current
        | Word::Latest
        | Word::Recent => relative::framed(scan, at),
        Word::Today
        | Word::Tonight
        | Word::Yesterday
        | Word::Tomorrow
        | Word::Now
        | Word::Formerly
        | Word::Soon => relative::plain(scan, at),
        _ => None,
    }
}

/// Takes in `early`, `late`, `mid-` and the article before an expression, as `TimeML` does.
fn widened(scan: &Scan, mut found: Found) -> Found {
    let before = |from: usize| from.checked_sub(1).filter(|at| *at >= scan.floor);
    if found.when.is_some() {
        if let Some(at) = before(found.from).filter(|at| scan.class(*at) == Word::Early) {
            found.from = at;
        } else if let Some(at) = before(found.from).filter(|at| scan.class(*at) == Word::Hyphen)
            && let Some(first) = before(at).filter(|at| scan.class(*at) == Word::Early)
        {
            found.from = first;
        }
    }
    let fine = matches!(found.when, Some(When::Day(_) | When::Month(..) | When::Year(_) | When::Clock(..)));
    let framed = matches!(found.rule, "framed" | "framed-length");
    if (!fine || framed)
        && !matches!(found.kind, DateKind::Set | DateKind::Range)
        && let Some(at) = before(found.from).filter(|at| scan.class(*at) == Word::The)
    {
        found.from = at;
    }
    found
}
