//! What is going to be read, settled before anything is: the partitions, their first and last offsets, and that
//! nothing is missing from them already.
//!
//! The order makes the verdict sound while workers run: first what the group has committed, then where the
//! outcomes end, then where the input ends. So each committed record's outcome is in what is read, and each
//! outcome's record is, too.

use super::read::settings;
use super::refusal::Refusal;
use crate::audit::Span;
use crate::config::{Config, Start};
use crate::kafka::{bounds, topic_counts};
use crate::model::Offset;
use rdkafka::TopicPartitionList;
use rdkafka::admin::{AdminClient, AdminOptions, ResourceSpecifier};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

const ASK_TIMEOUT: Duration = Duration::from_secs(10);
/// The broker looks for transactions that have timed out every ten seconds (Kafka's default).
const ABORT_INTERVAL: Duration = Duration::from_secs(15);
const OPEN_RETRY: Duration = Duration::from_millis(200);

/// A topic and what is read of each of its partitions.
#[derive(Clone, Debug)]
pub(super) struct TopicSpans {
    pub(super) topic: String,
    pub(super) spans: Vec<Span>,
}

impl TopicSpans {
    /// How many offsets are read.
    pub(super) fn offsets(&self) -> u64 {
        self.spans.iter().map(|span| (span.end.0 - span.first.0).unsigned_abs()).sum()
    }
}

#[derive(Clone, Debug)]
pub(super) struct Snapshot {
    pub(super) inputs: Vec<TopicSpans>,
    pub(super) output: TopicSpans,
    pub(super) dead_letter: TopicSpans,
}

impl Snapshot {
    pub(super) fn take(
        config: &Config,
        only_committed: bool,
        takes_truncated: bool,
    ) -> Result<Self, Refusal> {
        let desk = Desk::new(config)?;
        desk.refuse_compacted()?;
        let committed = if only_committed { Some(desk.committed()?) } else { None };
        let output = desk.outcomes(&config.output.topic)?;
        let dead_letter = desk.outcomes(&config.dead_letter.topic)?;
        let mut inputs = Vec::new();
        for topic in &config.input.topics {
            inputs.push(desk.input(topic, committed.as_ref(), takes_truncated)?);
        }
        Ok(Self { inputs, output, dead_letter })
    }

    /// How many offsets are read in all.
    pub(super) fn offsets(&self) -> u64 {
        self.topics().map(TopicSpans::offsets).sum()
    }

    /// Refuses when records went away while they were read.
    pub(super) fn check_untouched(&self, config: &Config) -> Result<(), Refusal> {
        let reader = consumer(config, "read_committed")?;
        for spans in self.topics() {
            for (span, partition) in spans.spans.iter().zip(0..) {
                let (low, _) = watermarks(&reader, &spans.topic, partition)?;
                if low > span.first.0 {
                    return Err(Refusal::CutMeanwhile { topic: spans.topic.clone(), partition, low });
                }
            }
        }
        Ok(())
    }

    fn topics(&self) -> impl Iterator<Item = &TopicSpans> {
        self.inputs.iter().chain([&self.output, &self.dead_letter])
    }
}

/// By input topic and partition.
type Committed = BTreeMap<(String, i32), Offset>;

/// The clients that ask, and how many partitions each topic has.
struct Desk<'a> {
    config: &'a Config,
    reader: BaseConsumer,
    /// Sees records of open transactions, too.
    uncommitted: BaseConsumer,
    counts: BTreeMap<String, i32>,
}

impl<'a> Desk<'a> {
    fn new(config: &'a Config) -> Result<Self, Refusal> {
        let reader = consumer(config, "read_committed")?;
        let mut names: Vec<&str> = config.input.topics.iter().map(String::as_str).collect();
        names.extend([config.output.topic.as_str(), config.dead_letter.topic.as_str()]);
        let asked = topic_counts(reader.client(), &names, ASK_TIMEOUT)?;
        let mut counts = BTreeMap::new();
        for (topic, count) in asked {
            let count = count.map_err(|code| {
                Refusal::Unreadable(format!(
                    "{topic} cannot be read: {code}; see copydesk config for the topics"
                ))
            })?;
            counts.insert(topic, count);
        }
        Ok(Self { config, reader, uncommitted: consumer(config, "read_uncommitted")?, counts })
    }

