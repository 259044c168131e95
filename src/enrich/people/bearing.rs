//! Which titles stand beside a person's name.

use super::{Page, is_person_at, title_at, title_before};
use crate::enrich::names::{Name, NameKind};
use crate::enrich::titles::is;
use crate::lexicon::titles::{OFFICE, POST};
use crate::text::TokenKind;

/// How far after `Ana Duarte,` a title may start, in tokens: `, the long-serving Social Democratic leader`.
const REACH_TOKENS_MAX: usize = 8;

/// Words that end the search for a title after a name: what follows them is another matter.
const STOPS: &[&str] = &[
    "a", "and", "as", "at", "but", "by", "for", "from", "had", "has", "have", "he", "in", "is", "not",
    "of", "on", "or", "said", "says", "she", "that", "they", "to", "told", "was", "were", "when", "where",
    "which", "while", "who", "whom", "whose", "will", "with", "would",
];

/// How far after a name `as chairman` may stand, in tokens, and the words before such a title.
const APPOINTED_TOKENS_MAX: usize = 16;
const APPOINTS: &[&str] = &["appointed", "as", "became", "becomes", "elected", "named"];

/// What follows a title that stands after its name.
const CLOSES: &[&str] =
    &[",", ".", ";", ":", ")", "of", "at", "for", "in", "who", "and", "with", "from", "—", "–", "-"];

/// The titles of one name that no name before it has, and the rules that join them.
pub(super) fn titles(
    page: Page,
    names: &[Name],
    name: usize,
    is_used: &mut [bool],
) -> Vec<(usize, &'static str)> {
    let mut found = Vec::new();
    before(page, names, name, &mut found);
    after(page, names, name, &mut found);
    appointed(page, names, name, &mut found);
    found.retain(|(run, _)| !std::mem::replace(&mut is_used[*run], true));
    found
}

/// `who will lead the mission as managing director`: what somebody is or becomes, in the same sentence.
fn appointed(page: Page, names: &[Name], name: usize, found: &mut Vec<(usize, &'static str)>) {
    let start = names[name].tokens.end;
    let next_person = names[name + 1..].iter().take(8).find(|next| next.kind == NameKind::Person);
    let segment = page.segments.partition_point(|segment| segment.end <= start);
    let end =
        page.segments.get(segment).map_or(start, |segment| segment.end).min(start + APPOINTED_TOKENS_MAX);
    let end = next_person.map_or(end, |next| next.tokens.start.min(end));
    for at in start..end {
        if !APPOINTS.iter().any(|word| is(page.text, page.tokens, at, word)) {
            continue;
        }
        let article = usize::from(
            ["the", "a", "its", "their"].iter().any(|word| is(page.text, page.tokens, at + 1, word)),
        );
        let run = title_at(page, at + 1 + article);
        let run = run.filter(|run| !page.titles[*run].needs_name() && page.titles[*run].tokens.end < end);
        if let Some(run) = run.filter(|run| page.titles[*run].head.has(OFFICE | POST)) {
            found.push((run, "appointed"));
            return;
        }
    }
}

/// `FM Duarte`, `its spokesman, Brig. Gen. Gurung,`, `President of Peru Ana Duarte`.
fn before(page: Page, names: &[Name], name: usize, found: &mut Vec<(usize, &'static str)>) {
    let own = &names[name].tokens;
    let mut at = own.start;
    while let Some(run) = title_before(page, at) {
        found.push((run, "title_before_name"));
        at = page.titles[run].tokens.start;
    }
    let is_closed = [",", ".", ";", ")", ":"].iter().any(|mark| is(page.text, page.tokens, own.end, mark));
    // A people may stand between: `the mission's head, Portuguese lawmaker Inês Martinho,`.
    let comma = at.checked_sub(1).filter(|comma| is(page.text, page.tokens, *comma, ","));
    let comma = comma.or_else(|| at.checked_sub(2).filter(|comma| is(page.text, page.tokens, *comma, ",")));
    let apart = comma.filter(|_| is_closed);
    let apart = apart.or_else(|| after_of(page, names, at));
    if let Some(run) =
        apart.and_then(|at| title_before(page, at)).filter(|run| !page.titles[*run].needs_name())
    {
        found.push((run, "title_before_name"));
    }
}

/// Where `of Peru` starts, before this token.
fn after_of(page: Page, names: &[Name], at: usize) -> Option<usize> {
    let place = names.partition_point(|name| name.tokens.end < at);
    let place = names.get(place).filter(|name| name.tokens.end == at && name.kind != NameKind::Person)?;
    let article = usize::from(
        place.tokens.start.checked_sub(1).is_some_and(|at| is(page.text, page.tokens, at, "the")),
    );
    let of = place.tokens.start.checked_sub(1 + article)?;
    is(page.text, page.tokens, of, "of").then_some(of)
}

/// `Ana Duarte, mayor of Esterby`, `Ana Duarte, 44, a marine biologist`, `Duarte is the mayor`.
fn after(page: Page, names: &[Name], name: usize, found: &mut Vec<(usize, &'static str)>) {
    let end = names[name].tokens.end;
    let is_next = |at: usize, words: &[&str]| words.iter().any(|word| is(page.text, page.tokens, at, word));
    if !is_next(end, &[",", "is", "was", "became", "becomes", "remains"]) {
        return;
    }
    let is_age = page.tokens.get(end + 1).is_some_and(|token| token.kind == TokenKind::Number);
    let mut at = if is_age && is_next(end + 2, &[","]) { end + 3 } else { end + 1 };
    let limit = end + REACH_TOKENS_MAX;
    let is_article = |at: usize| is_next(at, &["a", "an", "the", "its", "their", "our", "his", "her"]);
    at += usize::from(is_article(at));
    while at < limit && !is_person_at(names, at) {
        if let Some(run) = title_at(page, at) {
            let run_end = page.titles[run].tokens.end;
            if !page.titles[run].needs_name() && !is_person_at(names, run_end) && is_next(run_end, CLOSES) {
                found.push((run, "title_after_name"));
            }
            return;
        }
        let Some(token) = page.tokens.get(at) else { return };
        let word = token.span.of(page.text);
        let is_part = match token.kind {
            TokenKind::Word => STOPS.binary_search(&word.to_ascii_lowercase().as_str()).is_err(),
            TokenKind::Mark => word == "-",
            _ => true,
        };
        if !is_part {
            return;
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn stops_are_sorted() {
        assert!(super::STOPS.is_sorted());
    }
}
