//! Places in the calendar, of every grain: how they are written and how they are counted from.
//!
//! Example: the week of 17 May 2021 → `2021-W20`; a month before it → `2021-04`.
//! Nothing here panics or wraps: a step out of the years 1 to 9999 gives nothing.

use crate::model::Grain;
use jiff::ToSpan;
use jiff::civil::Date;

/// A unit of time, shortest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Unit {
    Second,
    Minute,
    Hour,
    Day,
    Week,
    Fortnight,
    Month,
    Quarter,
    Year,
    Decade,
    Century,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Season {
    Spring,
    Summer,
    Autumn,
    Winter,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    Morning,
    Afternoon,
    Evening,
    Night,
}

/// A place in the calendar. Weeks and weekends are named by any day of the week.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum When {
    /// A time of a day, or of a day not known; the minute may be left unsaid.
    Clock(Option<Date>, i8, Option<i8>),
    Part(Date, Part),
    Day(Date),
    Week(Date),
    Weekend(Date),
    Month(i16, i8),
    Quarter(i16, i8),
    Half(i16, i8),
    Season(i16, Season),
    Year(i16),
    /// The year without its last digit.
    Decade(i16),
    /// The year without its last two digits.
    Century(i16),
}

impl When {
    /// The TIMEX3 value.
    pub fn value(self) -> String {
        match self {
            Self::Clock(day, hour, minute) => {
                let day = day.map(|day| day.to_string()).unwrap_or_default();
                format!("{day}T{hour:02}:{:02}", minute.unwrap_or(0))
            }
            Self::Part(day, part) => format!("{day}T{}", part.letters()),
            Self::Day(day) => day.to_string(),
            Self::Week(day) => week(day),
            Self::Weekend(day) => format!("{}-WE", week(day)),
            Self::Month(year, month) => format!("{year:04}-{month:02}"),
            Self::Quarter(year, quarter) => format!("{year:04}-Q{quarter}"),
            Self::Half(year, half) => format!("{year:04}-H{half}"),
            Self::Season(year, season) => format!("{year:04}-{}", season.letters()),
            Self::Year(year) => format!("{year:04}"),
            Self::Decade(decade) => format!("{decade:03}"),
            Self::Century(century) => format!("{century:02}"),
        }
    }

    pub fn grain(self) -> Grain {
        match self {
            Self::Clock(_, _, None) => Grain::Hour,
            Self::Clock(..) => Grain::Minute,
            Self::Part(..) => Grain::PartOfDay,
            Self::Day(_) => Grain::Day,
            Self::Week(_) | Self::Weekend(_) => Grain::Week,
            Self::Month(..) => Grain::Month,
            Self::Quarter(..) | Self::Half(..) => Grain::Quarter,
            Self::Season(..) => Grain::Season,
            Self::Year(_) => Grain::Year,
            Self::Decade(_) => Grain::Decade,
            Self::Century(_) => Grain::Century,
        }
    }

    pub fn is_time(self) -> bool {
        matches!(self, Self::Clock(..) | Self::Part(..))
    }

    /// The first day of it.
    pub fn day(self) -> Option<Date> {
        match self {
            Self::Clock(day, ..) => day,
            Self::Part(day, _) | Self::Day(day) | Self::Week(day) | Self::Weekend(day) => Some(day),
            Self::Month(year, month) => Date::new(year, month, 1).ok(),
            Self::Quarter(year, quarter) => Date::new(year, quarter * 3 - 2, 1).ok(),
            Self::Half(year, half) => Date::new(year, half * 6 - 5, 1).ok(),
            Self::Season(year, season) => Date::new(year, season.month(), 1).ok(),
            Self::Year(year) => Date::new(year, 1, 1).ok(),
            Self::Decade(decade) => Date::new(decade.checked_mul(10)?, 1, 1).ok(),
            Self::Century(century) => Date::new(century.checked_mul(100)?, 1, 1).ok(),
        }
    }

    /// Whether the calendar has it: years 1 to 9999.
    pub fn is_believable(self) -> bool {
        matches!(self, Self::Clock(None, ..)) || self.day().is_some_and(|day| day.year() > 0)
    }

    pub fn year(self) -> Option<i16> {
        self.day().map(Date::year)
    }
}

