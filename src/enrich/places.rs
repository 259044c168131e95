//! Says which place each place name is: country, region, coordinates, `GeoNames` id.
//! Evidence: the gazetteer; between namesakes what is stated beside the name (`Paris, Texas`; `the Pakistani city
//! of Hyderabad`), the countries and places named elsewhere, the dateline, and how many people live there.
//! Country names that the tagger missed are taken from the gazetteer.
//! Example: `Paris, Texas` → US, `stated_after_comma`; `Paris` alone → FR, `population`.
//! Misses: one name for two places in one article; places that the gazetteer does not know and nothing is stated
//! of; countries that people or firms are named after, where the tagger did not see the longer name.

mod context;
mod facts;
mod missed;
mod parts;
mod stated;

use super::names::{Name, NameKind};
use crate::lexicon::demonyms;
use crate::lexicon::places::{Country, Identity, country_by_code, is_country};
use crate::model::{Dateline, Entity, Mention, MentionForm, Span};
use crate::text::Token;
use context::{Reading, readings};
use std::collections::BTreeMap;
use std::ops::Range;

/// A place name in the text, before it is said which place it is.
#[derive(Clone, PartialEq, Debug)]
struct Found {
    span: Span,
    tokens: Range<usize>,
    /// As it is looked up; a dateline's in ordinary case.
    name: String,
    confidence: Option<f32>,
    by: &'static str,
}

/// What makes two names one entity.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Key {
    Place(Identity),
    /// Known by name only: places the gazetteer lacks, and districts of a region.
    Name(String, Option<&'static str>),
}

/// The places, in order of their first mention. A dateline's place is one of them.
#[inline(never)] // benches/linear.sh counts it by name
pub(super) fn find(
    text: &str,
    tokens: &[Token],
    names: &[Name],
    dateline: Option<&Dateline>,
) -> Vec<Entity> {
    let mut found = named(text, tokens, names, dateline);
    found.extend(of_dateline(tokens, dateline));
    found.extend(missed::countries(text, tokens, names, dateline));
    found.sort_by_key(|place| place.span);
    let country = dateline.and_then(|dateline| dateline.place.as_ref()?.country);
    let readings = readings(text, tokens, &found, country);
    entities(text, &found, &readings)
}

/// What the tagger calls places, and countries that it took for something else. A lone demonym is a group, and the
/// dateline has its own.
fn named(text: &str, tokens: &[Token], names: &[Name], dateline: Option<&Dateline>) -> Vec<Found> {
    let dateline = dateline.and_then(|dateline| Some(dateline.place.as_ref()?.span));
    let is_place = |name: &&Name| {
        is_place_kind(name.kind, name.span.of(text))
            && demonyms::group(name.span.of(text)).is_none()
            && dateline.is_none_or(|own| !own.overlaps(name.span))
    };
    let found = names.iter().filter(is_place).map(|name| {
        let start = with_occupier(text, tokens, name.tokens.start);
        let first = tokens.get(start).map_or(name.span.start, |token| token.span.start);
        let span = Span { start: first.min(name.span.start), end: name.span.end };
        Found {
            span,
            tokens: start..name.tokens.end,
            name: span.of(text).to_owned(),
            confidence: Some(name.confidence),
            by: name.by,
        }
    });
    found.collect()
}

/// Where the name starts with the people that hold the place: `Russian Occupied` and `Chinese Administered` lands.
fn with_occupier(text: &str, tokens: &[Token], start: usize) -> usize {
    const HELD: [&str; 4] = ["Administered", "Controlled", "Held", "Occupied"];
    let word = |at: usize| tokens.get(at).map_or("", |token| token.span.of(text));
    match start.checked_sub(1) {
        Some(before) if HELD.contains(&word(start)) && demonyms::group(word(before)).is_some() => before,
        _ => start,
    }
}

/// A country stays one when it plays or votes; a person of that name stays a person.
fn is_place_kind(kind: NameKind, name: &str) -> bool {
    match kind {
        NameKind::Place => true,
        NameKind::Organisation | NameKind::Other => is_country(name),
        NameKind::Person => false,
    }
}

fn of_dateline(tokens: &[Token], dateline: Option<&Dateline>) -> Option<Found> {
    let place = dateline?.place.as_ref()?;
    let start = tokens.partition_point(|token| token.span.start < place.span.start);
    let end = tokens.partition_point(|token| token.span.start < place.span.end);
    let name = place.name.clone();
    Some(Found { span: place.span, tokens: start..end.max(start), name, confidence: None, by: "dateline" })
}

fn entities(text: &str, found: &[Found], readings: &[Reading]) -> Vec<Entity> {
    let mut entities: Vec<Entity> = Vec::new();
    let mut places: BTreeMap<Key, usize> = BTreeMap::new();
    for (place, reading) in found.iter().zip(readings) {
        let country = canonical(reading);
        let at = *places.entry(key(place, reading)).or_insert_with(|| {
            entities.push(facts::entity(place, reading, country));
            entities.len() - 1
        });
        let entity = &mut entities[at];
        if !has_canonical_name(reading) && place.name.len() > entity.name.len() {
            entity.name.clone_from(&place.name);
        }
        entity.mentions.push(mention(text, place, country));
    }
    entities
}

