//! The names of persons as words, found and compared.

use super::{Page, title_before};
use crate::enrich::names::{Name, NameKind};
use crate::enrich::titles::{TitleRun, is, is_capital, touches};
use crate::lexicon::first_names::Gender;
use crate::lexicon::places;
use crate::lexicon::titles::{self as lexicon, COURTESY, Duties, OFFICE, POST, RANK, duties};
use crate::model::Span;
use crate::text::{Token, TokenKind};
use std::collections::BTreeSet;

/// A name of a person in the text.
pub(super) struct Form {
    /// Index into the names.
    pub(super) name: usize,
    pub(super) span: Span,
    /// Lower case, without initials' full stops, `Jr.` and articles like `al-`.
    pub(super) words: Vec<String>,
    /// Of the titles before it.
    pub(super) gender: Option<Gender>,
    pub(super) is_titled: bool,
}

/// Longest name taken after a title, in words.
const WORDS_MAX: usize = 4;

/// Family names that stand first where they are at home.
const FAMILY_FIRST: &[&str] = &[
    "bae", "cai", "cao", "chang", "chen", "cheng", "cho", "choi", "chung", "deng", "ding", "do", "dong",
    "du", "duong", "fan", "fang", "feng", "gao", "gong", "gu", "guo", "han", "he", "ho", "hong", "hu",
    "huang", "hwang", "jang", "jeong", "ji", "jia", "jiang", "jin", "jo", "jung", "kang", "kim", "kong",
    "kwon", "lai", "lam", "lau", "le", "lee", "lei", "leung", "li", "liang", "liao", "lim", "lin", "liu",
    "lu", "luo", "ma", "meng", "min", "moon", "ngo", "nguyen", "oh", "pan", "park", "peng", "pham", "phan",
    "qian", "qin", "qiu", "ren", "ri", "ryu", "seo", "shen", "shi", "shin", "sim", "son", "song", "su",
    "sun", "tan", "tang", "tian", "tran", "tsai", "wang", "wei", "wen", "wong", "woo", "wu", "xi", "xia",
    "xiao", "xie", "xu", "xue", "yan", "yang", "yao", "ye", "yeung", "yi", "yin", "yoo", "yoon", "yu",
    "yuan", "zeng", "zhang", "zhao", "zheng", "zhong", "zhou", "zhu",
];

/// Small words inside a name.
const PARTICLES: &[&str] = &[
    "al", "bin", "bint", "da", "das", "de", "del", "della", "den", "der", "di", "dos", "du", "el", "ibn",
    "la", "le", "ter", "van", "von", "y", "zu",
];

/// Surnames that are words too; at the start of a sentence only the tagger may tell them apart. Sorted.
const WORDS_TOO: &[&str] = &[
    "about", "after", "all", "also", "and", "any", "banks", "best", "black", "brown", "but", "cross",
    "day", "early", "even", "few", "field", "gold", "good", "grant", "gray", "green", "hall", "hand",
    "hill", "house", "how", "hunt", "in", "king", "last", "law", "little", "long", "love", "major", "man",
    "many", "mark", "may", "moon", "more", "most", "new", "north", "page", "park", "power", "price",
    "rice", "rich", "rose", "sharp", "short", "small", "so", "south", "stone", "strong", "such", "than",
    "the", "then", "there", "to", "was", "wells", "were", "west", "white", "will", "wood", "woods",
    "young",
];

/// Capitalised words that follow a title and are no name.
const NO_NAMES: &[&str] = &[
    "april",
    "august",
    "december",
    "february",
    "friday",
    "january",
    "july",
    "june",
    "march",
    "monday",
    "november",
    "october",
    "saturday",
    "september",
    "sunday",
    "thursday",
    "tuesday",
    "wednesday",
];

/// Whether a family name stands first: `Kim Jong Un`.
pub(super) fn is_family_first(word: &str) -> bool {
    FAMILY_FIRST.binary_search(&word).is_ok()
}

/// Every name of a person, in text order.
pub(super) fn read(page: Page, names: &[Name]) -> Vec<Form> {
    let people = names.iter().enumerate().filter(|(_, name)| name.kind == NameKind::Person);
    let forms = people.map(|(at, name)| {
        let title = title_before(page, name.tokens.start);
        let gender = title.and_then(|run| lexicon::gender(page.titles[run].span.of(page.text)));
        let words = words(page, name);
        Form { name: at, span: name.span, words, gender, is_titled: title.is_some() }
    });
    forms.filter(|form| !form.words.is_empty()).collect()
}

