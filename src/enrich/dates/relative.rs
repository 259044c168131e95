//! Finds dates that are counted from the publication, or from the date before them in the text: `today`,
//! `Sunday`, `last week`, `next May`, `the following year`.
//!
//! Evidence: the frame (`this`, `last`, `next` …) before a unit, weekday, month or season; for bare
//! weekdays the tense of the clause.
//! Example: published on Monday 17 May 2021, `Sunday` → `2021-05-16`, `next month` → `2021-06`.
//! Misses: `Tuesday week`, frames that hang on an event.

use super::duration::{every, measure};
use super::tense::{self, Tense};
use super::when::{Part, Unit, days_after, shifted};
use super::words::Word;
use super::{Found, Scan, When, absolute, holiday};
use crate::model::{Anchor, DateKind};
use jiff::civil::Date;

/// `today`, `tomorrow night`, `now`, `soon`.
pub fn plain(scan: &Scan, at: usize) -> Option<Found> {
    let days = match scan.class(at) {
        Word::Now => return Some(Found::reference(at, at + 1, "PRESENT_REF", "present")),
        Word::Formerly => return Some(Found::reference(at, at + 1, "PAST_REF", "past")),
        Word::Soon => return Some(Found::reference(at, at + 1, "FUTURE_REF", "future")),
        Word::Yesterday => -1,
        Word::Tomorrow => 1,
        _ => 0,
    };
    let day = days_after(scan.published?, days)?;
    let (when, to) = match scan.class(at + 1) {
        _ if scan.class(at) == Word::Tonight => (When::Part(day, Part::Night), at + 1),
        Word::Part(part) => (When::Part(day, part), at + 2),
        _ => (When::Day(day), at + 1),
    };
    Some(Found::when(at, to, when, Some(Anchor::Published), "day-by-name"))
}

/// A weekday: `Sunday`, `Friday morning`, `Saturday, April 25`, `Tuesday last week`.
pub fn weekday(scan: &Scan, at: usize) -> Option<Found> {
    let (number, short) = match scan.class(at) {
        Word::Weekday(number) => (number, false),
        Word::WeekdayShort(number) => (number, true),
        _ => return None,
    };
    if let Some(found) = with_written_date(scan, at) {
        return Some(found);
    }
    if short || is_part_of_a_name(scan, at) {
        return None;
    }
    let published = scan.published?;
    if let Some((monday, to)) = week_after(scan, at + 1, published) {
        let when = When::Day(days_after(monday, i32::from(number) - 1)?);
        return Some(Found::when(at, to, when, Some(Anchor::Published), "weekday-of-week"));
    }
    let day = match tense::of_clause(scan, at, at + 1) {
        Tense::Ahead => on_or_after(published, number)?,
        Tense::Behind | Tense::Unsaid => on_or_before(published, number)?,
    };
    Some(with_part(scan, at, at + 1, day, Anchor::Published, "weekday"))
}

/// A frame and what it frames: `this week`, `last Friday`, `the past two months`, `every Monday`.
pub fn framed(scan: &Scan, at: usize) -> Option<Found> {
    let frame = scan.class(at);
    if frame == Word::Every {
        return every(scan, at);
    }
    let next = match scan.class(at + 1) {
        Word::Coming | Word::Past | Word::Fiscal | Word::Current => at + 2,
        _ => at + 1,
    };
    match scan.class(next) {
        Word::Unit(unit) => framed_unit(scan, at, next, unit),
        Word::Units(_) => framed_units(scan, at, next),
        Word::Digits | Word::Count(_) | Word::Vague | Word::A | Word::Half => framed_length(scan, at, next),
        Word::Weekday(number) => framed_weekday(scan, at, next, number),
        Word::Month(month) if scan.is_capitalised(next) => framed_month(scan, at, next, month),
        Word::Season(season) => {
            let year = framed_year(scan, at, season.month())?;
            Some(Found::when(at, next + 1, When::Season(year, season), Some(Anchor::Published), "framed"))
        }
        Word::Part(part) => framed_part(scan, at, next, part),
        Word::Weekend => framed_weekend(scan, at, next),
        Word::Holiday if matches!(frame, Word::Last | Word::This | Word::Next) => {
            let found = holiday::find(scan, next)?;
            let wanted = scan.published.zip(found.when.and_then(When::day));
            let fits = wanted.is_some_and(|(today, day)| match frame {
                Word::Last => day <= today,
                Word::Next => day >= today,
                _ => true,
            });
            fits.then_some(Found { from: at, ..found })
        }
        _ => alone(scan, at),
    }
}

