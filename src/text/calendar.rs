//! Calendar words and written dates: what a month is called, what day `17 May 2021` names.
//!
//! Evidence: English names and abbreviations of months and weekdays; digits in the usual orders.
//! Example: `Sept. 3` → month 9, day 3, no year; `Mon, 17 May 2021 10:00:00 +0200` → the day and
//! `2021-05-17T10:00:00+02:00`.
//! Misses: other languages' month names, years of two digits, `04/05/2021` (which way round?).

use super::{Token, TokenKind, tokenize};
use jiff::Timestamp;
use jiff::civil::{Date, Weekday};
use jiff::tz::Offset;

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
    let first = tokens.first()?;
    match first.kind {
        TokenKind::Word => month_first(text, tokens),
        TokenKind::Number => numeric_date(text, tokens).or_else(|| day_first(text, tokens)),
        TokenKind::Mixed => day_first(text, tokens),
        TokenKind::Clitic | TokenKind::Mark => None,
    }
}

/// The number of a month by its English name or usual abbreviation, any case, no full stop.
pub fn month(word: &str) -> Option<i8> {
    let mut buffer = [0; WORD_BYTES_MAX];
    Some(match lowered(word, &mut buffer) {
        "january" | "jan" => 1,
        "february" | "feb" => 2,
        "march" | "mar" => 3,
        "april" | "apr" => 4,
        "may" => 5,
        "june" | "jun" => 6,
        "july" | "jul" => 7,
        "august" | "aug" => 8,
        "september" | "sept" | "sep" => 9,
        "october" | "oct" => 10,
        "november" | "nov" => 11,
        "december" | "dec" => 12,
        _ => return None,
    })
}

/// A day of the week by its English name or usual abbreviation, any case, no full stop.
pub fn weekday(word: &str) -> Option<Weekday> {
    let mut buffer = [0; WORD_BYTES_MAX];
    Some(match lowered(word, &mut buffer) {
        "monday" | "mon" => Weekday::Monday,
        "tuesday" | "tues" | "tue" => Weekday::Tuesday,
        "wednesday" | "weds" | "wed" => Weekday::Wednesday,
        "thursday" | "thurs" | "thur" | "thu" => Weekday::Thursday,
        "friday" | "fri" => Weekday::Friday,
        "saturday" | "sat" => Weekday::Saturday,
        "sunday" | "sun" => Weekday::Sunday,
        _ => return None,
    })
}

/// The day and the normalised ISO 8601 value of a date field in an envelope: RFC 3339, RFC 2822, ISO 8601
/// with or without time and zone, seconds or milliseconds since 1970, or a written date with a year.
pub fn envelope_date(field: &str) -> Option<(Date, String)> {
    let field = field.trim();
    if let Some(found) = since_1970(field) {
        return Some(found);
    }
    let (day, rest) = leading_day(field)?;
    Some((day, format!("{day}{}", clock_after_day(rest)?)))
}

/// A day without a year, in the year that puts it nearest to `anchor`; the earlier one of two.
pub fn nearest(month: i8, day: i8, anchor: Date) -> Option<Date> {
    // Eight years is the longest gap between two 29ths of February.
    (-8..=8)
        .filter_map(|years| Date::new(anchor.year().checked_add(years)?, month, day).ok())
        .filter(|date| date.year() > 0)
        .min_by_key(|date| days_between(anchor, *date).abs())
}

/// Days from `from` to `to`; negative when `to` is the earlier one.
pub fn days_between(from: Date, to: Date) -> i32 {
    (to - from).get_days()
}

/// Longer than any word the calendar knows.
pub const WORD_BYTES_MAX: usize = 16;

/// `word` in ASCII lower case, in a buffer instead of a new string; empty when no calendar word can be it.
pub fn lowered<'b>(word: &str, buffer: &'b mut [u8; WORD_BYTES_MAX]) -> &'b str {
    let Some(target) = buffer.get_mut(..word.len()) else { return "" };
    target.copy_from_slice(word.as_bytes());
    target.make_ascii_lowercase();
    std::str::from_utf8(target).unwrap_or("")
}

/// Whether the month's name is one that takes a full stop: `Sept.`, not `September.`.
pub fn is_month_abbreviation(word: &str) -> bool {
    let in_full = ["may", "june", "july"].iter().any(|name| word.eq_ignore_ascii_case(name));
    word.len() <= 4 && !in_full && month(word).is_some()
}

