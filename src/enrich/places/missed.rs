//! Country names that stand in the text outside of every name the tagger found.

use super::Found;
use crate::enrich::names::{Name, NameKind};
use crate::lexicon::places;
use crate::model::{Dateline, Span};
use crate::text::{Token, TokenKind};
use std::collections::BTreeSet;

/// Most words of a country's name looked for: `Democratic Republic of the Congo`.
const WORDS_MAX: usize = 5;
/// Names of countries that are as often something else when they stand alone.
const OTHER_SENSES: [&str; 12] = [
    "Chad",
    "Emirates",
    "Georgia",
    "Holland",
    "Jersey",
    "Jordan",
    "Niger",
    "Persia",
    "Reunion",
    "St Martin",
    "Trinidad",
    "Turkey",
];
/// Abbreviations that are nothing else in the news.
const ABBREVIATIONS: [&str; 9] = ["DRC", "DPRK", "U.A.E.", "U.K.", "U.S.", "U.S.A.", "UAE", "UK", "USA"];

/// The countries, in text order.
pub(super) fn countries(
    text: &str,
    tokens: &[Token],
    names: &[Name],
    dateline: Option<&Dateline>,
) -> Vec<Found> {
    let dateline = dateline.map_or(Span::default(), |dateline| dateline.span);
    let people = people_words(text, names);
    let mut found = Vec::new();
    let mut next_name = 0;
    let mut at = 0;
    while at < tokens.len() {
        while names.get(next_name).is_some_and(|name| name.span.end <= tokens[at].span.start) {
            next_name += 1;
        }
        let free_until = names.get(next_name).map_or(u32::MAX, |name| name.span.start);
        if tokens[at].span.end > free_until || tokens[at].span.overlaps(dateline) {
            at += 1;
            continue;
        }
        let words = words_at(text, tokens, at, free_until);
        if let Some(place) =
            country_at(text, tokens, at, words).filter(|place| !people.contains(place.name.as_str()))
        {
            at = place.tokens.end;
            found.push(place);
        } else {
            at += words.max(1);
        }
    }
    found
}

/// How many capitalised words, with `of`, `the` and `and` between them, stand in a row.
fn words_at(text: &str, tokens: &[Token], at: usize, until: u32) -> usize {
    let mut end = at;
    let mut last = at;
    while let Some(token) = tokens.get(end) {
        let word = token.span.of(text);
        let is_joined = end == at || is_one_space(text, tokens[end - 1].span, token.span);
        let is_small = end > at && matches!(word, "of" | "the" | "and");
        let is_large = token.kind == TokenKind::Word && word.starts_with(char::is_uppercase);
        if !is_joined || token.span.end > until || end - at > WORDS_MAX || !(is_large || is_small) {
            break;
        }
        end += 1;
        if is_large {
            last = end;
        }
    }
    last - at
}

fn is_one_space(text: &str, before: Span, after: Span) -> bool {
    before.end < after.start && &text[before.end as usize..after.start as usize] == " "
}

/// The country that all capitalised words together name, or the last after `and`, or the first before it.
fn country_at(text: &str, tokens: &[Token], at: usize, words: usize) -> Option<Found> {
    let run = tokens.get(at..at + words).filter(|run| !run.is_empty())?;
    let joint = run.iter().position(|token| matches!(token.span.of(text), "and" | "of" | "the"));
    let ends = [Some(run.len()), joint];
    ends.into_iter().flatten().find_map(|end| country_of(text, tokens, at, at + end))
}

fn country_of(text: &str, tokens: &[Token], start: usize, end: usize) -> Option<Found> {
    let start = if is_determiner(tokens[start].span.of(text)) { start + 1 } else { start };
    let (first, last) = (tokens.get(start)?.span, tokens.get(end.checked_sub(1)?)?.span);
    // `US$10,000` is money.
    if start >= end || is_hyphened(text, first, last) || text[last.end as usize..].starts_with('$') {
        return None;
    }
    let span = Span { start: first.start, end: last.end };
    let name = span.of(text);
    let is_meant = if name.len() < 4 || name.contains('.') {
        ABBREVIATIONS.contains(&name) || name == "US" && !is_shouted(text, tokens, start)
    } else {
        !OTHER_SENSES.contains(&name)
    };
    let is_known = is_meant && places::is_country(name);
    let name = name.to_owned();
    is_known.then_some(Found { span, tokens: start..end, name, confidence: None, by: "gazetteer" })
}

fn is_determiner(word: &str) -> bool {
    matches!(
        word,
        "The"
            | "In"
            | "From"
            | "Of"
            | "For"
            | "But"
            | "And"
            | "As"
            | "While"
            | "When"
            | "With"
            | "At"
            | "If"
    )
}

/// Part of a compound such as `Air-France`; `US-led` is none.
fn is_hyphened(text: &str, first: Span, last: Span) -> bool {
    let follows_capital = text[last.end as usize..]
        .strip_prefix('-')
        .is_some_and(|rest| rest.starts_with(char::is_uppercase));
    text[..first.start as usize].ends_with('-') || follows_capital
}

/// `TELL US NOW`: capitals all around say nothing about the word.
fn is_shouted(text: &str, tokens: &[Token], at: usize) -> bool {
    let is_capitals = |token: &Token| {
        let word = token.span.of(text);
        token.kind == TokenKind::Word && word.len() > 3 && word.chars().all(char::is_uppercase)
    };
    tokens.get(at + 1).is_some_and(is_capitals)
        || at.checked_sub(1).is_some_and(|before| is_capitals(&tokens[before]))
}

/// The words of people's names: a country's name among them is that person here too.
fn people_words<'a>(text: &'a str, names: &[Name]) -> BTreeSet<&'a str> {
    let people = names.iter().filter(|name| name.kind == NameKind::Person);
    people.flat_map(|name| name.span.of(text).split(' ')).collect()
}
