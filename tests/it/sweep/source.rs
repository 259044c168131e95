//! The source: each error at each request of a consumer, in its group or with partitions taken by hand.
//!
//! Nearly everything is waited out: the group is moving, the coordinator or the leader is elsewhere, a right is
//! missing that somebody may give. Only who is told that another has its place, or that its configuration will
//! never do, stops.

use super::rig::{INPUT, Mock, config, inject, mock, topics};
use super::{CASE_TIMEOUT, Case, Seen};
use copydesk::kafka::RecordBatch;
use copydesk::source::{Budget, Context, Intake, KafkaSource, Lanes, Notice, SourceEnd};
use copydesk::telemetry::Metrics;
use crossbeam_channel::Receiver;
use rdkafka::config::ClientConfig;
use rdkafka::error::RDKafkaErrorCode as Code;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use rdkafka::types::RDKafkaApiKey as Api;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Every record has come.
const WENT_ON: &str = "went on";
const STOPPED: &str = "stopped";
/// The loud error behind a quiet one has stopped it.
const MET: &str = "met";
/// Another worker has our place: no request goes on after this answer.
const LOUD: Code = Code::FencedInstanceId;
const RECORDS: i64 = 4;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Place {
    /// From the start on.
    First,
    /// When records have come already.
    Later,
    ThreeInARow,
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (api, codes) in requests() {
        for code in codes {
            for place in [Place::First, Place::Later, Place::ThreeInARow] {
                // These come once, when reading begins.
                let is_of_start = !matches!(api, Api::Fetch | Api::Heartbeat);
                // Each time costs the mock's group three seconds and more.
                let is_slow = matches!(api, Api::SyncGroup | Api::Heartbeat);
                if place == Place::Later && is_of_start || place == Place::ThreeInARow && is_slow {
                    continue;
                }
                cases.push(Case {
                    name: format!("{api:?} {code:?} {place:?}"),
                    expected: expected(api, code),
                    run: Box::new(move || run(api, code, place)),
                });
            }
        }
    }
    cases
}

/// The coordinator is elsewhere or starting, or does not know us.
const OF_COORDINATOR: [Code; 5] = [
    Code::CoordinatorLoadInProgress,
    Code::CoordinatorNotAvailable,
    Code::NotCoordinator,
    Code::GroupAuthorizationFailed,
    Code::BrokerTransportFailure,
];
/// The group has moved on without us. Not here: that it does not know us, after which the mock holds the place of one that
/// will not come back, and waits for it.
const OF_MEMBER: [Code; 4] =
    [Code::RebalanceInProgress, Code::IllegalGeneration, Code::FencedInstanceId, Code::Unknown];
/// The group does not take us.
const OF_JOINING: [Code; 6] = [
    Code::UnknownMemberId,
    Code::MemberIdRequired,
    Code::GroupMaxSizeReached,
    Code::InconsistentGroupProtocol,
    Code::InvalidSessionTimeout,
    Code::InvalidGroupId,
];
/// The leader is elsewhere or in trouble, or does not let us read.
const OF_LEADER: [Code; 10] = [
    Code::NotLeaderForPartition,
    Code::LeaderNotAvailable,
    Code::ReplicaNotAvailable,
    Code::UnknownTopicOrPartition,
    Code::TopicAuthorizationFailed,
    Code::RequestTimedOut,
    Code::KafkaStorageError,
    Code::OffsetNotAvailable,
    Code::BrokerTransportFailure,
    Code::Unknown,
];
const OF_FETCHING: [Code; 3] = [Code::FencedLeaderEpoch, Code::UnknownLeaderEpoch, Code::OffsetOutOfRange];
const OF_OFFSETS: [Code; 4] = [
    Code::UnstableOffsetCommit,
    Code::TopicAuthorizationFailed,
    Code::UnknownTopicOrPartition,
    Code::Unknown,
];

fn requests() -> [(Api, Vec<Code>); 7] {
    [
        (Api::FindCoordinator, OF_COORDINATOR.to_vec()),
        (Api::JoinGroup, [&OF_COORDINATOR[..], &OF_MEMBER, &OF_JOINING].concat()),
        (Api::SyncGroup, [&OF_COORDINATOR[..], &OF_MEMBER].concat()),
        (Api::Heartbeat, [&OF_COORDINATOR[..], &OF_MEMBER].concat()),
        (Api::OffsetFetch, [&OF_COORDINATOR[..], &OF_OFFSETS].concat()),
        (Api::ListOffsets, OF_LEADER.to_vec()),
        (Api::Fetch, [&OF_LEADER[..], &OF_FETCHING].concat()),
    ]
}

fn expected(api: Api, code: Code) -> &'static str {
    match code {
        Code::FencedInstanceId | Code::InvalidSessionTimeout | Code::InvalidGroupId => STOPPED,
        // Nothing else tells that a heartbeat has met it.
        _ if api == Api::Heartbeat => MET,
        _ => WENT_ON,
    }
}

