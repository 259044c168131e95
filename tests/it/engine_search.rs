//! Every order of events in a small world: two workers, two partitions, three records, a crash, a failed
//! commit, a partition that leaves, at every point where they can happen. States seen before are not entered
//! again, so the search is exhaustive and ends. Bugs planted in the driver show that it can fail.

use copydesk::engine::{Batch, BatchId, Command, Engine, Epoch, Event, Fence, Limits, TopicPartition};
use copydesk::model::{Offset, Partition};
use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::{Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The records of each partition.
const RECORDS: [i64; 2] = [2, 1];
const WORKERS: usize = 2;
const LINGER_MS: u64 = 1;
const REVOKE_MS: u64 = 2;

/// A bug in what surrounds the engine.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Plant {
    Nothing,
    /// Offsets are committed as soon as the engine names them, beside the transaction.
    OffsetsOutside,
    SwapRecords,
    DropRecord,
    /// Partitions go without the engine being asked.
    IgnoreRevoke,
    /// The fence is read before the group metadata.
    FenceFirst,
    ForgetFence,
    /// A commit whose outcome is unknown is taken for failed.
    DoubtMeansFailed,
    /// A worker's result gets lost.
    LoseResult,
    /// The engine is not told that time has passed.
    NoTicks,
}

#[derive(Clone, Copy, Debug)]
enum Act {
    Assign(usize),
    Dispatch(usize),
    Finish(usize),
    Revoke(usize),
    Lose(usize),
    /// Another worker that owns a partition publishes its next record.
    Neighbour(usize),
    /// The sink's steps of a commit, one by one: anything may come between.
    SinkStep,
    SinkFails,
    AnswerCommitted,
    AnswerInDoubt,
    Tick,
    Crash,
}

#[derive(Clone, PartialEq, Eq, Hash)]
enum Owner {
    Us { epoch: Epoch, sequence: u64, position: i64 },
    Leaving,
    Other,
}

/// How far a commit has come.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Sink {
    Idle,
    Ordered,
    /// One of metadata and fence is read.
    Half {
        generation: Option<u64>,
        is_fence_good: Option<bool>,
    },
    /// Both are: the next step is the broker's.
    Asked {
        generation: u64,
        is_fence_good: bool,
    },
    Applied,
    Refused,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct World {
    plant: Plant,
    // The broker.
    committed: [i64; 2],
    log: [Vec<i64>; 2],
    generation: u64,
    // The process.
    engine: Engine,
    now_ms: u64,
    owners: [Owner; 2],
    member_generation: u64,
    next_id: u64,
    next_epoch: u64,
    next_request: u64,
    unreleased: BTreeMap<u64, (usize, u64)>,
    under_way: Vec<Batch>,
    known: BTreeMap<BatchId, Batch>,
    sent: Vec<BatchId>,
    order: Option<(Vec<(TopicPartition, Offset)>, Fence)>,
    sink: Sink,
    dispatched: u64,
    is_stopped: bool,
    // How often each trouble may still happen.
    crashes: u8,
    failures: u8,
    leaves: u8,
}

impl World {
    fn new(plant: Plant) -> Self {
        let limits = Limits {
            linger_ms: LINGER_MS,
            transaction_bytes_max: 100,
            transaction_records_max: 2,
            revoke_timeout_ms: REVOKE_MS,
        };
        Self {
            plant,
            committed: [0; 2],
            log: [Vec::new(), Vec::new()],
            generation: 0,
            engine: Engine::new(limits),
            now_ms: 0,
            owners: [Owner::Other, Owner::Other],
            member_generation: 0,
            next_id: 0,
            next_epoch: 0,
            next_request: 0,
            unreleased: BTreeMap::new(),
            under_way: Vec::new(),
            known: BTreeMap::new(),
            sent: Vec::new(),
            order: None,
            sink: Sink::Idle,
            dispatched: 0,
            is_stopped: false,
            crashes: 1,
            failures: 1,
            leaves: 1,
        }
    }

