//! Tells which encoding a record's bytes are in and turns them into text, or says that they are no text.
//! Evidence: byte order marks; NUL in every other byte (UTF-16); whole and broken UTF-8 sequences weighed
//! against each other; the shares of control bytes and of bytes above 0x7F; the first bytes of known
//! binary formats.
//! Example: `caf\xe9 \x93Le Monde\x94` → `café “Le Monde”`, anomaly `windows_1252`.
//! Misses: other one-byte code pages whose text is mostly ASCII (a Polish article in Windows-1250 comes
//! out with wrong accents), UTF-16 without a mark in scripts other than Latin, and text that was decoded
//! wrongly before it came here (`donâ€™t` stays so).

use super::DecodeError;
use crate::model::{Anomaly, AnomalyCode, Reason};
use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::borrow::Cow;

/// Text, and what had to be done to get it.
#[derive(Debug)]
pub struct Decoded<'a> {
    pub text: Cow<'a, str>,
    pub anomaly: Option<Anomaly>,
}

/// How binary files start that are sent to a topic by mistake.
const BINARY: [(&[u8], &str); 12] = [
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF87a", "a GIF image"),
    (b"GIF89a", "a GIF image"),
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive or an Office document"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Office document"),
    (b"\x1f\x8b", "gzip data"),
    (b"\x28\xb5\x2f\xfd", "Zstandard data"),
    (b"\xfd7zXZ\0", "xz data"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3\0", "a database"),
];

const UTF_8_MARK: &[u8] = b"\xef\xbb\xbf";
/// How many bytes UTF-16 without a mark is told from; a headline is enough.
const UTF_16_SAMPLE_BYTES: usize = 512;

/// The text of `value`, without its byte order mark.
pub fn to_text(value: &[u8]) -> Result<Decoded<'_>, DecodeError> {
    if let Some((_, kind)) = BINARY.iter().find(|(start, _)| value.starts_with(start)) {
        return Err(not_text(format!("the value starts as {kind} does")));
    }
    if let Some((encoding, units)) = utf_16(value) {
        return from_utf_16(encoding, units);
    }
    if value.starts_with(b"\0") {
        let message = "the value starts with a zero byte, as records framed by a schema registry do";
        return Err(not_text(message));
    }
    let marked = value.strip_prefix(UTF_8_MARK);
    let bytes = marked.unwrap_or(value);
    let mark = marked.map(|_| whole(AnomalyCode::ByteOrderMark));
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Decoded { text: Cow::Borrowed(text), anomaly: mark }),
        Err(_) if marked.is_some() || is_broken_utf_8(bytes) => from_broken_utf_8(bytes, mark),
        Err(_) => from_windows_1252(bytes),
    }
}

/// Refuses text that is binary data in disguise: more than a tenth of it control characters.
pub fn refuse_controls(text: &str) -> Result<(), DecodeError> {
    let controls = text.bytes().filter(|b| is_control(*b)).count();
    if controls * 10 > text.len() {
        return Err(not_text(format!("{controls} of {} bytes are control characters", text.len())));
    }
    Ok(())
}

/// The encoding and the bytes after the mark, when `value` is UTF-16.
fn utf_16(value: &[u8]) -> Option<(&'static Encoding, &[u8])> {
    match value {
        [0xff, 0xfe, rest @ ..] => Some((UTF_16LE, rest)),
        [0xfe, 0xff, rest @ ..] => Some((UTF_16BE, rest)),
        _ => unmarked_utf_16(value).map(|encoding| (encoding, value)),
    }
}

/// Latin text in UTF-16 has a NUL in nearly every unit, always in the same half of it. A few units may
/// hold other characters: curly quotes, dashes, halves of an emoji.
fn unmarked_utf_16(value: &[u8]) -> Option<&'static Encoding> {
    let sample = &value[..value.len().min(UTF_16_SAMPLE_BYTES)];
    memchr::memchr(0, sample)?;
    let (units, _) = sample.as_chunks::<2>();
    let first = units.iter().filter(|unit| unit[0] == 0).count();
    let second = units.iter().filter(|unit| unit[1] == 0).count();
    let is_high_half = |nul: usize, other: usize| {
        units.len() >= 2 && nul * 8 >= units.len() * 7 && other * 16 <= units.len()
    };
    if is_high_half(second, first) {
        Some(UTF_16LE)
    } else {
        is_high_half(first, second).then_some(UTF_16BE)
    }
}

