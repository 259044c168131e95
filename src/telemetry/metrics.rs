//! Every metric in one list, all series there from the start, labels only from closed sets.

use crate::model::Reason;
use prometheus::core::Collector;
use prometheus::{
    Counter, Encoder, Gauge, GaugeVec, Histogram, HistogramOpts, IntCounter, IntCounterVec, IntGauge,
    IntGaugeVec, Opts, Registry, TextEncoder,
};
use std::sync::{Arc, OnceLock};

/// Causes of a rebuilt producer. Those between `start` and `error` are the suspicions of `kafka/watch.rs`.
const REBUILD_CAUSES: [&str; 7] =
    ["start", "connection", "slow_commit", "repeated_call", "unread_log", "error", "fenced"];
/// Why a transaction was undone: the call that failed, or what happened meanwhile.
const ABORT_REASONS: [&str; 11] = [
    "produce",
    "begin",
    "offsets",
    "send_offsets",
    "commit",
    "rebalance",
    "refused",
    "no_group",
    "fenced",
    "timed_out",
    "topics",
];
const LEVELS: [&str; 5] = ["error", "warn", "info", "debug", "trace"];

/// The cached handles. Counting is per batch, never per label look-up.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    pub messages_consumed_total: IntCounter,
    pub messages_published_total: IntCounter,
    pub messages_dead_lettered_total: IntCounter,
    pub messages_skipped_total: IntCounter,
    pub polled_total: IntCounter,
    pub discarded_revoked: IntCounter,
    pub discarded_shutdown: IntCounter,
    pub discarded_held: IntCounter,
    pub discarded_stale: IntCounter,
    pub dead_letter_breaker_open: IntGauge,
    pub consumed_bytes_total: IntCounter,
    pub published_bytes_total: IntCounter,
    pub last_record_processed_timestamp_seconds: Gauge,
    pub end_to_end_seconds: Histogram,
    pub enrich_seconds: Histogram,
    pub transactions_total: IntCounter,
    pub transaction_commit_seconds: Histogram,
    pub rebalances_assign: IntCounter,
    pub rebalances_revoke: IntCounter,
    pub rebalances_lost: IntCounter,
    pub assigned_partitions: IntGauge,
    pub in_flight_messages: IntGauge,
    pub in_flight_bytes: IntGauge,
    pub backpressure_seconds_total: Counter,
    pub worker_busy_ratio: Gauge,
    errors_total: IntCounterVec,
    transactions_aborted_total: IntCounterVec,
    producer_rebuilds_total: IntCounterVec,
    lag_messages: IntGaugeVec,
    lag_seconds: GaugeVec,
}

