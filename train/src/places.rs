//! Makes the place tables of `src/lexicon`: `countries.tsv`, `regions.tsv`, `cities.tsv`, `areas.tsv`,
//! `country_names.tsv`, `places.tsv`.
//!
//! Reads `geonames/{cities15000.zip,countryInfo.tsv,regionInfo.tsv}` and `gazetteers/lutangar-admin/admin2.json` (GeoNames,
//! CC BY 4.0), `gazetteers/factbook` (public domain) for the coordinates of countries, and the words of the current-events
//! folders to tell which alternate names English writers use. Names that the data lacks stand in `places/*.txt`.
//!
//! `places.tsv` is `name<TAB>references`, lower-cased and sorted bytewise, the likeliest reference first:
//! `PK` a country, `=PK.08` a region, `1176615` a city, `~1176615` a city under an alternate name, `PK.08` a district
//! somewhere in that region.

mod corpus;

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::io::Read;
use std::path::Path;

/// Short forms, former names and abbreviations of countries, states and provinces.
const ALIASES: &str = include_str!("places/aliases.txt");
/// Continents, seas, rivers, mountains and regions of the world.
const AREAS: &str = include_str!("places/areas.txt");
/// Words around the name of a region or a district that writers leave out.
const REGION_PREFIXES: [&str; 21] = [
    "autonomous region of ",
    "kabupaten ",
    "kota ",
    "amphoe ",
    "khwaeng ",
    "khet ",
    "changwat ",
    "comuna ",
    "municipiul ",
    "oras ",
    "provincia di ",
    "provincia de ",
    "province of ",
    "departamento de ",
    "departement de ",
    "kraj ",
    "canton of ",
    "landkreis ",
    "kreisfreie stadt ",
    "municipio ",
    "huyen ",
];
const REGION_SUFFIXES: [&str; 31] = [
    " autonomous region",
    " metropolitan region",
    " metropolitan city",
    " autonomous oblast",
    " special region",
    " province",
    " region",
    " oblast",
    " governorate",
    " county",
    " department",
    " district",
    " prefecture",
    " state",
    " parish",
    " municipality",
    " canton",
    " voivodeship",
    " krai",
    " republic",
    " kommun",
    " rayon",
    " raion",
    " subregion",
    " division",
    " emirate",
    " atoll",
    " shi",
    " ku",
    " sheng",
    " zone",
];
/// Alternate names of cities of this size stay even when the corpus lacks them.
const ALTERNATES_POPULATION_MIN: u64 = 1_000_000;
/// Most places under one name.
const REFERENCES_MAX: usize = 12;

/// What a name may mean, with what decides their order.
type Names = BTreeMap<String, Vec<(u64, String)>>;

struct City<'a> {
    id: &'a str,
    names: [&'a str; 2],
    alternates: Vec<&'a str>,
    latitude: f64,
    longitude: f64,
    region: String,
    population: u64,
    is_capital: bool,
}

/// Writes all tables.
pub fn make(data: &Path, out: &Path) -> Result<String, Box<dyn Error>> {
    let info = std::fs::read_to_string(data.join("geonames/countryInfo.tsv"))?;
    let regions = std::fs::read_to_string(data.join("geonames/regionInfo.tsv"))?;
    let districts = std::fs::read_to_string(data.join("gazetteers/lutangar-admin/admin2.json"))?;
    let dump = unzipped(&data.join("geonames/cities15000.zip"))?;
    let cities: Vec<City> = dump.lines().filter_map(city).collect();
    let seen = corpus::seen(data, &alternates(&cities))?;
    let people = people_by_region(&cities);
    let mut names = Names::new();
    add_countries(&info, &mut names);
    add_regions(&regions, &people, &mut names);
    for city in &cities {
        add_city(city, &seen, &mut names);
    }
    add_districts(&districts, &regions, &cities, &mut names);
    add_aliases(&mut names)?;
    let tables = [
        ("countries.tsv", countries_table(&info, data)?),
        ("regions.tsv", regions_table(&regions, &people)),
        ("cities.tsv", cities_table(&cities)),
        ("areas.tsv", areas_table(&names)?),
        ("country_names.tsv", country_names_table(&names)),
        ("places.tsv", names_table(&names)),
    ];
    for (file, table) in &tables {
        std::fs::write(out.join(file), table)?;
    }
    let bytes: usize = tables.iter().map(|(_, table)| table.len()).sum();
    Ok(format!("{} names, {} cities, {bytes} bytes", names.len(), cities.len()))
}

fn unzipped(path: &Path) -> Result<String, Box<dyn Error>> {
    let mut archive = zip::ZipArchive::new(std::fs::File::open(path)?)?;
    let mut text = String::new();
    archive.by_index(0)?.read_to_string(&mut text)?;
    Ok(text)
}

