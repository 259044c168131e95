//! Records of a finished batch to the producer: topics, partitions, headers, and what could not be sent.

use super::link::Link;
use super::{Refused, Signals};
use crate::config::{Config, HeaderFamily};
use crate::engine::{BatchId, TopicPartition};
use crate::kafka::{
    FinishedBatch, Omit, Record, Topics, code_of, dead_letter_headers, is_full, is_purged, is_too_large,
    published_headers,
};
use crate::model::{DeadLetter, Outcome};
use rdkafka::error::KafkaError;
use rdkafka::message::OwnedHeaders;
use rdkafka::producer::BaseRecord;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Sends batches and remembers which ticket was which record.
pub(super) struct Publisher {
    topics: Topics,
    group: String,
    family: HeaderFamily,
    value_bytes_max: usize,
    counts: BTreeMap<String, i32>,
    tickets: Vec<Refused>,
    /// Records that were in a produce batch the broker refused for its size. They go alone the next time,
    /// which tells the one that is too large from its neighbours.
    suspects: BTreeSet<Refused>,
    /// Another batch was refused while the suspects went alone: it is not about one record.
    wants_smaller_batches: bool,
}

/// Why a transaction cannot be committed as it stands.
#[derive(Debug)]
pub(super) enum SendError {
    /// Records the broker will not take for their size; none while it is not yet known which.
    Refused(Vec<Refused>),
    Kafka(KafkaError),
}

impl SendError {
    /// Whether a delivery report says so, and not only that a record was thrown away unsent.
    pub(super) fn is_of_broker(&self) -> bool {
        match self {
            Self::Refused(_) => true,
            Self::Kafka(error) => !is_purged(code_of(error)),
        }
    }
}

impl Publisher {
    pub(super) fn new(config: &Config, topics: Topics) -> Self {
        Self {
            topics,
            group: config.kafka.group.clone(),
            family: config.dead_letter.headers,
            // Room for key, headers and the batch's own frame.
            value_bytes_max: config.output.message_bytes_max.saturating_sub(64 * 1024),
            counts: BTreeMap::new(),
            tickets: Vec::new(),
            suspects: BTreeSet::new(),
            wants_smaller_batches: false,
        }
    }

    /// The partition counts that records are routed by from now on.
    pub(super) fn set_counts(&mut self, counts: BTreeMap<String, i32>) {
        self.counts = counts;
    }

    /// Whether a topic that is written to has another number of partitions now.
    pub(super) fn is_outdated(&self, counts: &BTreeMap<String, i32>) -> bool {
        counts.iter().any(|(topic, count)| self.counts.get(topic) != Some(count))
    }

    /// Hands every record of a batch to the producer.
    pub(super) fn send(
        &mut self,
        link: &Link,
        id: BatchId,
        batch: &FinishedBatch,
        signals: &Signals,
    ) -> Result<(), SendError> {
        for (index, (record, outcome)) in batch.input.records().zip(&batch.outcomes).enumerate() {
            let place = Refused { batch: id, index };
            let at = batch.input.at;
            let is_suspect = self.suspects.contains(&place);
            if is_suspect {
                wait(link, signals)?;
            }
            match outcome {
                Outcome::Skip(_) => {}
                Outcome::Publish(value) => {
                    let message = Message {
                        topic: &self.topics.output,
                        at,
                        key: record.key(),
                        timestamp_ms: record.raw().timestamp_ms,
                        value: value.as_deref(),
                        headers: published_headers(record),
                    };
                    self.tickets.push(place);
                    self.produce(link, message, signals)?;
                }
                Outcome::DeadLetter(why) => {
                    self.tickets.push(place);
                    self.produce(link, self.dead_letter(at, record, why, batch.omit(index)), signals)?;
                }
            }
            if is_suspect {
                wait(link, signals)?;
            }
        }
        Ok(())
    }

