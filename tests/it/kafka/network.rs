//! The network between worker and broker: cut, silent, full of resets, slow. The worker reaches its broker through the
//! proxy alone, while the test writes and reads past it.

use super::audit::audit_is_clean;
use super::broker::{Broker, Message};
use super::feed::{self, article};
use super::proxy::{Counts, Proxy, Weather};
use super::size::sizes;
use super::worker::{Worker, say};
use copydesk::pipeline::Options;
use std::time::{Duration, Instant};

const PARTITIONS: i32 = 3;
/// Back to steady work so long after the network is.
const RECOVERY_MAX: Duration = Duration::from_secs(15);
const PUBLISHED: &str = "copydesk_messages_published_total";
/// Records before the trouble, in it, and after it.
const SHARES: [usize; 3] = [1_400, 400, 200];

/// Whether `COPYDESK_TEST_SIZE` asks for no more than the size that is run with every change.
pub fn is_ci() -> bool {
    sizes().name == "ci"
}

/// How long the trouble lasts.
fn trouble() -> Duration {
    Duration::from_secs(if is_ci() { 4 } else { 30 })
}

/// Records at work, bad weather in the middle, more records: nothing lost, nothing twice, soon steady again.
fn survives(name: &str, storm: impl Fn(&Proxy), happened: impl Fn(Counts) -> usize) {
    let Some(broker) = Broker::find() else { return };
    let topics = broker.topics(name, PARTITIONS);
    let proxy = Proxy::start(&broker.brokers);
    let feed: Vec<Message> = (0..SHARES.iter().sum()).map(|number| article(number, PARTITIONS)).collect();
    let (first, rest) = feed.split_at(SHARES[0]);
    let (second, third) = rest.split_at(SHARES[1]);
    broker.produce(&topics.input, first);
    let worker = Worker::start(&Broker { brokers: proxy.brokers.clone() }, &topics, &[]);
    worker.wait_for_metric(PUBLISHED, |count| count > 200.0);
    broker.produce(&topics.input, second);
    let done = worker.metric(PUBLISHED);
    storm(&proxy);
    let before = worker.metric(PUBLISHED);
    proxy.set_weather(Weather::Fair);
    let fair = Instant::now();
    broker.produce(&topics.input, third);
    worker.wait_for_metric(PUBLISHED, |count| count > before);
    let recovery = fair.elapsed();
    let out = broker.read(&topics.output, PARTITIONS, || feed.len(), &worker);
    feed::judge(&topics, &feed, &out, &[], &Options::default());
    audit_is_clean(&broker, &topics, feed.len(), 0);
    let count = happened(proxy.counts());
    let metrics = worker.get("/metrics");
    let rebuilds =
        metrics.lines().filter_map(|line| line.strip_prefix("copydesk_producer_rebuilds_total{cause="));
    let causes: Vec<&str> = rebuilds.filter(|line| !line.ends_with(" 0")).collect();
    say(&format!(
        "{name}: {:?} of it at {done} records, {count} times; {} records published meanwhile, again {recovery:.1?} \
         after it; producers by cause: {}",
        trouble(),
        before - done,
        causes.join(", "),
    ));
    assert!(count > 0 && done < 1_800.0, "{count} faults; {done} records were done before");
    assert!(recovery < RECOVERY_MAX, "{recovery:?} from fair weather to the next commit");
    worker.stops_within(Duration::from_secs(8));
}

fn under(weather: Weather) -> impl Fn(&Proxy) {
    move |proxy| {
        proxy.set_weather(weather);
        std::thread::sleep(trouble());
    }
}

#[test]
fn a_network_that_is_cut_costs_nothing() {
    survives("cut", under(Weather::Cut), |counts| counts.cut);
}

/// Every connection of that time is dead for good, and only the client's own time limits can tell.
#[test]
fn a_network_that_swallows_everything_costs_nothing() {
    survives("silent", under(Weather::Silent), |counts| counts.swallowed);
}

#[test]
fn a_storm_of_resets_costs_nothing() {
    let storm = |proxy: &Proxy| {
        let started = Instant::now();
        for round in 0u32.. {
            // Five lengths from 100 to 500 ms, in an order without rhythm.
            std::thread::sleep(Duration::from_millis(100) * (1 + round * round % 5));
            proxy.reset_all();
            if started.elapsed() > trouble() {
                return;
            }
        }
    };
    survives("resets", storm, |counts| counts.reset);
}

#[test]
fn a_slow_network_costs_nothing_but_time() {
    let slow = Weather::Slow { delay: Duration::from_millis(20), bytes_per_second: 200_000 };
    survives("slow", under(slow), |counts| counts.slowed);
}
