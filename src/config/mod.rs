//! The configuration: valid by construction. `options.rs` lists every option once; defaults, documentation,
//! environment names and the check for unknown keys all come from that list.

mod build;
mod document;
mod load;
mod options;

pub use document::default_file;
pub use load::{Loaded, Problems, Sources, load};
pub use options::REVOKE_TIMEOUT_MS_MAX;

use self::load::is_secret_name;
use crate::decode::{DecodeOptions, FieldMap, Format};
use crate::enrich::Passes;
use crate::pipeline::{self, Tombstones};
use std::collections::{BTreeMap, btree_map};
use std::fmt;
use std::net::SocketAddr;
use std::ops::Deref;

/// Everything the worker is told. Built by [`load`] only.
#[derive(Clone, Debug)]
pub struct Config {
    pub pipeline: pipeline::Mode,
    pub kafka: Kafka,
    pub input: Input,
    pub output: Output,
    pub dead_letter: DeadLetter,
    pub delivery: Delivery,
    pub worker: Worker,
    pub enrich: Passes,
    pub admin: Admin,
    pub log: Log,
}

#[derive(Clone, Debug)]
pub struct Kafka {
    pub brokers: String,
    pub group: String,
    pub instance: String,
    pub security_protocol: SecurityProtocol,
    pub sasl_mechanism: Option<SaslMechanism>,
    pub sasl_username: Option<String>,
    pub sasl_password: Option<Secret>,
    pub ssl_ca_file: Option<String>,
    pub ssl_certificate_file: Option<String>,
    pub ssl_key_file: Option<String>,
    pub ssl_key_password: Option<Secret>,
    pub session_timeout_ms: u64,
    pub max_poll_interval_ms: u64,
    pub librdkafka_consumer: RawSettings,
    pub librdkafka_producer: RawSettings,
}

#[derive(Clone, Debug)]
pub struct Input {
    pub topics: Vec<String>,
    pub format: Format,
    pub fields: FieldMap,
    pub message_bytes_max: usize,
    pub json_depth_max: usize,
    pub tombstones: Tombstones,
    pub start: Start,
    pub lost_offsets: LostOffsets,
}

#[derive(Clone, Debug)]
pub struct Output {
    pub topic: String,
    pub message_bytes_max: usize,
    pub compression: Compression,
}

#[derive(Clone, Debug)]
pub struct DeadLetter {
    pub topic: String,
    pub headers: HeaderFamily,
    /// Per cent of the last records; none switches the check off.
    pub breaker_percent: Option<u32>,
    /// Records in a row; none switches the check off.
    pub breaker_in_a_row: Option<usize>,
}

#[derive(Clone, Debug)]
pub struct Delivery {
    pub mode: Mode,
    pub transaction_timeout_ms: u64,
    pub transaction_linger_ms: u64,
    pub transaction_bytes_max: usize,
    pub transaction_records_max: usize,
    pub in_flight_bytes_max: usize,
    pub fetch_queue_bytes_max: usize,
    pub producer_queue_bytes_max: usize,
    pub linger_ms: u64,
    pub drain_timeout_ms: u64,
    pub revoke_timeout_ms: u64,
}

#[derive(Clone, Debug)]
pub struct Worker {
    /// At least one.
    pub threads: usize,
}

#[derive(Clone, Debug)]
pub struct Admin {
    pub listen: Option<SocketAddr>,
}

#[derive(Clone, Debug)]
pub struct Log {
    pub level: LogLevel,
    pub format: LogFormat,
}

/// Where a group without offsets begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Start {
    Earliest,
    Latest,
    /// Milliseconds since 1970.
    At(i64),
}

/// An option that is one of a few words.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum $name { $($variant),+ }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word as it stands in the configuration.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }
    };
}

words!(Mode { ExactlyOnce = "exactly_once", AtLeastOnce = "at_least_once" });
words!(
    /// The names of a dead letter's headers.
    HeaderFamily { Copydesk = "copydesk", Connect = "connect", Spring = "spring" }
);
words!(LostOffsets { Stop = "stop", Skip = "skip" });
words!(Compression { None = "none", Gzip = "gzip", Snappy = "snappy", Lz4 = "lz4", Zstd = "zstd" });
words!(SecurityProtocol {
    Plaintext = "plaintext",
    Ssl = "ssl",
    SaslPlaintext = "sasl_plaintext",
    SaslSsl = "sasl_ssl",
});
words!(SaslMechanism { Plain = "PLAIN", ScramSha256 = "SCRAM-SHA-256", ScramSha512 = "SCRAM-SHA-512" });
words!(LogLevel { Error = "error", Warn = "warn", Info = "info", Debug = "debug", Trace = "trace" });
words!(LogFormat { Auto = "auto", Json = "json", Text = "text" });

/// A value that is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn new(value: String) -> Self {
        Self(value)
    }

    /// The value itself, for the client library alone.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Settings for librdkafka as they were written. Those that hold secrets are not printed either.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct RawSettings(BTreeMap<String, String>);

impl Deref for RawSettings {
    type Target = BTreeMap<String, String>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<'a> IntoIterator for &'a RawSettings {
    type Item = (&'a String, &'a String);
    type IntoIter = btree_map::Iter<'a, String, String>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl fmt::Debug for RawSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |(key, value)| (key, if is_secret_name(key) { "***" } else { value });
        f.debug_map().entries(self.0.iter().map(|(key, value)| shown((key, value.as_str())))).finish()
    }
}

impl Config {
    /// The largest value, or key with headers, that is of any use: the pipeline refuses what is above the first,
    /// and no topic takes what is above the second.
    pub fn kept_bytes_max(&self) -> usize {
        self.input.message_bytes_max.max(self.output.message_bytes_max)
    }

    /// What the pipeline is told.
    pub fn pipeline_options(&self) -> pipeline::Options {
        pipeline::Options {
            mode: self.pipeline,
            tombstones: self.input.tombstones,
            decode: DecodeOptions {
                format: self.input.format,
                fields: self.input.fields.clone(),
                message_bytes_max: self.input.message_bytes_max,
                json_depth_max: self.input.json_depth_max,
            },
            passes: self.enrich,
            output_bytes_max: self.output.message_bytes_max,
        }
    }
}
