//! Batches that cannot be read: the worker goes past them, dead-letters what it passes, and publishes their neighbours.
//!
//! Most are made on the broker's own disk: its segments are altered in place, as a disk that rots does, so that each
//! fetch of whichever client brings the same bytes. Some are sent by a bare Produce request, since the broker takes
//! them. Bombs are sent by an ordinary producer. Needs `COPYDESK_TEST_KAFKA`, the broker's folder, beside
//! `COPYDESK_TEST_BROKERS`.

mod segment;

use super::audit::audit_json;
use super::broker::{Broker, Message, Topics};
use super::dead::dead;
use super::feed::article;
use super::worker::{Worker, say};
use crate::program::{stderr, stdout};
use copydesk::enrich::Scratch;
use copydesk::model::{Offset, Outcome, Partition, RawRecord};
use copydesk::pipeline::{Options, Pipeline};
use segment::{Batch, Segment};
use std::ops::RangeInclusive;
use std::time::{Duration, Instant};

const STOP: Duration = Duration::from_secs(10);
/// So that a test need not wait for the next five seconds to be over.
const FREQUENT_REPORTS: [(&str, &str); 1] =
    [("COPYDESK_LIBRDKAFKA__CONSUMER", "statistics.interval.ms=1000")];
const PUBLISHED: &str = "copydesk_messages_published_total";
/// A partition moves on within so long.
const PASSED_MAX: Duration = Duration::from_secs(30);
/// Records of one batch.
const BATCH: usize = 12;

/// One kind of damage to a batch on the disk, and how the batch was packed.
#[derive(Clone, Copy)]
struct Damage {
    packed: &'static str,
    make: fn(&mut Batch),
}

const DAMAGES: [Damage; 6] = [
    // What follows the checksum's failure is read as text by librdkafka, which then asks for an offset far away.
    Damage { packed: "none", make: |batch| batch.flip_in_the_middle() },
    Damage { packed: "lz4", make: |batch| batch.flip_in_the_middle() },
    Damage {
        packed: "gzip",
        make: |batch| {
            batch.set_codec(6);
            batch.seal();
        },
    },
    Damage {
        packed: "zstd",
        make: |batch| {
            batch.blank_the_start();
            batch.seal();
        },
    },
    Damage {
        packed: "snappy",
        make: |batch| {
            batch.blank_the_end();
            batch.seal();
        },
    },
    // librdkafka says nothing at all of this one.
    Damage {
        packed: "none",
        make: |batch| {
            batch.lengthen_first_record();
            batch.seal();
        },
    },
];

/// Whether the long tests are wanted; says loudly where they are not.
fn is_long() -> bool {
    let is_long = std::env::var("COPYDESK_TEST_HOSTILE").is_ok_and(|size| size == "all");
    if !is_long {
        let name = std::thread::current().name().unwrap_or("a long test").to_owned();
        say(&format!("SKIPPED {name}: COPYDESK_TEST_HOSTILE=all runs it"));
    }
    is_long
}

/// The folder of the broker under test; says loudly where it is not known.
fn folder() -> Option<std::path::PathBuf> {
    let folder = std::env::var_os("COPYDESK_TEST_KAFKA").map(std::path::PathBuf::from);
    if folder.is_none() {
        say("SKIPPED hostile batches: COPYDESK_TEST_KAFKA does not name the broker's folder");
    }
    folder
}

/// What was fed and where it was spoilt: by partition, in order.
#[derive(Default)]
struct Fed {
    partitions: Vec<Vec<Message>>,
    spoilt: Vec<(i32, RangeInclusive<i64>)>,
}

impl Fed {
    fn new(partitions: usize) -> Self {
        Self { partitions: vec![Vec::new(); partitions], spoilt: Vec::new() }
    }

    /// Sends one batch to a partition.
    fn send(&mut self, broker: &Broker, topics: &Topics, partition: usize, packed: &str) {
        let count = self.partitions.iter().map(Vec::len).sum::<usize>();
        let to = i32::try_from(partition).expect("small");
        let batch: Vec<Message> =
            (0..BATCH).map(|number| Message { partition: to, ..article(count + number, 1) }).collect();
        broker.produce_with(&topics.input, &batch, &[("compression.type", packed), ("linger.ms", "100")]);
        self.partitions[partition].extend(batch);
    }

