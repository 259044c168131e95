//! Finds dates that name their place in the calendar: days, months, years, decades, centuries, quarters,
//! halves, seasons, ISO weeks, and ranges of them joined by a dash.
//!
//! Evidence: month names with numbers, four digits where a year can stand, ordinals before `quarter`.
//! Example: `the first quarter of 2021` → `2021-Q1`; `May 1-3, 2021` → `2021-05-01/2021-05-03`.
//! Misses: years of two digits, bare `May` without a word such as `in` or `last` before it.

use super::tense::{self, Tense};
use super::when::{Unit, quarter_of, shifted};
use super::words::Word;
use super::{Found, Scan, When, duration};
use crate::model::{Anchor, DateKind};
use crate::text::calendar;
use jiff::civil::Date;

/// What stands before a bare month when a month is meant, even if it could be a name or a verb.
const BEFORE_ANY_MONTH: &[&str] = &["in", "since", "until", "till", "during", "through", "throughout"];
/// … or, for names that are seldom anything else.
const BEFORE_MONTH: &[&str] =
    &["by", "from", "to", "of", "for", "before", "after", "between", "and", "on", "a", "its", "or"];

/// A month with its day and year, or a bare one where a month can stand.
pub fn month(scan: &Scan, at: usize) -> Option<Found> {
    if !scan.is_capitalised(at) {
        return None;
    }
    month_range(scan, at).or_else(|| written(scan, at)).or_else(|| bare_month(scan, at))
}

/// What a number can open: `2021-05-17`, `17 May`, `1-3 May`, `2019-2021`, `2019`.
pub fn digits(scan: &Scan, at: usize) -> Option<Found> {
    if at > 0 && scan.touches_next(at - 1) && matches!(scan.word(at - 1), "$" | "£" | "€" | "#" | "/" | ".")
    {
        return None;
    }
    iso(scan, at).or_else(|| day_range(scan, at)).or_else(|| written(scan, at)).or_else(|| years(scan, at))
}

/// `nineteen ninety-six`, as broadcasters have it.
pub fn year_in_words(scan: &Scan, at: usize) -> Option<Found> {
    let (Word::Count(century @ 16..=20), Word::Count(tens)) = (scan.class(at), scan.class(at + 1)) else {
        return None;
    };
    let place = scan.past_hyphen(at + 2);
    let (ones, to) = match scan.class(place) {
        Word::Count(ones @ 1..=9) if tens >= 20 => (ones, place + 1),
        _ => (0, at + 2),
    };
    let year = i16::from(century) * 100 + i16::from(tens) + i16::from(ones);
    (tens >= 10).then(|| Found::when(at, to, When::Year(year), None, "year-in-words"))
}

/// What a word of letters and digits can open: `17th of May`, `1990s`, `20th century`, `Q3`.
pub fn mixed(scan: &Scan, at: usize) -> Option<Found> {
    let word = scan.word(at);
    if let Some(digits) = word.strip_suffix("s").filter(|digits| digits.len() == 4) {
        let decade = calendar::year(digits).filter(|year| year % 10 == 0)? / 10;
        return Some(Found::when(at, at + 1, When::Decade(decade), None, "decade"));
    }
    if let Some(number) = word.strip_prefix(['Q', 'H']) {
        return short_quarter(scan, at, number);
    }
    if let Some(year) = word.strip_prefix("FY").and_then(calendar::year) {
        return Some(Found::when(at, at + 1, When::Year(year), None, "fiscal-year"));
    }
    written(scan, at).or_else(|| ordinal(scan, at))
}

/// `'90s`, `’80s`.
pub fn short_decade(scan: &Scan, at: usize) -> Option<Found> {
    let tens = scan.word(at + 1).strip_suffix('s').filter(|tens| tens.len() == 2 && tens.ends_with('0'))?;
    let mark = matches!(scan.word(at), "'" | "’" | "‘") && scan.touches_next(at);
    let decade = mark.then(|| tens[..1].parse::<i16>().ok()).flatten()?;
    // `'20s` and earlier may be of this century or the last: only the rest is certain enough.
    (decade >= 3).then(|| Found::when(at, at + 2, When::Decade(190 + decade), None, "decade"))
}

