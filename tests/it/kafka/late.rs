//! Requests that reach the broker late (KIP-890): what they do to a sink without the defence, and that they do
//! nothing to one with it.
//!
//! The proxy keeps the first request of a kind and breaks the connection; librdkafka's retry succeeds; the next
//! transaction opens; then the broker gets what was kept. Judged by a concurrent read-committed reader, by
//! the group's offsets, and by the broker's answer to the late request. Each kind is run with the defence
//! off, too: a defence that nothing gets past when it is off has not been tested.
//!
//! The sink runs in this process: the worker has no way to turn the defence off.

use super::broker::{Broker, Topics};
use super::proxy::{Api, Counts, Fault, Proxy, short};
use super::report::reported;
use super::size::sizes;
use super::worker::say;
use copydesk::config::{Sources, load};
use copydesk::engine::{BatchId, Epoch, Fence, TopicPartition};
use copydesk::kafka::{self, FinishedBatch, Group, RecordBatch};
use copydesk::model::{Offset, Outcome, Partition};
use copydesk::sink::{Answer, Defence, Signals, Sink, with_defence};
use copydesk::telemetry::Metrics;
use rdkafka::TopicPartitionList;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::Message as _;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(30);
const PARTITIONS: i32 = 2;
/// The fence all transactions here are begun under, and one that undoes them.
const FENCE: Fence = Fence(0);
const MOVED: Fence = Fence(1);

/// How the transaction ends that the late request hits; of an `EndTxn`, what the late request says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum End {
    Commit,
    Abort,
}

#[test]
fn a_late_commit_publishes_an_aborted_record_unless_the_defence_is_on() {
    both_ways("late-commit", Api::EndTxn, End::Commit, true, late_commit);
}

#[test]
fn a_late_abort_loses_a_committed_record_unless_the_defence_is_on() {
    both_ways("late-abort", Api::EndTxn, End::Abort, true, late_abort);
}

#[test]
fn late_offsets_set_the_group_back_unless_the_defence_is_on() {
    both_ways("late-offsets", Api::TxnOffsetCommit, End::Commit, true, late_offsets);
}

/// The broker asks the coordinator whether a transaction holds the group's offsets (KIP-890, first part), which
/// one that is aborted early does not. So this does no harm with the defence off either.
#[test]
fn late_offsets_do_nothing_to_a_transaction_that_is_aborted() {
    both_ways("late-offsets-abort", Api::TxnOffsetCommit, End::Abort, false, late_offsets);
}

/// A partition added twice is added once.
#[test]
fn late_partitions_do_nothing() {
    both_ways("late-partitions", Api::AddPartitionsToTxn, End::Commit, false, late_record);
    both_ways("late-partitions-abort", Api::AddPartitionsToTxn, End::Abort, false, late_record);
}

/// The broker knows a record by its sequence number and takes it once.
#[test]
fn late_records_are_known_by_their_sequence() {
    both_ways("late-records", Api::Produce, End::Commit, false, late_record);
    both_ways("late-records-abort", Api::Produce, End::Abort, false, late_record);
}

