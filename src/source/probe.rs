//! Asks the broker, with clients of its own, whether a partition can be read at an offset, and where a batch that
//! cannot be read ends.
//!
//! librdkafka returns to a batch that it cannot decode for ever, and the crate tells neither topic nor partition of
//! the error; some batches it cannot parse and says nothing at all. So each question here is one client on one
//! partition, which fetches one batch and listens: to the records, to the text of errors, which names the
//! batch's first offset, to its count of answers that could not be parsed, and to the log lines that name the records
//! of the batch it passes over. What it cannot tell for certain is no answer, and nothing is ever skipped for that.

use crate::kafka::{bounds, is_undecodable};
use rdkafka::client::ClientContext;
use rdkafka::config::{ClientConfig, RDKafkaLogLevel};
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::statistics::Statistics;
use rdkafka::{Offset, TopicPartitionList};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

const ASK_TIMEOUT: Duration = Duration::from_secs(10);
/// A broker that says nothing for so long says nothing of the batch.
const LOOK_TIMEOUT: Duration = Duration::from_secs(5);
const POLL_TIMEOUT: Duration = Duration::from_millis(20);
/// So often must the first offset be found unreadable, each time by another client.
const LOOKS_MIN: usize = 3;
/// So many answers in a row that hold data and cannot be parsed. The first batch of an answer is always whole.
const UNPARSED_MIN: u64 = 5;
/// How long offsets are looked at one by one where nothing tells which batch they belong to.
const ONE_BY_ONE_MAX: Duration = Duration::from_secs(10);

/// Offsets that cannot be read, both included, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unreadable {
    pub first: i64,
    pub last: i64,
    pub why: String,
}

/// One partition, and how to reach it.
#[derive(Clone, Debug)]
pub struct Probe {
    settings: ClientConfig,
    topic: String,
    partition: i32,
}

/// What is seen at an offset.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Sight {
    /// A record, or the end of the partition.
    Readable,
    /// A batch that cannot be decoded; `batch` is an offset in it, the first where it is known.
    Bad { batch: Option<i64>, why: String },
}

impl Probe {
    /// `consumer` holds the settings of whoever reads the partition.
    pub fn new(consumer: &ClientConfig, topic: &str, partition: i32) -> Self {
        let mut settings = consumer.clone();
        settings.remove("group.instance.id");
        // The lines of records that are passed over are of this kind and level.
        settings.set("debug", "msg").set_log_level(RDKafkaLogLevel::Debug);
        settings.set("enable.partition.eof", "true").set("check.crcs", "true");
        settings.set("statistics.interval.ms", "50").set("fetch.error.backoff.ms", "50");
        // A fetch brings one batch: the first is given whole, however small the limit.
        settings.set("fetch.message.max.bytes", "1").set("message.max.bytes", "1000");
        settings.set("fetch.max.bytes", "1000").set("queued.min.messages", "1");
        Self { settings, topic: topic.to_owned(), partition }
    }

    /// The offsets from `next` on that cannot be read, none where the partition can be read.
    ///
    /// # Errors
    /// What keeps it from being told: brokers that do not answer, an error that does not name its batch.
    pub fn unreadable(&self, next: i64) -> Result<Option<Unreadable>, String> {
        let mut found: Option<(Option<i64>, String)> = None;
        for _ in 0..LOOKS_MIN {
            match (self.look(next)?, &found) {
                (Sight::Readable, _) => return Ok(None),
                (Sight::Bad { batch, .. }, Some((before, _))) if batch != *before => {
                    return Err(format!("it is now the batch at {before:?} and now that at {batch:?}"));
                }
                (Sight::Bad { batch, why }, _) => found = Some((batch, why)),
            }
        }
        let (batch, why) = found.expect("an offset is looked at at least once");
        // Records before the batch may have been left out by compaction, or be of an undone transaction.
        let first = batch.map_or(next, |batch| batch.max(next));
        let last = self.last_of(first)?;
        Ok(Some(Unreadable { first, last, why }))
    }

    /// The last of the offsets from `first` on that cannot be read.
    fn last_of(&self, first: i64) -> Result<i64, String> {
        let (end, started) = (self.end()?, Instant::now());
        let mut last = self.end_of_batch(first, end)?;
        // What does not say where it belongs is unreadable by itself.
        while last + 1 < end
            && started.elapsed() < ONE_BY_ONE_MAX
            && matches!(self.look(last + 1)?, Sight::Bad { batch: None, .. })
        {
            last = self.end_of_batch(last + 1, end)?;
        }
        Ok(last)
    }

    /// The last offset of the batch that holds `inside`: doubling, then bisection.
    ///
    /// A batch that holds an offset no later than `inside`, and is what the broker gives for a later one, holds
    /// everything between. Other bad batches, and good ones before them, are thus never taken for a part of it.
    fn end_of_batch(&self, mut inside: i64, end: i64) -> Result<i64, String> {
        let (mut outside, mut step) = (end.max(inside + 1), 1);
        let is_same = |at: i64, inside: i64| {
            self.look(at)
                .map(|sight| matches!(sight, Sight::Bad { batch: Some(held), .. } if held <= inside))
        };
        while inside + step < outside {
            if is_same(inside + step, inside)? {
                inside += step;
                step *= 2;
            } else {
                outside = inside + step;
            }
        }
        while inside + 1 < outside {
            let middle = inside + (outside - inside) / 2;
            if is_same(middle, inside)? {
                inside = middle;
            } else {
                outside = middle;
            }
        }
        Ok(inside)
    }