    fn possible(&self) -> Vec<Act> {
        let mut acts = Vec::new();
        for (p, records) in RECORDS.into_iter().enumerate() {
            match &self.owners[p] {
                Owner::Us { position, .. } => {
                    if *position < records && self.under_way.len() < WORKERS {
                        acts.push(Act::Dispatch(p));
                    }
                    if self.leaves > 0 {
                        acts.extend([Act::Revoke(p), Act::Lose(p)]);
                    }
                }
                Owner::Leaving => {}
                Owner::Other => {
                    acts.push(Act::Assign(p));
                    // Before the first assignment there is no neighbour: it would only move the start.
                    if self.generation > 0 && self.committed[p] < records {
                        acts.push(Act::Neighbour(p));
                    }
                }
            }
        }
        acts.extend((0..self.under_way.len()).map(Act::Finish));
        match self.sink {
            Sink::Idle => {}
            Sink::Applied => {
                acts.push(Act::AnswerCommitted);
                acts.push(Act::AnswerInDoubt);
            }
            Sink::Refused => acts.push(Act::AnswerInDoubt),
            _ => {
                acts.push(Act::SinkStep);
                if self.failures > 0 {
                    acts.push(Act::SinkFails);
                }
            }
        }
        if self.engine.deadline_ms().is_some() {
            acts.push(Act::Tick);
        }
        if self.crashes > 0 {
            acts.push(Act::Crash);
        }
        acts
    }

    fn act(&mut self, act: Act) {
        match act {
            Act::Assign(p) => {
                let epoch = Epoch(self.next_epoch);
                self.next_epoch += 1;
                self.owners[p] = Owner::Us { epoch, sequence: 0, position: self.committed[p] };
                self.feed(Event::Assigned { at: at(p), epoch });
            }
            Act::Dispatch(p) => self.dispatch(p),
            Act::Finish(which) => self.finish(which),
            Act::Revoke(p) => self.leave(p, false),
            Act::Lose(p) => self.leave(p, true),
            Act::Neighbour(p) => {
                self.log[p].push(self.committed[p]);
                self.committed[p] += 1;
            }
            Act::SinkStep => self.sink_step(),
            Act::SinkFails => {
                self.failures -= 1;
                self.sink = Sink::Refused;
            }
            Act::AnswerCommitted => {
                self.close();
                self.feed(Event::Committed);
            }
            Act::AnswerInDoubt => {
                let reached = |at: &TopicPartition| (*at, Offset(self.committed[index(*at)]));
                let offsets = self.order.iter().flat_map(|(offsets, _)| offsets);
                let mut committed: Vec<_> = offsets.map(|(at, _)| reached(at)).collect();
                if self.plant == Plant::DoubtMeansFailed {
                    committed.clear();
                }
                self.close();
                self.feed(Event::Failed { committed });
            }
            Act::Tick => {
                let deadline_ms = self.engine.deadline_ms().unwrap_or(self.now_ms + 1);
                self.now_ms = self.now_ms.max(deadline_ms);
                if self.plant != Plant::NoTicks {
                    self.feed(Event::Tick);
                }
            }
            Act::Crash => self.crash(),
        }
        self.check();
    }

    fn dispatch(&mut self, p: usize) {
        let Owner::Us { epoch, sequence, position } = &mut self.owners[p] else { return };
        let batch = Batch {
            id: BatchId(self.next_id),
            at: at(p),
            epoch: *epoch,
            sequence: *sequence,
            records: 1,
            bytes: 1,
            next_offset: Offset(*position + 1),
        };
        *sequence += 1;
        *position += 1;
        self.next_id += 1;
        self.dispatched += 1;
        self.under_way.push(batch);
    }

    fn finish(&mut self, which: usize) {
        let batch = self.under_way.remove(which);
        if self.plant == Plant::LoseResult && batch.id == BatchId(1) {
            return;
        }
        self.known.insert(batch.id, batch);
        self.feed(Event::Finished(batch));
    }