/// `third quarter`, `first half of 2021`, `20th century`.
pub fn ordinal(scan: &Scan, at: usize) -> Option<Found> {
    let number = ordinal_number(scan, at)?;
    let next = scan.past_hyphen(at + 1);
    if scan.class(next) == Word::Unit(Unit::Century) {
        let era = usize::from(scan.is_any(next + 1, &["B.C.", "BC", "BCE"]));
        let century = When::Century(i16::from(number) - 1);
        return (era == 0 && number > 1).then(|| Found::when(at, next + 1, century, None, "century"));
    }
    let next = next + usize::from(scan.class(next) == Word::Fiscal);
    match scan.class(next) {
        Word::Unit(Unit::Quarter) if (1..=4).contains(&number) => {
            quarter(scan, at, next + 1, i8::try_from(number).ok()?)
        }
        Word::Half if number <= 2 => half(scan, at, next + 1, i8::try_from(number).ok()?),
        _ => None,
    }
}

/// `fiscal 2021`, `fiscal year 2021`, `fiscal second quarter`.
pub fn fiscal(scan: &Scan, at: usize) -> Option<Found> {
    let unit = scan.class(at + 1) == Word::Unit(Unit::Year);
    if let Some(year) = calendar::year(scan.word(at + 1 + usize::from(unit))) {
        return Some(Found::when(at, at + 2 + usize::from(unit), When::Year(year), None, "fiscal-year"));
    }
    let found = ordinal(scan, scan.past_hyphen(at + 1))?;
    matches!(found.when, Some(When::Quarter(..))).then_some(Found { from: at, ..found })
}

/// `summer 2020`, `the summer of 2020`, `in the spring`.
pub fn season(scan: &Scan, at: usize) -> Option<Found> {
    let Word::Season(season) = scan.class(at) else { return None };
    if let Some((year, to, anchor)) = year_after(scan, at + 1) {
        return Some(Found::when(at, to, When::Season(year, season), anchor, "season"));
    }
    let start = if scan.class_before(at) == Word::The { at - 1 } else { at };
    let verb = scan.is(at, "fall") && start == at;
    if verb || !scan.after_any(start, &["in", "during", "since", "until", "by", "this"]) {
        return None;
    }
    let (published, tense) = (scan.published?, tense::of_clause(scan, at, at + 1));
    if scan.is_any(at + 1, &["of", "from", "in", "to"]) {
        return None;
    }
    let year = tense::year_of_month(season.month(), tense, published);
    Some(Found::when(at, at + 1, When::Season(year, season), Some(Anchor::Published), "season"))
}

/// A year after an expression that lacks one: `of 2020`, `, 2020`, `last year`.
pub fn year_after(scan: &Scan, at: usize) -> Option<(i16, usize, Option<Anchor>)> {
    let place = scan.past(at, &["of", "in", ","]);
    let place = scan.past(place, &["fiscal"]);
    if let Some(year) = calendar::year(scan.word(place)).filter(|_| scan.class(place) == Word::Digits) {
        return Some((year, place + 1, None));
    }
    let count = match scan.class(place) {
        Word::Last => -1,
        Word::This => 0,
        Word::Next => 1,
        _ => return None,
    };
    if scan.class(place + 1) != Word::Unit(Unit::Year) {
        return None;
    }
    let year = shifted(scan.published?, count, Unit::Year)?.year()?;
    Some((year, place + 2, Some(Anchor::Published)))
}

/// The quarter whose ordinal stands at `from`; `to` is where its year may stand.
pub fn quarter(scan: &Scan, from: usize, to: usize, quarter: i8) -> Option<Found> {
    let rule = "quarter";
    if let Some((year, to, anchor)) = year_after(scan, to) {
        return Some(Found::when(from, to, When::Quarter(year, quarter), anchor, rule));
    }
    let published = scan.published?;
    let now = quarter_of(published);
    let ahead = tense::of_clause(scan, from, to) == Tense::Ahead;
    // The latest one, or the one that comes next within the year; reports look back in January.
    let year = match quarter {
        _ if quarter <= now && ahead && quarter + 1 < now => published.year() + 1,
        _ if quarter <= now + 1 || ahead => published.year(),
        _ => published.year() - 1,
    };
    Some(Found::when(from, to, When::Quarter(year, quarter), Some(Anchor::Published), rule))
}

