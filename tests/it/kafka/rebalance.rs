//! Partitions that come and go: workers added and removed in a storm, a revoke whose time runs out while the sink is
//! stuck, and partitions that come back to a worker which still has results of before under way.

use super::audit::audit_is_clean;
use super::broker::{Broker, Message, Topics};
use super::feed::{self, article};
use super::network::is_ci;
use super::proxy::{Api, Fault, Proxy};
use super::worker::{Worker, say};
use copydesk::pipeline::Options;
use std::time::{Duration, Instant};

const PARTITIONS: i32 = 6;
const ASSIGNED: &str = "copydesk_assigned_partitions";
const DISCARDED: &str = "copydesk_discarded_total{reason=\"revoked\"}";
const JOINED: &str = "copydesk_rebalances_total{kind=\"assign\"}";
const REVOKED: &str = "copydesk_rebalances_total{kind=\"revoke\"}";
const PUBLISHED: &str = "copydesk_messages_published_total";
const STOP: Duration = Duration::from_secs(8);

/// A worker of this name, with the shortest session that keeps a busy machine's workers in the group.
fn start(broker: &Broker, topics: &Topics, instance: &str, environment: &[(&str, &str)]) -> Worker {
    let own = [
        ("COPYDESK_KAFKA__INSTANCE", instance),
        ("COPYDESK_KAFKA__SESSION_TIMEOUT_MS", "3000"),
        ("COPYDESK_DELIVERY__TRANSACTION_TIMEOUT_MS", "2500"),
    ];
    Worker::start(broker, topics, &[&own, environment].concat())
}

fn owns(worker: &Worker, count: f64) {
    worker.wait_for_metric(ASSIGNED, |assigned| (assigned - count).abs() < 0.1);
}

fn articles(count: usize) -> Vec<Message> {
    (0..count).map(|number| article(number, PARTITIONS)).collect()
}

fn judge(broker: &Broker, topics: &Topics, feed: &[Message], worker: &Worker) {
    let out = broker.read(&topics.output, PARTITIONS, || feed.len(), worker);
    feed::judge(topics, feed, &out, &[], &Options::default());
    audit_is_clean(broker, topics, feed.len(), 0);
}

/// The broker gets the end of a transaction late, and meanwhile another worker wants half of the partitions. They are
/// let go when the time for it is up, though the transaction with their records may still be committed: whoever comes
/// next must wait for its end before reading on.
#[test]
fn a_revoke_waits_no_longer_than_its_deadline_for_a_sink_that_is_stuck() {
    let Some(broker) = Broker::find() else { return };
    let topics = broker.topics("stuck", PARTITIONS);
    let feed = articles(1_200);
    let proxy = Proxy::start(&broker.brokers);
    let through = Broker { brokers: proxy.brokers.clone() };
    let patient = [
        ("COPYDESK_DELIVERY__REVOKE_TIMEOUT_MS", "1500"),
        ("COPYDESK_DELIVERY__TRANSACTION_TIMEOUT_MS", "15000"),
        ("COPYDESK_KAFKA__SESSION_TIMEOUT_MS", "20000"),
        ("COPYDESK_LIBRDKAFKA__CONSUMER", "heartbeat.interval.ms=300"),
    ];
    let stuck = start(&through, &topics, "stuck", &patient);
    owns(&stuck, 6.0);
    broker.produce(&topics.input, &feed[..400]);
    stuck.wait_for_metric(PUBLISHED, |count| count > 0.0);
    let late = Duration::from_secs(9);
    proxy.once(Api::EndTxn, Fault::Delay(late));
    broker.produce(&topics.input, &feed[400..800]);
    while proxy.counts().delayed == 0 {
        stuck.assert_alive();
        std::thread::sleep(Duration::from_millis(5));
    }
    let held = Instant::now();
    let next = start(&broker, &topics, "next", &[]);
    stuck.wait_for_metric(REVOKED, |count| count > 0.0);
    let asked = Instant::now();
    // The group goes on, which it can only when the revoke has ended.
    stuck.wait_for_metric(JOINED, |count| count > 1.0);
    let (waited, since) = (asked.elapsed(), held.elapsed());
    assert!(since < late, "the sink was not stuck any more: {since:?}");
    owns(&stuck, 3.0);
    owns(&next, 3.0);
    broker.produce(&topics.input, &feed[800..]);
    judge(&broker, &topics, &feed, &next);
    proxy.assert_spent();
    say(&format!(
        "stuck sink: three partitions of six were let go {waited:.1?} after they were asked for, at a deadline of 1.5 s"
    ));
    stuck.stops_within(STOP);
    next.stops_within(STOP);
}