/// A year of four digits as prose writes it.
pub fn year(word: &str) -> Option<i16> {
    let year = digits(word, 4, 4)?;
    (1000..3000).contains(&year).then_some(year)
}

/// A day of the month, `3`, `03`, `3rd`.
pub fn day(word: &str) -> Option<i8> {
    let length = word.bytes().take_while(u8::is_ascii_digit).count();
    let (number, ending) = word.split_at(length);
    if !ending.is_empty() && !["st", "nd", "rd", "th"].iter().any(|e| ending.eq_ignore_ascii_case(e)) {
        return None;
    }
    let day = digits(number, 1, 2)?;
    (1..=31).contains(&day).then(|| i8::try_from(day).expect("at most 31"))
}

/// `May 17, 2021`, `Sept. 3`, `May 2021`.
fn month_first(text: &str, tokens: &[Token]) -> Option<WrittenDate> {
    let (month, at) = month_at(text, tokens, 0)?;
    let next = tokens.get(at)?;
    if let Some(found) = day(next.span.of(text)) {
        let (year, used) = year_after(text, tokens, at + 1);
        return checked(year, month, Some(found), used);
    }
    if let Some((written_day, written_year)) = next.span.of(text).split_once(',') {
        return checked(Some(year(written_year)?), month, Some(day(written_day)?), at + 1);
    }
    let (year, used) = year_after(text, tokens, at);
    checked(Some(year?), month, None, used)
}

/// `17 May 2021`, `17th of May`.
fn day_first(text: &str, tokens: &[Token]) -> Option<WrittenDate> {
    let day = day(tokens.first()?.span.of(text))?;
    let of = tokens.get(1)?.span.of(text).eq_ignore_ascii_case("of");
    let (month, at) = month_at(text, tokens, if of { 2 } else { 1 })?;
    let (year, used) = year_after(text, tokens, at);
    checked(year, month, Some(day), used)
}

/// A month's name at `at` with its full stop, and the place after it. A month is written with a capital.
fn month_at(text: &str, tokens: &[Token], at: usize) -> Option<(i8, usize)> {
    let token = tokens.get(at).filter(|token| token.kind == TokenKind::Word)?;
    let word = token.span.of(text);
    let month = month(word).filter(|_| word.starts_with(|c: char| c.is_ascii_uppercase()))?;
    let stop = is_month_abbreviation(word)
        && tokens.get(at + 1).is_some_and(|next| next.span.of(text) == "." && touch(token, next));
    Some((month, at + 1 + usize::from(stop)))
}

/// A year at `at`, perhaps after a comma, and the place after it; the place is `at` when there is none.
fn year_after(text: &str, tokens: &[Token], at: usize) -> (Option<i16>, usize) {
    let comma = tokens.get(at).is_some_and(|token| token.span.of(text) == ",");
    let place = at + usize::from(comma);
    match tokens.get(place).filter(|t| t.kind == TokenKind::Number).and_then(|t| year(t.span.of(text))) {
        Some(year) => (Some(year), place + 1),
        None => (None, at),
    }
}

/// `2021-05-17`, `17/05/2021`, `17.05.2021`: all in digits, nothing between them but the same mark twice.
fn numeric_date(text: &str, tokens: &[Token]) -> Option<WrittenDate> {
    let first = tokens.first()?;
    let word = first.span.of(text);
    if word.contains('.') {
        let mut parts = word.split('.');
        let (day, month) = (digits(parts.next()?, 1, 2)?, digits(parts.next()?, 1, 2)?);
        let year = year(parts.next()?)?;
        return if parts.next().is_none() { in_order(year, month, day, 1) } else { None };
    }
    let [_, mark, second, same, third, ..] = tokens else { return None };
    let joined = tokens[..5].windows(2).all(|pair| touch(&pair[0], &pair[1]));
    let mark = mark.span.of(text);
    if !joined || same.span.of(text) != mark || !matches!(mark, "-" | "/") {
        return None;
    }
    let goes_on = tokens.get(5..7).is_some_and(|after| {
        touch(third, &after[0]) && touch(&after[0], &after[1]) && after[0].span.of(text) == mark
    });
    if goes_on {
        return None;
    }
    let (second, third) = (second.span.of(text), third.span.of(text));
    if let Some(year) = year(word) {
        return in_order(year, digits(second, 2, 2)?, digits(third, 2, 2)?, 5);
    }
    let (one, two, year) = (digits(word, 1, 2)?, digits(second, 1, 2)?, year(third)?);
    match (one > 12, two > 12) {
        (true, false) => in_order(year, two, one, 5),
        (false, true) => in_order(year, one, two, 5),
        _ if one == two => in_order(year, one, two, 5),
        _ => None,
    }
}

