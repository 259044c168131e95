//! Dead letters on a real broker: the poison corpus, header families, the breaker, and `copydesk dead`.

use super::audit::audit_is_clean;
use super::broker::{Broker, Message, Topics};
use super::feed::{self, article, poisoned};
use super::report::{Run, reported};
use super::worker::Worker;
use crate::program::{copydesk, stderr, stdout};
use copydesk::pipeline::Options;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Output;
use std::time::Duration;

/// Names and values.
type Headers = Vec<(&'static str, &'static [u8])>;

const STOP: Duration = Duration::from_secs(10);
/// Stands in a value that must not be shown unasked.
const SECRET: &str = "harbourmaster";

/// Runs `copydesk dead …` against the topics of a test.
pub fn dead(broker: &Broker, topics: &Topics, arguments: &[&str]) -> Output {
    let settings = [
        format!("kafka.brokers={}", broker.brokers),
        format!("kafka.group={}", topics.group),
        format!("input.topics={}", topics.input),
        format!("output.topic={}", topics.output),
        format!("dead_letter.topic={}", topics.dead),
    ];
    let (command, rest) = arguments.split_first().expect("a command");
    let mut all = vec!["dead", command];
    // What the test says comes last, and wins.
    all.extend(settings.iter().flat_map(|setting| ["--set", setting.as_str()]));
    all.extend(rest);
    copydesk(&all, b"")
}

fn listed(output: &Output) -> Vec<Value> {
    assert_eq!(output.status.code(), Some(0), "{}", stderr(output));
    stdout(output).lines().map(|line| serde_json::from_str(line).expect("a JSON line")).collect()
}

fn header<'a>(message: &'a Message, name: &str) -> &'a str {
    std::str::from_utf8(message.header(name).unwrap_or_default()).expect("text")
}

/// A record that is no valid JSON, with words that only `--value` may show.
fn broken(number: usize, partitions: i32) -> Message {
    let mut message = article(number, partitions);
    message.value = Some(format!("{{\"headline\": \"\u{1b}[31m{SECRET} {number}").into_bytes());
    message
}

#[test]
fn the_poison_corpus_gets_its_reasons_and_its_neighbours_are_untouched() {
    reported("poison", None, |run| {
        if let Some(broker) = Broker::find() {
            publish_between_poison(&broker, run);
        }
    });
}

fn publish_between_poison(broker: &Broker, run: &mut Run) {
    let topics = broker.topics("corpus", 3);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/poison");
    let manifest = std::fs::read_to_string(folder.join("expected.tsv")).expect("the manifest");
    let rows: Vec<(&str, &str)> = manifest
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let mut columns = line.split('\t');
            (columns.next().expect("a file"), columns.next().expect("a result"))
        })
        .collect();
    assert!(rows.len() >= 60, "{} files are a small corpus", rows.len());
    let mut feed = Vec::new();
    let mut wanted = BTreeMap::new();
    let mut next = [0i64; 3];
    for (number, (file, result)) in rows.iter().enumerate() {
        // A good one on either side of each bad one, in the same partition.
        let partition = number % 3;
        let mut good = article(number, 3);
        good.partition = i32::try_from(partition).expect("small");
        let mut bad = good.clone();
        bad.key = Some(file.as_bytes().to_vec());
        bad.value = Some(std::fs::read(folder.join(file)).expect("a file of the corpus"));
        if *result != "ok" {
            wanted.insert((*file).to_owned(), ((*result).to_owned(), next[partition] + 1));
        }
        next[partition] += 2;
        feed.extend([good, bad]);
    }
    broker.produce(&topics.input, &feed);
    let worker = Worker::start(broker, &topics, &[]);
    let out = broker.read(&topics.output, 3, || feed.len() - wanted.len(), &worker);
    let dead = broker.read(&topics.dead, 3, || wanted.len(), &worker);
    feed::judge(&topics, &feed, &out, &dead, &Options::default());
    for message in &dead {
        let file = std::str::from_utf8(message.key.as_deref().expect("a key")).expect("a file name");
        let (reason, offset) = wanted.remove(file).unwrap_or_else(|| panic!("{file} is a dead letter"));
        assert_eq!(header(message, "__dlq.errors.code"), reason, "{file}");
        assert_eq!(header(message, "__dlq.errors.offset"), offset.to_string(), "{file}");
    }
    assert!(wanted.is_empty(), "no dead letters: {wanted:?}");
    worker.stops_within(STOP);
    audit_is_clean(broker, &topics, out.len(), dead.len());
    run.judged(feed.len());
    run.fault("poison", rows.len());
}

