//! Headers of dead letters: written in one of three families, read back from any, taken off for a retry.
//!
//! `copydesk` is our own. `connect` has the names of Kafka Connect's dead-letter queue and `spring` those of
//! Spring Kafka, so that tools made for either find what they look for. Spring writes its numbers big-endian
//! in binary; so do we. Headers of the chosen family replace those that came with the record.

use super::batch::described;
use super::headers::readable;
use super::{Omit, Record};
use crate::config::HeaderFamily;
use crate::encode::ENRICHER;
use crate::model::DeadLetter;
use rdkafka::message::{Header, Message, OwnedHeaders};

/// How often a dead letter has been retried. Not of any family, so it comes back with the next dead letter.
pub const RETRIES: &str = "__dlq.retries";
/// Longest value of one of our headers in bytes; a topic's name has 249 at most, messages are sentences.
const VALUE_BYTES_MAX: usize = 1024;
/// Digits of the largest count of retries.
const RETRIES_BYTES_MAX: usize = 20;
/// What an exception's class begins with, where a family wants one: `copydesk.decode.invalid_json`.
const CLASS_PREFIX: &str = "copydesk.";

/// A header that owns its bytes.
pub type OwnedHeader = (String, Option<Vec<u8>>);

/// What the headers of a dead letter say.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DeadLetterNote {
    pub family: HeaderFamily,
    pub topic: String,
    pub partition: i32,
    pub offset: i64,
    /// The last offset of a range that could not be read; the dead letter stands for all of it.
    pub last_offset: Option<i64>,
    pub group: String,
    pub reason: String,
    pub stage: String,
    pub message: String,
    /// Size and digest of a value that did not fit.
    pub value_omitted: Option<String>,
}

/// Headers of a dead letter. Where its value is omitted they tell its size and digest.
pub fn dead_letter_headers(
    record: Record<'_>,
    why: &DeadLetter,
    group: &str,
    family: HeaderFamily,
    omit: Omit,
) -> OwnedHeaders {
    let prefix = prefix(family);
    let is_count = |name: &str, value: Option<&[u8]>| {
        name == RETRIES && value.is_some_and(|v| v.len() <= RETRIES_BYTES_MAX)
    };
    let kept = record.headers().filter(|(name, value)| {
        (omit < Omit::Headers && !name.starts_with(prefix)) || is_count(name, *value)
    });
    let headers =
        kept.fold(OwnedHeaders::new(), |headers, (key, value)| headers.insert(Header { key, value }));
    let mut fields = fields(family, record, why, group);
    let left_out = record.raw().value.filter(|_| omit > Omit::Nothing).map(described);
    let never_kept = record.omitted().and_then(|omitted| omitted.value.clone());
    if let Some(omitted) = left_out.or(never_kept) {
        fields.push((omitted_name(family), omitted.into_bytes()));
    }
    fields.iter().fold(headers, |headers, (name, value)| {
        headers.insert(Header { key: &format!("{prefix}{name}"), value: Some(capped(value)) })
    })
}

fn prefix(family: HeaderFamily) -> &'static str {
    match family {
        HeaderFamily::Copydesk => super::DEAD_LETTER_PREFIX,
        HeaderFamily::Connect => "__connect.errors.",
        HeaderFamily::Spring => "kafka_dlt-",
    }
}

fn omitted_name(family: HeaderFamily) -> &'static str {
    match family {
        HeaderFamily::Copydesk | HeaderFamily::Connect => "value_omitted",
        HeaderFamily::Spring => "value-omitted",
    }
}

fn fields(
    family: HeaderFamily,
    record: Record<'_>,
    why: &DeadLetter,
    group: &str,
) -> Vec<(&'static str, Vec<u8>)> {
    let raw = record.raw();
    let (reason, stage) = (why.reason.reason(), why.stage.word());
    let text = |text: &str| text.as_bytes().to_vec();
    let class = text(&format!("{CLASS_PREFIX}{stage}.{reason}"));
    let time = raw.timestamp_ms.map_or_else(String::new, |ms| ms.to_string());
    let mut fields = match family {
        HeaderFamily::Copydesk => vec![
            ("topic", text(raw.topic)),
            ("partition", text(&raw.partition.0.to_string())),
            ("offset", text(&raw.offset.0.to_string())),
            ("timestamp", text(&time)),
            ("group", text(group)),
            ("code", text(reason)),
            ("stage", text(stage)),
            ("message", text(&why.message)),
            ("version", text(ENRICHER)),
        ],
        HeaderFamily::Connect => vec![
            ("topic", text(raw.topic)),
            ("partition", text(&raw.partition.0.to_string())),
            ("offset", text(&raw.offset.0.to_string())),
            ("connector.name", text(group)),
            // A connector runs as numbered tasks; ours has one.
            ("task.id", text("0")),
            ("stage", text(stage)),
            ("class.name", text(ENRICHER)),
            ("exception.class.name", class),
            ("exception.message", text(&why.message)),
        ],
        HeaderFamily::Spring => {
            let mut fields = vec![
                ("original-topic", text(raw.topic)),
                ("original-partition", raw.partition.0.to_be_bytes().to_vec()),
                ("original-offset", raw.offset.0.to_be_bytes().to_vec()),
                ("original-consumer-group", text(group)),
                ("exception-fqcn", class),
                ("exception-message", text(&why.message)),
            ];
            fields.extend(raw.timestamp_ms.map(|ms| ("original-timestamp", ms.to_be_bytes().to_vec())));
            fields
        }
    };
    if let Some(last) = record.last_unreadable() {
        let last = match family {
            HeaderFamily::Copydesk | HeaderFamily::Connect => text(&last.to_string()),
            HeaderFamily::Spring => last.to_be_bytes().to_vec(),
        };
        fields.push((last_offset_name(family), last));
    }
    fields
}