    fn leave(&mut self, p: usize, is_lost: bool) {
        self.leaves -= 1;
        self.owners[p] = Owner::Leaving;
        self.next_request += 1;
        let (request, partitions) = (self.next_request, vec![at(p)]);
        self.unreleased.insert(request, (p, self.now_ms + REVOKE_MS));
        if is_lost {
            // The group has moved on before we learn of it.
            self.generation += 1;
            self.feed(Event::Lost { request, partitions });
        } else if self.plant == Plant::IgnoreRevoke {
            self.release(request);
        } else {
            self.feed(Event::Revoking { request, partitions });
        }
    }

    fn release(&mut self, request: u64) {
        let (p, _) = self.unreleased.remove(&request).expect("a request is answered once");
        self.owners[p] = Owner::Other;
        self.generation += 1;
        self.member_generation = self.generation;
    }

    /// Metadata, fence, then the broker, which refuses a generation that is over.
    fn sink_step(&mut self) {
        let (_, fence) = self.order.as_ref().expect("the sink has an order");
        let is_good = self.plant == Plant::ForgetFence || *fence == self.engine.fence();
        let is_fence_first = self.plant == Plant::FenceFirst;
        let generation = self.member_generation;
        self.sink = match self.sink {
            Sink::Ordered if is_fence_first => {
                Sink::Half { generation: None, is_fence_good: Some(is_good) }
            }
            Sink::Ordered => Sink::Half { generation: Some(generation), is_fence_good: None },
            Sink::Half { generation: read, is_fence_good } => Sink::Asked {
                generation: read.unwrap_or(generation),
                is_fence_good: is_fence_good.unwrap_or(is_good),
            },
            Sink::Asked { generation, is_fence_good } => {
                if is_fence_good && generation == self.generation {
                    self.apply();
                    Sink::Applied
                } else {
                    Sink::Refused
                }
            }
            _ => unreachable!("no step is possible here"),
        };
    }

    /// The transaction becomes visible.
    fn apply(&mut self) {
        let mut outputs: Vec<Batch> = self.sent.iter().map(|id| self.known[id]).collect();
        match self.plant {
            Plant::SwapRecords => outputs.reverse(),
            Plant::DropRecord => drop(outputs.pop()),
            _ => {}
        }
        for batch in outputs {
            self.log[index(batch.at)].push(batch.next_offset.0 - 1);
        }
        for (at, offset) in &self.order.as_ref().expect("the sink has an order").0 {
            self.committed[index(*at)] = offset.0;
        }
    }

    fn close(&mut self) {
        self.sink = Sink::Idle;
        self.order = None;
        self.sent.clear();
    }

    fn crash(&mut self) {
        let fresh = Self::new(self.plant);
        *self = Self {
            committed: self.committed,
            log: self.log.clone(),
            generation: self.generation + 1,
            member_generation: self.generation + 1,
            crashes: self.crashes - 1,
            failures: self.failures,
            leaves: self.leaves,
            ..fresh
        };
    }

    fn feed(&mut self, event: Event) {
        for command in self.engine.next(event, self.now_ms) {
            match command {
                Command::Send(ids) => {
                    assert!(self.sink == Sink::Idle, "a batch was sent while the transaction closes");
                    self.sent.extend(ids);
                }
                Command::Commit { offsets, fence } => {
                    assert!(self.sink == Sink::Idle && !self.sent.is_empty(), "a commit out of place");
                    if self.plant == Plant::OffsetsOutside {
                        for (at, offset) in &offsets {
                            self.committed[index(*at)] = offset.0;
                        }
                    }
                    self.order = Some((offsets, fence));
                    self.sink = Sink::Ordered;
                }
                Command::Settle(ids) => {
                    for id in ids {
                        let batch = self.known.remove(&id).expect("a batch is settled once");
                        let reached = self.committed[index(batch.at)];
                        assert!(reached >= batch.next_offset.0, "{batch:?} was settled before its commit");
                    }
                }
                Command::Discard { batches, .. } => {
                    for id in batches {
                        let batch = self.known.remove(&id).expect("a batch is discarded once");
                        let is_ours = matches!(&self.owners[index(batch.at)],
                            Owner::Us { epoch, .. } if *epoch == batch.epoch);
                        assert!(!is_ours, "{batch:?} was discarded though its partition is ours");
                    }
                }
                Command::Release { request } => self.release(request),
                Command::Stop => self.is_stopped = true,
            }
        }
    }

