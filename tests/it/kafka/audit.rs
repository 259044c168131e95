//! `copydesk audit` against a real broker: a run of the worker is clean, each planted fault is found by name and
//! place, and what cannot be judged is refused.

use super::broker::{Broker, Message, Topics};
use super::feed::{article, poisoned};
use super::worker::Worker;
use rdkafka::producer::Producer;
use serde_json::{Value, json};
use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Starts the audit of a test's topics.
fn start(broker: &Broker, topics: &Topics, arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_copydesk"))
        .args(["audit", "--brokers", &broker.brokers, "--input", &topics.input, "--output", &topics.output])
        .args(["--dead-letter", &topics.dead])
        .args(arguments)
        .env("COPYDESK_KAFKA__GROUP", &topics.group)
        .env_remove("COPYDESK_TEST_BROKERS")
        .env_remove("COPYDESK_TEST_RECORDS")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts")
}

/// Its exit code and what it says.
fn audit(broker: &Broker, topics: &Topics, arguments: &[&str]) -> (Option<i32>, String) {
    let output = start(broker, topics, arguments).wait_with_output().expect("it ends");
    let messages = String::from_utf8_lossy(&output.stderr);
    assert!(!output.stdout.is_empty(), "no verdict: {messages}");
    (output.status.code(), String::from_utf8(output.stdout).expect("UTF-8"))
}

pub fn audit_json(broker: &Broker, topics: &Topics, arguments: &[&str]) -> (Option<i32>, Value) {
    let (code, text) = audit(broker, topics, &[&["--json"], arguments].concat());
    (code, serde_json::from_str(&text).expect("one JSON object"))
}

/// The second judge of the fault tests, beside the comparison with the pure function: the program's own audit must
/// find nothing, and count what the first judge has counted.
pub fn audit_is_clean(broker: &Broker, topics: &Topics, published: usize, dead_lettered: usize) {
    let (code, answer) = audit_json(broker, topics, &[]);
    assert_eq!((code, &answer["verdict"]), (Some(0), &json!("clean")), "the audit finds: {answer}");
    let records = &answer["records"];
    assert_eq!(
        (&records["input"], &records["published"], &records["dead_lettered"]),
        (&json!(published + dead_lettered), &json!(published), &json!(dead_lettered)),
        "the audit counts otherwise than the judge: {answer}"
    );
}

/// A record as copydesk would publish it, but for its value.
fn output(topic: &str, partition: i32, source: i64) -> Message {
    let place = format!("{topic}/{partition}/{source}");
    let headers = vec![("copydesk-source".to_owned(), place.into_bytes())];
    Message { headers, ..article(0, 1) }.at(partition)
}

impl Message {
    fn at(self, partition: i32) -> Self {
        Self { partition, ..self }
    }
}

