//! What the words of a place name tell when the gazetteer does not have the whole of it.

use crate::lexicon::{demonyms, places};

/// Words that say which part or kind of place: taken off, what is left may be known.
const EDGES: [&str; 48] = [
    "north",
    "south",
    "east",
    "west",
    "northern",
    "southern",
    "eastern",
    "western",
    "northeast",
    "northwest",
    "southeast",
    "southwest",
    "northeastern",
    "northwestern",
    "southeastern",
    "southwestern",
    "central",
    "upper",
    "lower",
    "greater",
    "inner",
    "outer",
    "downtown",
    "occupied",
    "mainland",
    "rural",
    "metropolitan",
    "the",
    "city",
    "town",
    "village",
    "province",
    "state",
    "region",
    "district",
    "county",
    "governorate",
    "prefecture",
    "department",
    "oblast",
    "municipality",
    "area",
    "airport",
    "international",
    "harbour",
    "harbor",
    "suburbs",
    "metro",
];
/// Last words of names that a demonym before them explains: the Palestinian Territories, the Ivorian coast.
const LANDS: [&str; 10] = [
    "territories",
    "territory",
    "strip",
    "bank",
    "coast",
    "peninsula",
    "heights",
    "highlands",
    "islands",
    "enclave",
];
/// Last (or first) words and what they are.
const KINDS: [(&str, &str); 43] = [
    ("airport", "facility"),
    ("avenue", "facility"),
    ("base", "facility"),
    ("bay", "water"),
    ("beach", "area"),
    ("bridge", "facility"),
    ("canal", "water"),
    ("cape", "area"),
    ("castle", "facility"),
    ("city", "city"),
    ("county", "district"),
    ("creek", "water"),
    ("desert", "area"),
    ("district", "district"),
    ("governorate", "region"),
    ("gulf", "water"),
    ("hill", "mountain"),
    ("hills", "mountain"),
    ("island", "island"),
    ("islands", "island"),
    ("isle", "island"),
    ("lake", "water"),
    ("mount", "mountain"),
    ("mountain", "mountain"),
    ("mountains", "mountain"),
    ("ocean", "water"),
    ("palace", "facility"),
    ("park", "facility"),
    ("peninsula", "area"),
    ("port", "facility"),
    ("province", "region"),
    ("region", "region"),
    ("river", "water"),
    ("road", "facility"),
    ("sea", "water"),
    ("square", "facility"),
    ("stadium", "facility"),
    ("state", "region"),
    ("station", "facility"),
    ("strait", "water"),
    ("street", "facility"),
    ("valley", "area"),
    ("village", "city"),
];

/// The country that the name's own words tell.
pub(super) fn country(name: &str) -> Option<&'static str> {
    let words: Vec<&str> = name.split(' ').filter(|word| !word.is_empty()).collect();
    if words.len() < 2 {
        return None;
    }
    of_core(&words).or_else(|| of_people(&words))
}

/// `Kabul Airport` → Kabul; `northern Iraq` → Iraq.
fn of_core(words: &[&str]) -> Option<&'static str> {
    let is_edge = |word: &&&str| EDGES.contains(&word.to_lowercase().as_str());
    let front = words.iter().take_while(is_edge).count();
    let back = words.iter().rev().take_while(is_edge).count();
    let core = words.get(front..words.len().checked_sub(back)?)?;
    if core.is_empty() || core.len() == words.len() {
        return None;
    }
    places::country(&core.join(" "))
}

/// `Russian Occupied Georgian Territories`: the people named last before the land have it.
fn of_people(words: &[&str]) -> Option<&'static str> {
    let (land, before) = words.split_last()?;
    if !LANDS.contains(&land.to_lowercase().as_str()) {
        return None;
    }
    before.iter().rev().find_map(|word| demonyms::group(word)).and_then(|group| group.country)
}

/// What kind of place the name's first or last word says it is.
pub(super) fn kind(name: &str) -> Option<&'static str> {
    let word = |word: &str| {
        let word = word.to_lowercase();
        KINDS.binary_search_by(|(own, _)| (*own).cmp(&word)).ok().map(|at| KINDS[at].1)
    };
    let (first, rest) = name.split_once(' ')?;
    let last = rest.rsplit(' ').next()?;
    word(last).or_else(|| word(first).filter(|kind| matches!(*kind, "water" | "mountain" | "island")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_kinds_is_sorted() {
        assert!(KINDS.is_sorted());
        assert_eq!(kind("Lake Xyz"), Some("water"));
        assert_eq!(kind("Xyz River"), Some("water"));
        assert_eq!(kind("Xyz"), None);
    }

    #[test]
    fn words_around_a_known_name_are_taken_off() {
        for (name, code) in [
            ("Northern Iraq", "IQ"),
            ("Kabul International Airport", "AF"),
            ("Israeli-held X Syrian Heights", "SY"),
        ] {
            assert_eq!(country(name), Some(code), "{name}");
        }
        assert_eq!(country("North"), None);
        assert_eq!(country("The North"), None);
    }
}
