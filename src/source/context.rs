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
use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, ConsumerContext, Rebalance};
use rdkafka::error::KafkaError;
use rdkafka::statistics::Statistics;
use rdkafka::{Offset, TopicPartitionList};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

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
    ours: Mutex<BTreeMap<TopicPartition, Lane>>,
    next_epoch: Mutex<u64>,
    /// How often librdkafka has sent its statistics.
    reports: AtomicU64,
}

#[derive(Clone, Copy, Debug)]
struct Lane {
    epoch: Epoch,
    dispatched: u64,
    /// Every record before this one has been polled.
    next: Option<i64>,
    moved_at: Instant,
    /// From librdkafka's statistics: where the committed log ends, where reading stands, how many records
    /// are fetched and not yet polled.
    end: Option<(i64, i64, i64)>,
    /// By the same statistics: reading stands where the committed log ends. An open transaction ends it, too.
    is_at_end: bool,
}

/// What a record that was polled is to its partition.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Arrival {
    /// The partition is not ours any more: librdkafka had the record on its way already.
    Foreign,
    /// It is before one that was polled already. The broker takes uncompressed batches whose records claim
    /// later offsets than are theirs, and what follows such a batch comes so.
    Stale,
    Ours(Epoch),
}

/// A partition of which nothing has been polled for a while, although its log goes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Standing {
    pub(super) at: TopicPartition,
    pub(super) epoch: Epoch,
    pub(super) next: i64,
    pub(super) for_how_long: Duration,
}

impl Lanes {
    /// Notes that a record was polled.
    pub(super) fn arrived(&self, at: TopicPartition, offset: i64) -> Arrival {
        let mut lanes = self.lock();
        let Some(lane) = lanes.get_mut(&at) else { return Arrival::Foreign };
        if lane.next.is_some_and(|next| offset < next) {
            return Arrival::Stale;
        }
        lane.next = Some(offset + 1);
        lane.moved_at = Instant::now();
        Arrival::Ours(lane.epoch)
    }

    /// Reading goes on at `next`, whatever was polled before.
    pub(super) fn move_to(&self, at: TopicPartition, next: i64) {
        if let Some(lane) = self.lock().get_mut(&at) {
            lane.next = Some(next);
            lane.moved_at = Instant::now();
        }
    }

    /// Every partition and the offset after the last that was polled, or where it was to begin.
    pub(super) fn positions(&self) -> Vec<(TopicPartition, Option<i64>)> {
        self.lock().iter().map(|(at, lane)| (*at, lane.next)).collect()
    }

    /// Whether a partition is as it was: the same assignment, and nothing polled since.
    pub(super) fn is_standing(&self, standing: &Standing) -> bool {
        let lanes = self.lock();
        let lane = lanes.get(&standing.at);
        lane.is_some_and(|lane| lane.epoch == standing.epoch && lane.next == Some(standing.next))
    }

    /// Partitions that stand still before their end, those that did so longest first.
    pub(super) fn standing(&self) -> Vec<Standing> {
        let standing = |at: TopicPartition, lane: &Lane| {
            let next = lane.next.filter(|_| !lane.is_at_end)?;
            Some(Standing { at, epoch: lane.epoch, next, for_how_long: lane.moved_at.elapsed() })
        };
        let mut found: Vec<Standing> =
            self.lock().iter().filter_map(|(at, lane)| standing(*at, lane)).collect();
        found.sort_by_key(|standing| std::cmp::Reverse(standing.for_how_long));
        found
    }

    pub(super) fn reports(&self) -> u64 {
        self.reports.load(Ordering::Acquire)
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

    fn open(&self, at: &[(TopicPartition, Option<i64>)]) -> Vec<(TopicPartition, Epoch)> {
        let mut next = self.next_epoch.lock().expect("no holder of this lock panics");
        let mut lanes = self.lock();
        let mut opened = Vec::new();
        for (at, start) in at {
            let epoch = Epoch(*next);
            *next += 1;
            let moved_at = Instant::now();
            let lane = Lane { epoch, dispatched: 0, next: *start, moved_at, end: None, is_at_end: true };
            lanes.insert(*at, lane);
            opened.push((*at, epoch));
        }
        opened
    }

    fn close(&self, at: &[TopicPartition]) {
        self.lock().retain(|lane, _| !at.contains(lane));
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<TopicPartition, Lane>> {
        self.ours.lock().expect("no holder of this lock panics")
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
        let start = |at: TopicPartition| {
            let found = list.find_partition(self.topics.name(at), at.partition.0);
            match found.map(|element| element.offset()) {
                Some(Offset::Offset(offset)) => Some(offset),
                _ => None,
            }
        };
        let starts: Vec<_> = self.named(list).into_iter().map(|at| (at, start(at))).collect();
        let opened = self.lanes.open(&starts);
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
                let Some(lane) = lanes.get_mut(&at) else { continue };
                lane.is_at_end = partition.next_offset == partition.ls_offset;
                if partition.ls_offset >= 0 && partition.next_offset >= 0 {
                    lane.end = Some((partition.ls_offset, partition.next_offset, partition.fetchq_cnt));
                }
            }
        }
        drop(lanes);
        self.lanes.reports.fetch_add(1, Ordering::AcqRel);
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

#[cfg(test)]
mod tests {
    use super::*;

    const AT: TopicPartition = TopicPartition { topic: 0, partition: Partition(3) };

    #[test]
    fn a_record_after_a_later_one_is_not_taken_and_one_of_another_partition_is_nobodys() {
        let lanes = Lanes::default();
        assert_eq!(lanes.arrived(AT, 7), Arrival::Foreign);
        let (_, epoch) = lanes.open(&[(AT, Some(5))])[0];
        assert_eq!(lanes.arrived(AT, 4), Arrival::Stale);
        assert_eq!(lanes.arrived(AT, 8), Arrival::Ours(epoch), "gaps are the broker's business");
        assert_eq!(lanes.arrived(AT, 8), Arrival::Stale);
        lanes.move_to(AT, 2);
        assert_eq!(lanes.arrived(AT, 2), Arrival::Ours(epoch));
    }

    #[test]
    fn a_lane_stands_until_something_arrives_or_it_is_anothers() {
        let lanes = Lanes::default();
        lanes.open(&[(AT, Some(5))]);
        assert_eq!(lanes.standing(), [], "no statistics say that there is more");
        lanes.lock().get_mut(&AT).expect("it was opened").is_at_end = false;
        let standing = lanes.standing()[0];
        assert_eq!((standing.at, standing.next), (AT, 5));
        assert!(lanes.is_standing(&standing));
        lanes.arrived(AT, 5);
        assert!(!lanes.is_standing(&standing), "it has moved on");
        lanes.open(&[(AT, Some(5))]);
        assert!(!lanes.is_standing(&standing), "it was taken in anew");
    }
}
