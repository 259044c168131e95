//! `kill -9` at random moments, over and over: a reader that looks on the whole time must see every record once, in order
//! and with the right bytes.
//!
//! `COPYDESK_TEST_KILLS` and `COPYDESK_TEST_KILL_RECORDS` set the size, `COPYDESK_TEST_SEED` repeats a run, and
//! `COPYDESK_TEST_PIPELINE=passthrough` leaves the enrichment out. Prints what was seen.

use super::broker::{Broker, Topics};
use super::feed::article;
use super::worker::{Worker, say};
use copydesk::enrich::Scratch;
use copydesk::model::{Offset, Outcome, Partition, RawRecord};
use copydesk::pipeline::{Mode, Options, Pipeline};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

const PARTITIONS: i32 = 6;
const PUBLISHED: &str = "copydesk_messages_published_total";
/// A worker lives at most so long before it is killed.
const LIFE_MIN_MS: u64 = 50;
const LIFE_MAX_MS: u64 = 2_000;
/// Without news for so long the run is stuck.
const STUCK: Duration = Duration::from_secs(90);

#[derive(Clone, Copy)]
struct Size {
    kills: usize,
    records: usize,
    seed: u64,
    is_passthrough: bool,
}

fn number<T: std::str::FromStr>(name: &str, default: T) -> T {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

impl Size {
    fn of_environment() -> Self {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
        Self {
            kills: number("COPYDESK_TEST_KILLS", 8),
            records: number("COPYDESK_TEST_KILL_RECORDS", 6_000),
            seed: number("COPYDESK_TEST_SEED", u64::from(now.subsec_nanos())),
            is_passthrough: number("COPYDESK_TEST_PIPELINE", String::new()) == "passthrough",
        }
    }
}

/// Numbers that look random (`SplitMix64`, Steele et al. 2014), the same for the same seed.
struct Dice(u64);

impl Dice {
    fn between(&mut self, least: u64, most: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        least + (mixed ^ (mixed >> 31)) % (most - least + 1)
    }
}

/// Compares each record with what the pure function makes of the article that must stand there.
struct Judge<'a> {
    topics: &'a Topics,
    pipeline: Pipeline,
    scratch: Scratch,
    /// The next source offset of each partition.
    next: Vec<i64>,
}

impl<'a> Judge<'a> {
    fn new(topics: &'a Topics, is_passthrough: bool) -> Self {
        let mode = if is_passthrough { Mode::Passthrough } else { Mode::Enrich };
        let pipeline = Pipeline::new(Options { mode, ..Options::default() });
        let next = vec![0; usize::try_from(PARTITIONS).expect("positive")];
        Self { topics, pipeline, scratch: Scratch::default(), next }
    }

    fn see(&mut self, partition: i32, source: &str, value: Option<&[u8]>) {
        let next = &mut self.next[usize::try_from(partition).expect("positive")];
        let offset = *next;
        *next += 1;
        let place = format!("{}/{partition}/{offset}", self.topics.input);
        assert_eq!(source, place, "lost, twice or out of order in partition {partition}");
        let number =
            usize::try_from(offset * i64::from(PARTITIONS) + i64::from(partition)).expect("positive");
        let message = article(number, PARTITIONS);
        let record = RawRecord {
            topic: &self.topics.input,
            partition: Partition(partition),
            offset: Offset(offset),
            timestamp_ms: Some(message.timestamp_ms),
            value: message.value.as_deref(),
        };
        let Outcome::Publish(expected) = self.pipeline.run(&record, &mut self.scratch) else {
            panic!("{place} must be published");
        };
        assert!(expected.as_deref() == value, "the bytes of {place} differ");
    }

    fn seen(&self) -> usize {
        usize::try_from(self.next.iter().sum::<i64>()).expect("positive")
    }
}

/// Reads on while the workers die; ends when all is there, or when told that nothing more comes.
fn look_on(broker: &Broker, topics: &Topics, size: Size, count: &AtomicU64, is_over: &AtomicBool) {
    let mut judge = Judge::new(topics, size.is_passthrough);
    let see = |partition: i32, source: &str, value: Option<&[u8]>| {
        judge.see(partition, source, value);
        count.fetch_add(1, Ordering::Relaxed);
    };
    broker.follow(&topics.output, PARTITIONS, see, || !is_over.load(Ordering::Relaxed));
    assert_eq!(judge.seen(), size.records, "records that the reader saw");
}

