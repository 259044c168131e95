//! Countries, their regions, cities and the seas, rivers and mountains of the world, by every name they go by.
//!
//! The tables are made by `train/` from `GeoNames` (see NOTICE). They are searched where they stand in the
//! program, sorted line by line, so that nothing is built at start-up. One name may mean several places; this
//! file says which and how well known each is, `enrich/places.rs` says which of them an article means.

use std::cmp::Ordering;

/// `alpha-2, alpha-3, name, GeoNames id, latitude, longitude`.
const COUNTRIES: &str = include_str!("countries.tsv");
/// `code, GeoNames id, people in its cities`.
const REGIONS: &str = include_str!("regions.tsv");
/// `GeoNames id, region, latitude, longitude, population, * when a capital`.
const CITIES: &str = include_str!("cities.tsv");
/// `name, canonical name, kind, country`.
const AREAS: &str = include_str!("areas.tsv");
/// `name, alpha-2` of names that mean a country before anything else.
const COUNTRY_NAMES: &str = include_str!("country_names.tsv");
/// `name, references`: `PK` a country, `=PK.08` a region, `1176615` a city, `~1176615` a city under an alternate
/// name, `PK.08` a district in that region. The likeliest comes first.
const NAMES: &str = include_str!("places.tsv");
/// Longest name in any table, in bytes.
const NAME_BYTES_MAX: usize = 96;
/// A city that datelines are believed to come from has at least as many people, or is a capital.
const DATELINE_POPULATION_MIN: u32 = 50_000;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Country {
    /// ISO 3166.
    pub alpha2: &'static str,
    pub alpha3: &'static str,
    pub name: &'static str,
    facts: &'static str,
}

/// What makes two meanings the same place.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Identity {
    /// By alpha-2 code.
    Country(&'static str),
    /// A first-order division, by code: `PK.08`.
    Region(&'static str),
    /// By `GeoNames` id.
    City(u32),
    /// Some place of the name in the region of this code; only the name tells it from others there.
    District(&'static str),
    /// By canonical name: a sea, a continent, a part of a country.
    Area(&'static str),
}

/// One place that a name may mean.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Meaning {
    pub identity: Identity,
    /// `country`, `capital`, `city`, `region`, `district`, `area`, `island`, `water`, `mountain`, `continent`.
    pub kind: &'static str,
    /// ISO 3166 alpha-2.
    pub country: Option<&'static str>,
    /// The first-order division it is, or is in.
    pub subdivision: Option<&'static str>,
    pub geonames_id: Option<u32>,
    /// Degrees north and east.
    pub coordinates: Option<(f32, f32)>,
    /// Of the city, or of the region's cities.
    pub population: u32,
    /// Whether the place is known under this name, not only called so by some.
    pub is_own_name: bool,
}

/// The ISO 3166 alpha-2 code of the country the place is, or is in; any case. Small towns are left out.
pub fn country(name: &str) -> Option<&'static str> {
    let meanings = meanings(name);
    let is_known = |meaning: &&Meaning| match meaning.kind {
        "city" => meaning.is_own_name && meaning.population >= DATELINE_POPULATION_MIN,
        kind => kind != "district",
    };
    meanings.iter().filter(is_known).find_map(|meaning| meaning.country)
}

/// Whether the name is a country's, in full, short or as an abbreviation.
pub fn is_country(name: &str) -> bool {
    country_named(name).is_some()
}

/// The country that the name means first of all.
pub fn country_named(name: &str) -> Option<Country> {
    let name = normal(name)?;
    let code =
        search(COUNTRY_NAMES, &name).or_else(|| search(COUNTRY_NAMES, name.strip_prefix("the ")?))?;
    country_by_code(code)
}

/// The country of an ISO 3166 alpha-2 code.
pub fn country_by_code(alpha2: &str) -> Option<Country> {
    let (alpha2, line) = search_line(COUNTRIES, alpha2)?;
    let mut fields = line.splitn(3, '\t');
    Some(Country { alpha2, alpha3: fields.next()?, name: fields.next()?, facts: fields.next()? })
}

/// Everything the name may mean, the likeliest first; any case.
pub fn meanings(name: &str) -> Vec<Meaning> {
    let Some(name) = normal(name) else { return Vec::new() };
    let mut found: Vec<Meaning> = area(&name).into_iter().collect();
    if let Some(list) = references(&name) {
        found.extend(list.split(',').filter_map(meaning));
    }
    found
}

/// The region of a country by its own code: `US` and `TX`.
pub fn region_by_code(code: &str) -> Option<Meaning> {
    let (key, _) = search_line(REGIONS, code)?;
    region(key)
}

/// How names are looked up: lower case, plain apostrophes. None for what is too long for a name.
fn normal(name: &str) -> Option<String> {
    if name.is_empty() || name.len() > NAME_BYTES_MAX {
        return None;
    }
    let lower = name.to_lowercase();
    Some(if lower.is_ascii() {
        lower
    } else {
        lower.replace(['’', '‘', 'ʼ'], "'").replace('\u{a0}', " ")
    })
}

/// The references of a name, with or without its article.
fn references(name: &str) -> Option<&'static str> {
    search(NAMES, name).or_else(|| search(NAMES, name.strip_prefix("the ")?))
}