/// `count` units after the day `from` (before, when negative), to the grain of the unit.
pub fn shifted(from: Date, count: i32, unit: Unit) -> Option<When> {
    match unit {
        Unit::Second | Unit::Minute | Unit::Hour => None,
        Unit::Day => days_after(from, count).map(When::Day),
        Unit::Week => days_after(from, count.checked_mul(7)?).map(When::Week),
        Unit::Fortnight => days_after(from, count.checked_mul(14)?).map(When::Week),
        Unit::Month => {
            let there = i32::from(from.year()) * 12 + i32::from(from.month()) - 1 + in_reach(count)?;
            let month = i8::try_from(there.rem_euclid(12) + 1).ok()?;
            Some(When::Month(believable(there.div_euclid(12))?, month))
        }
        Unit::Quarter => {
            let there = i32::from(from.year()) * 4 + i32::from(quarter_of(from)) - 1 + in_reach(count)?;
            let quarter = i8::try_from(there.rem_euclid(4) + 1).ok()?;
            Some(When::Quarter(believable(there.div_euclid(4))?, quarter))
        }
        Unit::Year => Some(When::Year(believable(i32::from(from.year()) + in_reach(count)?)?)),
        Unit::Decade => shifted(from, count.checked_mul(10)?, Unit::Year),
        Unit::Century => shifted(from, count.checked_mul(100)?, Unit::Year),
    }
}

/// `count` days after `from`.
pub fn days_after(from: Date, count: i32) -> Option<Date> {
    from.checked_add(in_reach(count)?.days()).ok().filter(|day| day.year() > 0)
}

pub fn quarter_of(day: Date) -> i8 {
    (day.month() + 2) / 3
}

/// A year the calendar has.
pub fn believable(year: i32) -> Option<i16> {
    i16::try_from(year).ok().filter(|year| (1..=9999).contains(year))
}

/// Steps that cannot overflow; more than ten thousand years of days is no news.
fn in_reach(count: i32) -> Option<i32> {
    (count.abs() < 4_000_000).then_some(count)
}

fn week(day: Date) -> String {
    let week = day.iso_week_date();
    format!("{:04}-W{:02}", week.year(), week.week())
}

impl Season {
    pub fn letters(self) -> &'static str {
        match self {
            Self::Spring => "SP",
            Self::Summer => "SU",
            Self::Autumn => "FA",
            Self::Winter => "WI",
        }
    }

    /// The month it starts in, in the north.
    pub fn month(self) -> i8 {
        match self {
            Self::Spring => 3,
            Self::Summer => 6,
            Self::Autumn => 9,
            Self::Winter => 12,
        }
    }
}

impl Part {
    pub fn letters(self) -> &'static str {
        match self {
            Self::Morning => "MO",
            Self::Afternoon => "AF",
            Self::Evening => "EV",
            Self::Night => "NI",
        }
    }
}

impl Unit {
    pub fn grain(self) -> Grain {
        match self {
            Self::Second => Grain::Second,
            Self::Minute => Grain::Minute,
            Self::Hour => Grain::Hour,
            Self::Day => Grain::Day,
            Self::Week | Self::Fortnight => Grain::Week,
            Self::Month => Grain::Month,
            Self::Quarter => Grain::Quarter,
            Self::Year => Grain::Year,
            Self::Decade => Grain::Decade,
            Self::Century => Grain::Century,
        }
    }

    /// A length of `count` units and perhaps a half one; `X` stands for a count not said.
    pub fn length(self, count: Option<u32>, half: bool) -> String {
        let Some(count) = count else { return self.unsaid_length() };
        match (self, half) {
            (Self::Decade, _) => format!("P{}Y", count * 10 + u32::from(half) * 5),
            (Self::Century, _) => format!("P{}Y", count * 100 + u32::from(half) * 50),
            (Self::Fortnight, _) => format!("P{}W", count * 2 + u32::from(half)),
            (Self::Year, true) if count == 0 => "P6M".to_owned(),
            (Self::Year, true) => format!("P{count}Y6M"),
            (Self::Hour, true) if count == 0 => "PT30M".to_owned(),
            (Self::Hour, true) => format!("PT{count}H30M"),
            (Self::Minute, true) if count == 0 => "PT30S".to_owned(),
            (Self::Minute, true) => format!("PT{count}M30S"),
            (Self::Day, true) if count == 0 => "PT12H".to_owned(),
            (Self::Day, true) => format!("P{count}DT12H"),
            (_, true) => format!("{}{count}.5{}", self.prefix(), self.letter()),
            (_, false) => format!("{}{count}{}", self.prefix(), self.letter()),
        }
    }

    fn unsaid_length(self) -> String {
        format!("{}X{}", self.prefix(), self.letter())
    }

    fn prefix(self) -> &'static str {
        if matches!(self, Self::Second | Self::Minute | Self::Hour) { "PT" } else { "P" }
    }

    fn letter(self) -> &'static str {
        match self {
            Self::Second => "S",
            Self::Minute | Self::Month => "M",
            Self::Hour => "H",
            Self::Day => "D",
            Self::Week | Self::Fortnight => "W",
            Self::Quarter => "Q",
            Self::Year => "Y",
            Self::Decade => "E",
            Self::Century => "C",
        }
    }
}
