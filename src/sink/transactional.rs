//! Exactly once: outputs, dead letters and source offsets in one Kafka transaction.
//!
//! Every delivery report is awaited before `commit_transaction` (the crate's flush would otherwise cost a
//! fixed 100 ms). After each commit or abort the producer's queue is drained, and a producer that shows any
//! sign of trouble is made anew, with the same transactional id, before the next transaction begins.

use super::link::Link;
use super::outlet::Outlet;
use super::publish::SendError;
use super::{Answer, Defence, Refused, Sink, Stopped};
use crate::engine::{BatchId, Fence, TopicPartition};
use crate::kafka::{FinishedBatch, Suspicion, Verdict, sees_failures, verdict};
use crate::model::Offset;
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::producer::Producer;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long one transaction call may block before it is called again.
const CALL_TIMEOUT: Duration = Duration::from_secs(10);
/// A commit slower than this makes the producer suspect: its request may still be under way.
const SLOW_COMMIT: Duration = Duration::from_secs(5);
/// Fenced twice within this time means that two processes share one transactional id.
const FENCED_TWICE_WITHIN: Duration = Duration::from_secs(60);
const BACKOFF_MIN: Duration = Duration::from_millis(100);
const BACKOFF_MAX: Duration = Duration::from_secs(5);

/// The exactly-once sink.
pub struct Transactional {
    outlet: Outlet,
    defence: Defence,
    link: Option<Link>,
    is_open: bool,
    /// The first thing that went wrong in the open transaction.
    broken: Option<Broken>,
    fenced_at: Option<Instant>,
    failures_in_a_row: u32,
}

