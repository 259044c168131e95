//! What the text states right beside a place name: `Paris, Texas`, `Hyderabad in Pakistan`, `the Syrian city of Homs`.

use super::Found;
use crate::lexicon::demonyms;
use crate::lexicon::places::{Identity, Meaning, meanings, region_by_code};
use crate::model::Span;
use crate::text::{Token, TokenKind};

/// Where a place is said to be, and by what form of words.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Stated {
    pub(super) within: Meaning,
    /// Whether the text says so outright, so that it holds of a place that the gazetteer lacks.
    pub(super) is_firm: bool,
    pub(super) evidence: &'static str,
    /// The tokens that say it.
    pub(super) start: usize,
}

/// Words for a place after a people's or country's name: `the Syrian city of Homs`, `Pakistan's Punjab province`.
const PLACE_WORDS: [&str; 22] = [
    "capital",
    "city",
    "coast",
    "county",
    "district",
    "governorate",
    "island",
    "municipality",
    "neighborhood",
    "neighbourhood",
    "port",
    "prefecture",
    "province",
    "region",
    "resort",
    "state",
    "suburb",
    "territory",
    "town",
    "townships",
    "valley",
    "village",
];
/// Most words between the people's name and the place's.
const GAP_WORDS_MAX: usize = 6;

/// Everything the text states of where the place is, most telling first.
pub(super) fn find(text: &str, tokens: &[Token], place: &Found) -> Vec<Stated> {
    let mut found = after(text, tokens, place.tokens.end);
    found.extend(before(text, tokens, place.tokens.start));
    found
}

/// `, Texas`, `, Ill.`, `, TX`, `in northern Iraq`, `(Texas)`.
fn after(text: &str, tokens: &[Token], at: usize) -> Vec<Stated> {
    let word = |at: usize| tokens.get(at).map_or("", |token| token.span.of(text));
    let (start, evidence) = match word(at) {
        "," => (at + 1, "stated_after_comma"),
        "(" => (at + 1, "stated_in_brackets"),
        "in" | "of" => (at + 1, "stated_in"),
        _ => return Vec::new(),
    };
    let skipped = (start..start + 3).find(|at| word(*at).starts_with(char::is_uppercase));
    let Some(start) = skipped.filter(|own| *own == start || evidence == "stated_in") else {
        return Vec::new();
    };
    let Some((end, found)) = larger(text, tokens, start) else { return Vec::new() };
    // In `Quetta, Iran and Iraq` the comma makes a list.
    let is_list = evidence == "stated_after_comma" && matches!(word(end), "and" | "or" | "&");
    let is_firm = !is_list && start <= at + 2;
    found.into_iter().map(|within| Stated { within, is_firm, evidence, start }).collect()
}

/// The countries and regions that the longest run of words at `start` names, and where it ends.
fn larger(text: &str, tokens: &[Token], start: usize) -> Option<(usize, Vec<Meaning>)> {
    for words in (1..=3).rev() {
        let run = tokens.get(start..start + words).unwrap_or_default();
        let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
        if last.kind != TokenKind::Word || runs_on(text, last.span, tokens.get(start + words)) {
            continue;
        }
        let name = &text[first.span.start as usize..last.span.end as usize];
        let dotted = text
            .get(first.span.start as usize..last.span.end as usize + 1)
            .filter(|name| name.ends_with('.'));
        let found = dotted
            .map(named_larger)
            .filter(|found| !found.is_empty())
            .unwrap_or_else(|| named_larger(name));
        if !found.is_empty() {
            return Some((start + words, found));
        }
    }
    None
}

/// Whether a capitalised word follows, so that the name is part of a longer one.
fn runs_on(text: &str, last: Span, next: Option<&Token>) -> bool {
    next.is_some_and(|next| {
        let gap = &text[last.end as usize..next.span.start as usize];
        gap == " " && next.span.of(text).starts_with(char::is_uppercase)
    })
}

fn named_larger(name: &str) -> Vec<Meaning> {
    if name.len() == 2 && name.bytes().all(|b| b.is_ascii_uppercase()) {
        let code = ["US.", name].concat();
        if let Some(region) = region_by_code(&code) {
            return vec![region];
        }
    }
    let is_larger = |meaning: &Meaning| {
        matches!(meaning.identity, Identity::Country(_) | Identity::Region(_))
            || matches!(meaning.identity, Identity::Area(_)) && meaning.country.is_some()
    };
    meanings(name).into_iter().filter(is_larger).collect()
}

/// `Pakistan's Punjab`, `the Syrian city of Homs`, `the Pakistani port city of Karachi`.
fn before(text: &str, tokens: &[Token], at: usize) -> Option<Stated> {
    let word = |at: usize| tokens[at].span.of(text);
    let mut has_place_word = false;
    for back in 1..=GAP_WORDS_MAX {
        let own = at.checked_sub(back)?;
        let is_clitic = tokens[own].kind == TokenKind::Clitic;
        let is_capital = word(own).starts_with(char::is_uppercase);
        if is_clitic && (back <= 2 || has_place_word) {
            return of_country(text, tokens, own.checked_sub(1)?);
        }
        if is_capital {
            let group = demonyms::group(word(own)).filter(|_| has_place_word);
            let within = meanings_of(group?.country?)?;
            return Some(Stated { within, is_firm: true, evidence: "stated_before", start: own });
        }
        if tokens[own].kind != TokenKind::Word {
            return None;
        }
        has_place_word |= PLACE_WORDS.contains(&word(own));
    }
    None
}

fn meanings_of(code: &str) -> Option<Meaning> {
    crate::lexicon::places::country_by_code(code).map(|country| country.meaning())
}

/// The country whose name ends with the token at `at`.
fn of_country(text: &str, tokens: &[Token], at: usize) -> Option<Stated> {
    for words in (1..=3).rev() {
        let Some(start) = (at + 1).checked_sub(words) else { continue };
        let name = &text[tokens[start].span.start as usize..tokens[at].span.end as usize];
        if let Some(country) = crate::lexicon::places::country_named(name) {
            let within = country.meaning();
            return Some(Stated { within, is_firm: true, evidence: "stated_before", start });
        }
    }
    None
}
