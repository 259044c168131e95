//! The coordinator thread: owns the engine, holds finished batches until they are settled, keeps the books.

use super::sink_thread::Order;
use crate::engine::{
    BREAKER_WINDOW, Batch, BatchId, Breaker, Command, Discard, Engine, Event, TopicPartition, Trip,
};
use crate::kafka::{FinishedBatch, RecordBatch, Topics};
use crate::model::{DeadLetter, Outcome, Reason, Stage};
use crate::sink::{Answer, Refused, Signals, Stopped};
use crate::source::{Budget, Lanes, Notice, SourceEnd};
use crate::telemetry::{Health, Loop, Metrics};
use crossbeam_channel::{Receiver, Sender};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// What the other threads tell the coordinator.
pub(super) enum Message {
    Notice(Notice),
    Finished(Arc<FinishedBatch>),
    /// A batch that was not begun before the worker stopped.
    Abandoned(RecordBatch),
    SinkReady,
    SinkAnswer(Answer),
    SinkStopped(Stopped),
    SourceEnded(SourceEnd),
}

/// How often the gauges are brought up to date.
const GAUGE_INTERVAL: Duration = Duration::from_secs(1);
/// Dead letters named in the log in one such interval; the rest is only counted.
const DEAD_LETTER_LOGS_MAX: u32 = 5;

/// The channels and shared state the coordinator works with.
pub(super) struct Desk {
    pub(super) messages: Receiver<Message>,
    pub(super) orders: Sender<Order>,
    pub(super) ready: Sender<()>,
    pub(super) signals: Arc<Signals>,
    pub(super) budget: Arc<Budget>,
    pub(super) lanes: Arc<Lanes>,
    pub(super) topics: Topics,
    pub(super) metrics: Arc<Metrics>,
    pub(super) busy_ns: Arc<AtomicU64>,
    pub(super) workers: usize,
    pub(super) health: Arc<Health>,
    /// Set here when the breaker trips.
    pub(super) is_held: Arc<AtomicBool>,
}

pub(super) struct Coordinator {
    desk: Desk,
    engine: Engine,
    breaker: Breaker,
    started: Instant,
    held: BTreeMap<BatchId, Arc<FinishedBatch>>,
    next_id: u64,
    waiting: BTreeMap<u64, Sender<()>>,
    next_request: u64,
    assigned: BTreeMap<TopicPartition, Option<i64>>,
    gauges_at: Instant,
    busy_before_ns: u64,
    dead_letters_logged: u32,
    is_sink_ready: bool,
    end: Option<Result<(), String>>,
}

impl Coordinator {
    pub(super) fn new(desk: Desk, engine: Engine, breaker: Breaker) -> Self {
        let now = Instant::now();
        Self {
            desk,
            engine,
            breaker,
            started: now,
            held: BTreeMap::new(),
            next_id: 0,
            waiting: BTreeMap::new(),
            next_request: 0,
            assigned: BTreeMap::new(),
            gauges_at: now,
            busy_before_ns: 0,
            dead_letters_logged: 0,
            is_sink_ready: false,
            end: None,
        }
    }

