//! Why there is no verdict, and what to do about it.

use crate::cli::pretty::safe;
use rdkafka::error::KafkaError;
use std::fmt;

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Refusal {
    /// The topic keeps only the last record of a key, or would.
    Compacted { topic: String },
    /// The input's offsets before `low` are gone.
    TruncatedInput { topic: String, partition: i32, low: i64 },
    /// The same of outputs or dead letters.
    TruncatedOutcomes { topic: String, partition: i32, low: i64 },
    /// Records were removed while they were read.
    CutMeanwhile { topic: String, partition: i32, low: i64 },
    /// An outcome names a topic that is none of the inputs.
    OtherInput { at: String, input: String },
    /// A transaction stays open, so that nobody can read what comes after its begin.
    OpenTransaction { topic: String, partition: i32, from: i64, seconds: u64 },
    /// The configuration does not tell with which record the job began.
    NoStart,
    /// The broker did not answer as it must.
    Unreadable(String),
}

impl Refusal {
    /// The stable word for scripts.
    pub(super) fn reason(&self) -> &'static str {
        match self {
            Self::Compacted { .. } => "compacted",
            Self::TruncatedInput { .. } | Self::TruncatedOutcomes { .. } => "truncated",
            Self::CutMeanwhile { .. } => "cut_meanwhile",
            Self::OtherInput { .. } => "other_input",
            Self::OpenTransaction { .. } => "open_transaction",
            Self::NoStart => "no_start",
            Self::Unreadable(_) => "unreadable",
        }
    }
}

impl From<KafkaError> for Refusal {
    fn from(error: KafkaError) -> Self {
        Self::Unreadable(format!(
            "the brokers do not answer as they must: {error}; check kafka.brokers and access"
        ))
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Compacted { topic } => write!(
                f,
                "{topic} is compacted (cleanup.policy), so a record that is not there says nothing; set \
                 cleanup.policy=delete and run the job again into new topics"
            ),
            Self::TruncatedInput { topic, partition, low } => write!(
                f,
                "offsets before {low} of {topic}/{partition} are gone (retention or delete-records), so what became \
                 of them cannot be judged; --truncated-input judges from the first record that is left, a longer \
                 retention.ms keeps more"
            ),
            Self::TruncatedOutcomes { topic, partition, low } => write!(
                f,
                "offsets before {low} of {topic}/{partition} are gone (retention or delete-records), so outcomes \
                 cannot be told from missing ones; run the job again into new topics with a longer retention.ms \
                 and audit those"
            ),
            Self::CutMeanwhile { topic, partition, low } => write!(
                f,
                "offsets before {low} of {topic}/{partition} were removed while they were read; set a longer \
                 retention.ms and audit again"
            ),
            Self::OtherInput { at, input } => write!(
                f,
                "{at} comes from {}, which is none of the inputs; give each job output and dead-letter topics of its \
                 own, name all of its inputs with --input, or count such records with --other-inputs",
                safe(input)
            ),
            Self::OpenTransaction { topic, partition, from, seconds } => write!(
                f,
                "a transaction has been open on {topic}/{partition} from offset {from} on for {seconds} s, and nothing \
                 after it can be read; wait until its producer ends it or its transaction.timeout.ms has passed"
            ),
            Self::NoStart => f.write_str(
                "input.start is \"latest\", which does not tell with which record the job began; say it with \
                 --set input.start=TIME, or judge everything with --set input.start=earliest",
            ),
            Self::Unreadable(why) => f.write_str(why),
        }
    }
}
