//! Finds lengths of time and what is counted in them: durations, `two weeks ago`, `every Monday`, `daily`.
//!
//! Evidence: a quantity before a unit; what follows the unit (`ago`, `later`) makes it a date.
//! Example: `two-and-a-half years` → `P2Y6M`; `three weeks ago` → `2021-W17`.
//! An age (`55-year-old`) says something of a person, not of a time, and is left out.
//! Misses: lengths that hang on an event (`a week after the vote`) stay durations.

use super::when::{Part, Unit, shifted};
use super::words::Word;
use super::{Found, Scan, When};
use crate::model::{Anchor, DateKind, Grain};

/// How many of a unit, `None` when it is not said.
#[derive(Clone, Copy)]
pub struct Quantity {
    pub count: Option<u32>,
    pub half: bool,
    pub to: usize,
}

/// A quantity and its unit, and the place after them.
#[derive(Clone, Copy)]
pub struct Measure {
    pub quantity: Quantity,
    pub unit: Unit,
    pub to: usize,
}

impl Measure {
    pub fn length(&self) -> String {
        self.unit.length(self.quantity.count, self.quantity.half)
    }
}

/// A duration, or a date counted by one.
pub fn find(scan: &Scan, at: usize) -> Option<Found> {
    let measure = measure(scan, at).filter(|measure| !is_age(scan, measure.to))?;
    let counted = counted_from(scan, at, measure);
    if counted.is_some() || scan.is(measure.to, "ago") {
        return counted;
    }
    rate(scan, at, measure).or_else(|| {
        let grain = measure.unit.grain();
        Some(Found::text((at, measure.to), measure.length(), DateKind::Duration, grain, "duration"))
    })
}

/// A quantity with its unit at `at`: `24 hours`, `two-and-a-half years`, `a couple of months`.
pub fn measure(scan: &Scan, at: usize) -> Option<Measure> {
    let mut quantity = quantity(scan, at)?;
    let hyphen = scan.class(quantity.to) == Word::Hyphen;
    let place = past_filler(scan, scan.past_hyphen(quantity.to));
    let (unit, plural) = match scan.class(place) {
        Word::Unit(unit) => (unit, false),
        Word::Units(unit) => (unit, true),
        Word::Ordinal(2) if hyphen && scan.class(at) != Word::A => (Unit::Second, false),
        _ => return None,
    };
    // `a quarter` and `three quarters of` are fractions; `a few day` is no English.
    let article = scan.class(at) == Word::A && quantity.to == at + 1;
    if unit == Unit::Quarter && (!plural || hyphen || scan.is(place + 1, "of")) {
        return None;
    }
    if plural && article || !plural && quantity.count.is_none() && !hyphen {
        return None;
    }
    let mut to = place + 1;
    if scan.is(to, "and") && scan.class(to + 1) == Word::A && scan.class(to + 2) == Word::Half {
        quantity.half = true;
        to += 3;
    }
    Some(Measure { quantity, unit, to })
}

/// A unit without a quantity: `for years`, `year-end`, `daily`, `years ago`.
pub fn bare(scan: &Scan, at: usize) -> Option<Found> {
    match scan.class(at) {
        Word::Often(unit) => Some(often(at, unit)),
        Word::Units(unit) => vague_length(scan, at, unit),
        Word::Unit(unit) => joined(scan, at, unit),
        _ => None,
    }
}

/// `Mondays`, `every Monday`, `Tuesday nights`.
pub fn every_weekday(scan: &Scan, from: usize, at: usize, day: i8) -> Found {
    let part = match scan.class(at + 1) {
        Word::Part(part) => Some(part),
        _ => part_plural(scan, at + 1),
    };
    let (value, grain) = match part {
        Some(part) => (format!("XXXX-WXX-{day}T{}", part.letters()), Grain::PartOfDay),
        None => (format!("XXXX-WXX-{day}"), Grain::Day),
    };
    let to = at + 1 + usize::from(part.is_some());
    Found::text((from, to), value, DateKind::Set, grain, "every-weekday")
}

fn part_plural(scan: &Scan, at: usize) -> Option<Part> {
    Some(match scan.word(at) {
        "mornings" => Part::Morning,
        "afternoons" => Part::Afternoon,
        "evenings" => Part::Evening,
        "nights" => Part::Night,
        _ => return None,
    })
}

