//! The words that temporal expressions are made of, and the class each belongs to.
//!
//! Evidence: one sorted table, entered by first letter, so that a token costs a few comparisons.
//! Example: `months` → `Unit(Month)`, plural; `Tuesday` → `Weekday(2)`.
//! Misses: spellings that are not in the table.

use super::when::{Part, Season, Unit};
use crate::text::calendar::{WORD_BYTES_MAX, lowered};

/// What a token can be part of a temporal expression as.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Word {
    Other,
    /// A number in digits.
    Digits,
    /// Letters and digits together: `3rd`, `1990s`, `3pm`, `Q3`.
    Mixed,
    Hyphen,
    /// `.`, `;`, `?`, `!`: the clause ends.
    Stop,
    Mark,
    Clitic,
    The,
    /// `a`, `an`.
    A,
    Half,
    /// `two`, `nineteen`.
    Count(u8),
    /// `hundred`, `thousand`.
    Power(u16),
    /// `several`, `few`: more than one, who knows how many.
    Vague,
    /// `first`, `fourth`.
    Ordinal(u8),
    Month(i8),
    /// 1 is Monday.
    Weekday(i8),
    /// `Mon`, `Sat`: words of their own, too.
    WeekdayShort(i8),
    /// `Mondays`.
    Weekdays(i8),
    Unit(Unit),
    Units(Unit),
    Weekend,
    Season(Season),
    Part(Part),
    Noon,
    Midnight,
    /// `daily`, `annually`.
    Often(Unit),
    Every,
    This,
    That,
    Last,
    Next,
    Past,
    Coming,
    Previous,
    Following,
    Same,
    Current,
    Latest,
    Recent,
    Early,
    Middle,
    Fiscal,
    Today,
    Tonight,
    Yesterday,
    Tomorrow,
    Now,
    Formerly,
    Soon,
    Future,
    /// The first word of a holiday's name.
    Holiday,
    /// `will`, `due`: what stands by is to come.
    Ahead,
    To,
    /// `said`, `was`: what stands by is over.
    Behind,
}

/// The class of a word; `Other` for the rest of the language.
pub fn class(word: &str) -> Word {
    let mut buffer = [0; WORD_BYTES_MAX];
    let lower = lowered(word, &mut buffer);
    let Some(letter @ b'a'..=b'z') = lower.bytes().next() else { return Word::Other };
    let bucket = usize::from(letter - b'a');
    WORDS[STARTS[bucket]..STARTS[bucket + 1]]
        .iter()
        .find(|(known, _)| *known == lower)
        .map_or(Word::Other, |(_, class)| *class)
}

/// Where each letter's words start in the table.
static STARTS: [usize; 27] = {
    let mut starts = [0; 27];
    let (mut letter, mut index, mut at) = (b'a', 0, 0);
    while index < 26 {
        starts[index] = at;
        while at < WORDS.len() && WORDS[at].0.as_bytes()[0] == letter {
            at += 1;
        }
        letter += 1;
        index += 1;
    }
    starts[26] = WORDS.len();
    starts
};

