//! The worker against a real broker: started as a process, judged by what a read-committed reader sees.
//!
//! Needs `COPYDESK_TEST_BROKERS` (see `tests/kafka/start`); without it every test here says loudly that it
//! is skipped.

mod audit;
mod broker;
mod cluster;
mod dead;
mod feed;
mod group;
mod hostile;
mod judge;
mod kills;
mod late;
mod mix;
mod mixed;
mod network;
mod outage;
mod proxy;
mod rebalance;
mod report;
mod rights;
mod size;
mod topics;
mod worker;

use audit::audit_is_clean;
use broker::{Broker, Message};
use copydesk::pipeline::{Mode, Options};
use feed::{article, expected, poisoned};
use report::{Run, reported};
use size::sizes;
use std::time::{Duration, Instant};
use worker::Worker;

#[test]
fn every_kind_of_record_is_published_or_dead_lettered_and_headers_pass() {
    let Some(broker) = Broker::find() else { return };
    let topics = broker.topics("kinds", 3);
    let mut feed: Vec<Message> = (0..20).map(|n| article(n, 3)).collect();
    feed.extend(poisoned(20));
    broker.produce(&topics.input, &feed);
    let worker = Worker::start(&broker, &topics, &[]);
    worker.wait_ready();
    let out = broker.read(&topics.output, 3, || topics.expected_published(&feed), &worker);
    let dead = broker.read(&topics.dead, 3, || topics.expected_dead(&feed), &worker);
    feed::judge(&topics, &feed, &out, &dead, &Options::default());
    for message in &dead {
        let header = |name: &str| message.header(&format!("__dlq.errors.{name}")).expect(name);
        assert_eq!(header("topic"), topics.input.as_bytes());
        assert_eq!(header("group"), topics.group.as_bytes());
        assert!(!header("code").is_empty() && !header("stage").is_empty() && !header("message").is_empty());
    }
    let metrics = worker.get("/metrics");
    for (name, count) in [("consumed", feed.len()), ("published", out.len()), ("dead_lettered", dead.len())]
    {
        let line = format!("copydesk_messages_{name}_total {count}");
        assert!(metrics.contains(&line), "{line:?} is missing in\n{metrics}");
    }
    worker.stops_within(Duration::from_secs(5));
    assert_eq!(broker.committed(&topics, 3), broker.ends(&topics.input, 3), "every offset is committed");
}

#[test]
fn at_least_once_publishes_everything_in_order_too() {
    let Some(broker) = Broker::find() else { return };
    let topics = broker.topics("alo", 2);
    let feed: Vec<Message> = (0..2_000).map(|n| article(n, 2)).collect();
    broker.produce(&topics.input, &feed);
    let worker = Worker::start(&broker, &topics, &[("COPYDESK_DELIVERY__MODE", "at_least_once")]);
    let out = broker.read(&topics.output, 2, || feed.len(), &worker);
    feed::judge(&topics, &feed, &out, &[], &Options::default());
    worker.stops_within(Duration::from_secs(5));
}

#[test]
fn passthrough_copies_the_payload_unchanged() {
    let Some(broker) = Broker::find() else { return };
    let topics = broker.topics("pass", 2);
    let feed: Vec<Message> = (0..500).map(|n| article(n, 2)).collect();
    broker.produce(&topics.input, &feed);
    let worker = Worker::start(&broker, &topics, &[("COPYDESK_PIPELINE", "passthrough")]);
    let out = broker.read(&topics.output, 2, || feed.len(), &worker);
    let options = Options { mode: Mode::Passthrough, ..Options::default() };
    feed::judge(&topics, &feed, &out, &[], &options);
    worker.stops_within(Duration::from_secs(5));
}

#[test]
fn an_output_the_broker_refuses_for_its_size_becomes_a_dead_letter() {
    let Some(broker) = Broker::find() else { return };
    let topics = broker.topics("size", 1);
    broker.limit_message_bytes(&topics.output, 60_000);
    let mut feed: Vec<Message> = (0..10).map(|n| article(n, 1)).collect();
    // Numbers that do not compress well, so that the batch is too large for the broker, too.
    let numbers: Vec<String> =
        (0..20_000u64).map(|n| format!("{:x}", n.wrapping_mul(0x9e37_79b9_7f4a_7c15))).collect();
    feed[4].value = Some(numbers.join(" ").into_bytes());
    broker.produce(&topics.input, &feed);
    let worker = Worker::start(&broker, &topics, &[]);
    let dead = broker.read(&topics.dead, 1, || 1, &worker);
    assert_eq!(dead[0].header("__dlq.errors.code"), Some(&b"output_too_large"[..]));
    assert_eq!(dead[0].value, feed[4].value);
    assert_eq!(dead.len(), 1, "its neighbours in the produce batch are untouched");
    let out = broker.read(&topics.output, 1, || 9, &worker);
    assert_eq!(out.len(), 9);
    worker.stops_within(Duration::from_secs(5));
}

