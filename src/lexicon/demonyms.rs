//! Words for peoples, followers of religions and adherents of parties, and the country of a people that has one.
//!
//! The table is made by `train/` from the public-domain World Factbook and from words typed there. It is searched
//! where it stands.

use std::cmp::Ordering;

/// `word, adjective, alpha-2 or -`, sorted bytewise by word.
const WORDS: &str = include_str!("demonyms.tsv");
/// Most words that one entry is written with.
pub const WORDS_MAX: usize = 3;

/// A people, a faith or a following.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Group {
    /// The adjective that stands for it: `Afghan`, `Muslim`.
    pub name: &'static str,
    /// ISO 3166 alpha-2 of the nation's country.
    pub country: Option<&'static str>,
}

/// The group that the word names, letter for letter but for the shape of its apostrophe.
pub fn group(word: &str) -> Option<Group> {
    if !word.starts_with(char::is_uppercase) {
        return None;
    }
    let plain;
    let word = if word.contains('’') {
        plain = word.replace('’', "'");
        plain.as_str()
    } else {
        word
    };
    let (name, country) = search(word)?.split_once('\t')?;
    Some(Group { name, country: (country != "-").then_some(country) })
}

/// Whether some entry of several words begins with this one: `South` Korean, `Roman` Catholic.
pub fn begins_longer(word: &str) -> bool {
    let at = lower_bound(word, true);
    WORDS[at..].strip_prefix(word).is_some_and(|rest| rest.starts_with(' '))
}

fn search(word: &str) -> Option<&'static str> {
    let line = WORDS[lower_bound(word, false)..].lines().next()?;
    let (own, value) = line.split_once('\t')?;
    (own == word).then_some(value)
}

/// Where the first line stands whose key is not below the word; with `is_prefix`, not below the word and a space.
fn lower_bound(word: &str, is_prefix: bool) -> usize {
    let bytes = WORDS.as_bytes();
    let (mut low, mut high) = (0, bytes.len());
    while low < high {
        let middle = low.midpoint(high);
        let start = bytes[low..middle].iter().rposition(|b| *b == b'\n').map_or(low, |at| low + at + 1);
        let end = bytes[middle..].iter().position(|b| *b == b'\n').map_or(bytes.len(), |at| middle + at);
        let key = bytes[start..end].split(|b| *b == b'\t').next().unwrap_or_default();
        let order =
            if is_prefix { key.cmp([word, " "].concat().as_bytes()) } else { key.cmp(word.as_bytes()) };
        if order == Ordering::Less {
            low = (end + 1).min(bytes.len());
        } else {
            high = start;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_every_word_is_found() {
        let words: Vec<&str> = WORDS.lines().filter_map(|line| line.split('\t').next()).collect();
        assert!(words.is_sorted_by(|a, b| a.as_bytes() < b.as_bytes()));
        for word in words {
            assert!(group(word).is_some(), "{word}");
            assert!(word.split(' ').count() <= WORDS_MAX, "{word}");
            if let Some((first, _)) = word.split_once(' ') {
                assert!(begins_longer(first), "{first}");
            }
        }
    }

    #[test]
    fn nouns_and_plurals_lead_to_the_adjective() {
        let cases = [
            ("Pakistanis", "Pakistani", Some("PK")),
            ("Poles", "Polish", Some("PL")),
            ("South Koreans", "South Korean", Some("KR")),
            ("Germans", "German", Some("DE")),
            ("Kurds", "Kurdish", None),
            ("Shi’ites", "Shia", None),
        ];
        for (word, name, country) in cases {
            assert_eq!(group(word), Some(Group { name, country }), "{word}");
        }
        for word in ["", "polish", "Laos", "Philippines", "Pakistan", "Xyz", "zz"] {
            assert_eq!(group(word), None, "{word:?}");
        }
        assert!(!begins_longer("Afghan") && !begins_longer(""));
    }
}
