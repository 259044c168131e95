//! Where reading starts: the committed offset, and the first-start policy where there is none.
//!
//! `auto.offset.reset` is `error`, so nothing ever jumps silently: every assigned partition gets an explicit
//! offset here, and an offset that retention has taken away is an error with its numbers.

use crate::config::{LostOffsets, Start};
use crate::kafka::bounds;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::{Offset, TopicPartitionList};
use std::time::Duration;

pub(super) const ASK_TIMEOUT: Duration = Duration::from_secs(10);
const SEEK_TIMEOUT: Duration = Duration::from_secs(1);

/// Why the start offsets could not be set.
#[derive(Debug)]
pub(super) enum StartError {
    Kafka(KafkaError),
    /// Retention has removed records that were never read; the text says which and what to do.
    Lost(String),
}

impl From<KafkaError> for StartError {
    fn from(error: KafkaError) -> Self {
        Self::Kafka(error)
    }
}

/// Sets the offset of every partition in `assigned`.
pub(super) fn set_offsets<C: ConsumerContext>(
    consumer: &BaseConsumer<C>,
    assigned: &TopicPartitionList,
    start: Start,
    lost: LostOffsets,
) -> Result<(), StartError> {
    let mut list = TopicPartitionList::with_capacity(assigned.count());
    for element in assigned.elements() {
        list.add_partition(element.topic(), element.partition());
    }
    let committed = consumer.committed_offsets(list, ASK_TIMEOUT)?;
    for mut element in assigned.elements() {
        let (topic, partition) = (element.topic().to_owned(), element.partition());
        let found = committed.find_partition(&topic, partition);
        let found = found.ok_or(KafkaError::Canceled)?;
        found.error()?;
        let offset = match found.offset() {
            Offset::Offset(offset) => resume(consumer, &topic, partition, offset, lost)?,
            _ => first(consumer, &topic, partition, start)?,
        };
        element.set_offset(offset)?;
    }
    Ok(())
}

/// The committed offset, checked against what the broker still has.
pub(super) fn resume<C: ConsumerContext>(
    consumer: &BaseConsumer<C>,
    topic: &str,
    partition: i32,
    committed: i64,
    lost: LostOffsets,
) -> Result<Offset, StartError> {
    let (low, high) = bounds(consumer, topic, partition, ASK_TIMEOUT)?;
    if (low..=high).contains(&committed) {
        return Ok(Offset::Offset(committed));
    }
    let what = if committed < low {
        format!(
            "offsets {committed} to {} of {topic}/{partition} were removed before they were read",
            low - 1
        )
    } else {
        format!(
            "the committed offset {committed} of {topic}/{partition} is beyond its end at {high}: the topic was \
             made anew or lost records"
        )
    };
    match lost {
        LostOffsets::Stop => Err(StartError::Lost(format!(
            "{what}; to go on at {low} set input.lost_offsets = \"skip\", or move the group's offsets"
        ))),
        LostOffsets::Skip => {
            tracing::error!(topic, partition, committed, low, high, "{what}; going on at {low}");
            Ok(Offset::Offset(low))
        }
    }
}

/// Goes on reading a partition at an offset. One whose last offset was out of range has stopped, and cannot be
/// sought in; it is taken up anew.
///
/// # Errors
/// The client's own; the partition may be sought again.
pub fn go_on_at<C: ConsumerContext>(
    consumer: &BaseConsumer<C>,
    topic: &str,
    partition: i32,
    offset: i64,
) -> KafkaResult<()> {
    if consumer.seek(topic, partition, Offset::Offset(offset), SEEK_TIMEOUT).is_ok() {
        return Ok(());
    }
    let mut list = TopicPartitionList::with_capacity(1);
    list.add_partition_offset(topic, partition, Offset::Offset(offset))?;
    consumer.incremental_unassign(&list)?;
    consumer.incremental_assign(&list)
}

/// Where a group without an offset begins.
fn first<C: ConsumerContext>(
    consumer: &BaseConsumer<C>,
    topic: &str,
    partition: i32,
    start: Start,
) -> KafkaResult<Offset> {
    let (low, high) = bounds(consumer, topic, partition, ASK_TIMEOUT)?;
    let offset = match start {
        Start::Earliest => low,
        Start::Latest => high,
        Start::At(timestamp_ms) => at_time(consumer, topic, partition, timestamp_ms)?.unwrap_or(high),
    };
    Ok(Offset::Offset(offset))
}

/// The first offset at or after a time; none when everything is older.
fn at_time<C: ConsumerContext>(
    consumer: &BaseConsumer<C>,
    topic: &str,
    partition: i32,
    timestamp_ms: i64,
) -> KafkaResult<Option<i64>> {
    let mut list = TopicPartitionList::with_capacity(1);
    list.add_partition_offset(topic, partition, Offset::Offset(timestamp_ms))?;
    let answer = consumer.offsets_for_times(list, ASK_TIMEOUT)?;
    let element = answer.find_partition(topic, partition).ok_or(KafkaError::Canceled)?;
    element.error()?;
    Ok(match element.offset() {
        Offset::Offset(offset) => Some(offset),
        _ => None,
    })
}
