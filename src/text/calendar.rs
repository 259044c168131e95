//! Calendar words and written dates: what a month is called, what day `17 May 2021` names.

use super::Token;
use jiff::civil::{Date, Weekday};

/// An absolute date as written: `17 May 2021`, `May 17`, `May 2021`, `2021-05-17`, `17.05.2021`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WrittenDate {
    pub year: Option<i16>,
    pub month: i8,
    pub day: Option<i8>,
    /// How many tokens it takes up.
    pub tokens: usize,
}

/// The date that starts at the first of `tokens`, if one does.
pub fn written_date(text: &str, tokens: &[Token]) -> Option<WrittenDate> {
    let _ = (text, tokens);
    None
}

/// The number of a month by its English name or usual abbreviation, any case, no full stop.
pub fn month(word: &str) -> Option<i8> {
    let _ = word;
    None
}

/// A day of the week by its English name or usual abbreviation, any case, no full stop.
pub fn weekday(word: &str) -> Option<Weekday> {
    let _ = word;
    None
}

/// The day and the normalised ISO 8601 value of a date field in an envelope: RFC 3339, RFC 2822, ISO 8601
/// with or without time and zone, seconds or milliseconds since 1970, or a written date with a year.
pub fn envelope_date(field: &str) -> Option<(Date, String)> {
    let _ = field;
    None
}

/// A day without a year, in the year that puts it nearest to `anchor`.
pub fn nearest(month: i8, day: i8, anchor: Date) -> Option<Date> {
    let _ = (month, day, anchor);
    None
}