#[derive(Debug)]
enum Broken {
    /// Undo the transaction and send it again.
    Abort(&'static str),
    /// Make a new producer first.
    Rebuild(&'static str),
    /// Some records are too large: they become dead letters.
    Refused(Vec<Refused>),
    Stopped(Stopped),
}

impl Transactional {
    pub(super) fn new(outlet: Outlet, defence: Defence) -> Self {
        let (link, broken, fenced_at) = (None, None, None);
        Self { outlet, defence, link, is_open: false, broken, fenced_at, failures_in_a_row: 0 }
    }

    fn link(&self) -> &Link {
        self.link.as_ref().expect("the sink is prepared before it is used")
    }

    /// A new producer under the same transactional id. `init_transactions` bumps its epoch, which fences
    /// everything the old one may have under way, and settles what a dead predecessor left open.
    fn rebuild(&mut self, cause: &str) -> Result<(), Stopped> {
        self.link = None;
        self.is_open = false;
        self.outlet.publisher.forget();
        self.outlet.metrics.producer_rebuilt(cause);
        let mut backoff = BACKOFF_MIN;
        loop {
            match self.connect() {
                Ok(link) => {
                    self.link = Some(link);
                    return Ok(());
                }
                Err(error) => tracing::warn!(%error, "the producer is not ready; trying again"),
            }
            self.outlet.pause(backoff)?;
            backoff = (backoff * 2).min(BACKOFF_MAX);
        }
    }

    fn connect(&mut self) -> KafkaResult<Link> {
        self.outlet.learn_counts()?;
        let link = Link::new(&self.outlet.settings)?;
        link.producer().init_transactions(CALL_TIMEOUT)?;
        Ok(link)
    }

    fn begin(&mut self) -> Result<(), Broken> {
        // The barrier comes before the verdict: what has not been read cannot make the producer suspect.
        self.drain();
        if let (Defence::On, Some(why)) = (self.defence, self.link().watch().suspicion()) {
            tracing::info!(cause = why.cause(), "the producer is suspect and made anew");
            self.rebuild(why.cause()).map_err(Broken::Stopped)?;
        }
        self.link().producer().begin_transaction().map_err(|error| self.broken_by(&error, "begin"))?;
        self.is_open = true;
        Ok(())
    }

    /// Reads everything librdkafka has to say. A producer whose log cannot be read to its end is suspect.
    fn drain(&self) {
        if !self.link().drain() {
            self.link().watch().suspect(Suspicion::UnreadLog);
        }
    }

    fn try_send(&mut self, id: BatchId, batch: &FinishedBatch) -> Result<(), Broken> {
        if !self.is_open {
            self.begin()?;
        }
        let link = self.link.as_ref().expect("the sink is prepared before it is used");
        let sent = self.outlet.publisher.send(link, id, batch, &self.outlet.signals);
        sent.map_err(|error| self.broken_by_send(error))
    }

    /// Everything of a commit up to the point of no return, then the commit itself. The second value says
    /// whether the outcome of a failure is in doubt.
    fn try_commit(
        &mut self,
        offsets: &[(TopicPartition, Offset)],
        fence: Fence,
    ) -> Result<(), (Broken, bool)> {
        let sure = |broken| (broken, false);
        let waited = self.link().wait_deliveries(&self.outlet.signals);
        waited.map_err(|stopped| sure(Broken::Stopped(stopped)))?;
        let link = self.link.as_ref().expect("the sink is prepared before it is used");
        // What the reports say comes first: a refused record makes every later call fail, too.
        match (self.outlet.publisher.settle(link), self.broken.take()) {
            (Err(SendError::Refused(refused)), _) => return Err(sure(Broken::Refused(refused))),
            (_, Some(broken)) => return Err(sure(broken)),
            (Err(error), None) => return Err(sure(self.broken_by_send(error))),
            (Ok(()), None) => {}
        }
        // The order matters: metadata first, the fence after it. See `engine::Fence`.
        let Some(metadata) = self.outlet.group.metadata() else {
            return Err(sure(Broken::Abort("no_group")));
        };
        if self.outlet.signals.fence() != fence {
            return Err(sure(Broken::Abort("rebalance")));
        }
        let list =
            self.outlet.topics.list(offsets).map_err(|error| sure(self.broken_by(&error, "offsets")))?;
        self.until_done("send_offsets", |link| {
            link.producer().send_offsets_to_transaction(&list, &metadata, CALL_TIMEOUT)
        })
        .map_err(sure)?;
        // An empty queue lets the crate's flush return at once.
        self.drain();
        let started = Instant::now();
        self.until_done("commit", |link| link.producer().commit_transaction(CALL_TIMEOUT))
            .map_err(|broken| (broken, true))?;
        let took = started.elapsed();
        self.outlet.metrics.transaction_commit_seconds.observe(took.as_secs_f64());
        if took > SLOW_COMMIT {
            self.link().watch().suspect(Suspicion::SlowCommit);
        }
        Ok(())
    }

    /// Repeats a call while its error says so. A call that had to be repeated makes the producer suspect.
    fn until_done(
        &mut self,
        call: &'static str,
        f: impl Fn(&Link) -> KafkaResult<()>,
    ) -> Result<(), Broken> {
        loop {
            let Err(error) = f(self.link()) else { return Ok(()) };
            if verdict(&error) != Verdict::Retry {
                return Err(self.broken_by(&error, call));
            }
            tracing::info!(%error, call, "a transaction call is repeated");
            self.link().watch().suspect(Suspicion::RepeatedCall);
            self.outlet.pause(BACKOFF_MIN).map_err(Broken::Stopped)?;
        }
    }

    fn broken_by_send(&mut self, error: SendError) -> Broken {
        match error {
            SendError::Refused(refused) => Broken::Refused(refused),
            SendError::Kafka(error) => self.broken_by(&error, "produce"),
        }
    }

    fn broken_by(&mut self, error: &KafkaError, call: &'static str) -> Broken {
        let verdict = verdict(error);
        tracing::warn!(%error, call, ?verdict, "a transaction has failed and will be sent again");
        match verdict {
            Verdict::Retry | Verdict::Abort => Broken::Abort(call),
            Verdict::Rebuild => Broken::Rebuild(call),
            Verdict::Fenced => self.fenced(),
        }
    }

    fn fenced(&mut self) -> Broken {
        let now = Instant::now();
        let before = self.fenced_at.replace(now);
        if before.is_some_and(|before| now - before < FENCED_TWICE_WITHIN) {
            let why = "another process uses the same kafka.group and kafka.instance: give each worker its own \
                       kafka.instance";
            return Broken::Stopped(Stopped::Because(why.to_owned()));
        }
        Broken::Rebuild("fenced")
    }

    /// Undoes the transaction and makes ready for the next.
    fn undo(&mut self, broken: Broken, in_doubt: bool, at: &[TopicPartition]) -> Result<Answer, Stopped> {
        let (reason, mut must_rebuild, refused) = match broken {
            Broken::Stopped(stopped) => return Err(stopped),
            Broken::Abort(reason) => (reason, false, Vec::new()),
            Broken::Rebuild(reason) => (reason, true, Vec::new()),
            Broken::Refused(refused) => ("refused", false, refused),
        };
        self.outlet.metrics.transaction_aborted(reason);
        if !must_rebuild && self.is_open {
            must_rebuild = !self.abort()?;
        }
        self.is_open = false;
        self.outlet.publisher.forget();
        if must_rebuild {
            self.rebuild(if reason == "fenced" { "fenced" } else { "error" })?;
        } else {
            let _ = self.link().watch().take_failed();
            // The counts may be what was wrong: a topic made anew, partitions added.
            if let Err(error) = self.outlet.learn_counts() {
                tracing::warn!(%error, "the topics' partition counts cannot be read");
            }
        }
        let committed = if in_doubt { self.committed(at)? } else { Vec::new() };
        if refused.is_empty() {
            // A fault that lasts must not become a storm of transactions.
            self.failures_in_a_row += 1;
            let backoff = BACKOFF_MIN * 2u32.pow(self.failures_in_a_row.min(6));
            self.outlet.pause(backoff.min(BACKOFF_MAX))?;
        }
        Ok(Answer::Failed { committed, refused })
    }

    /// Aborts; says whether the producer can be used again.
    fn abort(&mut self) -> Result<bool, Stopped> {
        loop {
            let Err(error) = self.link().producer().abort_transaction(CALL_TIMEOUT) else { break };
            if verdict(&error) != Verdict::Retry {
                return Ok(false);
            }
            self.link().watch().suspect(Suspicion::RepeatedCall);
            self.outlet.pause(BACKOFF_MIN)?;
        }
        self.link().wait_deliveries(&self.outlet.signals)?;
        self.drain();
        Ok(true)
    }

    fn committed(&self, at: &[TopicPartition]) -> Result<Vec<(TopicPartition, Offset)>, Stopped> {
        loop {
            match self.outlet.group.committed(&self.outlet.topics, at) {
                Ok(committed) => return Ok(committed),
                Err(error) => tracing::warn!(%error, "committed offsets cannot be read; trying again"),
            }
            self.outlet.pause(BACKOFF_MIN * 5)?;
        }
    }
}

impl Sink for Transactional {
    fn prepare(&mut self) -> Result<(), Stopped> {
        sees_failures(&self.outlet.settings).map_err(Stopped::Because)?;
        self.rebuild("start")
    }

    fn send(&mut self, id: BatchId, batch: Arc<FinishedBatch>) {
        if self.broken.is_none() {
            self.broken = self.try_send(id, &batch).err();
        }
    }

    fn commit(&mut self, offsets: &[(TopicPartition, Offset)], fence: Fence) -> Result<Answer, Stopped> {
        let (broken, in_doubt) = match self.try_commit(offsets, fence) {
            Ok(()) => {
                self.is_open = false;
                self.failures_in_a_row = 0;
                self.outlet.metrics.transactions_total.inc();
                return Ok(Answer::Committed);
            }
            Err(failure) => failure,
        };
        let at: Vec<TopicPartition> = offsets.iter().map(|(at, _)| *at).collect();
        self.undo(broken, in_doubt, &at)
    }
}
