//! Headers of what is published: the record's own pass through, ours replace their namesakes.

use super::{Omit, Record};
use crate::encode::ENRICHER;
use crate::model::DeadLetter;
use rdkafka::message::{BorrowedMessage, Header, Headers, Message, OwnedHeaders};
use sha2::{Digest, Sha256};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// `topic/partition/offset` of the source record, the same string as `id`.
pub const SOURCE: &str = "copydesk-source";
/// Which copydesk made it.
pub const VERSION: &str = "copydesk-version";
/// What every dead-letter header starts with.
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

/// Headers of a dead letter. Where its value is omitted they tell its size and digest.
pub fn dead_letter_headers(record: Record<'_>, why: &DeadLetter, group: &str, omit: Omit) -> OwnedHeaders {
    let is_kept = |name: &str| omit < Omit::Headers && !name.starts_with(DEAD_LETTER_PREFIX);
    let kept = record.headers().filter(|(name, _)| is_kept(name));
    let headers =
        kept.fold(OwnedHeaders::new(), |headers, (key, value)| headers.insert(Header { key, value }));
    let raw = record.raw();
    let mut fields = vec![
        ("topic", raw.topic.to_owned()),
        ("partition", raw.partition.0.to_string()),
        ("offset", raw.offset.0.to_string()),
        ("timestamp", raw.timestamp_ms.map_or_else(String::new, |ms| ms.to_string())),
        ("group", group.to_owned()),
        ("code", why.reason.reason().to_owned()),
        ("stage", why.stage.word().to_owned()),
        ("message", why.message.clone()),
        ("version", ENRICHER.to_owned()),
    ];
    if let Some(value) = raw.value.filter(|_| omit > Omit::Nothing) {
        let digest = crate::encode::hex(&Sha256::digest(value));
        fields.push(("value_omitted", format!("{} bytes, sha256 {digest}", value.len())));
    }
    fields.iter().fold(headers, |headers, (name, value)| {
        text(headers, &format!("{DEAD_LETTER_PREFIX}{name}"), value)
    })
}

/// The value of the last header of a name: appended ones are newer.
pub fn last_header<'a>(message: &'a BorrowedMessage<'_>, name: &str) -> Option<&'a [u8]> {
    let headers = message.headers()?;
    let found = (0..headers.count()).rev().find_map(|index| {
        // The crate panics on a name that is not UTF-8, which no header of ours has.
        let header = catch_unwind(AssertUnwindSafe(|| headers.try_get(index))).ok()??;
        (header.key == name).then_some(header.value)
    });
    found.flatten()
}

fn text(headers: OwnedHeaders, key: &str, value: &str) -> OwnedHeaders {
    headers.insert(Header { key, value: Some(value) })
}
