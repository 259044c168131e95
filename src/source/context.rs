//! The consumer's context: what happens when partitions come and go, and what the statistics say of lag.
//!
//! The hooks run on the poll thread, inside a poll. A revoke hook tells the coordinator and waits, to one
//! deadline, until the partitions may go; the sink never waits on the poll thread, so this cannot lock up.

use super::start::{StartError, set_offsets};
use crate::config::{LostOffsets, Start};
use crate::engine::{Epoch, TopicPartition};
use crate::kafka::{Topics, log_librdkafka};
use crate::model::Partition;
use crate::telemetry::Metrics;
use crossbeam_channel::Sender;
use rdkafka::TopicPartitionList;
use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, ConsumerContext, Rebalance};
use rdkafka::error::KafkaError;
use rdkafka::statistics::Statistics;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

/// What the source tells the coordinator.
#[derive(Debug)]
pub enum Notice {
    Assigned(Vec<(TopicPartition, Epoch)>),
    /// Answer when the partitions may go.
    Revoking(Vec<TopicPartition>, Sender<()>),
    /// The partitions are gone; answer when nothing of them can be committed any more.
    Lost(Vec<TopicPartition>, Sender<()>),
}

/// What is known of each assigned partition.
#[derive(Debug, Default)]
pub struct Lanes {
    lanes: Mutex<BTreeMap<TopicPartition, Lane>>,
    next_epoch: Mutex<u64>,
}

#[derive(Clone, Copy, Debug)]
struct Lane {
    epoch: Epoch,
    dispatched: u64,
    /// From librdkafka's statistics: where the committed log ends, where reading stands, how many records
    /// are fetched and not yet polled.
    end: Option<(i64, i64, i64)>,
}

impl Lanes {
    /// The present epoch of a partition, if it is ours.
    pub(super) fn epoch(&self, at: TopicPartition) -> Option<Epoch> {
        self.lock().get(&at).map(|lane| lane.epoch)
    }

    /// Takes the next place in the partition's sequence, if the epoch is still the present one.
    pub(super) fn dispatch(&self, at: TopicPartition, epoch: Epoch) -> Option<u64> {
        let mut lanes = self.lock();
        let lane = lanes.get_mut(&at).filter(|lane| lane.epoch == epoch)?;
        lane.dispatched += 1;
        Some(lane.dispatched - 1)
    }

    pub(super) fn assigned(&self) -> Vec<TopicPartition> {
        self.lock().keys().copied().collect()
    }

    /// How many records of each partition are waiting. `settled` tells, for a partition, how many batches
    /// are settled and the offset committed with the last.
    pub fn lags(
        &self,
        settled: impl Fn(TopicPartition) -> Option<(u64, Option<i64>)>,
    ) -> Vec<(TopicPartition, i64)> {
        let lag = |at: TopicPartition, lane: &Lane| {
            let (end, position, fetched) = lane.end?;
            let (batches, committed) = settled(at)?;
            // With nothing under way the position counts: it is past transaction markers, which no commit
            // of ours ever reaches and which would show as a lag of one for ever.
            let is_idle = batches == lane.dispatched && fetched == 0;
            let reached =
                if is_idle { committed.map_or(position, |c| c.max(position)) } else { committed? };
            Some((at, (end - reached).max(0)))
        };
        self.lock().iter().filter_map(|(at, lane)| lag(*at, lane)).collect()
    }

    fn open(&self, at: &[TopicPartition]) -> Vec<(TopicPartition, Epoch)> {
        let mut next = self.next_epoch.lock().expect("no holder of this lock panics");
        let mut lanes = self.lock();
        let mut opened = Vec::new();
        for at in at {
            let epoch = Epoch(*next);
            *next += 1;
            lanes.insert(*at, Lane { epoch, dispatched: 0, end: None });
            opened.push((*at, epoch));
        }
        opened
    }