/// While a worker has no room for more it has its partitions paused, and librdkafka remembers that of a partition that
/// leaves. The worker hangs past its session just then, wakes up without partitions, and gets the same ones again.
#[test]
fn a_worker_that_was_full_when_its_partitions_left_reads_on_when_they_come_back() {
    let Some(broker) = Broker::find() else { return };
    let topics = broker.topics("full", PARTITIONS);
    let feed = articles(1_200);
    let proxy = Proxy::start(&broker.brokers);
    let through = Broker { brokers: proxy.brokers.clone() };
    let small = [
        ("COPYDESK_DELIVERY__IN_FLIGHT_BYTES_MAX", "2097152"),
        // Most of what is in flight waits for another transaction, and is dropped with its partitions: then there is
        // room before they are back.
        ("COPYDESK_DELIVERY__TRANSACTION_RECORDS_MAX", "20"),
        ("COPYDESK_DELIVERY__TRANSACTION_TIMEOUT_MS", "5000"),
        ("COPYDESK_KAFKA__SESSION_TIMEOUT_MS", "6000"),
    ];
    let worker = start(&through, &topics, "full", &small);
    owns(&worker, 6.0);
    broker.produce(&topics.input, &feed[..100]);
    worker.wait_for_metric(PUBLISHED, |count| count > 0.0);
    proxy.once(Api::EndTxn, Fault::Delay(Duration::from_secs(15)));
    broker.produce(&topics.input, &feed[100..]);
    while proxy.counts().delayed == 0 {
        worker.assert_alive();
        std::thread::sleep(Duration::from_millis(5));
    }
    // A second without room, and it pauses.
    std::thread::sleep(Duration::from_millis(2_500));
    worker.freeze();
    std::thread::sleep(Duration::from_secs(8));
    worker.thaw();
    worker.wait_for_metric("copydesk_rebalances_total{kind=\"lost\"}", |count| count > 0.0);
    judge(&broker, &topics, &feed, &worker);
    proxy.assert_spent();
    worker.stops_within(STOP);
}

/// Another worker takes half of the partitions from one with a long backlog, dies, and they come back while results
/// of the first time are still being made. At nightly size: a backlog that is long on a fast machine takes a slow one a
/// minute. `tests/it/engine.rs` plays the same without a broker, at every size.
#[test]
fn results_of_before_are_dropped_when_a_partition_comes_back() {
    if is_ci() {
        return say("SKIPPED partitions that come back to a long backlog; set COPYDESK_TEST_SIZE=nightly");
    }
    let Some(broker) = Broker::find() else { return };
    let topics = broker.topics("epochs", PARTITIONS);
    let feed = articles(4_000);
    broker.produce(&topics.input, &feed);
    let slow = [
        ("COPYDESK_WORKER__THREADS", "1"),
        ("COPYDESK_DELIVERY__IN_FLIGHT_BYTES_MAX", "268435456"),
        ("COPYDESK_DELIVERY__REVOKE_TIMEOUT_MS", "300"),
        ("COPYDESK_LIBRDKAFKA__CONSUMER", "heartbeat.interval.ms=300"),
    ];
    let owner = start(&broker, &topics, "owner", &slow);
    owner.wait_for_metric("copydesk_in_flight_messages", |count| count > 2_500.0);
    let short = [
        ("COPYDESK_KAFKA__SESSION_TIMEOUT_MS", "1500"),
        ("COPYDESK_DELIVERY__TRANSACTION_TIMEOUT_MS", "1000"),
    ];
    let guest = start(&broker, &topics, "guest", &short);
    owns(&guest, 3.0);
    guest.kill();
    owns(&owner, 6.0);
    let before = owner.metric(DISCARDED);
    owner.wait_for_metric(DISCARDED, |count| count > before);
    // The results that are dropped come first, which takes a busy machine longer than a reader's patience.
    owner.wait_for_metric(PUBLISHED, |count| count > 500.0);
    judge(&broker, &topics, &feed, &owner);
    say(&format!(
        "partitions back: {before} results of before were dropped until then, {} after it",
        owner.metric(DISCARDED) - before
    ));
    owner.stops_within(STOP);
}