#[test]
fn a_dead_letter_that_does_not_fit_loses_what_makes_it_large_and_holds_nothing_up() {
    let Some(broker) = Broker::find() else { return };
    let topics = broker.topics("fit", 1);
    broker.limit_message_bytes(&topics.dead, 4_000);
    let mut feed: Vec<Message> = (0..4).map(|n| article(n, 1)).collect();
    let noise = |count: u64| -> String {
        let words: Vec<String> =
            (0..count).map(|n| format!("{:x}", n.wrapping_mul(0x9e37_79b9_7f4a_7c15))).collect();
        words.concat()
    };
    feed[1].value = Some(format!("{{\"cut\": \"{}", noise(2_000)).into_bytes());
    feed[2].value = Some(b" ".to_vec());
    feed[2].key = Some(noise(2_000).into_bytes());
    feed[2].headers.push(("large".to_owned(), noise(2_000).into_bytes()));
    broker.produce(&topics.input, &feed);
    let worker = Worker::start(&broker, &topics, &[]);
    let dead = broker.read(&topics.dead, 1, || 2, &worker);
    assert_eq!((dead.len(), broker.read(&topics.output, 1, || 2, &worker).len()), (2, 2));
    assert_eq!((dead[0].value.as_ref(), dead[0].key.as_ref()), (None, feed[1].key.as_ref()));
    let omitted = dead[0].header("__dlq.errors.value_omitted").expect("what was left out");
    assert!(omitted.starts_with(feed[1].value.as_ref().expect("a value").len().to_string().as_bytes()));
    assert_eq!((dead[1].key.as_ref(), dead[1].header("large")), (None, None));
    assert_eq!(dead[1].header("__dlq.errors.code"), Some(&b"empty"[..]));
    worker.stops_within(Duration::from_secs(5));
}

#[test]
fn a_header_name_that_is_no_utf_8_costs_that_header_and_no_more() {
    use std::os::unix::ffi::OsStrExt;
    let Some(broker) = Broker::find() else { return };
    let topics = broker.topics("names", 1);
    let file = std::env::temp_dir().join(format!("{}.txt", topics.group));
    std::fs::write(&file, article(0, 1).value.expect("a value")).expect("a file");
    let sent = std::process::Command::new("kcat")
        .args(["-P", "-b", &broker.brokers, "-t", &topics.input, "-H", "good=kept", "-H"])
        .arg(std::ffi::OsStr::from_bytes(b"\xff\xfe=odd"))
        .arg(&file)
        .status();
    let _ = std::fs::remove_file(&file);
    let Ok(status) = sent else {
        return worker::say("SKIPPED the header name test: kcat is not installed");
    };
    assert!(status.success());
    broker.produce(&topics.input, &[article(1, 1)]);
    let worker = Worker::start(&broker, &topics, &[]);
    let out = broker.read(&topics.output, 1, || 2, &worker);
    assert_eq!(out[0].header("good"), Some(&b"kept"[..]));
    assert_eq!(out.len(), 2, "its neighbour is untouched");
    worker.stops_within(Duration::from_secs(5));
}

#[test]
fn a_second_worker_takes_its_share_without_loss_or_duplicate() {
    reported("rebalance", None, |run| {
        if let Some(broker) = Broker::find() {
            take_a_share(&broker, run);
        }
    });
}

fn take_a_share(broker: &Broker, run: &mut Run) {
    let topics = broker.topics("share", 6);
    let feed: Vec<Message> = (0..30_000).map(|n| article(n, 6)).collect();
    let (first, rest) = feed.split_at(15_000);
    broker.produce(&topics.input, first);
    let one = Worker::start(broker, &topics, &[("COPYDESK_KAFKA__INSTANCE", "one")]);
    one.wait_ready();
    let two = Worker::start(broker, &topics, &[("COPYDESK_KAFKA__INSTANCE", "two")]);
    broker.produce(&topics.input, rest);
    let out = broker.read(&topics.output, 6, || feed.len(), &one);
    feed::judge(&topics, &feed, &out, &[], &Options::default());
    audit_is_clean(broker, &topics, feed.len(), 0);
    run.judged(feed.len());
    run.fault("worker added", 1);
    two.wait_for_metric("copydesk_assigned_partitions", |count| count > 0.0);
    two.stops_within(Duration::from_secs(5));
    one.stops_within(Duration::from_secs(5));
}

#[test]
fn offsets_that_retention_took_away_stop_the_worker_and_are_skipped_only_when_told() {
    let Some(broker) = Broker::find() else { return };
    let topics = broker.topics("lost", 1);
    let feed: Vec<Message> = (0..60).map(|n| article(n, 1)).collect();
    broker.produce(&topics.input, &feed[..20]);
    let worker = Worker::start(&broker, &topics, &[]);
    assert_eq!(broker.read(&topics.output, 1, || 20, &worker).len(), 20);
    worker.stops_within(Duration::from_secs(5));
    broker.produce(&topics.input, &feed[20..]);
    broker.delete_before(&topics.input, 0, 35);

    let worker = Worker::start(&broker, &topics, &[]);
    let (status, log) = worker.ends();
    assert_eq!(status.code(), Some(1), "{log}");
    assert!(log.contains("offsets 20 to 34 of") && log.contains("input.lost_offsets"), "{log}");

    let worker = Worker::start(&broker, &topics, &[("COPYDESK_INPUT__LOST_OFFSETS", "skip")]);
    let out = broker.read(&topics.output, 1, || 45, &worker);
    assert_eq!(out.len(), 45, "20 before and 25 after what is gone");
    assert!(worker.log().contains("going on at 35"), "{}", worker.log());
    worker.stops_within(Duration::from_secs(5));
}