#[test]
fn the_audit_finds_a_run_clean_and_each_planted_fault_with_its_place() {
    let Some(broker) = Broker::find() else { return };
    let topics = broker.topics("audit", 3);
    let mut feed: Vec<Message> = (0..300).map(|n| article(n, 3)).collect();
    feed.extend(poisoned(300));
    broker.produce(&topics.input, &feed);
    let worker = Worker::start(&broker, &topics, &[]);
    let published = broker.read(&topics.output, 3, || topics.expected_published(&feed), &worker).len();
    let dead = broker.read(&topics.dead, 3, || topics.expected_dead(&feed), &worker).len();
    worker.stops_within(Duration::from_secs(5));

    let (code, clean) = audit_json(&broker, &topics, &[]);
    assert_eq!((code, &clean["verdict"]), (Some(0), &json!("clean")), "{clean}");
    let expected = json!({
        "input": feed.len(), "published": published, "dead_lettered": dead,
        "skipped": 0, "not_due": 0, "before_start": 0, "other_inputs": 0,
    });
    assert_eq!(clean["records"], expected);
    assert!(dead > 0 && published + dead == feed.len(), "every record has one outcome");
    let (code, text) = audit(&broker, &topics, &[]);
    assert!(code == Some(0) && text.contains("clean: nothing is missing"), "{text}");

    let inputs = broker.ends(&topics.input, 3);
    let outputs = broker.ends(&topics.output, 3);
    // In partition 0 a pair is swapped, in 1 a record comes again, in 2 one is lost and one comes from nowhere.
    broker.produce(&topics.input, &[0, 0, 2].map(|partition| article(1_000, 1).at(partition)));
    let planted = [
        output(&topics.input, 0, inputs[&0] + 1),
        output(&topics.input, 0, inputs[&0]),
        output(&topics.input, 1, 0),
        output(&topics.input, 2, 100_000),
    ];
    broker.produce(&topics.output, &planted);
    let (code, found) = audit_json(&broker, &topics, &[]);
    assert_eq!((code, &found["verdict"]), (Some(1), &json!("found")), "{found}");
    let counts = json!({ "missing": 1, "duplicate": 1, "out_of_order": 1, "unknown": 1, "not_skipped": 0 });
    assert_eq!(found["counts"], counts, "{found}");
    let raw =
        |partition, offset| json!({ "topic": topics.input, "partition": partition, "offset": offset });
    let out =
        |partition, offset| json!({ "topic": topics.output, "partition": partition, "offset": offset });
    let (first, end) = (inputs[&0], inputs[&2]);
    for finding in [
        json!({ "kind": "missing", "source": raw(2, end), "last_offset": end, "records": 1 }),
        json!({ "kind": "duplicate", "source": raw(1, 0), "at": out(1, outputs[&1]), "earlier": "output" }),
        json!({ "kind": "out_of_order", "source": raw(0, first), "at": out(0, outputs[&0] + 1), "after_offset": first + 1 }),
        json!({ "kind": "unknown", "source": raw(2, 100_000), "at": out(2, outputs[&2]), "why": "not_in_input" }),
    ] {
        let findings = found["findings"].as_array().expect("a list");
        assert!(findings.contains(&finding), "{finding} is missing in {found}");
    }
    let (code, text) = audit(&broker, &topics, &[]);
    let line = format!("missing: 1\n  {}/2/{end}\n", topics.input);
    assert!(code == Some(1) && text.contains(&line), "{text}");

    let (_, committed) = audit_json(&broker, &topics, &["--committed"]);
    assert_eq!(committed["counts"]["missing"], 0, "the worker has not come to it: {committed}");
    assert_eq!(committed["records"]["not_due"], 1, "{committed}");
}

#[test]
fn topics_that_cannot_be_judged_are_refused_with_a_way_out() {
    let Some(broker) = Broker::find() else { return };
    let topics = broker.topics("refused", 1);
    broker.produce(&topics.input, &(0..40).map(|n| article(n, 1)).collect::<Vec<_>>());
    let outputs: Vec<Message> = (10..40).map(|offset| output(&topics.input, 0, offset)).collect();
    broker.produce(&topics.output, &outputs);
    let refused = |arguments: &[&str], reason: &str, way_out: &str| {
        let (code, answer) = audit_json(&broker, &topics, arguments);
        assert_eq!((code, &answer["verdict"]), (Some(2), &json!("refused")), "{answer}");
        assert_eq!(answer["reason"], reason, "{answer}");
        assert!(answer["message"].as_str().expect("a message").contains(way_out), "{answer}");
    };
    let (code, found) = audit_json(&broker, &topics, &[]);
    assert_eq!((code, &found["counts"]["missing"]), (Some(1), &json!(10)), "{found}");

    broker.delete_before(&topics.input, 0, 10);
    refused(&[], "truncated", "--truncated-input");
    let (code, clean) = audit_json(&broker, &topics, &["--truncated-input"]);
    assert_eq!(code, Some(0), "{clean}");

    broker.produce(&topics.output, &[output("another-topic", 0, 0)]);
    refused(&["--truncated-input"], "other_input", "--other-inputs");
    let (code, counted) = audit_json(&broker, &topics, &["--truncated-input", "--other-inputs"]);
    assert_eq!((code, &counted["records"]["other_inputs"]), (Some(0), &json!(1)), "{counted}");

    refused(&["--truncated-input", "--set", "input.start=latest"], "no_start", "input.start=earliest");
    let absent = Topics {
        input: topics.input.clone(),
        output: format!("{}-absent", topics.output),
        dead: topics.dead.clone(),
        group: topics.group.clone(),
    };
    let (code, answer) = audit_json(&broker, &absent, &["--truncated-input"]);
    assert_eq!((code, &answer["reason"]), (Some(2), &json!("unreadable")), "{answer}");
    assert!(answer["message"].as_str().expect("a message").contains(&absent.output), "{answer}");
    broker.delete_before(&topics.output, 0, 5);
    refused(&["--truncated-input"], "truncated", "new topics");
    broker.set_option(&topics.dead, "cleanup.policy", "compact");
    refused(&[], "compacted", "cleanup.policy=delete");
}