/// The coordinator fences a worker whose transaction has taken too long. Twice in a minute looks like a second process
/// with the same identity, for which a worker stops. At nightly size: the coordinator looks every ten seconds.
#[test]
fn transactions_that_take_too_long_are_no_sign_of_a_second_process() {
    if is_ci() {
        return say("SKIPPED transactions that take too long; set COPYDESK_TEST_SIZE=nightly");
    }
    let Some(broker) = Broker::find() else { return };
    let topics = broker.topics("overdue", PARTITIONS);
    let own = [("COPYDESK_DELIVERY__TRANSACTION_TIMEOUT_MS", "2500")];
    let worker = Worker::start(&broker, &topics, &own);
    owns(&worker, 6.0);
    let mut feed = Vec::new();
    let mut freezes = 0;
    while fenced(&worker) < 2 {
        assert!(freezes < 8, "{} of {freezes} freezes met an open transaction", fenced(&worker));
        let more: Vec<Message> = (feed.len()..feed.len() + 1_500).map(|n| article(n, PARTITIONS)).collect();
        let before = worker.metric(PUBLISHED);
        broker.produce(&topics.input, &more);
        feed.extend(more);
        worker.wait_for_metric(PUBLISHED, |count| count > before);
        worker.freeze();
        std::thread::sleep(Duration::from_secs(14));
        worker.thaw();
        freezes += 1;
        worker.wait_for_metric(PUBLISHED, |count| count >= feed.len() as f64);
    }
    judge(&broker, &topics, &feed, &worker);
    say(&format!(
        "{freezes} freezes of 14 s, {} transactions overdue, nothing lost or twice",
        fenced(&worker)
    ));
    worker.stops_within(STOP);
}

/// How often the coordinator has refused the worker for what looks like a second process.
fn fenced(worker: &Worker) -> usize {
    worker.log().matches("\"verdict\":\"Fenced\"").count()
}

/// Numbers without rhythm, the same for the same seed (Lehmer's generator, Park and Miller 1988).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0 * 48_271 % 0x7fff_ffff;
        self.0 % end
    }
}

/// How long the storm lasts, and the seed.
fn storm() -> (Duration, u64) {
    let seed = std::env::var("COPYDESK_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    (Duration::from_secs(if is_ci() { 8 } else { 120 }), seed.unwrap_or(u64::from(now.subsec_nanos()) | 1))
}

#[test]
fn a_storm_of_rebalances_loses_nothing_and_repeats_nothing() {
    let Some(broker) = Broker::find() else { return };
    let topics = broker.topics("storm", PARTITIONS);
    let (time, seed) = storm();
    say(&format!("rebalance storm: COPYDESK_TEST_SEED={seed} repeats this run"));
    let mut dice = Dice(seed);
    // The first stays; the others come and go, by SIGTERM or SIGKILL, under names of their own.
    let steady = start(&broker, &topics, "steady", &[]);
    owns(&steady, 6.0);
    let mut others: Vec<(u64, Worker)> = Vec::new();
    let (mut feed, mut changes, mut names) = (Vec::new(), 0, 0);
    let started = Instant::now();
    while started.elapsed() < time {
        let more: Vec<Message> = (feed.len()..feed.len() + 300).map(|n| article(n, PARTITIONS)).collect();
        broker.produce(&topics.input, &more);
        feed.extend(more);
        if others.len() < 3 && (others.is_empty() || dice.below(2) == 0) {
            names += 1;
            others.push((names, start(&broker, &topics, &format!("guest-{names}"), &[])));
        } else {
            let (_, leaver) =
                others.remove(usize::try_from(dice.below(others.len() as u64)).expect("small"));
            if dice.below(2) == 0 { leaver.kill() } else { leaver.stops_within(STOP) }
        }
        changes += 1;
        std::thread::sleep(Duration::from_millis(500 + dice.below(2_500)));
    }
    let quiet = Instant::now();
    judge(&broker, &topics, &feed, &steady);
    let (revoked, dropped) = (steady.metric(REVOKED), steady.metric(DISCARDED));
    say(&format!(
        "rebalance storm: {changes} changes in {:.0} s over {} records; the worker that stayed was revoked of partitions \
         {revoked} times and dropped {dropped} results; all was there {:.1?} after the last",
        time.as_secs_f64(),
        feed.len(),
        quiet.elapsed(),
    ));
    assert!(revoked > 0.0, "nothing was taken from the worker that stayed");
    for (_, worker) in others {
        worker.stops_within(STOP);
    }
    steady.stops_within(STOP);
}