/// `the weekend`, `the quarter`, `the future`: expressions that need their article.
pub fn with_article(scan: &Scan, at: usize) -> Option<Found> {
    match scan.class(at + 1) {
        Word::Unit(Unit::Quarter) if !scan.is_any(at + 2, &["of", "finals", "final"]) => {
            let when = match scan.quarter {
                Some(quarter) => (quarter, Anchor::Previous),
                None => (shifted(scan.published?, -1, Unit::Quarter)?, Anchor::Published),
            };
            Some(Found::when(at, at + 2, when.0, Some(when.1), "the-quarter"))
        }
        Word::Unit(unit) if ends_of(scan, at) && unit >= Unit::Week => {
            let when = around(scan.published?, 0, unit)?;
            Some(Found::when(at, at + 2, when, Some(Anchor::Published), "end-of"))
        }
        Word::Past if scan.after_any(at, &["in", "of", "from"]) && ends_phrase(scan, at + 2) => {
            Some(Found::reference(at, at + 2, "PAST_REF", "past"))
        }
        Word::Future if ends_phrase(scan, at + 2) => {
            Some(Found::reference(at, at + 2, "FUTURE_REF", "future"))
        }
        Word::Other if scan.is(at + 1, "near") && scan.class(at + 2) == Word::Future => {
            Some(Found::reference(at, at + 3, "FUTURE_REF", "future"))
        }
        Word::Unit(Unit::Day) if scan.is(at + 2, "before") && scan.class(at + 3) == Word::Yesterday => {
            let day = days_after(scan.published?, -2)?;
            Some(Found::when(at, at + 4, When::Day(day), Some(Anchor::Published), "day-by-name"))
        }
        Word::Unit(Unit::Day) if scan.is(at + 2, "after") && scan.class(at + 3) == Word::Tomorrow => {
            let day = days_after(scan.published?, 2)?;
            Some(Found::when(at, at + 4, When::Day(day), Some(Anchor::Published), "day-by-name"))
        }
        _ => decade_in_words(scan, at),
    }
}

/// Whether `end of`, `rest of` or the like stands before the article at `at`.
fn ends_of(scan: &Scan, at: usize) -> bool {
    at > 1
        && scan.is(at - 1, "of")
        && scan
            .is_any(at - 2, &["end", "rest", "remainder", "beginning", "start", "middle", "half", "turn"])
}

/// `the weekend`, `at weekend`.
pub fn weekend(scan: &Scan, at: usize) -> Option<Found> {
    if scan.class_before(at) != Word::The
        || !scan.after_any(at - 1, &["over", "at", "during", "on", "for", "of"])
    {
        return None;
    }
    let published = scan.published?;
    let ahead = tense::of_clause(scan, at, at + 1) == Tense::Ahead;
    let day = if ahead { on_or_after(published, 6)? } else { on_or_before(published, 6)? };
    Some(Found::when(at, at + 1, When::Weekend(day), Some(Anchor::Published), "weekend"))
}

/// `the nineties`, `the seventies`.
fn decade_in_words(scan: &Scan, at: usize) -> Option<Found> {
    const NAMES: [&str; 8] =
        ["twenties", "thirties", "forties", "fifties", "sixties", "seventies", "eighties", "nineties"];
    let place = at + 1 + usize::from(scan.class(at + 1) == Word::Early);
    let place = scan.past_hyphen(place);
    let index = NAMES.iter().position(|name| scan.is(place, name))?;
    let decade = 192 + i16::try_from(index).ok()?;
    Some(Found::when(at, place + 1, When::Decade(decade), None, "decade"))
}

