//! `kill -9` at random moments, over and over: a reader that looks on the whole time must see every record once, in order
//! and with the right bytes.
//!
//! `COPYDESK_TEST_KILLS` and `COPYDESK_TEST_KILL_RECORDS` set the size, `COPYDESK_TEST_SEED` repeats a run, and
//! `COPYDESK_TEST_PIPELINE=passthrough` leaves the enrichment out. Prints what was seen.

use super::audit::audit_is_clean;
use super::broker::{Broker, Topics};
use super::feed::article;
use super::judge::{Ending, Judge, Seen, look_on};
use super::report::{Run, reported};
use super::size::{Dice, number, seed, sizes};
use super::worker::{Worker, say};
use copydesk::pipeline::{Mode, Options};
use std::panic::resume_unwind;
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

impl Size {
    fn of_environment() -> Self {
        let sizes = sizes();
        let is_passthrough = number::<String>("PIPELINE").is_some_and(|name| name == "passthrough");
        Self { kills: sizes.kills, records: sizes.kill_records, seed: seed(), is_passthrough }
    }
}

fn start(broker: &Broker, topics: &Topics, size: Size) -> Worker {
    let pipeline = if size.is_passthrough { "passthrough" } else { "enrich" };
    Worker::start(broker, topics, &[("COPYDESK_PIPELINE", pipeline)])
}

#[test]
fn random_kills_lose_nothing_and_repeat_nothing() {
    let size = Size::of_environment();
    let name = if size.is_passthrough { "random kills, passed through" } else { "random kills" };
    reported(name, Some(size.seed), |run| {
        if let Some(broker) = Broker::find() {
            kill_and_judge(&broker, size, run);
        }
    });
}

fn kill_and_judge(broker: &Broker, size: Size, run: &mut Run) {
    say(&format!("random kills: COPYDESK_TEST_SEED={} repeats this run", size.seed));
    let topics = broker.topics("kills", PARTITIONS);
    let mode = if size.is_passthrough { Mode::Passthrough } else { Mode::Enrich };
    let judge = Judge::new(&topics, PARTITIONS, article, Options { mode, ..Options::default() });
    let seen = Seen::default();
    let begun = Instant::now();
    let in_the_middle = std::thread::scope(|scope| {
        let reader = scope.spawn(|| look_on(broker, judge, &seen));
        let _ending = Ending(&seen);
        let killed =
            Killing { broker, topics: &topics, size, seen: &seen }.run(run, || reader.is_finished());
        seen.end(size.records);
        let judged = reader.join().unwrap_or_else(|finding| resume_unwind(finding));
        assert_eq!(judged, (size.records, 0), "records published and dead letters");
        killed
    });
    let aborted = broker.count_uncommitted(&topics.output, PARTITIONS) - size.records;
    audit_is_clean(broker, &topics, size.records, 0);
    assert_eq!(broker.committed(&topics, PARTITIONS), broker.ends(&topics.input, PARTITIONS), "offsets");
    let [median, p99, _] = run.recovery().expect("each worker has recovered");
    say(&format!(
        "random kills: {} records{}, {} kill -9 in {:.0} s, 0 lost, 0 twice, order and bytes right; {aborted} records \
         of aborted transactions in the log, seen by nobody; from start to first commit: median {median:.2?}, p99 {p99:.2?}",
        size.records,
        if size.is_passthrough { " passed through" } else { "" },
        size.kills,
        begun.elapsed().as_secs_f64(),
    ));
    assert!(
        in_the_middle * 2 >= size.kills,
        "only {in_the_middle} of {} kills hit a worker at work",
        size.kills
    );
}

struct Killing<'a> {
    broker: &'a Broker,
    topics: &'a Topics,
    size: Size,
    seen: &'a Seen,
}

impl Killing<'_> {
    /// Gives each worker its share of the feed, and ends all but the last by force; says how many were killed with work
    /// left. Stops at once when the judge has found something.
    fn run(&self, run: &mut Run, has_found: impl Fn() -> bool) -> usize {
        let size = self.size;
        let mut dice = Dice(size.seed);
        let mut in_the_middle = 0;
        let share = size.records / (size.kills + 1);
        for round in 0..=size.kills {
            let end = if round == size.kills { size.records } else { (round + 1) * share };
            let feed: Vec<_> = (round * share..end).map(|number| article(number, PARTITIONS)).collect();
            self.broker.produce(&self.topics.input, &feed);
            run.judged(feed.len());
            let started = Instant::now();
            let worker = start(self.broker, self.topics, size);
            worker.wait_for_metric(PUBLISHED, |count| count > 0.0);
            run.recovered(started.elapsed());
            if round == size.kills {
                self.wait_for_all(&worker, &has_found);
                worker.stops_within(Duration::from_secs(8));
                break;
            }
            // In the middle of its work, or after a while.
            let so_many = (round * share) as u64 + dice.between(0, share as u64 * 3 / 4);
            let life = Duration::from_millis(dice.between(LIFE_MIN_MS, LIFE_MAX_MS));
            let born = Instant::now();
            while self.seen.count() < so_many && born.elapsed() < life {
                std::thread::sleep(Duration::from_millis(1));
            }
            in_the_middle += usize::from(self.seen.count() < end as u64);
            worker.kill();
            run.fault("kill -9", 1);
            if has_found() {
                break;
            }
        }
        in_the_middle
    }

    fn wait_for_all(&self, worker: &Worker, has_found: impl Fn() -> bool) {
        let records = self.size.records as u64;
        let (mut last, mut since) = (0, Instant::now());
        loop {
            let now = self.seen.count();
            if now >= records || has_found() {
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
}
