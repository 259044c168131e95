//! An article as decoded: one text buffer, and what its envelope said about it.

use super::Span;

/// The decoded article. All spans of all findings are into `text`, which is published as it stands here.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Article {
    pub text: String,
    pub format: ArticleFormat,
    pub envelope: Envelope,
    pub anomalies: Vec<Anomaly>,
}

/// Which decoder read the record.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ArticleFormat {
    #[default]
    Text,
    Json,
}

/// What the record said outside its body. It wins over what the text suggests.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Envelope {
    /// Where the headline stands in `Article::text`: the JSON decoder puts it before the body, one blank
    /// line between, unless the body already opens with it.
    pub headline: Option<Span>,
    /// Where the body starts in `Article::text`.
    pub body_start: usize,
    /// The date field as it was written.
    pub published: Option<String>,
    pub byline: Option<String>,
    pub language: Option<String>,
    pub url: Option<String>,
    pub id: Option<String>,
}

/// Where a value was found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Source {
    Text,
    Envelope,
    Dateline,
    /// The record's Kafka timestamp.
    Record,
}

impl Source {
    pub fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Envelope => "envelope",
            Self::Dateline => "dateline",
            Self::Record => "record",
        }
    }
}

/// Something odd about the input that a reader may want to know; never an error.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Anomaly {
    pub code: AnomalyCode,
    /// Where in the text; absent when it concerns the whole.
    pub span: Option<Span>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum AnomalyCode {
    /// The bytes were not UTF-8 and were read as Windows-1252.
    Windows1252,
    /// The bytes were UTF-16, by their byte order mark.
    Utf16,
    /// A byte order mark stood before the text and was removed.
    ByteOrderMark,
    /// U+FFFD stands in the text: something was lost before it came here.
    ReplacementCharacter,
    /// A bidirectional control character (can disguise text).
    BidiControl,
    /// A zero-width or otherwise invisible character.
    ZeroWidth,
    /// A control character other than tab, line feed and carriage return.
    ControlCharacter,
    /// More findings of one kind than the limit; the rest was left out.
    Truncated,
    /// The article has no headline, or no body under its headline.
    MissingHeadline,
    MissingBody,
}

impl AnomalyCode {
    pub fn word(self) -> &'static str {
        match self {
            Self::Windows1252 => "windows_1252",
            Self::Utf16 => "utf_16",
            Self::ByteOrderMark => "byte_order_mark",
            Self::ReplacementCharacter => "replacement_character",
            Self::BidiControl => "bidi_control",
            Self::ZeroWidth => "zero_width",
            Self::ControlCharacter => "control_character",
            Self::Truncated => "truncated",
            Self::MissingHeadline => "missing_headline",
            Self::MissingBody => "missing_body",
        }
    }
}