/// `two weeks ago`, `three days later`, `a month from now`.
fn counted_from(scan: &Scan, at: usize, measure: Measure) -> Option<Found> {
    let Measure { quantity, unit, to } = measure;
    let to = if scan.is(to, "or") && scan.is(to + 1, "so") { to + 2 } else { to };
    if scan.is(to, "ago") {
        let Some(count) = quantity.count else {
            return Some(Found::reference(at, to + 1, "PAST_REF", "long-ago"));
        };
        if let Some(quarter) = compared_quarter(scan, unit, count) {
            return Some(Found::when(at, to + 1, quarter, Some(Anchor::Previous), "quarter-compared"));
        }
        let when = shifted(scan.published?, backward(count)?, unit)?;
        return Some(Found::when(at, to + 1, when, Some(Anchor::Published), "ago"));
    }
    if scan.is(to, "from") && scan.is_any(to + 1, &["now", "today"]) {
        let when = shifted(scan.published?, i32::try_from(quantity.count?).ok()?, unit)?;
        return Some(Found::when(at, to + 2, when, Some(Anchor::Published), "from-now"));
    }
    let count = quantity.count?;
    let count = match scan.word(to) {
        "earlier" => backward(count)?,
        "later" => i32::try_from(count).ok()?,
        _ => return None,
    };
    if let Some(quarter) = compared_quarter(scan, unit, count.unsigned_abs()).filter(|_| count < 0) {
        return Some(Found::when(at, to + 1, quarter, Some(Anchor::Previous), "quarter-compared"));
    }
    let when = shifted(scan.previous?.day()?, count, unit)?;
    Some(Found::when(at, to + 1, when, Some(Anchor::Previous), "earlier-or-later"))
}

fn backward(count: u32) -> Option<i32> {
    i32::try_from(count).ok().map(|count| -count)
}

/// In a company's report, `a year ago` means the same quarter of that year.
pub fn compared_quarter(scan: &Scan, unit: Unit, years: u32) -> Option<When> {
    match scan.quarter {
        Some(When::Quarter(year, quarter)) if unit == Unit::Year && years == 1 => {
            Some(When::Quarter(year.checked_sub(1).filter(|year| *year > 0)?, quarter))
        }
        _ => None,
    }
}

/// `three times a week`, `$100 a day`.
fn rate(scan: &Scan, at: usize, measure: Measure) -> Option<Found> {
    if scan.class(at) != Word::A || measure.quantity.to != at + 1 {
        return None;
    }
    let counted = scan
        .after_any(at, &["once", "twice", "times", "percent", "%", "million", "billion", "dollars"])
        || scan.class_before(at) == Word::Digits
        || at > 1 && scan.class(at - 2) == Word::Digits && scan.word(at - 1).ends_with('s');
    counted.then(|| {
        let grain = measure.unit.grain();
        Found::text((at, measure.to), measure.length(), DateKind::Set, grain, "rate")
    })
}

fn quantity(scan: &Scan, at: usize) -> Option<Quantity> {
    let mut found = match scan.class(at) {
        Word::Digits => digits(scan, at)?,
        Word::Count(_) => in_words(scan, at)?,
        Word::Half => return half(scan, at),
        Word::Vague => Quantity { count: None, half: false, to: at + 1 },
        Word::A => return some(scan, at),
        _ => return None,
    };
    let joined = scan.past_hyphen(found.to);
    if scan.is(joined, "and") {
        let article = scan.past_hyphen(joined + 1);
        let half = scan.past_hyphen(article + 1);
        if scan.class(article) == Word::A && scan.class(half) == Word::Half {
            found.half = true;
            found.to = half + 1;
        }
    }
    Some(found)
}

/// `24`, `1,000`, `2.5`, `2 1/2`.
fn digits(scan: &Scan, at: usize) -> Option<Quantity> {
    let word = scan.word(at);
    if at > 0 && scan.touches_next(at - 1) && matches!(scan.word(at - 1), "." | ":" | "$" | "/") {
        return None;
    }
    let (whole, half) = word.strip_suffix(".5").map_or((word, false), |whole| (whole, true));
    let mut count = 0_u32;
    for digit in whole.bytes().filter(|b| *b != b',') {
        let digit = char::from(digit).to_digit(10)?;
        count = count.checked_mul(10)?.checked_add(digit).filter(|count| *count < 1_000_000)?;
    }
    let fraction = scan.word(at + 1) == "1" && scan.word(at + 2) == "/" && scan.word(at + 3) == "2";
    let to = if fraction { at + 4 } else { at + 1 };
    Some(Quantity { count: Some(count), half: half || fraction, to })
}

/// `two`, `twenty-five`, `two hundred`.
fn in_words(scan: &Scan, at: usize) -> Option<Quantity> {
    let Word::Count(first) = scan.class(at) else { return None };
    let mut count = u32::from(first);
    let mut to = at + 1;
    if first >= 20 {
        let next = scan.past_hyphen(to);
        if let Word::Count(ones @ 1..=9) = scan.class(next) {
            count += u32::from(ones);
            to = next + 1;
        }
    }
    while let Word::Power(power) = scan.class(to) {
        count = count.checked_mul(u32::from(power)).filter(|count| *count < 1_000_000)?;
        to += 1;
    }
    Some(Quantity { count: Some(count), half: false, to })
}

/// `half an hour`, `half-century`.
fn half(scan: &Scan, at: usize) -> Option<Quantity> {
    let joined = scan.class(at + 1) == Word::Hyphen;
    let article = scan.class(at + 1) == Word::A;
    (joined || article).then_some(Quantity {
        count: Some(0),
        half: true,
        to: at + 1 + usize::from(article),
    })
}

