//! Rights that are withdrawn while the worker runs, and given back: it stays, says which right on what is missing, and
//! goes on without loss. A broker of the test's own asks its authorizer; five workers lack one right each.

use super::audit::audit_is_clean;
use super::broker::{Broker, Message, Topics};
use super::feed::{self, article, poisoned};
use super::network::is_ci;
use super::outage::Own;
use super::worker::{Worker, say};
use copydesk::pipeline::Options;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

const PARTITIONS: i32 = 3;
/// Back to work so long after the right is.
const RECOVERY_MAX: Duration = Duration::from_secs(15);
const CONSUMED: &str = "copydesk_messages_consumed_total";
const LOGIN: [(&str, &str); 4] = [
    ("COPYDESK_KAFKA__SECURITY_PROTOCOL", "sasl_plaintext"),
    ("COPYDESK_KAFKA__SASL_MECHANISM", "PLAIN"),
    ("COPYDESK_KAFKA__SASL_USERNAME", "worker"),
    ("COPYDESK_KAFKA__SASL_PASSWORD", "worker-secret"),
];

/// One worker and the right that it will lack.
struct Case {
    topics: Topics,
    feed: Vec<Message>,
    worker: Worker,
    operation: &'static str,
    kind: &'static str,
    name: String,
}

impl Case {
    /// A worker with 60 records to do. `right` names operation and kind of the resource; the resource's name is
    /// the topics' to tell.
    fn start(
        own: &Own,
        name: &str,
        right: (&'static str, &'static str),
        of: impl Fn(&Topics) -> String,
    ) -> Self {
        let topics = own.broker.topics(name, PARTITIONS);
        let mut feed: Vec<Message> = (0..120).map(|number| article(number, PARTITIONS)).collect();
        feed.extend(poisoned(120));
        feed.extend((120..160).map(|number| article(number, PARTITIONS)));
        own.broker.produce(&topics.input, &feed[..60]);
        let worker = Worker::start(&Broker { brokers: own.sasl() }, &topics, &LOGIN);
        let (operation, kind) = right;
        Self { name: of(&topics), topics, feed, worker, operation, kind }
    }

    fn words(&self) -> String {
        format!("{} on {} `{}` is missing", self.operation, self.kind.replace('-', " "), self.name)
    }

    /// Everything is there once, whatever was missing meanwhile.
    fn judge(&self, broker: &Broker) {
        let Self { topics, feed, worker, .. } = self;
        let out = broker.read(&topics.output, PARTITIONS, || topics.expected_published(feed), worker);
        let dead = broker.read(&topics.dead, PARTITIONS, || topics.expected_dead(feed), worker);
        feed::judge(topics, feed, &out, &dead, &Options::default());
        audit_is_clean(broker, topics, out.len(), dead.len());
    }
}

/// Denies a right of each case, or gives all of them back; one call for each operation, since each starts a JVM.
fn deny(broker: &Broker, cases: &[Case], change: &[&str]) {
    for operation in ["Read", "Write"] {
        let mut arguments: Vec<&str> = change.to_vec();
        arguments.extend(["--deny-principal", "User:worker", "--operation", operation]);
        let options: Vec<String> = cases
            .iter()
            .filter(|case| case.operation == operation)
            .flat_map(|case| [format!("--{}", case.kind), case.name.clone()])
            .collect();
        arguments.extend(options.iter().map(String::as_str));
        acls(broker, &arguments);
    }
}

fn acls(broker: &Broker, arguments: &[&str]) {
    let tool = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kafka/tool");
    let done = Command::new(tool)
        .args(["kafka-acls.sh", "--bootstrap-server", &broker.brokers])
        .args(arguments)
        .output()
        .expect("the tool runs");
    assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn rights_that_are_withdrawn_and_given_back_cost_nothing() {
    let Some(own) = Own::start_with("rights", &["--acl"]) else { return };
    let broker = &own.broker;
    let everything = ["--topic", "*", "--group", "*", "--transactional-id", "*", "--cluster"];
    let allow = ["--add", "--allow-principal", "User:worker", "--operation", "All"];
    acls(broker, &[&allow[..], &everything].concat());
    let cases = [
        Case::start(&own, "no-output", ("Write", "topic"), |topics| topics.output.clone()),
        Case::start(&own, "no-dead", ("Write", "topic"), |topics| topics.dead.clone()),
        Case::start(&own, "no-id", ("Write", "transactional-id"), |topics| {
            format!("{}-only-0", topics.group)
        }),
        Case::start(&own, "no-input", ("Read", "topic"), |topics| topics.input.clone()),
        Case::start(&own, "no-group", ("Read", "group"), |topics| topics.group.clone()),
    ];
    for case in &cases {
        case.worker.wait_for_metric(CONSUMED, |count| count > 59.0);
    }
    deny(broker, &cases, &["--add", "--force"]);
    for case in &cases {
        broker.produce(&case.topics.input, &case.feed[60..140]);
    }
    for case in &cases {
        case.worker.wait_not_ready(&case.words());
        let done = case.worker.metric(CONSUMED);
        assert!((done - 60.0).abs() < 0.1, "{done} records are done without {}", case.words());
    }
    // Longer than a session lasts: the worker without its group has lost its place in it by then.
    std::thread::sleep(Duration::from_secs(if is_ci() { 0 } else { 60 }));
    deny(broker, &cases, &["--remove", "--force"]);
    let back = Instant::now();
    for case in &cases {
        broker.produce(&case.topics.input, &case.feed[140..]);
    }
    for case in &cases {
        case.worker.wait_for_metric(CONSUMED, |count| count > 60.0);
        let recovery = back.elapsed();
        say(&format!("{}: work goes on {recovery:.1?} after it was given back", case.words()));
        assert!(recovery < RECOVERY_MAX, "{recovery:?} from {} to the next commit", case.words());
    }
    for case in &cases {
        case.judge(broker);
        case.worker.wait_ready();
    }
    for case in cases {
        case.worker.stops_within(Duration::from_secs(8));
    }
}
