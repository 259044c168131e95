//! The delivery engine against a naive broker: whatever happens in whatever order, each offset is published
//! once and in order. Random worlds by proptest (the failing seed is printed); a few by hand.

use copydesk::engine::{Batch, BatchId, Command, Engine, Epoch, Event, Fence, Limits, TopicPartition};
use copydesk::model::{Offset, Partition};
use proptest::prelude::*;
use std::collections::BTreeMap;

const PARTITIONS: i32 = 3;

/// What may happen next in a world.
#[derive(Clone, Copy, Debug)]
enum Act {
    /// The source reads this many records of a partition as one batch.
    Dispatch(i32, u8),
    /// A worker finishes one of the batches under way.
    Finish(u8),
    /// The sink, if told to commit, does so …
    Commit,
    /// … or undoes the transaction …
    Fail,
    /// … or commits and cannot tell.
    CommitInDoubt,
    Assign(i32),
    Revoke(i32),
    Lose(i32),
    /// `kill -9`; a commit that was asked for may have reached the broker.
    Crash(bool),
    Wait(u16),
}

fn act() -> impl Strategy<Value = Act> {
    let partition = 0..PARTITIONS;
    prop_oneof![
        6 => (partition.clone(), 1..5u8).prop_map(|(p, n)| Act::Dispatch(p, n)),
        6 => any::<u8>().prop_map(Act::Finish),
        3 => Just(Act::Commit),
        1 => Just(Act::Fail),
        1 => Just(Act::CommitInDoubt),
        2 => partition.clone().prop_map(Act::Assign),
        1 => partition.clone().prop_map(Act::Revoke),
        1 => partition.prop_map(Act::Lose),
        1 => any::<bool>().prop_map(Act::Crash),
        3 => (1..40u16).prop_map(Act::Wait),
    ]
}

#[derive(Clone, Copy)]
struct Lane {
    epoch: Epoch,
    sequence: u64,
    position: i64,
}

/// The engine, and a broker that only remembers.
struct World {
    engine: Engine,
    now_ms: u64,
    lanes: BTreeMap<TopicPartition, Lane>,
    next_epoch: u64,
    next_id: u64,
    next_request: u64,
    unreleased: BTreeMap<u64, TopicPartition>,
    under_way: Vec<(Batch, i64)>,
    known: BTreeMap<BatchId, (Batch, i64)>,
    sent: Vec<BatchId>,
    closing: Option<(Vec<(TopicPartition, Offset)>, Fence)>,
    committed: BTreeMap<TopicPartition, i64>,
    /// What a reader of committed records sees, as ranges of source offsets.
    log: BTreeMap<TopicPartition, Vec<(i64, i64)>>,
    dispatched: u64,
    is_stopped: bool,
}

fn limits() -> Limits {
    Limits { linger_ms: 20, transaction_bytes_max: 900, transaction_records_max: 10, revoke_timeout_ms: 50 }
}

impl World {
    fn new() -> Self {
        Self {
            engine: Engine::new(limits()),
            now_ms: 0,
            lanes: BTreeMap::new(),
            next_epoch: 0,
            next_id: 0,
            next_request: 0,
            unreleased: BTreeMap::new(),
            under_way: Vec::new(),
            known: BTreeMap::new(),
            sent: Vec::new(),
            closing: None,
            committed: BTreeMap::new(),
            log: BTreeMap::new(),
            dispatched: 0,
            is_stopped: false,
        }
    }

    fn act(&mut self, act: Act) {
        match act {
            Act::Dispatch(p, records) => self.dispatch(at(p), i64::from(records)),
            Act::Finish(which) if !self.under_way.is_empty() => {
                let (batch, from) = self.under_way.remove(usize::from(which) % self.under_way.len());
                self.known.insert(batch.id, (batch, from));
                self.feed(Event::Finished(batch));
            }
            Act::Finish(_) => {}
            Act::Commit => self.answer(true, false),
            Act::Fail => self.answer(false, false),
            Act::CommitInDoubt => self.answer(true, true),
            Act::Assign(p) => self.assign(at(p)),
            Act::Revoke(p) => {
                self.leave(at(p), |request, partitions| Event::Revoking { request, partitions });
            }
            Act::Lose(p) => self.leave(at(p), |request, partitions| Event::Lost { request, partitions }),
            Act::Crash(reached) => self.crash(reached),
            Act::Wait(ms) => {
                self.now_ms += u64::from(ms);
                self.feed(Event::Tick);
            }
        }
    }