fn area(name: &str) -> Option<Meaning> {
    let line = search(AREAS, name).or_else(|| search(AREAS, name.strip_prefix("the ")?))?;
    let mut fields = line.split('\t');
    let (canonical, kind, country) = (fields.next()?, fields.next()?, fields.next()?);
    Some(Meaning {
        identity: Identity::Area(canonical),
        kind,
        country: (country != "-").then_some(country),
        subdivision: None,
        geonames_id: None,
        coordinates: None,
        population: 0,
        is_own_name: true,
    })
}

fn meaning(reference: &'static str) -> Option<Meaning> {
    if let Some(code) = reference.strip_prefix('=') {
        return region(code);
    }
    let id = reference.strip_prefix('~').unwrap_or(reference);
    if id.starts_with(|c: char| c.is_ascii_digit()) {
        return city(id, id == reference);
    }
    if reference.len() == 2 {
        return country_by_code(reference).map(Country::meaning);
    }
    let place = Meaning { identity: Identity::District(reference), kind: "district", ..region(reference)? };
    Some(Meaning { geonames_id: None, population: 0, ..place })
}

impl Country {
    pub fn meaning(self) -> Meaning {
        let mut facts = self.facts.split('\t');
        let id = facts.next().and_then(|id| id.parse().ok());
        let degrees = |words: Option<&str>| words.and_then(|words| words.parse::<f32>().ok());
        Meaning {
            identity: Identity::Country(self.alpha2),
            kind: "country",
            country: Some(self.alpha2),
            subdivision: None,
            geonames_id: id,
            coordinates: degrees(facts.next()).zip(degrees(facts.next())),
            population: 0,
            is_own_name: true,
        }
    }
}

fn region(code: &'static str) -> Option<Meaning> {
    let (id, people) = search(REGIONS, code)?.split_once('\t')?;
    Some(Meaning {
        identity: Identity::Region(code),
        kind: "region",
        country: code.get(..2),
        subdivision: Some(code),
        geonames_id: id.parse().ok(),
        coordinates: None,
        population: people.parse().unwrap_or(0),
        is_own_name: true,
    })
}

fn city(id: &str, is_own_name: bool) -> Option<Meaning> {
    let mut fields = search(CITIES, id)?.split('\t');
    let region = fields.next()?;
    let mut degrees = || fields.next().and_then(|words| words.parse::<f32>().ok());
    let coordinates = degrees().zip(degrees());
    let population = fields.next().and_then(|people| people.parse().ok()).unwrap_or(0);
    let id = id.parse().ok()?;
    Some(Meaning {
        identity: Identity::City(id),
        kind: if fields.next().is_some() { "capital" } else { "city" },
        country: region.get(..2),
        subdivision: Some(region).filter(|region| region.len() > 2),
        geonames_id: Some(id),
        coordinates,
        population,
        is_own_name,
    })
}

