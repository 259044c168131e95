//! Values into the typed configuration, and the rules that tie options together.

use super::load::Values;
use super::{
    Admin, Compression, Config, DeadLetter, Delivery, HeaderFamily, Input, Kafka, Log, LogFormat, LogLevel,
    LostOffsets, Mode, Output, SaslMechanism, SecurityProtocol, Start, Worker,
};
use crate::decode::{FieldMap, Format};
use crate::enrich::Passes;
use crate::pipeline::{self, Tombstones};
use std::net::{SocketAddr, ToSocketAddrs};

/// The configuration, unless the values are beyond use. Problems are left in `values`.
pub(super) fn build(values: &mut Values) -> Option<Config> {
    let config = Config {
        pipeline: values.word(
            "pipeline",
            &[("enrich", pipeline::Mode::Enrich), ("passthrough", pipeline::Mode::Passthrough)],
        ),
        kafka: kafka(values),
        input: input(values),
        output: Output {
            topic: values.text("output.topic"),
            message_bytes_max: values.size("output.message_bytes_max"),
            compression: values.word("output.compression", &words(Compression::ALL, Compression::as_str)),
        },
        dead_letter: dead_letter(values),
        delivery: delivery(values),
        worker: Worker { threads: threads(values) },
        enrich: Passes {
            structure: values.is("enrich.structure"),
            language: values.is("enrich.language"),
            dates: values.is("enrich.dates"),
            anomalies: values.is("enrich.anomalies"),
            names: values.is("enrich.names"),
            speech: values.is("enrich.speech"),
            amounts: values.is("enrich.amounts"),
            topics: values.is("enrich.topics"),
            keyphrases: values.is("enrich.keyphrases"),
            fingerprint: values.is("enrich.fingerprint"),
        },
        admin: Admin { listen: listen(values) },
        log: Log {
            level: values.word("log.level", &words(LogLevel::ALL, LogLevel::as_str)),
            format: values.word("log.format", &words(LogFormat::ALL, LogFormat::as_str)),
        },
    };
    let _: () = values.word("output.format", &[("native", ())]);
    check_topics(&config, values);
    if config.input.fields.body.is_empty() {
        values.reject("input.fields.body", "name at least one field, or no JSON article has a body");
    }
    check_sizes(&config, values);
    check_times(&config, values);
    check_security(&config, values);
    values.problems.is_empty().then_some(config)
}

fn words<T: Copy>(all: &[T], word: fn(T) -> &'static str) -> Vec<(&'static str, T)> {
    all.iter().map(|choice| (word(*choice), *choice)).collect()
}

fn kafka(values: &mut Values) -> Kafka {
    let mut mechanisms: Vec<(&str, Option<SaslMechanism>)> = vec![("", None)];
    mechanisms.extend(SaslMechanism::ALL.iter().map(|mechanism| (mechanism.as_str(), Some(*mechanism))));
    Kafka {
        brokers: required(values, "kafka.brokers", "name at least one broker, for example broker:9092"),
        group: required(values, "kafka.group", "name the consumer group"),
        instance: values.optional("kafka.instance").unwrap_or_else(host_name),
        security_protocol: values
            .word("kafka.security_protocol", &words(SecurityProtocol::ALL, SecurityProtocol::as_str)),
        sasl_mechanism: values.word("kafka.sasl_mechanism", &mechanisms),
        sasl_username: values.optional("kafka.sasl_username"),
        sasl_password: values.secret("kafka.sasl_password", "kafka.sasl_password_file"),
        ssl_ca_file: values.optional("kafka.ssl_ca_file"),
        ssl_certificate_file: values.optional("kafka.ssl_certificate_file"),
        ssl_key_file: values.optional("kafka.ssl_key_file"),
        ssl_key_password: values.secret("kafka.ssl_key_password", "kafka.ssl_key_password_file"),
        session_timeout_ms: values.number("kafka.session_timeout_ms"),
        max_poll_interval_ms: values.number("kafka.max_poll_interval_ms"),
        librdkafka_consumer: values.table("librdkafka.consumer"),
        librdkafka_producer: values.table("librdkafka.producer"),
    }
}

fn required(values: &mut Values, path: &'static str, why: &str) -> String {
    values.optional(path).unwrap_or_else(|| {
        values.reject(path, why);
        String::new()
    })
}