    fn assign(&mut self, at: TopicPartition) {
        // The group gives a partition out again only after it was let go.
        if self.lanes.contains_key(&at) || self.unreleased.values().any(|left| *left == at) {
            return;
        }
        let epoch = Epoch(self.next_epoch);
        self.next_epoch += 1;
        let position = self.committed.get(&at).copied().unwrap_or(0);
        self.lanes.insert(at, Lane { epoch, sequence: 0, position });
        self.feed(Event::Assigned { at, epoch });
    }

    fn leave(&mut self, at: TopicPartition, event: impl Fn(u64, Vec<TopicPartition>) -> Event) {
        if self.lanes.remove(&at).is_some() {
            self.next_request += 1;
            self.unreleased.insert(self.next_request, at);
            self.feed(event(self.next_request, vec![at]));
        }
    }

    fn dispatch(&mut self, at: TopicPartition, records: i64) {
        let Some(lane) = self.lanes.get_mut(&at) else { return };
        let from = lane.position;
        let batch = Batch {
            id: BatchId(self.next_id),
            at,
            epoch: lane.epoch,
            sequence: lane.sequence,
            records: usize::try_from(records).expect("small"),
            bytes: usize::try_from(records * 100).expect("small"),
            next_offset: Offset(from + records),
        };
        lane.position += records;
        lane.sequence += 1;
        self.next_id += 1;
        self.dispatched += 1;
        self.under_way.push((batch, from));
    }

    /// The process is gone, and the broker undoes what was open. Its next life starts from the broker's offsets.
    fn crash(&mut self, reached: bool) {
        if let Some((offsets, fence)) = self.closing.take().filter(|_| reached)
            && fence == self.engine.fence()
        {
            self.publish(&offsets);
        }
        let next_life = Self::new();
        let last = std::mem::replace(self, next_life);
        self.log = last.log;
        self.committed = last.committed;
        self.check();
    }

    /// A transaction becomes visible: outputs and offsets.
    fn publish(&mut self, offsets: &[(TopicPartition, Offset)]) {
        for id in std::mem::take(&mut self.sent) {
            let (batch, from) = self.known[&id];
            self.log.entry(batch.at).or_default().push((from, batch.next_offset.0));
        }
        for (at, offset) in offsets {
            self.committed.insert(*at, offset.0);
        }
    }

    fn answer(&mut self, commits: bool, in_doubt: bool) {
        let Some((offsets, fence)) = self.closing.take() else { return };
        // What the sink does: group metadata, then the fence; an old one must not be committed.
        let commits = commits && fence == self.engine.fence();
        if commits {
            self.publish(&offsets);
        }
        self.sent.clear();
        let looked_up = || {
            let reached = |at: &TopicPartition| Some((*at, Offset(*self.committed.get(at)?)));
            offsets.iter().filter_map(|(at, _)| reached(at)).collect()
        };
        let event = match (commits, in_doubt) {
            (true, false) => Event::Committed,
            (_, true) => Event::Failed { committed: looked_up() },
            (false, false) => Event::Failed { committed: Vec::new() },
        };
        self.feed(event);
    }

    fn feed(&mut self, event: Event) {
        for command in self.engine.next(event, self.now_ms) {
            match command {
                Command::Send(ids) => {
                    assert!(self.closing.is_none(), "a batch was sent while the transaction closes");
                    self.sent.extend(ids);
                }
                Command::Commit { offsets, fence } => {
                    assert!(!self.sent.is_empty(), "an empty transaction was committed");
                    assert!(self.closing.replace((offsets, fence)).is_none(), "committed twice");
                }
                Command::Settle(ids) => {
                    for id in ids {
                        let (batch, _) = self.known.remove(&id).expect("settled once");
                        let reached = self.committed.get(&batch.at).copied().unwrap_or(0);
                        assert!(reached >= batch.next_offset.0, "{batch:?} was settled before its commit");
                    }
                }
                Command::Discard { batches, .. } => {
                    for id in batches {
                        let (batch, _) = self.known.remove(&id).expect("discarded once");
                        let owned = self.lanes.get(&batch.at).is_some_and(|lane| lane.epoch == batch.epoch);
                        assert!(!owned, "{batch:?} was discarded though its partition is ours");
                    }
                }
                Command::Release { request } => {
                    self.unreleased.remove(&request).expect("released once");
                }
                Command::Stop => self.is_stopped = true,
            }
        }
        self.check();
    }