#[test]
fn an_open_transaction_is_waited_for_before_anything_is_called_missing() {
    let Some(broker) = Broker::find() else { return };
    let topics = broker.topics("open", 1);
    broker.produce(&topics.input, &[article(0, 1), article(1, 1)]);
    broker.produce(&topics.output, &[output(&topics.input, 0, 0)]);
    let producer = broker.open_transaction(&topics.output, &output(&topics.input, 0, 1));
    let mut child = start(&broker, &topics, &["--json"]);
    std::thread::sleep(Duration::from_secs(3));
    assert!(child.try_wait().expect("a child").is_none(), "it waits for the transaction to end");
    producer.commit_transaction(Duration::from_secs(20)).expect("the transaction can be committed");
    let mut text = String::new();
    child.stdout.take().expect("piped").read_to_string(&mut text).expect("UTF-8");
    assert_eq!(child.wait().expect("it ends").code(), Some(0), "{text}");
    assert!(text.contains("\"published\":2"), "{text}");
}

#[test]
fn dead_letters_of_another_family_are_told_by_it_and_not_by_headers_from_upstream() {
    let Some(broker) = Broker::find() else { return };
    let topics = broker.topics("family", 3);
    let stale = [("topic", "upstream"), ("partition", "0"), ("offset", "7")];
    let stale = stale.map(|(name, value)| (format!("__dlq.errors.{name}"), value.as_bytes().to_vec()));
    let mut feed = poisoned(0);
    for message in &mut feed {
        message.headers.extend(stale.iter().cloned());
    }
    broker.produce(&topics.input, &feed);
    let worker = Worker::start(&broker, &topics, &[("COPYDESK_DEAD_LETTER__HEADERS", "spring")]);
    let dead = broker.read(&topics.dead, 3, || topics.expected_dead(&feed), &worker).len();
    broker.read(&topics.output, 3, || topics.expected_published(&feed), &worker);
    worker.stops_within(Duration::from_secs(5));
    let (code, clean) = audit_json(&broker, &topics, &["--set", "dead_letter.headers=spring"]);
    assert_eq!((code, &clean["records"]["dead_lettered"]), (Some(0), &json!(dead)), "{clean}");
    let (code, answer) = audit_json(&broker, &topics, &[]);
    assert_eq!((code, &answer["reason"]), (Some(2), &json!("other_input")), "read as our own: {answer}");
}

/// As [`audit_is_clean`], of what is left of an input that was truncated.
pub fn audit_of_the_rest_is_clean(broker: &Broker, topics: &Topics) {
    let (code, answer) = audit_json(broker, topics, &["--truncated-input"]);
    assert_eq!((code, &answer["verdict"]), (Some(0), &json!("clean")), "the audit finds: {answer}");
}
