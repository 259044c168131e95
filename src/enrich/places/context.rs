//! Weighs what each name may mean against what the rest of the article says.

use super::stated::{self, Stated};
use super::{Found, parts};
use crate::lexicon::demonyms;
use crate::lexicon::places::{Identity, Meaning, meanings};
use crate::text::{Token, TokenKind};
use std::collections::BTreeMap;

/// What a name was read as. All is absent when nothing is known of the place.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(super) struct Reading {
    pub(super) meaning: Option<Meaning>,
    pub(super) country: Option<&'static str>,
    pub(super) subkind: Option<&'static str>,
    pub(super) evidence: Option<&'static str>,
}

/// One distinct name of the article.
#[derive(Debug, Default)]
struct Candidates {
    /// As it is first written.
    name: String,
    meanings: Vec<Meaning>,
    stated: Vec<Stated>,
    mentions: usize,
}

/// How much the article speaks of each country.
#[derive(Debug, Default)]
struct Votes {
    /// By the country's own name, its people, the dateline.
    named: BTreeMap<&'static str, f32>,
    /// By places in it.
    local: BTreeMap<&'static str, f32>,
    /// Regions named or stated.
    regions: BTreeMap<&'static str, f32>,
    /// Of all countries; the country that most of the article speaks of, if it says enough.
    total: f32,
    alone: Option<&'static str>,
}

/// Weight of a country named, of a people, of a place in it, of the dateline.
const NAMED: f32 = 1.0;
const PEOPLE: f32 = 0.7;
const LOCAL: f32 = 1.0;
const DATELINE: f32 = 1.5;
/// Share of all votes from which an article is taken to speak of one country only; the share from which a place
/// that the gazetteer lacks is taken to be there (on `GeoVirus` 76 of 82 are right), and the votes it needs.
const ALONE: f32 = 0.8;
const MOST: f32 = 0.6;
const ENOUGH: f32 = 2.0;
/// Fewer people than this make no city that is known abroad.
const SMALL: u32 = 100_000;
/// A city this many times larger than its namesakes abroad speaks for its country.
const DOMINANCE: u32 = 20;

/// The reading of each name found.
pub(super) fn readings(
    text: &str,
    tokens: &[Token],
    found: &[Found],
    dateline: Option<&'static str>,
) -> Vec<Reading> {
    let mut names: BTreeMap<String, Candidates> = BTreeMap::new();
    for place in found {
        let own = names.entry(place.name.to_lowercase()).or_insert_with(|| candidates(&place.name));
        own.mentions += 1;
        if own.stated.is_empty() && !is_plain_country(own) {
            own.stated = stated::find(text, tokens, place);
        }
    }
    let mut votes = votes(&names, dateline);
    if names.values().any(|own| own.meanings.len() != 1 && !is_plain_country(own)) {
        add_people(text, tokens, &mut votes);
    }
    votes.total = votes.named.values().chain(votes.local.values()).sum();
    votes.alone = votes.alone();
    let mut read: BTreeMap<&str, Reading> = BTreeMap::new();
    for (name, own) in &names {
        read.insert(name, reading(own, &votes, dateline));
    }
    state_of_larger(text, found, &names, &mut read);
    found
        .iter()
        .map(|place| read.get(place.name.to_lowercase().as_str()).copied().unwrap_or_default())
        .collect()
}

fn candidates(name: &str) -> Candidates {
    let mut found = meanings(name);
    if found.is_empty() {
        // `Paris, Texas` tagged as one name.
        found = name.split_once(", ").map_or_else(Vec::new, |(first, _)| meanings(first));
    }
    if found.is_empty() {
        // Who holds a place does not change which it is: `British Falkland Islands`.
        let rest = name.split_once(' ').filter(|(first, _)| demonyms::group(first).is_some());
        found = rest.map_or_else(Vec::new, |(_, rest)| meanings(rest));
        found.retain(|meaning| matches!(meaning.kind, "country" | "area"));
    }
    Candidates { name: name.to_owned(), meanings: found, ..Candidates::default() }
}

/// A country whose namesakes are no region that news is made in.
fn is_plain_country(own: &Candidates) -> bool {
    let [first, rest @ ..] = own.meanings.as_slice() else { return false };
    first.kind == "country"
        && rest.iter().all(|meaning| meaning.country == first.country || !matches!(meaning.kind, "region"))
}