/// `a`, `a few`, `a couple of`, `a hundred`, `a dozen`, `a half-century`.
fn some(scan: &Scan, at: usize) -> Option<Quantity> {
    let couple = scan.is_any(at + 1, &["couple", "pair"]).then(|| scan.past(at + 2, &["of"]));
    let quantity = |count, to| Some(Quantity { count, half: false, to });
    if let Some(to) = couple {
        return quantity(Some(2), to);
    }
    match scan.class(at + 1) {
        Word::Vague => quantity(None, at + 2),
        Word::Power(power) => quantity(Some(u32::from(power)), at + 2),
        Word::Half if scan.class(at + 2) == Word::Hyphen => {
            Some(Quantity { count: Some(0), half: true, to: at + 2 })
        }
        Word::Count(_) => in_words(scan, at + 1),
        _ if scan.is(at + 1, "dozen") => quantity(Some(12), at + 2),
        _ => quantity(Some(1), at + 1),
    }
}

/// Words between a number and its unit that change nothing.
fn past_filler(scan: &Scan, at: usize) -> usize {
    scan.past(
        at,
        &[
            "more",
            "full",
            "straight",
            "consecutive",
            "additional",
            "extra",
            "trading",
            "working",
            "business",
            "whole",
            "long",
            "further",
            "calendar",
            "other",
        ],
    )
}

/// `55-year-old`, `four years old`.
fn is_age(scan: &Scan, to: usize) -> bool {
    scan.is_any(scan.past_hyphen(to), &["old", "olds"])
}

fn often(at: usize, unit: Unit) -> Found {
    Found::text((at, at + 1), unit.length(Some(1), false), DateKind::Set, unit.grain(), "regularly")
}

/// `for years`, `within days`, `decades-long`, `years ago`.
fn vague_length(scan: &Scan, at: usize, unit: Unit) -> Option<Found> {
    let counted = matches!(scan.class_before(at), Word::Count(_) | Word::Digits);
    if scan.is(at + 1, "ago") && !counted {
        return Some(Found::reference(at, at + 2, "PAST_REF", "long-ago"));
    }
    let long = scan.past_hyphen(at + 1);
    let joined = long > at + 1 && scan.is(long, "long");
    let after = scan
        .after_any(at, &["for", "in", "within", "over", "after", "of", "took", "take", "many", "through"]);
    if !joined && (!after || scan.is_any(at + 1, &["of", "old"]) && scan.class_before(at) != Word::Vague) {
        return None;
    }
    let to = if joined { long + 1 } else { at + 1 };
    Some(Found::text((at, to), unit.length(None, false), DateKind::Duration, unit.grain(), "vague-length"))
}

/// `year-end`, `year-earlier`, `day-long`, `week-long`.
fn joined(scan: &Scan, at: usize, unit: Unit) -> Option<Found> {
    let next = scan.past_hyphen(at + 1);
    if next > at + 1 && scan.is(next, "long") {
        let length = unit.length(Some(1), false);
        return Some(Found::text((at, next + 1), length, DateKind::Duration, unit.grain(), "duration"));
    }
    if unit != Unit::Year {
        return None;
    }
    if next > at + 1 && scan.is_any(next, &["ago", "earlier"]) {
        let (when, anchor) = match compared_quarter(scan, unit, 1) {
            Some(quarter) => (quarter, Anchor::Previous),
            None => (shifted(scan.published?, -1, Unit::Year)?, Anchor::Published),
        };
        let period = scan.is_any(next + 1, &["quarter", "period"]);
        return Some(Found::when(at, next + 1 + usize::from(period), when, Some(anchor), "year-ago"));
    }
    let clitic = next + usize::from(scan.class(next) == Word::Clitic);
    if clitic > at + 1 && scan.is(clitic, "end") {
        let last = calendar_end(scan)?;
        return Some(Found::when(at, clitic + 1, last, Some(Anchor::Published), "year-end"));
    }
    None
}

fn calendar_end(scan: &Scan) -> Option<When> {
    jiff::civil::Date::new(scan.published?.year(), 12, 31).ok().map(When::Day)
}

/// A set of one unit, `every` or `each` before it.
pub fn every(scan: &Scan, at: usize) -> Option<Found> {
    let next = scan.past(at + 1, &["single", "other"]);
    let twice = scan.is(at + 1, "other");
    let set = |to, value: String, grain| Some(Found::text((at, to), value, DateKind::Set, grain, "every"));
    match scan.class(next) {
        Word::Unit(unit) => {
            set(next + 1, unit.length(Some(if twice { 2 } else { 1 }), false), unit.grain())
        }
        Word::Weekday(day) => Some(every_weekday(scan, at, next, day)),
        Word::Month(month) if scan.is_capitalised(next) => {
            set(next + 1, format!("XXXX-{month:02}"), Grain::Month)
        }
        Word::Season(season) => set(next + 1, format!("XXXX-{}", season.letters()), Grain::Season),
        Word::Part(part) => set(next + 1, format!("XXXX-XX-XXT{}", part.letters()), Grain::PartOfDay),
        Word::Weekend => set(next + 1, "XXXX-WXX-WE".to_owned(), Grain::Week),
        Word::Count(_) | Word::Digits | Word::Vague => {
            let measure = measure(scan, next)?;
            set(measure.to, measure.length(), measure.unit.grain())
        }
        _ => None,
    }
}
