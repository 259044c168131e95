//! What source and sink share of Kafka: settings, batches of records, error verdicts, remedies, headers, the
//! group.

mod batch;
mod bounds;
mod dead_letter;
mod group;
mod headers;
mod remedy;
mod settings;
mod verdict;
mod watch;

pub use batch::{FinishedBatch, Omit, Omitted, Record, RecordBatch};
pub use bounds::bounds;
pub use dead_letter::{
    DeadLetterNote, OwnedHeader, RETRIES, dead_letter_headers, owned_headers, read_note, retried_headers,
    retries,
};
pub use group::{Group, Topics};
pub use headers::{DEAD_LETTER_PREFIX, SOURCE, last_header, published_headers};
pub use remedy::{Access, Concerned, remedy, remedy_of_log};
pub use settings::{Role, client_config, topic_counts};
pub use verdict::{
    ConsumerVerdict, Verdict, code_of, consumer_verdict, is_full, is_hopeless, is_passing, is_purged,
    is_too_large, is_undecodable, verdict, verdict_on_fatal, why_stop,
};
pub use watch::{ProducerWatch, Suspicion, log_librdkafka, sees_failures};