fn half(scan: &Scan, from: usize, to: usize, half: i8) -> Option<Found> {
    let (year, to, anchor) = match year_after(scan, to) {
        Some(found) => found,
        None if scan.is(to, "of") && scan.class(to + 1) == Word::The => {
            let year = scan.class(to + 2) == Word::Unit(Unit::Year);
            (scan.published.filter(|_| year)?.year(), to + 3, Some(Anchor::Published))
        }
        None => return None,
    };
    Some(Found::when(from, to, When::Half(year, half), anchor, "half-year"))
}

/// `Q3`, `Q3 2021`, `H1 2021`: halves only with their year.
fn short_quarter(scan: &Scan, at: usize, number: &str) -> Option<Found> {
    let number = number.parse::<i8>().ok()?;
    if scan.word(at).starts_with('Q') {
        return (1..=4).contains(&number).then(|| quarter(scan, at, at + 1, number)).flatten();
    }
    let (year, to, anchor) = year_after(scan, at + 1).filter(|_| (1..=2).contains(&number))?;
    Some(Found::when(at, to, When::Half(year, number), anchor, "half-year"))
}

fn ordinal_number(scan: &Scan, at: usize) -> Option<u8> {
    match scan.class(at) {
        Word::Ordinal(number) => Some(number),
        Word::Mixed => {
            let word = scan.word(at);
            let ends = ["st", "nd", "rd", "th"].iter().any(|end| word.ends_with(end));
            let digits = word.len().checked_sub(2).filter(|_| ends)?;
            word[..digits].parse().ok().filter(|number| (1..=21).contains(number))
        }
        _ => None,
    }
}

/// `17 May 2021`, `May 17`, `2021-05-17`: whatever the calendar reads, with its year if it has none.
fn written(scan: &Scan, at: usize) -> Option<Found> {
    let window = scan.tokens.get(at..(at + 7).min(scan.tokens.len()))?;
    let found = calendar::written_date(scan.text, window)?;
    let to = at + found.tokens;
    if found.year.is_none() && scan.is_any(to, &["%", "percent", "per", "million", "billion"]) {
        return None;
    }
    let (year, to, anchor) = match found.year {
        Some(year) => (Some(year), to, None),
        None => match year_after(scan, to).filter(|_| !scan.is(to, "in") && !scan.is(to, ",")) {
            Some((year, to, anchor)) => (Some(year), to, anchor),
            None => (None, to, Some(Anchor::Published)),
        },
    };
    let when = match (year, found.day) {
        (Some(year), Some(day)) => When::Day(Date::new(year, found.month, day).ok()?),
        (Some(year), None) => When::Month(year, found.month),
        (None, Some(day)) => {
            let tense = tense::of_clause(scan, at, to);
            When::Day(tense::day_of_year(found.month, day, tense, scan.published?)?)
        }
        (None, None) => return None,
    };
    Some(Found::when(
        at,
        to,
        when,
        anchor,
        if found.day.is_some() { "written-day" } else { "written-month" },
    ))
}

/// `May 1-3`, `May 1–3, 2021`, `May-June 2021`.
fn month_range(scan: &Scan, at: usize) -> Option<Found> {
    let Word::Month(month) = scan.class(at) else { return None };
    let next =
        at + 1 + usize::from(calendar::is_month_abbreviation(scan.word(at)) && scan.word(at + 1) == ".");
    if scan.class(next) == Word::Hyphen
        && let Word::Month(second) = scan.class(next + 1)
    {
        let (year, to, _) = year_after(scan, next + 2)?;
        let (first, last) = (When::Month(year, month), When::Month(year, second));
        return (month < second).then(|| range(at, to, first, last, None)).flatten();
    }
    let first = calendar::day(scan.word(next))?;
    let last = calendar::day(scan.word(next + 2)).filter(|_| scan.class(next + 1) == Word::Hyphen)?;
    days(scan, at, next + 3, month, (first, last))
}

/// `1-3 May`, `1 to 3 May 2021`.
fn day_range(scan: &Scan, at: usize) -> Option<Found> {
    let joined = scan.class(at + 1) == Word::Hyphen || scan.class(at + 1) == Word::To;
    let first = calendar::day(scan.word(at)).filter(|_| joined)?;
    let last = calendar::day(scan.word(at + 2))?;
    let Word::Month(month) = scan.class(at + 3) else { return None };
    scan.is_capitalised(at + 3).then(|| days(scan, at, at + 4, month, (first, last))).flatten()
}