#[test]
fn header_families_are_those_of_connect_and_spring_and_any_is_read_back() {
    let Some(broker) = Broker::find() else { return };
    let expected: [(&str, Headers); 2] = [
        (
            "connect",
            vec![
                ("__connect.errors.stage", b"decode"),
                ("__connect.errors.partition", b"0"),
                ("__connect.errors.exception.class.name", b"copydesk.decode.invalid_json"),
            ],
        ),
        (
            "spring",
            vec![
                ("kafka_dlt-exception-fqcn", b"copydesk.decode.invalid_json"),
                ("kafka_dlt-original-partition", &[0; 4]),
                ("kafka_dlt-original-offset", &[0, 0, 0, 0, 0, 0, 0, 1]),
            ],
        ),
    ];
    for (family, headers) in expected {
        let topics = broker.topics(family, 1);
        let mut bad = broken(1, 1);
        bad.headers.extend(headers.iter().map(|(name, _)| ((*name).to_owned(), b"stale".to_vec())));
        broker.produce(&topics.input, &[article(0, 1), bad.clone()]);
        let worker = Worker::start(&broker, &topics, &[("COPYDESK_DEAD_LETTER__HEADERS", family)]);
        let dead_letters = broker.read(&topics.dead, 1, || 1, &worker);
        worker.stops_within(STOP);
        for (name, value) in &headers {
            let found: Vec<&[u8]> = dead_letters[0]
                .headers
                .iter()
                .filter(|(found, _)| found == name)
                .map(|(_, value)| value.as_slice())
                .collect();
            assert_eq!(found, [*value], "{name}: replaced, not appended");
        }
        assert_eq!(dead_letters[0].header("traceparent"), bad.header("traceparent"));
        // The command is told of no family and finds it all the same.
        let letters = listed(&dead(&broker, &topics, &["list", "--json"]));
        assert_eq!(letters.len(), 1);
        assert_eq!(
            (&letters[0]["reason"], &letters[0]["headers"]),
            (&"invalid_json".into(), &family.into())
        );
        assert_eq!(letters[0]["source"]["offset"], 1);
    }
}

#[test]
fn dead_letters_are_listed_and_shown_without_their_text_unless_asked() {
    let Some(broker) = Broker::find() else { return };
    let topics = broker.topics("list", 3);
    let mut feed: Vec<Message> = (0..12).map(|n| article(n, 3)).collect();
    feed.extend(poisoned(12));
    feed.extend((0..5).map(|n| broken(n, 3)));
    broker.produce(&topics.input, &feed);
    let worker = Worker::start(&broker, &topics, &[]);
    let letters = broker.read(&topics.dead, 3, || topics.expected_dead(&feed), &worker);
    worker.stops_within(STOP);

    let output = dead(&broker, &topics, &["list", "--json"]);
    let all = listed(&output);
    let place = |partition: i64, offset: i64| (partition, offset);
    let listed_places: Vec<_> = all
        .iter()
        .map(|letter| {
            place(
                letter["partition"].as_i64().expect("a number"),
                letter["offset"].as_i64().expect("a number"),
            )
        })
        .collect();
    let mut places: Vec<_> = letters.iter().map(|m| place(m.partition.into(), m.offset)).collect();
    places.sort_unstable();
    assert_eq!(listed_places, places, "all of them, in order");
    assert!(stderr(&output).contains(&format!("{} dead letters in {}", letters.len(), topics.dead)));

    let invalid = letters.iter().filter(|m| header(m, "__dlq.errors.code") == "invalid_json").count();
    let table = dead(&broker, &topics, &["list", "--reason", "invalid_json", "--limit", "2"]);
    let text = stdout(&table);
    assert_eq!(text.lines().count(), 4, "heading, two rows, summary:\n{text}");
    assert!(
        text.contains(&format!("{invalid} dead letters")) && text.contains("(2 of them shown)"),
        "{text}"
    );
    assert!(!text.contains(SECRET) && !stdout(&output).contains(SECRET), "{text}");
    for nothing in [["--stage", "publish"], ["--topic", "elsewhere"], ["--since", "1h"]] {
        let found = listed(&dead(&broker, &topics, &["list", "--json", nothing[0], nothing[1]]));
        assert!(found.is_empty(), "{nothing:?}: {found:?}");
    }
    let since = listed(&dead(&broker, &topics, &["list", "--json", "--since", "2023-11-14T22:13:20Z"]));
    assert_eq!(since.len(), all.len(), "all of them are of that second or later");

    let secret = letters
        .iter()
        .find(|m| String::from_utf8_lossy(m.value.as_deref().unwrap_or_default()).contains(SECRET));
    let secret = secret.expect("one of the broken ones");
    let at = format!("{}/{}", secret.partition, secret.offset);
    let shown = stdout(&dead(&broker, &topics, &["show", &at]));
    assert!(shown.contains("__dlq.errors.code: invalid_json") && !shown.contains(SECRET), "{shown}");
    let shown = stdout(&dead(&broker, &topics, &["show", &at, "--value"]));
    assert!(shown.contains(&format!("\\u{{1b}}[31m{SECRET}")) && !shown.contains('\u{1b}'), "{shown}");
    assert_eq!(Some(dead(&broker, &topics, &["show", &at, "--raw"]).stdout), secret.value);
    for nowhere in ["0/999", "7/0"] {
        let output = dead(&broker, &topics, &["show", nowhere]);
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr(&output).contains("there is no dead letter at"), "{}", stderr(&output));
    }
}

