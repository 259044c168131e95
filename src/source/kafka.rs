//! The poll thread: polls the consumer, groups records into batches, takes their size from the byte budget
//! and hands them to the workers.
//!
//! With no budget it waits a second without polling; only a longer stall pauses the partitions (a pause
//! throws away what was prefetched) while polling goes on for the group's sake.

use super::context::{Arrival, Context};
use super::standstill::{Found, Standstill};
use super::start::{ASK_TIMEOUT, StartError, go_on_at, resume, set_offsets};
use super::{Budget, Lanes, Unreadable};
use crate::config::Config;
use crate::engine::{Epoch, TopicPartition};
use crate::kafka::{
    Access, Concerned, ConsumerVerdict, RecordBatch, Role, Topics, client_config, consumer_verdict,
    is_undecodable, remedy, topic_counts, why_stop,
};
use crate::model::Partition;
use crate::telemetry::Metrics;
use crossbeam_channel::Sender;
use rdkafka::client::Client;
use rdkafka::config::FromClientConfigAndContext;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode};
use rdkafka::message::{BorrowedMessage, Message};
use rdkafka::{Offset, TopicPartitionList};
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

const BATCH_RECORDS_MAX: usize = 64;
const BATCH_BYTES_MAX: usize = 256 * 1024;
const POLL_TIMEOUT: Duration = Duration::from_millis(100);
const BUDGET_WAIT: Duration = Duration::from_secs(1);
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// The same error is logged once in this time.
const ERROR_LOG_INTERVAL: Duration = Duration::from_secs(10);

/// Why the poll thread has ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SourceEnd {
    /// It was asked to; this many batches were dispatched in all.
    Asked { dispatched: u64 },
    /// An operator must act.
    Failed(String),
}

/// How the source comes by its partitions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Intake {
    /// As a member of the consumer group, which shares them out.
    Group,
    /// All partitions of the input topics, taken by hand: nobody else may read for this group. Offsets are the
    /// group's all the same.
    Everything,
}

/// The consumer and what its thread keeps.
pub struct KafkaSource {
    consumer: Arc<BaseConsumer<Context>>,
    topics: Topics,
    lanes: Arc<Lanes>,
    budget: Arc<Budget>,
    metrics: Arc<Metrics>,
    batches: Sender<RecordBatch>,
    current: Option<RecordBatch>,
    /// Larger keys, values and headers are not kept.
    kept_bytes_max: usize,
    standstill: Standstill,
    dispatched: u64,
    last_error: Option<(RDKafkaErrorCode, Instant)>,
    /// When lost offsets are looked for again, which could not be read.
    look_again: Option<Instant>,
    /// Held, and everything that was assigned then is paused.
    is_paused: bool,
    /// Paused partitions, those that have left since among them.
    paused: BTreeSet<TopicPartition>,
    /// An operator must act before more records come.
    is_in_trouble: bool,
}

impl KafkaSource {
    /// The consumer, not yet subscribed.
    pub fn consumer(config: &Config, context: Context) -> KafkaResult<Arc<BaseConsumer<Context>>> {
        let settings = client_config(config, Role::Consumer);
        Ok(Arc::new(BaseConsumer::from_config_and_context(&settings, context)?))
    }

    pub fn new(
        consumer: Arc<BaseConsumer<Context>>,
        budget: Arc<Budget>,
        batches: Sender<RecordBatch>,
        config: &Config,
    ) -> Self {
        let context = consumer.context();
        Self {
            kept_bytes_max: config.kept_bytes_max(),
            standstill: Standstill::new(client_config(config, Role::Consumer), &consumer),
            topics: context.topics.clone(),
            lanes: Arc::clone(&context.lanes),
            metrics: Arc::clone(&context.metrics),
            consumer,
            budget,
            batches,
            current: None,
            dispatched: 0,
            last_error: None,
            look_again: None,
            is_paused: false,
            paused: BTreeSet::new(),
            is_in_trouble: false,
        }
    }

