//! Scores of who is who among a marked article's people: titles, pronouns, and mentions of one person.

use super::found::{Entity, Extent, Found};
use super::marked::{Mark, MarkKind, Marked};
use super::tally::{Counts, Field, Scores};
use std::collections::{BTreeMap, BTreeSet};

/// Which marked person or organisation each entity found is.
pub(super) struct Owners<'a>(Vec<Option<&'a str>>);

impl<'a> Owners<'a> {
    /// By most of the names they share exactly; the first marked of equals.
    pub(super) fn new(marked: &'a Marked, found: &Found) -> Self {
        let names: BTreeMap<Extent, &str> = marked
            .marks
            .iter()
            .filter(|mark| has_id(mark))
            .map(|mark| (mark.at, mark.argument(0)))
            .collect();
        let owner = |entity: &Entity| {
            let ids: Vec<&str> =
                entity.mentions.iter().filter_map(|mention| names.get(&mention.at).copied()).collect();
            let votes = |id: &str| ids.iter().filter(|other| **other == id).count();
            ids.iter().copied().reduce(|best, next| if votes(next) > votes(best) { next } else { best })
        };
        Self(found.entities.iter().map(owner).collect())
    }

    pub(super) fn of(&self, entity: usize) -> Option<&'a str> {
        self.0.get(entity).copied().flatten()
    }
}

fn has_id(mark: &Mark) -> bool {
    matches!(mark.kind, MarkKind::Person | MarkKind::Organisation)
}

/// Whether a mark's words are a name of what the id stands for: a person, an organisation, or a country.
pub(super) fn is_named(mark: &Mark, id: &str) -> bool {
    (has_id(mark) || matches!(mark.kind, MarkKind::Title | MarkKind::Place)) && mark.argument(0) == id
}

pub(super) fn score(document: &str, marked: &Marked, found: &Found, scores: &mut Scores) {
    let owners = Owners::new(marked, found);
    let titles = joined(found, |entity| {
        let alone =
            entity.mentions.iter().filter(|mention| mention.form == "title").map(|mention| mention.at);
        entity.titles.iter().map(|title| title.at).chain(alone).collect()
    });
    let pronouns = joined(found, |entity| {
        entity
            .mentions
            .iter()
            .filter(|mention| mention.form == "pronoun")
            .map(|mention| mention.at)
            .collect()
    });
    let marks: Vec<&Mark> = marked.of_kind(MarkKind::Title).collect();
    let spans = |found: &Joined| found.iter().map(|(at, _)| *at).collect::<BTreeSet<Extent>>();
    let found_spans = spans(&titles);
    let right = marks.iter().filter(|mark| found_spans.contains(&mark.at)).count();
    scores.add(Field::Titles, marks.len(), found_spans.len(), right);
    for mark in marks.iter().filter(|mark| !found_spans.contains(&mark.at)) {
        scores.error(Field::Titles, || at(document, "missed", found, mark.at));
    }
    for extent in found_spans.iter().filter(|extent| !marks.iter().any(|mark| mark.at == **extent)) {
        scores.error(Field::Titles, || at(document, "wrong", found, *extent));
    }
    holders(document, found, Field::TitleHolders, &marks, &titles, &owners, scores);
    let marks: Vec<&Mark> = marked.of_kind(MarkKind::Pronoun).collect();
    holders(document, found, Field::Pronouns, &marks, &pronouns, &owners, scores);
    links(document, marked, found, scores);
}

/// Where words stand that are joined to an entity, and its place in the list.
type Joined = BTreeSet<(Extent, usize)>;

fn joined(found: &Found, extents: impl Fn(&Entity) -> Vec<Extent>) -> Joined {
    let people = found.entities.iter().enumerate().filter(|(_, entity)| entity.kind == "person");
    people.flat_map(|(at, entity)| extents(entity).into_iter().map(move |extent| (extent, at))).collect()
}

/// Words joined to the right person.
fn holders(
    document: &str,
    text: &Found,
    field: Field,
    marks: &[&Mark],
    found: &Joined,
    owners: &Owners<'_>,
    scores: &mut Scores,
) {
    let is_same = |mark: &Mark, (extent, entity): &(Extent, usize)| {
        mark.at == *extent && owners.of(*entity) == Some(mark.argument(0))
    };
    let is_found = |mark: &&&Mark| found.iter().any(|joined| is_same(mark, joined));
    scores.add(field, marks.len(), found.len(), marks.iter().filter(is_found).count());
    for mark in marks.iter().filter(|mark| !is_found(mark)) {
        scores.error(field, || at(document, "missed or joined to another:", text, mark.at));
    }
    for joined in found.iter().filter(|joined| !marks.iter().any(|mark| is_same(mark, joined))) {
        scores.error(field, || {
            let name = &text.entities[joined.1].name;
            format!("{} is joined to {name:?}", at(document, "wrong", text, joined.0))
        });
    }
}

fn at(document: &str, what: &str, text: &Found, extent: Extent) -> String {
    format!("{document}: {what} {:?} at {}", text.words(extent), extent.start)
}

/// Pairs of mentions of one person, among all pairs of mentions of people.
fn links(document: &str, marked: &Marked, found: &Found, scores: &mut Scores) {
    let mut entities: BTreeMap<Extent, usize> = BTreeMap::new();
    for (at, entity) in found.entities.iter().enumerate() {
        entities.extend(entity.mentions.iter().map(|mention| (mention.at, at)));
        for title in &entity.titles {
            entities.entry(title.at).or_insert(at);
        }
    }
    let is_mention = |mark: &&Mark| match mark.kind {
        MarkKind::Person | MarkKind::Pronoun => true,
        MarkKind::Title => stands_alone(mark, marked, found),
        _ => false,
    };
    let mentions: Vec<&Mark> = marked.marks.iter().filter(is_mention).collect();
    let mut pairs = Counts::default();
    for (n, mention) in mentions.iter().enumerate() {
        for other in &mentions[..n] {
            let is_one = mention.argument(0) == other.argument(0);
            let entity = entities.get(&mention.at);
            let is_linked = entity.is_some() && entity == entities.get(&other.at);
            pairs.gold += usize::from(is_one);
            pairs.found += usize::from(is_linked);
            pairs.right += usize::from(is_one && is_linked);
            if is_one != is_linked {
                let what = if is_one { "one person, but not linked" } else { "linked, but not one person" };
                let (one, two) = (found.words(other.at), found.words(mention.at));
                let (at, start) = (other.at.start, mention.at.start);
                scores.error(Field::Links, || {
                    format!("{document}: {one:?} at {at} and {two:?} at {start} are {what}")
                });
            }
        }
    }
    scores.add(Field::Links, pairs.gold, pairs.found, pairs.right);
}

/// Most words between a name and its title: `Ana Duarte, who is now the mayor`.
const APART: usize = 4;

/// Whether a title stands for its person, rather than beside the name: `the mayor said`.
fn stands_alone(title: &Mark, marked: &Marked, found: &Found) -> bool {
    let people = marked.of_kind(MarkKind::Person);
    !people.filter(|person| person.argument(0) == title.argument(0)).any(|person| {
        let between = if person.at.end <= title.at.start {
            Extent::new(person.at.end, title.at.start)
        } else {
            Extent::new(title.at.end, person.at.start.max(title.at.end))
        };
        let words = found.words(between);
        // The full stop of `Mr.` may stand outside of its mark.
        let words = words.strip_prefix('.').filter(|rest| rest.trim().is_empty()).unwrap_or(words);
        !words.contains(['.', '!', '?', '\n']) && words.split_whitespace().count() <= APART
    })
}
