//! Notices partitions that stand still, and has a thread find out which of them are held up by a batch that
//! cannot be read.
//!
//! librdkafka's errors say that there is such a batch, not where; of some it says nothing, and after others it asks
//! for offsets that are not there. So whatever is silent before its end is looked at, with clients of its own. A
//! partition that is merely slow is found readable, which costs a look and changes nothing.

use super::context::Standing;
use super::probe::{Probe, Unreadable};
use super::{Context, Lanes};
use crate::engine::TopicPartition;
use crate::kafka::Topics;
use crossbeam_channel::{Receiver, Sender, TryRecvError, unbounded};
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How long a partition must be silent where an error tells of a bad batch, …
const STILL_ERROR: Duration = Duration::from_secs(2);
/// … where nothing else waits in the queue (a large batch may still be on its way, or being unpacked), …
const STILL_EMPTY: Duration = Duration::from_secs(6);
/// … and where it may only be waiting for its turn.
const STILL: Duration = Duration::from_secs(15);
const STILL_REPORTED: Duration = Duration::from_secs(60);
/// How long a partition that can be read must be silent before it is sought anew; twice as long each time.
const LOST: Duration = Duration::from_secs(10);
const LOST_TIMES_MAX: u32 = 6;
/// Batches that follow each other are found in one go for so long.
const IN_ONE_GO: Duration = Duration::from_secs(10);

/// Watches the lanes of one consumer.
pub(super) struct Standstill {
    settings: ClientConfig,
    topics: Topics,
    lanes: Arc<Lanes>,
    is_stopping: Arc<AtomicBool>,
    reports: u64,
    /// How long is still, by what has happened since the last report.
    still: Duration,
    /// Where a partition was sought anew, and how often from there.
    sought: BTreeMap<TopicPartition, (i64, u32)>,
    /// The queue has been empty since the search began: whoever is silent has nothing in it.
    was_empty: bool,
    search: Option<Receiver<Found>>,
}

/// What was found of a partition.
pub(super) struct Found {
    pub(super) standing: Standing,
    /// In order; none: it can be read.
    pub(super) unreadable: Vec<Unreadable>,
}

impl Standstill {
    pub(super) fn new(settings: ClientConfig, consumer: &BaseConsumer<Context>) -> Self {
        let context = consumer.context();
        Self {
            settings,
            topics: context.topics.clone(),
            lanes: Arc::clone(&context.lanes),
            is_stopping: Arc::clone(&context.is_stopping),
            reports: 0,
            still: STILL,
            sought: BTreeMap::new(),
            was_empty: false,
            search: None,
        }
    }

    /// Notes an error that tells of a batch that cannot be decoded.
    pub(super) fn heard_of_one(&mut self) {
        self.still = STILL_ERROR;
    }

    /// Whether one was heard of since the last report.
    pub(super) fn has_heard_of_one(&self) -> bool {
        self.still == STILL_ERROR
    }

    /// Notes that everything that was fetched has been polled.
    pub(super) fn is_empty(&mut self) {
        self.still = self.still.min(STILL_EMPTY);
        self.was_empty = true;
    }

    /// What was found meanwhile. Begins a search when one is due.
    pub(super) fn found(&mut self) -> Option<Found> {
        match self.search.as_ref().map(Receiver::try_recv) {
            Some(Ok(found)) => return Some(found),
            Some(Err(TryRecvError::Empty)) => return None,
            Some(Err(TryRecvError::Disconnected)) => self.search = None,
            None => {}
        }
        let reports = self.lanes.reports();
        if reports != self.reports {
            self.reports = reports;
            let least = std::mem::replace(&mut self.still, STILL);
            let mut standing = self.lanes.standing();
            standing.retain(|standing| standing.for_how_long >= least);
            if !standing.is_empty() {
                self.search = Some(self.search_all(standing));
            }
        }
        None
    }

    /// Whether a partition that can be read, and is silent, must be sought anew: librdkafka has lost its place.
    pub(super) fn is_lost(&mut self, found: &Found) -> bool {
        let Standing { at, next, for_how_long, .. } = found.standing;
        let times = self.sought.get(&at).filter(|(from, _)| *from == next).map_or(0, |(_, times)| *times);
        let is_lost = self.was_empty && for_how_long >= LOST * 2u32.pow(times);
        if is_lost {
            self.sought.insert(at, (next, (times + 1).min(LOST_TIMES_MAX)));
        }
        is_lost
    }

    fn search_all(&mut self, all: Vec<Standing>) -> Receiver<Found> {
        self.was_empty = false;
        let (say, found) = unbounded();
        let probes: Vec<(Standing, Probe)> = all
            .into_iter()
            .map(|one| (one, Probe::new(&self.settings, self.topics.name(one.at), one.at.partition.0)))
            .collect();
        let is_stopping = Arc::clone(&self.is_stopping);
        let started = std::thread::Builder::new().name("search".to_owned()).spawn(move || {
            for (standing, probe) in probes {
                if is_stopping.load(Ordering::Acquire) || !search_one(standing, &probe, &say) {
                    return;
                }
            }
        });
        started.expect("the system can start a thread");
        found
    }
}

/// Looks at one partition; says whether anybody is still listening.
fn search_one(standing: Standing, probe: &Probe, say: &Sender<Found>) -> bool {
    let (mut unreadable, mut next, started) = (Vec::new(), standing.next, Instant::now());
    while started.elapsed() < IN_ONE_GO {
        match probe.unreadable(next) {
            Ok(Some(range)) => {
                next = range.last + 1;
                unreadable.push(range);
            }
            Err(why) if unreadable.is_empty() => {
                let (partition, offset) = (standing.at.partition.0, standing.next);
                // Brokers that are away for a while are nothing to report here.
                if standing.for_how_long >= STILL_REPORTED {
                    let what = "a partition stands still, and it cannot be told why";
                    tracing::warn!(partition, offset, why, "{what}");
                }
                return true;
            }
            Ok(None) | Err(_) => break,
        }
    }
    say.send(Found { standing, unreadable }).is_ok()
}