    /// Takes partitions in and polls until the worker stops. `tick` is called at least every two seconds.
    pub fn run(mut self, intake: Intake, tick: impl Fn()) -> SourceEnd {
        if let Err(error) = self.take_in(intake) {
            return SourceEnd::Failed(format!("the input topics cannot be subscribed to: {error}"));
        }
        let consumer = Arc::clone(&self.consumer);
        while !self.is_stopping() {
            tick();
            let is_held = self.is_held();
            if is_held {
                self.let_go();
            }
            // With a batch in hand only what is there already is taken; then the batch goes.
            let timeout = if self.current.is_some() { Duration::ZERO } else { POLL_TIMEOUT };
            let ended = match consumer.poll(timeout) {
                None => {
                    self.standstill.is_empty();
                    self.flush(&tick)
                }
                Some(Ok(_)) if is_held => {
                    self.turn_away();
                    Ok(())
                }
                Some(Ok(message)) => self.take(&message, &tick),
                Some(Err(error)) => self.failed(&error),
            };
            let is_due = self.look_again.is_some_and(|at| Instant::now() >= at);
            let ended = ended.and_then(|()| if is_due { self.find_lost() } else { Ok(()) });
            let ended = ended.and_then(|()| if is_held { Ok(()) } else { self.pass_unreadable(&tick) });
            if let Err(why) = ended {
                return SourceEnd::Failed(why);
            }
            if let Some(why) =
                self.consumer.context().failure.lock().expect("no holder of this lock panics").take()
            {
                return SourceEnd::Failed(why);
            }
        }
        SourceEnd::Asked { dispatched: self.dispatched }
    }

    fn take_in(&self, intake: Intake) -> KafkaResult<()> {
        let names: Vec<&str> = self.topics.inputs.iter().map(|topic| &**topic).collect();
        match intake {
            Intake::Group => self.consumer.subscribe(&names),
            Intake::Everything => {
                let list = self.partitions(&names)?;
                self.consumer.context().assign(&self.consumer, &list);
                self.consumer.assign(&list)
            }
        }
    }

    /// All partitions of these topics, as soon as the brokers tell.
    fn partitions(&self, names: &[&str]) -> KafkaResult<TopicPartitionList> {
        let ask = || {
            let mut list = TopicPartitionList::new();
            for (topic, count) in topic_counts(self.client(), names, ASK_TIMEOUT)? {
                list.add_partition_range(&topic, 0, count.map_err(KafkaError::MetadataFetch)? - 1);
            }
            Ok(list)
        };
        loop {
            match ask() {
                Err(error) if !self.is_stopping() && consumer_verdict(&error) == ConsumerVerdict::GoOn => {
                    tracing::warn!(%error, "the input topics cannot be read; trying again");
                    self.serve(LOOK_AGAIN);
                }
                told => return told,
            }
        }
    }

    pub fn client(&self) -> &Client<Context> {
        self.consumer.client()
    }

    /// The consumer itself, to be watched while the source runs.
    pub fn consumer_handle(&self) -> Arc<BaseConsumer<Context>> {
        Arc::clone(&self.consumer)
    }

    /// Waits, and serves what librdkafka has to say, without a subscription.
    pub fn serve(&self, time: Duration) {
        let until = Instant::now() + time;
        while !self.is_stopping() && Instant::now() < until {
            // Without a subscription there is nothing but events; errors show in the topics' state.
            drop(self.consumer.poll(POLL_TIMEOUT));
        }
    }

    pub fn is_stopping(&self) -> bool {
        self.consumer.context().is_stopping.load(Ordering::Acquire)
    }

    fn is_held(&self) -> bool {
        self.consumer.context().is_held.load(Ordering::Acquire)
    }

    /// Held: what was polled and not dispatched is left to whoever reads on, and no more is fetched. Polling
    /// goes on for the group's sake.
    fn let_go(&mut self) {
        if let Some(batch) = self.current.take() {
            self.metrics.discarded_held.inc_by(batch.len() as u64);
        }
        if !self.is_paused {
            self.is_paused = true;
            self.set_paused(true);
        }
    }

    /// Held, and a partition that came later has delivered: it is paused, too. Nothing after this record is
    /// ever dispatched, so its offset is not passed.
    fn turn_away(&mut self) {
        self.metrics.polled_total.inc();
        self.metrics.discarded_held.inc();
        self.set_paused(true);
    }

    fn place(&self, message: &BorrowedMessage<'_>) -> Option<TopicPartition> {
        let topic = self.topics.index(message.topic())?;
        Some(TopicPartition { topic, partition: Partition(message.partition()) })
    }

    /// The epoch a record belongs to, if it is to be taken.
    fn admit(&self, at: TopicPartition, message: &BorrowedMessage<'_>) -> Option<Epoch> {
        let (partition, offset) = (message.partition(), message.offset());
        match self.lanes.arrived(at, offset) {
            Arrival::Foreign => None,
            Arrival::Stale => {
                self.metrics.polled_total.inc();
                self.metrics.discarded_stale.inc();
                let topic = message.topic();
                tracing::warn!(
                    topic,
                    partition,
                    offset,
                    "a record comes after a later one and is not taken"
                );
                None
            }
            Arrival::Ours(epoch) => {
                self.metrics.polled_total.inc();
                Some(epoch)
            }
        }
    }