    /// Sends one of [`TAKEN`] to a partition.
    fn send_taken(&mut self, broker: &Broker, topics: &Topics, partition: usize, taken: (&str, usize)) {
        let (batch, readable) = taken;
        let bytes: Vec<u8> = (0..batch.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&batch[at..at + 2], 16).expect("hexadecimal"))
            .collect();
        let to = i32::try_from(partition).expect("small");
        let first = segment::send_bare(&broker.brokers, &topics.input, to, &bytes);
        let record = |number| Message {
            partition: to,
            offset: 0,
            timestamp_ms: 1_700_000_000_000,
            key: Some(b"k".to_vec()),
            value: Some(format!("value-{number}").into_bytes()),
            headers: Vec::new(),
        };
        self.partitions[partition].extend((0..3).map(record));
        self.spoilt.push((to, first + i64::try_from(readable).expect("small")..=first + 2));
    }

    /// Spoils the batch that holds an offset.
    fn spoil(&mut self, segment: &Segment, partition: usize, offset: i64, damage: Damage) {
        let spoilt = segment.alter(offset, damage.make);
        self.spoilt.push((i32::try_from(partition).expect("small"), spoilt));
    }

    fn is_spoilt(&self, partition: i32, offset: i64) -> bool {
        self.spoilt.iter().any(|(spoilt, range)| *spoilt == partition && range.contains(&offset))
    }

    fn published(&self) -> usize {
        let fed: usize = self.partitions.iter().map(Vec::len).sum();
        let lost: i64 = self.spoilt.iter().map(|(_, range)| range.end() - range.start() + 1).sum();
        fed - usize::try_from(lost).expect("small")
    }

    /// Everything else once, in order, with the right bytes; what was spoilt in one dead letter each; all committed.
    fn judge(&self, broker: &Broker, topics: &Topics, worker: Worker) {
        let partitions = i32::try_from(self.partitions.len()).expect("small");
        let out = broker.read(&topics.output, partitions, || self.published(), &worker);
        let dead = broker.read(&topics.dead, partitions, || self.partitions.len(), &worker);
        worker.stops_within(STOP);
        self.judge_outputs(topics, &out);
        self.judge_dead_letters(topics, &dead);
        assert_eq!(broker.committed(topics, partitions), broker.ends(&topics.input, partitions));
        let (code, verdict) = audit_json(broker, topics, &[]);
        assert_eq!((code, &verdict["verdict"]), (Some(0), &serde_json::json!("clean")), "{verdict}");
        let input: usize = self.partitions.iter().map(Vec::len).sum();
        assert_eq!(verdict["records"]["input"], input, "{verdict}");
        assert_eq!(verdict["records"]["dead_lettered"], input - out.len(), "{verdict}");
    }

    fn judge_outputs(&self, topics: &Topics, out: &[Message]) {
        let pipeline = Pipeline::new(Options::default());
        let mut scratch = Scratch::default();
        for (partition, feed) in (0..).zip(&self.partitions) {
            let mut found = out.iter().filter(|message| message.partition == partition);
            for (offset, message) in (0..).zip(feed) {
                if self.is_spoilt(partition, offset) {
                    continue;
                }
                let record = RawRecord {
                    topic: &topics.input,
                    partition: Partition(partition),
                    offset: Offset(offset),
                    timestamp_ms: Some(message.timestamp_ms),
                    value: message.value.as_deref(),
                };
                let Outcome::Publish(wanted) = pipeline.run(&record, &mut scratch) else {
                    panic!("an article is published")
                };
                let found = found.next().unwrap_or_else(|| panic!("{partition}/{offset} is missing"));
                let place = format!("{}/{partition}/{offset}", topics.input);
                assert_eq!(found.header("copydesk-source"), Some(place.as_bytes()));
                assert!(found.value == wanted && found.key == message.key, "bytes of {place}");
            }
            assert!(found.next().is_none(), "nothing more in partition {partition}");
        }
    }

    fn judge_dead_letters(&self, topics: &Topics, dead: &[Message]) {
        let text = |message: &Message, name: &str| {
            let value = message.header(&format!("__dlq.errors.{name}")).unwrap_or_default();
            String::from_utf8(value.to_vec()).expect("text")
        };
        let mut found: Vec<(i32, RangeInclusive<i64>)> = Vec::new();
        for letter in dead {
            assert_eq!((&letter.key, &letter.value), (&None, &None));
            assert_eq!(
                (text(letter, "code").as_str(), text(letter, "stage").as_str()),
                ("unreadable_batch", "fetch")
            );
            assert_eq!(text(letter, "topic"), topics.input);
            let number = |name| text(letter, name).parse::<i64>().expect("a number");
            let partition = text(letter, "partition").parse().expect("a number");
            found.push((partition, number("offset")..=number("last_offset")));
        }
        assert_eq!(
            offsets(&found),
            offsets(&self.spoilt),
            "each in one dead letter, and nothing else in any"
        );
    }
}