    /// Where the partition ends for a reader of committed records.
    fn end(&self) -> Result<i64, String> {
        let consumer: BaseConsumer<Ear> =
            self.settings.create_with_context(Ear::default()).map_err(|error| error.to_string())?;
        let ends = bounds(&consumer, &self.topic, self.partition, ASK_TIMEOUT);
        ends.map(|(_, end)| end).map_err(|error| error.to_string())
    }

    fn look(&self, offset: i64) -> Result<Sight, String> {
        let consumer = self.open(offset).map_err(|error| error.to_string())?;
        let ear = consumer.context();
        let (started, mut trouble) = (Instant::now(), None);
        while started.elapsed() < LOOK_TIMEOUT {
            match consumer.poll(POLL_TIMEOUT) {
                Some(Ok(_) | Err(KafkaError::PartitionEOF(_))) => return Ok(Sight::Readable),
                Some(Err(error)) if is_undecodable(&error) => {
                    let why = std::mem::take(&mut ear.lock().reason);
                    return match first_offset(&why) {
                        Some(batch) => Ok(Sight::Bad { batch: Some(batch), why }),
                        None => Err(format!("an error does not say which batch it is of: {why}")),
                    };
                }
                Some(Err(error)) => trouble = Some(error.to_string()),
                None => {
                    let heard = ear.lock();
                    if heard.unparsed >= UNPARSED_MIN {
                        let why = "records that are cut off or do not end where they should".to_owned();
                        return Ok(Sight::Bad { batch: heard.passed_over, why });
                    }
                }
            }
        }
        Err(trouble.unwrap_or_else(|| "nothing came, and nothing that could not be parsed".to_owned()))
    }

    fn open(&self, offset: i64) -> KafkaResult<BaseConsumer<Ear>> {
        let consumer: BaseConsumer<Ear> = self.settings.create_with_context(Ear::default())?;
        let mut list = TopicPartitionList::with_capacity(1);
        list.add_partition_offset(&self.topic, self.partition, Offset::Offset(offset))?;
        consumer.assign(&list)?;
        Ok(consumer)
    }
}

/// The first offset of the batch that an error is about.
fn first_offset(reason: &str) -> Option<i64> {
    let after = |words: &str| reason.split_once(words).map(|(_, rest)| rest);
    let rest = after("at offset ").or_else(|| after("message at "))?;
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest[..end].parse().ok()
}

/// What a client is told beside records and bare errors.
#[derive(Default)]
struct Ear(Mutex<Heard>);

#[derive(Default)]
struct Heard {
    /// The text of the last error.
    reason: String,
    /// Answers that could not be parsed to their end.
    unparsed: u64,
    /// The smallest offset that was passed over, since it comes before the one asked for.
    passed_over: Option<i64>,
}

impl Ear {
    fn lock(&self) -> MutexGuard<'_, Heard> {
        self.0.lock().expect("no holder of this lock panics")
    }
}

impl ClientContext for Ear {
    fn log(&self, _level: RDKafkaLogLevel, _facility: &str, message: &str) {
        let skipped =
            message.split_once(": Skip ").and_then(|(_, rest)| first_offset(&format!("at {rest}")));
        if let Some(offset) = skipped {
            let mut heard = self.lock();
            heard.passed_over = Some(heard.passed_over.map_or(offset, |before| before.min(offset)));
        }
    }

    fn error(&self, _error: KafkaError, reason: &str) {
        reason.clone_into(&mut self.lock().reason);
    }

    fn stats(&self, statistics: Statistics) {
        self.lock().unparsed = statistics.brokers.values().map(|broker| broker.rxpartial).sum();
    }
}

impl ConsumerContext for Ear {}

#[cfg(test)]
mod tests {
    use super::*;

    /// As librdkafka 2.12.1 writes them.
    #[test]
    fn an_error_names_the_first_offset_of_its_batch() {
        for (reason, offset) in [
            (
                "MessageSet at offset 1042 (812 bytes) failed CRC32C check (original 0x1 != calculated 0x2)",
                1042,
            ),
            (
                "Decompression (codec 0x3) of message at 7 of 39 bytes failed: Local: Invalid compressed data",
                7,
            ),
            ("Unsupported Message(Set) MagicByte 3 at offset 12", 12),
        ] {
            assert_eq!(first_offset(reason), Some(offset), "{reason}");
        }
        assert_eq!(first_offset("Fetch from broker 1 failed: Broker: Message failed checksum"), None);
        assert_eq!(first_offset("MessageSet at offset -1 (812 bytes)"), None);
    }
}
