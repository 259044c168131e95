//! Finds when the article was published.
//! Evidence, best first: the envelope; a date line or prefix before the headline; the dateline's date with its
//! year; the record's own time.
//! Example: `Published: March 5, 2024` → 2024-03-05, from the text.
//! Misses: dates in running text ("this article first appeared on …").

use crate::model::{Article, Dateline, Published, Source, Span};
use crate::text::calendar::{envelope_date, written_date};
use crate::text::tokenize;
use jiff::civil::Date;

const DAY_MS: i64 = 86_400_000;

/// What the envelope or the lines before the headline say.
pub(super) fn find(article: &Article, date: Option<Span>) -> Option<Published> {
    let given = article.envelope.published.as_deref().and_then(envelope_date);
    if let Some((day, value)) = given {
        return Some(Published { value, day, source: Source::Envelope, span: None });
    }
    let span = date?;
    let day = written(span.of(&article.text))?;
    Some(Published { value: day.to_string(), day, source: Source::Text, span: Some(span) })
}

fn written(words: &str) -> Option<Date> {
    let mut tokens = Vec::new();
    tokenize(words, &mut tokens);
    let date = written_date(words, &tokens)?;
    Date::new(date.year?, date.month, date.day?).ok()
}

/// The dateline's date, where nothing better is known.
pub(super) fn from_dateline(dateline: Option<&Dateline>) -> Option<Published> {
    let value = dateline?.date.clone()?;
    let day = value.parse().ok()?;
    Some(Published { value, day, source: Source::Dateline, span: None })
}

/// The day of a Kafka timestamp, in UTC.
pub(super) fn from_record(record_ms: Option<i64>) -> Option<Published> {
    let days = record_ms?.div_euclid(DAY_MS);
    let span = jiff::Span::new().try_days(days).ok()?;
    let day = jiff::civil::date(1970, 1, 1).checked_add(span).ok()?;
    Some(Published { value: day.to_string(), day, source: Source::Record, span: None })
}
