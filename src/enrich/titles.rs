//! Finds titles, offices and ranks, and what they are an office of.
//! Evidence: the lexicon's words in the order a title has them; countries and organisations beside the title.
//! Example: `acting Foreign Minister of Peru Ana Duarte` → title `acting Foreign Minister`, office of PE.
//! Misses: posts named by a word that the lexicon lacks; honours after a name.

use super::names::{Name, NameKind};
use super::segments::Segment;
use crate::lexicon::demonyms::group;
use crate::lexicon::titles::{
    BEFORE, BOUND, COURTESY, Duties, FEMALE, FIELD, GRADE, HEAD, MALE, OFFICE, POST, RANK, SHORT, TAIL,
    duties,
};
use crate::lexicon::{organisations::subkind, places};
use crate::model::Span;
use crate::text::{Token, TokenKind};
use std::ops::Range;

/// A run of words that reads as one title.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct TitleRun {
    pub(super) span: Span,
    pub(super) tokens: Range<usize>,
    /// What the word can do that the title turns on.
    pub(super) head: Duties,
    /// Whether it is written with capitals: `Energy Minister`.
    pub(super) is_capital: bool,
}

impl TitleRun {
    /// Whether it means nobody without a name after it.
    pub(super) fn needs_name(&self) -> bool {
        self.head.has(COURTESY | BEFORE)
    }
}

/// Longest title, in tokens; a list of posts is not one title.
const TOKENS_MAX: usize = 14;

/// How far into a name a title may start, in tokens: `United States Secretary of State Ana Duarte`.
const COUNTRY_TOKENS_MAX: usize = 3;

/// The titles of the article, in order, none overlapping another or a name. Names that hold a title lose it.
#[inline(never)] // benches/linear.sh counts it by name
pub(super) fn find(
    text: &str,
    tokens: &[Token],
    segments: &[Segment],
    names: &mut Vec<Name>,
) -> Vec<TitleRun> {
    without_titles(text, tokens, names);
    let mut found = Vec::new();
    let mut names = names.iter().peekable();
    for segment in segments {
        let mut at = segment.start;
        while at < segment.end {
            while names.next_if(|name| name.tokens.end <= at).is_some() {}
            let (start, end) = names
                .peek()
                .map_or((segment.end, segment.end), |name| (name.tokens.start, name.tokens.end));
            if start <= at {
                at = end;
                continue;
            }
            match run_at(text, tokens, at, start.min(segment.end)) {
                Some(run) => {
                    at = run.tokens.end;
                    found.push(run);
                }
                None => at += 1,
            }
        }
    }
    found
}

/// Taggers take `Prime Minister` for a name, and `US President Joe Smith` for all of one.
fn without_titles(text: &str, tokens: &[Token], names: &mut Vec<Name>) {
    let mut countries = Vec::new();
    names.retain_mut(|name| {
        if tokens[name.tokens.start].kind == TokenKind::Clitic && name.tokens.len() > 1 {
            *name = part(tokens, name, name.tokens.start + 1, name.tokens.end);
        }
        if let Some(start) = swallowed(text, tokens, name) {
            let is_left = start > name.tokens.start;
            if is_left {
                *name = part(tokens, name, name.tokens.start, start);
            }
            return is_left;
        }
        let Some(run) = title_in(text, tokens, name) else { return true };
        if run.tokens.start > name.tokens.start {
            countries.push(Name {
                kind: NameKind::Place,
                ..part(tokens, name, name.tokens.start, run.tokens.start)
            });
        }
        if run.tokens.end < name.tokens.end {
            *name = Name { kind: NameKind::Person, ..part(tokens, name, run.tokens.end, name.tokens.end) };
        }
        name.tokens.start >= run.tokens.end
    });
    if !countries.is_empty() {
        names.extend(countries);
        names.sort_by_key(|name| name.span);
    }
}