/// Every offset of some ranges, by partition, as often as it is in one.
fn offsets(ranges: &[(i32, RangeInclusive<i64>)]) -> Vec<(i32, i64)> {
    let mut all: Vec<(i32, i64)> = ranges
        .iter()
        .flat_map(|(partition, range)| range.clone().map(|offset| (*partition, offset)))
        .collect();
    all.sort_unstable();
    all
}

/// One spoilt on the disk, and one that the broker took and of which the client says nothing; the others wait for
/// `COPYDESK_TEST_HOSTILE=all`.
#[test]
fn batches_that_cannot_be_read_are_passed_in_time() {
    let (Some(broker), Some(folder)) = (Broker::find(), folder()) else { return };
    let topics = broker.topics("hostile", 2);
    let mut fed = Fed::new(2);
    fed.send(&broker, &topics, 0, "none");
    fed.send(&broker, &topics, 0, "none");
    fed.send(&broker, &topics, 1, "lz4");
    fed.spoil(
        &Segment::new(&folder, &topics.input, 0),
        0,
        i64::try_from(BATCH).expect("small"),
        DAMAGES[0],
    );
    fed.send_taken(&broker, &topics, 1, TAKEN[1]);
    for partition in 0..2 {
        fed.send(&broker, &topics, partition, "lz4");
    }
    let started = Instant::now();
    let worker = Worker::start(&broker, &topics, &FREQUENT_REPORTS);
    worker.wait_for_metric(PUBLISHED, |count| count > fed.published() as f64 - 0.5);
    let took = started.elapsed();
    say(&format!("two unreadable batches: passed {:.1} s after the start", took.as_secs_f64()));
    assert!(took < PASSED_MAX, "it took {took:?}");
    fed.judge(&broker, &topics, worker);

    let listed = stdout(&dead(&broker, &topics, &["list", "--json"]));
    assert!(listed.contains("\"last_offset\":23") && listed.contains("unreadable_batch"), "{listed}");
    let shown = stdout(&dead(&broker, &topics, &["show", "0/0"]));
    assert!(shown.contains(&format!("{}/0/12-23 could not be read", topics.input)), "{shown}");
    let retried = dead(&broker, &topics, &["retry", "--yes"]);
    let said = stderr(&retried);
    assert!(retried.status.code() == Some(1) && said.contains("2 cannot be retried"), "{said}");
}

/// Good and bad batches by turns, two bad ones in a row, and a bad one at the end; then the feed goes on.
#[test]
fn batches_spoilt_on_the_disk_are_dead_lettered_as_ranges_and_their_neighbours_published() {
    let (true, Some(broker), Some(folder)) = (is_long(), Broker::find(), folder()) else { return };
    let topics = broker.topics("spoilt", 6);
    let mut fed = Fed::new(DAMAGES.len());
    for (partition, damage) in DAMAGES.iter().enumerate() {
        for _ in 0..6 {
            fed.send(&broker, &topics, partition, damage.packed);
        }
        let segment = Segment::new(&folder, &topics.input, partition);
        for batch in [1, 3, 4, 5] {
            let offset = i64::try_from(batch * BATCH).expect("small") + 3;
            fed.spoil(&segment, partition, offset, *damage);
        }
    }
    let started = Instant::now();
    let worker = Worker::start(&broker, &topics, &[]);
    worker.wait_for_metric(PUBLISHED, |count| count > fed.published() as f64 - 0.5);
    say(&format!(
        "24 spoilt batches in 6 partitions: every good one published {:.1} s after the start",
        started.elapsed().as_secs_f64()
    ));
    for (partition, damage) in DAMAGES.iter().enumerate() {
        fed.send(&broker, &topics, partition, damage.packed);
    }
    fed.judge(&broker, &topics, worker);
}