    fn refuse_compacted(&self) -> Result<(), Refusal> {
        let admin: AdminClient<DefaultClientContext> = settings(self.config).create()?;
        let topics: Vec<_> = self.counts.keys().map(|topic| ResourceSpecifier::Topic(topic)).collect();
        let options = AdminOptions::new().request_timeout(Some(ASK_TIMEOUT));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| Refusal::Unreadable(format!("no runtime: {error}")))?;
        let answers = runtime.block_on(admin.describe_configs(&topics, &options))?;
        for (topic, answer) in self.counts.keys().zip(answers) {
            let answer = answer.map_err(|code| {
                Refusal::Unreadable(format!(
                    "the configuration of {topic} cannot be read: {code}; audit needs DescribeConfigs on it to see \
                     whether it is compacted"
                ))
            })?;
            let policy = answer.get("cleanup.policy").and_then(|entry| entry.value.as_deref());
            if policy.is_none_or(|policy| policy.contains("compact")) {
                return Err(Refusal::Compacted { topic: topic.clone() });
            }
        }
        Ok(())
    }

    fn committed(&self) -> Result<Committed, Refusal> {
        let mut list = TopicPartitionList::new();
        for topic in &self.config.input.topics {
            list.add_partition_range(topic, 0, self.counts[topic] - 1);
        }
        let answer = self.reader.committed_offsets(list, ASK_TIMEOUT)?;
        let mut committed = Committed::new();
        for element in answer.elements() {
            element.error()?;
            if let rdkafka::Offset::Offset(offset) = element.offset() {
                committed.insert((element.topic().to_owned(), element.partition()), Offset(offset));
            }
        }
        Ok(committed)
    }

    /// A topic of outcomes, from its beginning to where it ends now, once every transaction has ended that has
    /// written to it so far.
    fn outcomes(&self, topic: &str) -> Result<TopicSpans, Refusal> {
        let partitions = 0..self.counts[topic];
        let patience = Duration::from_millis(self.config.delivery.transaction_timeout_ms) + ABORT_INTERVAL;
        let mut written = Vec::new();
        for partition in partitions {
            let (low, end) = watermarks(&self.uncommitted, topic, partition)?;
            if low > 0 {
                return Err(Refusal::TruncatedOutcomes { topic: topic.to_owned(), partition, low });
            }
            written.push(Offset(end));
        }
        let mut spans = Vec::new();
        for (written, partition) in written.into_iter().zip(0..) {
            let end = self.settled_end(topic, partition, written, patience)?;
            spans.push(Span { first: Offset(0), due: end, end });
        }
        Ok(TopicSpans { topic: topic.to_owned(), spans })
    }

    /// Where committed records end, once that is past everything written.
    fn settled_end(
        &self,
        topic: &str,
        partition: i32,
        written: Offset,
        patience: Duration,
    ) -> Result<Offset, Refusal> {
        let started = Instant::now();
        loop {
            let (_, end) = watermarks(&self.reader, topic, partition)?;
            if end >= written.0 {
                return Ok(Offset(end));
            }
            if started.elapsed() > patience {
                let seconds = patience.as_secs();
                return Err(Refusal::OpenTransaction {
                    topic: topic.to_owned(),
                    partition,
                    from: end,
                    seconds,
                });
            }
            std::thread::sleep(OPEN_RETRY);
        }
    }

    fn input(
        &self,
        topic: &str,
        committed: Option<&Committed>,
        takes_truncated: bool,
    ) -> Result<TopicSpans, Refusal> {
        let mut spans = Vec::new();
        for partition in 0..self.counts[topic] {
            let (low, end) = watermarks(&self.reader, topic, partition)?;
            if low > 0 && !takes_truncated {
                return Err(Refusal::TruncatedInput { topic: topic.to_owned(), partition, low });
            }
            let first = match self.config.input.start {
                Start::Earliest => low,
                Start::Latest => return Err(Refusal::NoStart),
                Start::At(timestamp_ms) => self.at_time(topic, partition, timestamp_ms)?.unwrap_or(end),
            };
            let first = first.min(end);
            let due = match committed {
                // A partition without a committed offset has had no outcome yet.
                Some(committed) => committed.get(&(topic.to_owned(), partition)).map_or(first, |due| due.0),
                None => end,
            };
            let due = due.clamp(first, end);
            spans.push(Span { first: Offset(first), due: Offset(due), end: Offset(end) });
        }
        Ok(TopicSpans { topic: topic.to_owned(), spans })
    }

    /// The first offset at or after a time; none when everything is older.
    fn at_time(&self, topic: &str, partition: i32, timestamp_ms: i64) -> Result<Option<i64>, Refusal> {
        let mut list = TopicPartitionList::new();
        list.add_partition_offset(topic, partition, rdkafka::Offset::Offset(timestamp_ms))?;
        let answer = self.reader.offsets_for_times(list, ASK_TIMEOUT)?;
        let elements = answer.elements();
        let element = elements.first().ok_or(KafkaError::Canceled)?;
        element.error()?;
        Ok(match element.offset() {
            rdkafka::Offset::Offset(offset) => Some(offset),
            _ => None,
        })
    }
}

fn consumer(config: &Config, isolation: &str) -> Result<BaseConsumer, Refusal> {
    let mut settings = settings(config);
    settings.set("isolation.level", isolation);
    Ok(settings.create()?)
}

fn watermarks(reader: &BaseConsumer, topic: &str, partition: i32) -> Result<(i64, i64), Refusal> {
    Ok(bounds(reader, topic, partition, ASK_TIMEOUT)?)
}
