//! How common a word is in the news, and whether it is mostly a verb or an adverb.
//!
//! Evidence: counts over news texts and parts of speech, made by `train/`; see NOTICE.
//! Example: `government` is common, `lamplighter` is not; `announced` is a verb.
//! Misses: other languages; words that are noun and verb in equal parts count as nouns.

use super::table::{Table, of_chars};

const BYTES: &[u8] = include_bytes!("word_frequencies.bin");
/// The lower six bits of a value are the level, the upper two the part of speech.
pub const LEVEL_MAX: u8 = 0x3f;

/// What a word mostly is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Part {
    /// A noun, a name, or not known.
    #[default]
    Other = 0,
    Verb = 1,
    /// An adverb or one of the small words.
    Adverb = 2,
    Adjective = 3,
}

/// What is known of a word.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Frequency {
    /// Twice the binary logarithm of the number of sentences with it; 0 for unknown words.
    pub level: u8,
    pub part: Part,
}

/// The hash of a word in lower case, by which it is looked up.
pub fn hash(word: &str) -> u64 {
    of_chars(word.chars().flat_map(char::to_lowercase))
}

/// What is known of the word with this [`hash`].
pub fn of(hash: u64) -> Frequency {
    let value = Table::new(BYTES).get(hash).and_then(|value| value.first().copied()).unwrap_or(0);
    let part = match value >> 6 {
        1 => Part::Verb,
        2 => Part::Adverb,
        3 => Part::Adjective,
        _ => Part::Other,
    };
    Frequency { level: value & LEVEL_MAX, part }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_and_rare_words() {
        let level = |word: &str| of(hash(word)).level;
        assert!(level("government") > level("bridge") && level("bridge") > level("lamplighter"));
        assert_eq!(level("Government"), level("government"));
        let part = |word: &str| of(hash(word)).part;
        assert_eq!((part("announced"), part("restore")), (Part::Verb, Part::Verb));
        assert_eq!(
            (part("quickly"), part("provincial"), part("bridge")),
            (Part::Adverb, Part::Adjective, Part::Other)
        );
    }
}