fn votes(names: &BTreeMap<String, Candidates>, dateline: Option<&'static str>) -> Votes {
    let mut votes = Votes::default();
    if let Some(country) = dateline {
        *votes.named.entry(country).or_default() += DATELINE;
    }
    for own in names.values() {
        let times = own.mentions.min(3) as f32;
        let Some(first) = own.meanings.first() else { continue };
        let Some(country) = first.country else { continue };
        if is_plain_country(own) {
            *votes.named.entry(country).or_default() += NAMED * times;
        } else if is_dominant(own) {
            *votes.local.entry(country).or_default() += LOCAL;
            if let Identity::Region(region) = first.identity {
                *votes.regions.entry(region).or_default() += LOCAL;
            }
        }
        if let Some((meaning, stated)) = supported(own) {
            if let Some(country) = meaning.country {
                *votes.local.entry(country).or_default() += LOCAL;
            }
            if let Some(region) = stated.within.subdivision {
                *votes.regions.entry(region).or_default() += LOCAL;
            }
        }
    }
    votes
}

/// Whether the first meaning has no rival in another country.
fn is_dominant(own: &Candidates) -> bool {
    let Some(first) = own.meanings.first() else { return false };
    let is_rival = |other: &&Meaning| other.country != first.country && other.kind != "district";
    let rival = own.meanings.iter().skip(1).filter(is_rival).map(|other| other.population).max();
    first.kind != "district"
        && first.country.is_some()
        && rival.is_none_or(|rival| rival.saturating_mul(DOMINANCE) < first.population)
}

/// Peoples speak for their countries.
fn add_people(text: &str, tokens: &[Token], votes: &mut Votes) {
    for token in tokens.iter().filter(|token| token.kind == TokenKind::Word) {
        if let Some(country) = demonyms::group(token.span.of(text)).and_then(|group| group.country) {
            *votes.named.entry(country).or_default() += PEOPLE;
        }
    }
}

/// The meaning that lies where the text says that the place lies.
fn supported(own: &Candidates) -> Option<(Meaning, Stated)> {
    let mut stated = own.stated.iter();
    stated.find_map(|stated| {
        let lies_there = |meaning: &&Meaning| lies_within(meaning, &stated.within);
        own.meanings.iter().find(lies_there).map(|meaning| (*meaning, *stated))
    })
}

fn lies_within(meaning: &Meaning, larger: &Meaning) -> bool {
    meaning.identity != larger.identity
        && meaning.kind != "country"
        && meaning.country.is_some()
        && meaning.country == larger.country
        && (larger.subdivision.is_none() || meaning.subdivision == larger.subdivision)
}

fn reading(own: &Candidates, votes: &Votes, dateline: Option<&'static str>) -> Reading {
    if let Some((meaning, stated)) = supported(own) {
        return of_meaning(meaning, stated.evidence);
    }
    if own.meanings.is_empty() || is_far_fetched(own, votes) {
        return unknown(own, votes);
    }
    let best = best(own, votes);
    let Some(best) = best else { return Reading { subkind: parts::kind(&own.name), ..Reading::default() } };
    of_meaning(best, evidence(own, &best, votes, dateline))
}

/// A small place far from all that the article speaks of, known by no other: more likely one that the gazetteer
/// lacks.
fn is_far_fetched(own: &Candidates, votes: &Votes) -> bool {
    let is_small = |meaning: &Meaning| {
        let is_place = matches!(meaning.kind, "city" | "district");
        is_place && (meaning.population < SMALL || !meaning.is_own_name)
    };
    let has_votes = |meaning: &Meaning| votes.bonus(meaning, false) > 0.0;
    votes.total >= ENOUGH && own.meanings.iter().all(|meaning| is_small(meaning) && !has_votes(meaning))
}

fn of_meaning(meaning: Meaning, evidence: &'static str) -> Reading {
    Reading {
        meaning: Some(meaning),
        country: meaning.country,
        subkind: Some(meaning.kind),
        evidence: Some(evidence),
    }
}

/// A place that the gazetteer lacks: what is said beside it, else what its own words tell.
fn unknown(own: &Candidates, votes: &Votes) -> Reading {
    let subkind = parts::kind(&own.name);
    let stated = own
        .stated
        .iter()
        .find(|stated| stated.is_firm)
        .and_then(|stated| Some((stated.within.country?, stated.evidence)));
    let told = stated
        .or_else(|| Some((parts::country(&own.name)?, "part_of_name")))
        .or_else(|| Some((votes.alone?, "main_country_in_text")));
    Reading {
        meaning: None,
        country: told.map(|(country, _)| country),
        subkind,
        evidence: told.map(|(_, evidence)| evidence),
    }
}

