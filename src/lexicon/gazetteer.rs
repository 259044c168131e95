//! What lists know of names: countries, towns, first names, clubs, companies …, by hashes of their words.
//!
//! `gazetteer.bin` holds, for each phrase of up to six words, in lower case, which lists it stands in.

use super::table::{Table, joined};

/// Lists a phrase can stand in; the number is its bit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum List {
    Country,
    City,
    Town,
    Region,
    Place,
    Person,
    FirstName,
    Surname,
    Company,
    Club,
    University,
    Party,
    Organisation,
    Demonym,
    Other,
}

/// How many lists there are.
pub const LISTS: usize = 15;
/// The bit of a phrase that goes on in a longer one.
pub const GOES_ON: u16 = 1 << 15;
/// Longest phrase, in words.
pub const WORDS_MAX: usize = 6;
/// Where a phrase's hash starts.
pub const SEED: u64 = 0x51ab_7f00_94d1_3c6e;

impl List {
    pub const fn bit(self) -> u16 {
        1 << self as u16
    }
}

/// First names and surnames are looked up word by word.
const SINGLES: u16 = List::FirstName.bit() | List::Surname.bit();

#[derive(Clone, Copy, Debug)]
pub struct Gazetteer<'a> {
    table: Table<'a>,
}

/// The longest phrase at a place.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Match {
    pub words: usize,
    pub lists: u16,
}

impl<'a> Gazetteer<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { table: Table::new(bytes) }
    }

    /// The compiled-in one.
    pub fn own() -> Gazetteer<'static> {
        Gazetteer::new(include_bytes!("gazetteer.bin"))
    }

    fn bits(&self, phrase: u64) -> u16 {
        self.table.get(phrase).map_or(0, |value| u16::from_le_bytes([value[0], value[1]]))
    }

    /// First-name and surname lists of a single word, by its hash in lower case.
    pub fn single(&self, word: u64) -> u16 {
        self.bits(joined(SEED, word)) & SINGLES
    }

    /// The longest phrase that starts with the first of the words given by their hashes in lower case.
    pub fn longest(&self, words: impl Iterator<Item = u64>) -> Match {
        let mut best = Match::default();
        let mut phrase = SEED;
        for (index, word) in words.take(WORDS_MAX).enumerate() {
            phrase = joined(phrase, word);
            let bits = self.bits(phrase);
            if bits & !GOES_ON != 0 {
                best = Match { words: index + 1, lists: bits & !GOES_ON };
            }
            if bits & GOES_ON == 0 {
                break;
            }
        }
        best
    }
}
