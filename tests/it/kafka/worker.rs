//! The worker as a process: started with nothing but its environment, watched, stopped, killed.

use super::broker::{Broker, Topics};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

const START_TIMEOUT: Duration = Duration::from_secs(60);

pub struct Worker {
    child: Mutex<Child>,
    port: u16,
    log: std::path::PathBuf,
}

/// Prints past the test harness's capture.
pub fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

impl Worker {
    pub fn start(broker: &Broker, topics: &Topics, environment: &[(&str, &str)]) -> Self {
        let port = free_port();
        let log = std::env::temp_dir().join(format!("copydesk-test-{}-{port}.log", topics.group));
        let file = std::fs::File::create(&log).expect("a log file");
        let mut command = Command::new(env!("CARGO_BIN_EXE_copydesk"));
        command
            .arg("run")
            .env("COPYDESK_KAFKA__BROKERS", &broker.brokers)
            .env("COPYDESK_KAFKA__GROUP", &topics.group)
            .env("COPYDESK_KAFKA__INSTANCE", "only")
            .env("COPYDESK_INPUT__TOPICS", &topics.input)
            .env("COPYDESK_OUTPUT__TOPIC", &topics.output)
            .env("COPYDESK_DEAD_LETTER__TOPIC", &topics.dead)
            .env("COPYDESK_ADMIN__LISTEN", format!("127.0.0.1:{port}"))
            .env_remove("COPYDESK_TEST_BROKERS")
            .env_remove("COPYDESK_TEST_RECORDS")
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(file);
        Self { child: Mutex::new(command.spawn().expect("the worker starts")), port, log }
    }

    /// Waits until `/readyz` says so.
    pub fn wait_ready(&self) {
        self.wait_until("ready", || {
            self.try_get("/readyz").is_some_and(|answer| answer.starts_with("HTTP/1.1 200"))
        });
    }

    pub fn get(&self, path: &str) -> String {
        self.try_get(path).expect("the admin port answers")
    }

