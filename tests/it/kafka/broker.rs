//! A real broker: topics, records in, records out for a read-committed reader.

use super::worker::{Worker, say};
use rdkafka::admin::{
    AdminClient, AdminOptions, AlterConfig, NewTopic, ResourceSpecifier, TopicReplication,
};
use rdkafka::client::DefaultClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::{Header, Headers, Message as _, OwnedHeaders};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer, ThreadedProducer};
use rdkafka::{Offset, TopicPartitionList};
use std::collections::BTreeMap;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const TIMEOUT: Duration = Duration::from_secs(20);
/// Nothing new for this long means that nothing more will come.
const SILENCE: Duration = Duration::from_secs(30);

pub struct Broker {
    pub brokers: String,
}

/// The topics and the group of one test.
pub struct Topics {
    pub input: String,
    pub output: String,
    pub dead: String,
    pub group: String,
}

/// A record, before or after.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Message {
    pub partition: i32,
    pub offset: i64,
    pub timestamp_ms: i64,
    pub key: Option<Vec<u8>>,
    pub value: Option<Vec<u8>>,
    pub headers: Vec<(String, Vec<u8>)>,
}

impl Message {
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        self.headers.iter().rev().find(|(found, _)| found == name).map(|(_, value)| value.as_slice())
    }
}

impl Broker {
    /// The broker the environment names; says loudly when there is none.
    pub fn find() -> Option<Self> {
        let brokers = std::env::var("COPYDESK_TEST_BROKERS").ok().filter(|brokers| !brokers.is_empty());
        if brokers.is_none() {
            let name = std::thread::current().name().unwrap_or("a broker test").to_owned();
            say(&format!("SKIPPED {name}: no broker; set COPYDESK_TEST_BROKERS (see tests/kafka/start)"));
        }
        brokers.map(|brokers| Self { brokers })
    }

    /// As many as there are nodes.
    fn replicas(&self) -> i32 {
        i32::try_from(self.brokers.split(',').count()).expect("small")
    }

    fn config(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", &self.brokers);
        config
    }

    /// Fresh topics with names of their own.
    pub fn topics(&self, name: &str, partitions: i32) -> Topics {
        let stamp = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_micros();
        let base = format!("test-{name}-{stamp}");
        let topics = Topics {
            input: format!("{base}.raw"),
            output: format!("{base}.enriched"),
            dead: format!("{base}.dead"),
            group: base,
        };
        let admin: AdminClient<DefaultClientContext> = self.config().create().expect("an admin client");
        let new: Vec<NewTopic<'_>> = [&topics.input, &topics.output, &topics.dead]
            .map(|topic| {
                NewTopic::new(topic, partitions, TopicReplication::Fixed(self.replicas()))
                    .set("max.message.bytes", "8388608")
                    // The feed's timestamps are old; retention would take the records away in the middle.
                    .set("retention.ms", "-1")
            })
            .into();
        let made =
            block_on(admin.create_topics(&new, &AdminOptions::new().operation_timeout(Some(TIMEOUT))));
        for result in made.expect("topics can be made") {
            result.expect("the topic is new");
        }
        topics
    }

    pub fn limit_message_bytes(&self, topic: &str, bytes: usize) {
        self.set_options(topic, &[("max.message.bytes", &bytes.to_string()), ("retention.ms", "-1")]);
    }

    /// Sets one option of a topic; its others go back to their defaults.
    pub fn set_option(&self, topic: &str, key: &str, value: &str) {
        self.set_options(topic, &[(key, value)]);
    }

    fn set_options(&self, topic: &str, options: &[(&str, &str)]) {
        let admin: AdminClient<DefaultClientContext> = self.config().create().expect("an admin client");
        let change = AlterConfig::new(ResourceSpecifier::Topic(topic));
        let change = options.iter().fold(change, |change, (key, value)| change.set(key, value));
        let done = block_on(admin.alter_configs([&change], &AdminOptions::new()));
        done.expect("configs can be altered")[0].as_ref().expect("the topic is there");
    }

