//! Whether a first name is a man's or a woman's.
//!
//! The table is made by `train/` (see NOTICE) and searched where it stands.

use super::sorted;

const NAMES: &str = include_str!("first_names.tsv");

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Gender {
    Male,
    Female,
}

/// The gender that most bearers of a first name have, any case; none for names of both and unknown ones.
pub fn gender(first: &str) -> Option<Gender> {
    match sorted::value(NAMES, &first.to_lowercase())? {
        "M" => Some(Gender::Male),
        _ => Some(Gender::Female),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn men_women_and_neither() {
        assert_eq!(gender("MARY"), Some(Gender::Female));
        assert_eq!(gender("John"), Some(Gender::Male));
        assert_eq!(gender("Bridge-on-Sea"), None);
        assert!(NAMES.lines().is_sorted(), "a table that is searched must be sorted");
    }
}