/// A title that has no place in its name: at its start, or after the country that it is an office of.
fn title_in(text: &str, tokens: &[Token], name: &Name) -> Option<TitleRun> {
    let (start, end) = (name.tokens.start, name.tokens.end);
    let starts = start..end.min(start + COUNTRY_TOKENS_MAX);
    let run = starts.into_iter().find_map(|at| run_at(text, tokens, at, end))?;
    let country = &text[name.span.start as usize..run.span.start.max(name.span.start) as usize];
    if run.tokens.start > start && places::country(country.trim_end()).is_none() {
        return None;
    }
    let is_clear = run.head.has(COURTESY | SHORT)
        || run.tokens.len() > 1
        || run.head.has(OFFICE) && !run.head.has(MALE | FEMALE);
    let rest = tokens.get(run.tokens.end).filter(|_| run.tokens.end < end);
    let is_sure = match (name.kind, rest) {
        (NameKind::Person, Some(rest)) => is_clear && is_capital(text, *rest),
        (NameKind::Person, None) => {
            run.tokens.len() > 1 || run.head.has(POST) && is(text, tokens, end, "of")
        }
        // `FM Marwat` is a person, `FM Radio` is not.
        (_, Some(rest)) => {
            let word = rest.span.of(text);
            run.head.has(OFFICE)
                && end == run.tokens.end + 1
                && is_capital(text, *rest)
                && subkind(&word.to_lowercase()).is_none()
        }
        (_, None) => run.tokens.len() > 1 || run.head.has(OFFICE | POST),
    };
    is_sure.then_some(run)
}

/// Where a title starts in a name that goes on behind it: `Vice` in `Vice President`, after a country if there is one.
fn swallowed(text: &str, tokens: &[Token], name: &Name) -> Option<usize> {
    let starts = name.tokens.clone().take(COUNTRY_TOKENS_MAX);
    let start = starts.into_iter().find(|at| {
        let limit = tokens.len().min(name.tokens.end + 2);
        run_at(text, tokens, *at, limit)
            .is_some_and(|run| run.tokens.start == *at && run.tokens.end > name.tokens.end)
    })?;
    let before = &text[name.span.start as usize..tokens[start].span.start as usize];
    let is_nation = places::country(before.trim_end()).is_some() || group(before.trim_end()).is_some();
    (start == name.tokens.start || is_nation).then_some(start)
}

fn part(tokens: &[Token], name: &Name, start: usize, end: usize) -> Name {
    let span = Span { start: tokens[start].span.start, end: tokens[end - 1].span.end };
    Name { span, tokens: start..end, ..name.clone() }
}

/// The longest title that starts with this token and ends before `limit`.
fn run_at(text: &str, tokens: &[Token], start: usize, limit: usize) -> Option<TitleRun> {
    let limit = limit.min(start + TOKENS_MAX);
    let mut head: Option<(Duties, usize)> = None;
    let mut at = start;
    loop {
        let own = word_duties(text, tokens, at, limit);
        if own == Duties::default() {
            break;
        }
        let is_free = own.has(HEAD) && !(own.has(BOUND) && at == start);
        if let Some((duties, end)) = &mut head
            && own.has(TAIL)
        {
            (*duties, *end) = (*duties, at + 1);
        } else if is_free {
            head = Some((own, after_stop(text, tokens, at, own, limit)));
        }
        let next = after_stop(text, tokens, at, own, limit);
        match next_word(text, tokens, next, own, limit) {
            Some(word) => at = word,
            None => break,
        }
    }
    let (duties, end) = head?;
    if duties.has(COURTESY) && !is_capital(text, tokens[start]) {
        return None;
    }
    let start = capital_start(text, tokens, start..end)?;
    let end = complement(text, tokens, end, limit).unwrap_or(end);
    let span = Span { start: tokens[start].span.start, end: tokens[end - 1].span.end };
    let is_capital = is_capital(text, tokens[start]);
    Some(TitleRun { span, tokens: start..end, head: duties, is_capital })
}

fn word_duties(text: &str, tokens: &[Token], at: usize, limit: usize) -> Duties {
    let word = tokens.get(at).filter(|token| at < limit && token.kind == TokenKind::Word);
    word.map_or(Duties::default(), |token| duties(token.span.of(text)))
}

/// Past the full stop of an abbreviation.
fn after_stop(text: &str, tokens: &[Token], at: usize, own: Duties, limit: usize) -> usize {
    let is_stop =
        own.has(SHORT) && at + 1 < limit && touches(tokens, at + 1) && is(text, tokens, at + 1, ".");
    if is_stop { at + 2 } else { at + 1 }
}

