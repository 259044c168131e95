//! Finds the dateline: where, when and by which agency, before the first words of the story.
//! Evidence: a place in capitals or from the gazetteer at the start of the first paragraph, then perhaps a
//! date and an agency, and a dash or colon that ends it.
//! Example: `PARIS, May 3 (AFP) — ` → Paris, FR, 3 May, AFP.
//! Misses: places in ordinary case that the gazetteer does not know; datelines in scripts without capitals.

use crate::lexicon::{agencies, places};
use crate::model::{Dateline, DatelinePlace, Span};
use crate::text::calendar::{nearest, written_date};
use crate::text::tokenize;
use jiff::civil::Date;

/// Longest dateline believed in.
const DATELINE_BYTES_MAX: usize = 120;
const PLACE_WORDS_MAX: usize = 6;
/// Words in capitals that open a line and are no place.
const NO_PLACES: [&str; 24] = [
    "WARNING",
    "UPDATE",
    "UPDATED",
    "BREAKING",
    "NOTE",
    "EXCLUSIVE",
    "CORRECTION",
    "ANALYSIS",
    "OPINION",
    "Q",
    "A",
    "WATCH",
    "LIVE",
    "READ",
    "SPOILER",
    "RELATED",
    "CONTACT",
    "ADVISORY",
    "EDITOR",
    "FACTBOX",
    "TIMELINE",
    "URGENT",
    "VIDEO",
    "PHOTOS",
];

/// What a dateline consists of, as offsets into the paragraph.
struct Parts<'a> {
    place: Option<(usize, usize)>,
    date: Option<&'a str>,
    agency: Option<String>,
    /// Where the mark that ends it ends.
    end: usize,
}

/// The dateline of the paragraph; `published` gives the year where none is written.
#[inline(never)] // benches/linear.sh counts it by name
pub(super) fn find(text: &str, paragraph: Span, published: Option<Date>) -> Option<Dateline> {
    let words = paragraph.of(text);
    let parts = parse(words)?;
    let base = paragraph.start as usize;
    let place = parts.place.map(|(start, end)| {
        let name = &words[start..end];
        let first = name.split('/').next().unwrap_or(name);
        DatelinePlace {
            name: ordinary_case(first),
            span: Span::new(base + start, base + end),
            country: country(first, &words[start..parts.end]),
        }
    });
    Some(Dateline {
        span: Span::new(base, base + parts.end),
        place,
        agency: parts.agency,
        date: parts.date.and_then(|date| resolved(date, published)),
    })
}

/// Whether a line opens with a dateline.
pub(super) fn opens(words: &str) -> bool {
    parse(words).is_some()
}

fn parse(words: &str) -> Option<Parts<'_>> {
    let (mark, end, is_colon) = closing_mark(words)?;
    let mut rest = words[..mark].trim_end();
    let mut agency = None;
    if let Some(open) = framed(rest) {
        agency = Some(named_agency(&rest[open + 1..rest.len() - 1])?);
        rest = rest[..open].trim_end().trim_end_matches(',');
    } else if let Some((before, last)) = rest.rsplit_once(", ").filter(|_| !is_colon)
        && let Some(known) = agencies::agency(last)
    {
        agency = Some(known.to_owned());
        rest = before;
    }
    if rest.is_empty() {
        // `(Reuters) - `: no place at all.
        return agency.map(|agency| Parts { place: None, date: None, agency: Some(agency), end });
    }
    let (rest, date) = without_date(rest);
    let has_evidence = date.is_some() || agency.is_some();
    let place = place(rest, has_evidence, is_colon)?;
    Some(Parts { place: Some(place), date, agency, end })
}

/// The first dash between spaces, double hyphen or colon within reach: where it starts, where it ends, and
/// whether it is a colon.
fn closing_mark(words: &str) -> Option<(usize, usize, bool)> {
    let reach = &words[..words.floor_char_boundary(DATELINE_BYTES_MAX)];
    let mut depth = 0usize;
    for (at, c) in reach.char_indices() {
        let end = at + c.len_utf8();
        let before_space = reach[..at].ends_with(' ');
        let after_space = words[end..].starts_with([' ', '\u{a0}']);
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            '—' | '–' => return Some((at, end, false)),
            '-' if words[end..].starts_with("- ") => return Some((at, end + 1, false)),
            '-' if before_space && after_space => return Some((at, end, false)),
            ':' if after_space => return Some((at, end, true)),
            '.' | '\n' | '?' | '!' | '“' | '"' if c != '.' || !is_abbreviation(&reach[..at]) => {
                return None;
            }
            _ => {}
        }
    }
    None
}

/// A full stop after a short capitalised word (`Ill.`, `Oct.`, `D.C.`, `St.`) ends no sentence here.
fn is_abbreviation(before: &str) -> bool {
    let word = before.rsplit([' ', ',', '.']).next().unwrap_or(before);
    word.chars().count() <= 5 && word.starts_with(char::is_uppercase)
}