    /// Deletes a topic, and waits until the broker knows of it no more.
    pub fn delete_topic(&self, topic: &str) {
        let admin: AdminClient<DefaultClientContext> = self.config().create().expect("an admin client");
        let options = AdminOptions::new().operation_timeout(Some(TIMEOUT));
        block_on(admin.delete_topics(&[topic], &options)).expect("topics can be deleted")[0]
            .as_ref()
            .expect("the topic was there");
        let started = Instant::now();
        while self.partitions(topic) > 0 {
            assert!(started.elapsed() < TIMEOUT, "{topic} stays");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Makes one topic, as [`Broker::topics`] does.
    pub fn make_topic(&self, topic: &str, partitions: i32) {
        let admin: AdminClient<DefaultClientContext> = self.config().create().expect("an admin client");
        let new = [NewTopic::new(topic, partitions, TopicReplication::Fixed(self.replicas()))
            .set("max.message.bytes", "8388608")
            .set("retention.ms", "-1")];
        let options = AdminOptions::new().operation_timeout(Some(TIMEOUT));
        block_on(admin.create_topics(&new, &options)).expect("topics can be made")[0]
            .as_ref()
            .expect("the topic is new");
    }

    /// How many partitions lack a replica in sync.
    pub fn out_of_sync(&self) -> usize {
        let reader: BaseConsumer = self.config().create().expect("a consumer");
        let found = reader.fetch_metadata(None, TIMEOUT).expect("the broker answers");
        let partitions = found.topics().iter().flat_map(|topic| topic.partitions());
        partitions.filter(|partition| partition.isr().len() < partition.replicas().len()).count()
    }

    /// How many partitions a topic has; none when it is not there.
    pub fn partitions(&self, topic: &str) -> usize {
        let reader: BaseConsumer = self.config().create().expect("a consumer");
        let found = reader.fetch_metadata(Some(topic), TIMEOUT).expect("the broker answers");
        found.topics().first().map_or(0, |topic| topic.partitions().len())
    }

    /// Does what retention does: removes the records of a partition before an offset.
    pub fn delete_before(&self, topic: &str, partition: i32, offset: i64) {
        let admin: AdminClient<DefaultClientContext> = self.config().create().expect("an admin client");
        let mut list = TopicPartitionList::new();
        list.add_partition_offset(topic, partition, Offset::Offset(offset)).expect("a valid offset");
        block_on(admin.delete_records(&list, &AdminOptions::new())).expect("records can be deleted");
    }

    /// Writes a feed, each record to its own partition, and waits until the broker has it.
    pub fn produce(&self, topic: &str, feed: &[Message]) {
        self.produce_with(topic, feed, &[("compression.type", "lz4")]);
    }

    /// The same with settings of the producer.
    pub fn produce_with(&self, topic: &str, feed: &[Message], settings: &[(&str, &str)]) {
        let mut config = self.config();
        config.set("linger.ms", "20").set("message.max.bytes", "8388608").set("enable.idempotence", "true");
        for (key, value) in settings {
            config.set(*key, *value);
        }
        let producer: ThreadedProducer<rdkafka::producer::DefaultProducerContext> =
            config.create().expect("a producer");
        for message in feed {
            let headers = message.headers.iter().fold(OwnedHeaders::new(), |headers, (key, value)| {
                headers.insert(Header { key, value: Some(value) })
            });
            let mut record = BaseRecord::<[u8], [u8]>::to(topic)
                .partition(message.partition)
                .timestamp(message.timestamp_ms)
                .headers(headers);
            record.key = message.key.as_deref();
            record.payload = message.value.as_deref();
            while let Err((error, again)) = producer.send(record) {
                assert_eq!(error.to_string(), "Message production error: QueueFull (Local: Queue full)");
                std::thread::sleep(Duration::from_millis(5));
                record = again;
            }
        }
        producer.flush(Duration::from_secs(120)).expect("the broker takes the feed");
    }

    /// Writes one record in a transaction and leaves that open; the producer can commit it.
    pub fn open_transaction(&self, topic: &str, message: &Message) -> BaseProducer {
        let mut config = self.config();
        config.set("transactional.id", format!("{topic}-open"));
        let producer: BaseProducer = config.create().expect("a producer");
        producer.init_transactions(TIMEOUT).expect("the coordinator answers");
        producer.begin_transaction().expect("no other transaction is open");
        let headers = message.headers.iter().fold(OwnedHeaders::new(), |headers, (key, value)| {
            headers.insert(Header { key, value: Some(value) })
        });
        let mut record = BaseRecord::<[u8], [u8]>::to(topic).partition(message.partition).headers(headers);
        record.payload = message.value.as_deref();
        producer.send(record).map_err(|(error, _)| error).expect("the queue has room");
        producer.flush(TIMEOUT).expect("the broker takes the record");
        producer
    }

    fn reader(&self, topic: &str, partitions: i32) -> BaseConsumer {
        self.reader_of(topic, partitions, "read_committed")
    }

    fn reader_of(&self, topic: &str, partitions: i32, isolation: &str) -> BaseConsumer {
        let mut config = self.config();
        config.set("group.id", "copydesk-tests-reader").set("isolation.level", isolation);
        config.set("enable.auto.commit", "false").set("fetch.queue.backoff.ms", "10");
        config.set("check.crcs", "true").set("queued.max.messages.kbytes", "32768");
        let reader: BaseConsumer = config.create().expect("a consumer");
        let mut list = TopicPartitionList::new();
        for partition in 0..partitions {
            list.add_partition_offset(topic, partition, Offset::Beginning).expect("a valid offset");
        }
        reader.assign(&list).expect("an assignment");
        reader
    }

    /// Reads a topic as a read-committed reader does: everything until `count` records have come and no
    /// more are there. A worker that has died, or a long silence, ends it with a panic.
    pub fn read(
        &self,
        topic: &str,
        partitions: i32,
        count: impl Fn() -> usize,
        worker: &Worker,
    ) -> Vec<Message> {
        let reader = self.reader(topic, partitions);
        let (wanted, mut last) = (count(), Instant::now());
        let mut found: Vec<Message> = Vec::with_capacity(wanted);
        loop {
            match reader.poll(Duration::from_millis(if found.len() < wanted { 200 } else { 1_500 })) {
                Some(Ok(message)) => {
                    found.push(owned(&message));
                    last = Instant::now();
                }
                Some(Err(error)) => panic!("the reader fails: {error}"),
                None if found.len() >= wanted => return found,
                None => {
                    worker.assert_alive();
                    assert!(
                        last.elapsed() < SILENCE,
                        "{} of {wanted} records of {topic}, then silence: {}; log:\n{}",
                        found.len(),
                        if worker.is_idle() {
                            "lost, for the worker has nothing to do"
                        } else {
                            "it is stuck"
                        },
                        worker.log()
                    );
                }
            }
        }
    }

    /// Hands each committed record (partition, source, value) on as it comes. When none comes, `goes_on` is asked, with the
    /// time since the last.
    pub fn follow(
        &self,
        topic: &str,
        partitions: i32,
        mut see: impl FnMut(i32, &str, Option<&[u8]>),
        goes_on: impl Fn(Duration) -> bool,
    ) {
        let reader = self.reader(topic, partitions);
        let mut last = Instant::now();
        loop {
            match reader.poll(Duration::from_millis(200)) {
                Some(Ok(message)) => {
                    last = Instant::now();
                    let owned = owned(&message);
                    let source = owned.header("copydesk-source").expect("every output names its source");
                    let source = String::from_utf8_lossy(source);
                    see(owned.partition, &source, owned.value.as_deref());
                }
                // The broker is away; that reading comes to its end all the same is for the caller to see to.
                Some(Err(error)) if is_outage(&error) && goes_on(last.elapsed()) => {}
                Some(Err(error)) => panic!("the reader fails: {error}"),
                None if goes_on(last.elapsed()) => {}
                None => return,
            }
        }
    }

    /// Everything committed that stands in a topic by now.
    pub fn read_all(&self, topic: &str, partitions: i32) -> Vec<Message> {
        let reader = self.reader(topic, partitions);
        let mut found = Vec::new();
        while let Some(message) = reader.poll(Duration::from_secs(3)) {
            found.push(owned(&message.expect("a record")));
        }
        found
    }

    /// All records of a topic, those of aborted transactions included.
    pub fn count_uncommitted(&self, topic: &str, partitions: i32) -> usize {
        let reader = self.reader_of(topic, partitions, "read_uncommitted");
        let mut count = 0;
        while let Some(message) = reader.poll(Duration::from_secs(3)) {
            message.expect("a record");
            count += 1;
        }
        count
    }

    /// Where each partition of a topic ends for a read-committed reader.
    pub fn ends(&self, topic: &str, partitions: i32) -> BTreeMap<i32, i64> {
        let reader = self.reader(topic, partitions);
        let end = |partition| reader.fetch_watermarks(topic, partition, TIMEOUT).expect("watermarks").1;
        (0..partitions).map(|partition| (partition, end(partition))).collect()
    }

    /// The group as the coordinator sees it: its state, and who has which partitions.
    pub fn members(&self, group: &str) -> String {
        let consumer: BaseConsumer = self.config().create().expect("a consumer");
        let groups = consumer.fetch_group_list(Some(group), TIMEOUT).expect("the coordinator answers");
        let Some(group) = groups.groups().first() else { return "no group".to_owned() };
        let member = |member: &rdkafka::groups::GroupMemberInfo| {
            format!("{} {:?}", member.client_id(), member.assignment().map(partitions_of))
        };
        format!("{}: {}", group.state(), group.members().iter().map(member).collect::<Vec<_>>().join(", "))
    }

    /// What the group has committed on the input topic.
    pub fn committed(&self, topics: &Topics, partitions: i32) -> BTreeMap<i32, i64> {
        let mut config = self.config();
        config.set("group.id", &topics.group).set("isolation.level", "read_committed");
        let consumer: BaseConsumer = config.create().expect("a consumer");
        let mut list = TopicPartitionList::new();
        list.add_partition_range(&topics.input, 0, partitions - 1);
        let answer = consumer.committed_offsets(list, TIMEOUT).expect("committed offsets");
        let offset = |offset: Offset| offset.to_raw().unwrap_or(-1);
        answer.elements().iter().map(|e| (e.partition(), offset(e.offset()))).collect()
    }
}

/// The partitions in a member's assignment to one topic: version (2 bytes), number of topics (4), the name's length (2)
/// and the name, number of partitions (4), partitions (4 each).
fn partitions_of(assignment: &[u8]) -> Vec<i32> {
    let Some(name_length) = assignment.get(6..8) else { return Vec::new() };
    let start = 8 + usize::from(u16::from_be_bytes([name_length[0], name_length[1]])) + 4;
    let numbers = assignment.get(start..).unwrap_or_default().chunks_exact(4);
    // User data follows, and begins with its own length.
    let count = assignment.get(start - 4..start).map_or(0, |count| usize::from(count[3]));
    numbers
        .take(count)
        .map(|number| i32::from_be_bytes([number[0], number[1], number[2], number[3]]))
        .collect()
}

/// Whether an error says no more than that the broker does not answer.
fn is_outage(error: &KafkaError) -> bool {
    use rdkafka::error::RDKafkaErrorCode as Code;
    let away = [Code::AllBrokersDown, Code::BrokerTransportFailure, Code::OperationTimedOut];
    error.rdkafka_error_code().is_some_and(|code| away.contains(&code))
}

fn owned(message: &rdkafka::message::BorrowedMessage<'_>) -> Message {
    let headers = message.headers().map_or_else(Vec::new, |headers| {
        headers.iter().map(|h| (h.key.to_owned(), h.value.unwrap_or_default().to_vec())).collect()
    });
    Message {
        partition: message.partition(),
        offset: message.offset(),
        timestamp_ms: message.timestamp().to_millis().unwrap_or(-1),
        key: message.key().map(<[u8]>::to_vec),
        value: message.payload().map(<[u8]>::to_vec),
        headers,
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(future)
}
