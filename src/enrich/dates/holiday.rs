//! Finds feast days with a fixed place in the calendar: `Christmas Day`, `New Year's Eve`, `Easter Monday`.
//!
//! Evidence: the names, with capitals. Without a year the one nearest to the publication is meant.
//! Example: `Boxing Day` in a text of January 2021 → `2020-12-26`.
//! Misses: feasts by the moon (Eid, Diwali), national days that differ from country to country.

use super::{Found, Scan, When};
use crate::model::Anchor;
use crate::text::calendar;
use jiff::ToSpan;
use jiff::civil::Date;

#[derive(Clone, Copy)]
enum Feast {
    Fixed(i8, i8),
    /// The nth (from the end when negative) weekday, Monday being 1, of a month.
    Nth(i8, i8, i8),
    /// Days after Easter Sunday.
    Easter(i32),
}

/// The longer names first.
const FEASTS: &[(&[&str], Feast)] = &[
    (&["Christmas", "Eve"], Feast::Fixed(12, 24)),
    (&["Christmas", "Day"], Feast::Fixed(12, 25)),
    (&["Christmas"], Feast::Fixed(12, 25)),
    (&["Boxing", "Day"], Feast::Fixed(12, 26)),
    (&["New", "Year", "Eve"], Feast::Fixed(12, 31)),
    (&["New", "Year", "Day"], Feast::Fixed(1, 1)),
    (&["Valentine", "Day"], Feast::Fixed(2, 14)),
    (&["Halloween"], Feast::Fixed(10, 31)),
    (&["Veterans", "Day"], Feast::Fixed(11, 11)),
    (&["Thanksgiving", "Day"], Feast::Nth(4, 4, 11)),
    (&["Thanksgiving"], Feast::Nth(4, 4, 11)),
    (&["Labor", "Day"], Feast::Nth(1, 1, 9)),
    (&["Memorial", "Day"], Feast::Nth(-1, 1, 5)),
    (&["Good", "Friday"], Feast::Easter(-2)),
    (&["Easter", "Sunday"], Feast::Easter(0)),
    (&["Easter", "Monday"], Feast::Easter(1)),
    (&["Easter"], Feast::Easter(0)),
];

/// A holiday, perhaps with its year after it.
pub fn find(scan: &Scan, at: usize) -> Option<Found> {
    let (feast, to) = FEASTS.iter().find_map(|(name, feast)| Some((*feast, named(scan, at, name)?)))?;
    let rule = "holiday";
    let year_at = to + usize::from(scan.word(to) == ",");
    let year_at = scan.past(year_at, &["of", "in"]);
    if let Some(year) = calendar::year(scan.word(year_at)) {
        return Some(Found::when(at, year_at + 1, When::Day(feast.in_year(year)?), None, rule));
    }
    let published = scan.published?;
    let day = (published.year() - 1..=published.year() + 1)
        .filter_map(|year| feast.in_year(year))
        .min_by_key(|day| calendar::days_between(published, *day).abs())?;
    Some(Found::when(at, to, When::Day(day), Some(Anchor::Published), rule))
}

/// The place after `name`, whose words may have a possessive between them.
fn named(scan: &Scan, at: usize, name: &[&str]) -> Option<usize> {
    let mut to = at;
    for part in name {
        if to > at && scan.class(to) == super::Word::Clitic {
            to += 1;
        }
        if scan.word(to) != *part {
            return None;
        }
        to += 1;
    }
    Some(to)
}

impl Feast {
    fn in_year(self, year: i16) -> Option<Date> {
        match self {
            Self::Fixed(month, day) => Date::new(year, month, day).ok(),
            Self::Nth(nth, weekday, month) => {
                let first = Date::new(year, month, 1).ok()?;
                let weekday = jiff::civil::Weekday::from_monday_one_offset(weekday).ok()?;
                first.nth_weekday_of_month(nth, weekday).ok()
            }
            Self::Easter(days) => easter(year)?.checked_add(days.days()).ok(),
        }
    }
}

/// Easter Sunday of the Gregorian calendar, by the rule of Meeus, Jones and Butcher.
fn easter(year: i16) -> Option<Date> {
    let year = i32::from(year);
    let (golden, century, rest) = (year % 19, year / 100, year % 100);
    let leaps = century / 4;
    let moon = (century - (century + 8) / 25 + 1) / 3;
    let epact = (19 * golden + century - leaps - moon + 15) % 30;
    let weekday = (32 + 2 * (century % 4) + 2 * (rest / 4) - epact - rest % 4) % 7;
    let late = (golden + 11 * epact + 22 * weekday) / 451;
    let total = epact + weekday - 7 * late + 114;
    Date::new(i16::try_from(year).ok()?, i8::try_from(total / 31).ok()?, i8::try_from(total % 31 + 1).ok()?)
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn easter_sundays() {
        for (year, month, day) in [(1961, 4, 2), (2000, 4, 23), (2021, 4, 4), (2024, 3, 31)] {
            assert_eq!(easter(year), Some(Date::constant(year, month, day)));
        }
    }
}
