//! A broker that dies or hangs under the worker, and comes back: a broker of the test's own, so that the other tests
//! keep theirs.

use super::audit::audit_is_clean;
use super::broker::{Broker, Message, Topics};
use super::feed::{self, article};
use super::report::{Run, reported};
use super::size::sizes;
use super::worker::{Worker, say};
use copydesk::pipeline::Options;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

const PARTITIONS: i32 = 3;
/// Back to steady work so long after the broker is.
const RECOVERY_MAX: Duration = Duration::from_secs(15);
const PUBLISHED: &str = "copydesk_messages_published_total";

/// One broker with a folder of its own, stopped and removed at the end.
pub struct Own {
    folder: PathBuf,
    pub broker: Broker,
}

impl Own {
    pub fn start(name: &str) -> Option<Self> {
        Self::start_with(name, &[])
    }

    /// The same with options of `tests/kafka/start`.
    pub fn start_with(name: &str, options: &[&str]) -> Option<Self> {
        // That some broker is there says that one can be started here.
        Broker::find()?;
        let folder = std::env::temp_dir().join(format!("copydesk-outage-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        script("start", &[options, &["--state"]].concat(), &folder);
        let nodes: Vec<PathBuf> = (1..=9)
            .map(|number| folder.join(format!("node-{number}")))
            .filter(|node| node.is_dir())
            .collect();
        let nodes = if nodes.is_empty() { vec![folder.clone()] } else { nodes };
        let brokers: Vec<String> = nodes.iter().map(|node| address(node, "port")).collect();
        Some(Self { folder, broker: Broker { brokers: brokers.join(",") } })
    }

    /// Where users log in, of a broker that was started with `--acl`.
    pub fn sasl(&self) -> String {
        address(&self.folder, "sasl-port")
    }

    /// Kills a node of a cluster.
    pub fn kill_node(&self, number: usize) {
        script("stop", &["--kill"], &self.folder.join(format!("node-{number}")));
    }

    /// Brings it back. It has yet to catch up when this returns.
    pub fn bring_back_node(&self, number: usize) {
        script("start", &["--state"], &self.folder.join(format!("node-{number}")));
    }

    pub fn kill(&self) {
        script("stop", &["--kill"], &self.folder);
    }

    pub fn come_back(&self) {
        script("start", &["--state"], &self.folder);
    }

    pub fn signal(&self, name: &str) {
        let id = std::fs::read_to_string(self.folder.join("pid")).expect("the broker's process id");
        let sent = Command::new("kill").args([name, id.trim()]).status().expect("kill is there");
        assert!(sent.success(), "kill {name} {id}");
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        script("stop", &[], &self.folder);
    }
}

fn address(folder: &Path, file: &str) -> String {
    let port = std::fs::read_to_string(folder.join(file)).expect("the broker's port");
    format!("127.0.0.1:{}", port.trim())
}

fn script(name: &str, arguments: &[&str], folder: &Path) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kafka").join(name);
    // To files: a broker that holds a pipe open would keep `output()` waiting.
    let log = std::fs::File::create(folder.with_extension("log")).expect("a log");
    let status = Command::new(script)
        .args(arguments)
        .arg(folder)
        .stdout(log.try_clone().expect("a log"))
        .stderr(log)
        .status()
        .expect("the script runs");
    let log = std::fs::read_to_string(folder.with_extension("log")).unwrap_or_default();
    let _ = std::fs::remove_file(folder.with_extension("log"));
    assert!(status.success(), "tests/kafka/{name} ended with {status}: {log}");
}

/// Half of the feed, an outage in the middle of it, the other half: nothing lost, nothing twice, soon steady again.
fn survives(name: &str, run: &mut Run, goes: impl Fn(&Own), returns: impl Fn(&Own)) {
    let Some(own) = Own::start(name) else { return };
    let away = sizes().outage;
    let topics = own.broker.topics(name, PARTITIONS);
    let feed: Vec<Message> = (0..5_000).map(|number| article(number, PARTITIONS)).collect();
    own.broker.produce(&topics.input, &feed[..4_000]);
    let worker = Worker::start(&own.broker, &topics, &[]);
    worker.wait_for_metric(PUBLISHED, |count| count > 500.0);
    goes(&own);
    std::thread::sleep(away);
    worker.assert_alive();
    let before = worker.metric(PUBLISHED);
    assert!(before < 4_000.0, "the outage came after all the work");
    returns(&own);
    let back = Instant::now();
    worker.wait_for_metric(PUBLISHED, |count| count > before);
    let recovery = back.elapsed();
    own.broker.produce(&topics.input, &feed[4_000..]);
    judge(&own.broker, &topics, &feed, &worker);
    run.judged(feed.len());
    run.fault(name, 1);
    run.recovered(recovery);
    say(&format!("{name}: away for {away:?}, published again {recovery:.1?} after it was back"));
    assert!(recovery < RECOVERY_MAX, "{recovery:?} from the broker's return to the next commit");
    worker.stops_within(Duration::from_secs(8));
}

fn judge(broker: &Broker, topics: &Topics, feed: &[Message], worker: &Worker) {
    let out = broker.read(&topics.output, PARTITIONS, || feed.len(), worker);
    feed::judge(topics, feed, &out, &[], &Options::default());
    audit_is_clean(broker, topics, feed.len(), 0);
}

#[test]
fn a_broker_that_is_killed_and_comes_back_costs_nothing() {
    reported("broker killed", None, |run| survives("killed-broker", run, Own::kill, Own::come_back));
}

#[test]
fn a_broker_that_hangs_and_goes_on_costs_nothing() {
    reported("broker frozen", None, |run| {
        survives("hung-broker", run, |own| own.signal("-STOP"), |own| own.signal("-CONT"));
    });
}