fn key(place: &Found, reading: &Reading) -> Key {
    match reading.meaning.map(|meaning| meaning.identity) {
        Some(Identity::District(region)) => Key::Name(place.name.to_lowercase(), Some(region)),
        Some(identity) => Key::Place(identity),
        None => Key::Name(place.name.to_lowercase(), None),
    }
}

fn canonical(reading: &Reading) -> Option<Country> {
    match reading.meaning?.identity {
        Identity::Country(code) => country_by_code(code),
        _ => None,
    }
}

fn has_canonical_name(reading: &Reading) -> bool {
    let identity = reading.meaning.map(|meaning| meaning.identity);
    matches!(identity, Some(Identity::Country(_) | Identity::Area(_)))
}

fn mention(text: &str, place: &Found, country: Option<Country>) -> Mention {
    let form = match country {
        Some(country) if is_acronym(place.span.of(text), country) => MentionForm::Acronym,
        _ => MentionForm::Name,
    };
    Mention { span: place.span, form, confidence: place.confidence, by: place.by }
}

/// `US`, `U.K.`, `DRC`; not `CHAD` in a headline in capitals.
fn is_acronym(name: &str, country: Country) -> bool {
    let letters = name.chars().filter(|c| c.is_alphabetic());
    letters.count() <= 4
        && name.chars().all(|c| c.is_uppercase() || c == '.')
        && !name.eq_ignore_ascii_case(country.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::tokenize;

    /// Names in square brackets are the tagger's places; gives `name country evidence` of each entity.
    fn check(marked: &str, expected: &[&str]) {
        let mut text = String::new();
        let mut spans = Vec::new();
        for part in marked.split('[') {
            let Some((name, rest)) = part.split_once(']') else {
                text.push_str(part);
                continue;
            };
            spans.push(Span::new(text.len(), text.len() + name.len()));
            text.push_str(name);
            text.push_str(rest);
        }
        let mut tokens = Vec::new();
        tokenize(&text, &mut tokens);
        let names: Vec<Name> = spans.into_iter().map(|span| name(&tokens, span)).collect();
        let found: Vec<String> = find(&text, &tokens, &names, None).iter().map(line).collect();
        assert_eq!(found, expected, "places of {text:?}");
    }

    fn name(tokens: &[Token], span: Span) -> Name {
        let start = tokens.partition_point(|token| token.span.start < span.start);
        let end = tokens.partition_point(|token| token.span.start < span.end);
        Name { span, tokens: start..end, kind: NameKind::Place, confidence: 0.9, by: "test" }
    }

    fn line(entity: &Entity) -> String {
        let evidence = entity.place.map_or("-", |place| place.evidence);
        format!("{} {} {evidence}", entity.name, entity.country.unwrap_or("-"))
    }

    #[test]
    fn one_country_under_several_names_is_one_entity() {
        check(
            "The [US] and [Mexico] met; the [United States] won. [America] lost.",
            &["United States US country", "Mexico MX country"],
        );
    }

    #[test]
    fn what_stands_after_a_comma_wins() {
        check(
            "He left [Paris], [Texas], and [Springfield], Ill., for [London].",
            &[
                "Paris US stated_after_comma",
                "Texas US only_candidate",
                "Springfield US stated_after_comma",
                "London GB population",
            ],
        );
        check("In [Atlanta], [Georgia].", &["Atlanta US stated_after_comma", "Georgia US country_in_text"]);
        check("In [Xyzburg], [Bavaria].", &["Xyzburg DE stated_after_comma", "Bavaria DE only_candidate"]);
    }

    #[test]
    fn the_country_of_the_article_decides_between_namesakes() {
        check(
            "Police in [Hyderabad] said. [Pakistan] and [Karachi] were calm.",
            &["Hyderabad PK country_in_text", "Pakistan PK country", "Karachi PK only_candidate"],
        );
    }

    #[test]
    fn countries_that_the_tagger_missed_are_found() {
        check(
            "Pakistan on Sunday urged the US to act.",
            &["Pakistan PK country", "United States US country"],
        );
        check("He flew China Airlines. They told us. Chad Smith ran.", &[]);
    }

    #[test]
    fn parts_of_a_name_tell_its_country() {
        check(
            "The [Argentine Falkland Islands], the Russian [Occupied Xyz Territories], northern [Eastern Punjabi Xyz], [Kabul Airport].",
            &[
                "Falkland Islands FK country",
                "Russian Occupied Xyz Territories RU part_of_name",
                "Eastern Punjabi Xyz - -",
                "Kabul Airport AF part_of_name",
            ],
        );
    }

    #[test]
    fn hostile_spans_do_no_harm() {
        check(
            "[é], [\u{200d}], [,], [’s], [A.B.C.]",
            &["é - -", "\u{200d} - -", ", - -", "’s - -", "A.B.C. - -"],
        );
    }
}