#[test]
fn a_retry_copies_what_came_and_counts_and_asks_first() {
    let Some(broker) = Broker::find() else { return };
    let topics = broker.topics("retry", 2);
    let mut feed: Vec<Message> = (0..4).map(|n| article(n, 2)).collect();
    feed.extend((4..10).map(|n| broken(n, 2)));
    feed.push(Message { value: Some(b" ".to_vec()), ..article(10, 2) });
    broker.produce(&topics.input, &feed);
    let worker = Worker::start(&broker, &topics, &[]);
    assert_eq!(broker.read(&topics.dead, 2, || 7, &worker).len(), 7);
    worker.stops_within(STOP);
    let before = broker.ends(&topics.input, 2);

    let unasked = dead(&broker, &topics, &["retry", "--reason", "invalid_json"]);
    assert_eq!(unasked.status.code(), Some(2), "{}", stderr(&unasked));
    assert!(stderr(&unasked).contains("--yes"), "{}", stderr(&unasked));
    let dry = dead(&broker, &topics, &["retry", "--reason", "invalid_json", "--dry-run"]);
    assert_eq!((dry.status.code(), stdout(&dry).lines().count()), (Some(0), 6), "{}", stderr(&dry));
    assert_eq!(broker.ends(&topics.input, 2), before, "neither of them has written");

    let elsewhere = dead(&broker, &topics, &["retry", "--yes", "--set", "input.topics=some.other"]);
    assert_eq!(elsewhere.status.code(), Some(1), "{}", stderr(&elsewhere));
    assert!(stderr(&elsewhere).contains("no input topic"), "{}", stderr(&elsewhere));
    assert_eq!(broker.ends(&topics.input, 2), before, "no header decides where else to write");

    let done = dead(&broker, &topics, &["retry", "--reason", "invalid_json", "--yes"]);
    assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
    assert!(stderr(&done).contains("copied: 6 dead letters"), "{}", stderr(&done));
    // The worker reads them again; they are as bad as before, and their count of retries has grown.
    let worker = Worker::start(&broker, &topics, &[]);
    let copies: Vec<Message> = broker
        .read(&topics.input, 2, || feed.len() + 6, &worker)
        .into_iter()
        .filter(|m| m.offset >= before[&m.partition])
        .collect();
    assert_eq!(copies.len(), 6);
    for copy in &copies {
        let source = feed.iter().find(|m| m.value == copy.value && m.key == copy.key).expect("it came so");
        assert_eq!((copy.partition, copy.timestamp_ms), (source.partition, source.timestamp_ms));
        let mut headers = source.headers.clone();
        headers.push(("__dlq.retries".to_owned(), b"1".to_vec()));
        assert_eq!(copy.headers, headers, "its own headers, and the count");
    }
    let letters = broker.read(&topics.dead, 2, || 13, &worker);
    worker.stops_within(STOP);
    assert_eq!(letters.iter().filter(|m| header(m, "__dlq.retries") == "1").count(), 6);
    let again = letters.iter().find(|m| header(m, "__dlq.retries") == "1").expect("six of them");
    let at = format!("{}/{}", again.partition, again.offset);
    let done = dead(&broker, &topics, &["retry", &at, "--yes"]);
    assert!(
        stdout(&done).contains("retry 2") && stderr(&done).contains("copied: 1 dead letter "),
        "{}",
        stderr(&done)
    );
}

