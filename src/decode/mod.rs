//! Bytes to an article: one file per input format, and the choice between them.

mod bytes;
mod json;
mod plain;

use crate::model::{Article, Reason, limits};
use bytes::Decoded;

/// How records are read. Built by the shell from the configuration.
#[derive(Clone, PartialEq, Debug)]
pub struct DecodeOptions {
    pub format: Format,
    pub fields: FieldMap,
    pub message_bytes_max: usize,
    pub json_depth_max: usize,
}

/// The input format; `Auto` tells them apart record by record.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Format {
    #[default]
    Auto,
    Text,
    Json,
}

/// Which JSON fields hold what: for each, the names tried in order. A name that starts with `/` is a JSON
/// pointer into nested objects, any other a top-level key.
#[derive(Clone, PartialEq, Debug)]
pub struct FieldMap {
    pub headline: Vec<String>,
    pub body: Vec<String>,
    pub date: Vec<String>,
    pub byline: Vec<String>,
    pub language: Vec<String>,
    pub url: Vec<String>,
    pub id: Vec<String>,
}

/// Why a record could not be decoded; `message` holds no article text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DecodeError {
    pub reason: Reason,
    pub message: String,
}

impl DecodeError {
    pub fn new(reason: Reason, message: impl Into<String>) -> Self {
        Self { reason, message: message.into() }
    }
}

impl Default for DecodeOptions {
    fn default() -> Self {
        Self {
            format: Format::Auto,
            fields: FieldMap::default(),
            message_bytes_max: limits::MESSAGE_BYTES_DEFAULT,
            json_depth_max: limits::JSON_DEPTH_DEFAULT,
        }
    }
}

impl Default for FieldMap {
    fn default() -> Self {
        let names = |list: &[&str]| list.iter().map(ToString::to_string).collect();
        Self {
            headline: names(&["headline", "title"]),
            body: names(&["body", "text", "content"]),
            date: names(&["date", "published", "published_at"]),
            byline: names(&["byline", "author"]),
            language: names(&["language"]),
            url: names(&["url"]),
            id: names(&["id"]),
        }
    }
}

impl FieldMap {
    /// Every mapped name.
    fn all(&self) -> impl Iterator<Item = &String> {
        let Self { headline, body, date, byline, language, url, id } = self;
        [headline, body, date, byline, language, url, id].into_iter().flatten()
    }
}

/// Reads one record's value as an article.
///
/// # Errors
/// A [`DecodeError`] with its stable reason when the value is no article; see [`Reason`].
pub fn decode(value: &[u8], options: &DecodeOptions) -> Result<Article, DecodeError> {
    check_size(value, options.message_bytes_max)?;
    let Decoded { text, anomaly } = bytes::to_text(value)?;
    if is_blank(&text) {
        return Err(DecodeError::new(Reason::Empty, "the value has no text"));
    }
    let is_json = match options.format {
        Format::Auto => json::looks_like_json(&text),
        Format::Text => false,
        Format::Json => true,
    };
    let mut article = if is_json { json::read(&text, options)? } else { plain::read(text.into_owned()) };
    bytes::refuse_controls(&article.text)?;
    article.anomalies.extend(anomaly);
    Ok(article)
}

fn check_size(value: &[u8], limit: usize) -> Result<(), DecodeError> {
    if value.len() <= limit {
        return Ok(());
    }
    let message = format!("the value has {} bytes, `input.message_bytes_max` is {limit}", value.len());
    Err(DecodeError::new(Reason::TooLarge, message))
}

/// Whether a reader would see nothing: white space and invisible characters alone.
fn is_blank(text: &str) -> bool {
    text.chars()
        .all(|c| c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}'))
}