/// One line of GeoNames' main table.
fn city(line: &str) -> Option<City<'_>> {
    let fields: Vec<&str> = line.split('\t').collect();
    let [
        id,
        name,
        ascii,
        alternates,
        latitude,
        longitude,
        _,
        feature,
        country,
        _,
        region,
        _,
        _,
        _,
        population,
        ..,
    ] = fields[..]
    else {
        return None;
    };
    // Places that are gone (PPLH, PPLQ, PPLW) name nothing in the news.
    if matches!(feature, "PPLH" | "PPLQ" | "PPLW") {
        return None;
    }
    Some(City {
        id,
        names: [name, ascii],
        alternates: alternates.split(',').filter(|name| is_usable(name)).collect(),
        latitude: latitude.parse().ok()?,
        longitude: longitude.parse().ok()?,
        region: if region.is_empty() || region == "00" {
            country.to_owned()
        } else {
            format!("{country}.{region}")
        },
        population: population.parse().unwrap_or(0),
        is_capital: feature == "PPLC",
    })
}

/// Names in Latin script of some length that start large; three-letter codes of airports are none.
fn is_usable(name: &str) -> bool {
    name.chars().count() >= 4
        && name.starts_with(char::is_uppercase)
        && name
            .chars()
            .all(|c| u32::from(c) < 0x250 && (c.is_alphabetic() || matches!(c, ' ' | '-' | '\'' | '.')))
        && !name.chars().all(|c| c.is_uppercase())
}

fn alternates(cities: &[City]) -> BTreeSet<String> {
    cities.iter().flat_map(|city| city.alternates.iter().map(|name| (*name).to_owned())).collect()
}

/// How many people of each region live in its cities.
fn people_by_region(cities: &[City]) -> BTreeMap<String, u64> {
    let mut people = BTreeMap::new();
    for city in cities {
        *people.entry(city.region.clone()).or_default() += city.population;
    }
    people
}

/// Lower case, plain apostrophes: how names are looked up.
fn key(name: &str) -> String {
    name.trim().to_lowercase().replace(['’', '‘', '`', 'ʼ'], "'")
}

/// Adds a meaning under the name, and under the spellings of `Saint` that writers use.
fn add(names: &mut Names, name: &str, weight: u64, reference: &str) {
    let name = key(name);
    let mut spellings = vec![name.clone()];
    for (from, to) in [("saint ", "st. "), ("saint ", "st "), ("st. ", "st "), ("st. ", "saint ")] {
        if let Some(rest) = name.strip_prefix(from) {
            spellings.push(format!("{to}{rest}"));
        }
    }
    for spelling in spellings {
        let meanings = names.entry(spelling).or_default();
        if !spelling_holds(meanings, reference) {
            meanings.push((weight, reference.to_owned()));
        }
    }
}

/// A city under its own name is not added again as an alternate.
fn spelling_holds(meanings: &[(u64, String)], reference: &str) -> bool {
    meanings.iter().any(|(_, own)| own.trim_start_matches('~') == reference.trim_start_matches('~'))
}

fn info_lines(info: &str) -> impl Iterator<Item = Vec<&str>> {
    // Netherlands Antilles and Serbia and Montenegro are no more.
    let is_gone = |code: &str| matches!(code, "AN" | "CS");
    let lines = info.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| line.split('\t').collect::<Vec<_>>())
        .filter(move |fields| fields.len() > 16 && !is_gone(fields[0]))
}

/// Countries outweigh everything else of their name; the smallest yield to a large city.
fn add_countries(info: &str, names: &mut Names) {
    for fields in info_lines(info) {
        add(names, fields[4], 1_000_000_000, fields[0]);
    }
}

fn region_lines(regions: &str) -> impl Iterator<Item = Vec<&str>> {
    regions
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split('\t').collect::<Vec<_>>())
        .filter(|f| f.len() == 4)
}

fn add_regions(regions: &str, people: &BTreeMap<String, u64>, names: &mut Names) {
    for fields in region_lines(regions) {
        let weight = people.get(fields[0]).copied().unwrap_or(0) / 4 + 20_000;
        let reference = format!("={}", fields[0]);
        for name in [fields[1], fields[2]] {
            add(names, name, weight, &reference);
            if let Some(short) = without_kind(name) {
                add(names, &short, weight, &reference);
            }
        }
    }
}