/// In alphabetical order of the first letter; the tests check it.
static WORDS: &[(&str, Word)] = &[
    ("a", Word::A),
    ("an", Word::A),
    ("afternoon", Word::Part(Part::Afternoon)),
    ("annually", Word::Often(Unit::Year)),
    ("apr", Word::Month(4)),
    ("april", Word::Month(4)),
    ("are", Word::Behind),
    ("aug", Word::Month(8)),
    ("august", Word::Month(8)),
    ("autumn", Word::Season(Season::Autumn)),
    ("began", Word::Behind),
    ("boxing", Word::Holiday),
    ("came", Word::Behind),
    ("can", Word::Ahead),
    ("centuries", Word::Units(Unit::Century)),
    ("century", Word::Unit(Unit::Century)),
    ("christmas", Word::Holiday),
    ("coming", Word::Coming),
    ("current", Word::Current),
    ("currently", Word::Now),
    ("daily", Word::Often(Unit::Day)),
    ("day", Word::Unit(Unit::Day)),
    ("days", Word::Units(Unit::Day)),
    ("dec", Word::Month(12)),
    ("decade", Word::Unit(Unit::Decade)),
    ("decades", Word::Units(Unit::Decade)),
    ("december", Word::Month(12)),
    ("did", Word::Behind),
    ("due", Word::Ahead),
    ("each", Word::Every),
    ("earlier", Word::Early),
    ("early", Word::Early),
    ("easter", Word::Holiday),
    ("eight", Word::Count(8)),
    ("eighteen", Word::Count(18)),
    ("eighteenth", Word::Ordinal(18)),
    ("eighth", Word::Ordinal(8)),
    ("eighty", Word::Count(80)),
    ("eleven", Word::Count(11)),
    ("evening", Word::Part(Part::Evening)),
    ("every", Word::Every),
    ("expected", Word::Ahead),
    ("expects", Word::Ahead),
    ("fall", Word::Season(Season::Autumn)),
    ("feb", Word::Month(2)),
    ("february", Word::Month(2)),
    ("fell", Word::Behind),
    ("few", Word::Vague),
    ("fifteen", Word::Count(15)),
    ("fifth", Word::Ordinal(5)),
    ("fifty", Word::Count(50)),
    ("first", Word::Ordinal(1)),
    ("fiscal", Word::Fiscal),
    ("five", Word::Count(5)),
    ("following", Word::Following),
    ("formerly", Word::Formerly),
    ("forty", Word::Count(40)),
    ("fortnight", Word::Unit(Unit::Fortnight)),
    ("four", Word::Count(4)),
    ("fourteen", Word::Count(14)),
    ("fourth", Word::Ordinal(4)),
    ("fri", Word::WeekdayShort(5)),
    ("friday", Word::Weekday(5)),
    ("fridays", Word::Weekdays(5)),
    ("future", Word::Future),
    ("good", Word::Holiday),
    ("got", Word::Behind),
    ("had", Word::Behind),
    ("half", Word::Half),
    ("halloween", Word::Holiday),
    ("has", Word::Behind),
    ("have", Word::Behind),
    ("held", Word::Behind),
    ("hour", Word::Unit(Unit::Hour)),
    ("hourly", Word::Often(Unit::Hour)),
    ("hours", Word::Units(Unit::Hour)),
    ("hundred", Word::Power(100)),
    ("independence", Word::Holiday),
    ("is", Word::Behind),
    ("jan", Word::Month(1)),
    ("january", Word::Month(1)),
    ("jul", Word::Month(7)),
    ("july", Word::Month(7)),
    ("jun", Word::Month(6)),
    ("june", Word::Month(6)),
    ("labor", Word::Holiday),
    ("last", Word::Last),
    ("late", Word::Early),
    ("later", Word::Early),
    ("latest", Word::Latest),
    ("led", Word::Behind),
    ("left", Word::Behind),
    ("lost", Word::Behind),
    ("made", Word::Behind),
    ("mar", Word::Month(3)),
    ("march", Word::Month(3)),
    ("may", Word::Month(5)),
    ("memorial", Word::Holiday),
    ("met", Word::Behind),
    ("mid", Word::Early),
    ("midday", Word::Noon),
    ("middle", Word::Middle),
    ("midnight", Word::Midnight),
    ("minute", Word::Unit(Unit::Minute)),
    ("minutes", Word::Units(Unit::Minute)),
    ("mon", Word::WeekdayShort(1)),
    ("monday", Word::Weekday(1)),
    ("mondays", Word::Weekdays(1)),
    ("month", Word::Unit(Unit::Month)),
    ("monthly", Word::Often(Unit::Month)),
    ("months", Word::Units(Unit::Month)),
    ("morning", Word::Part(Part::Morning)),
    ("must", Word::Ahead),
    ("new", Word::Holiday),
    ("next", Word::Next),
    ("night", Word::Part(Part::Night)),
    ("nine", Word::Count(9)),
    ("nineteen", Word::Count(19)),
    ("nineteenth", Word::Ordinal(19)),
    ("ninety", Word::Count(90)),
    ("ninth", Word::Ordinal(9)),
    ("noon", Word::Noon),
    ("nov", Word::Month(11)),
    ("november", Word::Month(11)),
    ("now", Word::Now),
    ("oct", Word::Month(10)),
    ("october", Word::Month(10)),
    ("one", Word::Count(1)),
    ("past", Word::Past),
    ("previous", Word::Previous),
    ("previously", Word::Formerly),
    ("quarter", Word::Unit(Unit::Quarter)),
    ("quarters", Word::Units(Unit::Quarter)),
    ("recent", Word::Recent),
    ("recently", Word::Formerly),
    ("rose", Word::Behind),
    ("said", Word::Behind),
    ("same", Word::Same),
    ("sat", Word::WeekdayShort(6)),
    ("saturday", Word::Weekday(6)),
    ("saturdays", Word::Weekdays(6)),
    ("says", Word::Behind),
    ("scheduled", Word::Ahead),
    ("second", Word::Ordinal(2)),
    ("seconds", Word::Units(Unit::Second)),
    ("sent", Word::Behind),
    ("sep", Word::Month(9)),
    ("sept", Word::Month(9)),
    ("september", Word::Month(9)),
    ("seven", Word::Count(7)),
    ("seventeen", Word::Count(17)),
    ("seventeenth", Word::Ordinal(17)),
    ("seventh", Word::Ordinal(7)),
    ("seventy", Word::Count(70)),
    ("several", Word::Vague),
    ("shall", Word::Ahead),
    ("should", Word::Ahead),
    ("six", Word::Count(6)),
    ("sixteen", Word::Count(16)),
    ("sixteenth", Word::Ordinal(16)),
    ("sixth", Word::Ordinal(6)),
    ("sixty", Word::Count(60)),
    ("soon", Word::Soon),
    ("spoke", Word::Behind),
    ("spring", Word::Season(Season::Spring)),
    ("summer", Word::Season(Season::Summer)),
    ("sun", Word::WeekdayShort(7)),
    ("sunday", Word::Weekday(7)),
    ("sundays", Word::Weekdays(7)),
    ("ten", Word::Count(10)),
    ("tenth", Word::Ordinal(10)),
    ("thanksgiving", Word::Holiday),
    ("that", Word::That),
    ("the", Word::The),
    ("these", Word::This),
    ("third", Word::Ordinal(3)),
    ("thirteen", Word::Count(13)),
    ("thirty", Word::Count(30)),
    ("this", Word::This),
    ("thousand", Word::Power(1000)),
    ("three", Word::Count(3)),
    ("thu", Word::WeekdayShort(4)),
    ("thur", Word::WeekdayShort(4)),
    ("thurs", Word::WeekdayShort(4)),
    ("thursday", Word::Weekday(4)),
    ("thursdays", Word::Weekdays(4)),
    ("to", Word::To),
    ("today", Word::Today),
    ("told", Word::Behind),
    ("tomorrow", Word::Tomorrow),
    ("tonight", Word::Tonight),
    ("took", Word::Behind),
    ("tue", Word::WeekdayShort(2)),
    ("tues", Word::WeekdayShort(2)),
    ("tuesday", Word::Weekday(2)),
    ("tuesdays", Word::Weekdays(2)),
    ("twelve", Word::Count(12)),
    ("twentieth", Word::Ordinal(20)),
    ("twenty", Word::Count(20)),
    ("two", Word::Count(2)),
    ("upcoming", Word::Coming),
    ("valentine", Word::Holiday),
    ("veterans", Word::Holiday),
    ("was", Word::Behind),
    ("wed", Word::WeekdayShort(3)),
    ("weds", Word::WeekdayShort(3)),
    ("wednesday", Word::Weekday(3)),
    ("wednesdays", Word::Weekdays(3)),
    ("week", Word::Unit(Unit::Week)),
    ("weekend", Word::Weekend),
    ("weekly", Word::Often(Unit::Week)),
    ("weeks", Word::Units(Unit::Week)),
    ("went", Word::Behind),
    ("were", Word::Behind),
    ("will", Word::Ahead),
    ("winter", Word::Season(Season::Winter)),
    ("won", Word::Behind),
    ("would", Word::Ahead),
    ("year", Word::Unit(Unit::Year)),
    ("yearly", Word::Often(Unit::Year)),
    ("years", Word::Units(Unit::Year)),
    ("yesterday", Word::Yesterday),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_the_table_is_found() {
        for (word, expected) in WORDS {
            assert_eq!(class(word), *expected, "{word:?}");
        }
        assert_eq!(class("Tuesday"), Word::Weekday(2));
        for other in ["", "zebra", "é", "mondayish", "incomprehensibilities"] {
            assert_eq!(class(other), Word::Other, "{other:?}");
        }
    }
}
