//! Every bound of the core, in one place, with its reason.

/// Largest input value by default; `input.message_bytes_max` changes it. Kafka's own default is 1 MiB.
pub const MESSAGE_BYTES_DEFAULT: usize = 1024 * 1024;
/// Hard ceiling of that option: spans are 32 bit and output runs to five times the input.
pub const MESSAGE_BYTES_CEILING: usize = 64 * 1024 * 1024;
/// How deep JSON may nest by default; `serde_json` itself stops at 128.
pub const JSON_DEPTH_DEFAULT: usize = 64;
pub const JSON_DEPTH_CEILING: usize = 120;
/// Most findings of one kind in one article; a 1 MiB article of ordinary prose has about 10,000 sentences.
pub const PARAGRAPHS_MAX: usize = 20_000;
pub const SENTENCES_MAX: usize = 50_000;
pub const DATES_MAX: usize = 10_000;
pub const ENTITIES_MAX: usize = 5_000;
pub const MENTIONS_MAX: usize = 50_000;
pub const AMOUNTS_MAX: usize = 10_000;
pub const QUOTATIONS_MAX: usize = 10_000;
pub const TOPICS_MAX: usize = 12;
pub const TOPIC_EVIDENCE_MAX: usize = 5;
pub const KEYPHRASES_MAX: usize = 12;
pub const SUMMARY_SENTENCES_MAX: usize = 3;
pub const ANOMALIES_MAX: usize = 100;
/// Longest headline, in bytes, that the plain-text decoder believes in.
pub const HEADLINE_BYTES_MAX: usize = 400;
/// How much of the text the language is told from. At 4 KiB it took two thirds of the pipeline's instructions.
pub const LANGUAGE_SAMPLE_BYTES: usize = 1024;