/// Where the title goes on: the next word, the word after a hyphen, or after an `and` between two like words.
fn next_word(text: &str, tokens: &[Token], next: usize, own: Duties, limit: usize) -> Option<usize> {
    if next + 1 < limit && is(text, tokens, next, "-") && touches(tokens, next) && touches(tokens, next + 1)
    {
        let is_in_chief = is(text, tokens, next + 1, "in") && next + 3 < limit;
        return Some(if is_in_chief { next + 3 } else { next + 1 });
    }
    let other = word_duties(text, tokens, next, limit);
    if other != Duties::default() {
        return Some(next).filter(|_| follows(own, other));
    }
    let is_and = is(text, tokens, next, "and") || is(text, tokens, next, "&");
    let other = word_duties(text, tokens, next + 1, limit);
    let are_fields = own.has(FIELD) && !own.has(HEAD) && other.has(FIELD);
    (is_and && (are_fields || own.has(POST) && other.has(POST))).then_some(next + 1)
}

/// Whether a word goes on with a title: `Detective Captain` and `head coach` do, `Minister Fee` does not.
fn follows(own: Duties, other: Duties) -> bool {
    let is_open =
        !own.has(HEAD) || own.has(GRADE | FIELD) || other.has(TAIL) || own.has(RANK) && other.has(RANK);
    is_open && (!other.has(COURTESY) || own.has(COURTESY))
}

/// Lower-case words before a capital head are the sentence's own: `for peace Secretary Lee`.
fn capital_start(text: &str, tokens: &[Token], run: Range<usize>) -> Option<usize> {
    let last = run.clone().rev().find(|at| tokens[*at].kind == TokenKind::Word)?;
    let is_initials = tokens[last].span.of(text).chars().all(char::is_uppercase);
    if !is_capital(text, tokens[last]) || is_initials {
        return Some(run.start);
    }
    run.clone().find(|at| is_capital(text, tokens[*at])).or(Some(run.start))
}

/// `of State`, `for Health and Welfare`, `of the Interior`, `of virology`: the end of what completes the title.
fn complement(text: &str, tokens: &[Token], end: usize, limit: usize) -> Option<usize> {
    let is_link = is(text, tokens, end, "of") || is(text, tokens, end, "for");
    if !is_link || end + 1 >= limit {
        return None;
    }
    let has_article = is(text, tokens, end + 1, "the");
    let first = if has_article { end + 2 } else { end + 1 };
    let mut at = first;
    while word_duties(text, tokens, at, limit).has(FIELD) {
        let is_and = is(text, tokens, at + 1, "and") && word_duties(text, tokens, at + 2, limit).has(FIELD);
        at = if is_and { at + 2 } else { at + 1 };
    }
    if at == first && is(text, tokens, end - 1, "professor") {
        at += usize::from(is_plain_word(text, tokens, first, limit));
    }
    let is_known = at > first && (!has_article || is_article_field(text, tokens[first]));
    is_known.then(|| complement(text, tokens, at, limit).unwrap_or(at))
}

fn is_article_field(text: &str, token: Token) -> bool {
    is_capital(text, token) || token.span.of(text) == "opposition"
}

fn is_plain_word(text: &str, tokens: &[Token], at: usize, limit: usize) -> bool {
    let word = tokens.get(at).filter(|token| at < limit && token.kind == TokenKind::Word);
    word.is_some_and(|token| {
        token.span.len() > 3 && token.span.of(text).bytes().all(|b| b.is_ascii_lowercase())
    })
}

/// Whether the token is this word, in any case.
pub(super) fn is(text: &str, tokens: &[Token], at: usize, word: &str) -> bool {
    tokens.get(at).is_some_and(|token| token.span.of(text).eq_ignore_ascii_case(word))
}

/// Whether the token stands against the one before it.
pub(super) fn touches(tokens: &[Token], at: usize) -> bool {
    at > 0 && tokens.get(at).is_some_and(|token| token.span.start == tokens[at - 1].span.end)
}

pub(super) fn is_capital(text: &str, token: Token) -> bool {
    token.span.of(text).chars().next().is_some_and(char::is_uppercase)
}
