//! Headers of what is published: the record's own pass through, ours replace their namesakes.

use super::Record;
use crate::encode::ENRICHER;
use rdkafka::message::{Header, OwnedHeaders};

/// `topic/partition/offset` of the source record, the same string as `id`.
pub const SOURCE: &str = "copydesk-source";
/// Which copydesk made it.
pub const VERSION: &str = "copydesk-version";
/// What every dead-letter header of our own family starts with.
pub const DEAD_LETTER_PREFIX: &str = "__dlq.errors.";

/// Headers of an enriched record or a tombstone.
pub fn published_headers(record: Record<'_>) -> OwnedHeaders {
    let kept = record.headers().filter(|(name, _)| *name != SOURCE && *name != VERSION);
    let headers =
        kept.fold(OwnedHeaders::new(), |headers, (key, value)| headers.insert(Header { key, value }));
    let raw = record.raw();
    let source = format!("{}/{}/{}", raw.topic, raw.partition.0, raw.offset.0);
    text(text(headers, SOURCE, &source), VERSION, ENRICHER)
}

fn text(headers: OwnedHeaders, key: &str, value: &str) -> OwnedHeaders {
    headers.insert(Header { key, value: Some(value) })
}
