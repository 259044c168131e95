//! Who bears which titles, and whom a title alone means.

use super::Page;
use crate::enrich::offices;
use crate::enrich::segments::Segment;
use crate::enrich::titles::is;
use crate::lexicon::first_names::{self, Told};
use crate::lexicon::titles::{self, meaning};
use crate::model::{Entity, EntityKind, Span};
use crate::text::TokenKind;
use std::collections::{BTreeMap, BTreeSet};

/// How many bearers of one title are compared.
const BEARERS_MAX: usize = 24;

/// One title of one person, in words of the lexicon.
struct Borne {
    entity: usize,
    words: Vec<String>,
    office_of: Option<String>,
}

pub(super) struct Bearers {
    pub(super) genders: Vec<Option<Told>>,
    borne: Vec<Borne>,
    /// Indexes into `borne` by the word the title turns on.
    by_head: BTreeMap<String, Vec<usize>>,
    /// Titles that stand beside a name.
    joined: BTreeSet<Span>,
    /// The token at which each entity was met last.
    seen: Vec<Option<usize>>,
}

/// Reads the persons' titles and what they and the first names say of gender.
pub(super) fn read(page: Page, entities: &[Entity]) -> Bearers {
    let mut bearers = Bearers {
        genders: vec![None; entities.len()],
        borne: Vec::new(),
        by_head: BTreeMap::new(),
        joined: BTreeSet::new(),
        seen: vec![None; entities.len()],
    };
    for (entity, found) in entities.iter().enumerate() {
        if found.kind != EntityKind::Person {
            continue;
        }
        let mut gender = None;
        for title in &found.titles {
            let own = title.span.of(page.text);
            gender = gender.or_else(|| titles::gender(own));
            bearers.joined.insert(title.span);
            let words = words(own);
            if let Some(head) = words.last() {
                let others = bearers.by_head.entry(head.clone()).or_default();
                if others.len() < BEARERS_MAX {
                    others.push(bearers.borne.len());
                }
                bearers.borne.push(Borne { entity, words, office_of: title.office_of.clone() });
            }
        }
        let mut words = found.name.split_whitespace();
        let first = words.next().filter(|_| words.next().is_some());
        bearers.genders[entity] = gender
            .map(|gender| Told { gender, is_sure: true })
            .or_else(|| first.and_then(first_names::gender));
    }
    bearers
}

/// The words of a title by their common names, the one it turns on last: `Secretary of State` → state secretary.
fn words(title: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut head = None;
    for word in title.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()) {
        let lower = word.to_lowercase();
        if matches!(lower.as_str(), "of" | "for" | "the" | "and") {
            head = head.or_else(|| words.pop());
            continue;
        }
        match meaning(&lower) {
            Some(meant) => words.extend(meant.iter().map(|word| (*word).to_owned())),
            None => words.push(lower),
        }
    }
    words.extend(head);
    if words.len() > 2 && words.ends_with(&["executive".to_owned(), "officer".to_owned()]) {
        words.pop();
    }
    words
}

impl Bearers {
    pub(super) fn seen(&mut self, entity: usize, token: usize) {
        self.seen[entity] = Some(token);
    }

    /// The person that a title without a name means, if it means one of this article.
    pub(super) fn meant(&self, page: Page, segment: &Segment, run: usize) -> Option<usize> {
        let title = &page.titles[run];
        if title.needs_name() || self.joined.contains(&title.span) || !is_definite(page, segment, run) {
            return None;
        }
        let words = words(title.span.of(page.text));
        let holder = offices::beside(page.text, page.holders, title.span).map(|at| &page.holders[at]);
        let office = holder.map(|holder| holder.office_of.as_str());
        let candidates = self.by_head.get(words.last()?)?.iter().map(|at| &self.borne[*at]);
        let fitting = candidates.filter_map(|borne| {
            let is_elsewhere =
                office.is_some_and(|office| borne.office_of.as_ref().is_some_and(|own| own != office));
            let fitness = likeness(&words, &borne.words).filter(|_| !is_elsewhere)?;
            Some((self.seen[borne.entity], fitness, borne.entity))
        });
        let fitting: Vec<_> = fitting.collect();
        let known = fitting.iter().filter(|(seen, ..)| seen.is_some());
        if let Some((.., entity)) = known.max_by_key(|(seen, fitness, _)| (*fitness, *seen)) {
            return Some(*entity);
        }
        // A person who is yet to come is meant by a headline, or where there is no other.
        let (.., first) = fitting.first()?;
        let is_headline = page.headline.is_some_and(|headline| headline.contains(title.span));
        (is_headline || fitting.iter().all(|(.., entity)| entity == first)).then_some(*first)
    }
}

/// How well a title alone fits one that a person bears; nothing where they differ.
fn likeness(alone: &[String], borne: &[String]) -> Option<u8> {
    const LOWERING: [&str; 4] = ["deputy", "prime", "assistant", "shadow"];
    let lowers = |words: &[String]| LOWERING.map(|word| words.iter().any(|own| own == word));
    if lowers(alone) != lowers(borne) && alone.len() != borne.len() || lowers(alone)[0] != lowers(borne)[0]
    {
        return None;
    }
    let holds = |long: &[String], short: &[String]| short.iter().all(|word| long.contains(word));
    match (holds(borne, alone), holds(alone, borne)) {
        (true, true) => Some(3),
        (true, false) => Some(2),
        (false, true) => Some(1),
        (false, false) => None,
    }
}

/// `the foreign minister`, `its minister`, `the Norwegian minister`, and any title of a headline.
fn is_definite(page: Page, segment: &Segment, run: usize) -> bool {
    let title = &page.titles[run];
    let is_headline = page.headline.is_some_and(|headline| headline.contains(title.span));
    if is_headline || offices::beside_before(page.text, page.holders, title.span) {
        return true;
    }
    let mut at = title.tokens.start;
    for _ in 0..2 {
        let Some(before) = at.checked_sub(1).filter(|before| *before >= segment.start) else {
            return false;
        };
        if ["the", "its", "their", "his", "her", "our"]
            .iter()
            .any(|word| is(page.text, page.tokens, before, word))
        {
            return true;
        }
        let word = page.tokens[before];
        let is_skipped = word.kind == TokenKind::Word
            && ["former", "new", "outgoing", "current", "then"].contains(&word.span.of(page.text));
        if !is_skipped {
            return false;
        }
        at = before;
    }
    false
}
