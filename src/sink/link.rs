//! One producer and the thread that serves its queue.
//!
//! Delivery reports and log lines are only seen while somebody polls. The transaction calls block, and an
//! abort does not poll at all, so a thread of its own does. [`Link::drain`] is the barrier: when it returns,
//! every log line and report that librdkafka had queued has been looked at.

use super::{Signals, Stopped};
use crate::kafka::ProducerWatch;
use rdkafka::config::{ClientConfig, FromClientConfigAndContext};
use rdkafka::error::KafkaResult;
use rdkafka::producer::{BaseProducer, Producer};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long one poll may take: what a barrier costs, and how often an idle producer wakes up.
const POLL_BUSY: Duration = Duration::from_millis(1);
const POLL_IDLE: Duration = Duration::from_millis(20);

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

    /// Waits until the queue is empty and the poll that emptied it has ended.
    pub(super) fn drain(&self) {
        self.server.is_awaited.store(true, Ordering::Release);
        let deadline = Instant::now() + Duration::from_secs(2);
        while self.producer.in_flight_count() > 0 && Instant::now() < deadline {
            std::thread::sleep(POLL_BUSY / 2);
        }
        let round = self.server.rounds.load(Ordering::Acquire);
        while self.server.rounds.load(Ordering::Acquire) < round + 2 && Instant::now() < deadline {
            std::thread::sleep(POLL_BUSY / 2);
        }
        self.server.is_awaited.store(false, Ordering::Release);
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

fn serve(producer: &BaseProducer<ProducerWatch>, server: &Server) {
    while !server.stop.load(Ordering::Acquire) {
        let is_busy = server.is_awaited.load(Ordering::Acquire) || producer.context().outstanding() > 0;
        producer.poll(if is_busy { POLL_BUSY } else { POLL_IDLE });
        server.rounds.fetch_add(1, Ordering::AcqRel);
    }
}