fn words(page: Page, name: &Name) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for at in name.tokens.clone() {
        let token = page.tokens[at];
        if !matches!(token.kind, TokenKind::Word | TokenKind::Mixed) {
            continue;
        }
        let word = token.span.of(page.text).to_lowercase();
        let is_joined =
            at > name.tokens.start && touches(page.tokens, at) && is(page.text, page.tokens, at - 1, "-");
        match words.last_mut().filter(|_| is_joined) {
            Some(last) if matches!(last.as_str(), "al" | "el") => *last = word,
            Some(last) => {
                last.push('-');
                last.push_str(&word);
            }
            None => words.push(word.trim_end_matches('.').to_owned()),
        }
    }
    while words.len() > 1 && matches!(words[words.len() - 1].as_str(), "jr" | "sr" | "ii" | "iii" | "iv") {
        words.pop();
    }
    words
}

/// Whether two forms of two or more words can be one person's: one holds the words of the other in order.
pub(super) fn are_one(one: &[String], other: &[String]) -> bool {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    let mut rest = long.iter();
    let is_held = short.iter().all(|word| rest.any(|longer| is_like(word, longer)));
    if !is_held || short.len() < 2 {
        return false;
    }
    short.last() == long.last() || short.len() < long.len() && short[..2] == long[..2]
}

/// `J` and `John`, `Rob` and `Robert`.
fn is_like(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    long.starts_with(short) && (short.len() == long.len() || short.len() >= 3 || short.chars().count() == 1)
}

/// A capitalised title and capitalised words after it are a person, whatever the tagger said or left unsaid.
pub(super) fn after_titles(page: Page, names: &mut Vec<Name>) {
    let mut added = Vec::new();
    let mut segments = page.segments.iter().peekable();
    for run in page.titles {
        let next = run.tokens.end;
        while segments.next_if(|segment| segment.end <= run.tokens.start).is_some() {}
        let Some(segment) = segments.peek() else { break };
        let names_a_person = run.is_capital && run.head.has(COURTESY | OFFICE | POST | RANK);
        if !names_a_person || next >= segment.end || !is_name_word(page, next) {
            continue;
        }
        let at = names.partition_point(|name| name.tokens.end <= next);
        let free = names.get(at).map_or(segment.end, |name| name.tokens.start.min(segment.end));
        match names.get_mut(at).filter(|name| name.tokens.start <= next) {
            Some(name) => retype(page, run, name),
            None if !is_heading(page, (*segment).clone()) => added.push(untagged(page, next, free)),
            None => {}
        }
    }
    names.extend(added);
    names.sort_by_key(|name| name.span);
}

/// Whether every longer word has a capital, so that capitals say nothing.
fn is_heading(page: Page, segment: std::ops::Range<usize>) -> bool {
    let words =
        page.tokens[segment].iter().filter(|token| token.kind == TokenKind::Word && token.span.len() > 3);
    let (mut all, mut capital) = (0, 0);
    for token in words {
        all += 1;
        capital += usize::from(is_capital(page.text, *token));
    }
    all > 3 && capital == all
}

fn is_name_word(page: Page, at: usize) -> bool {
    let token = page.tokens[at];
    let word = token.span.of(page.text);
    token.kind == TokenKind::Word
        && is_capital(page.text, token)
        && !(word.len() <= 3 && word.chars().all(char::is_uppercase))
        && NO_NAMES.binary_search(&word.to_lowercase().as_str()).is_err()
        && WORDS_TOO
            .binary_search(&word.to_lowercase().as_str())
            .is_err_and(|_| duties(word) == Duties::default())
}

/// A title says more than a tagger that saw no person, but not of a country: `Prime Minister Israel`.
fn retype(page: Page, run: &TitleRun, name: &mut Name) {
    let is_sure = run.head.has(COURTESY) || run.head.has(OFFICE) && run.tokens.len() > 1;
    let is_other =
        name.kind != NameKind::Person && name.tokens.len() <= 3 && name.tokens.start == run.tokens.end;
    if is_sure && is_other && places::country(name.span.of(page.text)).is_none() {
        name.kind = NameKind::Person;
    }
}

fn untagged(page: Page, start: usize, limit: usize) -> Name {
    let mut end = start + 1;
    let mut words = 1;
    while end < limit && words < WORDS_MAX {
        let is_hyphen =
            is(page.text, page.tokens, end, "-") && touches(page.tokens, end) && end + 1 < limit;
        let next = if is_hyphen { end + 1 } else { end };
        let is_particle =
            PARTICLES.binary_search(&page.tokens[next].span.of(page.text)).is_ok() && next + 1 < limit;
        let word = if is_particle { next + 1 } else { next };
        if !is_name_word(page, word) || is_hyphen && !touches(page.tokens, next) {
            break;
        }
        end = word + 1;
        words += 1;
    }
    person_at(page.tokens, start, end, "title_before")
}