    fn dead_letter<'a>(
        &'a self,
        at: TopicPartition,
        record: Record<'a>,
        why: &DeadLetter,
        omit: Omit,
    ) -> Message<'a> {
        let value = record.raw().value;
        let is_large = value.is_some_and(|value| value.len() > self.value_bytes_max);
        let omit = if is_large { omit.max(Omit::Value) } else { omit };
        Message {
            topic: &self.topics.dead_letter,
            at,
            key: record.key().filter(|_| omit < Omit::Key),
            timestamp_ms: record.raw().timestamp_ms,
            value: value.filter(|_| omit < Omit::Value),
            headers: dead_letter_headers(record, why, &self.group, self.family, omit),
        }
    }

    fn produce(&self, link: &Link, message: Message<'_>, signals: &Signals) -> Result<(), SendError> {
        let ticket = self.tickets.len() - 1;
        let partition = self.route(&message);
        let mut record: BaseRecord<'_, [u8], [u8], usize> =
            BaseRecord::with_opaque_to(message.topic, ticket).headers(message.headers);
        record.key = message.key;
        record.payload = message.value;
        record.timestamp = message.timestamp_ms;
        record.partition = partition;
        loop {
            link.watch().sent();
            let Err((error, returned)) = link.producer().send(record) else { return Ok(()) };
            link.watch().unsent();
            record = returned;
            if is_full(&error) && !signals.is_stopping() {
                std::thread::sleep(Duration::from_millis(2));
            } else if is_too_large(code_of(&error)) {
                return Err(SendError::Refused(vec![self.tickets[ticket]]));
            } else {
                return Err(SendError::Kafka(error));
            }
        }
    }

    /// The input's own partition where the counts are equal, so that order and place are kept; else the
    /// key's hash, and for keyless records the input's partition folded into the fewer (or more) there are.
    fn route(&self, message: &Message<'_>) -> Option<i32> {
        let input = &**self.topics.name(message.at);
        let count = |topic: &str| self.counts.get(topic).copied().unwrap_or(0);
        let (from, to) = (count(input), count(message.topic));
        let partition = message.at.partition.0;
        if from == to {
            Some(partition)
        } else if message.key.is_some() || to == 0 {
            None
        } else {
            Some(partition % to)
        }
    }

    /// What the reports say once all have arrived. Tickets start anew afterwards.
    pub(super) fn settle(&mut self, link: &Link) -> Result<(), SendError> {
        let tickets = std::mem::take(&mut self.tickets);
        let failed = link.watch().take_failed();
        let too_large = failed.iter().filter(|(_, code)| is_too_large(*code));
        let places: Vec<Refused> = too_large.map(|(ticket, _)| tickets[*ticket]).collect();
        if !places.is_empty() {
            let (refused, new): (Vec<Refused>, Vec<Refused>) =
                places.into_iter().partition(|place| self.suspects.contains(place));
            self.wants_smaller_batches = !self.suspects.is_empty() && new.len() > 1;
            self.suspects.extend(new);
            return Err(SendError::Refused(refused));
        }
        // One failure has librdkafka throw away what waits behind it, of which it may tell first.
        let cause = failed.iter().find(|(_, code)| !is_purged(*code)).or(failed.first());
        match cause {
            Some((_, code)) => Err(SendError::Kafka(KafkaError::MessageProduction(*code))),
            None => {
                self.suspects.clear();
                Ok(())
            }
        }
    }

    /// Whether refusals are about batches, not about the one record that is too large.
    pub(super) fn wants_smaller_batches(&self) -> bool {
        self.wants_smaller_batches
    }

    /// Batches are smaller from now on: nothing need go alone until one of those is refused.
    pub(super) fn clear_suspects(&mut self) {
        self.wants_smaller_batches = false;
        self.suspects.clear();
    }

    /// Forgets the tickets of a transaction that was undone.
    pub(super) fn forget(&mut self) {
        self.tickets.clear();
    }
}

/// Waits until nothing is on its way, so that a record is alone in its produce batch.
fn wait(link: &Link, signals: &Signals) -> Result<(), SendError> {
    link.wait_deliveries(signals).map_err(|_| SendError::Kafka(KafkaError::Canceled))
}

struct Message<'a> {
    topic: &'a str,
    at: TopicPartition,
    key: Option<&'a [u8]>,
    timestamp_ms: Option<i64>,
    value: Option<&'a [u8]>,
    headers: OwnedHeaders,
}