fn last_offset_name(family: HeaderFamily) -> &'static str {
    match family {
        HeaderFamily::Copydesk => "last_offset",
        HeaderFamily::Connect => "last.offset",
        HeaderFamily::Spring => "original-last-offset",
    }
}

/// As much of a value as a header may hold, cut between two characters.
fn capped(value: &[u8]) -> &[u8] {
    if value.len() <= VALUE_BYTES_MAX {
        return value;
    }
    let starts_letter = |at: &usize| value[*at] & 0xc0 != 0x80;
    let end = (0..=VALUE_BYTES_MAX).rev().find(starts_letter).unwrap_or(VALUE_BYTES_MAX);
    &value[..end]
}

/// The headers of a message, but for those that cannot be read.
pub fn owned_headers(message: &impl Message) -> Vec<OwnedHeader> {
    let Some(headers) = message.headers() else { return Vec::new() };
    readable(headers).map(|header| (header.key.to_owned(), header.value.map(<[u8]>::to_vec))).collect()
}

/// What the headers say, read in the family `first` where they have it, else in any other.
pub fn read_note(headers: &[OwnedHeader], first: HeaderFamily) -> Option<DeadLetterNote> {
    let others = HeaderFamily::ALL.iter().copied().filter(|family| *family != first);
    std::iter::once(first).chain(others).find_map(|family| read(headers, family))
}

fn read(headers: &[OwnedHeader], family: HeaderFamily) -> Option<DeadLetterNote> {
    let bytes = |name: &str| {
        let is_it = |found: &str| found.strip_prefix(prefix(family)) == Some(name);
        headers.iter().rev().find(|(found, _)| is_it(found)).and_then(|(_, value)| value.as_deref())
    };
    let text = |name: &str| bytes(name).map(|value| String::from_utf8_lossy(value).into_owned());
    let words = |name: &str| text(name).unwrap_or_default();
    let class = |name: &str| {
        let class = words(name);
        let own = class.strip_prefix(CLASS_PREFIX).and_then(|class| class.split_once('.'));
        own.map_or_else(|| (String::new(), class.clone()), |(s, r)| (s.to_owned(), r.to_owned()))
    };
    let value_omitted = text(omitted_name(family));
    // There is none, or it can be read; one that cannot be read leaves the whole unread.
    let last_offset = || {
        let Some(last) = bytes(last_offset_name(family)) else { return Some(None) };
        match family {
            HeaderFamily::Copydesk | HeaderFamily::Connect => std::str::from_utf8(last).ok()?.parse().ok(),
            HeaderFamily::Spring => Some(i64::from_be_bytes(last.try_into().ok()?)),
        }
        .map(Some)
    };
    match family {
        HeaderFamily::Copydesk => Some(DeadLetterNote {
            family,
            topic: text("topic")?,
            partition: text("partition")?.parse().ok()?,
            offset: text("offset")?.parse().ok()?,
            last_offset: last_offset()?,
            group: words("group"),
            reason: words("code"),
            stage: words("stage"),
            message: words("message"),
            value_omitted,
        }),
        HeaderFamily::Connect => Some(DeadLetterNote {
            family,
            topic: text("topic")?,
            partition: text("partition")?.parse().ok()?,
            offset: text("offset")?.parse().ok()?,
            last_offset: last_offset()?,
            group: words("connector.name"),
            reason: class("exception.class.name").1,
            stage: words("stage"),
            message: words("exception.message"),
            value_omitted,
        }),
        HeaderFamily::Spring => {
            let (stage, reason) = class("exception-fqcn");
            Some(DeadLetterNote {
                family,
                topic: text("original-topic")?,
                partition: i32::from_be_bytes(bytes("original-partition")?.try_into().ok()?),
                offset: i64::from_be_bytes(bytes("original-offset")?.try_into().ok()?),
                last_offset: last_offset()?,
                group: words("original-consumer-group"),
                reason,
                stage,
                message: words("exception-message"),
                value_omitted,
            })
        }
    }
}

