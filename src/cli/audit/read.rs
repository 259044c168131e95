//! Reads one topic from where its spans begin to where they end, committed records only, as no member of a
//! group.

use super::progress::Progress;
use super::refusal::Refusal;
use super::snapshot::TopicSpans;
use crate::audit::Span;
use crate::config::Config;
use crate::kafka::{Role, client_config, is_hopeless};
use crate::source::{Probe, go_on_at};
use rdkafka::TopicPartitionList;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::message::{BorrowedMessage, Message};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::time::{Duration, Instant};

const POLL_TIMEOUT: Duration = Duration::from_millis(100);
/// A fetch is bounded packed. 8 MiB of 30-byte records packed by lz4 made 250 MiB of records and bookkeeping; a
/// quarter of it makes 70 MiB and takes a seventh longer.
const FETCHES: [(&str, &str); 2] = [("fetch.max.bytes", "2097152"), ("fetch.message.max.bytes", "262144")];
/// Records fetched ahead in all; librdkafka's default of 100,000 for each of 12 partitions took 200 MiB more.
const FETCHED_AHEAD: usize = 100_000;
const FETCHED_AHEAD_MIN: usize = 1_000;
/// Silence for so long, and it is asked whether there are batches that cannot be read.
const QUIET: Duration = Duration::from_secs(3);
/// A broker that restarts is waited for; after so long without one record, something must be done.
const SILENCE_MAX: Duration = Duration::from_secs(60);

/// The worker's own consumer settings, but for its identity.
pub(super) fn settings(config: &Config) -> ClientConfig {
    let mut settings = client_config(config, Role::Consumer);
    settings.remove("group.instance.id");
    settings.set("statistics.interval.ms", "0");
    // The last offsets may be transaction markers, of which nothing else tells.
    settings.set("enable.partition.eof", "true");
    for (key, value) in FETCHES {
        if !config.kafka.librdkafka_consumer.contains_key(key) {
            settings.set(key, value);
        }
    }
    settings
}

/// What is read of a partition, in order.
pub(super) enum Item<'a> {
    Record(&'a BorrowedMessage<'a>),
    /// Offsets of a partition that the client cannot decode, both included.
    Unreadable(i32, RangeInclusive<i64>),
}

