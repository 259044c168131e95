//! Finds money, percentages, quantities and casualties.
//! Evidence: numbers in figures and words beside currency signs, codes and names, units, and words of harm; the
//! countries of the article tell which rupees or francs are meant.
//! Example: `$3.4 million` → 3400000 USD; `killed at least 12 people` → `12 people`, 12 killed.
//! Misses: counts without a number (`dozens of dead`), harm that is told without its usual words, casualties in other
//! languages than English; see `tests/spec/amounts.md`.

mod casualties;
mod harm;
mod measures;
mod money;
mod reach;

use super::segments::Segment;
use crate::model::{Amount, AmountKind, DateMention, Enriched, Language, Span, limits};
use crate::text::numbers::{DecimalMark, Reader};
use crate::text::{Token, TokenKind};

/// The amounts, in text order; what is part of a date is none.
#[inline(never)] // benches/linear.sh counts it by name
pub(super) fn find(text: &str, tokens: &[Token], segments: &[Segment], known: &Enriched) -> Vec<Amount> {
    let countries = countries(known);
    let mark = decimal_mark(known.language.as_ref());
    let has_sterling = text.contains('£');
    let mut dates = known.dates.as_slice();
    let mut amounts = Vec::new();
    for segment in segments {
        if amounts.len() >= limits::AMOUNTS_MAX {
            break;
        }
        let reader = Reader { text, tokens, end: segment.end, mark };
        dates = from_token(dates, tokens, segment.start);
        let scan = Scan { reader, start: segment.start, dates, countries: &countries, has_sterling };
        of_segment(&scan, &mut amounts);
    }
    amounts.truncate(limits::AMOUNTS_MAX);
    amounts
}

/// The dates that do not end before a token.
fn from_token<'d>(dates: &'d [DateMention], tokens: &[Token], at: usize) -> &'d [DateMention] {
    let start = tokens.get(at).map_or(u32::MAX, |token| token.span.start);
    let before = dates.iter().take_while(|date| date.span.end <= start).count();
    &dates[before..]
}

/// The article's countries, the likeliest first.
fn countries(known: &Enriched) -> Vec<&'static str> {
    let dateline = known.dateline.as_ref().and_then(|dateline| dateline.place.as_ref()?.country);
    known.focus_countries.iter().map(|focus| focus.country).chain(dateline).collect()
}

/// Languages that part whole and fraction by a comma.
fn decimal_mark(language: Option<&Language>) -> DecimalMark {
    const COMMA: [&str; 26] = [
        "bg", "ca", "cs", "da", "de", "el", "es", "et", "fi", "fr", "hr", "hu", "id", "it", "lt", "lv",
        "nb", "nl", "no", "pl", "pt", "ro", "ru", "sv", "tr", "uk",
    ];
    let tag = language.map_or("en", |language| language.tag.as_str());
    let primary = tag.split('-').next().unwrap_or(tag);
    if COMMA.contains(&primary) { DecimalMark::Comma } else { DecimalMark::Point }
}

/// One segment as the rules see it.
struct Scan<'a> {
    /// Ends with the segment.
    reader: Reader<'a>,
    start: usize,
    /// Those that end in the segment or later.
    dates: &'a [DateMention],
    countries: &'a [&'static str],
    /// Whether pounds in this text have been seen to be money.
    has_sterling: bool,
}

/// An amount in tokens.
#[derive(Clone, Copy)]
struct Found {
    from: usize,
    to: usize,
    kind: AmountKind,
    value: f64,
    value_max: Option<f64>,
    unit: Option<&'static str>,
    rule: &'static str,
}