    /// Works until everything is settled after the source has ended, or something cannot go on. `tick` is
    /// called at least once a second.
    pub(super) fn run(mut self, tick: impl Fn()) -> Result<(), String> {
        loop {
            tick();
            match self.desk.messages.recv_timeout(self.timeout()) {
                Ok(message) => self.message(message),
                Err(_) => self.feed(Event::Tick),
            }
            self.update_gauges();
            if let Some(end) = self.end.take() {
                return end;
            }
        }
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn timeout(&self) -> Duration {
        let due = self.engine.deadline_ms().map(|at| at.saturating_sub(self.now_ms()));
        due.map_or(GAUGE_INTERVAL, Duration::from_millis).min(GAUGE_INTERVAL)
    }

    fn notice(&mut self, notice: Notice) {
        match notice {
            Notice::Assigned(partitions) => {
                for (at, epoch) in partitions {
                    self.assigned.insert(at, None);
                    self.feed(Event::Assigned { at, epoch });
                }
            }
            Notice::Revoking(partitions, answer) => {
                let request = self.request(&partitions, answer);
                self.feed(Event::Revoking { request, partitions });
            }
            Notice::Lost(partitions, answer) => {
                let request = self.request(&partitions, answer);
                self.feed(Event::Lost { request, partitions });
            }
        }
        self.desk.metrics.assigned_partitions.set(i64::try_from(self.assigned.len()).unwrap_or(0));
    }

    fn request(&mut self, partitions: &[TopicPartition], answer: Sender<()>) -> u64 {
        for at in partitions {
            self.assigned.remove(at);
            self.desk.metrics.drop_lag(self.desk.topics.name(*at), at.partition.0);
        }
        self.next_request += 1;
        self.waiting.insert(self.next_request, answer);
        self.next_request
    }

    fn message(&mut self, message: Message) {
        match message {
            Message::Notice(notice) => self.notice(notice),
            Message::Finished(batch) => self.finished(batch),
            Message::Abandoned(batch) => self.abandoned(&batch),
            Message::SinkReady => {
                self.is_sink_ready = true;
                // Whoever waits for it may have given up.
                let _ = self.desk.ready.send(());
            }
            Message::SinkAnswer(Answer::Committed) => self.feed(Event::Committed),
            Message::SinkAnswer(Answer::Failed { committed, refused }) => {
                self.refuse(&refused);
                self.feed(Event::Failed { committed });
            }
            Message::SinkStopped(Stopped::ByRequest) => self.end = Some(Ok(())),
            Message::SourceEnded(SourceEnd::Asked { dispatched }) => self.feed(Event::Drain { dispatched }),
            Message::SinkStopped(Stopped::Because(why)) | Message::SourceEnded(SourceEnd::Failed(why)) => {
                self.end = Some(Err(why));
            }
        }
    }

    fn finished(&mut self, batch: Arc<FinishedBatch>) {
        let id = BatchId(self.next_id);
        self.next_id += 1;
        let event = Event::Finished(Batch {
            id,
            at: batch.input.at,
            epoch: batch.input.epoch,
            sequence: batch.input.sequence,
            records: batch.outcomes.len(),
            bytes: batch.output_bytes(),
            next_offset: batch.input.next_offset(),
        });
        self.held.insert(id, batch);
        self.feed(event);
    }

    fn abandoned(&mut self, batch: &RecordBatch) {
        self.desk.budget.release(batch.charge());
        self.desk.metrics.in_flight_messages.sub(i64::try_from(batch.len()).unwrap_or(0));
        let metrics = &self.desk.metrics;
        let is_held = self.desk.is_held.load(Ordering::Acquire);
        let discarded = if is_held { &metrics.discarded_held } else { &metrics.discarded_shutdown };
        discarded.inc_by(batch.len() as u64);
        self.feed(Event::Abandoned);
    }

    /// Records the broker refused for their size become dead letters; dead letters it refused lose what
    /// makes them large, step by step.
    fn refuse(&mut self, refused: &[Refused]) {
        for Refused { batch, index } in refused {
            let Some(held) = self.held.get_mut(batch) else { continue };
            let before = held.finished_bytes();
            let batch = Arc::make_mut(held);
            if let Outcome::Publish(_) = &batch.outcomes[*index] {
                let message = "the broker refused the enriched record for its size".to_owned();
                let (stage, reason) = (Stage::Publish, Reason::OutputTooLarge);
                batch.outcomes[*index] = Outcome::DeadLetter(DeadLetter { stage, reason, message });
            } else {
                batch.refused.push(*index);
            }
            self.desk.budget.release(before - held.finished_bytes());
        }
    }

    fn feed(&mut self, event: Event) {
        let commands = self.engine.next(event, self.now_ms());
        // Before anybody learns that partitions may go: see `engine::Fence`.
        self.desk.signals.set_fence(self.engine.fence());
        for command in commands {
            self.carry_out(command);
        }
    }

    fn carry_out(&mut self, command: Command) {
        match command {
            Command::Send(ids) => {
                for id in ids {
                    let batch = Arc::clone(&self.held[&id]);
                    self.order(Order::Send(id, batch));
                }
            }
            Command::Commit { offsets, fence } => self.order(Order::Commit(offsets, fence)),
            Command::Settle(ids) => ids.iter().for_each(|id| self.settle(*id)),
            Command::Discard { batches, why: Discard::Revoked } => {
                for id in batches {
                    let batch = self.forget(id);
                    self.desk.metrics.discarded_revoked.inc_by(batch.outcomes.len() as u64);
                }
            }
            Command::Release { request } => {
                if let Some(answer) = self.waiting.remove(&request) {
                    // The hook may have stopped waiting.
                    let _ = answer.send(());
                }
            }
            Command::Stop => self.end = Some(Ok(())),
        }
    }

    fn order(&mut self, order: Order) {
        if self.desk.orders.send(order).is_err() && self.end.is_none() {
            self.end = Some(Err("the sink thread has ended unexpectedly".to_owned()));
        }
    }

    fn forget(&mut self, id: BatchId) -> Arc<FinishedBatch> {
        let batch = self.held.remove(&id).expect("the engine names only batches that are held");
        self.desk.budget.release(batch.input.charge() + batch.finished_bytes());
        self.desk.metrics.in_flight_messages.sub(i64::try_from(batch.outcomes.len()).unwrap_or(0));
        batch
    }

    /// Counts a committed batch: these counters advance together, or not at all.
    fn settle(&mut self, id: BatchId) {
        let batch = self.forget(id);
        let metrics = Arc::clone(&self.desk.metrics);
        let (mut published, mut dead, mut skipped, mut bytes) = (0, 0, 0, 0);
        for (record, outcome) in batch.input.records().zip(&batch.outcomes) {
            if let Some(trip) = self.breaker.count(matches!(outcome, Outcome::DeadLetter(_))) {
                self.hold(trip);
            }
            match outcome {
                Outcome::Publish(value) => {
                    published += 1;
                    bytes += value.as_ref().map_or(0, Vec::len) as u64;
                }
                Outcome::DeadLetter(why) => {
                    dead += 1;
                    metrics.error(why.reason);
                    self.log_dead_letter(
                        record.raw().topic,
                        record.raw().partition.0,
                        record.raw().offset.0,
                        why,
                    );
                }
                Outcome::Skip(_) => skipped += 1,
            }
        }
        metrics.messages_consumed_total.inc_by(batch.outcomes.len() as u64);
        metrics.messages_published_total.inc_by(published);
        metrics.messages_dead_lettered_total.inc_by(dead);
        metrics.messages_skipped_total.inc_by(skipped);
        metrics.consumed_bytes_total.inc_by(batch.input.bytes() as u64);
        metrics.published_bytes_total.inc_by(bytes);
        let now_ms = wall_clock_ms();
        metrics.last_record_processed_timestamp_seconds.set(now_ms as f64 / 1000.0);
        if let Some(timestamp_ms) = batch.input.last_timestamp_ms() {
            metrics.end_to_end_seconds.observe((now_ms - timestamp_ms).max(0) as f64 / 1000.0);
            if let Some(last) = self.assigned.get_mut(&batch.input.at) {
                *last = Some(timestamp_ms);
            }
        }
    }

    /// Stops consuming. Ending the process instead would have it started anew at once, to reject as many again.
    fn hold(&mut self, trip: Trip) {
        let what = match trip {
            Trip::Share { dead } => {
                format!("{dead} of the last {BREAKER_WINDOW} records became dead letters")
            }
            Trip::InARow { dead } => format!("{dead} records in a row became dead letters"),
        };
        let why = format!(
            "{what}, so nothing more is consumed: mend what sends them, or raise dead_letter.breaker_percent and \
             dead_letter.breaker_in_a_row (0 is off), then restart the worker"
        );
        self.desk.is_held.store(true, Ordering::Release);
        self.desk.metrics.dead_letter_breaker_open.set(1);
        self.desk.health.set_held(&why);
        tracing::error!("{why}");
    }

    fn log_dead_letter(&mut self, topic: &str, partition: i32, offset: i64, why: &DeadLetter) {
        self.dead_letters_logged += 1;
        if self.dead_letters_logged <= DEAD_LETTER_LOGS_MAX {
            let (reason, detail) = (why.reason.reason(), why.message.as_str());
            tracing::warn!(topic, partition, offset, reason, detail, "record sent to dead letters");
        }
    }

    fn update_gauges(&mut self) {
        let now = Instant::now();
        let passed = now - self.gauges_at;
        if passed < GAUGE_INTERVAL {
            return;
        }
        self.gauges_at = now;
        let unnamed = self.dead_letters_logged.saturating_sub(DEAD_LETTER_LOGS_MAX);
        if unnamed > 0 {
            tracing::warn!(records = unnamed, "more records sent to dead letters");
        }
        self.dead_letters_logged = 0;
        let metrics = &self.desk.metrics;
        metrics.in_flight_bytes.set(i64::try_from(self.desk.budget.used()).unwrap_or(i64::MAX));
        let busy_ns = self.desk.busy_ns.load(Ordering::Relaxed);
        let could_ns = passed.as_nanos() as f64 * self.desk.workers as f64;
        metrics.worker_busy_ratio.set(((busy_ns - self.busy_before_ns) as f64 / could_ns).min(1.0));
        self.busy_before_ns = busy_ns;
        self.update_lags();
        self.update_trouble();
    }

    /// What is in the sink's way is trouble while there is something to publish.
    fn update_trouble(&self) {
        let is_idle = self.is_sink_ready && self.held.is_empty();
        let why = if is_idle { None } else { self.desk.signals.trouble() };
        self.desk.health.set_trouble(Loop::Coordinator, why);
    }

    /// Lag in records, and in time: how old the last record was that is done, while any are waiting.
    fn update_lags(&self) {
        let settled = |at| self.engine.settled(at).map(|(batches, offset)| (batches, offset.map(|o| o.0)));
        let now_ms = wall_clock_ms();
        for (at, lag) in self.desk.lanes.lags(settled) {
            // One that is being revoked has been dropped already; set again, it would stay for ever.
            let Some(last) = self.assigned.get(&at).copied() else { continue };
            let behind_ms = last.filter(|_| lag > 0).map_or(0, |last| (now_ms - last).max(0));
            let name = self.desk.topics.name(at);
            self.desk.metrics.set_lag(name, at.partition.0, lag, behind_ms as f64 / 1000.0);
        }
    }
}

fn wall_clock_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