    fn take(&mut self, message: &BorrowedMessage<'_>, tick: &impl Fn()) -> Result<(), String> {
        let Some(at) = self.place(message) else { return Ok(()) };
        let Some(epoch) = self.admit(at, message) else { return Ok(()) };
        if std::mem::take(&mut self.is_in_trouble) {
            (self.consumer.context().tell_trouble)(None);
        }
        let continues = self.current.as_ref().is_some_and(|batch| batch.at == at && batch.epoch == epoch);
        if !continues {
            self.flush(tick)?;
            self.current = Some(RecordBatch::new(at, epoch, Arc::clone(self.topics.name(at))));
        }
        let batch = self.current.as_mut().expect("a batch was just made");
        batch.push_within(message, self.kept_bytes_max);
        if batch.len() >= BATCH_RECORDS_MAX || batch.bytes() >= BATCH_BYTES_MAX {
            self.flush(tick)?;
        }
        Ok(())
    }

    fn flush(&mut self, tick: &impl Fn()) -> Result<(), String> {
        let Some(batch) = self.current.take() else { return Ok(()) };
        if self.budget.acquire(batch.charge(), Duration::ZERO) {
            self.dispatch(batch);
            return Ok(());
        }
        let stalled = Instant::now();
        let has_room = self.budget.acquire(batch.charge(), BUDGET_WAIT);
        let mut waiting = VecDeque::from([batch]);
        if has_room {
            self.dispatch(waiting.pop_front().expect("the batch was just put there"));
        } else {
            self.pause_until_room(&mut waiting, tick)?;
        }
        self.metrics.backpressure_seconds_total.inc_by(stalled.elapsed().as_secs_f64());
        Ok(())
    }

    fn dispatch(&mut self, mut batch: RecordBatch) {
        match self.lanes.dispatch(batch.at, batch.epoch) {
            Some(sequence) => {
                batch.sequence = sequence;
                batch.seal();
                self.dispatched += 1;
                self.metrics.in_flight_messages.add(i64::try_from(batch.len()).unwrap_or(0));
                // The workers end only after this thread.
                let _ = self.batches.send(batch);
            }
            None => {
                self.metrics.discarded_revoked.inc_by(batch.len() as u64);
                self.budget.release(batch.charge());
            }
        }
    }

    /// Pauses everything and goes on polling, for the group's sake, until the waiting batches have room.
    /// Partitions that are assigned meanwhile may still deliver: their records queue up behind.
    fn pause_until_room(
        &mut self,
        waiting: &mut VecDeque<RecordBatch>,
        tick: &impl Fn(),
    ) -> Result<(), String> {
        let consumer = Arc::clone(&self.consumer);
        self.set_paused(true);
        while let Some(batch) = waiting.pop_front() {
            while !self.budget.acquire(batch.charge(), Duration::ZERO) {
                if self.is_stopping() {
                    self.metrics.discarded_shutdown.inc_by(batch.len() as u64);
                    return Ok(());
                }
                tick();
                match consumer.poll(POLL_TIMEOUT) {
                    None => {}
                    Some(Ok(message)) => {
                        waiting.extend(self.single(&message));
                        self.set_paused(true);
                    }
                    Some(Err(error)) => self.failed(&error)?,
                }
            }
            self.dispatch(batch);
        }
        self.set_paused(false);
        Ok(())
    }

    fn single(&self, message: &BorrowedMessage<'_>) -> Option<RecordBatch> {
        let at = self.place(message)?;
        let mut batch = RecordBatch::new(at, self.admit(at, message)?, Arc::clone(self.topics.name(at)));
        batch.push_within(message, self.kept_bytes_max);
        Some(batch)
    }

    /// Pauses what is assigned, or lets everything go on that was paused: librdkafka keeps a partition paused that
    /// leaves meanwhile, and would not fetch it when it is back.
    fn set_paused(&mut self, is_paused: bool) {
        if is_paused {
            self.paused.extend(self.lanes.assigned());
        }
        let mut list = TopicPartitionList::new();
        for at in &self.paused {
            list.add_partition(self.topics.name(*at), at.partition.0);
        }
        if !is_paused {
            self.paused.clear();
        }
        let done = if is_paused { self.consumer.pause(&list) } else { self.consumer.resume(&list) };
        if let Err(error) = done {
            tracing::warn!(%error, is_paused, "the partitions cannot be paused or resumed");
        }
    }

    /// Goes past batches that cannot be read, each of which becomes one dead letter.
    fn pass_unreadable(&mut self, tick: &impl Fn()) -> Result<(), String> {
        let Some(found) = self.standstill.found() else { return Ok(()) };
        // What was polled before goes before.
        self.flush(tick)?;
        if !self.lanes.is_standing(&found.standing) {
            return Ok(());
        }
        let Found { standing, unreadable } = &found;
        let mut next = standing.next;
        for range in unreadable {
            self.dead_letter(standing.at, standing.epoch, range, tick)?;
            next = range.last + 1;
        }
        if unreadable.is_empty() && !self.standstill.is_lost(&found) {
            return Ok(());
        }
        // Should the seek fail or come late, the partition stands still at `next`, and is sought again from there.
        self.lanes.move_to(standing.at, next);
        let topic = self.topics.name(standing.at);
        let partition = standing.at.partition.0;
        if let Err(error) = go_on_at(&self.consumer, topic, partition, next) {
            tracing::warn!(%error, topic = &**topic, partition, next, "the partition cannot be sought yet");
        }
        Ok(())
    }

