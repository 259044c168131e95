//! The delivery state machine: events in, commands out. Decides *when*; knows ids, sizes and deadlines,
//! no Kafka, no threads, no clock.
//!
//! Batches of one partition are finished by workers in any order; its ring makes them visible in the order
//! they were received. Visible batches of all partitions go into one transaction at a time, which closes
//! when it has been open for `linger_ms`, or is full. A failed transaction is sent again, whole and in
//! order, less what turns out to have been committed after all. A partition that is revoked gets until the
//! deadline to commit what is visible; whatever is left of it is dropped and belongs to the next owner.
//!
//! Time is a number of milliseconds handed in with each event. Broken rules stop the process: the broker
//! still holds the truth.

mod breaker;
mod ring;
mod transaction;

pub use breaker::{BREAKER_WINDOW, Breaker, BreakerLimits, Trip};

use crate::model::{Offset, Partition};
use ring::Ring;
use std::collections::{BTreeMap, VecDeque};
use transaction::Transaction;

/// A partition of one of the input topics; `topic` is its index in the configuration.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TopicPartition {
    pub topic: u16,
    pub partition: Partition,
}

/// One period of owning a partition. Results of an earlier one are dropped.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Epoch(pub u64);

/// Names a batch for as long as the engine knows it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct BatchId(pub u64);

/// What the engine knows of a finished batch.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Batch {
    pub id: BatchId,
    pub at: TopicPartition,
    pub epoch: Epoch,
    /// Its place in the epoch, from 0 without gaps, in receive order.
    pub sequence: u64,
    pub records: usize,
    /// Bytes to publish.
    pub bytes: usize,
    /// The offset after its last record: what is committed with it.
    pub next_offset: Offset,
}