fn run(api: Api, code: Code, place: Place) -> Result<Seen, String> {
    let mock = mock();
    let times = if place == Place::ThreeInARow { 3 } else { 1 };
    let mut codes = vec![code; times];
    if expected(api, code) == MET {
        codes.push(LOUD);
    }
    feed(&mock);
    if place != Place::Later {
        inject(&mock, api, &codes);
    }
    let is_of_group = matches!(api, Api::JoinGroup | Api::SyncGroup | Api::Heartbeat);
    let reading = Reading::start(&mock, if is_of_group { Intake::Group } else { Intake::Everything });
    if place == Place::Later {
        if let Some(end) = reading.wait(RECORDS) {
            return Err(format!("ended before the error: {end:?}"));
        }
        inject(&mock, api, &codes);
        feed(&mock);
    }
    let wanted = if place == Place::Later { 2 * RECORDS } else { RECORDS };
    // Who must stop may have read everything before.
    let is_to_stop = expected(api, code) != WENT_ON;
    let end = reading.wait(if is_to_stop { i64::MAX } else { wanted });
    let detail = format!("{} records, end {end:?}", reading.count());
    let reaction = match end {
        None => WENT_ON,
        Some(SourceEnd::Failed(why)) => stopped_with(code, &why)?,
        Some(SourceEnd::Asked { .. }) => return Err("ended, and nobody asked".to_owned()),
    };
    reading.stop();
    Ok(Seen { reaction, detail })
}

/// The source has stopped: it must say what is to be done.
fn stopped_with(code: Code, why: &str) -> Result<&'static str, String> {
    let (wanted, reaction) = match code {
        Code::InvalidSessionTimeout => ("kafka.session_timeout_ms", STOPPED),
        Code::InvalidGroupId => ("kafka.group", STOPPED),
        Code::FencedInstanceId => ("kafka.instance", STOPPED),
        _ => ("kafka.instance", MET),
    };
    if why.contains(wanted) {
        Ok(reaction)
    } else {
        Err(format!("stopped, and does not speak of {wanted}: {why}"))
    }
}

fn feed(mock: &Mock) {
    let mut settings = ClientConfig::new();
    settings.set("bootstrap.servers", mock.bootstrap_servers()).set("linger.ms", "0");
    let producer: BaseProducer = settings.create().expect("a producer");
    for _ in 0..RECORDS {
        let record: BaseRecord<'_, (), str> = BaseRecord::to(INPUT).partition(0).payload("an article");
        producer.send(record).map_err(|(error, _)| error).expect("room for a record");
    }
    producer.flush(CASE_TIMEOUT).expect("the records are taken");
}

/// A source at work on a thread of its own.
struct Reading {
    is_stopping: Arc<AtomicBool>,
    batches: Receiver<RecordBatch>,
    ended: Receiver<SourceEnd>,
    thread: JoinHandle<()>,
    offsets: Mutex<BTreeSet<i64>>,
}

impl Reading {
    fn start(mock: &Mock, intake: Intake) -> Self {
        // A heartbeat in every fifth of a second.
        let extra =
            [("LIBRDKAFKA__CONSUMER", "heartbeat.interval.ms=200"), ("KAFKA__SESSION_TIMEOUT_MS", "20000")];
        let config = config(&mock.bootstrap_servers(), &extra);
        let is_stopping = Arc::new(AtomicBool::new(false));
        let context = Context {
            topics: topics(),
            lanes: Arc::new(Lanes::default()),
            notify: Box::new(|notice| {
                if let Notice::Revoking(_, answer) | Notice::Lost(_, answer) = notice {
                    answer.send(()).expect("the hook waits");
                }
                true
            }),
            tell_trouble: Box::new(|_| {}),
            metrics: Metrics::new(),
            group: config.kafka.group.clone(),
            start: config.input.start,
            lost: config.input.lost_offsets,
            revoke_timeout: Duration::from_secs(5),
            is_joined: AtomicBool::new(false),
            is_stopping: Arc::clone(&is_stopping),
            is_held: Arc::new(AtomicBool::new(false)),
            failure: Mutex::new(None),
        };
        let consumer = KafkaSource::consumer(&config, context).expect("a consumer");
        let (say, batches) = crossbeam_channel::unbounded();
        let (end, ended) = crossbeam_channel::bounded(1);
        let source = KafkaSource::new(consumer, Arc::new(Budget::new(1024 * 1024)), say, &config);
        let thread = std::thread::spawn(move || {
            // Nobody listens when the case is over.
            let _ = end.send(source.run(intake, || {}));
        });
        Self { is_stopping, batches, ended, thread, offsets: Mutex::default() }
    }

    /// Waits until so many records have come, or it has ended.
    fn wait(&self, records: i64) -> Option<SourceEnd> {
        let started = Instant::now();
        while self.count() < records && started.elapsed() < CASE_TIMEOUT {
            if let Ok(batch) = self.batches.recv_timeout(Duration::from_millis(20)) {
                let found = batch.records().map(|record| record.raw().offset.0);
                self.offsets.lock().expect("unpoisoned").extend(found);
            }
            if let Ok(end) = self.ended.try_recv() {
                return Some(end);
            }
        }
        None
    }

    /// Different records that have come.
    fn count(&self) -> i64 {
        i64::try_from(self.offsets.lock().expect("unpoisoned").len()).expect("few")
    }

    fn stop(self) {
        self.is_stopping.store(true, Ordering::Release);
        self.thread.join().expect("the source does not panic");
    }
}