    fn try_get(&self, path: &str) -> Option<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
        write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        Some(answer)
    }

    /// A metric without labels.
    pub fn metric(&self, name: &str) -> f64 {
        self.try_metric(name).unwrap_or_else(|| panic!("no metric {name}"))
    }

    /// The same, where it answers.
    pub fn try_metric(&self, name: &str) -> Option<f64> {
        let metrics = self.try_get("/metrics")?;
        let line = metrics.lines().find(|line| line.split(' ').next() == Some(name))?;
        line.rsplit(' ').next()?.trim().parse().ok()
    }

    pub fn wait_for_metric(&self, name: &str, is_right: impl Fn(f64) -> bool) {
        self.wait_until(name, || self.try_metric(name).is_some_and(&is_right));
    }

    /// Waits until it is not ready and says these words.
    pub fn wait_not_ready(&self, words: &str) {
        self.wait_until(words, || {
            self.try_get("/readyz")
                .is_some_and(|answer| answer.starts_with("HTTP/1.1 503") && answer.contains(words))
        });
    }

    /// Waits until so many records of the output topic are committed.
    pub fn wait_for_published(&self, broker: &Broker, topics: &Topics, partitions: i32, count: usize) {
        // Ends count transaction markers too, so this is a little early; it only times a kill.
        let count = i64::try_from(count).expect("small");
        self.wait_until("records published", || {
            broker.ends(&topics.output, partitions).values().sum::<i64>() >= count
        });
    }

    fn wait_until(&self, what: &str, is_so: impl Fn() -> bool) {
        let started = Instant::now();
        while !is_so() {
            self.assert_alive();
            let waited = started.elapsed();
            assert!(waited < START_TIMEOUT, "no {what} after {waited:?}; log:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits until its log holds these words.
    pub fn wait_for_log(&self, words: &str) {
        self.wait_until(words, || self.log().contains(words));
    }

    /// Waits as long as something moves: only a long standstill is a failure.
    pub fn wait_while_it_moves(&self, what: &str, is_so: impl Fn() -> bool, moved: impl Fn() -> f64) {
        let (mut last, mut since) = (moved(), Instant::now());
        while !is_so() {
            self.assert_alive();
            let now = moved();
            if now > last {
                (last, since) = (now, Instant::now());
            }
            assert!(since.elapsed() < START_TIMEOUT, "no {what}, at {last}; log:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub fn assert_alive(&self) {
        let ended = self.child.lock().expect("unpoisoned").try_wait().expect("a child");
        assert!(ended.is_none(), "the worker has ended: {ended:?}; log:\n{}", self.log());
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Highest resident memory so far.
    pub fn peak_memory_kib(&self) -> u64 {
        let id = self.child.lock().expect("unpoisoned").id();
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with("VmHWM:"));
        line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok()).unwrap_or(0)
    }

    /// SIGTERM, then a clean end within the time.
    pub fn stops_within(self, limit: Duration) {
        let started = Instant::now();
        self.signal("-TERM");
        loop {
            if let Some(status) = self.child.lock().expect("unpoisoned").try_wait().expect("a child") {
                let took = started.elapsed();
                assert!(status.success(), "the worker ended with {status}; log:\n{}", self.log());
                assert!(took < limit, "the worker took {took:?} to stop; log:\n{}", self.log());
                return;
            }
            assert!(started.elapsed() < limit * 3, "the worker does not stop; log:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits for it to end by itself; its log with the status.
    pub fn ends(self) -> (std::process::ExitStatus, String) {
        let started = Instant::now();
        loop {
            if let Some(status) = self.child.lock().expect("unpoisoned").try_wait().expect("a child") {
                return (status, self.log());
            }
            assert!(started.elapsed() < START_TIMEOUT, "the worker does not end; log:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Stops it in its tracks, as a host that hangs does.
    pub fn freeze(&self) {
        self.signal("-STOP");
    }

    pub fn thaw(&self) {
        self.signal("-CONT");
    }

    /// SIGTERM, without waiting.
    pub fn terminate(&self) {
        self.signal("-TERM");
    }

    /// How it has ended, if it has.
    pub fn ended(&self) -> Option<std::process::ExitStatus> {
        self.child.lock().expect("unpoisoned").try_wait().expect("a child")
    }

    /// Nothing waits in its partitions, and nothing is in flight.
    pub fn is_idle(&self) -> bool {
        let (flight, lags) =
            (self.try_metric("copydesk_in_flight_messages"), self.try_series("copydesk_lag_messages"));
        flight == Some(0.0) && lags.is_some_and(|lags| lags.iter().sum::<f64>() < 0.5)
    }

    /// Its metrics that are not zero, for a message.
    pub fn counts(&self) -> String {
        let metrics = self.try_get("/metrics").unwrap_or_else(|| "it does not answer".to_owned());
        let is_told = |line: &&str| {
            line.starts_with("copydesk_") && !line.contains("_bucket{") && !line.ends_with(" 0")
        };
        metrics.lines().filter(is_told).collect::<Vec<_>>().join("\n")
    }

    /// All values of a metric with labels, where the worker answers.
    pub fn try_series(&self, name: &str) -> Option<Vec<f64>> {
        let metrics = self.try_get("/metrics")?;
        let start = format!("{name}{{");
        let lines = metrics.lines().filter(|line| line.starts_with(&start));
        lines.map(|line| line.rsplit(' ').next()?.trim().parse().ok()).collect()
    }

    fn signal(&self, name: &str) {
        let id = self.child.lock().expect("unpoisoned").id().to_string();
        let sent = Command::new("kill").args([name, &id]).status().expect("kill is there");
        assert!(sent.success(), "kill {name} {id}");
    }

    /// kill -9.
    pub fn kill(self) {
        let mut child = self.child.lock().expect("unpoisoned");
        child.kill().expect("it was running");
        child.wait().expect("it has ended");
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // A test that failed leaves its worker running.
        if let Ok(child) = self.child.get_mut() {
            let _ = child.kill();
            let _ = child.wait();
        }
        let _ = std::fs::remove_file(&self.log);
    }
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port()
}