/// `Sindh Province` → `Sindh`. Directions alone (`Southern Province`) name nothing.
fn without_kind(name: &str) -> Option<String> {
    let name = key(name);
    let mut short = name.as_str();
    if let Some(prefix) = REGION_PREFIXES.iter().find(|prefix| short.starts_with(**prefix)) {
        short = &short[prefix.len()..];
    }
    if let Some(suffix) = REGION_SUFFIXES.iter().find(|suffix| short.ends_with(**suffix)) {
        short = &short[..short.len() - suffix.len()];
    }
    const DIRECTIONS: [&str; 17] = [
        "north",
        "south",
        "east",
        "west",
        "central",
        "northern",
        "southern",
        "eastern",
        "western",
        "capital",
        "northwest",
        "northeast",
        "southwest",
        "southeast",
        "centre",
        "center",
        "federal",
    ];
    (short != name && short.chars().count() >= 4 && !DIRECTIONS.contains(&short)).then(|| short.to_owned())
}

fn add_city(city: &City, seen: &BTreeSet<String>, names: &mut Names) {
    let weight = if city.is_capital { city.population.max(400_000) * 5 } else { city.population };
    for name in city.names {
        add(names, name, weight, city.id);
    }
    let reference = format!("~{}", city.id);
    for name in &city.alternates {
        if city.population >= ALTERNATES_POPULATION_MIN || seen.contains(*name) {
            add(names, name, city.population / 20, &reference);
        }
    }
}

/// `[{"code":"US.TX.453","name":"Travis County"},…]`. A district is named only where its country has no other
/// place of the name.
fn add_districts(json: &str, regions: &str, cities: &[City], names: &mut Names) {
    let countries: BTreeMap<&str, &str> = cities.iter().map(|city| (city.id, &city.region[..2])).collect();
    let country_of = |reference: &str| match reference.trim_start_matches(['=', '~']) {
        id if id.starts_with(|c: char| c.is_ascii_digit()) => {
            countries.get(id).copied().unwrap_or_default().to_owned()
        }
        code => code[..2].to_owned(),
    };
    let known: BTreeSet<&str> = region_lines(regions).map(|fields| fields[0]).collect();
    for item in json.split("{\"code\":\"").skip(1) {
        let Some((code, rest)) = item.split_once("\",\"name\":\"") else { continue };
        let Some((name, _)) = rest.split_once("\"}") else { continue };
        let Some((region, _)) = code.rsplit_once('.') else { continue };
        if !known.contains(region) {
            continue;
        }
        let short = without_kind(name).filter(|_| !region.starts_with("US"));
        for name in [Some(key(name)), short].into_iter().flatten().filter(|name| is_district_name(name)) {
            let meanings = names.entry(name).or_default();
            if !meanings.iter().any(|(_, own)| country_of(own) == region[..2]) {
                meanings.push((1, region.to_owned()));
            }
        }
    }
}

fn is_district_name(name: &str) -> bool {
    name.chars().count() >= 4
        && name.len() <= 30
        && name.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '-' | '\''))
}

/// `reference<TAB>name|name|…`.
fn add_aliases(names: &mut Names) -> Result<(), Box<dyn Error>> {
    for (reference, list) in typed(ALIASES)? {
        let is_country = reference.len() == 2;
        let weight = if is_country { 1_000_000_000 } else { 10_000_000 };
        for name in list.split('|') {
            // What is typed here outweighs what was read for the same place.
            if let Some(meanings) = names.get_mut(&key(name)) {
                meanings.retain(|(_, own)| own.trim_start_matches('~') != reference);
            }
            add(names, name, weight, reference);
        }
    }
    Ok(())
}

/// The lines of a typed table, without comments.
fn typed(table: &'static str) -> Result<Vec<(&'static str, &'static str)>, Box<dyn Error>> {
    table
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.split_once('\t').ok_or_else(|| format!("no tab in {line}").into()))
        .collect()
}

/// `alpha-2, alpha-3, name, GeoNames id, latitude, longitude`.
fn countries_table(info: &str, data: &Path) -> Result<String, Box<dyn Error>> {
    let coordinates = coordinates(data)?;
    let mut lines: Vec<String> = Vec::new();
    for fields in info_lines(info) {
        let name = match fields[4].trim() {
            "Timor Leste" => "East Timor",
            "Palestinian Territory" => "Palestine",
            "Bonaire, Saint Eustatius and Saba" => "Caribbean Netherlands",
            name => name,
        };
        let (north, east) = coordinates.get(fields[3]).cloned().unwrap_or_default();
        lines.push(format!("{}\t{}\t{name}\t{}\t{north}\t{east}\n", fields[0], fields[1], fields[16]));
    }
    lines.sort();
    Ok(lines.concat())
}

