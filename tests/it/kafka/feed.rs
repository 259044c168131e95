//! Records for the broker tests, and the judge of what came of them.

use super::broker::{Message, Topics};
use copydesk::enrich::Scratch;
use copydesk::model::{Offset, Outcome, Partition, RawRecord};
use copydesk::pipeline::{Options, Pipeline};
use std::collections::BTreeMap;

const PLACES: [&str; 6] = ["LISBON", "NAIROBI", "OSLO", "LIMA", "HANOI", "OTTAWA"];
const MATTERS: [&str; 5] = ["harbour dues", "school meals", "night trains", "river levels", "grain stores"];

/// An invented article of about 2.3 kB, different for each number; JSON every fifth time.
pub fn article(number: usize, partitions: i32) -> Message {
    let place = PLACES[number % PLACES.len()];
    let matter = MATTERS[number % MATTERS.len()];
    let day = 1 + number % 28;
    let headline = format!("Council number {number} votes on {matter} after a long night");
    let mut body =
        format!("{place}: The council of district {number} agreed on Tuesday to change how {matter} ");
    body.push_str("are paid for, ending a dispute that had lasted since last spring.\n\n");
    for paragraph in 0..7 {
        let text = format!(
            "The mayor said the plan would cost {} million over {} years, and that “nobody in this town will \
             pay twice for the same thing”. Work begins on {day} March 2024, two weeks later than announced, \
             and the first report is due at 10:30 a.m. on Friday. Opponents of paragraph {paragraph} said they \
             would go to court.\n\n",
            number % 90 + 1,
            paragraph + 2,
        );
        body.push_str(&text);
    }
    let value = if number % 5 == 4 {
        serde_json::json!({ "headline": headline, "body": body, "date": format!("2024-02-{day:02}") })
            .to_string()
    } else {
        format!(" date 2024-02-{day:02} {headline}.\n\n{body}")
    };
    Message {
        partition: i32::try_from(number).expect("small") % partitions,
        offset: 0,
        timestamp_ms: 1_700_000_000_000 + i64::try_from(number).expect("small"),
        key: (!number.is_multiple_of(3)).then(|| format!("key-{number}").into_bytes()),
        value: Some(value.into_bytes()),
        headers: vec![("traceparent".to_owned(), format!("00-{number:032x}-01").into_bytes())],
    }
}

