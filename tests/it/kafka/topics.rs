//! Topics that change under the worker: deleted and made anew, with other partitions, with a lower limit of size.
//!
//! What had been published to a topic that somebody deletes is gone; everything else must be there once.

use super::audit::{audit_is_clean, audit_of_the_rest_is_clean};
use super::broker::{Broker, Message, Topics};
use super::feed::{self, article, poisoned};
use super::worker::{Worker, say};
use copydesk::pipeline::Options;
use std::time::{Duration, Instant};

const PARTITIONS: i32 = 3;
/// Back to work so long after the topic is.
const RECOVERY_MAX: Duration = Duration::from_secs(15);
const PUBLISHED: &str = "copydesk_messages_published_total";
const CONSUMED: &str = "copydesk_messages_consumed_total";
const STOP: Duration = Duration::from_secs(8);

/// Takes a topic away, writes records that want it, gives it back with so many partitions, and waits for the next commit.
fn delete_and_make_anew(
    broker: &Broker,
    (topics, topic): (&Topics, &str),
    partitions: i32,
    records: &[Message],
    worker: &Worker,
) {
    let before = worker.metric(CONSUMED);
    broker.delete_topic(topic);
    broker.produce(&topics.input, records);
    worker.wait_not_ready(&format!("topic `{topic}` does not exist"));
    assert!((worker.metric(CONSUMED) - before).abs() < 0.1, "nothing counts as done without its topic");
    let making = Instant::now();
    broker.make_topic(topic, partitions);
    worker.wait_for_metric(CONSUMED, |count| count > before);
    let recovery = making.elapsed();
    worker.wait_ready();
    say(&format!(
        "{topic} was deleted and made anew with {partitions} partitions: work goes on {recovery:.1?} after it"
    ));
    assert!(recovery < RECOVERY_MAX, "{recovery:?} from the topic's return to the next commit");
}

/// A worker that has published 200 of the records, and what a reader saw of them.
fn at_work(broker: &Broker, topics: &Topics, feed: &[Message]) -> (Worker, Vec<Message>) {
    broker.produce(&topics.input, &feed[..200]);
    let worker = Worker::start(broker, topics, &[]);
    let out = broker.read(&topics.output, PARTITIONS, || 200, &worker);
    worker.wait_for_metric(PUBLISHED, |count| count > 199.0);
    (worker, out)
}

#[test]
fn an_output_topic_that_is_deleted_and_made_anew_gets_what_was_not_published() {
    let Some(broker) = Broker::find() else { return };
    let topics = broker.topics("deleted", PARTITIONS);
    let feed: Vec<Message> = (0..600).map(|number| article(number, PARTITIONS)).collect();
    let (worker, mut out) = at_work(&broker, &topics, &feed);
    let ends = broker.ends(&topics.input, PARTITIONS);
    delete_and_make_anew(&broker, (&topics, &topics.output), PARTITIONS, &feed[200..400], &worker);
    broker.produce(&topics.input, &feed[400..]);
    out.extend(broker.read(&topics.output, PARTITIONS, || 400, &worker));
    feed::judge(&topics, &feed, &out, &[], &Options::default());
    for (partition, end) in ends {
        broker.delete_before(&topics.input, partition, end);
    }
    audit_of_the_rest_is_clean(&broker, &topics);
    worker.stops_within(STOP);
}

#[test]
fn an_output_topic_that_comes_back_with_other_partitions_is_filled_by_key() {
    let Some(broker) = Broker::find() else { return };
    let topics = broker.topics("resized", PARTITIONS);
    let feed: Vec<Message> = (0..600).map(|number| article(number, PARTITIONS)).collect();
    let (worker, mut out) = at_work(&broker, &topics, &feed);
    delete_and_make_anew(&broker, (&topics, &topics.output), 2, &feed[200..400], &worker);
    broker.produce(&topics.input, &feed[400..]);
    let anew = broker.read(&topics.output, 2, || 400, &worker);
    assert!((0..2).all(|partition| anew.iter().any(|message| message.partition == partition)));
    // The two topics are judged as one; their partitions are not the same.
    out.extend(
        anew.into_iter().map(|message| Message { partition: message.partition + PARTITIONS, ..message }),
    );
    feed::judge_scattered(&topics, &feed, &out, &[]);
    worker.stops_within(STOP);
}

#[test]
fn a_dead_letter_topic_that_is_deleted_holds_its_letters_up_and_loses_none() {
    let Some(broker) = Broker::find() else { return };
    let topics = broker.topics("undead", PARTITIONS);
    let mut feed: Vec<Message> = (0..300).map(|number| article(number, PARTITIONS)).collect();
    feed.extend(poisoned(300));
    feed.extend((300..360).map(|number| article(number, PARTITIONS)));
    let (worker, _) = at_work(&broker, &topics, &feed);
    delete_and_make_anew(&broker, (&topics, &topics.dead), PARTITIONS, &feed[200..], &worker);
    let out = broker.read(&topics.output, PARTITIONS, || topics.expected_published(&feed), &worker);
    let dead = broker.read(&topics.dead, PARTITIONS, || topics.expected_dead(&feed), &worker);
    feed::judge(&topics, &feed, &out, &dead, &Options::default());
    audit_is_clean(&broker, &topics, out.len(), dead.len());
    worker.stops_within(STOP);
}

#[test]
fn a_limit_of_size_that_is_lowered_at_work_costs_the_one_record_above_it() {
    let Some(broker) = Broker::find() else { return };
    let topics = broker.topics("lowered", PARTITIONS);
    let mut feed: Vec<Message> = (0..450).map(|number| article(number, PARTITIONS)).collect();
    // Numbers that do not compress well, so that the batch is too large for the broker, too.
    let numbers: Vec<String> =
        (0..20_000u64).map(|n| format!("{:x}", n.wrapping_mul(0x9e37_79b9_7f4a_7c15))).collect();
    feed[300].value = Some(numbers.join(" ").into_bytes());
    let (worker, _) = at_work(&broker, &topics, &feed);
    broker.limit_message_bytes(&topics.output, 60_000);
    broker.produce(&topics.input, &feed[200..]);
    let dead = broker.read(&topics.dead, PARTITIONS, || 1, &worker);
    assert_eq!(dead.len(), 1, "its neighbours are untouched");
    assert_eq!(dead[0].header("__dlq.errors.code"), Some(&b"output_too_large"[..]));
    assert_eq!(dead[0].value, feed[300].value);
    let out = broker.read(&topics.output, PARTITIONS, || feed.len() - 1, &worker);
    feed::judge_scattered(&topics, &feed, &out, &[(0, 100)]);
    audit_is_clean(&broker, &topics, out.len(), 1);
    worker.stops_within(STOP);
}
