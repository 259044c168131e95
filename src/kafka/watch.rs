//! The producer's context: counts delivery reports, and watches librdkafka's log for signs of trouble.
//!
//! librdkafka does not speak the protocol that keeps a delayed commit or abort request from hitting a later
//! transaction (KIP-890). A connection that failed is the only sign, and the log line the only place that
//! shows it; so any such line since the producer was made marks it as suspect, and a suspect producer is
//! made anew before the next transaction begins, which fences whatever is late.

use super::verdict::code_of;
use rdkafka::ClientContext;
use rdkafka::config::{ClientConfig, RDKafkaLogLevel};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::DeliveryResult;
use rdkafka::producer::ProducerContext;
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock};
use std::time::Duration;

/// Lines kept about a failed transaction: one for each of its partitions, but there may be thousands.
const GIVEN_UP_LINES_MAX: usize = 100;

/// Delivery reports and health of one producer.
#[derive(Debug, Default)]
pub struct ProducerWatch {
    tally: Mutex<Tally>,
    changed: Condvar,
    suspicion: OnceLock<Suspicion>,
}

/// The first sign that a request of a producer may still be on its way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Suspicion {
    /// A log line told of a connection that failed or a request that timed out.
    Connection,
    SlowCommit,
    /// A transaction call had to be repeated.
    RepeatedCall,
    /// The log could not be read to its end in time.
    UnreadLog,
}

impl Suspicion {
    pub const ALL: [Self; 4] = [Self::Connection, Self::SlowCommit, Self::RepeatedCall, Self::UnreadLog];

    /// The word in `producer_rebuilds_total`.
    pub fn cause(self) -> &'static str {
        match self {
            Self::Connection => "connection",
            Self::SlowCommit => "slow_commit",
            Self::RepeatedCall => "repeated_call",
            Self::UnreadLog => "unread_log",
        }
    }
}

/// Whether a producer with these settings shows us the lines that [`ProducerWatch`] lives by; if not, why.
pub fn sees_failures(settings: &ClientConfig) -> Result<(), String> {
    let level = settings.log_level;
    if (level as i32) < RDKafkaLogLevel::Info as i32 {
        return Err(format!(
            "the producer's log level is {level:?}, which hides failed connections: exactly once needs Info"
        ));
    }
    match settings.get("log.connection.close") {
        None | Some("true") => Ok(()),
        Some(value) => {
            Err(format!("log.connection.close={value} hides failed connections: exactly once needs true"))
        }
    }
}

#[derive(Debug, Default)]
struct Tally {
    outstanding: usize,
    failed: Vec<(usize, RDKafkaErrorCode)>,
    /// What librdkafka said when it gave the open transaction up; empty while it has not.
    given_up: Vec<String>,
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

    /// What librdkafka said when it gave the open transaction up; nothing while it has not.
    pub fn given_up(&self) -> Vec<String> {
        self.lock().given_up.clone()
    }

    pub fn has_given_up(&self) -> bool {
        !self.lock().given_up.is_empty()
    }

    /// Another transaction begins.
    pub fn begin(&self) {
        self.lock().given_up.clear();
    }

    /// How many reports are still to come.
    pub fn outstanding(&self) -> usize {
        self.lock().outstanding
    }

    /// The tickets of records that failed since the last call, and why.
    pub fn take_failed(&self) -> Vec<(usize, RDKafkaErrorCode)> {
        std::mem::take(&mut self.lock().failed)
    }

    /// Why this producer must not begin another transaction, if so.
    pub fn suspicion(&self) -> Option<Suspicion> {
        self.suspicion.get().copied()
    }

    /// Makes the producer suspect; the first suspicion is kept.
    pub fn suspect(&self, why: Suspicion) {
        let _ = self.suspicion.set(why);
    }

    fn lock(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().expect("no holder of this lock panics")
    }
}

impl ClientContext for ProducerWatch {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        if matches!(facility, "FAIL" | "REQTMOUT") {
            self.suspect(Suspicion::Connection);
        }
        // Lines of the first kind name a topic and partition each, one of the second kind the transaction's error.
        if matches!(facility, "ADDPARTS" | "TXNERR") {
            let lines = &mut self.lock().given_up;
            if lines.len() < GIVEN_UP_LINES_MAX {
                lines.push(message.to_owned());
            }
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
            tally.failed.push((ticket, code_of(error)));
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
