//! Where a partition begins and ends.

use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::{Offset, TopicPartitionList};
use std::time::Duration;

/// The first offset of a partition, and the one after its last.
///
/// The two are asked for one by one. `fetch_watermarks` asks for both at once, and when the question for the
/// beginning fails while that for the end is answered, it says that the partition begins at its end: reading
/// would begin there, past everything.
///
/// # Errors
/// What either answer says.
pub fn bounds<C: ConsumerContext>(
    consumer: &BaseConsumer<C>,
    topic: &str,
    partition: i32,
    timeout: Duration,
) -> KafkaResult<(i64, i64)> {
    let ask = |which| {
        let mut list = TopicPartitionList::with_capacity(1);
        list.add_partition_offset(topic, partition, which)?;
        let answer = consumer.offsets_for_times(list, timeout)?;
        let element = answer.find_partition(topic, partition).ok_or(KafkaError::Canceled)?;
        element.error()?;
        match element.offset() {
            Offset::Offset(offset) => Ok(offset),
            // The question itself: there was no answer.
            _ => Err(KafkaError::Canceled),
        }
    };
    Ok((ask(Offset::Beginning)?, ask(Offset::End)?))
}