/// Whether a phrase can end before the token at `at`.
fn ends_phrase(scan: &Scan, at: usize) -> bool {
    matches!(scan.class(at), Word::Stop | Word::Mark | Word::To | Word::Behind | Word::Ahead | Word::The)
        || scan.is_any(
            at,
            &[
                "and", "for", "in", "as", "but", "by", "with", "if", "when", "he", "she", "it", "we",
                "they", "i",
            ],
        )
}

/// `Saturday, April 25`, `Monday, Oct. 26`.
fn with_written_date(scan: &Scan, at: usize) -> Option<Found> {
    let stop = at + 1 + usize::from(scan.word(at + 1) == "." && scan.word(at).len() <= 5);
    let place = stop + usize::from(scan.word(stop) == ",");
    let place = scan.past(place, &["the"]);
    let found = match scan.class(place) {
        Word::Month(_) => absolute::month(scan, place),
        Word::Digits | Word::Mixed => {
            absolute::digits(scan, place).or_else(|| absolute::mixed(scan, place))
        }
        _ => None,
    }?;
    matches!(found.when, Some(When::Day(_))).then_some(Found { from: at, ..found })
}

/// `Sunday Times`, `Bloody Sunday`.
fn is_part_of_a_name(scan: &Scan, at: usize) -> bool {
    scan.after_any(at, &["Bloody", "Black", "Super", "Ash", "Palm", "Cyber", "Shrove", "Giving"])
        || matches!(
            scan.word(at + 1),
            "Times"
                | "Telegraph"
                | "Mail"
                | "Mirror"
                | "Express"
                | "Herald"
                | "Star"
                | "World"
                | "Post"
                | "Group"
        )
        || matches!(scan.word(at + 1), "Night" | "Evening")
            && matches!(scan.word(at + 2), "Live" | "Football" | "Post")
}

/// `of last week`, `this week` after a weekday: the Monday of that week.
fn week_after(scan: &Scan, at: usize, published: Date) -> Option<(Date, usize)> {
    let place = scan.past(at, &["of"]);
    let weeks = match scan.class(place) {
        Word::Last => -1,
        Word::This => 0,
        Word::Next => 1,
        _ => return None,
    };
    if scan.class(place + 1) != Word::Unit(Unit::Week) {
        return None;
    }
    let monday = days_after(on_or_before(published, 1)?, weeks * 7)?;
    Some((monday, place + 2))
}

fn with_part(scan: &Scan, from: usize, to: usize, day: Date, anchor: Anchor, rule: &'static str) -> Found {
    match scan.class(to) {
        Word::Part(part) => Found::when(from, to + 1, When::Part(day, part), Some(anchor), rule),
        _ => Found::when(from, to, When::Day(day), Some(anchor), rule),
    }
}

fn framed_unit(scan: &Scan, at: usize, next: usize, unit: Unit) -> Option<Found> {
    let published = Some(Anchor::Published);
    let found = |when: When, anchor| Some(Found::when(at, next + 1, when, anchor, "framed"));
    if matches!(unit, Unit::Second | Unit::Minute | Unit::Hour) {
        return None;
    }
    match scan.class(at) {
        Word::Next | Word::Coming | Word::Following if unit == Unit::Decade => {
            Some(framed_length_of_one(at, next, unit))
        }
        Word::This | Word::Current if unit != Unit::Day => {
            let when = around(scan.published?, 0, unit)?;
            year_of_quarter(scan, at, next + 1, when).or_else(|| found(when, published))
        }
        Word::Last if unit != Unit::Day => {
            let when = around(scan.published?, -1, unit)?;
            year_of_quarter(scan, at, next + 1, when).or_else(|| found(when, published))
        }
        Word::Next | Word::Coming if unit != Unit::Day => {
            let when = around(scan.published?, 1, unit)?;
            year_of_quarter(scan, at, next + 1, when).or_else(|| found(when, published))
        }
        Word::Past if unit != Unit::Quarter => Some(framed_length_of_one(at, next, unit)),
        Word::Next | Word::Following => {
            found(around(scan.previous?.day()?, 1, unit)?, Some(Anchor::Previous))
        }
        Word::Previous => found(around(scan.previous?.day()?, -1, unit)?, Some(Anchor::Previous)),
        Word::That | Word::Same => {
            let fine = scan.previous.filter(|previous| previous.grain() <= unit.grain());
            found(around(fine?.day()?, 0, unit)?, Some(Anchor::Previous))
        }
        Word::Latest if unit == Unit::Quarter => {
            let when = scan.quarter.or_else(|| shifted(scan.published?, -1, unit))?;
            found(when, published)
        }
        _ => None,
    }
}