/// Records that cannot be enriched, and odd ones that can, all in partition 0 … 2.
pub fn poisoned(from: usize) -> Vec<Message> {
    let values: Vec<Option<Vec<u8>>> = vec![
        None,
        Some(Vec::new()),
        Some(b"   \n \t ".to_vec()),
        Some(b"{\"headline\": \"cut off".to_vec()),
        Some(b"{\"headline\": 7, \"size\": 3}".to_vec()),
        Some(b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x00".to_vec()),
        Some([&b"{\"body\": "[..], &[b'['; 5_000]].concat()),
        Some(vec![b'"'; 10_000]),
        Some("\u{202e}\u{200b}odd\u{fffd} text of an article\n\nwith a body\0 in it.".as_bytes().to_vec()),
        Some((0..=255).cycle().take(3_000).collect()),
        Some(
            b"Caf\xe9 prices rise\n\nThe caf\xe9s of the town said \x93never again\x94 on Monday.".to_vec(),
        ),
        Some(vec![b'a'; 1_100_000]),
    ];
    let poison = |(number, value)| Message {
        partition: i32::try_from(number % 3).expect("small"),
        offset: 0,
        timestamp_ms: 1_700_000_100_000 + i64::try_from(from + number).expect("small"),
        key: Some(format!("poison-{number}").into_bytes()),
        value,
        headers: vec![("__dlq.errors.code".to_owned(), b"stale".to_vec())],
    };
    values.into_iter().enumerate().map(poison).collect()
}

/// By partition, in order of the source offset.
type ByPartition<T> = BTreeMap<i32, Vec<(i64, T)>>;

/// What the pure function makes of a feed, by partition, in order: published values and dead letters.
#[derive(Default)]
pub struct Expected {
    pub published: usize,
    pub dead: usize,
    outputs: ByPartition<Option<Vec<u8>>>,
    dead_letters: ByPartition<String>,
}

pub fn expected(topics: &Topics, feed: &[Message], options: &Options) -> Expected {
    let pipeline = Pipeline::new(options.clone());
    let mut scratch = Scratch::default();
    let mut next: BTreeMap<i32, i64> = BTreeMap::new();
    let mut expected = Expected::default();
    for message in feed {
        let offset = next.entry(message.partition).or_default();
        let record = RawRecord {
            topic: &topics.input,
            partition: Partition(message.partition),
            offset: Offset(*offset),
            timestamp_ms: Some(message.timestamp_ms),
            value: message.value.as_deref(),
        };
        match pipeline.run(&record, &mut scratch) {
            Outcome::Publish(value) => {
                expected.published += 1;
                expected.outputs.entry(message.partition).or_default().push((*offset, value));
            }
            Outcome::DeadLetter(why) => {
                expected.dead += 1;
                let reason = why.reason.reason().to_owned();
                expected.dead_letters.entry(message.partition).or_default().push((*offset, reason));
            }
            Outcome::Skip(_) => {}
        }
        *offset += 1;
    }
    expected
}

impl Expected {
    /// What becomes of one record, if it is published.
    fn output(&self, partition: i32, offset: i64) -> Option<&Option<Vec<u8>>> {
        let found = self.outputs.get(&partition)?.iter().find(|(at, _)| *at == offset);
        found.map(|(_, value)| value)
    }
}

impl Topics {
    pub fn expected_published(&self, feed: &[Message]) -> usize {
        expected(self, feed, &Options::default()).published
    }

    pub fn expected_dead(&self, feed: &[Message]) -> usize {
        expected(self, feed, &Options::default()).dead
    }
}

/// Compares what a read-committed reader saw with the pure function: set, order per partition, bytes, keys,
/// times and headers.
pub fn judge(topics: &Topics, feed: &[Message], out: &[Message], dead: &[Message], options: &Options) {
    let expected = expected(topics, feed, options);
    let mut sources: BTreeMap<i32, Vec<&Message>> = BTreeMap::new();
    for message in feed {
        sources.entry(message.partition).or_default().push(message);
    }
    let source =
        |partition: i32, offset: i64| sources[&partition][usize::try_from(offset).expect("positive")];
    for (partition, wanted) in &expected.outputs {
        let found: Vec<&Message> = out.iter().filter(|message| message.partition == *partition).collect();
        assert_eq!(found.len(), wanted.len(), "records published in partition {partition}");
        for (message, (offset, value)) in found.iter().zip(wanted) {
            let from = source(*partition, *offset);
            let place = format!("{}/{partition}/{offset}", topics.input);
            assert_eq!(
                message.header("copydesk-source"),
                Some(place.as_bytes()),
                "order of partition {partition}"
            );
            assert_eq!(&message.value, value, "bytes published of {place}");
            assert_eq!(message.key, from.key, "key of {place}");
            assert_eq!(message.timestamp_ms, from.timestamp_ms, "time of {place}");
            for (name, value) in &from.headers {
                assert_eq!(message.header(name), Some(value.as_slice()), "header {name} of {place}");
            }
        }
    }
    for (partition, wanted) in &expected.dead_letters {
        let found: Vec<&Message> = dead.iter().filter(|message| message.partition == *partition).collect();
        assert_eq!(found.len(), wanted.len(), "dead letters in partition {partition}");
        for (message, (offset, reason)) in found.iter().zip(wanted) {
            let from = source(*partition, *offset);
            let text = offset.to_string();
            assert_eq!(
                message.header("__dlq.errors.offset"),
                Some(text.as_bytes()),
                "order of dead letters"
            );
            assert_eq!(message.header("__dlq.errors.code"), Some(reason.as_bytes()), "reason at {offset}");
            assert_eq!((&message.value, &message.key), (&from.value, &from.key), "dead letter at {offset}");
            let codes = message.headers.iter().filter(|(name, _)| name == "__dlq.errors.code").count();
            assert_eq!(codes, 1, "headers are replaced, not appended");
        }
    }
    assert_eq!((out.len(), dead.len()), (expected.published, expected.dead), "records in all");
}

/// The judge of outputs that are not where their inputs were: each record of the feed, but for the places in `except`,
/// is there once and with the right bytes, and those of one input partition that share an output partition are in order.
pub fn judge_scattered(topics: &Topics, feed: &[Message], out: &[Message], except: &[(i32, i64)]) {
    let expected = expected(topics, feed, &Options::default());
    let mut last: BTreeMap<(i32, i32), i64> = BTreeMap::new();
    let mut seen = std::collections::BTreeSet::new();
    for message in out {
        let source = message.header("copydesk-source").expect("every output names its source");
        let source = String::from_utf8_lossy(source).into_owned();
        let mut parts = source.rsplitn(3, '/');
        let mut number = || parts.next().and_then(|part| part.parse::<i64>().ok()).expect("a number");
        let (offset, partition) = (number(), i32::try_from(number()).expect("small"));
        let before = last.insert((partition, message.partition), offset);
        assert!(before.is_none_or(|before| before < offset), "order: {source} comes after {before:?}");
        assert!(seen.insert((partition, offset)), "{source} is there twice");
        assert!(expected.output(partition, offset) == Some(&message.value), "bytes of {source}");
    }
    let mut next: BTreeMap<i32, i64> = BTreeMap::new();
    for message in feed {
        let offset = next.entry(message.partition).or_default();
        let place = (message.partition, *offset);
        assert_eq!(seen.contains(&place), !except.contains(&place), "whether {place:?} is published");
        *offset += 1;
    }
}
