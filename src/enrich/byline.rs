//! Finds who wrote the article, and for which agency.
//! Evidence: the envelope; a line of its own that starts with `By`; the credit line at the end.
//! Example: `By Ana Ruiz and Tom Okoye, Associated Press` → two names, agency AP.
//! Misses: bylines without `By`; names in scripts without capital letters, unless the envelope gives them.

use super::layout::Layout;
use crate::lexicon::agencies::agency;
use crate::model::{Article, Byline, Source};

const LINE_BYTES_MAX: usize = 160;
const NAMES_MAX: usize = 20;
const OPENINGS: [&str; 6] = ["By ", "BY ", "by ", "Par ", "Por ", "Von "];
const CREDITS: [&str; 4] = ["reporting by ", "writing by ", "editing by ", "additional reporting by "];

/// The byline of the article.
#[inline(never)] // benches/linear.sh counts it by name
pub(super) fn find(article: &Article, layout: &Layout) -> Option<Byline> {
    let text = article.text.as_str();
    if let Some(given) = article.envelope.byline.as_deref() {
        let (names, agency) = names(given.trim_start_matches("By ").trim_start_matches("by "));
        return Some(Byline { span: None, names, agency, source: Source::Envelope }).filter(is_known);
    }
    if let Some(span) = layout.byline {
        let (names, own) = names(after_opening(span.of(text)));
        let affiliation = layout.affiliation.and_then(|line| affiliated(line.of(text)));
        let found = Byline { span: Some(span), names, agency: own.or(affiliation), source: Source::Text };
        return Some(found).filter(is_known);
    }
    let span = layout.credit?;
    let (names, agency) = names(credited(span.of(text))?);
    Some(Byline { span: Some(span), names, agency, source: Source::Text }).filter(is_known)
}

fn is_known(byline: &Byline) -> bool {
    !byline.names.is_empty() || byline.agency.is_some()
}

/// Whether a line is a byline: an opening word, then few words that all look like names.
pub(super) fn is_line(line: &str) -> bool {
    let Some(rest) = OPENINGS.iter().find_map(|opening| line.strip_prefix(opening)) else { return false };
    // What follows the first comma is a role or an agency, in any case.
    let (names, role) = rest.split_once(',').unwrap_or((rest, ""));
    let words: Vec<&str> = names.split_whitespace().take(21).collect();
    let looks_like_name = |word: &&&str| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        word.is_empty() || word.starts_with(char::is_uppercase) || is_joint(word) || word.contains('@')
    };
    line.len() <= LINE_BYTES_MAX
        && !words.is_empty()
        && words.len() <= 20
        && words[0].starts_with(char::is_uppercase)
        && words.iter().filter(looks_like_name).count() == words.len()
        && role.split_whitespace().count() <= 12
        && !ends_a_sentence(rest.rsplit(' ').next().unwrap_or(rest))
}

/// Small words inside names and between them.
fn is_joint(word: &str) -> bool {
    matches!(
        word,
        "and"
            | "in"
            | "for"
            | "of"
            | "the"
            | "de"
            | "da"
            | "del"
            | "der"
            | "den"
            | "di"
            | "dos"
            | "du"
            | "la"
            | "le"
            | "van"
            | "von"
            | "bin"
            | "al"
            | "el"
            | "et"
            | "y"
            | "e"
            | "und"
            | "with"
            | "ibn"
            | "ter"
            | "ten"
    )
}

/// A full stop that is no initial's.
fn ends_a_sentence(word: &str) -> bool {
    word.strip_suffix('.').is_some_and(|stem| stem.chars().count() > 3 && !stem.contains('.'))
}

/// The line under a byline: `AP Business Writer`, `Staff Reporter`, or an agency alone.
pub(super) fn is_affiliation(line: &str) -> bool {
    const ROLES: [&str; 6] = ["writer", "reporter", "correspondent", "editor", "staff", "journalist"];
    let last = line.rsplit(' ').next().unwrap_or(line);
    let is_short = line.len() <= 60 && line.split(' ').count() <= 6 && line.starts_with(char::is_uppercase);
    is_short && (ROLES.iter().any(|role| last.eq_ignore_ascii_case(role)) || agency(line).is_some())
}

fn affiliated(line: &str) -> Option<String> {
    let first = line.split(' ').next().unwrap_or(line);
    agency(line).or_else(|| agency(first)).or_else(|| agency(opening_words(line, 2))).map(str::to_owned)
}

fn opening_words(line: &str, count: usize) -> &str {
    line.match_indices(' ').nth(count - 1).map_or(line, |(at, _)| &line[..at])
}

fn after_opening(line: &str) -> &str {
    OPENINGS.iter().find_map(|opening| line.strip_prefix(opening)).unwrap_or(line)
}

/// The names of a credit line: what stands between `Reporting by` and the next `;` or bracket.
fn credited(line: &str) -> Option<&str> {
    let opening = CREDITS.iter().find_map(|credit| {
        let line = line.trim_start_matches('(');
        let own = line.get(..credit.len())?;
        own.eq_ignore_ascii_case(credit).then(|| &line[credit.len()..])
    })?;
    Some(opening.split([';', ')']).next().unwrap_or(opening))
}

/// Names parted by commas, `and`, `&`, `;`; what is an agency is no name; places after `in` are left out.
fn names(list: &str) -> (Vec<String>, Option<String>) {
    let mut names = Vec::new();
    let mut found = None;
    let parts = list.split([',', ';', '&', '|', '/']).flat_map(|part| part.split(" and "));
    for part in parts {
        let part = part.split(" in ").next().unwrap_or(part);
        let part = part.split(" for ").next().unwrap_or(part);
        let name = part.trim().trim_matches(['(', ')', '*']).trim_start_matches("By ").trim();
        let name = name.strip_prefix("and ").unwrap_or(name).trim_end_matches('.');
        if let Some(agency) = agency(name) {
            found = found.or(Some(agency.to_owned()));
        } else if is_organisation(name) {
            found = found.or(Some(name.to_owned()));
        } else if name.starts_with(|c: char| c.is_alphabetic() && !c.is_lowercase())
            && !is_role(name)
            && names.len() < NAMES_MAX
        {
            names.push(name.to_owned());
        }
    }
    (names, found)
}

/// A name that ends like a news organisation's.
fn is_organisation(name: &str) -> bool {
    const ENDINGS: [&str; 14] = [
        "Service",
        "News",
        "Press",
        "Agency",
        "Times",
        "Post",
        "Herald",
        "Tribune",
        "Register",
        "Gazette",
        "Network",
        "Media",
        "Newspapers",
        "Bureau",
    ];
    name.split(' ').count() >= 2 && ENDINGS.iter().any(|ending| name.ends_with(ending))
}

fn is_role(name: &str) -> bool {
    is_affiliation(name) || ["Staff", "Agencies", "Web Desk", "News Desk", "Correspondent"].contains(&name)
}
