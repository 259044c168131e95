//! A mock broker with the worker's topics, and the sink on it.

use copydesk::config::{Config, Sources, load};
use copydesk::engine::{BatchId, Epoch, Fence, TopicPartition};
use copydesk::kafka::{FinishedBatch, Group, RecordBatch, Topics};
use copydesk::model::{DeadLetter, Offset, Outcome, Partition, Reason, Stage};
use copydesk::sink::{Answer, Defence, Signals, Sink, Stopped, with_defence};
use copydesk::telemetry::Metrics;
use rdkafka::Timestamp;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, ConsumerGroupMetadata};
use rdkafka::error::{KafkaResult, RDKafkaErrorCode as Code};
use rdkafka::message::OwnedMessage;
use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;
use rdkafka::types::{RDKafkaApiKey as Api, RDKafkaRespErr};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

pub(super) const INPUT: &str = "raw";
pub(super) const OUTPUT: &str = "enriched";
pub(super) const DEAD: &str = "dead";
pub(super) const GROUP: &str = "desk";
/// A record that is not committed after so many tries is given up.
const TRIES: usize = 12;

pub(super) type Mock = MockCluster<'static, DefaultProducerContext>;

/// A broker with the three topics, one partition each.
pub(super) fn mock() -> Mock {
    let mock = MockCluster::new(1).expect("a mock broker");
    for topic in [INPUT, OUTPUT, DEAD] {
        mock.create_topic(topic, 1, 1).expect("a topic");
        // The mock can lose the wake-up of an order that comes right after another, and then sleeps for a second.
        std::thread::sleep(Duration::from_millis(5));
    }
    mock
}

/// Has the next requests of this kind answered with these errors.
pub(super) fn inject(mock: &Mock, api: Api, codes: &[Code]) {
    let raw = |code: &Code| RDKafkaRespErr::try_from(*code as i32).expect("a code that librdkafka knows");
    mock.request_errors(api, &codes.iter().map(raw).collect::<Vec<_>>());
}

pub(super) fn config(brokers: &str, extra: &[(&str, &str)]) -> Config {
    let own = [
        ("KAFKA__BROKERS", brokers),
        ("KAFKA__GROUP", GROUP),
        ("KAFKA__INSTANCE", "only"),
        ("INPUT__TOPICS", INPUT),
        ("OUTPUT__TOPIC", OUTPUT),
        ("DEAD_LETTER__TOPIC", DEAD),
    ];
    let own = own.iter().filter(|(name, _)| extra.iter().all(|(other, _)| other != name));
    let environment =
        own.chain(extra).map(|(name, value)| (format!("COPYDESK_{name}"), (*value).to_owned()));
    let sources =
        Sources { file: None, environment: environment.collect::<Vec<_>>().into_iter(), flags: &[] };
    load(sources).expect("a valid configuration").config
}

pub(super) fn topics() -> Topics {
    Topics { inputs: vec![Arc::from(INPUT)], output: OUTPUT.to_owned(), dead_letter: DEAD.to_owned() }
}

/// The group as the sink sees it, without a coordinator to look for: the errors are the producer's alone. It counts
/// how often it is asked for the topics' partitions: once for each producer that is made, and once after each
/// transaction that is undone without one.
pub(super) struct Asked {
    /// Knows who it is, and no broker.
    member: BaseConsumer,
    /// Knows the broker, and no group.
    reader: BaseConsumer,
    counts: AtomicUsize,
    refused: AtomicUsize,
}

impl Asked {
    pub(super) fn counts(&self) -> usize {
        self.counts.load(Ordering::SeqCst)
    }

    /// How often it could not tell.
    pub(super) fn refused(&self) -> usize {
        self.refused.load(Ordering::SeqCst)
    }
}

impl Group for Asked {
    fn metadata(&self) -> Option<ConsumerGroupMetadata> {
        Group::metadata(&self.member)
    }

