//! The judge of the runs whose records are made from their numbers: knows at each moment which record must come next in
//! each partition, and with which bytes. Sees every output as it comes, so it holds none of them.

use super::broker::{Broker, Message, Topics};
use copydesk::enrich::Scratch;
use copydesk::model::{Offset, Outcome, Partition, RawRecord};
use copydesk::pipeline::{Options, Pipeline};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// Nothing more has come for so long, though something must: it is lost.
const SILENCE: Duration = Duration::from_secs(30);

/// Makes the record of a number, for so many partitions. Partition and offset follow from the number: records are
/// dealt out in turn.
pub type Maker = fn(usize, i32) -> Message;

pub struct Judge<'a> {
    topics: &'a Topics,
    partitions: i32,
    maker: Maker,
    pipeline: Pipeline,
    scratch: Scratch,
    /// The next source offset of each partition.
    next: Vec<i64>,
    published: usize,
    dead: Vec<DeadLetter>,
}

/// What must come of a record.
enum Next {
    Published(Option<Vec<u8>>),
    Dead,
}

/// A record that must have become a dead letter.
struct DeadLetter {
    source: Message,
    reason: &'static str,
}

impl<'a> Judge<'a> {
    pub fn new(topics: &'a Topics, partitions: i32, maker: Maker, options: Options) -> Self {
        let next = vec![0; usize::try_from(partitions).expect("positive")];
        let pipeline = Pipeline::new(options);
        let (scratch, dead) = (Scratch::default(), Vec::new());
        Self { topics, partitions, maker, pipeline, scratch, next, published: 0, dead }
    }

    /// One output, in the order of its partition.
    pub fn see(&mut self, partition: i32, source: &str, value: Option<&[u8]>) {
        let (offset, expected) = loop {
            let offset = self.next[usize::try_from(partition).expect("positive")];
            if let Next::Published(expected) = self.advance(partition) {
                break (offset, expected);
            }
        };
        let place = format!("{}/{partition}/{offset}", self.topics.input);
        assert_eq!(source, place, "lost, twice or out of order in partition {partition}");
        assert!(expected.as_deref() == value, "the bytes of {place} differ");
        self.published += 1;
    }

    /// Goes on to the partition's next record, and says what must come of it.
    fn advance(&mut self, partition: i32) -> Next {
        let next = &mut self.next[usize::try_from(partition).expect("positive")];
        let offset = *next;
        *next += 1;
        let number = offset * i64::from(self.partitions) + i64::from(partition);
        let message = (self.maker)(usize::try_from(number).expect("positive"), self.partitions);
        let record = RawRecord {
            topic: &self.topics.input,
            partition: Partition(partition),
            offset: Offset(offset),
            timestamp_ms: Some(message.timestamp_ms),
            value: message.value.as_deref(),
        };
        match self.pipeline.run(&record, &mut self.scratch) {
            Outcome::Publish(value) => Next::Published(value),
            Outcome::DeadLetter(why) => {
                let (reason, source) = (why.reason.reason(), Message { offset, ..message });
                self.dead.push(DeadLetter { source, reason });
                Next::Dead
            }
            Outcome::Skip(why) => panic!("no record of these runs is skipped: {why:?}"),
        }
    }

    /// No output comes any more, and so many records were written in all.
    fn finish(&mut self, records: usize) {
        let partitions = usize::try_from(self.partitions).expect("positive");
        for partition in 0..self.partitions {
            let place = usize::try_from(partition).expect("positive");
            let end = (records + partitions - 1 - place) / partitions;
            let end = i64::try_from(end).expect("small");
            while self.next[place] < end {
                let offset = self.next[place];
                let what = self.advance(partition);
                assert!(
                    matches!(what, Next::Dead),
                    "{}/{partition}/{offset} and what follows is lost",
                    self.topics.input
                );
            }
            assert_eq!(self.next[place], end, "records of partition {partition} that nobody wrote");
        }
    }

    /// Compares dead letters, as a reader found them, with those there must be.
    fn judge_dead_letters(&self, found: &[Message]) {
        let mut wanted: BTreeMap<i32, Vec<&DeadLetter>> = BTreeMap::new();
        for letter in &self.dead {
            wanted.entry(letter.source.partition).or_default().push(letter);
        }
        for (partition, wanted) in &wanted {
            let found: Vec<&Message> =
                found.iter().filter(|letter| letter.partition == *partition).collect();
            for (letter, DeadLetter { source, reason }) in found.iter().zip(wanted) {
                let offset = source.offset.to_string();
                let header = |name: &str| letter.header(&format!("__dlq.errors.{name}"));
                assert_eq!(
                    header("offset"),
                    Some(offset.as_bytes()),
                    "a dead letter lost, twice or out of order in partition {partition}"
                );
                assert_eq!(header("code"), Some(reason.as_bytes()), "reason of {partition}/{offset}");
                assert!(
                    (&letter.value, &letter.key) == (&source.value, &source.key),
                    "the bytes of dead letter {partition}/{offset} differ"
                );
            }
        }
        assert_eq!(found.len(), self.dead.len(), "dead letters lost or twice");
    }
}

/// What the reader and those who wait for it share.
#[derive(Default)]
pub struct Seen {
    /// Records published that the reader has seen.
    count: AtomicU64,
    /// Records of the input that are accounted for.
    judged: AtomicU64,
    is_over: AtomicBool,
    written: AtomicU64,
}

impl Seen {
    pub fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    /// Nothing more comes; so many records were written in all.
    pub fn end(&self, written: usize) {
        self.written.store(written as u64, Ordering::Release);
        self.is_over.store(true, Ordering::Release);
    }

    pub fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Acquire)
    }
}

/// Lets the reader end when a run does, however it does: a panic must not leave it waiting for ever.
pub struct Ending<'a>(pub &'a Seen);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.0.is_over.store(true, Ordering::Release);
    }
}

/// Reads on while the faults happen; ends when told that nothing more comes, and then judges the whole. Returns how
/// many were published and how many became dead letters.
pub fn look_on(broker: &Broker, mut judge: Judge<'_>, seen: &Seen) -> (usize, usize) {
    let (topics, partitions) = (judge.topics, judge.partitions);
    let see = |partition: i32, source: &str, value: Option<&[u8]>| {
        judge.see(partition, source, value);
        seen.count.fetch_add(1, Ordering::Relaxed);
        seen.judged.store(judge.next.iter().sum::<i64>().unsigned_abs(), Ordering::Relaxed);
    };
    let goes_on = |silent: Duration| {
        let written = seen.written.load(Ordering::Acquire);
        let is_complete = seen.judged.load(Ordering::Relaxed) >= written;
        !seen.is_over() || (!is_complete && silent < SILENCE)
    };
    broker.follow(&topics.output, partitions, see, goes_on);
    let written = seen.written.load(Ordering::Acquire);
    if written == 0 {
        // The run has failed for another reason, and says so itself.
        return (0, 0);
    }
    judge.finish(usize::try_from(written).expect("small"));
    judge.judge_dead_letters(&broker.read_all(&topics.dead, partitions));
    (judge.published, judge.dead.len())
}