/// The machine's name, or the program's where the machine has none. The kernel's is asked first: the file is
/// missing where the name comes from the network, and two machines of one name would fence each other.
pub(super) fn host_name() -> String {
    let file = |path| std::fs::read_to_string(path).unwrap_or_default();
    let names = [
        file("/proc/sys/kernel/hostname"),
        file("/etc/hostname"),
        std::env::var("HOSTNAME").unwrap_or_default(),
    ];
    let name = names.iter().map(|name| name.trim()).find(|name| !name.is_empty());
    name.unwrap_or("copydesk").to_owned()
}

fn input(values: &mut Values) -> Input {
    Input {
        topics: values.list("input.topics"),
        format: values.word(
            "input.format",
            &[("auto", Format::Auto), ("text", Format::Text), ("json", Format::Json)],
        ),
        fields: FieldMap {
            headline: values.list("input.fields.headline"),
            body: values.list("input.fields.body"),
            date: values.list("input.fields.date"),
            byline: values.list("input.fields.byline"),
            language: values.list("input.fields.language"),
            url: values.list("input.fields.url"),
            id: values.list("input.fields.id"),
        },
        message_bytes_max: values.size("input.message_bytes_max"),
        json_depth_max: values.size("input.json_depth_max"),
        tombstones: values
            .word("input.tombstones", &[("pass", Tombstones::Pass), ("skip", Tombstones::Skip)]),
        start: start(values),
        lost_offsets: values.word("input.lost_offsets", &words(LostOffsets::ALL, LostOffsets::as_str)),
    }
}

fn start(values: &mut Values) -> Start {
    match values.text("input.start").as_str() {
        "earliest" => Start::Earliest,
        "latest" => Start::Latest,
        time => match time.parse::<jiff::Timestamp>() {
            Ok(time) => Start::At(time.as_millisecond()),
            Err(_) => {
                values
                    .reject("input.start", "expected earliest, latest or a time like 2026-01-31T06:00:00Z");
                Start::Earliest
            }
        },
    }
}

fn dead_letter(values: &mut Values) -> DeadLetter {
    // Zero is the word for off; inside it is no number to compare with by mistake.
    let percent = u32::try_from(values.number("dead_letter.breaker_percent")).unwrap_or(u32::MAX);
    let in_a_row = values.size("dead_letter.breaker_in_a_row");
    DeadLetter {
        topic: values.text("dead_letter.topic"),
        headers: values.word("dead_letter.headers", &words(HeaderFamily::ALL, HeaderFamily::as_str)),
        breaker_percent: (percent > 0).then_some(percent),
        breaker_in_a_row: (in_a_row > 0).then_some(in_a_row),
    }
}

fn delivery(values: &mut Values) -> Delivery {
    Delivery {
        mode: values.word("delivery.mode", &words(Mode::ALL, Mode::as_str)),
        transaction_timeout_ms: values.number("delivery.transaction_timeout_ms"),
        transaction_linger_ms: values.number("delivery.transaction_linger_ms"),
        transaction_bytes_max: values.size("delivery.transaction_bytes_max"),
        transaction_records_max: values.size("delivery.transaction_records_max"),
        in_flight_bytes_max: values.size("delivery.in_flight_bytes_max"),
        fetch_queue_bytes_max: values.size("delivery.fetch_queue_bytes_max"),
        producer_queue_bytes_max: values.size("delivery.producer_queue_bytes_max"),
        linger_ms: values.number("delivery.linger_ms"),
        drain_timeout_ms: values.number("delivery.drain_timeout_ms"),
        revoke_timeout_ms: values.number("delivery.revoke_timeout_ms"),
    }
}

fn threads(values: &mut Values) -> usize {
    match values.size("worker.threads") {
        0 => std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        threads => threads,
    }
}

fn listen(values: &mut Values) -> Option<SocketAddr> {
    let text = values.optional("admin.listen")?;
    let address = text.to_socket_addrs().ok().and_then(|mut found| found.next());
    if address.is_none() {
        values.reject(
            "admin.listen",
            "expected host:port, for example 127.0.0.1:9464, or \"\" for no admin port",
        );
    }
    address
}