fn from_utf_16<'a>(encoding: &'static Encoding, units: &'a [u8]) -> Result<Decoded<'a>, DecodeError> {
    let (text, _) = encoding.decode_without_bom_handling(units);
    // Random bytes read as UTF-16 are about 13 % surrogates and private characters; text has next to none.
    refuse_odd(&text, 20, "UTF-16")?;
    Ok(Decoded { text, anomaly: Some(whole(AnomalyCode::Utf16)) })
}

/// What was lost shows as U+FFFD in the text, where the anomalies pass finds it.
fn from_broken_utf_8(bytes: &[u8], mark: Option<Anomaly>) -> Result<Decoded<'_>, DecodeError> {
    let text = String::from_utf8_lossy(bytes);
    refuse_odd(&text, 4, "UTF-8")?;
    Ok(Decoded { text, anomaly: mark })
}

/// Refuses text of which more than one character in `share` stands in no prose.
fn refuse_odd(text: &str, share: usize, read_as: &str) -> Result<(), DecodeError> {
    let (all, odd) = text.chars().fold((0, 0), |(all, odd), c| (all + 1, odd + usize::from(is_odd(c))));
    if odd * share > all {
        return Err(not_text(format!("read as {read_as}, {odd} of {all} characters stand in no prose")));
    }
    Ok(())
}

fn is_odd(c: char) -> bool {
    matches!(c, '\u{fffd}' | '\u{e000}'..='\u{f8ff}' | '\u{fdd0}'..='\u{fdef}' | '\u{fffe}' | '\u{ffff}')
        || u8::try_from(c).is_ok_and(is_control)
}

/// Whether bytes that are not valid UTF-8 were UTF-8 once: cut off at the end, or damaged in places.
///
/// Windows-1252 text holds whole sequences only by accident (in `Spaß”`, 0xDF 0x94), and then
/// hardly ever of three bytes or of the Latin letters that start with 0xC2 and 0xC3; those weigh double.
fn is_broken_utf_8(bytes: &[u8]) -> bool {
    let (mut whole, mut broken, mut end) = (0, 0, 0);
    for chunk in bytes.utf8_chunks() {
        let follows_break = end > 0 && chunk.valid().is_empty();
        whole += chunk.valid().bytes().map(sequence_weight).sum::<usize>();
        end += chunk.valid().len() + chunk.invalid().len();
        match chunk.invalid() {
            [] => {}
            // Two bytes or three that began well and were cut off by the end of the value.
            [_, _, ..] if end == bytes.len() => whole += 1,
            // The rest of a broken sequence.
            [0x80..=0xbf] if follows_break => {}
            _ => broken += 1,
        }
    }
    whole > broken
}

/// What a sequence that starts with `byte` says for UTF-8; nothing when `byte` starts none.
fn sequence_weight(byte: u8) -> usize {
    match byte {
        0xc2 | 0xc3 | 0xe0..=0xff => 2,
        0xc4..=0xdf => 1,
        _ => 0,
    }
}

/// Windows-1252 gives a character for any byte, so only what looks like prose in it is taken for it.
fn from_windows_1252(bytes: &[u8]) -> Result<Decoded<'_>, DecodeError> {
    let count = |test: fn(u8) -> bool| bytes.iter().filter(|byte| test(**byte)).count();
    let controls = count(|b| is_control(b) || matches!(b, 0x81 | 0x8d | 0x8f | 0x90 | 0x9d));
    let high = count(|b| b >= 0x80);
    if controls * 100 > bytes.len() {
        let all = bytes.len();
        return Err(not_text(format!("not UTF-8, and {controls} of {all} bytes are control characters")));
    }
    // Icelandic, the richest in accents, stays under 15 %; Cyrillic and Asian code pages are above 40 %.
    // The summand lets very short texts through.
    if high * 10 > bytes.len() * 3 + 20 || !bytes.iter().any(u8::is_ascii_alphabetic) {
        let all = bytes.len();
        return Err(not_text(format!("not UTF-8, and {high} of {all} bytes are not ASCII; send UTF-8")));
    }
    let (text, _) = WINDOWS_1252.decode_without_bom_handling(bytes);
    Ok(Decoded { text, anomaly: Some(whole(AnomalyCode::Windows1252)) })
}

/// A control character that prose has no use for: tabs, line breaks and page breaks are fine.
fn is_control(byte: u8) -> bool {
    (byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c)) || byte == 0x7f
}

fn whole(code: AnomalyCode) -> Anomaly {
    Anomaly { code, span: None }
}

fn not_text(message: impl Into<String>) -> DecodeError {
    DecodeError::new(Reason::NotText, message)
}