    fn close(&self, at: &[TopicPartition]) {
        self.lock().retain(|lane, _| !at.contains(lane));
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<TopicPartition, Lane>> {
        self.lanes.lock().expect("no holder of this lock panics")
    }
}

/// The consumer's context.
pub struct Context {
    pub topics: Topics,
    pub lanes: Arc<Lanes>,
    /// Passes a notice on to the coordinator, in order with everything else it hears; says whether it could.
    pub notify: Box<dyn Fn(Notice) -> bool + Send + Sync>,
    /// Says what keeps records from coming until an operator has acted, and when that is over.
    pub tell_trouble: Box<dyn Fn(Option<String>) + Send + Sync>,
    pub metrics: Arc<Metrics>,
    /// The group's name.
    pub group: String,
    pub start: Start,
    pub lost: LostOffsets,
    /// How long a revoke hook waits at most.
    pub revoke_timeout: Duration,
    /// Set with the first assignment: the group has taken us in.
    pub is_joined: AtomicBool,
    /// Set when the worker stops: nothing is waited for any more.
    pub is_stopping: Arc<AtomicBool>,
    /// Set when the breaker has tripped: nothing more is consumed, but the group is kept company.
    pub is_held: Arc<AtomicBool>,
    /// A reason to stop the worker, found in a hook.
    pub failure: Mutex<Option<String>>,
}

impl Context {
    /// Whether the group has taken us in.
    pub fn is_joined(&self) -> bool {
        self.is_joined.load(Ordering::Acquire)
    }

    fn named(&self, list: &TopicPartitionList) -> Vec<TopicPartition> {
        let named = |topic: &str, partition: i32| {
            let topic = self.topics.index(topic)?;
            Some(TopicPartition { topic, partition: Partition(partition) })
        };
        list.elements().iter().filter_map(|element| named(element.topic(), element.partition())).collect()
    }

    /// Takes partitions in: sets where each starts, and tells the coordinator.
    pub(super) fn assign(&self, consumer: &BaseConsumer<Self>, list: &TopicPartitionList) {
        if list.count() > 0 {
            self.set_offsets(consumer, list);
        }
        let opened = self.lanes.open(&self.named(list));
        self.is_joined.store(true, Ordering::Release);
        self.metrics.rebalances_assign.inc();
        tracing::info!(partitions = list.count(), "partitions assigned");
        (self.notify)(Notice::Assigned(opened));
    }

    /// Tries until the offsets are set: a broker in trouble is waited for. The group itself ends the wait by
    /// taking the member out.
    fn set_offsets(&self, consumer: &BaseConsumer<Self>, list: &TopicPartitionList) {
        while !self.is_stopping.load(Ordering::Acquire) {
            match set_offsets(consumer, list, self.start, self.lost) {
                Ok(()) => return,
                Err(StartError::Lost(why)) => return self.fail(why),
                Err(StartError::Kafka(error)) => {
                    tracing::warn!(%error, "start offsets cannot be read; trying again");
                    std::thread::sleep(Duration::from_millis(500));
                }
            }
        }
    }

    pub(super) fn fail(&self, why: String) {
        *self.failure.lock().expect("no holder of this lock panics") = Some(why);
    }

    fn revoke(&self, consumer: &BaseConsumer<Self>, list: &TopicPartitionList) {
        use rdkafka::consumer::Consumer;
        let partitions = self.named(list);
        let is_lost = consumer.assignment_lost();
        let (answer, answered) = crossbeam_channel::bounded(1);
        let notice = if is_lost {
            self.metrics.rebalances_lost.inc();
            Notice::Lost(partitions.clone(), answer)
        } else {
            self.metrics.rebalances_revoke.inc();
            Notice::Revoking(partitions.clone(), answer)
        };
        tracing::info!(partitions = partitions.len(), is_lost, "partitions revoked");
        if !self.is_stopping.load(Ordering::Acquire) && (self.notify)(notice) {
            // The engine keeps the deadline; the second more is for its answer to arrive.
            let _ = answered.recv_timeout(self.revoke_timeout + Duration::from_secs(1));
        }
        self.lanes.close(&partitions);
    }
}

impl ClientContext for Context {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        log_librdkafka("consumer", level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        tracing::debug!(client = "consumer", %error, reason, "librdkafka reports an error");
    }

    fn stats(&self, statistics: Statistics) {
        let mut lanes = self.lanes.lock();
        for (name, topic) in &statistics.topics {
            let Some(topic_index) = self.topics.index(name) else { continue };
            for (number, partition) in &topic.partitions {
                let at = TopicPartition { topic: topic_index, partition: Partition(*number) };
                if let Some(lane) = lanes.get_mut(&at)
                    && partition.ls_offset >= 0
                    && partition.next_offset >= 0
                {
                    lane.end = Some((partition.ls_offset, partition.next_offset, partition.fetchq_cnt));
                }
            }
        }
    }
}

impl ConsumerContext for Context {
    fn pre_rebalance(&self, consumer: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        match rebalance {
            Rebalance::Assign(list) => self.assign(consumer, list),
            Rebalance::Revoke(list) => self.revoke(consumer, list),
            Rebalance::Error(error) => tracing::warn!(%error, "a rebalance has failed"),
        }
    }
}