impl Metrics {
    /// All metrics, registered and at zero.
    pub fn new() -> Arc<Self> {
        let list = List(Registry::new());
        let discarded =
            list.counters("discarded_total", "Records polled but given up, by reason.", "reason");
        let rebalances = list.counters("rebalances_total", "Changes of the assignment, by kind.", "kind");
        let rebalances = |kind| rebalances.with_label_values(&[kind]);
        let metrics = Self {
            messages_consumed_total: list
                .counter("messages_consumed_total", "Records whose offset is committed."),
            messages_published_total: list
                .counter("messages_published_total", "Records published and committed."),
            messages_dead_lettered_total: list
                .counter("messages_dead_lettered_total", "Records sent to the dead letters and committed."),
            messages_skipped_total: list
                .counter("messages_skipped_total", "Records skipped by configuration."),
            polled_total: list.counter("polled_total", "Records polled, whatever became of them."),
            discarded_revoked: discarded.with_label_values(&["revoked"]),
            discarded_shutdown: discarded.with_label_values(&["shutdown"]),
            discarded_held: discarded.with_label_values(&["held"]),
            discarded_stale: discarded.with_label_values(&["stale"]),
            dead_letter_breaker_open: list.int_gauge(
                "dead_letter_breaker_open",
                "1 when too many dead letters have stopped consuming.",
            ),
            consumed_bytes_total: list.counter("consumed_bytes_total", "Bytes of committed input."),
            published_bytes_total: list
                .counter("published_bytes_total", "Bytes of committed output values."),
            last_record_processed_timestamp_seconds: list.gauge(
                "last_record_processed_timestamp_seconds",
                "When a record was last committed, in seconds since 1970.",
            ),
            end_to_end_seconds: list.histogram(
                "end_to_end_seconds",
                "From a record's timestamp to its commit; the last record of each batch.",
                &[0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0],
            ),
            enrich_seconds: list.histogram(
                "enrich_seconds",
                "Decode, enrich and encode, per record; the mean of each batch.",
                &[0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1.0],
            ),
            transactions_total: list.counter("transactions_total", "Transactions committed."),
            transaction_commit_seconds: list.histogram(
                "transaction_commit_seconds",
                "How long commit_transaction took.",
                &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 15.0],
            ),
            rebalances_assign: rebalances("assign"),
            rebalances_revoke: rebalances("revoke"),
            rebalances_lost: rebalances("lost"),
            assigned_partitions: list
                .int_gauge("assigned_partitions", "Partitions assigned to this worker."),
            in_flight_messages: list
                .int_gauge("in_flight_messages", "Records dispatched and not yet committed."),
            in_flight_bytes: list.int_gauge("in_flight_bytes", "Bytes of the budget in use."),
            backpressure_seconds_total: list.seconds(
                "backpressure_seconds_total",
                "Time the poll thread waited for room in the budget.",
            ),
            worker_busy_ratio: list
                .gauge("worker_busy_ratio", "Share of the last second the workers worked, 0 to 1."),
            errors_total: list.counters("errors_total", "Dead letters by reason.", "reason"),
            transactions_aborted_total: list.counters(
                "transactions_aborted_total",
                "Transactions undone and sent again, by reason.",
                "reason",
            ),
            producer_rebuilds_total: list.counters(
                "producer_rebuilds_total",
                "Producers made anew, by cause.",
                "cause",
            ),
            lag_messages: list.lags("lag_messages", "Records between the committed offset and the end."),
            lag_seconds: list.lag_times("lag_seconds", "Age of the last record done, while others wait."),
            registry: list.0,
        };
        Arc::new(metrics.initialised())
    }

    fn initialised(self) -> Self {
        let zero = |counters: &IntCounterVec, labels: &[&str]| {
            for label in labels {
                counters.with_label_values(&[label]);
            }
        };
        zero(&self.errors_total, &Reason::ALL.map(Reason::reason));
        zero(&self.transactions_aborted_total, &ABORT_REASONS);
        zero(&self.producer_rebuilds_total, &REBUILD_CAUSES);
        let info = Opts::new("copydesk_build_info", "Always 1; the version is the label.")
            .const_label("version", env!("CARGO_PKG_VERSION"));
        let info = IntGauge::with_opts(info).expect("the name and the label are valid");
        info.set(1);
        self.add(info);
        self.add(log_events().clone());
        // The crate knows the process's figures on Linux only.
        #[cfg(target_os = "linux")]
        self.add(prometheus::process_collector::ProcessCollector::for_self());
        self
    }

    fn add(&self, collector: impl Collector + 'static) {
        self.registry.register(Box::new(collector)).expect("each metric is registered once");
    }

    /// The text that Prometheus scrapes.
    pub fn render(&self) -> String {
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut text).expect("memory takes any text");
        String::from_utf8(text).expect("the text format is UTF-8")
    }

    /// A record has gone to the dead letters.
    pub fn error(&self, reason: Reason) {
        self.errors_total.with_label_values(&[reason.reason()]).inc();
    }

    pub fn transaction_aborted(&self, reason: &str) {
        self.transactions_aborted_total.with_label_values(&[reason]).inc();
    }

    /// Transactions undone, for whatever reason.
    pub fn transactions_aborted(&self) -> u64 {
        ABORT_REASONS
            .iter()
            .map(|why| self.transactions_aborted_total.with_label_values(&[why]).get())
            .sum()
    }

    pub fn producer_rebuilt(&self, cause: &str) {
        self.producer_rebuilds_total.with_label_values(&[cause]).inc();
    }

    pub fn set_lag(&self, topic: &str, partition: i32, messages: i64, seconds: f64) {
        let partition = partition.to_string();
        self.lag_messages.with_label_values(&[topic, &partition]).set(messages);
        self.lag_seconds.with_label_values(&[topic, &partition]).set(seconds);
    }

    /// The partition is not ours any more: whoever has it reports its lag.
    pub fn drop_lag(&self, topic: &str, partition: i32) {
        let partition = partition.to_string();
        // It may never have been set.
        let _ = self.lag_messages.remove_label_values(&[topic, &partition]);
        let _ = self.lag_seconds.remove_label_values(&[topic, &partition]);
    }
}

/// Log lines by level. Shared by all registries of a process, because the log is.
pub(super) fn log_events() -> &'static IntCounterVec {
    static EVENTS: OnceLock<IntCounterVec> = OnceLock::new();
    EVENTS.get_or_init(|| {
        let opts = Opts::new("copydesk_log_events_total", "Log lines by level.");
        let events = IntCounterVec::new(opts, &["level"]).expect("the name and the label are valid");
        for level in LEVELS {
            events.with_label_values(&[level]);
        }
        events
    })
}

/// A registry that makes and registers in one step.
struct List(Registry);

impl List {
    fn add<C: Collector + Clone + 'static>(&self, made: prometheus::Result<C>) -> C {
        let metric = made.expect("names and labels are valid");
        self.0.register(Box::new(metric.clone())).expect("each metric is registered once");
        metric
    }

    fn counter(&self, name: &str, help: &str) -> IntCounter {
        self.add(IntCounter::with_opts(opts(name, help)))
    }

    fn counters(&self, name: &str, help: &str, label: &str) -> IntCounterVec {
        self.add(IntCounterVec::new(opts(name, help), &[label]))
    }

    fn seconds(&self, name: &str, help: &str) -> Counter {
        self.add(Counter::with_opts(opts(name, help)))
    }

    fn gauge(&self, name: &str, help: &str) -> Gauge {
        self.add(Gauge::with_opts(opts(name, help)))
    }

    fn int_gauge(&self, name: &str, help: &str) -> IntGauge {
        self.add(IntGauge::with_opts(opts(name, help)))
    }

    fn lags(&self, name: &str, help: &str) -> IntGaugeVec {
        self.add(IntGaugeVec::new(opts(name, help), &["topic", "partition"]))
    }

    fn lag_times(&self, name: &str, help: &str) -> GaugeVec {
        self.add(GaugeVec::new(opts(name, help), &["topic", "partition"]))
    }

    fn histogram(&self, name: &str, help: &str, buckets: &[f64]) -> Histogram {
        let opts = HistogramOpts::new(format!("copydesk_{name}"), help).buckets(buckets.to_vec());
        self.add(Histogram::with_opts(opts))
    }
}

fn opts(name: &str, help: &str) -> Opts {
    Opts::new(format!("copydesk_{name}"), help)
}
