//! IPTC Media Topics: code, name and broader topics of every concept in use.
//!
//! The table is made by `train/` from the vocabulary's release [`VERSION`] (see NOTICE): lines of
//! `code<TAB>name<TAB>broader codes, broadest first`, sorted by code, searched where they stand.

use std::cmp::Ordering;

const TABLE: &str = include_str!("media_topics.tsv");
/// The release the table was made from.
pub const VERSION: &str = "2025-10";

/// One concept of the vocabulary.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MediaTopic {
    /// `medtop:20000639`.
    pub code: &'static str,
    pub name: &'static str,
    broader: &'static str,
}

impl MediaTopic {
    /// The broader topics' codes, broadest first; none for one of the seventeen at the top.
    pub fn path(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.broader.split_terminator(' ')
    }
}

/// The concept of a code: `20000639`.
pub fn topic(code: u32) -> Option<MediaTopic> {
    let (mut low, mut high) = (0, TABLE.len());
    while low < high {
        let middle = TABLE.floor_char_boundary(low.midpoint(high));
        let start = TABLE[low..middle].rfind('\n').map_or(low, |at| low + at + 1);
        let end = TABLE[middle..].find('\n').map_or(TABLE.len(), |at| middle + at);
        let found = entry(&TABLE[start..end])?;
        match number(found.code)?.cmp(&code) {
            Ordering::Equal => return Some(found),
            Ordering::Less => low = end + 1,
            Ordering::Greater => high = start,
        }
    }
    None
}

fn entry(line: &'static str) -> Option<MediaTopic> {
    let (code, rest) = line.split_once('\t')?;
    let (name, broader) = rest.split_once('\t')?;
    Some(MediaTopic { code, name, broader })
}

fn number(code: &str) -> Option<u32> {
    code.strip_prefix("medtop:")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_topic_is_found_with_its_broader_ones() {
        let mut last = 0;
        for line in TABLE.lines() {
            let own = entry(line).expect("three columns");
            let code = number(own.code).expect("a code");
            assert!(last < code, "{code} is out of order");
            last = code;
            assert_eq!(topic(code), Some(own));
            let mut above = Vec::new();
            for broader in own.path() {
                let found = number(broader).and_then(topic).expect("the broader topic is in the table");
                assert!(found.path().eq(above.iter().copied()), "{line}");
                above.push(broader);
            }
            assert_eq!(above.is_empty(), own.code.ends_with("000000"), "{line}");
        }
        assert_eq!(topic(1), None);
        assert_eq!(topic(u32::MAX), None);
    }

    #[test]
    fn diplomacy_is_under_international_relations_under_politics() {
        let found = topic(20_000_639).expect("diplomacy");
        assert_eq!(found.name, "diplomacy");
        assert_eq!(found.path().collect::<Vec<_>>(), ["medtop:11000000", "medtop:20000638"]);
    }
}