/// Where a frame at the end opens: `(AP)`, or `/NewsLine/` as press-release wires write it.
fn framed(words: &str) -> Option<usize> {
    if let Some(inner) = words.strip_suffix(')') {
        return inner.rfind('(');
    }
    let inner = words.strip_suffix('/')?;
    inner.rfind('/').filter(|at| words[..*at].ends_with(' '))
}

/// A known agency by its short name; any other that is one or two capitalised words as it is written.
fn named_agency(name: &str) -> Option<String> {
    let known = agencies::agency(name)
        .or_else(|| name.split(['/', ',']).find_map(|part| agencies::agency(part.trim())));
    let is_name = name.len() <= 30
        && name.split(' ').count() <= 3
        && name.split(' ').all(|word| word.starts_with(char::is_uppercase))
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '.'));
    known.map(str::to_owned).or_else(|| is_name.then(|| name.to_owned()))
}

/// Takes a date off the end: `PARIS, May 3` → `PARIS`, `May 3`.
fn without_date(words: &str) -> (&str, Option<&str>) {
    for (at, _) in words.match_indices([',', ' ']) {
        let tail = words[at + 1..].trim_start();
        let mut tokens = Vec::new();
        tokenize(tail, &mut tokens);
        let is_date = |tokens_used: usize| {
            let used = tokens[tokens_used - 1].span.end as usize;
            tail[used..].trim_matches(['.', ' ']).is_empty()
        };
        if written_date(tail, &tokens).is_some_and(|date| date.day.is_some() && is_date(date.tokens)) {
            return (words[..at].trim_end_matches([',', ' ']), Some(tail));
        }
    }
    (words, None)
}

/// The place's extent: its first part up to a comma. In capitals it needs the gazetteer, a date, an agency or
/// a dash; in ordinary case it needs the gazetteer and one of the others.
fn place(words: &str, has_evidence: bool, is_colon: bool) -> Option<(usize, usize)> {
    let name = words.split(',').next().unwrap_or(words).trim_end();
    let letters = || name.chars().filter(|c| c.is_alphabetic());
    let is_listed = words.split_whitespace().count() <= PLACE_WORDS_MAX + 3
        && name.split_whitespace().count() <= PLACE_WORDS_MAX
        && letters().count() >= 3
        && name.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '.' | '-' | '/' | '\'' | '’'))
        && name.starts_with(char::is_uppercase);
    let first = name.split([' ', '/', '\'', '’']).next().unwrap_or(name);
    if !is_listed || NO_PLACES.contains(&first) {
        return None;
    }
    let is_capital = letters().all(|c| !c.is_lowercase());
    let is_known = places::country(name.split('/').next().unwrap_or(name)).is_some()
        || words.split(',').skip(1).any(|part| places::country(part.trim()).is_some());
    let is_place = match (is_capital, is_known) {
        (true, true) => true,
        (true, false) => has_evidence || !is_colon,
        (false, true) => has_evidence,
        (false, false) => false,
    };
    is_place.then_some((0, name.len()))
}

/// The country of the place: what is written after it (`KYIV, Ukraine`, `SPRINGFIELD, Ill.`) says best.
fn country(name: &str, dateline: &str) -> Option<&'static str> {
    let end = dateline.find(['(', '—', '–', ':']).unwrap_or(dateline.len());
    let mut written = dateline[..end].split(',').skip(1).map(|part| part.trim_matches([' ', '-']));
    written.find_map(places::country).or_else(|| places::country(name))
}

fn resolved(words: &str, published: Option<Date>) -> Option<String> {
    let mut tokens = Vec::new();
    tokenize(words, &mut tokens);
    let date = written_date(words, &tokens)?;
    let day = match date.year {
        Some(year) => Date::new(year, date.month, date.day?).ok()?,
        None => nearest(date.month, date.day?, published?)?,
    };
    Some(day.to_string())
}

/// `RIO DE JANEIRO` → `Rio de Janeiro`; a name in ordinary case stays as it is.
fn ordinary_case(name: &str) -> String {
    if name.chars().any(char::is_lowercase) {
        return name.to_owned();
    }
    const SMALL: [&str; 12] =
        ["DE", "DO", "DA", "DI", "DEL", "OF", "THE", "AND", "SUR", "UPON", "AM", "LES"];
    let mut words = Vec::new();
    for (at, word) in name.split(' ').enumerate() {
        let is_small = at > 0 && SMALL.contains(&word);
        words.push(if is_small { word.to_lowercase() } else { capitalised(word) });
    }
    words.join(" ")
}

/// Each part of a hyphened or dotted word starts large.
fn capitalised(word: &str) -> String {
    let mut is_first = true;
    let mut out = String::with_capacity(word.len());
    for c in word.chars() {
        if is_first {
            out.push(c);
        } else {
            out.extend(c.to_lowercase());
        }
        is_first = matches!(c, '-' | '.' | '\'');
    }
    out
}
