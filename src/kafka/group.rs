//! What the sink needs of the consumer group, without knowing the source.

use super::topic_counts;
use crate::engine::TopicPartition;
use crate::model::Offset;
use rdkafka::TopicPartitionList;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer, ConsumerContext, ConsumerGroupMetadata};
use rdkafka::error::{KafkaResult, RDKafkaErrorCode};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// How long one question to the group may take.
const ASK_TIMEOUT: Duration = Duration::from_secs(10);

/// The topics the worker deals with; a [`TopicPartition`] names an input by its index here.
#[derive(Clone, Debug)]
pub struct Topics {
    pub inputs: Vec<Arc<str>>,
    pub output: String,
    pub dead_letter: String,
}

impl Topics {
    /// The index of an input topic.
    pub fn index(&self, name: &str) -> Option<u16> {
        self.inputs.iter().position(|input| &**input == name).and_then(|index| u16::try_from(index).ok())
    }

    pub fn name(&self, at: TopicPartition) -> &Arc<str> {
        &self.inputs[usize::from(at.topic)]
    }

    /// The list librdkafka takes, with these offsets.
    pub fn list(&self, offsets: &[(TopicPartition, Offset)]) -> KafkaResult<TopicPartitionList> {
        let mut list = TopicPartitionList::with_capacity(offsets.len());
        for (at, offset) in offsets {
            list.add_partition_offset(self.name(*at), at.partition.0, rdkafka::Offset::Offset(offset.0))?;
        }
        Ok(list)
    }
}

/// The consumer group as the sink sees it.
pub trait Group: Send + Sync {
    /// Who we are in the group at this moment.
    fn metadata(&self) -> Option<ConsumerGroupMetadata>;
    /// The committed offsets of these partitions; partitions without one are left out.
    fn committed(
        &self,
        topics: &Topics,
        at: &[TopicPartition],
    ) -> KafkaResult<Vec<(TopicPartition, Offset)>>;
    /// Commits offsets outside of any transaction and waits for the answer.
    fn commit(&self, topics: &Topics, offsets: &[(TopicPartition, Offset)]) -> KafkaResult<()>;
    /// The number of partitions of each topic, or why the broker does not tell.
    fn counts(&self, topics: &[&str]) -> KafkaResult<BTreeMap<String, Result<i32, RDKafkaErrorCode>>>;
}

impl<C: ConsumerContext> Group for BaseConsumer<C> {
    fn metadata(&self) -> Option<ConsumerGroupMetadata> {
        self.group_metadata()
    }

    fn committed(
        &self,
        topics: &Topics,
        at: &[TopicPartition],
    ) -> KafkaResult<Vec<(TopicPartition, Offset)>> {
        let mut list = TopicPartitionList::with_capacity(at.len());
        for at in at {
            list.add_partition(topics.name(*at), at.partition.0);
        }
        let answer = self.committed_offsets(list, ASK_TIMEOUT)?;
        let mut committed = Vec::new();
        for (at, element) in at.iter().zip(answer.elements()) {
            element.error()?;
            if let rdkafka::Offset::Offset(offset) = element.offset() {
                committed.push((*at, Offset(offset)));
            }
        }
        Ok(committed)
    }

    fn commit(&self, topics: &Topics, offsets: &[(TopicPartition, Offset)]) -> KafkaResult<()> {
        Consumer::commit(self, &topics.list(offsets)?, CommitMode::Sync)
    }

    fn counts(&self, topics: &[&str]) -> KafkaResult<BTreeMap<String, Result<i32, RDKafkaErrorCode>>> {
        topic_counts(self.client(), topics, ASK_TIMEOUT)
    }
}