/// Runs a case with the defence off, then on. `is_harmful` says what must be seen with it off.
fn both_ways(name: &str, api: Api, end: End, is_harmful: bool, case: fn(&mut Run<'_>) -> Harm) {
    reported("late requests", None, |report| {
        if let Some(broker) = Broker::find() {
            let runs = sizes().late_runs;
            off_and_on(&Stage::new(&broker, name), (name, runs), (api, end), is_harmful, case);
            report.fault(&format!("{api:?}, {end:?}, defence off"), runs);
            report.fault(&format!("{api:?}, {end:?}, defence on"), runs);
        }
    });
}

fn off_and_on(
    stage: &Stage<'_>,
    (name, runs): (&str, usize),
    (api, end): (Api, End),
    is_harmful: bool,
    case: fn(&mut Run<'_>) -> Harm,
) {
    let started = Instant::now();
    let mut seen = Vec::new();
    for defence in [Defence::Off, Defence::On] {
        let mut harmed = 0;
        let mut answers: BTreeMap<i16, usize> = BTreeMap::new();
        for number in 0..runs {
            let mut run = stage.run(number, defence, api, end);
            let harm = case(&mut run);
            run.proxy.assert_spent();
            assert_eq!(run.proxy.counts(), Counts { held: 1, released: 1, ..Counts::default() });
            if defence == Defence::On {
                assert!(!harm.is_seen, "{name}, run {number}: with the defence on, {}", harm.what);
            }
            let rebuilds = run.rebuilds("connection");
            assert_eq!(
                rebuilds > 0,
                defence == Defence::On,
                "{rebuilds} rebuilds with the defence {defence:?}"
            );
            harmed += usize::from(harm.is_seen);
            for answer in run.proxy.take_late_answers() {
                *answers.entry(error_of(api, &answer)).or_default() += 1;
            }
        }
        seen.push(harmed);
        say(&format!(
            "{name}: defence {defence:?}: harm in {harmed} of {runs} runs; the broker's answers to the late requests, \
             by code: {answers:?}"
        ));
    }
    say(&format!("{name}: {:.1} s", started.elapsed().as_secs_f64()));
    let wanted = if is_harmful { runs } else { 0 };
    assert_eq!(seen, [wanted, 0], "{name}: runs with harm, defence off and on");
}

/// What went wrong, if it did.
struct Harm {
    is_seen: bool,
    what: String,
}

/// The late commit ends a transaction that its owner then aborts.
fn late_commit(run: &mut Run<'_>) -> Harm {
    run.hold();
    run.send("first", 0, 0);
    run.commits(&[(0, 1)]);
    run.send("aborted", 0, 1);
    run.wait_written("aborted");
    run.proxy.release();
    run.aborts(&[(0, 2)]);
    run.finish("last", 0, 1);
    let (first, aborted) = (run.committed("first"), run.committed("aborted"));
    Harm {
        is_seen: (first, aborted) != (1, 0),
        what: format!("the reader saw the first record {first} times and the aborted one {aborted} times"),
    }
}

/// The late abort undoes the first half of a transaction whose second half is then committed.
fn late_abort(run: &mut Run<'_>) -> Harm {
    run.hold();
    run.send("undone", 0, 0);
    run.wait_written("undone");
    run.aborts(&[(0, 1)]);
    run.send("first", 0, 0);
    run.wait_written("first");
    run.proxy.release();
    run.send("second", 1, 0);
    let started = Instant::now();
    while !run.try_commit(&[(0, 1), (1, 1)], FENCE) {
        assert!(started.elapsed() < PATIENCE, "the sink does not recover");
        run.send("first", 0, 0);
        run.send("second", 1, 0);
    }
    run.finish("last", 0, 1);
    run.wait_committed("second");
    let (undone, first) = (run.committed("undone"), run.committed("first"));
    Harm {
        is_seen: (undone, first) != (0, 1),
        what: format!(
            "the reader saw the undone record {undone} times and the committed one {first} times"
        ),
    }
}

/// The late offsets overwrite those of the transaction they fall into.
fn late_offsets(run: &mut Run<'_>) -> Harm {
    run.hold();
    run.send("first", 0, 0);
    run.commits(&[(0, 1)]);
    run.send("second", 0, 1);
    run.wait_written("second");
    run.proxy.once(Api::EndTxn, Fault::ReleaseFirst);
    let offset = match run.end {
        End::Commit => run.try_commit(&[(0, 2)], FENCE).then_some(2),
        End::Abort => {
            run.aborts(&[(0, 2)]);
            Some(1)
        }
    };
    let found = run.group_offset();
    run.finish("last", 0, 2);
    let second = run.committed("second");
    let wanted = usize::from(run.end == End::Commit);
    Harm {
        is_seen: offset.is_some_and(|offset| found != offset) || second != wanted,
        what: format!(
            "the group's offset is {found}, expected {offset:?}; the second record seen {second} times"
        ),
    }
}

/// A late request about one record, while the next transaction is open.
fn late_record(run: &mut Run<'_>) -> Harm {
    run.hold();
    run.send("first", 0, 0);
    run.commits(&[(0, 1)]);
    run.send("second", 0, 1);
    run.wait_written("second");
    run.proxy.release();
    let wanted = match run.end {
        End::Commit => usize::from(run.try_commit(&[(0, 2)], FENCE)),
        End::Abort => {
            run.aborts(&[(0, 2)]);
            0
        }
    };
    run.finish("last", 0, 2);
    let (first, second) = (run.committed("first"), run.committed("second"));
    Harm {
        is_seen: (first, second) != (1, wanted),
        what: format!("the reader saw the records {first} and {second} times, not 1 and {wanted}"),
    }
}

/// A connection that breaks, a request that is never answered and a commit that is slow each make a new
/// producer before the next transaction, under their own cause. Nothing is lost or doubled by it.
#[test]
fn each_suspicion_rebuilds_the_producer_and_is_counted_by_cause() {
    let Some(broker) = Broker::find() else { return };
    let stage = Stage::new(&broker, "suspicions");
    let slow = Fault::Delay(Duration::from_millis(5_200));
    let cases = [
        (Fault::Reset, "connection", "10000"),
        (Fault::Drop, "connection", "2000"),
        (slow, "slow_commit", "10000"),
    ];
    for (number, (fault, cause, timeout_ms)) in cases.into_iter().enumerate() {
        let mut run = stage.run_with_timeout(number, Defence::On, Api::EndTxn, End::Commit, timeout_ms);
        run.proxy.once(Api::EndTxn, fault);
        run.send("first", 0, 0);
        run.commits(&[(0, 1)]);
        assert_eq!(run.rebuilds(cause), 0, "the rebuild waits for the next transaction");
        run.finish("last", 0, 1);
        assert_eq!((run.rebuilds(cause), run.rebuilds("start")), (1, 1), "{fault:?}");
        assert_eq!((run.committed("first"), run.committed("last")), (1, 1), "{fault:?}");
        run.proxy.assert_spent();
        let counts = run.proxy.counts();
        assert_eq!(counts.reset + counts.dropped + counts.delayed, 1, "{counts:?}");
    }
}

/// Topics and readers of one test.
struct Stage<'a> {
    broker: &'a Broker,
    topics: Topics,
    /// One-record batches by partition and offset.
    input: Vec<Vec<RecordBatch>>,
    committed: Reader,
    written: Reader,
}

impl<'a> Stage<'a> {
    fn new(broker: &'a Broker, name: &str) -> Self {
        let topics = broker.topics(name, PARTITIONS);
        let feed: Vec<_> = (0..6).map(|number| super::article(number, PARTITIONS)).collect();
        broker.produce(&topics.input, &feed);
        let input = batches(broker, &topics.input, feed.len());
        let committed = Reader::start(broker, &topics.output, "read_committed");
        let written = Reader::start(broker, &topics.output, "read_uncommitted");
        Self { broker, topics, input, committed, written }
    }

    /// A sink of its own behind a proxy of its own: new group, new transactional id.
    fn run(&self, number: usize, defence: Defence, api: Api, end: End) -> Run<'_> {
        // Below the transaction's timeout, as librdkafka wants it, and above the slow commit.
        self.run_with_timeout(number, defence, api, end, "10000")
    }

    /// The same; a request that is not answered is given up after this many milliseconds.
    fn run_with_timeout(
        &self,
        number: usize,
        defence: Defence,
        api: Api,
        end: End,
        timeout_ms: &str,
    ) -> Run<'_> {
        let proxy = Proxy::start(&self.broker.brokers);
        let name = format!("{number}-{defence:?}");
        let group = format!("{}-{name}", self.topics.group);
        let timeout = format!("socket.timeout.ms={timeout_ms}");
        let environment = [
            ("KAFKA__BROKERS", proxy.brokers.as_str()),
            ("KAFKA__GROUP", &group),
            ("KAFKA__INSTANCE", "only"),
            ("INPUT__TOPICS", &self.topics.input),
            ("OUTPUT__TOPIC", &self.topics.output),
            ("DEAD_LETTER__TOPIC", &self.topics.dead),
            ("LIBRDKAFKA__PRODUCER", &timeout),
        ];
        let environment = environment.map(|(name, value)| (format!("COPYDESK_{name}"), value.to_owned()));
        let sources = Sources { file: None, environment: environment.into_iter(), flags: &[] };
        let config = load(sources).expect("a valid configuration").config;
        let names = kafka::Topics {
            inputs: vec![Arc::from(self.topics.input.as_str())],
            output: self.topics.output.clone(),
            dead_letter: self.topics.dead.clone(),
        };
        // The group is asked past the proxy: the faults are the producer's alone.
        let mut settings = ClientConfig::new();
        settings.set("bootstrap.servers", &self.broker.brokers).set("group.id", &group);
        let consumer: Arc<BaseConsumer> = Arc::new(settings.create().expect("a consumer"));
        let (signals, metrics) = (Arc::new(Signals::default()), Metrics::new());
        let asked: Arc<dyn Group> = consumer;
        let sink = with_defence(
            &config,
            names.clone(),
            Arc::clone(&asked),
            signals,
            Arc::clone(&metrics),
            defence,
        );
        let mut run = Run { stage: self, proxy, name, api, end, sink, group: asked, names, metrics };
        run.sink.prepare().expect("the sink is ready");
        run
    }
}

