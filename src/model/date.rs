//! Dates, times, durations and sets found in the text, in TIMEX3 / ISO 8601 form.

use super::Span;

/// One temporal expression.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DateMention {
    pub span: Span,
    /// `2021-05-16`, `2021-W20`, `2021-Q2`, `2021-05`, `P3D`, `2021-05-16T14:30`, `2021-05-01/2021-05-03` …
    pub value: String,
    pub kind: DateKind,
    pub grain: Grain,
    /// What a relative expression was counted from; absent for absolute ones.
    pub anchor: Option<Anchor>,
    /// Which rule found it.
    pub rule: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DateKind {
    Date,
    Time,
    Duration,
    Set,
    Range,
}

impl DateKind {
    pub fn word(self) -> &'static str {
        match self {
            Self::Date => "date",
            Self::Time => "time",
            Self::Duration => "duration",
            Self::Set => "set",
            Self::Range => "range",
        }
    }
}

/// The unit the expression is exact to, finest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Grain {
    Second,
    Minute,
    Hour,
    PartOfDay,
    Day,
    Week,
    Month,
    Quarter,
    Season,
    Year,
    Decade,
    Century,
}

impl Grain {
    pub fn word(self) -> &'static str {
        match self {
            Self::Second => "second",
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::PartOfDay => "part_of_day",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Season => "season",
            Self::Year => "year",
            Self::Decade => "decade",
            Self::Century => "century",
        }
    }
}

/// What a relative date was counted from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Anchor {
    /// The article's publication date.
    Published,
    /// The date before it in the text ("the next day").
    Previous,
}

impl Anchor {
    pub fn word(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Previous => "previous",
        }
    }
}
