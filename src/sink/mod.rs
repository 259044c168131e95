//! Finished batches to the broker: exactly once in transactions, or at least once.

mod at_least_once;
mod link;
mod outlet;
mod publish;
mod transactional;

use crate::config::{Config, Mode};
use crate::engine::{BatchId, Fence, TopicPartition};
use crate::kafka::{FinishedBatch, Group, Topics};
use crate::model::Offset;
use crate::telemetry::Metrics;
use at_least_once::AtLeastOnce;
use outlet::Outlet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use transactional::Transactional;

/// Where finished batches go. One sink is driven by one thread.
pub trait Sink: Send {
    /// Makes the producer ready; tries until it is, or the worker stops.
    fn prepare(&mut self) -> Result<(), Stopped>;
    /// Hands a batch over; the first opens the transaction. Failures show at the commit.
    fn send(&mut self, id: BatchId, batch: Arc<FinishedBatch>);
    /// Closes the transaction with these offsets, or undoes it and makes ready for the next.
    fn commit(&mut self, offsets: &[(TopicPartition, Offset)], fence: Fence) -> Result<Answer, Stopped>;
}

/// The sink of the configured delivery mode.
pub fn new(
    config: &Config,
    topics: Topics,
    group: Arc<dyn Group>,
    signals: Arc<Signals>,
    metrics: Arc<Metrics>,
) -> Box<dyn Sink> {
    let outlet = Outlet::new(config, topics, group, signals, metrics);
    match config.delivery.mode {
        Mode::ExactlyOnce => Box::new(Transactional::new(outlet, Defence::On)),
        Mode::AtLeastOnce => Box::new(AtLeastOnce::new(outlet)),
    }
}

/// An exactly-once sink with or without the defence against late requests. For the tests that show what the
/// defence is for; the worker has no way here, and no option turns the defence off.
#[doc(hidden)]
pub fn with_defence(
    config: &Config,
    topics: Topics,
    group: Arc<dyn Group>,
    signals: Arc<Signals>,
    metrics: Arc<Metrics>,
    defence: Defence,
) -> Box<dyn Sink> {
    Box::new(Transactional::new(Outlet::new(config, topics, group, signals, metrics), defence))
}

/// Whether a suspect producer is made anew before the next transaction begins.
#[doc(hidden)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Defence {
    On,
    /// A late commit or abort can end a later transaction.
    Off,
}

/// How a transaction ended.
#[derive(Debug)]
pub enum Answer {
    Committed,
    /// Undone, or in doubt and looked up: `committed` is what the group's offsets say.
    Failed {
        committed: Vec<(TopicPartition, Offset)>,
        refused: Vec<Refused>,
    },
}

/// A record the broker will not take for its size: the batch and the record's place in it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Refused {
    pub batch: BatchId,
    pub index: usize,
}

/// The sink cannot go on: because the worker stops, or for a reason only an operator can mend.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Stopped {
    ByRequest,
    Because(String),
}

/// What coordinator and sink thread share: whether to give up retrying, the fence as of now, and what is
/// in the way.
#[derive(Debug, Default)]
pub struct Signals {
    stop: AtomicBool,
    fence: AtomicU64,
    /// What keeps the sink from its work until an operator has acted.
    trouble: Mutex<Option<String>>,
}

impl Signals {
    /// Tells the sink to stop retrying.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Release);
    }

    pub fn is_stopping(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }

    pub fn set_fence(&self, fence: Fence) {
        self.fence.store(fence.0, Ordering::SeqCst);
    }

    pub fn fence(&self) -> Fence {
        Fence(self.fence.load(Ordering::SeqCst))
    }

    pub fn trouble(&self) -> Option<String> {
        self.trouble.lock().expect("no holder of this lock panics").clone()
    }

    fn set_trouble(&self, why: Option<String>) {
        *self.trouble.lock().expect("no holder of this lock panics") = why;
    }
}