/// One run of one case.
struct Run<'a> {
    stage: &'a Stage<'a>,
    proxy: Proxy,
    name: String,
    api: Api,
    end: End,
    sink: Box<dyn Sink>,
    group: Arc<dyn Group>,
    names: kafka::Topics,
    metrics: Arc<Metrics>,
}

impl Run<'_> {
    fn hold(&self) {
        self.proxy.once(self.api, Fault::Hold);
    }

    fn value(&self, word: &str) -> String {
        format!("{word} {}", self.name)
    }

    /// Publishes a word in the place of an input record.
    fn send(&mut self, word: &str, partition: usize, offset: usize) {
        let input = self.stage.input[partition][offset].clone();
        let outcomes = vec![Outcome::Publish(Some(self.value(word).into_bytes()))];
        self.sink.send(BatchId(0), Arc::new(FinishedBatch { input, outcomes, refused: Vec::new() }));
    }

    /// Whether the transaction was committed.
    fn try_commit(&mut self, offsets: &[(i32, i64)], fence: Fence) -> bool {
        let offsets: Vec<_> = offsets.iter().map(|(p, offset)| (place(*p), Offset(*offset))).collect();
        matches!(self.sink.commit(&offsets, fence).expect("the sink goes on"), Answer::Committed)
    }

    fn commits(&mut self, offsets: &[(i32, i64)]) {
        assert!(self.try_commit(offsets, FENCE), "the client's own retry succeeds");
    }

    fn aborts(&mut self, offsets: &[(i32, i64)]) {
        assert!(!self.try_commit(offsets, MOVED), "a moved fence undoes the transaction");
    }

    /// A last record, and the reader's sight of it: whatever is before it has been seen, too.
    fn finish(&mut self, word: &str, partition: usize, offset: usize) {
        let started = Instant::now();
        let next = [(i32::try_from(partition).expect("small"), i64::try_from(offset).expect("small") + 1)];
        loop {
            self.send(word, partition, offset);
            if self.try_commit(&next, FENCE) {
                return self.wait_committed(word);
            }
            assert!(started.elapsed() < PATIENCE, "the sink does not recover");
        }
    }

    fn wait_written(&self, word: &str) {
        self.stage.written.wait(&self.value(word));
    }

    fn wait_committed(&self, word: &str) {
        self.stage.committed.wait(&self.value(word));
    }

    fn committed(&self, word: &str) -> usize {
        self.stage.committed.count(&self.value(word))
    }

    fn group_offset(&self) -> i64 {
        let committed = self.group.committed(&self.names, &[place(0)]).expect("committed offsets");
        committed.first().map_or(-1, |(_, offset)| offset.0)
    }

    fn rebuilds(&self, cause: &str) -> usize {
        let name = format!("copydesk_producer_rebuilds_total{{cause=\"{cause}\"}} ");
        let text = self.metrics.render();
        let count =
            text.lines().find_map(|line| line.strip_prefix(&name)).expect("a series for each cause");
        count.parse().expect("a whole number")
    }
}