fn in_order(year: i16, month: i16, day: i16, tokens: usize) -> Option<WrittenDate> {
    checked(Some(year), i8::try_from(month).ok()?, Some(i8::try_from(day).ok()?), tokens)
}

/// A date that the calendar has; a 29th of February without a year is believed.
fn checked(year: Option<i16>, month: i8, day: Option<i8>, tokens: usize) -> Option<WrittenDate> {
    const A_LEAP_YEAR: i16 = 2020;
    Date::new(year.unwrap_or(A_LEAP_YEAR), month, day.unwrap_or(1)).ok()?;
    Some(WrittenDate { year, month, day, tokens })
}

fn touch(first: &Token, second: &Token) -> bool {
    first.span.end == second.span.start
}

/// A number written in `least` to `most` ASCII digits and nothing else.
fn digits(word: &str, least: usize, most: usize) -> Option<i16> {
    let fits = (least..=most).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_digit());
    fits.then(|| word.parse().ok()).flatten()
}

/// Seconds (9 or 10 digits, perhaps with a fraction) or milliseconds (11 to 13 digits) since 1970.
fn since_1970(field: &str) -> Option<(Date, String)> {
    let whole = field.split_once('.').map_or(field, |(whole, _)| whole);
    let fraction_is_digits = field[whole.len()..].bytes().skip(1).all(|b| b.is_ascii_digit());
    if !fraction_is_digits || !whole.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number: i64 = whole.parse().ok()?;
    let moment = match whole.len() {
        9 | 10 => Timestamp::from_second(number).ok()?,
        11..=13 => Timestamp::from_millisecond(number).ok()?,
        _ => return None,
    };
    let there = Offset::UTC.to_datetime(moment);
    let time = there.time();
    let clock = format!("T{:02}:{:02}:{:02}Z", time.hour(), time.minute(), time.second());
    Some((there.date(), format!("{}{clock}", there.date())))
}

/// The day a field opens with, and what follows it.
fn leading_day(field: &str) -> Option<(Date, &str)> {
    if let Some(compact) = field.get(..8).filter(|head| head.bytes().all(|b| b.is_ascii_digit())) {
        let day = civil(&compact[..4], &compact[4..6], &compact[6..])?;
        return Some((day, &field[8..]));
    }
    if let Some(head) = field.get(..10).filter(|_| field[10.min(field.len())..].starts_with(['T', 't'])) {
        let mut parts = head.splitn(3, '-');
        let day = civil(parts.next()?, parts.next()?, parts.next()?)?;
        return Some((day, &field[10..]));
    }
    let mut tokens = Vec::new();
    // Sixteen tokens hold any date; a field of a megabyte need not be read.
    tokenize(field.get(..128).unwrap_or(field), &mut tokens);
    let named = tokens.first().is_some_and(|token| weekday(token.span.of(field)).is_some());
    let skipped = usize::from(named)
        + tokens.iter().skip(1).take_while(|t| named && matches!(t.span.of(field), "," | ".")).count();
    let found = written_date(field, &tokens[skipped..])?;
    let day = Date::new(found.year?, found.month, found.day?).ok()?;
    let last = tokens[skipped + found.tokens - 1];
    Some((day, &field[last.span.end as usize..]))
}

