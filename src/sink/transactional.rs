//! Exactly once: outputs, dead letters and source offsets in one Kafka transaction.
//!
//! Every delivery report is awaited before `commit_transaction` (the crate's flush would otherwise cost a
//! fixed 100 ms). After each commit or abort the producer's queue is drained, and a producer that shows any
//! sign of trouble is made anew, with the same transactional id, before the next transaction begins.

use super::link::Link;
use super::outlet::{Outlet, Unready};
use super::publish::SendError;
use super::{Answer, Defence, Refused, Sink, Stopped};
use crate::engine::{BatchId, Fence, TopicPartition};
use crate::kafka::{
    FinishedBatch, Role, Suspicion, Verdict, sees_failures, verdict, verdict_on_fatal, why_stop,
};
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
/// Delivery reports that take longer than this are a reason to look what is the matter.
const REPORTS_TIMEOUT: Duration = Duration::from_millis(500);

/// The exactly-once sink.
pub struct Transactional {
    outlet: Outlet,
    defence: Defence,
    link: Option<Link>,
    is_open: bool,
    opened_at: Instant,
    transaction_timeout: Duration,
    /// The first thing that went wrong in the open transaction.
    broken: Option<Broken>,
    fenced_at: Option<Instant>,
    failures_in_a_row: u32,
    /// The broker has refused a record, which took its sequence number with it: librdkafka counts on, and the next
    /// transaction would fail for the gap.
    is_out_of_step: bool,
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
        Self {
            transaction_timeout: outlet.transaction_timeout(),
            outlet,
            defence,
            link: None,
            is_open: false,
            opened_at: Instant::now(),
            broken: None,
            fenced_at: None,
            failures_in_a_row: 0,
            is_out_of_step: false,
        }
    }

    fn link(&self) -> &Link {
        self.link.as_ref().expect("the sink is prepared before it is used")
    }

    /// A new producer under the same transactional id. `init_transactions` bumps its epoch, which fences
    /// everything the old one may have under way, and settles what a dead predecessor left open.
    fn rebuild(&mut self, cause: &str) -> Result<(), Stopped> {
        self.link = None;
        self.is_open = false;
        self.is_out_of_step = false;
        self.outlet.publisher.forget();
        self.outlet.metrics.producer_rebuilt(cause);
        let mut backoff = BACKOFF_MIN;
        loop {
            match self.connect() {
                Ok(link) => {
                    self.link = Some(link);
                    return Ok(());
                }
                Err(error) => self.not_made(&error)?,
            }
            self.outlet.pause(backoff)?;
            backoff = (backoff * 2).min(BACKOFF_MAX);
        }
    }

    /// A producer could not be made: an error to be waited out, or the reason to stop.
    fn not_made(&mut self, error: &Unready) -> Result<(), Stopped> {
        if let Unready::Kafka(error) = error {
            match verdict(error) {
                Verdict::Stop => return Err(Stopped::Because(why_stop(Role::Producer, error))),
                Verdict::Fenced => self.note_fenced()?,
                Verdict::Retry | Verdict::Abort | Verdict::Rebuild => {}
            }
        }
        tracing::warn!(%error, "the producer is not ready; trying again");
        self.outlet.tell(error, &[]);
        Ok(())
    }

    fn connect(&mut self) -> Result<Link, Unready> {
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
        self.link().watch().begin();
        if let Err(error) = self.link().producer().begin_transaction() {
            // There is nothing to abort yet, so an error here would stay.
            return Err(match self.broken_by(error, "begin") {
                Broken::Abort(call) => Broken::Rebuild(call),
                broken => broken,
            });
        }
        self.is_open = true;
        self.opened_at = Instant::now();
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
        if self.link().watch().has_given_up() {
            return Err(self.given_up());
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
        // There is no producer then.
        if let Some(Broken::Stopped(stopped)) = self.broken.take_if(|it| matches!(it, Broken::Stopped(_))) {
            return Err(sure(Broken::Stopped(stopped)));
        }
        self.wait_reports().map_err(sure)?;
        let link = self.link.as_ref().expect("the sink is prepared before it is used");
        // What the reports say comes first: a refused record makes every later call fail, too.
        let settled = self.outlet.publisher.settle(link);
        self.is_out_of_step = settled.as_ref().is_err_and(SendError::is_of_broker);
        match (settled, self.broken.take()) {
            (Err(SendError::Refused(refused)), _) => return Err(sure(Broken::Refused(refused))),
            (_, Some(broken)) => return Err(sure(broken)),
            (Err(error), None) => return Err(sure(self.broken_by_send(error))),
            // Whatever the next calls say: a transaction that lacks records must not be committed.
            (Ok(()), None) if self.link().watch().has_given_up() => return Err(sure(self.given_up())),
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
            self.outlet.topics.list(offsets).map_err(|error| sure(self.broken_by(error, "offsets")))?;
        let (metadata, signals) = (Arc::new(metadata), Arc::clone(&self.outlet.signals));
        self.until_done("send_offsets", |link| link.send_offsets(&list, &metadata, CALL_TIMEOUT, &signals))
            .map_err(sure)?;
        // An empty queue lets the crate's flush return at once.
        self.drain();
        let started = Instant::now();
        self.until_done("commit", |link| Some(link.producer().commit_transaction(CALL_TIMEOUT)))
            .map_err(|broken| (broken, true))?;
        let took = started.elapsed();
        self.outlet.metrics.transaction_commit_seconds.observe(took.as_secs_f64());
        if took > SLOW_COMMIT {
            self.link().watch().suspect(Suspicion::SlowCommit);
        }
        Ok(())
    }

    /// Waits for the delivery reports. librdkafka tries a record on a topic that has gone for as long as a transaction
    /// may take, and a transaction that it has given up reports the rest only when it is aborted.
    fn wait_reports(&self) -> Result<(), Broken> {
        let watch = self.link().watch();
        loop {
            let before = watch.outstanding();
            if watch.wait_all(REPORTS_TIMEOUT) {
                return Ok(());
            }
            if self.outlet.signals.is_stopping() {
                return Err(Broken::Stopped(Stopped::ByRequest));
            }
            let is_still = watch.outstanding() == before;
            if is_still && watch.has_given_up() {
                return Ok(());
            }
            if is_still && self.outlet.has_changed() {
                tracing::warn!("topics have gone or were made anew; the transaction will be sent again");
                return Err(Broken::Rebuild("topics"));
            }
        }
    }

    /// Repeats a call while its error says so. A call that had to be repeated makes the producer suspect; one that
    /// has no answer makes it useless.
    fn until_done(
        &mut self,
        call: &'static str,
        f: impl Fn(&Link) -> Option<KafkaResult<()>>,
    ) -> Result<(), Broken> {
        loop {
            let error = match f(self.link()) {
                Some(Ok(())) => return Ok(()),
                Some(Err(error)) => error,
                None if self.outlet.signals.is_stopping() => {
                    return Err(Broken::Stopped(Stopped::ByRequest));
                }
                None => {
                    tracing::warn!(call, "a transaction call does not return; the producer is made anew");
                    return Err(Broken::Rebuild(call));
                }
            };
            if verdict(&error) != Verdict::Retry {
                return Err(self.broken_by(error, call));
            }
            tracing::info!(%error, call, "a transaction call is repeated");
            self.link().watch().suspect(Suspicion::RepeatedCall);
            self.outlet.pause(BACKOFF_MIN).map_err(Broken::Stopped)?;
        }
    }

    /// librdkafka takes no more of this transaction, and has said why.
    fn given_up(&self) -> Broken {
        tracing::warn!("librdkafka has given a transaction up; it will be sent again");
        self.outlet.tell(&Unready::Kafka(KafkaError::Canceled), &self.link().watch().given_up());
        Broken::Abort("produce")
    }

    fn broken_by_send(&mut self, error: SendError) -> Broken {
        match error {
            SendError::Refused(refused) => Broken::Refused(refused),
            SendError::Kafka(error) => self.broken_by(error, "produce"),
        }
    }

    fn broken_by(&mut self, error: KafkaError, call: &'static str) -> Broken {
        // Where the producer is useless, the errors of its records tell nothing but that they were thrown away.
        let fatal = self.link().fatal_error();
        let verdict = fatal.as_ref().map_or_else(|| verdict(&error), |(code, _)| verdict_on_fatal(*code));
        let fatal = fatal.map(|(_, why)| why);
        tracing::warn!(%error, fatal, call, ?verdict, "a transaction has failed and will be sent again");
        let why_stop = why_stop(Role::Producer, &error);
        self.outlet.tell(&Unready::Kafka(error), &self.link().watch().given_up());
        match verdict {
            Verdict::Retry | Verdict::Abort => Broken::Abort(call),
            Verdict::Rebuild => Broken::Rebuild(call),
            Verdict::Fenced if self.is_overdue() => Broken::Rebuild("timed_out"),
            Verdict::Fenced => match self.note_fenced() {
                Ok(()) => Broken::Rebuild("fenced"),
                Err(stopped) => Broken::Stopped(stopped),
            },
            Verdict::Stop => Broken::Stopped(Stopped::Because(why_stop)),
        }
    }

    /// The coordinator fences the owner of a transaction that has taken too long: no other process is to blame.
    fn is_overdue(&self) -> bool {
        self.is_open && self.opened_at.elapsed() >= self.transaction_timeout
    }

    /// Fenced once is a neighbour's restart; twice in a row is somebody who has our name.
    fn note_fenced(&mut self) -> Result<(), Stopped> {
        let now = Instant::now();
        let before = self.fenced_at.replace(now);
        if before.is_some_and(|before| now - before < FENCED_TWICE_WITHIN) {
            let why = "another process uses the same kafka.group and kafka.instance: give each worker its own \
                       kafka.instance";
            return Err(Stopped::Because(why.to_owned()));
        }
        Ok(())
    }

    /// Undoes the transaction and makes ready for the next.
    fn undo(&mut self, broken: Broken, in_doubt: bool, at: &[TopicPartition]) -> Result<Answer, Stopped> {
        let (reason, mut useless, refused) = match broken {
            Broken::Stopped(stopped) => return Err(stopped),
            Broken::Abort(reason) => (reason, None, Vec::new()),
            Broken::Rebuild(reason) => (reason, Some(reason), Vec::new()),
            Broken::Refused(refused) => {
                let is_shrunk = self.outlet.shrink_batches();
                ("refused", is_shrunk.then_some("refused"), refused)
            }
        };
        self.outlet.metrics.transaction_aborted(reason);
        if useless.is_none() && self.is_open {
            useless = self.abort()?;
        }
        if useless.is_none() && self.is_out_of_step {
            useless = Some("out of step");
        }
        self.is_open = false;
        self.outlet.publisher.forget();
        if let Some(why) = useless {
            self.rebuild(if why == "fenced" { "fenced" } else { "error" })?;
        } else {
            let _ = self.link().watch().take_failed();
            // The counts may be what was wrong: a topic made anew, partitions added.
            match self.outlet.learn_counts() {
                Ok(()) => {}
                // Waits until it is there.
                Err(Unready::Topic(..)) => self.rebuild("error")?,
                Err(Unready::Kafka(error)) => {
                    tracing::warn!(%error, "the topics' partition counts cannot be read");
                }
            }
        }
        let committed = if in_doubt { self.committed(at)? } else { Vec::new() };
        // A fault that lasts must not become a storm of transactions; each refusal brings the next attempt further.
        if reason != "refused" {
            self.failures_in_a_row += 1;
            let backoff = BACKOFF_MIN * 2u32.pow(self.failures_in_a_row.min(6));
            self.outlet.pause(backoff.min(BACKOFF_MAX))?;
        }
        Ok(Answer::Failed { committed, refused })
    }

    /// Aborts; says why the producer cannot be used again, if so.
    fn abort(&mut self) -> Result<Option<&'static str>, Stopped> {
        loop {
            let Err(error) = self.link().producer().abort_transaction(CALL_TIMEOUT) else { break };
            if verdict(&error) != Verdict::Retry {
                return match self.broken_by(error, "abort") {
                    Broken::Stopped(stopped) => Err(stopped),
                    Broken::Rebuild(why) => Ok(Some(why)),
                    Broken::Abort(_) | Broken::Refused(_) => Ok(Some("abort")),
                };
            }
            self.link().watch().suspect(Suspicion::RepeatedCall);
            self.outlet.pause(BACKOFF_MIN)?;
        }
        self.link().wait_deliveries(&self.outlet.signals)?;
        self.drain();
        Ok(None)
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
        self.rebuild("start")?;
        self.outlet.all_is_well();
        Ok(())
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
                self.outlet.all_is_well();
                self.outlet.metrics.transactions_total.inc();
                return Ok(Answer::Committed);
            }
            Err(failure) => failure,
        };
        let at: Vec<TopicPartition> = offsets.iter().map(|(at, _)| *at).collect();
        self.undo(broken, in_doubt, &at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Sources, load};
    use crate::engine::Epoch;
    use crate::kafka::{Group, RecordBatch, Topics};
    use crate::model::{Outcome, Partition};
    use crate::sink::Signals;
    use crate::telemetry::Metrics;
    use rdkafka::Timestamp;
    use rdkafka::config::ClientConfig;
    use rdkafka::consumer::BaseConsumer;
    use rdkafka::message::OwnedMessage;
    use rdkafka::mocking::MockCluster;

    const AT: TopicPartition = TopicPartition { topic: 0, partition: Partition(0) };

    fn sink(brokers: &str, metrics: &Arc<Metrics>) -> Transactional {
        let environment = [("COPYDESK_KAFKA__BROKERS", brokers), ("COPYDESK_INPUT__TOPICS", "raw")];
        let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let sources = Sources { file: None, environment: environment.into_iter(), flags: &[] };
        let config = load(sources).expect("a valid configuration").config;
        let topics = Topics {
            inputs: vec![Arc::from("raw")],
            output: config.output.topic.clone(),
            dead_letter: config.dead_letter.topic.clone(),
        };
        let mut settings = ClientConfig::new();
        settings.set("bootstrap.servers", brokers).set("group.id", &config.kafka.group);
        let member: BaseConsumer = settings.create().expect("a consumer");
        let group: Arc<dyn Group> = Arc::new(member);
        let signals = Arc::new(Signals::default());
        Transactional::new(Outlet::new(&config, topics, group, signals, Arc::clone(metrics)), Defence::On)
    }

    /// What an unread line may say, nobody knows.
    #[test]
    fn a_log_that_cannot_be_read_has_the_producer_made_anew_before_the_next_transaction() {
        let mock = MockCluster::new(1).expect("a mock broker");
        let metrics = Metrics::new();
        let mut sink = sink(&mock.bootstrap_servers(), &metrics);
        for topic in ["raw", &sink.outlet.topics.output, &sink.outlet.topics.dead_letter] {
            mock.create_topic(topic, 1, 1).expect("a topic");
        }
        sink.prepare().expect("the sink is ready");
        sink.link().stop_serving();
        let mut input = RecordBatch::new(AT, Epoch(0), Arc::from("raw"));
        input.push(&OwnedMessage::new(None, None, "raw".to_owned(), Timestamp::now(), 0, 0, None));
        let outcomes = vec![Outcome::Publish(Some(b"an article".to_vec()))];
        sink.send(BatchId(0), Arc::new(FinishedBatch { input, outcomes, refused: Vec::new() }));
        let answer = sink.commit(&[(AT, Offset(1))], Fence(0)).expect("the sink goes on");
        assert!(matches!(answer, Answer::Committed), "{answer:?}");
        let text = metrics.render();
        let rebuilt = "copydesk_producer_rebuilds_total{cause=\"unread_log\"} 1\n";
        assert!(text.contains(rebuilt), "{text}");
    }
}
