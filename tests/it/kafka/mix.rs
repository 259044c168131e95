//! What bad records cost their neighbours: the same feed clean, and with two in a hundred that are poison.
//!
//! `COPYDESK_TEST_MIX_RECORDS` and `COPYDESK_TEST_MIX_PAIRS` set the size. The rates are printed, not judged: machines
//! differ, so a comparison holds only within one run.

use super::broker::{Broker, Message};
use super::feed::{self, article, poisoned};
use super::size::number;
use super::worker::{Worker, say};
use copydesk::pipeline::Options;
use std::time::{Duration, Instant};

const PARTITIONS: i32 = 6;
/// One poison record among so many.
const POISON_EVERY: usize = 50;
const SETTLED: [&str; 2] = ["copydesk_messages_published_total", "copydesk_messages_dead_lettered_total"];

fn clean(count: usize) -> Vec<Message> {
    (0..count).map(|number| article(number, PARTITIONS)).collect()
}

/// The clean feed, in which each fiftieth record has the value of a poison record, each of these in turn.
fn poisonous(count: usize) -> Vec<Message> {
    let poison = poisoned(0);
    let mut feed = clean(count);
    for (nth, message) in feed.iter_mut().skip(POISON_EVERY / 2).step_by(POISON_EVERY).enumerate() {
        message.value.clone_from(&poison[nth % poison.len()].value);
    }
    feed
}

/// Enriches a feed and judges all of it; records/s from the first commit to the last.
fn rate(broker: &Broker, name: &str, feed: &[Message]) -> f64 {
    let topics = broker.topics(name, PARTITIONS);
    let wanted = feed::expected(&topics, feed, &Options::default());
    broker.produce(&topics.input, feed);
    let worker = Worker::start(broker, &topics, &[]);
    worker.wait_for_metric(SETTLED[0], |count| count > 0.0);
    let settled = || SETTLED.iter().map(|name| worker.metric(name)).sum::<f64>();
    let (begun, before) = (Instant::now(), settled());
    let all = (wanted.published + wanted.dead) as f64;
    worker.wait_while_it_moves("all records settled", || settled() >= all, settled);
    let rate = (all - before) / begun.elapsed().as_secs_f64();
    let out = broker.read(&topics.output, PARTITIONS, || wanted.published, &worker);
    let dead = broker.read(&topics.dead, PARTITIONS, || wanted.dead, &worker);
    feed::judge(&topics, feed, &out, &dead, &Options::default());
    worker.stops_within(Duration::from_secs(8));
    rate
}

#[test]
fn two_percent_of_poison_leave_the_neighbours_untouched() {
    let Some(broker) = Broker::find() else { return };
    let records = number("MIX_RECORDS").unwrap_or(2_000);
    let pairs = number("MIX_PAIRS").unwrap_or(1);
    let (clean, poisonous) = (clean(records), poisonous(records));
    let mut shares: Vec<f64> = (0..pairs)
        .map(|pair| {
            // Each of the two goes first in turn.
            let poisonous_first = (pair % 2 == 1).then(|| rate(&broker, "mix-poison", &poisonous));
            let clean = rate(&broker, "mix-clean", &clean);
            let poisonous = poisonous_first.unwrap_or_else(|| rate(&broker, "mix-poison", &poisonous));
            say(&format!("poison mix: {records} records: clean {clean:.0}/s, 2 % poison {poisonous:.0}/s"));
            poisonous / clean
        })
        .collect();
    shares.sort_unstable_by(f64::total_cmp);
    say(&format!("poison mix: {:.1} % of the clean rate (median of {pairs})", shares[pairs / 2] * 100.0));
}