#[test]
fn a_worker_killed_while_it_passes_a_spoilt_batch_passes_it_once() {
    let (true, Some(broker), Some(folder)) = (is_long(), Broker::find(), folder()) else { return };
    let topics = broker.topics("spoilt-kill", 2);
    let mut fed = Fed::new(2);
    for (partition, damage) in DAMAGES[..2].iter().enumerate() {
        for _ in 0..5 {
            fed.send(&broker, &topics, partition, damage.packed);
        }
        let segment = Segment::new(&folder, &topics.input, partition);
        for batch in [1, 3] {
            fed.spoil(&segment, partition, i64::try_from(batch * BATCH).expect("small"), *damage);
        }
    }
    // Killed when it has found one, and again when one is committed.
    let worker = Worker::start(&broker, &topics, &[]);
    worker.wait_for_log("a batch cannot be read");
    worker.kill();
    let before: i64 = broker.ends(&topics.dead, 2).values().sum();
    let worker = Worker::start(&broker, &topics, &[]);
    worker.wait_for_log("record sent to dead letters");
    worker.kill();
    let after: i64 = broker.ends(&topics.dead, 2).values().sum();
    assert!(after > before, "the second was killed after a commit: {before} {after}");
    let worker = Worker::start(&broker, &topics, &[]);
    fed.judge(&broker, &topics, worker);
}

/// Batches of three records that Apache Kafka 4.1.1 takes and librdkafka 2.12.1 cannot read, and how many of the
/// records it can. Each is a whole batch, in hexadecimal.
const TAKEN: [(&str, usize); 4] = [
    // Gzip in two members, which gzip allows: librdkafka reads one, and says nothing of the records it misses.
    (
        "00000000000000000000007effffffff02302df26a0001000000020000018bcfe568000000018bcfe56800ffffffffffffffffffffff\
         ffffff000000031f8b0800d1a4076b02ff9361606060cae62b4bcc294dd535609001f29800b33850aa140000001f8b0800d1a4076b\
         02ffcbe62b4bcc294dd535649061606061ca86728d18008b237eb119000000",
        1,
    ),
    // The third record claims more bytes than there are; the broker does not unpack so far.
    (
        "000000000000000000000064ffffffff02071a1e430001000000020000018bcfe568000000018bcfe56800ffffffffffffffffffffff\
         ffffff000000031f8b0800d1a4076b02ff9361606060cae62b4bcc294dd535609001f2e05c4386138c0c0c2c4cd94c650c002e453d\
         5628000000",
        2,
    ),
    // An lz4 frame with bytes after its end, and one whose checksum is wrong.
    (
        "000000000000000000000076ffffffff0259c397e10003000000020000018bcfe568000000018bcfe56800ffffffffffffffffffffff\
         ffffff0000000304224d186040822d0000801c000000026b0e76616c75652d30001c000002026b0e76616c75652d31001c00000402\
         6b0e76616c75652d320000000000ffffffffffffffffff",
        0,
    ),
    (
        "000000000000000000000071ffffffff025b59ba060003000000020000018bcfe568000000018bcfe56800ffffffffffffffffffffff\
         ffffff0000000304224d186440a72d0000801c000000026b0e76616c75652d30001c000002026b0e76616c75652d31001c00000402\
         6b0e76616c75652d32000000000001020304",
        0,
    ),
];

