//! A Kafka broker inside this process: librdkafka's mock, with the topics of the demo; what is sent to it and
//! what is read back. The mock must stay on the thread that made it.

use super::super::card::Rejection;
use crate::kafka::{DEAD_LETTER_PREFIX, SOURCE, is_full, is_passing};
use rdkafka::config::{ClientConfig, RDKafkaLogLevel};
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaResult;
use rdkafka::message::{BorrowedMessage, Headers, Message};
use rdkafka::mocking::MockCluster;
use rdkafka::producer::{BaseProducer, BaseRecord, DefaultProducerContext};
use rdkafka::{Offset, TopicPartitionList};
use std::time::Duration;

pub(super) const INPUT: &str = "articles.raw";
pub(super) const OUTPUT: &str = "articles.enriched";
pub(super) const DEAD_LETTERS: &str = "articles.dead-letter";
/// One partition each: the cards come in the order of the feed.
const PARTITIONS: i32 = 1;
/// The mock can lose the wake-up of an order that comes right after another, and then sleeps for a second.
const MOCK_REST: Duration = Duration::from_millis(5);
/// Larger than any record of the demo.
const MESSAGE_BYTES_MAX: &str = "16777216";

/// The broker, and the demo's own clients of it.
pub(super) struct Broker {
    // Dropped in this order: the clients first.
    reader: BaseConsumer,
    sender: BaseProducer,
    cluster: MockCluster<'static, DefaultProducerContext>,
}

/// What the worker made of one record.
#[derive(Debug)]
pub(super) struct Answer {
    /// The input record's offset.
    pub(super) offset: u64,
    /// The record's key.
    pub(super) name: String,
    pub(super) value: Vec<u8>,
    /// Where it is a dead letter.
    pub(super) rejection: Option<Rejection>,
}

impl Broker {
    pub(super) fn start() -> KafkaResult<Self> {
        let cluster = MockCluster::new(1)?;
        for topic in [INPUT, OUTPUT, DEAD_LETTERS] {
            cluster.create_topic(topic, PARTITIONS, 1)?;
            std::thread::sleep(MOCK_REST);
        }
        let mut settings = ClientConfig::new();
        settings.set_log_level(RDKafkaLogLevel::Emerg);
        settings.set("bootstrap.servers", cluster.bootstrap_servers());
        let mut sending = settings.clone();
        sending.set("message.max.bytes", MESSAGE_BYTES_MAX).set("linger.ms", "0");
        let sender = sending.create()?;
        settings.set("group.id", "demo-reader").set("isolation.level", "read_committed");
        settings.set("enable.auto.commit", "false").set("fetch.wait.max.ms", "20");
        settings
            .set("fetch.message.max.bytes", MESSAGE_BYTES_MAX)
            .set("fetch.max.bytes", MESSAGE_BYTES_MAX);
        settings.set("fetch.queue.backoff.ms", "20").set("fetch.error.backoff.ms", "20");
        settings.set("receive.message.max.bytes", "33554432");
        let reader: BaseConsumer = settings.create()?;
        let mut list = TopicPartitionList::new();
        for topic in [OUTPUT, DEAD_LETTERS] {
            // They are new; asking for their beginning took a second every now and then.
            list.add_partition_offset(topic, 0, Offset::Offset(0))?;
        }
        reader.assign(&list)?;
        Ok(Self { reader, sender, cluster })
    }

    pub(super) fn address(&self) -> String {
        self.cluster.bootstrap_servers()
    }

    /// Hands a record over; says whether there was room for it.
    pub(super) fn send(&self, name: &str, value: &[u8]) -> KafkaResult<bool> {
        self.sender.poll(Duration::ZERO);
        match self.sender.send(BaseRecord::to(INPUT).partition(0).key(name).payload(value)) {
            Ok(()) => Ok(true),
            Err((error, _)) if is_full(&error) => Ok(false),
            Err((error, _)) => Err(error),
        }
    }

    /// The next answer, if one comes in this time.
    pub(super) fn read(&self, time: Duration) -> KafkaResult<Option<Answer>> {
        self.sender.poll(Duration::ZERO);
        match self.reader.poll(time) {
            None => Ok(None),
            Some(Ok(message)) => Ok(Some(answer(&message))),
            // Brokers that come and go mend themselves; here they only do so while starting.
            Some(Err(error)) if is_passing(&error) => Ok(None),
            Some(Err(error)) => Err(error),
        }
    }
}

fn answer(message: &BorrowedMessage<'_>) -> Answer {
    let text = |bytes: Option<&[u8]>| String::from_utf8_lossy(bytes.unwrap_or_default()).into_owned();
    let header = |name: &str| {
        let mut headers = message.headers().into_iter().flat_map(Headers::iter);
        text(headers.find(|header| header.key == name).and_then(|header| header.value))
    };
    let dead = |name: &str| header(&format!("{DEAD_LETTER_PREFIX}{name}"));
    let is_dead = message.topic() == DEAD_LETTERS;
    // Both headers are the worker's own, so they are there and end in a number.
    let source = header(SOURCE);
    let offset =
        if is_dead { dead("offset") } else { source.rsplit('/').next().unwrap_or_default().to_owned() };
    Answer {
        offset: offset.parse().unwrap_or_default(),
        name: text(message.key()),
        value: message.payload().unwrap_or_default().to_vec(),
        rejection: is_dead.then(|| Rejection {
            reason: dead("code"),
            stage: dead("stage"),
            message: dead("message"),
        }),
    }
}
