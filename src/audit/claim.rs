//! What an outcome's headers say of the record it came from.

use crate::model::{Offset, Partition};
use std::fmt;

/// The place of a record. Written as it stands in headers: `topic/partition/offset`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Coordinate {
    pub topic: String,
    pub partition: Partition,
    pub offset: Offset,
}

impl fmt::Display for Coordinate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.topic, self.partition.0, self.offset.0)
    }
}

/// Where an outcome says that it comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Claim<'a> {
    /// No header says so: it was not written by copydesk.
    Nothing,
    /// There are headers and they name no place.
    Unreadable,
    Of {
        topic: &'a str,
        partition: Partition,
        offset: Offset,
        /// The last offset of a range, else the same.
        last: Offset,
    },
}

impl<'a> Claim<'a> {
    /// The claim of an output, by its one header: `topic/partition/offset`.
    pub fn of_output(source: Option<&'a [u8]>) -> Self {
        let Some(source) = source else { return Self::Nothing };
        let text = std::str::from_utf8(source).ok();
        // Topics hold no slash.
        let mut parts = text.into_iter().flat_map(|text| text.split('/'));
        let place = (parts.next(), parts.next(), parts.next(), parts.next());
        let (Some(topic), Some(partition), Some(offset), None) = place else { return Self::Unreadable };
        Self::at(topic, partition, offset)
    }

    /// The claim of a dead letter, by its three headers.
    pub fn of_dead_letter(
        topic: Option<&'a [u8]>,
        partition: Option<&'a [u8]>,
        offset: Option<&'a [u8]>,
    ) -> Self {
        if topic.is_none() && partition.is_none() && offset.is_none() {
            return Self::Nothing;
        }
        let text = |header: Option<&'a [u8]>| std::str::from_utf8(header?).ok();
        match (text(topic), text(partition), text(offset)) {
            (Some(topic), Some(partition), Some(offset)) => Self::at(topic, partition, offset),
            _ => Self::Unreadable,
        }
    }

    fn at(topic: &'a str, partition: &str, offset: &str) -> Self {
        match (topic.is_empty(), partition.parse(), offset.parse()) {
            (false, Ok(partition @ 0..), Ok(offset @ 0..)) => {
                let offset = Offset(offset);
                Self::Of { topic, partition: Partition(partition), offset, last: offset }
            }
            _ => Self::Unreadable,
        }
    }
}