/// The factbook's point for each country, by FIPS code: `33 00 N, 65 00 E` → 33, 65.
fn coordinates(data: &Path) -> Result<BTreeMap<String, (String, String)>, Box<dyn Error>> {
    let mut points = BTreeMap::new();
    for continent in std::fs::read_dir(data.join("gazetteers/factbook"))? {
        let continent = continent?.path();
        if !continent.is_dir() {
            continue;
        }
        for file in std::fs::read_dir(continent)? {
            let file = file?.path();
            let Some(code) = file.file_stem().map(|stem| stem.to_string_lossy().to_uppercase()) else {
                continue;
            };
            let text = std::fs::read_to_string(&file)?;
            if let Some(point) =
                text.split_once("\"Geographic coordinates\"").and_then(|(_, rest)| point(rest))
            {
                points.insert(code, point);
            }
        }
    }
    Ok(points)
}

fn point(json: &str) -> Option<(String, String)> {
    let words = json.split_once("\"text\": \"")?.1.split_once('"')?.0;
    // France's comes after `metropolitan France:`, and those of its departments after it.
    let words = words.split_once(":</strong> ").map_or(words, |(_, rest)| rest);
    let (north, east) = words.split_once(',')?;
    Some((degrees(north)?, degrees(east)?))
}

fn degrees(words: &str) -> Option<String> {
    let parts: Vec<&str> =
        words.split_whitespace().take(3).map(|part| part.trim_end_matches(';')).collect();
    let [whole, minutes, side] = parts[..] else { return None };
    let value = whole.parse::<f64>().ok()? + minutes.parse::<f64>().ok()? / 60.0;
    let signed = if matches!(side, "S" | "W") { -value } else { value };
    matches!(side, "N" | "S" | "E" | "W").then(|| format!("{signed:.2}"))
}

/// `code, GeoNames id, people in its cities`.
fn regions_table(regions: &str, people: &BTreeMap<String, u64>) -> String {
    let mut lines: Vec<String> = region_lines(regions)
        .map(|fields| {
            format!("{}\t{}\t{}\n", fields[0], fields[3], people.get(fields[0]).copied().unwrap_or(0))
        })
        .collect();
    lines.sort_by(|a, b| a.split('\t').next().cmp(&b.split('\t').next()));
    lines.concat()
}

/// `GeoNames id, region, latitude, longitude, population, * when a capital`.
fn cities_table(cities: &[City]) -> String {
    let mut lines: Vec<String> = cities
        .iter()
        .map(|city| {
            let capital = if city.is_capital { "\t*" } else { "" };
            format!(
                "{}\t{}\t{:.4}\t{:.4}\t{}{capital}\n",
                city.id, city.region, city.latitude, city.longitude, city.population
            )
        })
        .collect();
    lines.sort_by(|a, b| a.split('\t').next().cmp(&b.split('\t').next()));
    lines.concat()
}

/// `name, canonical name, kind, country`, from lines `kind<TAB>Name|alias…` with `=CC` after a name that has a country.
/// An area that GeoNames has as a region of that country is left to GeoNames, which knows its code.
fn areas_table(names: &Names) -> Result<String, Box<dyn Error>> {
    let mut lines = BTreeMap::new();
    for (kind, list) in typed(AREAS)? {
        let (list, country) = list.split_once('=').unwrap_or((list, "-"));
        let canonical = list.split('|').next().unwrap_or(list);
        let region = format!("={country}.");
        for name in list.split('|') {
            if names
                .get(&key(name))
                .is_some_and(|meanings| meanings.iter().any(|(_, own)| own.starts_with(&region)))
            {
                continue;
            }
            let line = format!("{canonical}\t{kind}\t{country}");
            if lines.insert(key(name), line).is_some() {
                return Err(format!("{name} stands twice among the areas").into());
            }
        }
    }
    Ok(lines.iter().map(|(name, line)| format!("{name}\t{line}\n")).collect())
}

/// `name, alpha-2` of every name that means a country before anything else.
fn country_names_table(names: &Names) -> String {
    let best = |meanings: &[(u64, String)]| {
        meanings.iter().max_by_key(|(weight, _)| *weight).map(|(_, own)| own.clone())
    };
    let countries = names.iter().filter_map(|(name, meanings)| Some((name, best(meanings)?)));
    countries.filter(|(_, own)| own.len() == 2).map(|(name, own)| format!("{name}\t{own}\n")).collect()
}

fn names_table(names: &Names) -> String {
    let mut table = String::new();
    for (name, meanings) in names {
        let mut meanings = meanings.clone();
        meanings.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        let references: Vec<&str> =
            meanings.iter().take(REFERENCES_MAX).map(|(_, own)| own.as_str()).collect();
        table.push_str(&format!("{name}\t{}\n", references.join(",")));
    }
    table
}