/// The value of a key in lines of `key<TAB>value`, sorted bytewise by key.
fn search(table: &'static str, key: &str) -> Option<&'static str> {
    search_line(table, key).map(|(_, value)| value)
}

/// The same with the key as it stands in the table.
fn search_line(table: &'static str, key: &str) -> Option<(&'static str, &'static str)> {
    let bytes = table.as_bytes();
    let (mut low, mut high) = (0, table.len());
    while low < high {
        let middle = low.midpoint(high);
        let start = bytes[low..middle].iter().rposition(|b| *b == b'\n').map_or(low, |at| low + at + 1);
        let line = &bytes[start..];
        let known = line.len().min(key.len());
        let order = match line[..known].cmp(&key.as_bytes()[..known]) {
            // A key ends with its tab, which sorts below all that a longer key may go on with.
            Ordering::Equal if known < key.len() => Ordering::Less,
            Ordering::Equal if line.get(known) == Some(&b'\t') => Ordering::Equal,
            Ordering::Equal => Ordering::Greater,
            order => order,
        };
        if order == Ordering::Greater {
            high = start;
            continue;
        }
        let end = line.iter().position(|b| *b == b'\n').map_or(table.len(), |at| start + at);
        if order == Ordering::Equal {
            return table[start..end].split_once('\t');
        }
        low = end + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sorted_and_every_key_is_found() {
        for table in [COUNTRIES, COUNTRY_NAMES, REGIONS, CITIES, AREAS, NAMES] {
            let keys: Vec<(&str, &str)> =
                table.lines().map(|line| line.split_once('\t').expect("a tab")).collect();
            assert!(keys.is_sorted_by(|a, b| a.0.as_bytes() < b.0.as_bytes()));
            for (key, value) in keys {
                assert_eq!(search(table, key), Some(value), "{key}");
            }
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        for line in NAMES.lines() {
            let (name, list) = line.split_once('\t').expect("a tab");
            for reference in list.split(',') {
                let found = meaning(reference);
                assert!(found.is_some_and(|found| found.country.is_some()), "{name}: {reference}");
            }
        }
    }

    #[test]
    fn countries_come_before_states_and_states_before_cities() {
        let cases = [
            ("Georgia", "GE"),
            ("Ga.", "US"),
            ("PARIS", "FR"),
            ("são paulo", "BR"),
            ("Sao Paulo", "BR"),
            ("Ont.", "CA"),
            ("the Netherlands", "NL"),
        ];
        for (name, code) in cases {
            assert_eq!(country(name), Some(code), "{name}");
        }
        for name in ["", "Nowhere-on-Sea", "a\tb", &"x".repeat(100)] {
            assert_eq!(country(name), None, "{name:?}");
        }
    }

    #[test]
    fn facts_come_with_a_meaning() {
        let islamabad = meanings("Islamabad")[0];
        assert_eq!((islamabad.kind, islamabad.country), ("capital", Some("PK")));
        assert_eq!(islamabad.geonames_id, Some(1_176_615));
        let georgia: Vec<_> = meanings("Georgia").iter().map(|found| found.identity).collect();
        assert!(georgia.starts_with(&[Identity::Country("GE"), Identity::Region("US.GA")]));
        assert_eq!(meanings("Black Sea")[0].kind, "water");
        assert_eq!(country_named("U.S.").map(|found| found.name), Some("United States"));
        assert!(is_country("Britain") && !is_country("London") && !is_country("zz"));
        assert_eq!(country_by_code("PK").map(|found| found.alpha3), Some("PAK"));
    }
}
