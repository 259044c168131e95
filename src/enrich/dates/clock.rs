//! Finds times of day: `10:30`, `3 p.m.`, `1430 GMT`, `noon`, with the day that stands beside them.
//!
//! Evidence: a colon between digits, `a.m.` or `p.m.`, a time zone after four digits.
//! Example: `10 p.m. Wednesday` → `2021-05-12T22:00`; without a day it is the publication's day.
//! Misses: `half past ten`, `ten o'clock`; zones are read over, the value is the local time as written.

use super::words::Word;
use super::{Found, Scan, When, absolute, relative};
use crate::model::Anchor;
use jiff::civil::Date;

const ZONES: &[&str] = &[
    "GMT", "UTC", "EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT", "ET", "CT", "PT", "BST", "CET",
    "CEST", "IST", "PKT", "JST",
];

/// A time of day, with its zone and day.
pub fn time(scan: &Scan, at: usize) -> Option<Found> {
    let (hour, minute, to) = hour_and_minute(scan, at)?;
    let to = past_zone(scan, to);
    let (day, to, anchor) = beside(scan, at, to);
    Some(Found::when(at, to, When::Clock(day, hour, minute), anchor, "time-of-day"))
}

fn hour_and_minute(scan: &Scan, at: usize) -> Option<(i8, Option<i8>, usize)> {
    match scan.class(at) {
        Word::Noon => return Some((12, Some(0), at + 1)),
        Word::Midnight => return Some((24, Some(0), at + 1)),
        _ => {}
    }
    let bare_before =
        at == 0 || !scan.touches_next(at - 1) || !matches!(scan.word(at - 1), ":" | "$" | "." | "/");
    if !bare_before {
        return None;
    }
    if scan.class(at) == Word::Mixed {
        let (hour, afternoon) = hour_with_half(scan.word(at))?;
        return Some((in_half(hour, afternoon)?, None, at + 1));
    }
    let word = scan.word(at);
    if scan.is(at + 1, ":") && scan.touches_next(at) && scan.touches_next(at + 1) {
        return with_colon(scan, at);
    }
    if word.len() == 4 && word.bytes().all(|b| b.is_ascii_digit()) {
        return military(scan, at);
    }
    let (hour, minute) = match word.split_once('.') {
        Some((hour, minute)) => (hour, Some(two_digits(minute)?)),
        None => (word, None),
    };
    let (afternoon, to) = half_of_day(scan, at + 1)?;
    let hour = in_half(small(hour)?, afternoon)?;
    Some((hour, minute, to))
}

/// `10:30`, `10:30 p.m.`, `10:30am`, `10:30:05`.
fn with_colon(scan: &Scan, at: usize) -> Option<(i8, Option<i8>, usize)> {
    let hour = small(scan.word(at)).filter(|hour| *hour <= 23)?;
    if scan.class(at + 2) == Word::Mixed {
        let (minute, afternoon) = hour_with_half(scan.word(at + 2))?;
        return (minute < 60).then_some((in_half(hour, afternoon)?, Some(minute), at + 3));
    }
    let minute = two_digits(scan.word(at + 2))?;
    let mut to = at + 3;
    if scan.is(to, ":") && scan.touches_next(to - 1) && two_digits(scan.word(to + 1)).is_some() {
        to += 2;
    }
    match half_of_day(scan, to) {
        Some((afternoon, to)) => Some((in_half(hour, afternoon)?, Some(minute), to)),
        None => Some((hour, Some(minute), to)),
    }
}

/// `1430 GMT`, `0900 hours`.
fn military(scan: &Scan, at: usize) -> Option<(i8, Option<i8>, usize)> {
    let zoned = is_zone(scan, at + 1) || scan.is(at + 1, "local") && scan.is(at + 2, "time");
    let hours = scan.is(at + 1, "hours") && scan.word(at).starts_with(['0', '1', '2']);
    let announced = hours && scan.after_any(at, &["at", "by", "until", "from", "to", "since"]);
    if !zoned && !announced {
        return None;
    }
    let (hour, minute) = scan.word(at).split_at(2);
    let hour = hour.parse().ok().filter(|hour| *hour <= 23)?;
    Some((hour, Some(two_digits(minute)?), at + 1 + usize::from(hours)))
}

/// `a.m.`, `PM` at `at`: whether it is the second half of the day, and the place after it.
fn half_of_day(scan: &Scan, at: usize) -> Option<(bool, usize)> {
    if scan.is_any(at, &["am", "a.m.", "a.m"]) {
        return Some((false, at + 1));
    }
    if scan.is_any(at, &["pm", "p.m.", "p.m"]) {
        return Some((true, at + 1));
    }
    // In lower case the tokens are single letters and stops.
    let letters = scan.is_any(at, &["a", "p"]) && scan.word(at + 1) == "." && scan.is(at + 2, "m");
    let stop = usize::from(scan.word(at + 3) == "." && scan.touches_next(at + 2));
    (letters && scan.touches_next(at) && scan.touches_next(at + 1))
        .then(|| (scan.is(at, "p"), at + 3 + stop))
}

/// `3pm`, `30am`.
fn hour_with_half(word: &str) -> Option<(i8, bool)> {
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    let (number, half) = word.split_at(digits);
    let afternoon = half.eq_ignore_ascii_case("pm");
    (afternoon || half.eq_ignore_ascii_case("am")).then_some((small(number)?, afternoon))
}

fn in_half(hour: i8, afternoon: bool) -> Option<i8> {
    (1..=12).contains(&hour).then_some(hour % 12 + if afternoon { 12 } else { 0 })
}

fn small(word: &str) -> Option<i8> {
    (word.len() <= 2 && word.bytes().all(|b| b.is_ascii_digit())).then(|| word.parse().ok()).flatten()
}

fn two_digits(word: &str) -> Option<i8> {
    small(word).filter(|minute| word.len() == 2 && *minute < 60)
}

fn is_zone(scan: &Scan, at: usize) -> bool {
    ZONES.contains(&scan.word(at))
}

fn past_zone(scan: &Scan, to: usize) -> usize {
    let to = to + usize::from(is_zone(scan, to));
    to + if scan.is(to, "local") && scan.is(to + 1, "time") { 2 } else { 0 }
}

/// The day a time belongs to: named after it, just before it, or the publication's.
fn beside(scan: &Scan, at: usize, to: usize) -> (Option<Date>, usize, Option<Anchor>) {
    let comma = to + usize::from(scan.word(to) == ",");
    let place = scan.past(comma, &["on"]);
    let named = match scan.class(place) {
        Word::Weekday(_) => relative::weekday(scan, place),
        Word::Month(_) => absolute::month(scan, place),
        Word::Today | Word::Yesterday | Word::Tomorrow => relative::plain(scan, place),
        _ => None,
    };
    if let Some(found) = named
        && let Some(When::Day(day)) = found.when
    {
        return (Some(day), found.to, found.anchor);
    }
    if scan.floor > 0
        && at - scan.floor <= 2
        && let Some(When::Day(day) | When::Part(day, _)) = scan.previous
    {
        return (Some(day), to, Some(Anchor::Previous));
    }
    (scan.published, to, scan.published.map(|_| Anchor::Published))
}
