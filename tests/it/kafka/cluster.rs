//! A cluster of three whose nodes go down one after the other, by `kill -9`, while the worker works. Nightly size only:
//! set `COPYDESK_TEST_CLUSTER=1`.

use super::audit::audit_is_clean;
use super::broker::{Broker, Message};
use super::feed::{self, article};
use super::outage::Own;
use super::worker::{Worker, say};
use copydesk::pipeline::Options;
use std::time::{Duration, Instant};

const PARTITIONS: i32 = 6;
const NODES: usize = 3;
/// Back to work so long after a node has gone, with the two that are left.
const RECOVERY_MAX: Duration = Duration::from_secs(15);
const PUBLISHED: &str = "copydesk_messages_published_total";
const SHARE: usize = 4_000;

#[test]
fn each_node_of_a_cluster_may_go_down_and_come_back() {
    if std::env::var("COPYDESK_TEST_CLUSTER").as_deref() != Ok("1") {
        return say("SKIPPED the cluster of three nodes; set COPYDESK_TEST_CLUSTER=1");
    }
    let Some(own) = Own::start_with("cluster", &["--nodes", "3"]) else { return };
    let topics = own.broker.topics("cluster", PARTITIONS);
    let feed: Vec<Message> =
        (0..SHARE * (2 * NODES + 1)).map(|number| article(number, PARTITIONS)).collect();
    let mut shares = feed.chunks(SHARE);
    let mut produce =
        |broker: &Broker| broker.produce(&topics.input, shares.next().expect("a share is left"));
    produce(&own.broker);
    let worker = Worker::start(&own.broker, &topics, &[]);
    worker.wait_for_metric(PUBLISHED, |count| count > 500.0);
    for node in 1..=NODES {
        produce(&own.broker);
        let before = worker.metric(PUBLISHED);
        own.kill_node(node);
        let gone = Instant::now();
        // What was in librdkafka's hands when the node died may still be counted; the next share may not.
        worker.wait_for_metric(PUBLISHED, |count| count > before + 1.0);
        let first = gone.elapsed();
        produce(&own.broker);
        let wanted = (SHARE * 2 * node + SHARE / 2) as f64;
        worker.wait_for_metric(PUBLISHED, |count| count > wanted);
        let steady = gone.elapsed();
        own.bring_back_node(node);
        let back = Instant::now();
        wait_in_sync(&own.broker);
        say(&format!(
            "node {node} killed: next commit after {first:.1?}, {wanted} records after {steady:.1?}; in sync {:.1?} after its \
             return",
            back.elapsed()
        ));
        assert!(first < RECOVERY_MAX, "{first:?} from the death of node {node} to the next commit");
    }
    let out = own.broker.read(&topics.output, PARTITIONS, || feed.len(), &worker);
    feed::judge(&topics, &feed, &out, &[], &Options::default());
    audit_is_clean(&own.broker, &topics, feed.len(), 0);
    worker.stops_within(Duration::from_secs(8));
}

/// Waits until every partition, the inner topics' too, has all of its replicas in sync.
fn wait_in_sync(broker: &Broker) {
    let started = Instant::now();
    while broker.out_of_sync() > 0 {
        assert!(started.elapsed() < Duration::from_secs(60), "the node does not catch up");
        std::thread::sleep(Duration::from_millis(200));
    }
}