/// How often the record was retried before.
pub fn retries(headers: &[OwnedHeader]) -> u64 {
    let count =
        headers.iter().rev().find(|(name, _)| name == RETRIES).and_then(|(_, value)| value.as_deref());
    count.and_then(|count| std::str::from_utf8(count).ok()?.parse().ok()).unwrap_or(0)
}

/// The headers a retried record is sent with: those it came with, and one retry more.
pub fn retried_headers(headers: &[OwnedHeader], family: HeaderFamily, retries: u64) -> OwnedHeaders {
    let kept = headers.iter().filter(|(name, _)| !name.starts_with(prefix(family)) && name != RETRIES);
    let kept = kept.fold(OwnedHeaders::new(), |headers, (key, value)| {
        headers.insert(Header { key, value: value.as_deref() })
    });
    kept.insert(Header { key: RETRIES, value: Some(&retries.to_string()) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Epoch, TopicPartition};
    use crate::kafka::RecordBatch;
    use crate::model::{Partition, Reason, Stage};
    use rdkafka::message::OwnedMessage;
    use std::sync::Arc;

    fn batch(headers: &[(&str, &[u8])]) -> RecordBatch {
        let at = TopicPartition { topic: 0, partition: Partition(3) };
        let mut batch = RecordBatch::new(at, Epoch(0), Arc::from("wire"));
        batch.push(&message(headers));
        batch
    }

    fn message(headers: &[(&str, &[u8])]) -> OwnedMessage {
        let headers = headers.iter().fold(OwnedHeaders::new(), |headers, (key, value)| {
            headers.insert(Header { key, value: Some(*value) })
        });
        OwnedMessage::new(
            Some(b"{".to_vec()),
            Some(b"key".to_vec()),
            "wire".to_owned(),
            rdkafka::Timestamp::CreateTime(1_700_000_000_000),
            3,
            77,
            Some(headers),
        )
    }

    fn written(batch: &RecordBatch, family: HeaderFamily, omit: Omit, words: &str) -> Vec<OwnedHeader> {
        let why =
            DeadLetter { stage: Stage::Decode, reason: Reason::InvalidJson, message: words.to_owned() };
        let record = batch.records().next().expect("one record");
        let headers = dead_letter_headers(record, &why, "desk", family, omit);
        let message = OwnedMessage::new(
            None,
            None,
            String::new(),
            rdkafka::Timestamp::NotAvailable,
            0,
            0,
            Some(headers),
        );
        owned_headers(&message)
    }

    #[test]
    fn each_family_says_the_same_and_replaces_its_own_headers_only() {
        let stale: Vec<(&str, &[u8])> = vec![
            ("__dlq.errors.code", b"stale"),
            ("__connect.errors.stage", b"stale"),
            ("kafka_dlt-exception-message", b"stale"),
            ("traceparent", b"kept"),
            (RETRIES, b"2"),
        ];
        let batch = batch(&stale);
        for family in HeaderFamily::ALL.iter().copied() {
            let headers = written(&batch, family, Omit::Nothing, "it does not parse");
            let stale = headers.iter().filter(|(_, value)| value.as_deref() == Some(b"stale")).count();
            assert_eq!(stale, 2, "{family:?}: {headers:?}");
            let note = read_note(&headers, family).expect("its own headers");
            assert_eq!((note.topic.as_str(), note.partition, note.offset), ("wire", 3, 77));
            assert_eq!((note.reason.as_str(), note.stage.as_str()), ("invalid_json", "decode"));
            assert_eq!((note.message.as_str(), note.group.as_str()), ("it does not parse", "desk"));
            assert_eq!((note.family, note.value_omitted), (family, None));
            assert_eq!(retries(&headers), 2);
        }
    }

    #[test]
    fn a_family_is_found_whatever_is_configured() {
        let batch = batch(&[]);
        for family in HeaderFamily::ALL.iter().copied() {
            let headers = written(&batch, family, Omit::Value, "m");
            for first in HeaderFamily::ALL.iter().copied() {
                let note = read_note(&headers, first).expect("headers of some family");
                assert_eq!(note.family, family);
                assert!(note.value_omitted.expect("it is").starts_with("1 bytes, sha256 "));
            }
        }
        assert_eq!(read_note(&[("other".to_owned(), None)], HeaderFamily::Copydesk), None);
    }

    #[test]
    fn a_dead_letter_of_a_range_names_its_last_offset_in_each_family() {
        let at = TopicPartition { topic: 0, partition: Partition(3) };
        let batch = RecordBatch::unreadable(at, Epoch(0), Arc::from("wire"), 10..=21, "bad checksum");
        assert_eq!((batch.next_offset().0, batch.len(), batch.bytes()), (22, 1, 0));
        let why = batch.records().next().and_then(|record| record.refusal()).expect("it is no record");
        assert_eq!(why.message, "offsets 10 to 21 cannot be read: bad checksum");
        for family in HeaderFamily::ALL.iter().copied() {
            let note =
                read_note(&written(&batch, family, Omit::Nothing, "m"), family).expect("its headers");
            assert_eq!((note.offset, note.last_offset, note.value_omitted), (10, Some(21), None));
        }
    }

    #[test]
    fn a_record_too_large_for_any_topic_is_known_by_size_and_digest_alone() {
        let at = TopicPartition { topic: 0, partition: Partition(3) };
        let large = |value: &[u8], key: &[u8], kept_bytes_max| {
            let mut batch = RecordBatch::new(at, Epoch(0), Arc::from("wire"));
            let (value, key) = (Some(value.to_vec()), Some(key.to_vec()));
            let time = rdkafka::Timestamp::NotAvailable;
            let message = OwnedMessage::new(value, key, "wire".to_owned(), time, 3, 77, None);
            batch.push_within(&message, kept_bytes_max);
            batch
        };
        let batch = large(&[b'a'; 1_000], b"key", 999);
        let record = batch.records().next().expect("one record");
        assert_eq!((batch.bytes(), record.key(), record.raw().value), (3, Some(&b"key"[..]), None));
        assert_eq!(record.refusal().expect("too large").reason, Reason::TooLarge);
        let note =
            read_note(&written(&batch, HeaderFamily::Connect, Omit::Nothing, "m"), HeaderFamily::Connect);
        let omitted = note.expect("its headers").value_omitted.expect("what is left out");
        assert!(omitted.starts_with("1000 bytes, sha256 "), "{omitted}");
        let batch = large(b"value", &[b'k'; 1_000], 999);
        let record = batch.records().next().expect("one record");
        assert_eq!((record.key(), record.raw().value), (None, Some(&b"value"[..])));
        assert_eq!(record.refusal().expect("too large").reason, Reason::TooLarge);
        assert_eq!(large(b"value", b"key", 5).records().next().expect("one record").refusal(), None);
    }

    #[test]
    fn spring_writes_numbers_as_java_does() {
        let headers = written(&batch(&[]), HeaderFamily::Spring, Omit::Nothing, "m");
        let value = |name: &str| {
            headers.iter().find(|(found, _)| found == name).and_then(|(_, value)| value.clone())
        };
        assert_eq!(value("kafka_dlt-original-partition").as_deref(), Some(&[0, 0, 0, 3][..]));
        assert_eq!(value("kafka_dlt-original-offset").as_deref(), Some(&[0, 0, 0, 0, 0, 0, 0, 77][..]));
    }

    #[test]
    fn long_words_are_capped_between_characters_and_the_count_of_retries_outlives_other_headers() {
        let batch = batch(&[("large", &[b'x'; 5_000]), (RETRIES, b"7")]);
        let headers = written(&batch, HeaderFamily::Copydesk, Omit::Headers, &"é".repeat(2_000));
        let note = read_note(&headers, HeaderFamily::Copydesk).expect("headers");
        assert_eq!(note.message, "é".repeat(VALUE_BYTES_MAX / 2));
        assert!(!headers.iter().any(|(name, _)| name == "large"));
        assert_eq!(retries(&headers), 7);
    }

    #[test]
    fn a_retried_record_has_its_own_headers_and_one_retry_more() {
        let own: Vec<(&str, &[u8])> =
            vec![("traceparent", b"kept"), ("kafka_dlt-exception-fqcn", b"upstream"), (RETRIES, b"1")];
        let headers = written(&batch(&own), HeaderFamily::Copydesk, Omit::Nothing, "m");
        let sent = retried_headers(&headers, HeaderFamily::Copydesk, retries(&headers) + 1);
        let message = OwnedMessage::new(
            None,
            None,
            String::new(),
            rdkafka::Timestamp::NotAvailable,
            0,
            0,
            Some(sent),
        );
        let sent = owned_headers(&message);
        let names: Vec<&str> = sent.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["traceparent", "kafka_dlt-exception-fqcn", RETRIES]);
        assert_eq!(retries(&sent), 2);
    }
}