fn check_topics(config: &Config, values: &mut Values) {
    let valid = |topic: &str| {
        (1..=249).contains(&topic.len())
            && topic != "."
            && topic != ".."
            && topic.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
    };
    let hint = "a topic has 1 to 249 characters of A-Z a-z 0-9 . _ -";
    if config.input.topics.is_empty() {
        values.reject("input.topics", "name at least one topic");
    }
    if !config.input.topics.iter().all(|topic| valid(topic)) {
        values.reject("input.topics", hint);
    }
    let mut seen = std::collections::BTreeSet::new();
    if !config.input.topics.iter().all(|topic| seen.insert(topic)) {
        values.reject("input.topics", "a topic is named twice");
    }
    let (output, dead_letter) = (&config.output.topic, &config.dead_letter.topic);
    for (path, topic) in [("output.topic", output), ("dead_letter.topic", dead_letter)] {
        if !valid(topic) {
            values.reject(path, hint);
        }
        if config.input.topics.contains(topic) {
            values.reject(path, "it is an input topic as well; the worker would read what it writes");
        }
    }
    if output == dead_letter {
        values.reject("dead_letter.topic", "it is the output topic as well");
    }
}

fn check_sizes(config: &Config, values: &mut Values) {
    let delivery = &config.delivery;
    if delivery.in_flight_bytes_max < 2 * config.input.message_bytes_max {
        values.reject(
            "delivery.in_flight_bytes_max",
            "it must be at least twice input.message_bytes_max, or one record could hold everything up",
        );
    }
    if delivery.producer_queue_bytes_max < delivery.transaction_bytes_max + config.output.message_bytes_max
    {
        values.reject(
            "delivery.producer_queue_bytes_max",
            "it must hold delivery.transaction_bytes_max and one record of output.message_bytes_max more",
        );
    }
}

fn check_times(config: &Config, values: &mut Values) {
    let (delivery, session_ms) = (&config.delivery, config.kafka.session_timeout_ms);
    if delivery.transaction_timeout_ms >= session_ms {
        values.reject(
            "delivery.transaction_timeout_ms",
            &format!(
                "it must be below kafka.session_timeout_ms ({session_ms}), or a dead worker's transaction \
                 outlives its partitions"
            ),
        );
    }
    if delivery.transaction_linger_ms * 2 > delivery.transaction_timeout_ms {
        values.reject(
            "delivery.transaction_linger_ms",
            "it must be at most half of delivery.transaction_timeout_ms, which leaves time to commit",
        );
    }
    if delivery.linger_ms * 2 > delivery.transaction_timeout_ms {
        values.reject(
            "delivery.linger_ms",
            "it must be at most half of delivery.transaction_timeout_ms, which leaves time to commit",
        );
    }
    if delivery.revoke_timeout_ms >= config.kafka.max_poll_interval_ms {
        values.reject(
            "delivery.revoke_timeout_ms",
            "it must be below kafka.max_poll_interval_ms, or the group gives a leaving worker up",
        );
    }
    if session_ms > config.kafka.max_poll_interval_ms {
        values.reject(
            "kafka.max_poll_interval_ms",
            &format!("it must not be below kafka.session_timeout_ms ({session_ms})"),
        );
    }
}

fn check_security(config: &Config, values: &mut Values) {
    let kafka = &config.kafka;
    let has_sasl =
        matches!(kafka.security_protocol, SecurityProtocol::SaslPlaintext | SecurityProtocol::SaslSsl);
    if has_sasl {
        let login = kafka.sasl_username.is_some() && kafka.sasl_password.is_some();
        if kafka.sasl_mechanism.is_none() || !login {
            values.reject(
                "kafka.security_protocol",
                "SASL needs kafka.sasl_mechanism, kafka.sasl_username and kafka.sasl_password (or _file)",
            );
        }
    } else if kafka.sasl_mechanism.is_some()
        || kafka.sasl_username.is_some()
        || kafka.sasl_password.is_some()
    {
        values.reject(
            "kafka.security_protocol",
            "SASL options are set; use sasl_ssl (or sasl_plaintext on a trusted network)",
        );
    }
    if kafka.ssl_certificate_file.is_some() != kafka.ssl_key_file.is_some() {
        values.reject(
            "kafka.ssl_key_file",
            "a client certificate needs its key, and the key its certificate",
        );
    }
}
