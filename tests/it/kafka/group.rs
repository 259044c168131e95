//! Who owns what: workers that freeze, share an identity, or restart one after the other.

use super::audit::audit_is_clean;
use super::broker::{Broker, Message, Topics};
use super::feed::{self, article};
use super::report::{Run, reported};
use super::worker::{Worker, say};
use copydesk::pipeline::Options;
use std::time::{Duration, Instant};

const PARTITIONS: i32 = 6;
/// The shortest that Kafka's defaults allow, and a transaction timeout below it.
pub const SHORT_SESSION: [(&str, &str); 2] =
    [("COPYDESK_KAFKA__SESSION_TIMEOUT_MS", "6000"), ("COPYDESK_DELIVERY__TRANSACTION_TIMEOUT_MS", "4000")];
const REVOKED: &str = "copydesk_rebalances_total{kind=\"revoke\"}";

fn articles(count: usize) -> Vec<Message> {
    (0..count).map(|number| article(number, PARTITIONS)).collect()
}

fn start(broker: &Broker, topics: &Topics, instance: &str) -> Worker {
    let mut environment = SHORT_SESSION.to_vec();
    environment.push(("COPYDESK_KAFKA__INSTANCE", instance));
    Worker::start(broker, topics, &environment)
}

/// Reads until all of it is published, and judges it by set, order and bytes.
fn judge_all(broker: &Broker, topics: &Topics, feed: &[Message], worker: &Worker, run: &mut Run) {
    let out = broker.read(&topics.output, PARTITIONS, || feed.len(), worker);
    feed::judge(topics, feed, &out, &[], &Options::default());
    audit_is_clean(broker, topics, feed.len(), 0);
    run.judged(feed.len());
}

/// A worker that is frozen longer than its session lasts wakes up with an open transaction and partitions that are
/// another's by then.
#[test]
fn a_worker_frozen_past_its_session_publishes_nothing_twice() {
    reported("worker frozen", None, |run| {
        if let Some(broker) = Broker::find() {
            freeze_past_the_session(&broker, run);
        }
    });
}

fn freeze_past_the_session(broker: &Broker, run: &mut Run) {
    let topics = broker.topics("frozen", PARTITIONS);
    let feed = articles(6_000);
    let (first, rest) = feed.split_at(3_000);
    let zombie = start(broker, &topics, "zombie");
    let heir = start(broker, &topics, "heir");
    for worker in [&zombie, &heir] {
        worker.wait_for_metric("copydesk_assigned_partitions", |count| (count - 3.0).abs() < 0.1);
    }
    broker.produce(&topics.input, first);
    zombie.wait_for_metric("copydesk_messages_published_total", |count| count > 0.0);
    zombie.freeze();
    heir.wait_for_metric("copydesk_assigned_partitions", |count| (count - 6.0).abs() < 0.1);
    broker.produce(&topics.input, rest);
    heir.wait_for_metric("copydesk_messages_published_total", |count| count > 2_000.0);
    zombie.thaw();
    run.fault("worker frozen", 1);
    judge_all(broker, &topics, &feed, &heir, run);
    zombie.wait_for_metric("copydesk_rebalances_total{kind=\"lost\"}", |count| count > 0.0);
    zombie.stops_within(Duration::from_secs(8));
    heir.stops_within(Duration::from_secs(8));
}

/// The one that came first is fenced, says why, and stops; the other does all of the work.
#[test]
fn of_two_processes_with_one_identity_one_stops_and_says_why() {
    reported("rebalance", None, |run| {
        if let Some(broker) = Broker::find() {
            share_an_identity(&broker, run);
        }
    });
}

fn share_an_identity(broker: &Broker, run: &mut Run) {
    let topics = broker.topics("twins", PARTITIONS);
    let feed = articles(3_000);
    let first = start(broker, &topics, "twin");
    first.wait_for_metric("copydesk_assigned_partitions", |count| count > 5.0);
    broker.produce(&topics.input, &feed[..1_500]);
    first.wait_for_metric("copydesk_messages_published_total", |count| count > 0.0);
    let second = start(broker, &topics, "twin");
    let (status, log) = first.ends();
    assert_eq!(status.code(), Some(1), "{log}");
    assert!(log.contains("kafka.instance"), "it says what to change:\n{log}");
    broker.produce(&topics.input, &feed[1_500..]);
    run.fault("shared identity", 1);
    judge_all(broker, &topics, &feed, &second, run);
    second.stops_within(Duration::from_secs(8));
}

/// With static ids a worker that is back within its session finds its partitions as it left them.
#[test]
fn a_rolling_restart_takes_nothing_from_the_others() {
    reported("rebalance", None, |run| {
        if let Some(broker) = Broker::find() {
            restart_one_after_the_other(&broker, run);
        }
    });
}

fn restart_one_after_the_other(broker: &Broker, run: &mut Run) {
    let topics = broker.topics("rolling", PARTITIONS);
    let feed = articles(6_000);
    let names = ["one", "two", "three"];
    let mut workers: Vec<Worker> = names.iter().map(|name| start(broker, &topics, name)).collect();
    for worker in &workers {
        worker.wait_for_metric("copydesk_assigned_partitions", |count| (count - 2.0).abs() < 0.1);
    }
    let before: Vec<f64> = workers.iter().map(|worker| worker.metric(REVOKED)).collect();
    broker.produce(&topics.input, &feed[..2_000]);
    let mut slowest = Duration::ZERO;
    for (at, name) in names.iter().enumerate() {
        let begun = Instant::now();
        workers.remove(at).stops_within(Duration::from_secs(5));
        workers.insert(at, start(broker, &topics, name));
        workers[at].wait_for_metric("copydesk_assigned_partitions", |count| (count - 2.0).abs() < 0.1);
        slowest = slowest.max(begun.elapsed());
        for (other, worker) in workers.iter().enumerate().skip(at + 1) {
            let revoked = worker.metric(REVOKED);
            assert!((revoked - before[other]).abs() < 0.1, "{name}'s restart took from {}", names[other]);
        }
        broker.produce(&topics.input, &feed[2_000 + at * 1_000..3_000 + at * 1_000]);
    }
    broker.produce(&topics.input, &feed[5_000..]);
    run.fault("restart", names.len());
    judge_all(broker, &topics, &feed, &workers[0], run);
    say(&format!("rolling restart of three workers: {:.1} s for the slowest", slowest.as_secs_f64()));
    for worker in workers {
        worker.stops_within(Duration::from_secs(8));
    }
}
