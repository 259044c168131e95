//! Reads one partition at a time, by hand and to a known end, as a read-committed reader.

use super::letter::{Place, Stored};
use crate::config::Config;
use crate::kafka::{Role, bounds, client_config, owned_headers, topic_counts};
use anyhow::Context as _;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::message::{BorrowedMessage, Message};
use rdkafka::{Offset, Timestamp, TopicPartitionList};
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

/// How long one question to the brokers may take.
const ASK_TIMEOUT: Duration = Duration::from_secs(10);
const POLL_TIMEOUT: Duration = Duration::from_millis(500);
/// A partition that gives nothing for so long, and does not say that it ends, is given up.
const SILENCE_MAX: Duration = Duration::from_secs(30);

pub(super) struct Reader {
    consumer: BaseConsumer,
    brokers: String,
}

impl Reader {
    pub(super) fn new(config: &Config) -> anyhow::Result<Self> {
        let mut settings = client_config(config, Role::Consumer);
        // No member of the group: its name is only there because the client wants one.
        settings.remove("group.instance.id");
        settings.set("enable.partition.eof", "true").set("statistics.interval.ms", "0");
        let consumer = settings.create().context("the reader cannot be made")?;
        Ok(Self { consumer, brokers: config.kafka.brokers.clone() })
    }

    /// How many partitions a topic has.
    pub(super) fn partitions(&self, topic: &str) -> anyhow::Result<i32> {
        let counts = topic_counts(self.consumer.client(), &[topic], ASK_TIMEOUT)
            .with_context(|| format!("the brokers at {} do not answer", self.brokers))?;
        let count = counts.into_values().next().expect("one topic was asked for");
        count.map_err(|code| anyhow::anyhow!("the topic {topic} cannot be read: {code}"))
    }

    /// Hands each record from offset `from` to where the partition ends now to `take`, in order.
    pub(super) fn each(
        &self,
        topic: &str,
        partition: i32,
        from: i64,
        mut take: impl FnMut(Stored) -> ControlFlow<()>,
    ) -> anyhow::Result<ControlFlow<()>> {
        let (low, high) = self.ends(topic, partition)?;
        let from = from.max(low);
        if from >= high {
            return Ok(ControlFlow::Continue(()));
        }
        self.assign(topic, partition, from)?;
        let mut last = Instant::now();
        let flow = loop {
            match self.consumer.poll(POLL_TIMEOUT) {
                Some(Ok(message)) => {
                    last = Instant::now();
                    // Written after the command began.
                    if message.offset() >= high {
                        break ControlFlow::Continue(());
                    }
                    if take(stored(&message)).is_break() {
                        break ControlFlow::Break(());
                    }
                    if message.offset() + 1 >= high {
                        break ControlFlow::Continue(());
                    }
                }
                // Markers of transactions take offsets, and records of an open one cannot be read yet.
                Some(Err(KafkaError::PartitionEOF(ended))) if ended == partition => {
                    break ControlFlow::Continue(());
                }
                Some(Err(error)) if last.elapsed() > SILENCE_MAX => {
                    return Err(error).with_context(|| format!("{topic}/{partition} cannot be read"));
                }
                None if last.elapsed() > SILENCE_MAX => {
                    anyhow::bail!("{topic}/{partition} gave nothing for {} s", SILENCE_MAX.as_secs());
                }
                // Brokers that come and go mend themselves.
                Some(Err(_)) | None => {}
            }
        };
        self.consumer.unassign()?;
        Ok(flow)
    }

    /// The record at an offset, if it is still there.
    pub(super) fn at(&self, topic: &str, place: Place) -> anyhow::Result<Option<Stored>> {
        if place.partition >= self.partitions(topic)? || place.offset < self.ends(topic, place.partition)?.0
        {
            return Ok(None);
        }
        let mut found = None;
        let _ = self.each(topic, place.partition, place.offset, |stored| {
            found = Some(stored);
            ControlFlow::Break(())
        })?;
        // The first record at or after it: compaction, or a marker, leaves a gap.
        Ok(found.filter(|stored| stored.place == place))
    }

    fn ends(&self, topic: &str, partition: i32) -> anyhow::Result<(i64, i64)> {
        let ends = bounds(&self.consumer, topic, partition, ASK_TIMEOUT);
        ends.with_context(|| format!("the ends of {topic}/{partition} cannot be read"))
    }

    fn assign(&self, topic: &str, partition: i32, from: i64) -> KafkaResult<()> {
        let mut list = TopicPartitionList::new();
        list.add_partition_offset(topic, partition, Offset::Offset(from))?;
        self.consumer.assign(&list)
    }
}

fn stored(message: &BorrowedMessage<'_>) -> Stored {
    Stored {
        place: Place { partition: message.partition(), offset: message.offset() },
        timestamp_ms: match message.timestamp() {
            Timestamp::NotAvailable => None,
            Timestamp::CreateTime(ms) | Timestamp::LogAppendTime(ms) => Some(ms),
        },
        key: message.key().map(<[u8]>::to_vec),
        value: message.payload().map(<[u8]>::to_vec),
        headers: owned_headers(message),
    }
}
