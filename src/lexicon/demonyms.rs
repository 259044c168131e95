//! Words for peoples, followers of religions and adherents of parties, and the country of a people that has one.
//!
//! The table is made by `train/` from the public-domain World Factbook and from words typed there. It is searched
//! where it stands.

/// `word, adjective, alpha-2 or -`, sorted bytewise by word.
const WORDS: &str = include_str!("demonyms.tsv");
/// Most words that one entry is written with.
pub const WORDS_MAX: usize = 3;

/// Where the words of each first byte start; searching one letter's words takes half the steps.
const STARTS: [usize; 257] = starts(WORDS.as_bytes());

const fn starts(table: &[u8]) -> [usize; 257] {
    let mut starts = [table.len(); 257];
    let mut at = table.len();
    while at > 0 {
        at -= 1;
        if at == 0 || table[at - 1] == b'\n' {
            starts[table[at] as usize] = at;
        }
    }
    let mut byte = 256;
    while byte > 0 {
        byte -= 1;
        if starts[byte] > starts[byte + 1] {
            starts[byte] = starts[byte + 1];
        }
    }
    starts
}

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
    if word.contains('’') {
        return search(&word.replace('’', "'"));
    }
    search(word)
}

/// Whether some entry of several words begins with this one: `South` Korean, `Roman` Catholic.
pub fn begins_longer(word: &str) -> bool {
    let mut lines = WORDS[lower_bound(word)..].lines().take(2);
    lines.any(|line| line.strip_prefix(word).is_some_and(|rest| rest.starts_with(' ')))
}

fn search(word: &str) -> Option<Group> {
    let line = WORDS[lower_bound(word)..].lines().next()?;
    let (name, country) = line.strip_prefix(word)?.strip_prefix('\t')?.split_once('\t')?;
    Some(Group { name, country: (country != "-").then_some(country) })
}

/// Where the first line stands whose word is not below this one. A tab sorts below every letter and space, so
/// that lines sort as their words do.
fn lower_bound(word: &str) -> usize {
    let bytes = WORDS.as_bytes();
    let Some(first) = word.bytes().next() else { return 0 };
    let (mut low, mut high) = (STARTS[usize::from(first)], STARTS[usize::from(first) + 1]);
    let end_of_table = high;
    while low < high {
        let middle = low.midpoint(high);
        let start = bytes[low..middle].iter().rposition(|b| *b == b'\n').map_or(low, |at| low + at + 1);
        if bytes[start..] < *word.as_bytes() {
            let end =
                bytes[middle..].iter().position(|b| *b == b'\n').map_or(bytes.len(), |at| middle + at);
            low = (end + 1).min(end_of_table);
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