#[test]
fn a_group_may_begin_at_the_end_or_at_a_time() {
    let Some(broker) = Broker::find() else { return };
    let topics = broker.topics("start", 1);
    // One record each millisecond from 1,700,000,000,000 on.
    let feed: Vec<Message> = (0..40).map(|n| article(n, 1)).collect();
    broker.produce(&topics.input, &feed);
    let start = ("COPYDESK_INPUT__START", "2023-11-14T22:13:20.030Z");
    let worker = Worker::start(&broker, &topics, &[start]);
    let out = broker.read(&topics.output, 1, || 10, &worker);
    assert_eq!(out.len(), 10);
    assert_eq!(out[0].timestamp_ms, 1_700_000_000_030);
    worker.stops_within(Duration::from_secs(5));

    let group = format!("{}-latest", topics.group);
    let worker = Worker::start(
        &broker,
        &topics,
        &[("COPYDESK_INPUT__START", "latest"), ("COPYDESK_KAFKA__GROUP", &group)],
    );
    worker.wait_ready();
    broker.produce(&topics.input, &feed[..5]);
    let out = broker.read(&topics.output, 1, || 15, &worker);
    assert_eq!(out.len(), 15, "ten of the first group, five of the second");
    worker.stops_within(Duration::from_secs(5));
}

#[test]
fn a_worker_stopped_in_the_middle_commits_what_it_has_and_the_next_goes_on() {
    let Some(broker) = Broker::find() else { return };
    let topics = broker.topics("stop", 4);
    let feed: Vec<Message> = (0..20_000).map(|n| article(n, 4)).collect();
    broker.produce(&topics.input, &feed);
    for part in 1..=2 {
        let worker = Worker::start(&broker, &topics, &[]);
        worker.wait_for_published(&broker, &topics, 4, feed.len() * part / 4);
        worker.stops_within(Duration::from_secs(5));
    }
    let worker = Worker::start(&broker, &topics, &[]);
    let out = broker.read(&topics.output, 4, || feed.len(), &worker);
    feed::judge(&topics, &feed, &out, &[], &Options::default());
    worker.stops_within(Duration::from_secs(5));
}

/// The run the project's figures come from: set, order and bytes against the pure function, through two
/// kills in the middle. Prints rate, memory peak and the enrichment-only rate of the same machine.
#[test]
fn a_large_run_with_two_kills_is_exactly_once() {
    reported("two kills", None, |run| {
        if let Some(broker) = Broker::find() {
            kill_twice(&broker, sizes().records, run);
        }
    });
}

fn kill_twice(broker: &Broker, count: usize, run: &mut Run) {
    let topics = broker.topics("large", 12);
    let feed: Vec<Message> = (0..count).map(|n| article(n, 12)).collect();
    broker.produce(&topics.input, &feed);
    let started = Instant::now();
    let mut peak_kib = 0;
    for part in 1..=2 {
        let worker = Worker::start(broker, &topics, &[]);
        worker.wait_for_published(broker, &topics, 12, count * part / 3);
        peak_kib = peak_kib.max(worker.peak_memory_kib());
        worker.kill();
        run.fault("kill -9", 1);
    }
    let worker = Worker::start(broker, &topics, &[]);
    let out = broker.read(&topics.output, 12, || count, &worker);
    let took = started.elapsed();
    peak_kib = peak_kib.max(worker.peak_memory_kib());
    let reached = worker.metric("copydesk_messages_published_total");
    worker.stops_within(Duration::from_secs(5));
    let enriched = Instant::now();
    feed::judge(&topics, &feed, &out, &[], &Options::default());
    let judged = enriched.elapsed();
    worker::say(&format!(
        "large run: {count} records, 12 partitions, 2 kill -9: {:.1} s with both recoveries, {:.0} records/s; \
         {reached} published since the last start; memory peak {} MiB; the pure function over the same \
         records in this process, one thread: {:.0} records/s",
        took.as_secs_f64(),
        count as f64 / took.as_secs_f64(),
        peak_kib / 1024,
        count as f64 / judged.as_secs_f64(),
    ));
    assert!(peak_kib < 300 * 1024, "memory peak of {} MiB", peak_kib / 1024);
    assert_eq!(out.len(), expected(&topics, &feed, &Options::default()).published);
    audit_is_clean(broker, &topics, count, 0);
    run.judged(count);
}
