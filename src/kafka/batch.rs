//! Records of one partition, copied out of librdkafka at once (a borrowed message pins its whole fetch
//! buffer) into one arena per batch.

use super::headers::readable;
use crate::encode::hex;
use crate::engine::{Epoch, TopicPartition};
use crate::model::{DeadLetter, Offset, Outcome, RawRecord, Reason, Stage};
use rdkafka::Timestamp;
use rdkafka::message::Message;
use sha2::{Digest, Sha256};
use std::ops::{Range, RangeInclusive};
use std::sync::Arc;

/// What the bookkeeping of one record weighs in the byte budget, beside its bytes.
const RECORD_OVERHEAD_BYTES: usize = 256;

/// Consecutive records of one partition in one epoch.
#[derive(Clone, Debug)]
pub struct RecordBatch {
    pub at: TopicPartition,
    pub epoch: Epoch,
    /// Its place in the epoch; set when it is dispatched.
    pub sequence: u64,
    topic: Arc<str>,
    arena: Vec<u8>,
    entries: Vec<Entry>,
    headers: Vec<HeaderEntry>,
    /// Why none of it could be read, and the last offset that its one entry stands for.
    unreadable: Option<(i64, String)>,
}

#[derive(Clone, Debug)]
struct Entry {
    offset: i64,
    timestamp_ms: Option<i64>,
    key: Option<Range<usize>>,
    value: Option<Range<usize>>,
    headers: Range<usize>,
    /// What was too large to be kept.
    omitted: Option<Omitted>,
}

/// What a record had that no topic would take.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Omitted {
    /// Bytes of key, value and headers.
    pub bytes: usize,
    /// Size and SHA-256 of the value, if that is among it.
    pub value: Option<String>,
}

#[derive(Clone, Debug)]
struct HeaderEntry {
    name: Range<usize>,
    value: Option<Range<usize>>,
}

/// One record of a batch.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    batch: &'a RecordBatch,
    entry: &'a Entry,
}

/// A batch and what became of each of its records, in order.
#[derive(Clone, Debug)]
pub struct FinishedBatch {
    pub input: RecordBatch,
    pub outcomes: Vec<Outcome>,
    /// Records whose dead letter the broker refused for its size, once for each time it did.
    pub refused: Vec<usize>,
}

/// What a dead letter must leave out to fit its topic; each step includes those before it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Omit {
    Nothing,
    Value,
    Headers,
    Key,
}

impl RecordBatch {
    pub fn new(at: TopicPartition, epoch: Epoch, topic: Arc<str>) -> Self {
        let (arena, entries, headers) = (Vec::new(), Vec::new(), Vec::new());
        Self { at, epoch, sequence: 0, topic, arena, entries, headers, unreadable: None }
    }

    /// One entry that stands for offsets that cannot be read: it has neither key nor value.
    pub fn unreadable(
        at: TopicPartition,
        epoch: Epoch,
        topic: Arc<str>,
        offsets: RangeInclusive<i64>,
        why: &str,
    ) -> Self {
        let mut batch = Self::new(at, epoch, topic);
        batch.unreadable = Some((*offsets.end(), why.to_owned()));
        batch.entries.push(Entry {
            offset: *offsets.start(),
            timestamp_ms: None,
            key: None,
            value: None,
            headers: 0..0,
            omitted: None,
        });
        batch
    }

    /// Copies a message in, whatever its size.
    pub fn push(&mut self, message: &impl Message) {
        self.push_within(message, usize::MAX);
    }

    /// Copies a message in. Of one that has more than `kept_bytes_max` the value is left out, or the key and the
    /// headers, or all: unpacked, a small batch may hold more than there is memory for two copies of.
    pub fn push_within(&mut self, message: &impl Message, kept_bytes_max: usize) {
        let value_bytes = message.payload().map_or(0, <[u8]>::len);
        let other_bytes = other_bytes(message);
        let is_value_kept = value_bytes <= kept_bytes_max;
        let is_other_kept = other_bytes <= kept_bytes_max;
        let omitted = (!is_value_kept || !is_other_kept).then(|| Omitted {
            bytes: value_bytes + other_bytes,
            value: message.payload().filter(|_| !is_value_kept).map(described),
        });
        let key = message.key().filter(|_| is_other_kept).map(|bytes| self.keep(bytes));
        let value = message.payload().filter(|_| is_value_kept).map(|bytes| self.keep(bytes));
        let first_header = self.headers.len();
        if let Some(headers) = message.headers().filter(|_| is_other_kept) {
            for header in readable(headers) {
                let name = self.keep(header.key.as_bytes());
                let value = header.value.map(|bytes| self.keep(bytes));
                self.headers.push(HeaderEntry { name, value });
            }
        }
        let timestamp_ms = match message.timestamp() {
            Timestamp::NotAvailable => None,
            Timestamp::CreateTime(ms) | Timestamp::LogAppendTime(ms) => Some(ms),
        };
        let headers = first_header..self.headers.len();
        self.entries.push(Entry { offset: message.offset(), timestamp_ms, key, value, headers, omitted });
    }

