//! Settings that librdkafka refuses, and will for ever: the worker stops and names them.

use super::CASE_TIMEOUT;
use super::rig::{config, mock, topics};
use copydesk::kafka::Group;
use copydesk::sink::{Signals, Stopped};
use copydesk::telemetry::Metrics;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::BaseConsumer;
use std::io::Read;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Unknown, out of range, against another.
const REFUSED: [(&str, &str); 3] =
    [("no.such.setting=1", "no.such.setting"), ("batch.size=-7", "batch.size"), ("acks=1", "acks")];

#[test]
fn a_setting_of_the_producer_that_librdkafka_refuses_stops_the_sink() {
    let mock = mock();
    for mode in ["exactly_once", "at_least_once"] {
        for (setting, name) in REFUSED {
            let extra = [("DELIVERY__MODE", mode), ("LIBRDKAFKA__PRODUCER", setting)];
            let config = config(&mock.bootstrap_servers(), &extra);
            let reader = ClientConfig::new().set("bootstrap.servers", &config.kafka.brokers).create();
            let reader: BaseConsumer = reader.expect("a consumer");
            let group: Arc<dyn Group> = Arc::new(reader);
            let signals = Arc::new(Signals::default());
            let mut sink = copydesk::sink::new(&config, topics(), group, signals, Metrics::new());
            let Err(Stopped::Because(why)) = sink.prepare() else {
                panic!("{mode} with {setting} goes on")
            };
            assert!(why.contains(name) && why.contains("librdkafka.producer"), "{why}");
        }
    }
}

#[test]
fn the_worker_ends_over_a_setting_that_librdkafka_refuses_and_names_it() {
    let mock = mock();
    let tables = ["CONSUMER", "PRODUCER"].map(|role| (role, format!("librdkafka.{}", role.to_lowercase())));
    for (role, table) in tables {
        let mut child = Command::new(env!("CARGO_BIN_EXE_copydesk"))
            .arg("run")
            .env("COPYDESK_KAFKA__BROKERS", mock.bootstrap_servers())
            .env("COPYDESK_INPUT__TOPICS", super::rig::INPUT)
            .env("COPYDESK_OUTPUT__TOPIC", super::rig::OUTPUT)
            .env("COPYDESK_DEAD_LETTER__TOPIC", super::rig::DEAD)
            .env("COPYDESK_ADMIN__LISTEN", "127.0.0.1:0")
            .env(format!("COPYDESK_LIBRDKAFKA__{role}"), "no.such.setting=1")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let started = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().expect("a child") {
                break Some(status);
            }
            if started.elapsed() > CASE_TIMEOUT {
                break None;
            }
            std::thread::sleep(Duration::from_millis(20));
        };
        // It may have ended by itself.
        let _ = child.kill();
        let mut log = String::new();
        child.stderr.take().expect("piped").read_to_string(&mut log).expect("UTF-8");
        let status = status.unwrap_or_else(|| panic!("{role}: the worker goes on: {log}"));
        assert_eq!(status.code(), Some(1), "{role}: {log}");
        assert!(log.contains("no.such.setting") && log.contains(&table), "{role}: {log}");
    }
}