#[test]
fn batches_the_broker_takes_and_the_client_cannot_read_are_passed_too() {
    let (true, Some(broker)) = (is_long(), Broker::find()) else { return };
    let topics = broker.topics("taken", 4);
    let mut fed = Fed::new(TAKEN.len());
    for partition in 0..TAKEN.len() {
        fed.send(&broker, &topics, partition, "lz4");
    }
    let worker = Worker::start(&broker, &topics, &[]);
    worker.wait_for_metric(PUBLISHED, |count| count > fed.published() as f64 - 0.5);
    let started = Instant::now();
    for (partition, taken) in TAKEN.iter().enumerate() {
        fed.send_taken(&broker, &topics, partition, *taken);
        fed.send(&broker, &topics, partition, "lz4");
    }
    worker.wait_for_metric(PUBLISHED, |count| count > fed.published() as f64 - 0.5);
    let took = started.elapsed();
    say(&format!("4 unreadable batches from a producer: passed in {:.1} s", took.as_secs_f64()));
    assert!(took < PASSED_MAX, "it took {took:?}");
    fed.judge(&broker, &topics, worker);
}

/// Mebibytes of the record in each bomb; `COPYDESK_TEST_BOMB_MIB` makes it larger. librdkafka refuses zstd above 100 MB.
fn bomb_bytes() -> usize {
    let size = std::env::var("COPYDESK_TEST_BOMB_MIB").ok().and_then(|size| size.parse().ok());
    size.unwrap_or(128usize) << 20
}

/// What a worker may take at most beside what librdkafka needs to unpack the largest batch: twice its size, as the
/// room for it grows.
const BESIDE_MIB: usize = 200;

#[test]
fn a_record_unpacked_beyond_all_limits_is_dead_lettered_without_being_copied() {
    let (true, Some(broker)) = (is_long(), Broker::find()) else { return };
    let topics = broker.topics("bombs", 4);
    broker.set_option(&topics.input, "max.message.bytes", "67108864");
    let codecs = ["gzip", "lz4", "snappy", "zstd"];
    let mut fed = Fed::new(codecs.len());
    let bomb = Message { value: Some(vec![b'a'; bomb_bytes()]), ..article(7, 1) };
    for (partition, codec) in codecs.iter().enumerate() {
        fed.send(&broker, &topics, partition, codec);
        let bomb = Message { partition: i32::try_from(partition).expect("small"), ..bomb.clone() };
        let large = [("compression.type", *codec), ("message.max.bytes", "1000000000")];
        broker.produce_with(&topics.input, &[bomb], &large);
        fed.send(&broker, &topics, partition, codec);
    }
    let worker = Worker::start(&broker, &topics, &[]);
    let good = 2 * BATCH * codecs.len();
    let out = broker.read(&topics.output, 4, || good, &worker);
    let dead = broker.read(&topics.dead, 4, || codecs.len(), &worker);
    let peak = worker.peak_memory_kib() / 1024;
    worker.stops_within(STOP);
    assert_eq!((out.len(), dead.len()), (good, 4));
    for letter in &dead {
        let text = |name: &str| {
            let value = letter.header(&format!("__dlq.errors.{name}")).unwrap_or_default();
            String::from_utf8(value.to_vec()).expect("text")
        };
        assert_eq!((letter.value.as_ref(), text("offset")), (None, BATCH.to_string()));
        let codec = codecs[usize::try_from(letter.partition).expect("small")];
        if codec == "zstd" {
            assert_eq!(
                (text("code"), text("last_offset")),
                ("unreadable_batch".to_owned(), BATCH.to_string())
            );
        } else {
            assert_eq!((text("code").as_str(), &letter.key), ("too_large", &bomb.key), "{codec}");
            assert!(text("value_omitted").starts_with(&format!("{} bytes, sha256 ", bomb_bytes())));
        }
    }
    assert_eq!(broker.committed(&topics, 4), broker.ends(&topics.input, 4));
    let unpacked = bomb_bytes() >> 20;
    say(&format!("bombs of {unpacked} MiB in four codecs: memory peak {peak} MiB"));
    let bound = BESIDE_MIB + 2 * unpacked;
    assert!(usize::try_from(peak).expect("small") < bound, "memory peak of {peak} MiB, bound {bound} MiB");
}