/// `the past year`, `the next decade`: a length, not a place.
fn framed_length_of_one(at: usize, next: usize, unit: Unit) -> Found {
    let length = unit.length(Some(1), false);
    Found::text((at, next + 1), length, DateKind::Duration, unit.grain(), "framed-length")
}

/// `count` units from `day`, where a decade or century is the whole one.
fn around(day: Date, count: i32, unit: Unit) -> Option<When> {
    let year = i32::from(day.year());
    match unit {
        Unit::Decade => i16::try_from(year / 10 + count).ok().filter(|d| *d > 0).map(When::Decade),
        Unit::Century => i16::try_from(year / 100 + count).ok().filter(|c| *c > 0).map(When::Century),
        _ => shifted(day, count, unit),
    }
}

/// `this year's third quarter`.
fn year_of_quarter(scan: &Scan, at: usize, to: usize, when: When) -> Option<Found> {
    let When::Year(year) = when else { return None };
    let place = to + usize::from(scan.class(to) == Word::Clitic);
    let found = absolute::ordinal(scan, place)?;
    let Some(When::Quarter(_, quarter)) = found.when else { return None };
    Some(Found::when(at, found.to, When::Quarter(year, quarter), Some(Anchor::Published), "quarter"))
}

/// `recent years`, `coming weeks`, `these days`.
fn framed_units(scan: &Scan, at: usize, next: usize) -> Option<Found> {
    let value = match scan.class(at) {
        Word::Recent | Word::Past => "PAST_REF",
        Word::Coming | Word::Following => "FUTURE_REF",
        Word::This if scan.is(at, "these") && scan.is(next, "days") => "PRESENT_REF",
        _ => return None,
    };
    Some(Found::reference(at, next + 1, value, "vague-reference"))
}

/// `the past two months`, `the next few days`, `the first nine months`.
fn framed_length(scan: &Scan, at: usize, next: usize) -> Option<Found> {
    let frames = matches!(
        scan.class(at),
        Word::Last
            | Word::Past
            | Word::Next
            | Word::Coming
            | Word::Previous
            | Word::Following
            | Word::Latest
            | Word::Ordinal(1)
    );
    let measure = measure(scan, next).filter(|_| frames && scan.class(next) != Word::A)?;
    let grain = measure.unit.grain();
    Some(Found::text((at, measure.to), measure.length(), DateKind::Duration, grain, "framed-length"))
}

fn framed_weekday(scan: &Scan, at: usize, next: usize, number: i8) -> Option<Found> {
    let published = scan.published;
    let (day, anchor) = match scan.class(at) {
        Word::Last | Word::Past => (on_or_before(days_after(published?, -1)?, number)?, Anchor::Published),
        Word::Next | Word::Coming => (on_or_after(days_after(published?, 1)?, number)?, Anchor::Published),
        Word::This if scan.class(at + 1) == Word::Coming => {
            (on_or_after(days_after(published?, 1)?, number)?, Anchor::Published)
        }
        Word::This if scan.class(at + 1) == Word::Past => {
            (on_or_before(published?, number)?, Anchor::Published)
        }
        Word::This if tense::of_clause(scan, at, next + 1) == Tense::Behind => {
            (on_or_before(published?, number)?, Anchor::Published)
        }
        Word::This => (on_or_after(published?, number)?, Anchor::Published),
        Word::Previous => (on_or_before(days_after(scan.previous?.day()?, -1)?, number)?, Anchor::Previous),
        Word::Following => (on_or_after(days_after(scan.previous?.day()?, 1)?, number)?, Anchor::Previous),
        _ => return None,
    };
    Some(with_part(scan, at, next + 1, day, anchor, "framed"))
}

