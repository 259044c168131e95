//! The workers: take a batch, run the pipeline on each record, pass the outcomes on.

use super::coordinator::Message;
use crate::enrich::Scratch;
use crate::kafka::{FinishedBatch, Record, RecordBatch};
use crate::model::Outcome;
use crate::pipeline::Pipeline;
use crate::source::Budget;
use crate::telemetry::Metrics;
use crossbeam_channel::{Receiver, Sender};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Instant;

/// What all workers share.
#[derive(Clone)]
pub(super) struct Workshop {
    pub(super) pipeline: Arc<Pipeline>,
    pub(super) batches: Receiver<RecordBatch>,
    pub(super) finished: Sender<Message>,
    pub(super) budget: Arc<Budget>,
    pub(super) metrics: Arc<Metrics>,
    /// Set when the worker stops: what is not begun is left for the next start.
    pub(super) is_stopping: Arc<AtomicBool>,
    /// Set when the breaker has tripped: what is not begun is left as well.
    pub(super) is_held: Arc<AtomicBool>,
    /// Time spent working, of all workers together.
    pub(super) busy_ns: Arc<AtomicU64>,
}

impl Workshop {
    /// Starts the workers. They end when the source has ended and every batch is done.
    pub(super) fn start(&self, threads: usize) -> Vec<JoinHandle<()>> {
        let start = |number| {
            let own = self.clone();
            let name = format!("worker-{number}");
            let started = std::thread::Builder::new().name(name).spawn(move || own.work());
            started.expect("the system can start a thread")
        };
        (0..threads).map(start).collect()
    }

    fn work(self) {
        let mut scratch = Scratch::default();
        for batch in &self.batches {
            if self.is_stopping.load(Ordering::Acquire) || self.is_held.load(Ordering::Acquire) {
                if self.finished.send(Message::Abandoned(batch)).is_err() {
                    return;
                }
                continue;
            }
            let started = Instant::now();
            let finished = self.finish(batch, &mut scratch);
            let took = started.elapsed();
            self.busy_ns.fetch_add(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
            let records = finished.outcomes.len().max(1);
            self.metrics.enrich_seconds.observe(took.as_secs_f64() / records as f64);
            self.budget.charge(finished.finished_bytes());
            if self.finished.send(Message::Finished(Arc::new(finished))).is_err() {
                return;
            }
        }
    }

    fn finish(&self, input: RecordBatch, scratch: &mut Scratch) -> FinishedBatch {
        let outcome = |record: Record<'_>| match record.refusal() {
            Some(why) => Outcome::DeadLetter(why),
            None => self.pipeline.run(&record.raw(), scratch),
        };
        let outcomes = input.records().map(outcome).collect();
        FinishedBatch { input, outcomes, refused: Vec::new() }
    }
}