#[test]
fn a_retry_reads_an_omitted_value_from_its_source_and_says_where_that_is_gone() {
    let Some(broker) = Broker::find() else { return };
    let topics = broker.topics("omitted", 2);
    broker.limit_message_bytes(&topics.dead, 4_000);
    let words: Vec<String> =
        (0..2_000u64).map(|n| format!("{:x}", n.wrapping_mul(0x9e37_79b9_7f4a_7c15))).collect();
    let noise = words.concat();
    let feed: Vec<Message> = (0..2)
        .map(|n| Message { value: Some(format!("{{\"cut {n}\": \"{noise}").into_bytes()), ..article(n, 2) })
        .collect();
    broker.produce(&topics.input, &feed);
    let worker = Worker::start(&broker, &topics, &[]);
    let letters = broker.read(&topics.dead, 2, || 2, &worker);
    assert!(letters.iter().all(|letter| letter.value.is_none()), "neither fits");
    worker.stops_within(STOP);
    broker.delete_before(&topics.input, 1, 1);
    let output = dead(&broker, &topics, &["retry", "--yes"]);
    let messages = stderr(&output);
    assert_eq!(output.status.code(), Some(1), "one of two is gone:\n{messages}");
    assert!(messages.contains(&format!("its source {}/1/0 is gone", topics.input)), "{messages}");
    assert!(messages.contains("copied: 1 dead letter "), "{messages}");
    let worker = Worker::start(&broker, &topics, &[]);
    let copies = broker.read(&topics.input, 2, || 2, &worker);
    worker.stops_within(STOP);
    let copy = copies.iter().find(|m| m.header("__dlq.retries").is_some()).expect("the copy");
    assert_eq!((&copy.value, &copy.key), (&feed[0].value, &feed[0].key));
}

#[test]
fn the_breaker_stops_consuming_and_nothing_is_lost_by_it() {
    let Some(broker) = Broker::find() else { return };
    let topics = broker.topics("breaker", 1);
    let mut feed: Vec<Message> = (0..20).map(|n| article(n, 1)).collect();
    feed.extend((20..4_000).map(|n| broken(n, 1)));
    broker.produce(&topics.input, &feed);
    // Little in flight, so that there is something left to leave alone.
    let small = [
        ("COPYDESK_INPUT__MESSAGE_BYTES_MAX", "100000"),
        ("COPYDESK_DELIVERY__IN_FLIGHT_BYTES_MAX", "200000"),
        ("COPYDESK_DELIVERY__TRANSACTION_RECORDS_MAX", "64"),
    ];
    let limits =
        [("COPYDESK_DEAD_LETTER__BREAKER_IN_A_ROW", "50"), ("COPYDESK_DEAD_LETTER__BREAKER_PERCENT", "0")];
    let worker = Worker::start(&broker, &topics, &[&small[..], &limits].concat());
    worker.wait_for_metric("copydesk_dead_letter_breaker_open", |open| open > 0.0);
    let ready = worker.get("/readyz");
    assert!(
        ready.starts_with("HTTP/1.1 503") && ready.contains("50 records in a row became dead letters"),
        "{ready}"
    );
    assert!(worker.get("/livez").starts_with("HTTP/1.1 200"), "it is alive and waits for a person");
    assert!(worker.log().contains("nothing more is consumed"), "{}", worker.log());
    // Reading ends when nothing more has come for a second and a half, long enough for all of it.
    let letters = broker.read(&topics.dead, 1, || 50, &worker).len();
    assert!((50..3_980).contains(&letters), "it goes on to reject: {letters}");
    worker.stops_within(STOP);
    let committed = broker.committed(&topics, 1)[&0];
    assert!((70..4_000).contains(&committed), "it stopped in the middle: {committed}");
    let off =
        [("COPYDESK_DEAD_LETTER__BREAKER_IN_A_ROW", "0"), ("COPYDESK_DEAD_LETTER__BREAKER_PERCENT", "0")];
    let worker = Worker::start(&broker, &topics, &[&small[..], &off].concat());
    let letters = broker.read(&topics.dead, 1, || feed.len() - 20, &worker);
    let out = broker.read(&topics.output, 1, || 20, &worker);
    let mut options = Options::default();
    options.decode.message_bytes_max = 100_000;
    feed::judge(&topics, &feed, &out, &letters, &options);
    assert!(worker.metric("copydesk_dead_letter_breaker_open") < 1.0);
    worker.stops_within(STOP);
}