    fn dead_letter(
        &mut self,
        at: TopicPartition,
        epoch: Epoch,
        range: &Unreadable,
        tick: &impl Fn(),
    ) -> Result<(), String> {
        let topic = Arc::clone(self.topics.name(at));
        let (partition, first, last, why) = (at.partition.0, range.first, range.last, range.why.as_str());
        tracing::warn!(topic = &*topic, partition, first, last, why, "a batch cannot be read");
        self.metrics.polled_total.inc();
        self.current = Some(RecordBatch::unreadable(at, epoch, topic, first..=last, why));
        self.flush(tick)
    }

    /// Errors of the consumer: most mend themselves; lost retention and a hijacked identity do not.
    fn failed(&mut self, error: &KafkaError) -> Result<(), String> {
        let Some(code) = error.rdkafka_error_code() else { return Ok(()) };
        match consumer_verdict(error) {
            ConsumerVerdict::GoOn => {}
            // A batch with a wrong checksum makes librdkafka ask for offsets that are not there. Until the batch is
            // found, each search would only throw away what was fetched of all partitions.
            ConsumerVerdict::FindLost if self.standstill.has_heard_of_one() => {
                self.look_again.get_or_insert_with(|| Instant::now() + LOOK_AGAIN);
            }
            ConsumerVerdict::FindLost => return self.find_lost(),
            ConsumerVerdict::Fenced => {
                return Err(format!(
                    "the consumer was fenced ({error}): does another worker use the same kafka.instance?"
                ));
            }
            ConsumerVerdict::Stop => return Err(why_stop(Role::Consumer, error)),
        }
        self.look_for_trouble(code);
        if is_undecodable(error) {
            self.standstill.heard_of_one();
        }
        let now = Instant::now();
        let is_news =
            self.last_error.is_none_or(|(last, at)| last != code || now - at > ERROR_LOG_INTERVAL);
        if is_news {
            self.last_error = Some((code, now));
            tracing::warn!(%error, "the consumer reports an error and goes on");
        }
        Ok(())
    }

    /// The error does not say which topic or partition it is about, nor does anything say when it is over: the next
    /// record does.
    fn look_for_trouble(&mut self, code: RDKafkaErrorCode) {
        let topics: Vec<&str> = self.topics.inputs.iter().map(|topic| &**topic).collect();
        let context = self.consumer.context();
        let group = &context.group;
        let concerned = Concerned { access: Access::Read, topics: &topics, group, transactional_id: None };
        if let Some(what) = remedy(code, concerned) {
            self.is_in_trouble = true;
            (context.tell_trouble)(Some(what));
        }
    }

    /// Some partition's next offset is gone from the broker. The error does not say which, so each is asked.
    /// librdkafka fetches no more of that partition until it is told where to go on, even where the offset turns
    /// out to be there after all.
    fn find_lost(&mut self) -> Result<(), String> {
        self.look_again = None;
        match self.seek_lost() {
            Ok(()) => Ok(()),
            Err(StartError::Lost(why)) => Err(why),
            Err(StartError::Kafka(error)) => {
                tracing::warn!(%error, "offsets cannot be read; trying again");
                self.look_again = Some(Instant::now() + LOOK_AGAIN);
                Ok(())
            }
        }
    }

    fn seek_lost(&self) -> Result<(), StartError> {
        let context = self.consumer.context();
        let mut unread = TopicPartitionList::new();
        for (at, next) in self.lanes.positions() {
            let (topic, partition) = (&**self.topics.name(at), at.partition.0);
            let Some(next) = next else {
                unread.add_partition(topic, partition);
                continue;
            };
            if let Offset::Offset(offset) = resume(&*self.consumer, topic, partition, next, context.lost)? {
                go_on_at(&self.consumer, topic, partition, offset)?;
                if offset != next {
                    self.lanes.move_to(at, offset);
                }
            }
        }
        // It is not known where these began.
        if unread.count() > 0 {
            set_offsets(&self.consumer, &unread, context.start, context.lost)?;
        }
        for element in unread.elements() {
            if let Offset::Offset(offset) = element.offset() {
                go_on_at(&self.consumer, element.topic(), element.partition(), offset)?;
            }
        }
        Ok(())
    }
}