    fn keep(&mut self, bytes: &[u8]) -> Range<usize> {
        let start = self.arena.len();
        self.arena.extend_from_slice(bytes);
        start..self.arena.len()
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Gives back what the arena has grown beyond its need: a batch may wait for long, and the byte budget
    /// counts what it holds.
    pub fn seal(&mut self) {
        self.arena.shrink_to_fit();
    }

    /// Bytes of keys, values and headers.
    pub fn bytes(&self) -> usize {
        self.arena.len()
    }

    /// What it takes from the byte budget.
    pub fn charge(&self) -> usize {
        self.bytes() + self.len() * RECORD_OVERHEAD_BYTES
    }

    pub fn topic(&self) -> &str {
        &self.topic
    }

    pub fn records(&self) -> impl ExactSizeIterator<Item = Record<'_>> {
        self.entries.iter().map(|entry| Record { batch: self, entry })
    }

    /// The offset after its last record: what is committed with it.
    pub fn next_offset(&self) -> Offset {
        let last = self.entries.last().expect("a batch is never dispatched empty").offset;
        Offset(self.unreadable.as_ref().map_or(last, |(last, _)| *last) + 1)
    }

    /// The time of its last record, where it has one.
    pub fn last_timestamp_ms(&self) -> Option<i64> {
        self.entries.last().and_then(|entry| entry.timestamp_ms)
    }
}

/// Size and digest, by which what was left out can be known again.
pub(super) fn described(value: &[u8]) -> String {
    format!("{} bytes, sha256 {}", value.len(), hex(&Sha256::digest(value)))
}

fn other_bytes(message: &impl Message) -> usize {
    let headers = message.headers().map_or(0, |headers| {
        readable(headers).map(|header| header.key.len() + header.value.map_or(0, <[u8]>::len)).sum()
    });
    message.key().map_or(0, <[u8]>::len) + headers
}

impl<'a> Record<'a> {
    /// What the pipeline reads.
    pub fn raw(self) -> RawRecord<'a> {
        RawRecord {
            topic: &self.batch.topic,
            partition: self.batch.at.partition,
            offset: Offset(self.entry.offset),
            timestamp_ms: self.entry.timestamp_ms,
            value: self.entry.value.clone().map(|range| &self.batch.arena[range]),
        }
    }

    /// The last offset it stands for, if it stands for offsets that could not be read.
    pub fn last_unreadable(self) -> Option<i64> {
        self.batch.unreadable.as_ref().map(|(last, _)| *last)
    }

    /// Why there is nothing in it for the pipeline, if so.
    pub fn refusal(self) -> Option<DeadLetter> {
        let (reason, message) = match (&self.batch.unreadable, &self.entry.omitted) {
            (Some((last, why)), _) if *last == self.entry.offset => {
                (Reason::UnreadableBatch, format!("offset {last} cannot be read: {why}"))
            }
            (Some((last, why)), _) => {
                let first = self.entry.offset;
                (Reason::UnreadableBatch, format!("offsets {first} to {last} cannot be read: {why}"))
            }
            (None, Some(omitted)) => {
                let message =
                    format!("the record has {} bytes, more than any topic here takes", omitted.bytes);
                (Reason::TooLarge, message)
            }
            (None, None) => return None,
        };
        Some(DeadLetter { stage: Stage::Fetch, reason, message })
    }

    /// What of it was too large to be kept.
    pub fn omitted(self) -> Option<&'a Omitted> {
        self.entry.omitted.as_ref()
    }

    pub fn key(self) -> Option<&'a [u8]> {
        self.entry.key.clone().map(|range| &self.batch.arena[range])
    }

    /// Header names and values in order. Names are text: librdkafka gives them so.
    pub fn headers(self) -> impl Iterator<Item = (&'a str, Option<&'a [u8]>)> {
        let arena = &self.batch.arena;
        self.batch.headers[self.entry.headers.clone()].iter().map(move |header| {
            let name = std::str::from_utf8(&arena[header.name.clone()]).unwrap_or("");
            (name, header.value.clone().map(|range| &arena[range]))
        })
    }
}

impl FinishedBatch {
    /// Bytes to publish: outputs, and the values of dead letters.
    pub fn output_bytes(&self) -> usize {
        let sizes = self.input.records().zip(&self.outcomes).map(|(record, outcome)| match outcome {
            Outcome::Publish(value) => value.as_ref().map_or(0, Vec::len),
            Outcome::DeadLetter(_) => record.raw().value.map_or(0, <[u8]>::len),
            Outcome::Skip(_) => 0,
        });
        sizes.sum()
    }

    /// What the dead letter of a record must leave out, by how often it was refused.
    pub fn omit(&self, index: usize) -> Omit {
        match self.refused.iter().filter(|refused| **refused == index).count() {
            0 => Omit::Nothing,
            1 => Omit::Value,
            2 => Omit::Headers,
            _ => Omit::Key,
        }
    }

    /// Bytes of finished output held beside the input.
    pub fn finished_bytes(&self) -> usize {
        let held = |outcome: &Outcome| match outcome {
            Outcome::Publish(Some(value)) => value.capacity(),
            _ => 0,
        };
        self.outcomes.iter().map(held).sum()
    }
}
