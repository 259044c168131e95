//! The admin port over real HTTP on loopback.

use copydesk::config::Admin;
use copydesk::kafka::Suspicion;
use copydesk::telemetry::{Health, Loop, Metrics, http};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use tokio::sync::oneshot;

struct Port {
    address: SocketAddr,
    metrics: Arc<Metrics>,
    health: Arc<Health>,
    _close: oneshot::Sender<()>,
    _runtime: tokio::runtime::Runtime,
}

impl Port {
    fn open() -> Self {
        let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = free.local_addr().expect("an address");
        drop(free);
        let (metrics, health) = (Metrics::new(), Arc::new(Health::default()));
        let (close, closed) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let admin = Admin { listen: Some(address) };
        let started = http::start(&admin, Arc::clone(&metrics), Arc::clone(&health), closed);
        runtime.block_on(started).expect("the port opens");
        Self { address, metrics, health, _close: close, _runtime: runtime }
    }

    fn get(&self, path: &str) -> (String, String) {
        self.ask("GET", path)
    }

    fn ask(&self, method: &str, path: &str) -> (String, String) {
        let mut stream = TcpStream::connect(self.address).expect("a connection");
        write!(stream, "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            .expect("a request");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        (head.to_ascii_lowercase(), body.to_owned())
    }
}

#[test]
fn a_worker_that_is_held_says_why_until_it_stops() {
    let port = Port::open();
    port.health.set_ready();
    port.health.set_held("too many dead letters");
    // Joining a group comes from another thread, and may come late.
    port.health.set_ready();
    port.health.set_waiting("joining");
    let (head, body) = port.get("/readyz");
    assert!(head.starts_with("http/1.1 503") && body.contains("too many dead letters"), "{body}");
    port.health.set_stopping();
    assert!(port.get("/readyz").1.contains("stopping"));
}

#[test]
fn trouble_is_told_while_it_lasts_and_hides_no_other() {
    let port = Port::open();
    port.health.set_ready();
    port.health.set_trouble(Loop::Poll, Some("no right to read".to_owned()));
    port.health.set_trouble(Loop::Coordinator, Some("no topic to write".to_owned()));
    assert!(port.get("/readyz").1.contains("no right to read"));
    port.health.set_trouble(Loop::Poll, None);
    let (head, body) = port.get("/readyz");
    assert!(head.starts_with("http/1.1 503") && body.contains("no topic to write"), "{body}");
    port.health.set_trouble(Loop::Coordinator, None);
    assert!(port.get("/readyz").0.starts_with("http/1.1 200"));
}

#[test]
fn readiness_follows_the_worker_and_errors_are_problem_details() {
    let port = Port::open();
    let (head, body) = port.get("/readyz");
    assert!(head.starts_with("http/1.1 503") && head.contains("application/problem+json"), "{head}");
    assert!(body.contains("starting"), "{body}");
    port.health.set_ready();
    assert!(port.get("/readyz").0.starts_with("http/1.1 200"));
    port.health.set_waiting("topics are missing");
    assert!(port.get("/readyz").1.contains("topics are missing"));
    port.health.set_stopping();
    port.health.set_ready();
    assert!(port.get("/readyz").0.starts_with("http/1.1 503"));
    port.health.tick(Loop::Poll);
    assert!(port.get("/livez").0.starts_with("http/1.1 200"), "liveness does not depend on readiness");
    let (head, body) = port.get("/no/such/page");
    assert!(head.starts_with("http/1.1 404") && body.contains("\"status\":404"), "{head}\n{body}");
    let (head, body) = port.ask("POST", "/metrics");
    assert!(head.starts_with("http/1.1 405") && head.contains("allow: get"), "{head}");
    assert!(head.contains("application/problem+json") && body.contains("\"status\":405"), "{head}\n{body}");
}

#[test]
fn every_series_is_there_from_the_start_and_lag_goes_with_its_partition() {
    let port = Port::open();
    let (head, body) = port.get("/metrics");
    assert!(head.contains("text/plain; version=0.0.4"), "{head}");
    for name in [
        "messages_consumed_total",
        "messages_published_total",
        "messages_dead_lettered_total",
        "messages_skipped_total",
        "polled_total",
        "discarded_total{reason=\"revoked\"}",
        "errors_total{reason=\"too_large\"}",
        "transactions_total",
        "transactions_aborted_total{reason=\"rebalance\"}",
        "producer_rebuilds_total{cause=\"error\"}",
        "rebalances_total{kind=\"lost\"}",
        "assigned_partitions",
        "in_flight_messages",
        "in_flight_bytes",
        "worker_busy_ratio",
        "log_events_total{level=\"error\"}",
    ] {
        assert!(body.contains(&format!("copydesk_{name} 0")), "copydesk_{name} is not 0 in\n{body}");
    }
    for suspicion in Suspicion::ALL {
        let series = format!("copydesk_producer_rebuilds_total{{cause=\"{}\"}} 0", suspicion.cause());
        assert!(body.contains(&series), "{series} is missing in\n{body}");
    }
    assert!(
        body.contains("copydesk_build_info{version=") && body.contains("process_resident_memory_bytes")
    );
    port.metrics.set_lag("articles", 3, 17, 2.5);
    assert!(
        port.get("/metrics").1.contains("copydesk_lag_messages{partition=\"3\",topic=\"articles\"} 17")
    );
    port.metrics.drop_lag("articles", 3);
    assert!(!port.get("/metrics").1.contains("copydesk_lag_messages{"));
    let series = body.lines().filter(|line| !line.starts_with('#')).count();
    assert!(series + 12 * 2 <= 300, "{series} series and two for each of 12 partitions");
}

#[test]
fn a_port_in_use_is_named_with_its_option() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let admin = Admin { listen: Some(taken.local_addr().expect("an address")) };
    let (_close, closed) = oneshot::channel();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let error = runtime.block_on(http::start(&admin, Metrics::new(), Arc::new(Health::default()), closed));
    let message = format!("{:#}", error.expect_err("the port is taken"));
    assert!(message.contains("admin.listen") && message.contains("in use"), "{message}");
}
