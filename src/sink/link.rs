//! One producer and the thread that serves its queue.
//!
//! Delivery reports and log lines are only seen while somebody polls. The transaction calls block, and an
//! abort does not poll at all, so a thread of its own does. [`Link::drain`] is the barrier: when it returns,
//! every log line and report that librdkafka had queued has been looked at.

use super::{Signals, Stopped};
use crate::kafka::ProducerWatch;
use rdkafka::TopicPartitionList;
use rdkafka::config::{ClientConfig, FromClientConfigAndContext};
use rdkafka::consumer::ConsumerGroupMetadata;
use rdkafka::error::{KafkaResult, RDKafkaErrorCode};
use rdkafka::producer::{BaseProducer, Producer};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long one poll may take: what a barrier costs, and how often an idle producer wakes up.
const POLL_BUSY: Duration = Duration::from_millis(1);
const POLL_IDLE: Duration = Duration::from_millis(20);
/// Much longer than any queue takes to be read; a barrier that fails costs a rebuild.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(2);
/// How much longer than its own timeout a call may take before it is taken for stuck.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);

pub(super) struct Link {
    producer: Arc<BaseProducer<ProducerWatch>>,
    server: Arc<Server>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Server {
    stop: AtomicBool,
    /// Grows with each poll that has ended.
    rounds: AtomicU64,
    /// Somebody waits for a barrier: poll in short rounds.
    is_awaited: AtomicBool,
}

impl Link {
    pub(super) fn new(settings: &ClientConfig) -> KafkaResult<Self> {
        let producer = BaseProducer::from_config_and_context(settings, ProducerWatch::default())?;
        let producer = Arc::new(producer);
        let server = Arc::new(Server::default());
        let (polled, shared) = (Arc::clone(&producer), Arc::clone(&server));
        let thread = std::thread::Builder::new()
            .name("producer".to_owned())
            .spawn(move || serve(&polled, &shared))
            .expect("the system can start a thread");
        Ok(Self { producer, server, thread: Some(thread) })
    }

    pub(super) fn producer(&self) -> &BaseProducer<ProducerWatch> {
        &self.producer
    }

    pub(super) fn watch(&self) -> &ProducerWatch {
        self.producer.context()
    }

    /// Waits until every delivery report has arrived. librdkafka times each record out, so this ends.
    pub(super) fn wait_deliveries(&self, signals: &Signals) -> Result<(), Stopped> {
        while !self.watch().wait_all(Duration::from_millis(200)) {
            if signals.is_stopping() {
                return Err(Stopped::ByRequest);
            }
        }
        Ok(())
    }

    /// What has made the producer useless, if something has. Delivery reports do not tell.
    pub(super) fn fatal_error(&self) -> Option<(RDKafkaErrorCode, String)> {
        self.producer.client().fatal_error()
    }

    /// Adds the offsets to the transaction; none when librdkafka does not answer, or the worker stops. Where the
    /// group's coordinator cannot be found, librdkafka forgets that it was asked and never returns from this call. Its
    /// thread is left to it with the producer, which must then be replaced.
    pub(super) fn send_offsets(
        &self,
        offsets: &TopicPartitionList,
        metadata: &Arc<ConsumerGroupMetadata>,
        timeout: Duration,
        signals: &Signals,
    ) -> Option<KafkaResult<()>> {
        let (producer, offsets, metadata) =
            (Arc::clone(&self.producer), offsets.clone(), Arc::clone(metadata));
        let (done, is_done) = crossbeam_channel::bounded(1);
        let body = move || {
            // Nobody waits any more when it took too long.
            let _ = done.send(producer.send_offsets_to_transaction(&offsets, &metadata, timeout));
        };
        let thread = std::thread::Builder::new().name("offsets".to_owned()).spawn(body);
        drop(thread.expect("the system can start a thread"));
        let deadline = Instant::now() + timeout + ANSWER_TIMEOUT;
        while Instant::now() < deadline && !signals.is_stopping() {
            if let Ok(answer) = is_done.recv_timeout(Duration::from_millis(100)) {
                return Some(answer);
            }
        }
        None
    }

    /// From now on nobody reads what librdkafka has to say.
    #[cfg(test)]
    pub(super) fn stop_serving(&self) {
        self.server.stop.store(true, Ordering::Release);
    }

    /// Waits until the queue is empty and the poll that emptied it has ended; says whether that came about.
    pub(super) fn drain(&self) -> bool {
        self.server.drain(|| self.producer.in_flight_count() == 0, DRAIN_TIMEOUT)
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.server.stop.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            // It ends within one idle poll; a panic there has been reported by the hook already.
            let _ = thread.join();
        }
    }
}

impl Server {
    /// An empty queue is not enough: the poll that took the last event may still be handling it. The second
    /// round to end from now on began after the queue was seen empty.
    fn drain(&self, is_empty: impl Fn() -> bool, timeout: Duration) -> bool {
        self.is_awaited.store(true, Ordering::Release);
        let deadline = Instant::now() + timeout;
        let wait_until = |is_so: &dyn Fn() -> bool| {
            while !is_so() && Instant::now() < deadline {
                std::thread::sleep(POLL_BUSY / 2);
            }
            is_so()
        };
        let is_read = wait_until(&is_empty);
        let round = self.rounds.load(Ordering::Acquire);
        let is_handled = wait_until(&|| self.rounds.load(Ordering::Acquire) >= round + 2);
        self.is_awaited.store(false, Ordering::Release);
        is_read && is_handled
    }
}

fn serve(producer: &BaseProducer<ProducerWatch>, server: &Server) {
    while !server.stop.load(Ordering::Acquire) {
        let is_busy = server.is_awaited.load(Ordering::Acquire) || producer.context().outstanding() > 0;
        producer.poll(if is_busy { POLL_BUSY } else { POLL_IDLE });
        server.rounds.fetch_add(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A log line that is being looked at is in no queue any more, and has not yet made the producer suspect.
    #[test]
    fn the_barrier_waits_for_the_poll_that_took_the_last_event() {
        let (server, is_handled) = (Server::default(), AtomicBool::new(false));
        std::thread::scope(|scope| {
            scope.spawn(|| {
                std::thread::sleep(Duration::from_millis(100));
                is_handled.store(true, Ordering::Release);
                while !server.stop.load(Ordering::Acquire) {
                    server.rounds.fetch_add(1, Ordering::AcqRel);
                    std::thread::sleep(POLL_BUSY);
                }
            });
            let is_done = server.drain(|| true, Duration::from_secs(20));
            let was_handled = is_handled.load(Ordering::Acquire);
            server.stop.store(true, Ordering::Release);
            assert!(is_done && was_handled);
        });
    }

    #[test]
    fn the_barrier_says_when_nobody_polls_or_the_queue_stays_full() {
        let server = Server::default();
        assert!(!server.drain(|| true, Duration::from_millis(20)), "no round has ended");
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !server.stop.load(Ordering::Acquire) {
                    server.rounds.fetch_add(1, Ordering::AcqRel);
                    std::thread::sleep(POLL_BUSY);
                }
            });
            let is_done = server.drain(|| false, Duration::from_millis(50));
            server.stop.store(true, Ordering::Release);
            assert!(!is_done, "the queue was never empty");
        });
    }
}