fn days(scan: &Scan, from: usize, to: usize, month: i8, (first, last): (i8, i8)) -> Option<Found> {
    if first >= last {
        return None;
    }
    let (first, to, anchor) = if let Some((year, to, anchor)) = year_after(scan, to) {
        (Date::new(year, month, first).ok()?, to, anchor)
    } else {
        let tense = tense::of_clause(scan, from, to);
        (tense::day_of_year(month, first, tense, scan.published?)?, to, Some(Anchor::Published))
    };
    let last = Date::new(first.year(), month, last).ok()?;
    range(from, to, When::Day(first), When::Day(last), anchor)
}

fn range(from: usize, to: usize, first: When, last: When, anchor: Option<Anchor>) -> Option<Found> {
    let value = format!("{}/{}", first.value(), last.value());
    let mut found = Found::text((from, to), value, DateKind::Range, first.grain(), "range");
    found.anchor = anchor;
    first.day().filter(|first| last.day().is_some_and(|last| *first < last)).map(|_| found)
}

fn bare_month(scan: &Scan, at: usize) -> Option<Found> {
    let Word::Month(month) = scan.class(at) else { return None };
    if !stands_as_month(scan, at) {
        return None;
    }
    let stop = calendar::is_month_abbreviation(scan.word(at)) && scan.word(at + 1) == ".";
    let to = at + 1 + usize::from(stop);
    if let Some((year, to, anchor)) = year_after(scan, to).filter(|_| !scan.is_any(to, &["in", ","])) {
        return Some(Found::when(at, to, When::Month(year, month), anchor, "written-month"));
    }
    let published = scan.published?;
    let year = tense::year_of_month(month, tense::of_clause(scan, at, to), published);
    Some(Found::when(at, to, When::Month(year, month), Some(Anchor::Published), "bare-month"))
}

/// Whether a capitalised month's name without a day is a month: `in May`, not `Theresa May`.
fn stands_as_month(scan: &Scan, at: usize) -> bool {
    let word = scan.word(at);
    let numbered = matches!(scan.class(at + 1), Word::Digits | Word::Mixed);
    if numbered && calendar::year(scan.word(at + 1)).is_none() {
        return false;
    }
    if scan.is_capitalised(at + 1) && !matches!(scan.class(at + 1), Word::Month(_)) || word.len() < 3 {
        return false;
    }
    let before = scan.class_before(at);
    let hyphen = before == Word::Hyphen && at > 1 && scan.class(at - 2) == Word::Early;
    let strong = scan.after_any(at, BEFORE_ANY_MONTH) || hyphen || before == Word::Early;
    if strong || year_after(scan, at + 1).is_some_and(|(_, to, _)| to > at + 2) {
        return true;
    }
    if word == "May" || calendar::is_month_abbreviation(word) {
        return false;
    }
    let weak = scan.after_any(at, BEFORE_MONTH);
    let name = matches!(word, "April" | "June" | "August" | "March" | "Jan");
    let name_before = at > 0 && scan.is_capitalised(at - 1) && scan.class_before(at) == Word::Other;
    weak || !name && !name_before && word.starts_with(char::is_uppercase)
}

/// `2021-W20`, `2021-05`, `2021-05-17T10:30`.
fn iso(scan: &Scan, at: usize) -> Option<Found> {
    let year = calendar::year(scan.word(at))?;
    if scan.word(at + 1) != "-" || !scan.touches_next(at) || !scan.touches_next(at + 1) {
        return None;
    }
    let second = scan.word(at + 2);
    if let Some(week) = second.strip_prefix('W').filter(|week| week.len() == 2) {
        let week =
            jiff::civil::ISOWeekDate::new(year, week.parse().ok()?, jiff::civil::Weekday::Monday).ok()?;
        return Some(Found::when(at, at + 3, When::Week(week.date()), None, "iso-week"));
    }
    let month = second.parse::<i8>().ok().filter(|m| second.len() == 2 && (1..=12).contains(m));
    if scan.word(at + 3) == "-" && scan.touches_next(at + 2) && scan.touches_next(at + 3) {
        let (day, hour) = scan.word(at + 4).split_once('T')?;
        let day = Date::new(year, month?, day.parse().ok()?).ok()?;
        let minute = scan.word(at + 6);
        let clock = scan.word(at + 5) == ":" && hour.len() == 2 && minute.len() >= 2;
        let hour = hour.parse().ok().filter(|hour| clock && (0..24).contains(hour))?;
        let minute = minute.get(..2)?.parse().ok().filter(|minute| (0..60).contains(minute))?;
        return Some(Found::when(at, at + 7, When::Clock(Some(day), hour, Some(minute)), None, "iso-time"));
    }
    // `2010-12` may be a run of years: a month only when it cannot be.
    let month = month.filter(|month| i16::from(*month) <= year % 100)?;
    let alone = !scan.touches_next(at + 2) || scan.class(at + 3) != Word::Hyphen;
    alone.then(|| Found::when(at, at + 3, When::Month(year, month), None, "iso-month"))
}