fn person_at(tokens: &[Token], start: usize, end: usize, by: &'static str) -> Name {
    let span = Span { start: tokens[start].span.start, end: tokens[end - 1].span.end };
    Name { span, tokens: start..end, kind: NameKind::Person, confidence: 0.0, by }
}

/// The surname of somebody whose full name is known, standing alone, is that person's name.
pub(super) fn surnames_elsewhere(page: Page, names: &mut Vec<Name>, forms: &[Form]) {
    let full = forms.iter().filter(|form| form.words.len() > 1 || form.is_titled);
    let surnames: BTreeSet<&str> = full.filter_map(|form| form.words.last()).map(String::as_str).collect();
    if surnames.is_empty() {
        return;
    }
    mend(page, names, &surnames);
    let is_surname = |at: usize| {
        let token = page.tokens[at];
        token.kind == TokenKind::Word
            && is_capital(page.text, token)
            && surnames.contains(token.span.of(page.text).to_lowercase().as_str())
    };
    for name in names.iter_mut().filter(|name| name.kind == NameKind::Other && name.tokens.len() == 1) {
        if is_surname(name.tokens.start) {
            name.kind = NameKind::Person;
        }
    }
    let mut added = Vec::new();
    let mut known = names.iter().peekable();
    for segment in page.segments {
        for at in segment.clone() {
            while known.next_if(|name| name.tokens.end <= at).is_some() {}
            let is_named = known.peek().is_some_and(|name| name.tokens.start <= at);
            if !is_named && is_surname(at) && is_alone(page, segment, at) {
                added.push(person_at(page.tokens, at, at + 1, "surname"));
            }
        }
    }
    names.extend(added);
    names.sort_by_key(|name| name.span);
}

fn is_alone(page: Page, segment: &std::ops::Range<usize>, at: usize) -> bool {
    let is_part = |other: usize| {
        let token = page.tokens[other];
        token.kind == TokenKind::Word && is_capital(page.text, token)
            || is(page.text, page.tokens, other, "-")
    };
    let before = at.checked_sub(1).filter(|before| *before >= segment.start);
    let is_free_before = match before {
        None => {
            WORDS_TOO.binary_search(&page.tokens[at].span.of(page.text).to_lowercase().as_str()).is_err()
        }
        Some(before) => !is_part(before) || title_before(page, at).is_some(),
    };
    is_free_before && !(at + 1 < segment.end && is_part(at + 1))
}

/// Gives names back what the tagger cut off: the other half of `Adeyinka-Hall`, and a surname that stands alone
/// elsewhere.
fn mend(page: Page, names: &mut [Name], surnames: &BTreeSet<&str>) {
    for at in 0..names.len() {
        let limit = names.get(at + 1).map_or(page.tokens.len(), |next| next.tokens.start);
        let name = &mut names[at];
        if name.kind != NameKind::Person {
            continue;
        }
        let end = name.tokens.end;
        let is_hyphen = is(page.text, page.tokens, end, "-")
            && touches(page.tokens, end)
            && touches(page.tokens, end + 1);
        let next = if is_hyphen { end + 1 } else { end };
        let Some(token) =
            page.tokens.get(next).filter(|token| next < limit && token.kind == TokenKind::Word)
        else {
            continue;
        };
        let word = token.span.of(page.text).to_lowercase();
        let is_capital = is_capital(page.text, *token);
        let first = page.tokens[name.tokens.start].span.of(page.text).to_lowercase();
        let is_part = if is_hyphen {
            is_capital || name.tokens.len() == 2 && is_family_first(&first)
        } else {
            is_capital && surnames.contains(word.as_str()) && is_near(page, end)
        };
        if is_part {
            name.tokens.end = next + 1;
            name.span.end = token.span.end;
        }
    }
}

/// Whether one space parts a token from the one before it.
fn is_near(page: Page, at: usize) -> bool {
    page.tokens[at - 1].span.end + 1 == page.tokens[at].span.start
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted() {
        assert!(
            FAMILY_FIRST.is_sorted()
                && PARTICLES.is_sorted()
                && WORDS_TOO.is_sorted()
                && NO_NAMES.is_sorted()
        );
    }

    #[test]
    fn forms_of_one_person_are_told_from_namesakes() {
        let words = |name: &str| name.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let cases = [
            ("john smith", "j smith", true),
            ("rob smith", "robert smith", true),
            ("marta iriarte", "marta iriarte solís", true),
            ("khady ndiaye fall", "ndiaye fall", true),
            ("george w bush", "george h bush", false),
            ("john smith", "mary smith", false),
        ];
        for (one, other, expected) in cases {
            assert_eq!(are_one(&words(one), &words(other)), expected, "{one} and {other}");
        }
    }
}