fn start(broker: &Broker, topics: &Topics, size: Size) -> Worker {
    let pipeline = if size.is_passthrough { "passthrough" } else { "enrich" };
    Worker::start(broker, topics, &[("COPYDESK_PIPELINE", pipeline)])
}

#[test]
fn random_kills_lose_nothing_and_repeat_nothing() {
    let Some(broker) = Broker::find() else { return };
    let size = Size::of_environment();
    say(&format!("random kills: COPYDESK_TEST_SEED={} repeats this run", size.seed));
    let topics = broker.topics("kills", PARTITIONS);
    let (seen, is_over) = (AtomicU64::new(0), AtomicBool::new(false));
    let begun = Instant::now();
    let (mut recoveries, in_the_middle) = std::thread::scope(|scope| {
        let reader = scope.spawn(|| look_on(&broker, &topics, size, &seen, &is_over));
        let done = kill_again_and_again(&broker, &topics, size, &seen);
        is_over.store(true, Ordering::Relaxed);
        reader.join().expect("the reader saw every record once, in order");
        done
    });
    let aborted = broker.count_uncommitted(&topics.output, PARTITIONS) - size.records;
    recoveries.sort_unstable();
    let at = |share: usize| recoveries[(recoveries.len() * share / 100).min(recoveries.len() - 1)];
    say(&format!(
        "random kills: {} records{}, {} kill -9 in {:.0} s, 0 lost, 0 twice, order and bytes right; {aborted} records \
         of aborted transactions in the log, seen by nobody; from start to first commit: median {:.2?}, p99 {:.2?}",
        size.records,
        if size.is_passthrough { " passed through" } else { "" },
        size.kills,
        begun.elapsed().as_secs_f64(),
        at(50),
        at(99),
    ));
    assert!(
        in_the_middle * 2 >= size.kills,
        "only {in_the_middle} of {} kills hit a worker at work",
        size.kills
    );
}

/// Gives each worker its share of the feed, and ends all but the last by force; the times to the first commit, and how
/// many were killed with work left.
fn kill_again_and_again(
    broker: &Broker,
    topics: &Topics,
    size: Size,
    seen: &AtomicU64,
) -> (Vec<Duration>, usize) {
    let mut dice = Dice(size.seed);
    let (mut recoveries, mut in_the_middle) = (Vec::new(), 0);
    let share = size.records / (size.kills + 1);
    for round in 0..=size.kills {
        let end = if round == size.kills { size.records } else { (round + 1) * share };
        let feed: Vec<_> = (round * share..end).map(|number| article(number, PARTITIONS)).collect();
        broker.produce(&topics.input, &feed);
        let started = Instant::now();
        let worker = start(broker, topics, size);
        worker.wait_for_metric(PUBLISHED, |count| count > 0.0);
        recoveries.push(started.elapsed());
        if round == size.kills {
            wait_for_all(&worker, seen, size.records);
            worker.stops_within(Duration::from_secs(8));
        } else {
            // In the middle of its work, or after a while.
            let so_many = (round * share) as u64 + dice.between(0, share as u64 * 3 / 4);
            let life = Duration::from_millis(dice.between(LIFE_MIN_MS, LIFE_MAX_MS));
            let born = Instant::now();
            while seen.load(Ordering::Relaxed) < so_many && born.elapsed() < life {
                std::thread::sleep(Duration::from_millis(1));
            }
            in_the_middle += usize::from(seen.load(Ordering::Relaxed) < end as u64);
            worker.kill();
        }
    }
    (recoveries, in_the_middle)
}

fn wait_for_all(worker: &Worker, seen: &AtomicU64, records: usize) {
    let (mut last, mut since) = (0, Instant::now());
    loop {
        let now = seen.load(Ordering::Relaxed);
        if now >= records as u64 {
            return;
        }
        if now != last {
            (last, since) = (now, Instant::now());
        }
        worker.assert_alive();
        assert!(
            since.elapsed() < STUCK,
            "{now} of {records} records, then silence; log:\n{}",
            worker.log()
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}
