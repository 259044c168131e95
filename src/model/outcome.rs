//! What becomes of one record, and the closed set of words that say why.

/// The pipeline's answer for one record.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// Publish this value under the record's key; `None` is a tombstone passed through.
    Publish(Option<Vec<u8>>),
    DeadLetter(DeadLetter),
    Skip(SkipReason),
}

/// Why a record could not be enriched. `message` never holds article text: it may be logged.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DeadLetter {
    pub stage: Stage,
    pub reason: Reason,
    pub message: String,
}

/// The stage that gave up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
    Fetch,
    Decode,
    Enrich,
    Encode,
    Publish,
}

impl Stage {
    pub fn word(self) -> &'static str {
        match self {
            Self::Fetch => "fetch",
            Self::Decode => "decode",
            Self::Enrich => "enrich",
            Self::Encode => "encode",
            Self::Publish => "publish",
        }
    }
}

/// Why a record went to the dead letters. The words are stable: they stand in metrics, headers and docs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Reason {
    /// The value has no bytes, or nothing but white space.
    Empty,
    /// The value is larger than `input.message_bytes_max`.
    TooLarge,
    /// The JSON nests deeper than `input.json_depth_max`.
    TooDeep,
    /// The value was said to be JSON, or looked like it, and does not parse.
    InvalidJson,
    /// The JSON parses but is not an object with a body under any mapped name.
    MissingBody,
    /// The bytes are not text in any encoding known here.
    NotText,
    /// A pass panicked on this record: a bug, worth a report.
    Panicked,
    /// The enriched record is larger than the output topic takes.
    OutputTooLarge,
    /// The batch that holds it fails its checksum or cannot be unpacked; one dead letter stands for the whole range.
    UnreadableBatch,
}

impl Reason {
    /// Every reason, for metrics that start at zero and for the docs.
    pub const ALL: [Self; 9] = [
        Self::Empty,
        Self::TooLarge,
        Self::TooDeep,
        Self::InvalidJson,
        Self::MissingBody,
        Self::NotText,
        Self::Panicked,
        Self::OutputTooLarge,
        Self::UnreadableBatch,
    ];

    pub fn reason(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLarge => "too_large",
            Self::TooDeep => "too_deep",
            Self::InvalidJson => "invalid_json",
            Self::MissingBody => "missing_body",
            Self::NotText => "not_text",
            Self::Panicked => "panicked",
            Self::OutputTooLarge => "output_too_large",
            Self::UnreadableBatch => "unreadable_batch",
        }
    }
}

/// Why a record was consumed without an output.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SkipReason {
    /// A tombstone, with `input.tombstones = "skip"`.
    Tombstone,
}
