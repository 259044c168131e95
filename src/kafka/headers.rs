//! Headers of what is published: the record's own pass through, ours replace their namesakes.

use super::Record;
use crate::encode::ENRICHER;
use rdkafka::message::{BorrowedMessage, Header, Headers, Message, OwnedHeaders};
use std::panic::{AssertUnwindSafe, catch_unwind};

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

/// The value of the last header of a name: appended ones are newer.
pub fn last_header<'a>(message: &'a BorrowedMessage<'_>, name: &str) -> Option<&'a [u8]> {
    readable(message.headers()?).rev().find(|header| header.key == name)?.value
}

/// The headers in their order. The crate panics on a name that is not UTF-8: such a header is left out, since its
/// name could not be published either.
pub(super) fn readable<H: Headers>(headers: &H) -> impl DoubleEndedIterator<Item = Header<'_, &[u8]>> {
    (0..headers.count())
        .filter_map(|index| catch_unwind(AssertUnwindSafe(|| headers.try_get(index))).ok().flatten())
}

fn text(headers: OwnedHeaders, key: &str, value: &str) -> OwnedHeaders {
    headers.insert(Header { key, value: Some(value) })
}