/// `2019`, `2019-2021`, `2019–21`, `2021 first quarter`.
fn years(scan: &Scan, at: usize) -> Option<Found> {
    let year = calendar::year(scan.word(at)).filter(|_| stands_as_year(scan, at))?;
    if scan.class(at + 1) == Word::Hyphen && scan.touches_next(at) && scan.touches_next(at + 1) {
        let second = scan.word(at + 2);
        let last = calendar::year(second).or_else(|| {
            let short = second.parse::<i16>().ok().filter(|_| second.len() == 2)?;
            Some(year - year % 100 + short)
        });
        if let Some(found) =
            last.and_then(|last| range(at, at + 3, When::Year(year), When::Year(last), None))
        {
            return Some(found);
        }
    }
    if scan.class(at + 1) == Word::Clitic && year % 10 == 0 && scan.touches_next(at) {
        // `1990's`: the decade, when a decade can stand there.
        if scan.class_before(at) == Word::The || scan.class_before(at) == Word::Early {
            return Some(Found::when(at, at + 2, When::Decade(year / 10), None, "decade"));
        }
    }
    if let Some(found) = ordinal(scan, at + 1)
        && let Some(When::Quarter(_, quarter)) = found.when
        && found.to <= at + 4
    {
        return Some(Found::when(at, found.to, When::Quarter(year, quarter), None, "quarter"));
    }
    Some(Found::when(at, at + 1, When::Year(year), None, "year"))
}

/// Whether four digits are a year and not a count, a sum or a number on a door.
fn stands_as_year(scan: &Scan, at: usize) -> bool {
    const SURE: &[&str] =
        &["in", "since", "of", "until", "till", "by", "from", "during", "through", "circa", "the"];
    const COUNTED: &[&str] = &[
        "than",
        "least",
        "nearly",
        "approximately",
        "almost",
        "some",
        "room",
        "flight",
        "route",
        "highway",
        "no",
        "number",
        "page",
        "channel",
        "section",
        "article",
        "resolution",
        "$",
        "£",
        "€",
        "#",
        "model",
        "boeing",
        "was",
        "paid",
    ];
    let year = calendar::year(scan.word(at)).unwrap_or(0);
    let touching = at > 0 && scan.touches_next(at - 1);
    if touching && !matches!(scan.word(at - 1), "(" | "[" | "-" | "–" | "—" | "‘" | "“" | "\"" | "'" | "’")
    {
        return false;
    }
    if touching && at > 1 && scan.class(at - 1) == Word::Hyphen && scan.class(at - 2) == Word::Digits {
        return false;
    }
    if scan.after_any(at, COUNTED) || matches!(scan.class(at + 1), Word::Units(_)) {
        return false;
    }
    let sure = scan.after_any(at, SURE) || scan.class_before(at) == Word::Early;
    let modern = (1900..=2100).contains(&year);
    if (!sure || !modern) && counts(scan, at + 1) || !sure && !modern {
        return false;
    }
    !scan.is_any(
        at + 1,
        &["%", "percent", "million", "billion", "people", "men", "women", "miles", "feet", "km"],
    ) && duration::find(scan, at).is_none()
}

/// Whether the word at `at` is a noun that a number counts: lower case, plural.
fn counts(scan: &Scan, at: usize) -> bool {
    let word = scan.word(at);
    let plural = word.len() > 3 && word.ends_with('s') && !word.ends_with("ss");
    plural
        && word.starts_with(|c: char| c.is_ascii_lowercase())
        && !scan.is_any(at, &["was", "has", "does"])
}