/// The likeliest meaning. Districts are many and small: they need the article's support, or no rival.
fn best(own: &Candidates, votes: &Votes) -> Option<Meaning> {
    let has_country = own.meanings.iter().any(|meaning| meaning.kind == "country");
    let is_single = own.meanings.len() == 1;
    let mut best: Option<(f32, Meaning)> = None;
    for meaning in &own.meanings {
        let context = votes.bonus(meaning, has_country);
        if meaning.kind == "district" && !is_single && context <= 0.0 {
            continue;
        }
        let score = prior(meaning) + context;
        if best.is_none_or(|(highest, _)| score > highest) {
            best = Some((score, *meaning));
        }
    }
    best.map(|(_, meaning)| meaning)
}

/// How well known the place is, on a logarithmic scale of people.
fn prior(meaning: &Meaning) -> f32 {
    let people = meaning.population as f32;
    let weight = match meaning.kind {
        "country" => 1e8,
        "capital" => people.max(400_000.0) * 5.0,
        "city" => people,
        "region" => people / 4.0 + 20_000.0,
        "district" => 3_000.0,
        _ => 5e7,
    };
    let weight = if meaning.is_own_name { weight } else { weight / 20.0 };
    weight.max(100.0).log10()
}

impl Votes {
    /// How much the article's other places speak for the meaning. Beside a country of the same name only places
    /// count: that the US is named says nothing for the state of Georgia.
    fn bonus(&self, meaning: &Meaning, has_country: bool) -> f32 {
        let Some(country) = meaning.country else { return 0.0 };
        let named = self.named.get(country).copied().unwrap_or(0.0);
        let local = self.local.get(country).copied().unwrap_or(0.0);
        let region =
            meaning.subdivision.and_then(|region| self.regions.get(region)).copied().unwrap_or(0.0);
        let share = |votes: f32| if self.total > 0.0 { votes / self.total } else { 0.0 };
        let is_all = share(named + local) >= ALONE;
        let votes = if has_country && meaning.kind != "country" && !is_all { local } else { named + local };
        1.5 * votes.min(1.0) + 1.5 * share(votes) + region.min(1.0)
    }

    fn alone(&self) -> Option<&'static str> {
        let votes = |country: &'static str| {
            let of = |votes: &BTreeMap<&'static str, f32>| votes.get(country).copied().unwrap_or(0.0);
            of(&self.named) + of(&self.local)
        };
        let mut countries = self.named.keys().chain(self.local.keys());
        let enough =
            |country: &&&'static str| votes(country) >= MOST * self.total && votes(country) >= ENOUGH;
        countries.find(enough).copied()
    }
}

fn evidence(
    own: &Candidates,
    best: &Meaning,
    votes: &Votes,
    dateline: Option<&'static str>,
) -> &'static str {
    if best.kind == "country" {
        return "country";
    }
    if own.meanings.len() == 1 {
        return "only_candidate";
    }
    let mut others = own
        .meanings
        .iter()
        .filter(|other| other.identity != best.identity && other.country != best.country);
    if !others.any(|other| prior(other) > prior(best)) {
        return "population";
    }
    let country = best.country.unwrap_or_default();
    if votes.named.get(country).is_some_and(|votes| *votes <= DATELINE) && dateline == best.country {
        return "dateline";
    }
    "country_in_text"
}

/// In `Atlanta, Georgia` the second name is read by the first.
fn state_of_larger<'a>(
    text: &str,
    found: &[Found],
    names: &'a BTreeMap<String, Candidates>,
    read: &mut BTreeMap<&'a str, Reading>,
) {
    for own in names.values() {
        let Some((_, stated)) = supported(own) else { continue };
        let at = found.partition_point(|place| place.tokens.start < stated.start);
        let Some(larger) = found.get(at).filter(|place| place.tokens.start == stated.start) else {
            continue;
        };
        let lower = larger.span.of(text).to_lowercase();
        let Some((name, _)) = names.get_key_value(&lower) else { continue };
        let Some(reading) = read.get_mut(name.as_str()) else { continue };
        if reading.meaning.is_some_and(|meaning| meaning.identity != stated.within.identity) {
            *reading = of_meaning(stated.within, "stated_of");
        }
    }
}