    /// The log of each partition is gapless and without a duplicate, and offsets stand where it ends.
    fn check(&self) {
        for (at, ranges) in &self.log {
            let mut reached = 0;
            for (from, to) in ranges {
                assert_eq!(*from, reached, "{at:?}: published ranges {ranges:?}");
                reached = *to;
            }
            assert_eq!(
                self.committed.get(at),
                Some(&reached),
                "{at:?}: offsets moved without their outputs"
            );
        }
        if let Some(deadline_ms) = self.engine.deadline_ms() {
            assert!(deadline_ms <= self.now_ms + 50, "a deadline is further away than any timeout");
        }
    }

    /// Everything comes to rest: what is ours and was dispatched gets published.
    fn settle_down(&mut self) {
        self.feed(Event::Drain { dispatched: self.dispatched });
        for _ in 0..10_000 {
            if self.is_stopped {
                break;
            }
            self.act(Act::Finish(0));
            self.act(Act::Wait(30));
            self.act(Act::Commit);
        }
        assert!(self.is_stopped, "the engine does not come to rest");
        assert!(self.known.is_empty() && self.unreleased.is_empty(), "something is left over");
        for (at, lane) in &self.lanes {
            assert_eq!(self.committed.get(at).copied().unwrap_or(0), lane.position, "{at:?} lost records");
        }
    }
}

impl World {
    /// The process drains: workers give back what they have not begun. What is published stays gapless.
    fn stop(&mut self) {
        self.feed(Event::Drain { dispatched: self.dispatched });
        while self.under_way.pop().is_some() {
            self.feed(Event::Abandoned);
        }
        for _ in 0..1_000 {
            if self.is_stopped {
                return;
            }
            self.act(Act::Wait(30));
            self.act(Act::Commit);
        }
        panic!("the engine does not come to rest");
    }
}

fn at(partition: i32) -> TopicPartition {
    TopicPartition { topic: 0, partition: Partition(partition) }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), max_shrink_iters: 20_000, ..ProptestConfig::default() })]

    #[test]
    fn each_offset_is_published_once_and_in_order(acts in prop::collection::vec(act(), 1..120)) {
        let mut world = World::new();
        for act in acts {
            world.act(act);
        }
        world.settle_down();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases() / 4, max_shrink_iters: 20_000, ..ProptestConfig::default() })]

    #[test]
    fn a_drain_ends_though_batches_are_given_back(acts in prop::collection::vec(act(), 1..80)) {
        let mut world = World::new();
        for act in acts {
            world.act(act);
        }
        world.stop();
    }
}

/// Ten thousand worlds, or as many as `COPYDESK_ENGINE_CASES` says.
fn cases() -> u32 {
    std::env::var("COPYDESK_ENGINE_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(10_000)
}

#[test]
fn a_transaction_waits_for_its_linger_and_no_longer() {
    let mut world = World::new();
    for act in [Act::Assign(0), Act::Dispatch(0, 2), Act::Finish(0)] {
        world.act(act);
    }
    assert!(world.closing.is_none(), "it waits for more");
    assert_eq!(world.engine.deadline_ms(), Some(20));
    world.act(Act::Wait(20));
    assert!(world.closing.is_some(), "its time is up");
}

#[test]
fn a_full_transaction_closes_at_once() {
    let mut world = World::new();
    world.act(Act::Assign(0));
    for _ in 0..4 {
        world.act(Act::Dispatch(0, 4));
        world.act(Act::Finish(0));
    }
    let (offsets, _) = world.closing.clone().expect("eight of ten records are in, four more do not fit");
    assert_eq!(offsets, [(at(0), Offset(8))]);
}

#[test]
fn a_partition_lost_while_its_transaction_closes_is_not_committed() {
    let mut world = World::new();
    for act in
        [Act::Assign(0), Act::Dispatch(0, 2), Act::Finish(0), Act::Wait(25), Act::Lose(0), Act::Commit]
    {
        world.act(act);
    }
    assert!(world.log.is_empty(), "the fence kept it back");
    for act in [Act::Assign(0), Act::Dispatch(0, 2), Act::Finish(0), Act::Wait(25), Act::Commit] {
        world.act(act);
    }
    assert_eq!(world.log[&at(0)], [(0, 2)], "its next owner publishes it, once");
}

#[test]
fn a_revoked_partition_goes_at_its_deadline_even_when_the_sink_hangs() {
    let mut world = World::new();
    for act in [Act::Assign(0), Act::Dispatch(0, 2), Act::Finish(0), Act::Wait(25), Act::Revoke(0)] {
        world.act(act);
    }
    assert_eq!(world.unreleased.len(), 1, "it waits for the commit");
    world.act(Act::Wait(50));
    assert!(world.unreleased.is_empty(), "but not for ever");
    world.act(Act::Commit);
    assert!(world.log.is_empty(), "and what comes later is fenced off");
}