    fn committed(&self, _: &Topics, _: &[TopicPartition]) -> KafkaResult<Vec<(TopicPartition, Offset)>> {
        // A transaction in doubt is taken for undone: the mock would tell of offsets that were never committed.
        Ok(Vec::new())
    }

    fn commit(&self, _: &Topics, _: &[(TopicPartition, Offset)]) -> KafkaResult<()> {
        unreachable!("offsets are committed in transactions")
    }

    fn counts(&self, topics: &[&str]) -> KafkaResult<BTreeMap<String, Result<i32, Code>>> {
        self.counts.fetch_add(1, Ordering::SeqCst);
        let counts = Group::counts(&self.reader, topics);
        if counts.as_ref().map_or(true, |counts| counts.values().any(Result::is_err)) {
            self.refused.fetch_add(1, Ordering::SeqCst);
        }
        counts
    }
}

/// The sink and what is seen of it.
pub(super) struct Desk {
    pub(super) sink: Box<dyn Sink>,
    pub(super) group: Arc<Asked>,
    pub(super) metrics: Arc<Metrics>,
    /// Transactions that were undone.
    pub(super) failed: usize,
    next: i64,
}

impl Desk {
    pub(super) fn new(config: &Config) -> Self {
        let mut settings = ClientConfig::new();
        settings.set("bootstrap.servers", &config.kafka.brokers);
        let reader: BaseConsumer = settings.create().expect("a consumer");
        let member: BaseConsumer = ClientConfig::new().set("group.id", GROUP).create().expect("a consumer");
        let (counts, refused) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let group = Arc::new(Asked { member, reader, counts, refused });
        let metrics = Metrics::new();
        let asked: Arc<dyn Group> = group.clone();
        let signals = Arc::new(Signals::default());
        let sink = with_defence(config, topics(), asked, signals, Arc::clone(&metrics), Defence::On);
        Self { sink, group, metrics, failed: 0, next: 0 }
    }

    /// Publishes one article and one dead letter, however often it takes.
    pub(super) fn publish(&mut self) -> Result<(), String> {
        let batch = Arc::new(batch(self.next));
        self.next += 2;
        for _ in 0..TRIES {
            self.sink.send(BatchId(0), Arc::clone(&batch));
            match self.sink.commit(&[(place(), Offset(self.next))], Fence(0)) {
                Ok(Answer::Committed) => return Ok(()),
                Ok(Answer::Failed { .. }) => self.failed += 1,
                Err(Stopped::Because(why)) => return Err(why),
                Err(Stopped::ByRequest) => unreachable!("nobody asks"),
            }
        }
        panic!("not committed after {TRIES} tries")
    }

    /// Producers made anew for this cause.
    pub(super) fn rebuilds(&self, cause: &str) -> usize {
        let name = format!("copydesk_producer_rebuilds_total{{cause=\"{cause}\"}} ");
        let text = self.metrics.render();
        let count =
            text.lines().find_map(|line| line.strip_prefix(&name)).expect("a series for each cause");
        count.parse().expect("a whole number")
    }
}

fn batch(offset: i64) -> FinishedBatch {
    let mut input = RecordBatch::new(place(), Epoch(0), Arc::from(INPUT));
    for offset in [offset, offset + 1] {
        let value = Some(b"an article".to_vec());
        input.push(&OwnedMessage::new(value, None, INPUT.to_owned(), Timestamp::now(), 0, offset, None));
    }
    let outcomes = vec![
        Outcome::Publish(Some(b"an enriched article".to_vec())),
        Outcome::DeadLetter(DeadLetter {
            reason: Reason::NotText,
            stage: Stage::Decode,
            message: "for the test".to_owned(),
        }),
    ];
    FinishedBatch { input, outcomes, refused: Vec::new() }
}

pub(super) fn place() -> TopicPartition {
    TopicPartition { topic: 0, partition: Partition(0) }
}