fn civil(year: &str, month: &str, day: &str) -> Option<Date> {
    let (month, day) = (digits(month, 2, 2)?, digits(day, 2, 2)?);
    let year = digits(year, 4, 4).filter(|year| *year > 0)?;
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// The ISO form of the time that follows a day: `T10:00:00+02:00`. Empty when no time stands there; `None`
/// when one does that no clock shows.
fn clock_after_day(rest: &str) -> Option<String> {
    let rest = rest.trim_start_matches([' ', '\t', ',', 'T', 't', '-', '–', '|']);
    let rest = rest.strip_prefix("at ").unwrap_or(rest).trim_start();
    if !rest.starts_with(|c: char| c.is_ascii_digit()) {
        return Some(String::new());
    }
    let (hour, rest) = two_digits(rest)?;
    let (minute, rest) = two_digits(rest.strip_prefix(':').unwrap_or(rest)).unwrap_or((0, rest));
    let (second, rest) = two_digits(rest.strip_prefix(':').unwrap_or(rest)).unwrap_or((0, rest));
    let (fraction, rest) = fraction(rest);
    let (hour, rest) = half_of_day(hour, rest.trim_start())?;
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let zone = zone(rest.trim())?;
    Some(format!("T{hour:02}:{minute:02}:{second:02}{fraction}{zone}"))
}

fn two_digits(text: &str) -> Option<(i16, &str)> {
    let length = text.bytes().take(2).take_while(u8::is_ascii_digit).count();
    Some((digits(&text[..length], 1, 2)?, &text[length..]))
}

/// A fraction of a second without the zeros at its end.
fn fraction(rest: &str) -> (&str, &str) {
    let Some(after) = rest.strip_prefix(['.', ',']) else { return ("", rest) };
    let length = after.bytes().take_while(u8::is_ascii_digit).count();
    // Nine digits are nanoseconds; more say nothing.
    let kept = after[..length.min(9)].trim_end_matches('0').len();
    let shown = if kept > 0 && rest.starts_with('.') { &rest[..=kept] } else { "" };
    (shown, &after[length..])
}

/// The hour of 24 after `AM` or `PM`.
fn half_of_day(hour: i16, rest: &str) -> Option<(i16, &str)> {
    let mark = ["a.m.", "p.m.", "am", "pm"]
        .into_iter()
        .find(|mark| rest.get(..mark.len()).is_some_and(|head| head.eq_ignore_ascii_case(mark)));
    let Some(mark) = mark else { return Some((hour, rest)) };
    if !(1..=12).contains(&hour) {
        return None;
    }
    let afternoon = if mark.starts_with('p') { 12 } else { 0 };
    Some((hour % 12 + afternoon, &rest[mark.len()..]))
}

/// A time zone in ISO form: `Z`, `+02:00`; empty when none or none known is named.
fn zone(rest: &str) -> Option<String> {
    if let Some(west) = rest.starts_with('-').then_some(true).or(rest.starts_with('+').then_some(false)) {
        let (hours, rest) = two_digits(&rest[1..])?;
        let (minutes, _) = two_digits(rest.strip_prefix(':').unwrap_or(rest)).unwrap_or((0, rest));
        let sign = if west { '-' } else { '+' };
        return (hours <= 18 && minutes < 60).then(|| format!("{sign}{hours:02}:{minutes:02}"));
    }
    let length = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
    // The zones of RFC 2822; other abbreviations mean several places each.
    let zone = match rest[..length].to_ascii_uppercase().as_str() {
        "Z" | "UTC" | "GMT" | "UT" => "Z",
        "EDT" => "-04:00",
        "EST" | "CDT" => "-05:00",
        "CST" | "MDT" => "-06:00",
        "MST" | "PDT" => "-07:00",
        "PST" => "-08:00",
        _ => "",
    };
    Some(zone.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> Option<(Option<i16>, i8, Option<i8>, usize)> {
        let mut tokens = Vec::new();
        tokenize(text, &mut tokens);
        written_date(text, &tokens).map(|d| (d.year, d.month, d.day, d.tokens))
    }

    #[test]
    fn dates_as_written() {
        assert_eq!(written("17 May 2021 was"), Some((Some(2021), 5, Some(17), 3)));
        assert_eq!(written("May 17, 2021"), Some((Some(2021), 5, Some(17), 4)));
        assert_eq!(written("May 17,2021"), Some((Some(2021), 5, Some(17), 2)));
        assert_eq!(written("May 17, when"), Some((None, 5, Some(17), 2)));
        assert_eq!(written("17th of May"), Some((None, 5, Some(17), 3)));
        assert_eq!(written("MAY 3 (Agency)"), Some((None, 5, Some(3), 2)));
        assert_eq!(written("May 2021"), Some((Some(2021), 5, None, 2)));
        assert_eq!(written("Sept. 3"), Some((None, 9, Some(3), 3)));
        assert_eq!(written("Feb. 29"), Some((None, 2, Some(29), 3)));
        assert_eq!(written("2021-05-17"), Some((Some(2021), 5, Some(17), 5)));
        assert_eq!(written("17/05/2021"), Some((Some(2021), 5, Some(17), 5)));
        assert_eq!(written("05/17/2021"), Some((Some(2021), 5, Some(17), 5)));
        assert_eq!(written("03.05.2021"), Some((Some(2021), 5, Some(3), 1)));
    }

    #[test]
    fn no_dates() {
        for text in [
            "",
            "May",
            "may 3",
            "May 32",
            "Feb. 30, 2021",
            "29 February 2021",
            "05/06/2021",
            "2021-13-01",
            "2021-05-17-03",
            "march 3",
            "March 3,000",
            "1.2.3.4",
            "21.5",
            "3 people",
            "May. 3",
            "31 June",
            "2021 - 05 - 17",
        ] {
            assert_eq!(written(text), None, "{text:?}");
        }
    }

    fn envelope(field: &str) -> Option<String> {
        envelope_date(field).map(|(day, value)| {
            assert!(value.starts_with(&day.to_string()), "{field:?}: {value} is not on {day}");
            value
        })
    }

    #[test]
    fn dates_of_envelopes() {
        for (field, value) in [
            ("2021-05-17", "2021-05-17"),
            ("2021-05-17T10:00:00Z", "2021-05-17T10:00:00Z"),
            ("2021-05-17t10:00:00.000z", "2021-05-17T10:00:00Z"),
            ("2021-05-17T10:00:00.250+05:30", "2021-05-17T10:00:00.25+05:30"),
            ("2021-05-17T23:30-0800", "2021-05-17T23:30:00-08:00"),
            ("2021-05-17 10:00:00", "2021-05-17T10:00:00"),
            ("2021-05-17 10:00:00 UTC", "2021-05-17T10:00:00Z"),
            ("20210517T100000Z", "2021-05-17T10:00:00Z"),
            ("20210517", "2021-05-17"),
            ("Mon, 17 May 2021 10:00:00 +0200", "2021-05-17T10:00:00+02:00"),
            ("Monday, May 17, 2021", "2021-05-17"),
            ("17 May 2021 08:05:09 EST", "2021-05-17T08:05:09-05:00"),
            ("1621245600", "2021-05-17T10:00:00Z"),
            ("1621245600.5", "2021-05-17T10:00:00Z"),
            ("1621245600123", "2021-05-17T10:00:00Z"),
            ("17 May 2021", "2021-05-17"),
            (" May 17, 2021 10:30 AM ", "2021-05-17T10:30:00"),
            ("May 17, 2021 at 12:05 a.m.", "2021-05-17T00:05:00"),
            ("May 17, 2021 | Politics", "2021-05-17"),
            ("17.05.2021, 18:15", "2021-05-17T18:15:00"),
        ] {
            assert_eq!(envelope(field).as_deref(), Some(value), "{field:?}");
        }
    }

    #[test]
    fn no_dates_of_envelopes() {
        for field in [
            "",
            "2021",
            "May 2021",
            "May 17",
            "yesterday",
            "2021-02-30",
            "20211301",
            "2021-05-17T25:00:00Z",
            "0000-01-01",
            "99999999999999",
            "2021-05-17T10:61",
            "13 May 2021 13:00 PM",
            "é2021-05-17",
            "2021-05-1é",
            "123",
            "05/06/2021",
        ] {
            assert_eq!(envelope(field), None, "{field:?}");
        }
    }

    #[test]
    fn the_nearest_year() {
        let anchor = Date::constant(2021, 1, 10);
        assert_eq!(nearest(12, 30, anchor), Some(Date::constant(2020, 12, 30)));
        assert_eq!(nearest(1, 3, anchor), Some(Date::constant(2021, 1, 3)));
        assert_eq!(nearest(2, 29, anchor), Some(Date::constant(2020, 2, 29)));
        assert_eq!(nearest(2, 30, anchor), None);
        assert_eq!(nearest(6, 1, Date::constant(9999, 12, 31)), Some(Date::constant(9999, 6, 1)));
    }

    #[test]
    fn calendar_words() {
        assert_eq!((month("SEPT"), month("may"), month("maybe")), (Some(9), Some(5), None));
        assert_eq!(
            (weekday("Tues"), weekday("sunday"), weekday("sund")),
            (Some(Weekday::Tuesday), Some(Weekday::Sunday), None)
        );
    }
}