impl<'a> Scan<'a> {
    /// The word at a token; empty outside of the segment.
    fn word(&self, at: usize) -> &'a str {
        if at < self.start { "" } else { self.reader.word(at) }
    }

    fn before(&self, at: usize) -> &'a str {
        at.checked_sub(1).map_or("", |before| self.word(before))
    }

    fn is(&self, at: usize, word: &str) -> bool {
        self.word(at).eq_ignore_ascii_case(word)
    }

    fn is_any(&self, at: usize, words: &[&str]) -> bool {
        let here = self.word(at);
        words.iter().any(|word| here.eq_ignore_ascii_case(word))
    }

    fn is_word(&self, at: usize) -> bool {
        at < self.reader.end
            && self.reader.tokens.get(at).is_some_and(|token| token.kind == TokenKind::Word)
    }

    /// Whether nothing stands between a token and the next.
    fn touches_next(&self, at: usize) -> bool {
        at + 1 < self.reader.end && self.reader.gap(at).is_empty()
    }

    fn is_hyphen(&self, at: usize) -> bool {
        matches!(self.word(at), "-" | "–" | "‑")
    }

    /// The place after a hyphen that joins two words.
    fn past_hyphen(&self, at: usize) -> usize {
        let joins =
            self.is_hyphen(at) && at > self.start && self.touches_next(at - 1) && self.touches_next(at);
        at + usize::from(joins)
    }

    /// Whether the token belongs to a date; if so, the first one that does not.
    fn past_date(&self, at: usize) -> Option<usize> {
        let span = self.reader.tokens.get(at)?.span;
        let date = self.dates.iter().take_while(|date| date.span.start < span.end);
        let end = date.filter(|date| date.span.overlaps(span)).map(|date| date.span.end).max()?;
        let rest = &self.reader.tokens[at..self.reader.end];
        Some(at + rest.iter().take_while(|token| token.span.start < end).count())
    }
}

/// Every amount of a segment.
fn of_segment(scan: &Scan, amounts: &mut Vec<Amount>) {
    let mut counts = casualties::Counts::default();
    let mut found: Vec<Found> = Vec::new();
    // The last money of the segment whose currency was a name: a sign is repeated, a name often is not.
    let mut named: Option<Found> = None;
    let mut scan = Scan { reader: scan.reader, ..*scan };
    let mut at = scan.start;
    while at < scan.reader.end {
        scan.dates = from_token(scan.dates, scan.reader.tokens, at);
        if !may_start(&scan, at) {
            at += 1;
        } else if let Some(beyond) = scan.past_date(at) {
            at = beyond;
        } else if let Some(one) = measured(&scan, at, named.as_ref()) {
            at = one.to;
            named = (one.kind == AmountKind::Money && one.rule != "money-sign").then_some(one).or(named);
            found.push(one);
        } else {
            at = counts.read(&scan, at);
        }
    }
    found.extend(counts.harmed(&scan));
    found.sort_by_key(|one| one.from);
    amounts.extend(found.iter().map(|one| one.amount(scan.reader.tokens)));
}

/// Whether an amount may start with this token: numbers, signs and words may, other marks do not.
fn may_start(scan: &Scan, at: usize) -> bool {
    match scan.reader.tokens[at].kind {
        TokenKind::Clitic => false,
        TokenKind::Mark => !scan.word(at).is_ascii() || matches!(scan.word(at), "$" | "-"),
        _ => true,
    }
}

/// Money, a percentage or a quantity that starts at a token, with the second half of its range.
fn measured(scan: &Scan, at: usize, named: Option<&Found>) -> Option<Found> {
    let one = single(scan, at, named)?;
    Some(reach::joined(scan, one, |next| single(scan, next, None)).unwrap_or(one))
}

fn single(scan: &Scan, at: usize, named: Option<&Found>) -> Option<Found> {
    if let Some(found) = money::with_sign(scan, at) {
        return Some(found);
    }
    let (from, is_negative) = reach::sign(scan, at);
    let reach = reach::read(scan, from)?;
    let found = measures::percent(scan, &reach)
        .or_else(|| money::with_name(scan, &reach))
        .or_else(|| measures::quantity(scan, &reach));
    match found {
        Some(found) if is_negative => Some(Found { from: at, value: -found.value, ..found }),
        None if !is_negative => money::carried(scan, &reach, named),
        found => found,
    }
}

impl Found {
    fn amount(&self, tokens: &[Token]) -> Amount {
        let span = Span { start: tokens[self.from].span.start, end: tokens[self.to - 1].span.end };
        let Self { kind, value, value_max, unit, rule, .. } = *self;
        Amount { span, kind, value, value_max, unit, rule }
    }
}
