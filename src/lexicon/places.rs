//! Which country a place is in: countries, states and provinces with their newspaper abbreviations, cities.
//!
//! The tables are made by `train/` from `GeoNames` (see NOTICE). They are searched where they stand in the
//! program, sorted line by line, so that nothing is built at start-up.

use std::cmp::Ordering;

const COUNTRIES: &str = include_str!("countries.tsv");
const CITIES: &str = include_str!("places.tsv");
/// Longest name in any table, in bytes.
const NAME_BYTES_MAX: usize = 64;

/// States, provinces and their abbreviations as newspapers write them. Sorted.
const STATES: &[(&str, &str)] = &[
    ("ala.", "US"),
    ("alabama", "US"),
    ("alaska", "US"),
    ("alberta", "CA"),
    ("alta.", "CA"),
    ("ariz.", "US"),
    ("arizona", "US"),
    ("ark.", "US"),
    ("arkansas", "US"),
    ("b.c.", "CA"),
    ("british columbia", "CA"),
    ("calif.", "US"),
    ("california", "US"),
    ("colo.", "US"),
    ("colorado", "US"),
    ("conn.", "US"),
    ("connecticut", "US"),
    ("d.c.", "US"),
    ("del.", "US"),
    ("delaware", "US"),
    ("fla.", "US"),
    ("florida", "US"),
    ("ga.", "US"),
    ("hawaii", "US"),
    ("idaho", "US"),
    ("ill.", "US"),
    ("illinois", "US"),
    ("ind.", "US"),
    ("indiana", "US"),
    ("iowa", "US"),
    ("kan.", "US"),
    ("kansas", "US"),
    ("kentucky", "US"),
    ("ky.", "US"),
    ("la.", "US"),
    ("louisiana", "US"),
    ("maine", "US"),
    ("man.", "CA"),
    ("manitoba", "CA"),
    ("maryland", "US"),
    ("mass.", "US"),
    ("massachusetts", "US"),
    ("md.", "US"),
    ("mich.", "US"),
    ("michigan", "US"),
    ("minn.", "US"),
    ("minnesota", "US"),
    ("miss.", "US"),
    ("mississippi", "US"),
    ("missouri", "US"),
    ("mo.", "US"),
    ("mont.", "US"),
    ("montana", "US"),
    ("n.b.", "CA"),
    ("n.c.", "US"),
    ("n.d.", "US"),
    ("n.h.", "US"),
    ("n.j.", "US"),
    ("n.l.", "CA"),
    ("n.m.", "US"),
    ("n.s.", "CA"),
    ("n.s.w.", "AU"),
    ("n.y.", "US"),
    ("neb.", "US"),
    ("nebraska", "US"),
    ("nev.", "US"),
    ("nevada", "US"),
    ("new brunswick", "CA"),
    ("new hampshire", "US"),
    ("new jersey", "US"),
    ("new mexico", "US"),
    ("new south wales", "AU"),
    ("newfoundland", "CA"),
    ("north carolina", "US"),
    ("north dakota", "US"),
    ("nova scotia", "CA"),
    ("ohio", "US"),
    ("okla.", "US"),
    ("oklahoma", "US"),
    ("ont.", "CA"),
    ("ontario", "CA"),
    ("ore.", "US"),
    ("oregon", "US"),
    ("p.e.i.", "CA"),
    ("pa.", "US"),
    ("pennsylvania", "US"),
    ("prince edward island", "CA"),
    ("que.", "CA"),
    ("quebec", "CA"),
    ("queensland", "AU"),
    ("r.i.", "US"),
    ("rhode island", "US"),
    ("s.c.", "US"),
    ("s.d.", "US"),
    ("sask.", "CA"),
    ("saskatchewan", "CA"),
    ("south australia", "AU"),
    ("south carolina", "US"),
    ("south dakota", "US"),
    ("tasmania", "AU"),
    ("tenn.", "US"),
    ("tennessee", "US"),
    ("texas", "US"),
    ("utah", "US"),
    ("va.", "US"),
    ("vermont", "US"),
    ("virginia", "US"),
    ("vt.", "US"),
    ("w.va.", "US"),
    ("wash.", "US"),
    ("west virginia", "US"),
    ("western australia", "AU"),
    ("wis.", "US"),
    ("wisconsin", "US"),
    ("wyo.", "US"),
    ("wyoming", "US"),
];

/// The ISO 3166 alpha-2 code of the country the place is, or is in; any case.
pub fn country(name: &str) -> Option<&'static str> {
    if name.is_empty() || name.len() > NAME_BYTES_MAX {
        return None;
    }
    let lower = name.to_lowercase();
    let name = lower.as_str();
    let state = || STATES.binary_search_by(|(own, _)| (*own).cmp(name)).ok().map(|at| STATES[at].1);
    search(COUNTRIES, name).or_else(state).or_else(|| search(CITIES, name))
}

/// The value of a key in lines of `key<TAB>value`, sorted bytewise by key.
fn search(table: &'static str, key: &str) -> Option<&'static str> {
    let (mut low, mut high) = (0, table.len());
    while low < high {
        let middle = table.floor_char_boundary(low.midpoint(high));
        let start = table[low..middle].rfind('\n').map_or(low, |at| low + at + 1);
        let end = table[middle..].find('\n').map_or(table.len(), |at| middle + at);
        let (own, value) = table[start..end].split_once('\t')?;
        match own.as_bytes().cmp(key.as_bytes()) {
            Ordering::Equal => return Some(value),
            Ordering::Less => low = end + 1,
            Ordering::Greater => high = start,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sorted_and_every_key_is_found() {
        assert!(STATES.is_sorted_by(|a, b| a.0 < b.0));
        for table in [COUNTRIES, CITIES] {
            let keys: Vec<(&str, &str)> =
                table.lines().map(|line| line.split_once('\t').expect("a tab")).collect();
            assert!(keys.is_sorted_by(|a, b| a.0.as_bytes() < b.0.as_bytes()));
            for (key, value) in keys {
                assert!(
                    value.len() == 2 && value.bytes().all(|b| b.is_ascii_uppercase()),
                    "{key}: {value}"
                );
                assert_eq!(search(table, key), Some(value), "{key}");
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
        ];
        for (name, code) in cases {
            assert_eq!(country(name), Some(code), "{name}");
        }
        for name in ["", "Nowhere-on-Sea", "a\tb", &"x".repeat(100)] {
            assert_eq!(country(name), None, "{name:?}");
        }
    }
}
