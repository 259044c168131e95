//! Makes `src/lexicon/demonyms.tsv`: words for peoples, `word<TAB>adjective<TAB>country or -`, sorted bytewise.
//!
//! Reads nationalities from `gazetteers/factbook` (public domain) and `geonames/countryInfo.tsv` (GeoNames, CC BY 4.0) for
//! its codes; `demonyms.txt` has what both lack: second words, religions, peoples without a country.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

const TYPED: &str = include_str!("demonyms.txt");
/// Endings of words that are their own plural, or have another.
const NO_PLURAL: [&str; 17] = [
    "ese",
    "sh",
    "ch",
    "men",
    "hman",
    "xman",
    "woman",
    "s",
    "z",
    "x",
    "ic",
    "Tory",
    "Eastern",
    "Lao",
    "Philippine",
    "Hmong",
    "Roma",
];

/// Writes the table.
pub fn make(data: &Path, out: &Path) -> Result<String, Box<dyn Error>> {
    let mut words = BTreeMap::new();
    for line in TYPED.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (country, list) = line.split_once('\t').ok_or("a line of demonyms.txt has no tab")?;
        let adjective = list.split('|').next().unwrap_or(list);
        for word in list.split('|') {
            add(&mut words, word, adjective, country);
        }
    }
    for (country, adjective, nouns) in factbook(data)? {
        // A typed word for the country is its adjective.
        let known = words.get(&adjective).map(|(own, _): &(String, String)| own.clone());
        let adjective = known.unwrap_or(adjective);
        for word in nouns.iter().chain([&adjective]) {
            add(&mut words, word, &adjective, &country);
        }
    }
    let table: String =
        words.iter().map(|(word, (own, country))| format!("{word}\t{own}\t{country}\n")).collect();
    std::fs::write(out.join("demonyms.tsv"), &table)?;
    Ok(format!("{} words, {} bytes", words.len(), table.len()))
}

fn add(words: &mut BTreeMap<String, (String, String)>, word: &str, adjective: &str, country: &str) {
    let value = (adjective.to_owned(), country.to_owned());
    words.entry(word.to_owned()).or_insert_with(|| value.clone());
    if !NO_PLURAL.iter().any(|end| word.ends_with(end)) {
        words.entry(format!("{word}s")).or_insert(value);
    }
}

/// Country code, adjective, nouns.
type Nationality = (String, String, Vec<String>);

/// Every nationality that the factbook writes plainly.
fn factbook(data: &Path) -> Result<Vec<Nationality>, Box<dyn Error>> {
    let info = std::fs::read_to_string(data.join("geonames/countryInfo.tsv"))?;
    let mut found = Vec::new();
    for line in info.lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [country, _, _, fips, name, ..] = fields[..] else { continue };
        let Some(text) = profile(data, fips)? else { continue };
        let Some((_, rest)) = text.split_once("\"Nationality\"") else { continue };
        let adjectives = words(value(rest, "\"adjective\""), name);
        let nouns = words(value(rest, "\"noun\""), name);
        if let Some(adjective) = adjectives.first() {
            found.push((
                country.to_owned(),
                adjective.clone(),
                nouns.into_iter().chain(adjectives.iter().cloned()).collect(),
            ));
        }
    }
    found.sort();
    Ok(found)
}

fn profile(data: &Path, fips: &str) -> Result<Option<String>, Box<dyn Error>> {
    for continent in std::fs::read_dir(data.join("gazetteers/factbook"))? {
        let file = continent?.path().join(format!("{}.json", fips.to_lowercase()));
        if !fips.is_empty() && file.is_file() {
            return Ok(Some(std::fs::read_to_string(file)?));
        }
    }
    Ok(None)
}

/// The text under a key: `"noun": { "text": "Afghan(s)" }`.
fn value<'a>(json: &'a str, key: &str) -> &'a str {
    let text = json.split_once(key).and_then(|(_, rest)| rest.split_once("\"text\": \""));
    text.and_then(|(_, rest)| rest.split_once('"')).map_or("", |(text, _)| text)
}

/// `Lao(s) or Laotian(s)` → Lao, Laotian. A remark or the country's own name is no word for its people.
fn words(text: &str, country: &str) -> Vec<String> {
    let plain = text.split(';').next().unwrap_or("").replace("(s)", "");
    let parts = plain.split([',', '/']).flat_map(|part| part.split(" or "));
    let bare = parts.map(|part| part.split('(').next().unwrap_or("").trim().to_owned());
    let is_word = |word: &String| {
        word.len() > 2
            && word.starts_with(char::is_uppercase)
            && word.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '-'))
            && word.split(' ').all(|part| part.starts_with(char::is_uppercase))
            && !country.contains(word.as_str())
            && !["NA", "Chinese", "French", "Dutch", "Korean", "Dominican"].contains(&word.as_str())
    };
    bare.filter(is_word).collect()
}