fn framed_month(scan: &Scan, at: usize, next: usize, month: i8) -> Option<Found> {
    let year = framed_year(scan, at, month)?;
    Some(Found::when(at, next + 1, When::Month(year, month), Some(Anchor::Published), "framed"))
}

/// The year of a month or season under its frame: `last May` is the one before this month.
fn framed_year(scan: &Scan, at: usize, month: i8) -> Option<i16> {
    let published = scan.published?;
    let (year, now) = (published.year(), published.month());
    Some(match scan.class(at) {
        Word::This if scan.class(at + 1) == Word::Past && month > now => year - 1,
        Word::Last | Word::Past if month >= now => year - 1,
        Word::Next | Word::Coming if month <= now => year + 1,
        Word::This | Word::Last | Word::Past | Word::Next | Word::Coming => year,
        _ => return None,
    })
}

fn framed_part(scan: &Scan, at: usize, next: usize, part: Part) -> Option<Found> {
    let (day, anchor) = match scan.class(at) {
        Word::This => (scan.published?, Anchor::Published),
        Word::Last => (days_after(scan.published?, -1)?, Anchor::Published),
        Word::Next | Word::Following => (days_after(scan.previous?.day()?, 1)?, Anchor::Previous),
        Word::Previous => (days_after(scan.previous?.day()?, -1)?, Anchor::Previous),
        Word::That | Word::Same => (scan.previous?.day()?, Anchor::Previous),
        _ => return None,
    };
    Some(Found::when(at, next + 1, When::Part(day, part), Some(anchor), "framed"))
}

fn framed_weekend(scan: &Scan, at: usize, next: usize) -> Option<Found> {
    let published = scan.published?;
    let day = match scan.class(at) {
        Word::Last | Word::Past => on_or_before(days_after(published, -1)?, 6)?,
        Word::This if tense::of_clause(scan, at, next + 1) == Tense::Behind => on_or_before(published, 6)?,
        Word::This | Word::Coming => on_or_after(days_after(published, -1)?, 6)?,
        Word::Next => days_after(on_or_after(published, 6)?, 7)?,
        _ => return None,
    };
    Some(Found::when(at, next + 1, When::Weekend(day), Some(Anchor::Published), "weekend"))
}

/// A frame with nothing to frame: `recent talks`, `the current chairman`.
fn alone(scan: &Scan, at: usize) -> Option<Found> {
    if scan.class(at) == Word::Latest && scan.is(at + 1, "period") {
        let quarter = scan.quarter?;
        return Some(Found::when(at, at + 2, quarter, Some(Anchor::Previous), "the-quarter"));
    }
    match scan.class(at) {
        Word::Recent => Some(Found::reference(at, at + 1, "PAST_REF", "past")),
        Word::Current => Some(Found::reference(at, at + 1, "PRESENT_REF", "present")),
        _ => None,
    }
}

/// The last day with this number in the week, on `day` or before it.
fn on_or_before(day: Date, number: i8) -> Option<Date> {
    let back = (day.weekday().to_monday_one_offset() - number).rem_euclid(7);
    days_after(day, -i32::from(back))
}

/// The next day with this number in the week, on `day` or after it.
fn on_or_after(day: Date, number: i8) -> Option<Date> {
    let ahead = (number - day.weekday().to_monday_one_offset()).rem_euclid(7);
    days_after(day, i32::from(ahead))
}
