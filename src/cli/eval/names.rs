//! Scores of names: exact span and kind, as in the `CoNLL` shared tasks.

use super::found::{Extent, Found};
use super::tally::{Field, Scores};
use std::collections::BTreeSet;

/// The kinds of names that have a score of their own.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum NameKind {
    Person,
    Place,
    Organisation,
    Group,
}

/// The three kinds that every set of names has.
const COMMON: [NameKind; 3] = [NameKind::Person, NameKind::Place, NameKind::Organisation];
/// Mentions by name; a title or a pronoun that stands for somebody is none.
const NAMED: [&str; 4] = ["name", "surname", "acronym", "demonym"];
/// No name in any reading, whatever it was found as.
const PRONOUNS: [&str; 20] = [
    "he", "she", "his", "her", "him", "i", "we", "they", "it", "its", "their", "them", "my", "himself",
    "herself", "me", "our", "us", "you", "your",
];

impl NameKind {
    /// By the names that sets have for it.
    pub(super) fn parse(word: &str) -> Option<Self> {
        match word.to_ascii_uppercase().as_str() {
            "PER" | "PERS" | "PERSON" => Some(Self::Person),
            "LOC" | "LOCATION" | "GPE" | "PLACE" => Some(Self::Place),
            "ORG" | "ORGANISATION" | "ORGANIZATION" => Some(Self::Organisation),
            _ => None,
        }
    }

    fn field(self) -> Field {
        match self {
            Self::Person => Field::Persons,
            Self::Place => Field::Places,
            Self::Organisation => Field::Organisations,
            Self::Group => Field::Groups,
        }
    }

    fn of_entity(word: &str) -> Option<Self> {
        match word {
            "person" => Some(Self::Person),
            "place" => Some(Self::Place),
            "organisation" => Some(Self::Organisation),
            "group" => Some(Self::Group),
            _ => None,
        }
    }
}

pub(super) type Names = BTreeSet<(Extent, NameKind)>;

/// The names found. Where sets mark peoples apart, a demonym is a group whatever it was joined to.
pub(super) fn found_names(found: &Found, demonyms_are_groups: bool) -> Names {
    let mut names = Names::new();
    for entity in &found.entities {
        let Some(kind) = NameKind::of_entity(&entity.kind) else { continue };
        for mention in entity.mentions.iter().filter(|mention| NAMED.contains(&mention.form.as_str())) {
            let is_group = demonyms_are_groups && mention.form == "demonym";
            let word = found.words(mention.at).to_lowercase();
            if !PRONOUNS.contains(&word.as_str()) {
                names.insert((mention.at, if is_group { NameKind::Group } else { kind }));
            }
        }
    }
    names
}

/// People, places and organisations: together, each, and by span alone.
pub(super) fn score(gold: &Names, found: &Names, scores: &mut Scores) {
    let common = |names: &Names| -> Names {
        names.iter().filter(|(_, kind)| COMMON.contains(kind)).copied().collect()
    };
    let (gold, found) = (common(gold), common(found));
    let right = gold.intersection(&found).count();
    scores.add(Field::Names, gold.len(), found.len(), right);
    for kind in COMMON {
        score_kind(kind, &gold, &found, scores);
    }
    let spans = |names: &Names| -> BTreeSet<Extent> { names.iter().map(|(extent, _)| *extent).collect() };
    let (gold, found) = (spans(&gold), spans(&found));
    scores.add(Field::NameSpans, gold.len(), found.len(), gold.intersection(&found).count());
}

pub(super) fn score_kind(kind: NameKind, gold: &Names, found: &Names, scores: &mut Scores) {
    let of_kind = |names: &Names| names.iter().filter(|(_, its)| *its == kind).count();
    let right = gold.intersection(found).filter(|(_, its)| *its == kind).count();
    scores.add(kind.field(), of_kind(gold), of_kind(found), right);
}

/// Names each error of a document under its kind.
pub(super) fn list_errors(document: &str, text: &Found, gold: &Names, found: &Names, scores: &mut Scores) {
    for (names, others, what) in [(gold, found, "missed"), (found, gold, "wrong")] {
        for (extent, kind) in names.difference(others) {
            scores.error(kind.field(), || {
                format!("{document}: {what} {:?} at {}", text.words(*extent), extent.start)
            });
        }
    }
}
