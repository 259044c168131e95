//! Tells from the clause around an expression whether it lies before or after the publication.
//!
//! Evidence: the nearest verb before it in the sentence, or else after it in the clause: `will`, `due`,
//! `to meet` against `said`, `was`, words in `-ed`. A window of a dozen tokens bounds the work.
//! Example: `The court will rule on Friday` → ahead; `the court ruled on Friday` → behind.
//! Misses: irregular past forms that are not in the table; verbs further away.

use super::Scan;
use super::when::believable;
use super::words::Word;
use crate::text::calendar;
use jiff::civil::Date;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tense {
    Behind,
    Ahead,
    Unsaid,
}

/// How far the verb is looked for on either side.
const WINDOW_TOKENS: usize = 12;

/// The tense of the clause around the tokens `from..to`.
pub fn of_clause(scan: &Scan, from: usize, to: usize) -> Tense {
    let start = from.saturating_sub(1);
    let opens = scan.after_any(from, &["until", "till"]) && scan.word(to) == ",";
    let early_as = scan.after_any(from, &["as"]) && from > 1 && scan.is_any(from - 2, &["soon", "early"]);
    if !opens && scan.after_any(from, &["until", "till", "for"]) || early_as {
        return Tense::Ahead;
    }
    let before = (from.saturating_sub(WINDOW_TOKENS)..from)
        .rev()
        .take_while(|at| !ends_sentence(scan, *at))
        .find_map(|at| cue(scan, at).or_else(|| infinitive(scan, at, start)));
    if let Some(tense) = before {
        return tense;
    }
    (to..to + WINDOW_TOKENS)
        .take_while(|at| !ends_sentence(scan, *at) && (*at == to || scan.word(*at) != ","))
        .find_map(|at| cue(scan, at))
        .unwrap_or(Tense::Unsaid)
}

fn ends_sentence(scan: &Scan, at: usize) -> bool {
    scan.class(at) == Word::Stop && !matches!(scan.class(at.saturating_sub(1)), Word::Month(_))
}

fn cue(scan: &Scan, at: usize) -> Option<Tense> {
    // `to be published`, `will be held`: the verb before it tells.
    if scan.after_any(at, &["be"]) && !matches!(scan.class(at), Word::Ahead) {
        return None;
    }
    match scan.class(at) {
        Word::Ahead | Word::Coming => Some(Tense::Ahead),
        Word::Behind => Some(Tense::Behind),
        Word::Other => {
            let word = scan.word(at);
            if word.ends_with("’ll") || word.ends_with("'ll") || word == "won't" || word == "won’t" {
                return Some(Tense::Ahead);
            }
            let past = word.len() > 4 && word.ends_with("ed") && !word.ends_with("eed");
            (past && word.starts_with(|c: char| c.is_ascii_lowercase())).then_some(Tense::Behind)
        }
        _ => None,
    }
}

/// `to meet`, not `to the` or `to Paris`.
fn infinitive(scan: &Scan, at: usize, last: usize) -> Option<Tense> {
    let verb = at + 1;
    let is_verb = scan.class(at) == Word::To
        && verb < last
        && scan.class(verb) == Word::Other
        && scan.word(verb).starts_with(|c: char| c.is_ascii_lowercase())
        && !scan
            .is_any(verb, &["his", "her", "its", "their", "our", "my", "your", "some", "about", "more"]);
    is_verb.then_some(Tense::Ahead)
}

/// The year of a month that is named without one.
pub fn year_of_month(month: i8, tense: Tense, published: Date) -> i16 {
    let (year, now) = (published.year(), published.month());
    match tense {
        Tense::Ahead if month < now => year + 1,
        Tense::Behind if month > now => year - 1,
        // Of two Decembers the next one is likelier in October, the last one in May.
        Tense::Unsaid if month > now + 3 => year - 1,
        _ => year,
    }
}

/// A day of the month without its year: the nearest one, unless the tense says otherwise and it is far.
pub fn day_of_year(month: i8, day: i8, tense: Tense, published: Date) -> Option<Date> {
    const FAR_DAYS: i32 = 90;
    let nearest = calendar::nearest(month, day, published)?;
    let ahead = calendar::days_between(published, nearest);
    let years = match tense {
        Tense::Ahead if ahead < -FAR_DAYS => 1,
        Tense::Behind | Tense::Unsaid if ahead > FAR_DAYS => -1,
        _ => return Some(nearest),
    };
    // A 29th of February stays where it is.
    let year = believable(i32::from(nearest.year()) + years)?;
    Some(Date::new(year, month, day).unwrap_or(nearest))
}
