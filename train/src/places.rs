//! Makes `src/lexicon/places.tsv` and `src/lexicon/countries.tsv` from GeoNames data (CC BY 4.0).
//!
//! Reads `geonames/cities15000.zip` and `geonames/countryInfo.tsv`. Names are lower-cased, sorted bytewise and unique; of two places with one name the more
//! populous stays.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::Read;
use std::path::Path;

/// Cities below this are left out, unless they are capitals.
const POPULATION_MIN: u64 = 50_000;
/// Alternate names are taken from here on: small towns have too many namesakes.
const ALTERNATES_POPULATION_MIN: u64 = 400_000;

/// Short forms and former names that newspapers use, beside GeoNames' own.
const COUNTRY_ALIASES: [(&str, &str); 52] = [
    ("america", "US"),
    ("bolivia", "BO"),
    ("bosnia", "BA"),
    ("bosnia-herzegovina", "BA"),
    ("britain", "GB"),
    ("brunei", "BN"),
    ("burma", "MM"),
    ("cape verde", "CV"),
    ("congo", "CD"),
    ("czech republic", "CZ"),
    ("dr congo", "CD"),
    ("drc", "CD"),
    ("east timor", "TL"),
    ("england", "GB"),
    ("gambia", "GM"),
    ("great britain", "GB"),
    ("holland", "NL"),
    ("hong kong", "HK"),
    ("iran", "IR"),
    ("ivory coast", "CI"),
    ("cote d'ivoire", "CI"),
    ("korea", "KR"),
    ("laos", "LA"),
    ("macau", "MO"),
    ("macedonia", "MK"),
    ("micronesia", "FM"),
    ("moldova", "MD"),
    ("myanmar", "MM"),
    ("netherlands", "NL"),
    ("north korea", "KP"),
    ("northern ireland", "GB"),
    ("palestine", "PS"),
    ("palestinian territories", "PS"),
    ("russia", "RU"),
    ("scotland", "GB"),
    ("south korea", "KR"),
    ("swaziland", "SZ"),
    ("syria", "SY"),
    ("taiwan", "TW"),
    ("tanzania", "TZ"),
    ("the bahamas", "BS"),
    ("the netherlands", "NL"),
    ("turkey", "TR"),
    ("u.a.e.", "AE"),
    ("u.k.", "GB"),
    ("u.s.", "US"),
    ("u.s.a.", "US"),
    ("uae", "AE"),
    ("uk", "GB"),
    ("usa", "US"),
    ("vatican city", "VA"),
    ("wales", "GB"),
];

/// Writes both tables.
pub fn make(data: &Path, out: &Path) -> Result<String, Box<dyn Error>> {
    let countries = countries(&std::fs::read_to_string(data.join("geonames/countryInfo.tsv"))?);
    let places = places(&unzipped(&data.join("geonames/cities15000.zip"))?);
    std::fs::write(out.join("countries.tsv"), table(&countries))?;
    std::fs::write(out.join("places.tsv"), table(&places))?;
    Ok(format!("{} country names, {} place names", countries.len(), places.len()))
}

fn unzipped(path: &Path) -> Result<String, Box<dyn Error>> {
    let mut archive = zip::ZipArchive::new(std::fs::File::open(path)?)?;
    let mut text = String::new();
    archive.by_index(0)?.read_to_string(&mut text)?;
    Ok(text)
}

fn countries(info: &str) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    for line in info.lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split('\t').collect();
        // Column 0 is the ISO code, 4 the name; see the file's own head.
        if let [code, _, _, _, name, ..] = fields[..] {
            names.insert(name.to_lowercase(), code.to_owned());
        }
    }
    names.extend(COUNTRY_ALIASES.map(|(name, code)| (name.to_owned(), code.to_owned())));
    names
}

fn places(cities: &str) -> BTreeMap<String, String> {
    let mut best: BTreeMap<String, (u64, String)> = BTreeMap::new();
    for line in cities.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        // GeoNames' columns: 1 name, 2 ASCII name, 3 alternate names, 7 feature code, 8 country, 14 population.
        let (feature, country) = (fields[7], fields[8]);
        let population: u64 = fields[14].parse().unwrap_or(0);
        let is_capital = feature == "PPLC";
        if population < POPULATION_MIN && !is_capital {
            continue;
        }
        let mut names = vec![fields[1], fields[2]];
        if population >= ALTERNATES_POPULATION_MIN || is_capital {
            names.extend(fields[3].split(',').filter(|name| is_usable(name)));
        }
        for (rank, name) in names.into_iter().enumerate() {
            // An alternate name yields to any place that has it for its own.
            let weight = if rank < 2 { population.max(u64::from(is_capital) * 1_000_000) } else { population / 100 };
            let entry = best.entry(name.to_lowercase()).or_default();
            if weight >= entry.0 {
                *entry = (weight, country.to_owned());
            }
        }
    }
    best.into_iter().map(|(name, (_, country))| (name, country)).collect()
}

/// Names in Latin script of some length; three-letter codes of airports are none.
fn is_usable(name: &str) -> bool {
    name.chars().count() >= 4 && name.chars().all(|c| u32::from(c) < 0x250 && !c.is_ascii_digit())
}

fn table(names: &BTreeMap<String, String>) -> String {
    names.iter().map(|(name, code)| format!("{name}\t{code}\n")).collect()
}
