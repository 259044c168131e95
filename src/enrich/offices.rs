//! Says what a title is an office of: a country or an organisation.
//! Evidence: a country, a people or an organisation right before the title, or after its `of`; the same title
//! elsewhere; for offices of a state the only country of the sentence or the dateline, which is marked as inferred.
//! Example: `Pakistan’s foreign minister Ana Duarte` → office of PK.
//! Misses: offices of towns and provinces, which are of no country; a visiting minister whose country is not named.

use crate::lexicon::titles::{CALLING, Duties, OFFICE, POST, duties};
use crate::model::{Entity, EntityKind, Span, Title};

/// Words between a country and its title that change nothing.
const BETWEEN: &[&str] = &[
    "acting",
    "caretaker",
    "current",
    "former",
    "then",
    "interim",
    "new",
    "outgoing",
    "visiting",
    "'s",
    "’s",
    "’",
    "'",
];

/// Offices that a state has one of at a time, by their head or first word.
const NATIONAL: &[&str] = &["fm", "king", "minister", "pm", "president", "premier", "queen"];

/// How many countries of one sentence are looked at.
const HOLDERS_MAX: usize = 24;

/// Where something stands that an office can be of.
#[derive(Clone, Debug)]
pub(super) struct Holder {
    pub(super) span: Span,
    /// Country code or organisation's name.
    pub(super) office_of: String,
    pub(super) is_country: bool,
}

/// Everything that an office can be of, in text order.
pub(super) fn holders(entities: &[Entity]) -> Vec<Holder> {
    let mut holders = Vec::new();
    for entity in entities {
        let is_country = match entity.kind {
            EntityKind::Place => entity.subkind == Some("country"),
            EntityKind::Group => entity.country.is_some(),
            EntityKind::Organisation => false,
            EntityKind::Person | EntityKind::Event => continue,
        };
        if !is_country && entity.kind != EntityKind::Organisation {
            continue;
        }
        let office_of = entity.country.filter(|_| is_country).map_or(entity.name.as_str(), |code| code);
        holders.extend(entity.mentions.iter().map(|mention| Holder {
            span: mention.span,
            office_of: office_of.to_owned(),
            is_country,
        }));
    }
    holders.sort_by_key(|holder| holder.span);
    holders
}

/// What stands right before the title or after its `of`; an index into the holders.
pub(super) fn beside(text: &str, holders: &[Holder], title: Span) -> Option<usize> {
    let next = holders.partition_point(|holder| holder.span.start < title.end);
    let after =
        || holders.get(next).filter(|holder| is_of(&text[title.end as usize..holder.span.start as usize]));
    let before = next.checked_sub(1).filter(|at| {
        let holder = &holders[*at];
        holder.span.end <= title.start && is_between(&text[holder.span.end as usize..title.start as usize])
    });
    before.or_else(|| after().map(|_| next))
}

fn is_between(gap: &str) -> bool {
    gap.len() < 24 && gap.split_whitespace().all(|word| BETWEEN.contains(&word))
}

fn is_of(gap: &str) -> bool {
    gap.len() < 12
        && matches!(gap.trim(), "of" | "of the" | "for" | "for the" | "at" | "at the" | "in" | "with")
}

/// States what is stated. The rest is for [`infer`].
pub(super) fn state(text: &str, holders: &[Holder], entities: &mut [Entity]) {
    for title in entities.iter_mut().flat_map(|entity| &mut entity.titles) {
        let Some(holder) = beside(text, holders, title.span).map(|at| &holders[at]) else { continue };
        if can_be_of(head(title.span.of(text)), holder) {
            title.office_of = Some(holder.office_of.clone());
        }
    }
}

/// The duties of all words of a title together decide; the last word weighs alone.
fn head(title: &str) -> Duties {
    let words = title.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
    words.map(duties).find(|duties| duties.has(OFFICE | POST | CALLING)).unwrap_or_default()
}

fn can_be_of(head: Duties, holder: &Holder) -> bool {
    head.has(OFFICE | POST) || head.has(CALLING) && !holder.is_country
}

/// Concludes what is not stated: from the person's other titles, from the same title elsewhere, from the sentence.
pub(super) fn infer(
    text: &str,
    sentences: &[Span],
    dateline: Option<&'static str>,
    holders: &[Holder],
    entities: &mut [Entity],
) {
    let mut used: Vec<usize> = entities
        .iter()
        .flat_map(|entity| &entity.titles)
        .filter(|title| title.office_of.is_some())
        .filter_map(|title| beside(text, holders, title.span))
        .collect();
    used.sort_unstable();
    for entity in entities.iter_mut().filter(|entity| entity.kind == EntityKind::Person) {
        let stated: Vec<(String, String)> =
            entity.titles.iter().filter_map(|title| known(text, title)).collect();
        for title in entity.titles.iter_mut().filter(|title| title.office_of.is_none()) {
            let own = turning(title.span.of(text));
            let same = stated.iter().find(|(word, _)| *word == own).map(|(_, office)| office.clone());
            let sentence = || sentence_country(sentences, holders, &used, title.span);
            let national = || {
                NATIONAL
                    .contains(&own.as_str())
                    .then(|| sentence().or(dateline.map(str::to_owned)))
                    .flatten()
            };
            title.office_of = same.or_else(national);
            title.is_inferred = title.office_of.is_some();
        }
    }
}

fn known(text: &str, title: &Title) -> Option<(String, String)> {
    Some((turning(title.span.of(text)), title.office_of.clone()?))
}

/// The word a title turns on, in lower case and by its common name.
fn turning(title: &str) -> String {
    let mut words =
        title.split(|c: char| !c.is_alphabetic()).filter(|word| duties(word).has(OFFICE | POST));
    words.next_back().unwrap_or_default().to_lowercase()
}

/// The only country that the sentence names beside those that other titles are of.
fn sentence_country(sentences: &[Span], holders: &[Holder], used: &[usize], title: Span) -> Option<String> {
    let sentence = sentences.get(sentences.partition_point(|sentence| sentence.end <= title.start))?;
    let first = holders.partition_point(|holder| holder.span.start < sentence.start);
    let mut named = None;
    for (at, holder) in holders.iter().enumerate().skip(first).take(HOLDERS_MAX) {
        if holder.span.start >= sentence.end {
            break;
        }
        if !holder.is_country || used.binary_search(&at).is_ok() {
            continue;
        }
        if named.is_some_and(|other: &Holder| other.office_of != holder.office_of) {
            return None;
        }
        named = Some(holder);
    }
    named.map(|holder| holder.office_of.clone())
}

/// Whether a holder stands right before the title.
pub(super) fn beside_before(text: &str, holders: &[Holder], title: Span) -> bool {
    beside(text, holders, title).is_some_and(|at| holders[at].span.end <= title.start)
}
