//! librdkafka's settings for each role, from our configuration. The reasons and measurements are in
//! `docs/ARCHITECTURE.md`.

use super::verdict::NO_SUCH_TOPIC;
use crate::config::{Config, Mode};
use rdkafka::ClientContext;
use rdkafka::client::Client;
use rdkafka::config::{ClientConfig, RDKafkaLogLevel};
use rdkafka::error::{KafkaResult, RDKafkaErrorCode};
use std::collections::BTreeMap;
use std::time::Duration;

/// How long the network may take for one request.
const SOCKET_TIMEOUT_MS: u64 = 10_000;
/// How long a new connection's first answer may take: shorter, so that one made to a silent network is soon made anew.
const API_VERSION_TIMEOUT_MS: u64 = 5_000;

/// What a client is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    Consumer,
    Producer,
}

/// The settings of one client. The log level must be `info` or chattier: the defence in `watch.rs` reads
/// librdkafka's log.
pub fn client_config(config: &Config, role: Role) -> ClientConfig {
    let mut settings = ClientConfig::new();
    settings.set_log_level(RDKafkaLogLevel::Info);
    connection(config, &mut settings);
    let raw = match role {
        Role::Consumer => {
            consumer(config, &mut settings);
            &config.kafka.librdkafka_consumer
        }
        Role::Producer => {
            producer(config, &mut settings);
            &config.kafka.librdkafka_producer
        }
    };
    for (key, value) in raw {
        settings.set(key, value);
    }
    settings
}

fn connection(config: &Config, settings: &mut ClientConfig) {
    let kafka = &config.kafka;
    settings.set("bootstrap.servers", &kafka.brokers);
    settings.set("client.id", format!("copydesk-{}", kafka.instance));
    settings.set("security.protocol", kafka.security_protocol.as_str());
    let mut optional = |key: &str, value: Option<&str>| {
        if let Some(value) = value {
            settings.set(key, value);
        }
    };
    optional("sasl.mechanisms", kafka.sasl_mechanism.map(|mechanism| mechanism.as_str()));
    optional("sasl.username", kafka.sasl_username.as_deref());
    optional("sasl.password", kafka.sasl_password.as_ref().map(|secret| secret.expose()));
    optional("ssl.ca.location", kafka.ssl_ca_file.as_deref());
    optional("ssl.certificate.location", kafka.ssl_certificate_file.as_deref());
    optional("ssl.key.location", kafka.ssl_key_file.as_deref());
    optional("ssl.key.password", kafka.ssl_key_password.as_ref().map(|secret| secret.expose()));
    // A connection that swallows what is sent is given up after this; the consumer's default of 60 s is longer than
    // its session. librdkafka refuses a producer whose requests may outlast its transactions.
    let timeout_ms = SOCKET_TIMEOUT_MS.min(config.delivery.transaction_timeout_ms);
    settings.set("socket.timeout.ms", timeout_ms.to_string());
    settings.set("socket.connection.setup.timeout.ms", SOCKET_TIMEOUT_MS.to_string());
    settings.set("api.version.request.timeout.ms", API_VERSION_TIMEOUT_MS.to_string());
    // Reconnect at once, then slower: the default of 10 s at most is long for a worker that must catch up.
    settings.set("reconnect.backoff.ms", "50");
    settings.set("reconnect.backoff.max.ms", "2000");
}

fn consumer(config: &Config, settings: &mut ClientConfig) {
    let kafka = &config.kafka;
    settings.set("group.id", &kafka.group);
    settings.set("group.instance.id", &kafka.instance);
    settings.set("enable.auto.commit", "false");
    settings.set("enable.auto.offset.store", "false");
    settings.set("isolation.level", "read_committed");
    settings.set("partition.assignment.strategy", "cooperative-sticky");
    settings.set("session.timeout.ms", kafka.session_timeout_ms.to_string());
    // librdkafka's own 3 s are as long as a short session; three in a session is Kafka's advice.
    settings.set("heartbeat.interval.ms", (kafka.session_timeout_ms / 3).clamp(100, 3_000).to_string());
    settings.set("max.poll.interval.ms", kafka.max_poll_interval_ms.to_string());
    settings.set("check.crcs", "true");
    // Where a partition has no offset we set one; any other reset is lost retention, never a silent jump.
    settings.set("auto.offset.reset", "error");
    settings.set("fetch.queue.backoff.ms", "20");
    settings.set("fetch.wait.max.ms", "100");
    // The queue's bound counts unpacked records and is only looked at before a fetch, while a fetch is bounded
    // by what it brings packed. Fetches of 16 MiB of articles packed by lz4 raised the worker's peak by 80 MiB.
    let queue_bytes = config.delivery.fetch_queue_bytes_max;
    settings.set("queued.max.messages.kbytes", (queue_bytes / 2048).max(512).to_string());
    settings.set("fetch.max.bytes", (queue_bytes / 4).max(1024 * 1024).to_string());
    settings.set("fetch.message.max.bytes", (queue_bytes / 32).max(256 * 1024).to_string());
    settings.set("statistics.interval.ms", "5000");
    settings.set("topic.metadata.refresh.interval.ms", "60000");
}

fn producer(config: &Config, settings: &mut ClientConfig) {
    let delivery = &config.delivery;
    settings.set("enable.idempotence", "true");
    if delivery.mode == Mode::ExactlyOnce {
        settings.set("transactional.id", format!("{}-{}-0", config.kafka.group, config.kafka.instance));
        settings.set("transaction.timeout.ms", delivery.transaction_timeout_ms.to_string());
    }
    settings.set("linger.ms", delivery.linger_ms.to_string());
    settings.set("batch.size", "1000000");
    settings.set("compression.type", config.output.compression.as_str());
    // The Java clients' partitioner; librdkafka's default would send keys elsewhere.
    settings.set("partitioner", "murmur2_random");
    settings.set("queue.buffering.max.messages", "200000");
    settings.set("queue.buffering.max.kbytes", (delivery.producer_queue_bytes_max / 1024).to_string());
    settings.set("message.max.bytes", config.output.message_bytes_max.to_string());
    settings.set("topic.metadata.refresh.interval.ms", "60000");
}

/// The number of partitions of each topic, or why the broker does not tell.
pub fn topic_counts<C: ClientContext>(
    client: &Client<C>,
    topics: &[&str],
    timeout: Duration,
) -> KafkaResult<BTreeMap<String, Result<i32, RDKafkaErrorCode>>> {
    let mut counts = BTreeMap::new();
    for topic in topics {
        let metadata = client.fetch_metadata(Some(topic), timeout)?;
        let entry = metadata.topics().iter().find(|found| found.name() == *topic);
        let count = match entry.map(|found| (found.error(), found.partitions().len())) {
            Some((None, count)) if count > 0 => Ok(i32::try_from(count).unwrap_or(i32::MAX)),
            Some((Some(code), _)) => Err(code.into()),
            _ => Err(NO_SUCH_TOPIC),
        };
        counts.insert((*topic).to_owned(), count);
    }
    Ok(counts)
}
