//! A broker that dies or hangs under the worker, and comes back: a broker of the test's own, so that the other tests
//! keep theirs.

use super::broker::{Broker, Message, Topics};
use super::feed::{self, article};
use super::worker::{Worker, say};
use copydesk::pipeline::Options;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

const PARTITIONS: i32 = 3;
/// Back to steady work so long after the broker is.
const RECOVERY_MAX: Duration = Duration::from_secs(15);
const PUBLISHED: &str = "copydesk_messages_published_total";

/// How long the broker is away; `COPYDESK_TEST_OUTAGE_SECONDS` makes it longer.
fn outage() -> Duration {
    let seconds = std::env::var("COPYDESK_TEST_OUTAGE_SECONDS").ok().and_then(|n| n.parse().ok());
    Duration::from_secs(seconds.unwrap_or(4))
}

/// One broker with a folder of its own, stopped and removed at the end.
struct Own {
    folder: PathBuf,
    broker: Broker,
}

impl Own {
    fn start(name: &str) -> Option<Self> {
        // That some broker is there says that one can be started here.
        Broker::find()?;
        let folder = std::env::temp_dir().join(format!("copydesk-outage-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        script("start", &["--state"], &folder);
        let port = std::fs::read_to_string(folder.join("port")).expect("the broker's port");
        let broker = Broker { brokers: format!("127.0.0.1:{}", port.trim()) };
        Some(Self { folder, broker })
    }

    fn kill(&self) {
        script("stop", &["--kill"], &self.folder);
    }

    fn come_back(&self) {
        script("start", &["--state"], &self.folder);
    }

    fn signal(&self, name: &str) {
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
fn survives(name: &str, goes: impl Fn(&Own), returns: impl Fn(&Own)) {
    let Some(own) = Own::start(name) else { return };
    let topics = own.broker.topics(name, PARTITIONS);
    let feed: Vec<Message> = (0..5_000).map(|number| article(number, PARTITIONS)).collect();
    own.broker.produce(&topics.input, &feed[..4_000]);
    let worker = Worker::start(&own.broker, &topics, &[]);
    worker.wait_for_metric(PUBLISHED, |count| count > 500.0);
    goes(&own);
    std::thread::sleep(outage());
    worker.assert_alive();
    let before = worker.metric(PUBLISHED);
    assert!(before < 4_000.0, "the outage came after all the work");
    returns(&own);
    let back = Instant::now();
    worker.wait_for_metric(PUBLISHED, |count| count > before);
    let recovery = back.elapsed();
    own.broker.produce(&topics.input, &feed[4_000..]);
    judge(&own.broker, &topics, &feed, &worker);
    say(&format!("{name}: away for {:?}, published again {recovery:.1?} after it was back", outage()));
    assert!(recovery < RECOVERY_MAX, "{recovery:?} from the broker's return to the next commit");
    worker.stops_within(Duration::from_secs(8));
}

fn judge(broker: &Broker, topics: &Topics, feed: &[Message], worker: &Worker) {
    let out = broker.read(&topics.output, PARTITIONS, || feed.len(), worker);
    feed::judge(topics, feed, &out, &[], &Options::default());
}

#[test]
fn a_broker_that_is_killed_and_comes_back_costs_nothing() {
    survives("killed-broker", Own::kill, Own::come_back);
}

#[test]
fn a_broker_that_hangs_and_goes_on_costs_nothing() {
    survives("hung-broker", |own| own.signal("-STOP"), |own| own.signal("-CONT"));
}