/// A reader on a thread of its own: what it has seen, in order.
struct Reader {
    seen: Arc<Mutex<Vec<String>>>,
    is_stopping: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Reader {
    fn start(broker: &Broker, topic: &str, isolation: &str) -> Self {
        let reader = reader(broker, topic, isolation);
        let (seen, is_stopping) = (Arc::<Mutex<Vec<String>>>::default(), Arc::<AtomicBool>::default());
        let (list, stop) = (Arc::clone(&seen), Arc::clone(&is_stopping));
        let thread = std::thread::spawn(move || {
            while !stop.load(Ordering::Acquire) {
                let Some(message) = reader.poll(Duration::from_millis(50)) else { continue };
                let message = message.expect("the reader reads");
                let value = String::from_utf8_lossy(message.payload().expect("a value")).into_owned();
                list.lock().expect("unpoisoned").push(value);
            }
        });
        Self { seen, is_stopping, thread: Some(thread) }
    }

    fn count(&self, value: &str) -> usize {
        self.seen.lock().expect("unpoisoned").iter().filter(|seen| *seen == value).count()
    }

    fn wait(&self, value: &str) {
        let started = Instant::now();
        while self.count(value) == 0 {
            assert!(started.elapsed() < PATIENCE, "{value:?} does not come");
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.is_stopping.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            // Its panic has been printed already.
            let _ = thread.join();
        }
    }
}

fn reader(broker: &Broker, topic: &str, isolation: &str) -> BaseConsumer {
    let mut settings = ClientConfig::new();
    settings.set("bootstrap.servers", &broker.brokers).set("group.id", "copydesk-tests-late");
    settings.set("enable.auto.commit", "false").set("isolation.level", isolation);
    let reader: BaseConsumer = settings.create().expect("a consumer");
    let mut list = TopicPartitionList::new();
    for partition in 0..PARTITIONS {
        list.add_partition_offset(topic, partition, rdkafka::Offset::Beginning).expect("a valid offset");
    }
    reader.assign(&list).expect("an assignment");
    reader
}

/// Reads a topic into batches of one record each, by partition and offset.
fn batches(broker: &Broker, topic: &str, count: usize) -> Vec<Vec<RecordBatch>> {
    let reader = reader(broker, topic, "read_committed");
    let mut found = vec![Vec::new(); usize::try_from(PARTITIONS).expect("small")];
    let started = Instant::now();
    while found.iter().map(Vec::len).sum::<usize>() < count {
        assert!(started.elapsed() < PATIENCE, "the input does not come");
        let Some(message) = reader.poll(Duration::from_millis(100)) else { continue };
        let message = message.expect("the reader reads");
        let mut batch = RecordBatch::new(place(message.partition()), Epoch(0), Arc::from(topic));
        batch.push(&message);
        found[usize::try_from(message.partition()).expect("a partition")].push(batch);
    }
    found
}

fn place(partition: i32) -> TopicPartition {
    TopicPartition { topic: 0, partition: Partition(partition) }
}

/// The error code in an answer about one partition of one topic. Where it stands depends on the version that
/// librdkafka speaks (`EndTxn` 1, `AddPartitionsToTxn` 0, `TxnOffsetCommit` 3, `Produce` 10).
fn error_of(api: Api, answer: &[u8]) -> i16 {
    let at = match api {
        Api::EndTxn => 8,
        Api::AddPartitionsToTxn => answer.len() - 2,
        // Three empty lists of tagged fields follow.
        Api::TxnOffsetCommit => answer.len() - 5,
        // Correlation id, tags, number of topics, the name's length and the name, number of partitions, index.
        Api::Produce => 4 + 1 + 1 + usize::from(answer[6]) + 1 + 4,
        Api::Fetch | Api::Metadata | Api::FindCoordinator => unreachable!("no case holds these"),
    };
    short(answer, at)
}