/// Calls back for everything in the topic's spans, of each partition in order.
pub(super) fn read(
    config: &Config,
    topic: &TopicSpans,
    progress: &mut Progress,
    mut each: impl FnMut(Item<'_>) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    progress.begin(&topic.topic);
    let mut open = Open::new(&topic.spans);
    // A consumer of its own: no late event of another topic can be mistaken for one of this.
    let mut settings = settings(config);
    settings.set("queued.min.messages", open.fetched_ahead().to_string());
    let consumer: BaseConsumer = settings.create().map_err(|error| failed(topic, &error))?;
    consumer
        .assign(&open.list(&topic.topic).map_err(|error| failed(topic, &error))?)
        .map_err(|error| failed(topic, &error))?;
    let (mut heard, mut trouble) = (Instant::now(), None);
    let mut looked = Instant::now();
    while !open.is_empty() {
        if heard.elapsed() > QUIET && looked.elapsed() > QUIET {
            looked = Instant::now();
            if pass_unreadable(config, (&consumer, topic), &mut open, progress, &mut each)? {
                heard = Instant::now();
            }
        }
        match consumer.poll(POLL_TIMEOUT) {
            None => progress.rest(),
            Some(Ok(message)) => {
                let (partition, offset) = (message.partition(), message.offset());
                let Some(end) = open.end(partition) else { continue };
                if offset < end {
                    each(Item::Record(&message))?;
                    progress.record(open.advance(partition, offset + 1));
                }
                if offset + 1 >= end {
                    progress.pass(open.close(partition));
                    set_aside(&consumer, &topic.topic, partition);
                }
                (heard, trouble) = (Instant::now(), None);
            }
            Some(Err(KafkaError::PartitionEOF(partition))) => {
                progress.pass(open.close(partition));
                set_aside(&consumer, &topic.topic, partition);
                heard = Instant::now();
            }
            // A batch that cannot be read may also have made the client ask for an offset that is not there.
            Some(Err(error)) if is_hopeless(&error) => {
                if !pass_unreadable(config, (&consumer, topic), &mut open, progress, &mut each)? {
                    return Err(failed(topic, &error));
                }
                heard = Instant::now();
            }
            Some(Err(error)) => trouble = Some(error),
        }
        if heard.elapsed() > SILENCE_MAX {
            return Err(stuck(topic, &open, trouble.as_ref()));
        }
    }
    Ok(())
}

/// Goes past what cannot be read where the partitions stand; says whether there was anything.
fn pass_unreadable(
    config: &Config,
    (consumer, topic): (&BaseConsumer, &TopicSpans),
    open: &mut Open,
    progress: &mut Progress,
    each: &mut impl FnMut(Item<'_>) -> Result<(), Refusal>,
) -> Result<bool, Refusal> {
    let mut is_any = false;
    for (partition, next, end) in open.places() {
        let probe = Probe::new(&client_config(config, Role::Consumer), &topic.topic, partition);
        // What cannot be told now may be told the next time; in the end the silence is a refusal.
        let Ok(Some(range)) = probe.unreadable(next) else { continue };
        let last = range.last.min(end - 1);
        each(Item::Unreadable(partition, range.first..=last))?;
        progress.pass(open.advance(partition, last + 1));
        go_on_at(consumer, &topic.topic, partition, last + 1).map_err(|error| failed(topic, &error))?;
        if last + 1 >= end {
            progress.pass(open.close(partition));
            set_aside(consumer, &topic.topic, partition);
        }
        is_any = true;
    }
    Ok(is_any)
}

/// The partitions that are not yet read to their end: how far they are, and the end.
struct Open(BTreeMap<i32, (i64, i64)>);

impl Open {
    fn new(spans: &[Span]) -> Self {
        let spans = spans.iter().zip(0..).filter(|(span, _)| span.first < span.end);
        Self(spans.map(|(span, partition)| (partition, (span.first.0, span.end.0))).collect())
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many records of each partition may be fetched ahead.
    fn fetched_ahead(&self) -> usize {
        (FETCHED_AHEAD / self.0.len().max(1)).max(FETCHED_AHEAD_MIN)
    }

    fn list(&self, topic: &str) -> KafkaResult<TopicPartitionList> {
        let mut list = TopicPartitionList::with_capacity(self.0.len());
        for (partition, (at, _)) in &self.0 {
            list.add_partition_offset(topic, *partition, rdkafka::Offset::Offset(*at))?;
        }
        Ok(list)
    }

    /// Each partition, where it is and where it ends.
    fn places(&self) -> Vec<(i32, i64, i64)> {
        self.0.iter().map(|(partition, (at, end))| (*partition, *at, *end)).collect()
    }

    fn end(&self, partition: i32) -> Option<i64> {
        self.0.get(&partition).map(|(_, end)| *end)
    }

    /// Notes how far a partition is; returns by how many offsets it went on.
    fn advance(&mut self, partition: i32, to: i64) -> u64 {
        let Some((at, _)) = self.0.get_mut(&partition) else { return 0 };
        let from = std::mem::replace(at, to);
        (to - from).unsigned_abs()
    }

    /// Notes that a partition is read; returns how many offsets without a record were left.
    fn close(&mut self, partition: i32) -> u64 {
        self.0.remove(&partition).map_or(0, |(at, end)| (end - at).unsigned_abs())
    }
}

/// Fetches no more of a partition; what comes all the same is not looked at.
fn set_aside(consumer: &BaseConsumer, topic: &str, partition: i32) {
    let mut list = TopicPartitionList::with_capacity(1);
    list.add_partition(topic, partition);
    if let Err(error) = consumer.pause(&list) {
        tracing::debug!(%error, topic, partition, "a partition that is read cannot be paused");
    }
}

fn failed(topic: &TopicSpans, error: &KafkaError) -> Refusal {
    Refusal::Unreadable(format!("{} cannot be read: {error}", topic.topic))
}

fn stuck(topic: &TopicSpans, open: &Open, trouble: Option<&KafkaError>) -> Refusal {
    let places: Vec<String> =
        open.0.iter().map(|(partition, (at, end))| format!("{partition} at {at} of {end}")).collect();
    let why = trouble.map_or_else(String::new, |error| format!(" ({error})"));
    Refusal::Unreadable(format!(
        "nothing more of {} came for {} s{why}; partitions not read to their end: {}",
        topic.topic,
        SILENCE_MAX.as_secs(),
        places.join(", ")
    ))
}
