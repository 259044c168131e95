//! Every option: its path, what it may be, its default and what it does.

use crate::model::limits;

/// What a value may be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Text,
    /// Text that is never printed.
    Secret,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A whole number between these, both included.
    Number(u64, u64),
    Bool,
    /// A list of texts; in the environment and in flags separated by commas.
    List,
    /// Settings for librdkafka; in the environment and in flags `key=value,key=value`.
    Table,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct OptionSpec {
    /// `section.name`, or a name alone at the top level.
    pub(super) path: &'static str,
    pub(super) kind: Kind,
    /// As it would be written after `--set path=`.
    pub(super) default: &'static str,
    pub(super) doc: &'static str,
}

const fn option(path: &'static str, kind: Kind, default: &'static str, doc: &'static str) -> OptionSpec {
    OptionSpec { path, kind, default, doc }
}

const MIB: u64 = 1024 * 1024;
const HOUR_MS: u64 = 3_600_000;
/// The poll thread stands still while partitions leave; for longer, liveness would take it for stuck.
pub const REVOKE_TIMEOUT_MS_MAX: u64 = 50_000;

/// In the order of the documented file; a section's options stand together.
pub(super) const OPTIONS: &[OptionSpec] = &[
    option(
        "pipeline",
        Kind::Word(&["enrich", "passthrough"]),
        "enrich",
        "What happens to a record: `enrich` it, or copy the payload unchanged (`passthrough`, for benches and \
         fault tests).",
    ),
    option(
        "kafka.brokers",
        Kind::Text,
        "localhost:9092",
        "Bootstrap brokers, `host:port` separated by commas.",
    ),
    option(
        "kafka.group",
        Kind::Text,
        "copydesk",
        "Consumer group. Offsets and transactional ids belong to it.",
    ),
    option(
        "kafka.instance",
        Kind::Text,
        "",
        "This worker's own name in the group: static membership and the transactional id come from it, so two \
         workers must never share it. Empty: the host name.",
    ),
    option(
        "kafka.security_protocol",
        Kind::Word(&["plaintext", "ssl", "sasl_plaintext", "sasl_ssl"]),
        "plaintext",
        "How to talk to the brokers.",
    ),
    option(
        "kafka.sasl_mechanism",
        Kind::Word(&["", "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]),
        "",
        "SASL mechanism; needs a `sasl_…` protocol.",
    ),
    option("kafka.sasl_username", Kind::Text, "", "SASL user."),
    option(
        "kafka.sasl_password",
        Kind::Secret,
        "",
        "SASL password; better in the environment or in a file.",
    ),
    option(
        "kafka.sasl_password_file",
        Kind::Text,
        "",
        "File that holds the SASL password (its last line break is not part of it).",
    ),
    option(
        "kafka.ssl_ca_file",
        Kind::Text,
        "",
        "CA certificates (PEM) the brokers are checked against. Empty: the system's.",
    ),
    option("kafka.ssl_certificate_file", Kind::Text, "", "Client certificate (PEM) for mutual TLS."),
    option("kafka.ssl_key_file", Kind::Text, "", "Client key (PEM) for mutual TLS."),
    option("kafka.ssl_key_password", Kind::Secret, "", "Password of the client key."),
    option(
        "kafka.ssl_key_password_file",
        Kind::Text,
        "",
        "File that holds the password of the client key.",
    ),
    option(
        "kafka.session_timeout_ms",
        Kind::Number(1_000, HOUR_MS),
        "45000",
        "After how long without a heartbeat the group gives a worker's partitions away, in milliseconds.",
    ),
    option(
        "kafka.max_poll_interval_ms",
        Kind::Number(10_000, 24 * HOUR_MS),
        "300000",
        "After how long without a poll the group takes a worker for stuck, in milliseconds.",
    ),
    option("input.topics", Kind::List, "articles.raw", "Topics to read."),
    option(
        "input.format",
        Kind::Word(&["auto", "text", "json"]),
        "auto",
        "How records are read; `auto` tells record by record.",
    ),
    option(
        "input.message_bytes_max",
        Kind::Number(1, limits::MESSAGE_BYTES_CEILING as u64),
        "1048576",
        "Largest record in bytes; a larger one becomes the dead letter `too_large`.",
    ),
    option(
        "input.json_depth_max",
        Kind::Number(1, limits::JSON_DEPTH_CEILING as u64),
        "64",
        "How deep JSON may nest; deeper becomes the dead letter `too_deep`.",
    ),
    option(
        "input.tombstones",
        Kind::Word(&["pass", "skip"]),
        "pass",
        "Records without a value: `pass` them on under the same key, or `skip` them.",
    ),
    option(
        "input.start",
        Kind::Text,
        "earliest",
        "Where a group without offsets begins: `earliest`, `latest`, or a time (RFC 3339, \
         `2026-01-31T06:00:00Z`).",
    ),
    option(
        "input.lost_offsets",
        Kind::Word(&["stop", "skip"]),
        "stop",
        "When retention has removed records that were not read: `stop` and say which, or `skip` them with an \
         error in the log.",
    ),
    option(
        "input.fields.headline",
        Kind::List,
        "headline,title",
        "JSON fields that may hold the headline, tried in order; a name that starts with `/` is a JSON pointer.",
    ),
    option("input.fields.body", Kind::List, "body,text,content", "… the body."),
    option("input.fields.date", Kind::List, "date,published,published_at", "… the publication date."),
    option("input.fields.byline", Kind::List, "byline,author", "… the byline."),
    option("input.fields.language", Kind::List, "language", "… the language tag."),
    option("input.fields.url", Kind::List, "url", "… the URL."),
    option("input.fields.id", Kind::List, "id", "… the publisher's own id."),
    option("output.topic", Kind::Text, "articles.enriched", "Topic to publish to."),
    option(
        "output.format",
        Kind::Word(&["native"]),
        "native",
        "Output format: `native` is copydesk's own JSON, schema copydesk/1.",
    ),
    option(
        "output.message_bytes_max",
        Kind::Number(100_000, 512 * MIB),
        "8388608",
        "Largest enriched record in bytes; a larger one becomes the dead letter `output_too_large`. Output \
         runs to five times the input; the topics' `max.message.bytes` must match.",
    ),
    option(
        "output.compression",
        Kind::Word(&["none", "gzip", "snappy", "lz4", "zstd"]),
        "lz4",
        "Compression of what is published.",
    ),
    option(
        "dead_letter.topic",
        Kind::Text,
        "articles.dead-letter",
        "Topic for records that cannot be enriched.",
    ),
    option(
        "dead_letter.headers",
        Kind::Word(&["copydesk", "connect", "spring"]),
        "copydesk",
        "Names of the headers that say why: copydesk's own (`__dlq.errors.…`), Kafka Connect's \
         (`__connect.errors.…`) or Spring Kafka's (`kafka_dlt-…`).",
    ),
    option(
        "dead_letter.breaker_percent",
        Kind::Number(0, 99),
        "50",
        "The breaker: more than this share of the last 1,000 records dead-lettered, in per cent, and the worker \
         stops consuming, is not ready, says so and waits to be restarted. 0 switches this check off.",
    ),
    option(
        "dead_letter.breaker_in_a_row",
        Kind::Number(0, 1_000_000),
        "200",
        "… or so many dead letters in a row. 0 switches this check off.",
    ),
    option(
        "delivery.mode",
        Kind::Word(&["exactly_once", "at_least_once"]),
        "exactly_once",
        "`exactly_once`: outputs, dead letters and offsets in one transaction (readers must set \
         `isolation.level=read_committed`). `at_least_once`: no transactions, duplicates after a failure.",
    ),
    option(
        "delivery.transaction_timeout_ms",
        Kind::Number(1_000, HOUR_MS),
        "15000",
        "After how long the broker gives an unfinished transaction up, in milliseconds; below \
         kafka.session_timeout_ms.",
    ),
    option(
        "delivery.transaction_linger_ms",
        Kind::Number(0, 60_000),
        "20",
        "How long a transaction stays open for more records, in milliseconds.",
    ),
    option(
        "delivery.transaction_bytes_max",
        Kind::Number(1_024, 1_024 * MIB),
        "8388608",
        "… up to this many bytes.",
    ),
    option(
        "delivery.transaction_records_max",
        Kind::Number(1, 1_000_000),
        "10000",
        "… or this many records.",
    ),
    option(
        "delivery.in_flight_bytes_max",
        Kind::Number(64 * 1_024, 64 * 1_024 * MIB),
        "33554432",
        "Byte budget for everything between fetch and commit, input and finished output. Twice as much measured no \
         faster.",
    ),
    option(
        "delivery.fetch_queue_bytes_max",
        Kind::Number(MIB, 2_000 * MIB),
        "33554432",
        "Bytes librdkafka may fetch ahead.",
    ),
    option(
        "delivery.producer_queue_bytes_max",
        Kind::Number(MIB, 2_000 * MIB),
        "33554432",
        "Bytes that may wait in librdkafka's producer queue.",
    ),
    option(
        "delivery.linger_ms",
        Kind::Number(0, 10_000),
        "5",
        "How long the producer waits to fill a batch, in milliseconds.",
    ),
    option(
        "delivery.drain_timeout_ms",
        Kind::Number(100, HOUR_MS),
        "25000",
        "How long a stopping worker may take to commit what is in flight, in milliseconds.",
    ),
    option(
        "delivery.revoke_timeout_ms",
        Kind::Number(100, REVOKE_TIMEOUT_MS_MAX),
        "5000",
        "How long partitions that leave may take to commit what is finished, in milliseconds.",
    ),
    option("worker.threads", Kind::Number(0, 1_024), "0", "Threads that enrich; 0 is one per core."),
    option(
        "enrich.structure",
        Kind::Bool,
        "true",
        "Headline, byline, dateline, paragraphs, sections, sentences, counts.",
    ),
    option("enrich.language", Kind::Bool, "true", "Language of the article."),
    option("enrich.dates", Kind::Bool, "true", "Dates, resolved by the publication date."),
    option("enrich.anomalies", Kind::Bool, "true", "Odd characters, repaired encodings, missing parts."),
    option(
        "enrich.names",
        Kind::Bool,
        "true",
        "People with their titles, organisations, places, groups, focus countries (English).",
    ),
    option(
        "enrich.speech",
        Kind::Bool,
        "true",
        "Who said what (English); speakers are linked when names are on.",
    ),
    option("enrich.amounts", Kind::Bool, "true", "Money, percentages, quantities, casualties."),
    option("enrich.topics", Kind::Bool, "true", "IPTC Media Topics (English)."),
    option("enrich.keyphrases", Kind::Bool, "true", "Keyphrases and an extractive summary (English)."),
    option("enrich.fingerprint", Kind::Bool, "true", "What near-duplicates are found by."),
    option(
        "admin.listen",
        Kind::Text,
        "127.0.0.1:9464",
        "Address of the admin port (metrics, health); empty switches it off.",
    ),
    option(
        "log.level",
        Kind::Word(&["error", "warn", "info", "debug", "trace"]),
        "info",
        "Lowest level that is logged.",
    ),
    option(
        "log.format",
        Kind::Word(&["auto", "json", "text"]),
        "auto",
        "`auto` is text on a terminal and JSON lines elsewhere.",
    ),
    option("librdkafka.consumer", Kind::Table, "", "Any other setting of librdkafka's consumer, as it is."),
    option("librdkafka.producer", Kind::Table, "", "Any other setting of librdkafka's producer, as it is."),
];

/// librdkafka's settings that are ours to set, with the other names it knows them by, and what to use instead.
pub(super) const RESERVED: &[(&str, &str)] = &[
    ("auto.commit.enable", "delivery.mode"),
    ("auto.offset.reset", "input.start and input.lost_offsets"),
    ("bootstrap.servers", "kafka.brokers"),
    ("enable.auto.commit", "delivery.mode"),
    ("enable.auto.offset.store", "delivery.mode"),
    ("enable.idempotence", "delivery.mode"),
    ("group.id", "kafka.group"),
    ("group.instance.id", "kafka.instance"),
    ("isolation.level", "delivery.mode"),
    ("log.connection.close", "nothing: exactly once needs these lines"),
    ("log.queue", "nothing: exactly once needs the log"),
    ("log_level", "log.level"),
    ("max.poll.interval.ms", "kafka.max_poll_interval_ms"),
    ("metadata.broker.list", "kafka.brokers"),
    ("partition.assignment.strategy", "nothing: it is cooperative-sticky"),
    ("partitioner", "nothing: it is Java's murmur2"),
    ("sasl.password", "kafka.sasl_password"),
    ("session.timeout.ms", "kafka.session_timeout_ms"),
    ("ssl.key.password", "kafka.ssl_key_password"),
    ("transaction.timeout.ms", "delivery.transaction_timeout_ms"),
    ("transactional.id", "kafka.instance"),
];

/// The option of a path.
pub(super) fn find(path: &str) -> Option<&'static OptionSpec> {
    OPTIONS.iter().find(|option| option.path == path)
}