/// The sizes and times the engine keeps to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Limits {
    pub linger_ms: u64,
    pub transaction_bytes_max: usize,
    pub transaction_records_max: usize,
    pub revoke_timeout_ms: u64,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Event {
    /// A partition is ours from now on, under a new epoch.
    Assigned { at: TopicPartition, epoch: Epoch },
    /// The group takes partitions away; answer when they may go.
    Revoking { request: u64, partitions: Vec<TopicPartition> },
    /// Partitions are gone already; nothing of them may be committed. Answered at once.
    Lost { request: u64, partitions: Vec<TopicPartition> },
    /// A worker has finished a batch.
    Finished(Batch),
    /// A worker gave a batch back untouched, because the process drains. What comes after it in its partition
    /// never becomes visible.
    Abandoned,
    /// The transaction is committed, offsets and all.
    Committed,
    /// The transaction is undone and the sink ready for the next. `committed` holds what the group's offsets
    /// say where the outcome of the commit was in doubt.
    Failed { committed: Vec<(TopicPartition, Offset)> },
    /// The source dispatches no more; it has dispatched this many batches in all.
    Drain { dispatched: u64 },
    /// Time has passed.
    Tick,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Command {
    /// Send these batches, in this order, in the open transaction (which begins with the first).
    Send(Vec<BatchId>),
    /// Close the transaction with these offsets. `fence` is the one it was begun under: where it is older
    /// than [`Engine::fence`] by the time the group metadata has been read, the sink must fail instead.
    Commit { offsets: Vec<(TopicPartition, Offset)>, fence: Fence },
    /// These batches are committed: count them and forget them.
    Settle(Vec<BatchId>),
    /// Forget these batches; they are the next owner's, or committed already.
    Discard { batches: Vec<BatchId>, why: Discard },
    /// The partitions of this request may go.
    Release { request: u64 },
    /// Everything dispatched is settled: stop.
    Stop,
}

/// Grows whenever partitions leave. A transaction begun under an older fence must not be committed: with
/// group metadata of the new generation the broker would accept offsets of partitions that are no longer ours.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Fence(pub u64);

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Discard {
    /// Its partition was revoked or lost.
    Revoked,
}

/// The state machine. Feed it events in the order they happened. It can be copied and compared, so that a search
/// can walk through all of its states.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Engine {
    limits: Limits,
    rings: BTreeMap<TopicPartition, Ring>,
    /// Visible batches waiting for a transaction, in sending order.
    ready: VecDeque<Batch>,
    transaction: Transaction,
    revoking: Vec<Revocation>,
    fence: Fence,
    /// Batches finished or given back, for knowing when a drain is complete.
    finished: u64,
    drain: Option<u64>,
    is_stopped: bool,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Revocation {
    request: u64,
    partitions: Vec<TopicPartition>,
    deadline_ms: u64,
}

impl Engine {
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            rings: BTreeMap::new(),
            ready: VecDeque::new(),
            transaction: Transaction::Idle,
            revoking: Vec::new(),
            fence: Fence::default(),
            finished: 0,
            drain: None,
            is_stopped: false,
        }
    }

    /// Takes one event at time `now_ms` and says what to do, in order.
    pub fn next(&mut self, event: Event, now_ms: u64) -> Vec<Command> {
        let mut commands = Vec::new();
        match event {
            Event::Assigned { at, epoch } => self.assigned(at, epoch),
            Event::Revoking { request, partitions } => {
                let deadline_ms = now_ms + self.limits.revoke_timeout_ms;
                self.revoking.push(Revocation { request, partitions, deadline_ms });
            }
            Event::Lost { request, partitions } => {
                self.give_up(&partitions, &mut commands);
                commands.push(Command::Release { request });
            }
            Event::Finished(batch) => self.batch_finished(batch, &mut commands),
            Event::Abandoned => self.finished += 1,
            Event::Committed => self.committed(&mut commands),
            Event::Failed { committed } => self.failed(&committed, &mut commands),
            Event::Drain { dispatched } => self.drain = Some(dispatched),
            Event::Tick => {}
        }
        self.advance(now_ms, &mut commands);
        commands
    }

    /// When [`Event::Tick`] is due at the latest, if at all.
    pub fn deadline_ms(&self) -> Option<u64> {
        let linger = self.transaction.opened_ms().map(|opened| opened + self.limits.linger_ms);
        let revoke = self.revoking.iter().map(|r| r.deadline_ms).min();
        [linger, revoke].into_iter().flatten().min()
    }

    /// The fence as of now; see [`Fence`].
    pub fn fence(&self) -> Fence {
        self.fence
    }

    /// How many batches of a partition are settled in its present epoch, and the offset committed with the
    /// last of them.
    pub fn settled(&self, at: TopicPartition) -> Option<(u64, Option<Offset>)> {
        self.rings.get(&at).map(|ring| (ring.settled(), ring.committed()))
    }

    fn assigned(&mut self, at: TopicPartition, epoch: Epoch) {
        let before = self.rings.insert(at, Ring::new(epoch));
        assert!(before.is_none_or(|ring| ring.epoch() < epoch), "{at:?} was assigned an older epoch");
    }

    fn batch_finished(&mut self, batch: Batch, commands: &mut Vec<Command>) {
        self.finished += 1;
        match self.rings.get_mut(&batch.at) {
            Some(ring) if ring.epoch() == batch.epoch => {
                ring.put(batch);
                while let Some(visible) = ring.take() {
                    self.ready.push_back(visible);
                }
            }
            _ => commands.push(Command::Discard { batches: vec![batch.id], why: Discard::Revoked }),
        }
    }

    fn committed(&mut self, commands: &mut Vec<Command>) {
        let batches = self.transaction.close();
        for batch in &batches {
            if let Some(ring) = self.rings.get_mut(&batch.at).filter(|r| r.epoch() == batch.epoch) {
                ring.settle(batch);
            }
        }
        commands.push(Command::Settle(batches.iter().map(|b| b.id).collect()));
    }

    /// Puts the failed transaction's batches back at the head of the queue, in order, except those whose
    /// partition has left and those the broker says are committed.
    fn failed(&mut self, committed: &[(TopicPartition, Offset)], commands: &mut Vec<Command>) {
        let (mut again, mut gone, mut done) = (Vec::new(), Vec::new(), Vec::new());
        for batch in self.transaction.close() {
            let reached = committed.iter().find(|(at, _)| *at == batch.at).map(|(_, offset)| *offset);
            let Some(ring) = self.rings.get_mut(&batch.at).filter(|r| r.epoch() == batch.epoch) else {
                gone.push(batch.id);
                continue;
            };
            if reached.is_some_and(|offset| offset >= batch.next_offset) {
                ring.settle(&batch);
                done.push(batch.id);
            } else {
                again.push(batch);
            }
        }
        for batch in again.into_iter().rev() {
            self.ready.push_front(batch);
        }
        // A batch the broker has committed is published: it counts as settled, not as discarded.
        if !done.is_empty() {
            commands.push(Command::Settle(done));
        }
        if !gone.is_empty() {
            commands.push(Command::Discard { batches: gone, why: Discard::Revoked });
        }
    }

    /// Forgets partitions at once. A transaction under way keeps its batches until the sink answers: the
    /// grown fence keeps it from being committed under the new generation.
    fn give_up(&mut self, partitions: &[TopicPartition], commands: &mut Vec<Command>) {
        let mut batches = Vec::new();
        for at in partitions {
            if let Some(ring) = self.rings.remove(at) {
                batches.extend(ring.into_waiting());
            }
        }
        self.ready.retain(|batch| {
            let leaves = partitions.contains(&batch.at);
            if leaves {
                batches.push(batch.id);
            }
            !leaves
        });
        self.fence.0 += 1;
        if !batches.is_empty() {
            commands.push(Command::Discard { batches, why: Discard::Revoked });
        }
    }

    /// Moves everything that can move: revocations that are due, sending, closing, the end of a drain.
    fn advance(&mut self, now_ms: u64, commands: &mut Vec<Command>) {
        self.release(now_ms, commands);
        self.fill(now_ms, commands);
        if self.should_close(now_ms) {
            let (offsets, fence) = self.transaction.commit();
            commands.push(Command::Commit { offsets, fence });
        }
        self.release(now_ms, commands);
        let is_drained = self.drain.is_some_and(|dispatched| self.finished >= dispatched)
            && self.ready.is_empty()
            && self.transaction.is_idle();
        if is_drained && !self.is_stopped {
            self.is_stopped = true;
            commands.push(Command::Stop);
        }
    }

    /// Lets revoked partitions go once nothing visible of them is left, or their time is up.
    fn release(&mut self, now_ms: u64, commands: &mut Vec<Command>) {
        let (due, waiting): (Vec<_>, Vec<_>) = std::mem::take(&mut self.revoking)
            .into_iter()
            .partition(|r| now_ms >= r.deadline_ms || !self.has_visible(&r.partitions));
        self.revoking = waiting;
        for revocation in due {
            self.give_up(&revocation.partitions, commands);
            commands.push(Command::Release { request: revocation.request });
        }
    }

    fn has_visible(&self, partitions: &[TopicPartition]) -> bool {
        let listed = |batch: &Batch| partitions.contains(&batch.at);
        self.ready.iter().any(listed) || self.transaction.batches().iter().any(listed)
    }

    /// Sends what is ready as far as the transaction has room.
    fn fill(&mut self, now_ms: u64, commands: &mut Vec<Command>) {
        let mut sent = Vec::new();
        while let Some(batch) = self.ready.front() {
            if !self.transaction.takes(batch, &self.limits) {
                break;
            }
            sent.push(batch.id);
            let batch = self.ready.pop_front().expect("the front was just seen");
            self.transaction.add(batch, now_ms, self.fence);
        }
        if !sent.is_empty() {
            commands.push(Command::Send(sent));
        }
    }

    fn should_close(&self, now_ms: u64) -> bool {
        let Some(opened_ms) = self.transaction.opened_ms() else { return false };
        let is_full = !self.ready.is_empty();
        let is_pressed = !self.revoking.is_empty() || self.drain.is_some();
        is_full || is_pressed || now_ms >= opened_ms + self.limits.linger_ms
    }
}
