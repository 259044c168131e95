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

/// What a first name says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Told {
    pub gender: Gender,
    /// Whether a careful list says so.
    pub is_sure: bool,
}

/// The gender that most bearers of a first name have, any case; none for names of both and unknown ones.
pub fn gender(first: &str) -> Option<Told> {
    let letter = sorted::value(NAMES, &first.to_lowercase())?;
    let (gender, is_sure) = match letter {
        "M" => (Gender::Male, true),
        "F" => (Gender::Female, true),
        "m" => (Gender::Male, false),
        _ => (Gender::Female, false),
    };
    Some(Told { gender, is_sure })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn men_women_and_neither() {
        assert_eq!(gender("MARY").map(|told| told.gender), Some(Gender::Female));
        assert_eq!(gender("John").map(|told| told.gender), Some(Gender::Male));
        assert_eq!(gender("Bridge-on-Sea"), None);
        assert!(NAMES.lines().is_sorted(), "a table that is searched must be sorted");
    }
}
