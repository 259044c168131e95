//! Bytes to an article: one file per input format, and the choice between them.

mod bytes;
mod json;
mod plain;

use crate::model::{Article, Reason, limits};

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

/// Reads one record's value as an article.
///
/// # Errors
/// A [`DecodeError`] with its stable reason when the value is no article; see [`Reason`].
pub fn decode(value: &[u8], options: &DecodeOptions) -> Result<Article, DecodeError> {
    let _ = options;
    let text =
        String::from_utf8(value.to_vec()).map_err(|_| DecodeError::new(Reason::NotText, "not UTF-8"))?;
    Ok(Article { text, ..Article::default() })
}
