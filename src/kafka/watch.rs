//! The producer's context: counts delivery reports, and watches librdkafka's log for signs of trouble.
//!
//! librdkafka does not speak the protocol that keeps a delayed commit or abort request from hitting a later
//! transaction (KIP-890). A connection that failed is the only sign, and the log line the only place that
//! shows it; so any such line since the producer was made marks it as suspect, and a suspect producer is
//! made anew before the next transaction begins, which fences whatever is late.

use rdkafka::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::DeliveryResult;
use rdkafka::producer::ProducerContext;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::Duration;

/// Delivery reports and health of one producer.
#[derive(Debug, Default)]
pub struct ProducerWatch {
    tally: Mutex<Tally>,
    changed: Condvar,
    is_suspect: AtomicBool,
}

#[derive(Debug, Default)]
struct Tally {
    outstanding: usize,
    failed: Vec<(usize, RDKafkaErrorCode)>,
}

impl ProducerWatch {
    /// Notes that a record is about to be handed to librdkafka.
    pub fn sent(&self) {
        self.lock().outstanding += 1;
    }

    /// Takes [`ProducerWatch::sent`] back: librdkafka did not accept the record.
    pub fn unsent(&self) {
        self.lock().outstanding -= 1;
    }

    /// Waits until every report has arrived; says whether it has.
    pub fn wait_all(&self, timeout: Duration) -> bool {
        let waited = self.changed.wait_timeout_while(self.lock(), timeout, |tally| tally.outstanding > 0);
        waited.expect("no holder of this lock panics").0.outstanding == 0
    }

    /// How many reports are still to come.
    pub fn outstanding(&self) -> usize {
        self.lock().outstanding
    }

    /// The tickets of records that failed since the last call, and why.
    pub fn take_failed(&self) -> Vec<(usize, RDKafkaErrorCode)> {
        std::mem::take(&mut self.lock().failed)
    }

    pub fn is_suspect(&self) -> bool {
        self.is_suspect.load(Ordering::Acquire)
    }

    pub fn suspect(&self) {
        self.is_suspect.store(true, Ordering::Release);
    }

    fn lock(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().expect("no holder of this lock panics")
    }
}

impl ClientContext for ProducerWatch {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        if matches!(facility, "FAIL" | "REQTMOUT") {
            self.suspect();
        }
        log_librdkafka("producer", level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        tracing::debug!(client = "producer", %error, reason, "librdkafka reports an error");
    }
}

impl ProducerContext for ProducerWatch {
    /// The record's ticket: its number in the transaction.
    type DeliveryOpaque = usize;

    fn delivery(&self, result: &DeliveryResult<'_>, ticket: usize) {
        let mut tally = self.lock();
        tally.outstanding -= 1;
        if let Err((error, _)) = result {
            let code = error.rdkafka_error_code().unwrap_or(RDKafkaErrorCode::Unknown);
            tally.failed.push((ticket, code));
        }
        // Waking the sink for each of 10,000 reports would cost more than the reports.
        let is_news = tally.outstanding.is_multiple_of(1024);
        drop(tally);
        if is_news {
            self.changed.notify_all();
        }
    }
}

/// Passes a log line of librdkafka on. Its warnings are ours at `info`: it warns of what it mends itself.
pub fn log_librdkafka(client: &'static str, level: RDKafkaLogLevel, facility: &str, message: &str) {
    match level {
        RDKafkaLogLevel::Emerg | RDKafkaLogLevel::Alert | RDKafkaLogLevel::Critical => {
            tracing::error!(client, facility, message, "librdkafka");
        }
        RDKafkaLogLevel::Error | RDKafkaLogLevel::Warning => {
            tracing::info!(client, facility, message, "librdkafka");
        }
        _ => tracing::debug!(client, facility, message, "librdkafka"),
    }
}
