//! One dead letter: the record as it is stored, and what its headers say.

use super::super::document::safe;
use crate::config::HeaderFamily;
use crate::kafka::{DeadLetterNote, OwnedHeader, read_note, retries};
use serde_json::{Value, json};
use std::fmt;
use std::str::FromStr;

/// The reason of a record without headers of any known family.
pub(super) const UNKNOWN: &str = "unknown";

/// Where a dead letter stands in the dead-letter topic.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Place {
    pub(super) partition: i32,
    pub(super) offset: i64,
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parsed = text.split_once('/').and_then(|(partition, offset)| {
            Some(Self { partition: partition.parse().ok()?, offset: offset.parse().ok()? })
        });
        let is_possible = |place: &Self| place.partition >= 0 && place.offset >= 0;
        parsed.filter(is_possible).ok_or_else(|| "expected PARTITION/OFFSET, for example 3/1042".to_owned())
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.partition, self.offset)
    }
}

/// A record as a topic holds it.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) place: Place,
    pub(super) timestamp_ms: Option<i64>,
    pub(super) key: Option<Vec<u8>>,
    pub(super) value: Option<Vec<u8>>,
    pub(super) headers: Vec<OwnedHeader>,
}

#[derive(Clone, Debug)]
pub(super) struct Letter {
    pub(super) place: Place,
    pub(super) timestamp_ms: Option<i64>,
    pub(super) note: Option<DeadLetterNote>,
    pub(super) retries: u64,
    pub(super) stored: Stored,
}

impl Letter {
    pub(super) fn new(stored: Stored, family: HeaderFamily) -> Self {
        Self {
            place: stored.place,
            timestamp_ms: stored.timestamp_ms,
            note: read_note(&stored.headers, family),
            retries: retries(&stored.headers),
            stored,
        }
    }

    pub(super) fn reason(&self) -> &str {
        self.note.as_ref().map_or(UNKNOWN, |note| &note.reason)
    }

    /// `topic/partition/offset` of the record it was made from; `first-last` where it stands for a range.
    pub(super) fn source(&self) -> String {
        let place = |note: &DeadLetterNote| {
            let last = note.last_offset.map_or_else(String::new, |last| format!("-{last}"));
            format!("{}/{}/{}{last}", note.topic, note.partition, note.offset)
        };
        self.note.as_ref().map_or_else(|| "-".to_owned(), place)
    }

    /// The record's own time, to the second.
    pub(super) fn time(&self) -> String {
        let time = self.timestamp_ms.and_then(|ms| jiff::Timestamp::from_second(ms.div_euclid(1_000)).ok());
        time.map_or_else(|| "-".to_owned(), |time| time.to_string())
    }

    pub(super) fn value_bytes(&self) -> Option<usize> {
        self.stored.value.as_ref().map(Vec::len)
    }

    /// The word for a value that is not there.
    pub(super) fn without_value(&self) -> &'static str {
        let is_range = self.note.as_ref().is_some_and(|note| note.last_offset.is_some());
        if is_range { "unread" } else { "omitted" }
    }

    /// All of it but key and value.
    pub(super) fn as_json(&self) -> Value {
        let mut json = json!({
            "partition": self.place.partition,
            "offset": self.place.offset,
            "timestamp_ms": self.timestamp_ms,
            "reason": self.reason(),
            "value_bytes": self.value_bytes(),
            "retries": self.retries,
        });
        if let Some(note) = &self.note {
            json["stage"] = json!(note.stage);
            json["message"] = json!(note.message);
            json["group"] = json!(note.group);
            json["source"] =
                json!({ "topic": note.topic, "partition": note.partition, "offset": note.offset });
            if let Some(last) = note.last_offset {
                json["source"]["last_offset"] = json!(last);
            }
            json["headers"] = json!(note.family.as_str());
            if let Some(omitted) = &note.value_omitted {
                json["value_omitted"] = json!(omitted);
            }
        }
        json
    }
}

/// Bytes as text for a terminal: line breaks and tabs stay, everything else that could rule it is shown by
/// its number.
pub(super) fn shown(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let lines: Vec<String> = text
        .split('\n')
        .map(|line| line.split('\t').map(safe_line).collect::<Vec<_>>().join("\t"))
        .collect();
    lines.join("\n")
}

/// `safe` folds a carriage return into a space; here it is shown, as it is part of what is looked at.
fn safe_line(line: &str) -> String {
    line.split('\r').map(safe).collect::<Vec<_>>().join("\\r")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_and_shown_alike() {
        let place: Place = "3/1042".parse().expect("a place");
        assert_eq!((place.partition, place.offset, place.to_string().as_str()), (3, 1042, "3/1042"));
        for wrong in ["", "3", "3/", "/4", "-1/4", "3/-4", "a/b", "1/2/3"] {
            assert!(wrong.parse::<Place>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_value_keeps_its_lines_and_cannot_rule_the_terminal() {
        let value = "Pier\u{1b}[31m reopens\r\n\tin two\u{202e} days\u{7}\n".as_bytes();
        assert_eq!(shown(value), "Pier\\u{1b}[31m reopens\\r\n\tin two\\u{202e} days\\u{7}\n");
        assert_eq!(shown(b"caf\xe9"), "caf\u{fffd}");
    }
}