    /// What holds in every state: no gap, no duplicate, in order, offsets with their outputs, and no revoke
    /// past its deadline.
    fn check(&self) {
        for p in 0..2 {
            let expected: Vec<i64> = (0..self.committed[p]).collect();
            assert_eq!(self.log[p], expected, "published, against the committed offset of {p}");
        }
        let overdue = self.unreleased.values().find(|(_, deadline_ms)| self.now_ms >= *deadline_ms);
        assert!(overdue.is_none(), "a revoke was not answered by its deadline");
    }

    /// A drain from here ends, with everything published that is ours.
    fn check_drain(&self) {
        let mut world = self.clone();
        world.feed(Event::Drain { dispatched: world.dispatched });
        for _ in 0..40 {
            if world.is_stopped {
                break;
            }
            let act = match world.sink {
                Sink::Applied => Act::AnswerCommitted,
                Sink::Refused => Act::AnswerInDoubt,
                Sink::Idle if world.under_way.is_empty() => Act::Tick,
                Sink::Idle => Act::Finish(0),
                _ => Act::SinkStep,
            };
            world.act(act);
        }
        assert!(world.is_stopped, "a drain does not end");
        assert!(world.known.is_empty() && world.unreleased.is_empty(), "a drain leaves something over");
        for p in 0..2 {
            if let Owner::Us { position, .. } = world.owners[p] {
                assert_eq!(world.committed[p], position, "a drain lost records of {p}");
            }
        }
    }
}

fn at(p: usize) -> TopicPartition {
    TopicPartition { topic: 0, partition: Partition(i32::try_from(p).expect("one of two")) }
}

fn index(at: TopicPartition) -> usize {
    usize::try_from(at.partition.0).expect("one of two")
}

/// What a search has seen.
#[derive(Default, Debug)]
struct Seen {
    states: usize,
    steps: usize,
    /// Which acts happened at all, by name.
    acts: BTreeSet<String>,
    /// States in which everything was published.
    complete: usize,
}

fn search(plant: Plant) -> Seen {
    let mut seen = Seen::default();
    let mut known = HashSet::new();
    let mut open = vec![World::new(plant)];
    known.insert(digest(&open[0]));
    while let Some(world) = open.pop() {
        seen.states += 1;
        seen.complete += usize::from(world.committed == RECORDS);
        world.check_drain();
        for act in world.possible() {
            let mut next = world.clone();
            next.act(act);
            seen.steps += 1;
            let name = format!("{act:?}");
            seen.acts.insert(name.split('(').next().unwrap_or_default().to_owned());
            if known.insert(digest(&next)) {
                open.push(next);
            }
        }
    }
    seen
}

/// 128 bits: two states that share a digest are not to be expected.
fn digest(world: &World) -> (u64, u64) {
    let (mut one, mut other) = (DefaultHasher::new(), DefaultHasher::new());
    world.hash(&mut one);
    (1u8, world).hash(&mut other);
    (one.finish(), other.finish())
}

#[test]
fn every_order_of_events_in_a_small_world_is_exactly_once() {
    let seen = search(Plant::Nothing);
    println!("{} states, {} steps, {} of them complete", seen.states, seen.steps, seen.complete);
    assert!(seen.states > 500_000 && seen.complete > 20_000, "the search has gone empty: {seen:?}");
    assert_eq!(seen.acts.len(), 12, "each act happens: {:?}", seen.acts);
}

#[test]
fn each_planted_bug_is_found_by_the_search() {
    for plant in [
        Plant::OffsetsOutside,
        Plant::SwapRecords,
        Plant::DropRecord,
        Plant::IgnoreRevoke,
        Plant::FenceFirst,
        Plant::ForgetFence,
        Plant::DoubtMeansFailed,
        Plant::LoseResult,
        Plant::NoTicks,
    ] {
        let found = catch_unwind(AssertUnwindSafe(|| search(plant)));
        assert!(found.is_err(), "{plant:?} was not noticed: {found:?}");
    }
}
