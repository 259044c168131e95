//! Casualties: how many were killed, injured or are missing.
//!
//! Evidence: a number of people beside a verb or a state of harm (`killed 12`, `12 people were injured`, `18 others
//! missing`), a death toll, a count of deaths. A list shares the harm that stands before or behind it.
//! Example: `12 people were killed and 30 injured` → `12 people` killed, `30` injured.
//! Misses: `a man was killed`, who is no number; harm in the future or in doubt is left out on purpose.

use super::harm::{ENDS, HELPERS, Harm, NEVER, PEOPLE, QUALIFIERS};
use super::reach::hangs;
use super::{Found, Scan};
use crate::model::AmountKind;
use crate::text::TokenKind;

/// The numbers of a segment that may count people, and what is known of their harm so far.
#[derive(Default)]
pub(super) struct Counts {
    list: Vec<Count>,
}

#[derive(Clone, Copy)]
struct Count {
    from: usize,
    /// Behind the number and its noun.
    to: usize,
    value: f64,
    /// Whether its noun is one for people.
    is_people: bool,
    harm: Option<Harm>,
    /// Whether the harm stands before the number, as in `killed 12`.
    is_led: bool,
}

impl Counts {
    /// Reads the number at a token, if one is there, and says where to go on.
    pub fn read(&mut self, scan: &Scan, at: usize) -> usize {
        let Some(number) = scan.reader.number(at) else { return at + 1 };
        let value = number.decimal.value();
        let is_tied = hangs(scan, at) || scan.touches_next(number.end - 1) && ties(scan.word(number.end));
        if number.suffix.is_empty() && !is_tied && value >= 1.0 && value.fract() == 0.0 {
            self.list.extend(counted(scan, at, number.end, value));
        }
        number.end
    }

    /// The counts that somebody came to harm in.
    pub fn harmed(mut self, scan: &Scan) -> Vec<Found> {
        for at in 0..self.list.len() {
            let before = at.checked_sub(1).map(|before| self.list[before]);
            let count = &mut self.list[at];
            if count.harm.is_none() {
                (count.harm, count.is_led) = harm(scan, count, before.as_ref());
            }
        }
        self.share_back(scan);
        self.list.iter().filter_map(Count::found).collect()
    }

    /// `two soldiers and three civilians were killed`: the first shares the harm of the second.
    fn share_back(&mut self, scan: &Scan) {
        for at in (1..self.list.len()).rev() {
            let (one, two) = (self.list[at - 1], self.list[at]);
            let opens = one.from == scan.start
                || !scan.is_word(one.from - 1)
                || scan.is_any(one.from - 1, &["that", "and", "said", "least", "when", "after"]);
            let is_list = one.is_people && two.is_people && joins(scan, one.to, two.from) && !two.is_led;
            if one.harm.is_none() && is_list && opens {
                self.list[at - 1].harm = two.harm;
            }
        }
    }
}

impl Count {
    fn found(&self) -> Option<Found> {
        let Self { from, to, value, harm, .. } = *self;
        let unit = Some(harm?.word());
        Some(Found {
            from,
            to,
            kind: AmountKind::Casualties,
            value,
            value_max: None,
            unit,
            rule: "casualties",
        })
    }
}

/// What ties a number to the next word: an age, a score, a clock.
fn ties(mark: &str) -> bool {
    matches!(mark, "-" | "–" | "‑" | "/" | ":" | "%")
}

/// `and`, a comma, with words that qualify the number.
fn joins(scan: &Scan, from: usize, to: usize) -> bool {
    let first = scan.word(from);
    matches!(first, "and" | ",")
        && (from + 1..to).all(|at| scan.is(at, "and") || scan.is_any(at, &QUALIFIERS))
}

/// A number with its noun. None when what it counts is no people.
fn counted(scan: &Scan, from: usize, end: usize, value: f64) -> Option<Count> {
    let count = Count { from, to: end, value, is_people: false, harm: None, is_led: false };
    let more = end + usize::from(scan.is_any(end, &["more", "other", "further", "additional"]));
    if let Some(harm) = Harm::of_noun(scan.word(more)) {
        return Some(Count { to: more + 1, harm: Some(harm), ..count });
    }
    if let Some(harm) = Harm::of_state(scan.word(end)) {
        return Some(of_state(scan, count, harm));
    }
    if scan.is_any(more, &["lives"]) {
        let is_lost = scan.is_any(more + 1, &["lost"])
            || scan.is(more + 1, "were") && scan.is(more + 2, "lost")
            || (1..=5).any(|back| {
                let before = from.checked_sub(back).map_or("", |at| scan.word(at));
                matches!(
                    before,
                    "claimed"
                        | "claiming"
                        | "claims"
                        | "cost"
                        | "costing"
                        | "taken"
                        | "took"
                        | "loss"
                        | "lost"
                )
            });
        return is_lost.then_some(Count { to: more + 1, harm: Some(Harm::Killed), ..count });
    }
    with_noun(scan, count)
}

/// `12 dead`, `three wounded soldiers`.
fn of_state(scan: &Scan, count: Count, harm: Harm) -> Count {
    let named = with_noun(scan, Count { to: count.to + 1, ..count });
    match named {
        Some(named) if named.is_people => Count { harm: Some(harm), ..named },
        // `12 missing pages`: something else is counted.
        _ if scan.is_word(count.to + 1) && !closes(scan, count.to + 1) => count,
        _ => Count { harm: Some(harm), ..count },
    }
}

/// Takes in the noun of a number: up to four words, the last one for people or a plural.
fn with_noun(scan: &Scan, count: Count) -> Option<Count> {
    let mut plural = None;
    for at in count.to..count.to + 5 {
        if !scan.is_word(at) || ends(scan, at) {
            break;
        }
        let word = scan.word(at);
        if is_people(scan, at, count.value) {
            let rest = (at + 1..at + 3).take_while(|at| is_people(scan, *at, count.value)).count();
            return Some(Count { to: at + 1 + rest, is_people: true, ..count });
        }
        if NEVER.contains(&word) {
            return None;
        }
        if plural.is_none() && word.len() > 3 && word.ends_with('s') && !word.ends_with("ss") {
            plural = Some(at + 1);
        }
    }
    Some(Count { to: plural.unwrap_or(count.to), ..count })
}

fn is_people(scan: &Scan, at: usize, value: f64) -> bool {
    let word = scan.word(at);
    const ONE: [&str; 11] = [
        "man",
        "woman",
        "child",
        "soldier",
        "officer",
        "civilian",
        "worker",
        "policeman",
        "boy",
        "girl",
        "passenger",
    ];
    PEOPLE.binary_search(&word).is_ok() || value <= 1.0 && ONE.contains(&word)
}

fn ends(scan: &Scan, at: usize) -> bool {
    let word = scan.word(at);
    ENDS.binary_search(&word).is_ok() || Harm::of_state(word).is_some() || scan.past_date(at).is_some()
}

/// Whether a phrase is over before this token.
fn closes(scan: &Scan, at: usize) -> bool {
    at >= scan.reader.end || !scan.is_word(at) && scan.reader.number(at).is_none() || ends(scan, at)
}

/// The harm that is told of a count, and whether it is told before it.
fn harm(scan: &Scan, count: &Count, before: Option<&Count>) -> (Option<Harm>, bool) {
    if let Some(harm) = state_behind(scan, count) {
        return (Some(harm), false);
    }
    if !closes(scan, count.to) {
        return (None, false);
    }
    if let Some(harm) = toll(scan, count).or_else(|| verb_before(scan, count)) {
        return (Some(harm), true);
    }
    // `killed two soldiers and three civilians`.
    let led = before.filter(|before| before.is_led && joins(scan, before.to, count.from));
    let is_list = count.is_people || !scan.is_word(count.to);
    match led.filter(|_| is_list && !acts(scan, count.to)) {
        Some(before) => (before.harm, true),
        None => (object_before(scan, count), false),
    }
}

/// Whether somebody does something behind a count, which then is not an object.
fn acts(scan: &Scan, at: usize) -> bool {
    scan.is_any(at, &["were", "was", "have", "had", "are", "is", "who"])
}

/// The state that follows a count: at once, behind an aside, or behind where they were.
fn state_behind(scan: &Scan, count: &Count) -> Option<Harm> {
    if let Some(harm) = state(scan, count, count.to) {
        return Some(harm);
    }
    let at = count.to;
    if !count.is_people {
        return None;
    }
    if scan.word(at) == "," {
        // `12 people, five of them children, were killed`; the aside may be long, but is one.
        let close = (at + 1..at + 15).find(|at| scan.word(*at) == ",")?;
        return helped(scan, close + 1);
    }
    let leads = [
        "in",
        "at",
        "on",
        "from",
        "of",
        "aboard",
        "near",
        "inside",
        "with",
        "including",
        "among",
        "who",
        "and",
    ];
    if !scan.is_any(at, &leads) {
        return None;
    }
    let is_over =
        |at: usize| !scan.is_word(at) || scan.is_any(at, &["said", "told", "that", "when", "after", "but"]);
    let verb = (at + 1..at + 9).take_while(|at| !is_over(*at)).find(|at| is_helper_or_end(scan, *at))?;
    helped(scan, verb)
}

fn is_helper_or_end(scan: &Scan, at: usize) -> bool {
    scan.is_any(at, &["were", "was", "are", "have", "had", "been", "died", "perished", "lost"])
        || scan.is(at.wrapping_sub(1), "those") && Harm::of_state(scan.word(at)).is_some()
}

/// `were killed`, `died`, but no bare participle, which may be an active verb so far from its noun.
fn helped(scan: &Scan, at: usize) -> Option<Harm> {
    if scan.is(at.wrapping_sub(1), "those") {
        return Harm::of_state(scan.word(at));
    }
    let is_helped = scan.is_any(
        at,
        &["were", "was", "are", "is", "have", "had", "has", "been", "died", "perished", "lost"],
    );
    if is_helped { chain(scan, at).map(|(harm, _)| harm) } else { None }
}

/// The state right behind a count, with or without helping words.
fn state(scan: &Scan, count: &Count, at: usize) -> Option<Harm> {
    let (harm, behind) = chain(scan, at)?;
    let is_bare = behind == at + 1;
    let word = scan.word(behind - 1);
    if matches!(harm, Harm::Missing) && !count.is_people && count.to > count.from + 1 {
        return None;
    }
    // `12 rebels killed five soldiers`: they did it.
    let is_active = is_bare && Harm::of_verb(word).is_some() && !closes_passive(scan, behind);
    (!is_active).then_some(harm)
}

/// Whether what follows a bare participle shows that it has no object.
fn closes_passive(scan: &Scan, at: usize) -> bool {
    let has_object =
        scan.is_any(at, &["a", "an", "the", "his", "her", "their", "its", "himself", "themselves"]);
    let is_adverb = scan.word(at).ends_with("ly");
    let is_state = Harm::of_state(scan.word(at)).is_some();
    !has_object && (closes(scan, at) || is_adverb || is_state)
}

/// Helping words and the harm they lead to, with the token behind it.
fn chain(scan: &Scan, from: usize) -> Option<(Harm, usize)> {
    let start = from + usize::from(scan.is_any(from, &["who"]));
    for at in start..start + 6 {
        let word = scan.word(at);
        if matches!(word, "died" | "perished" | "drowned") {
            return Some((Harm::Killed, at + 1));
        }
        if let Some(harm) = Harm::of_state(word) {
            return Some((harm, at + 1));
        }
        if matches!(word, "lost" | "lose")
            && scan.is_any(at + 1, &["their"])
            && scan.is_any(at + 2, &["lives"])
        {
            return Some((Harm::Killed, at + 3));
        }
        if word == "gone" && scan.is(at + 1, "missing") || word == "went" && scan.is(at + 1, "missing") {
            return Some((Harm::Missing, at + 2));
        }
        if !HELPERS.contains(&word) {
            return None;
        }
    }
    None
}

/// The token before the words that qualify a number.
fn before_qualifiers(scan: &Scan, from: usize) -> Option<usize> {
    let mut at = from.checked_sub(1).filter(|at| *at >= scan.start)?;
    for _ in 0..5 {
        if !scan.is_any(at, &QUALIFIERS) {
            break;
        }
        at = at.checked_sub(1).filter(|at| *at >= scan.start)?;
    }
    Some(at)
}

/// `killed 12`, `killing at least 12 people`, `the lives of 12 people`.
fn verb_before(scan: &Scan, count: &Count) -> Option<Harm> {
    let at = before_qualifiers(scan, count.from)?;
    if scan.is(at, "of") && scan.is(at.wrapping_sub(1), "lives") {
        return Some(Harm::Killed);
    }
    active(scan, at)
}

/// The harm of an active verb: neither `was killed` nor `would kill`.
fn active(scan: &Scan, at: usize) -> Option<Harm> {
    let word = scan.word(at);
    let harm = Harm::of_verb(word).or_else(|| Harm::of_verb(&word.to_ascii_lowercase()))?;
    let before = scan.before(at);
    let is_passive =
        matches!(before, "was" | "were" | "been" | "be" | "being" | "are" | "is" | "get" | "got" | "those");
    let is_unreal = matches!(
        before,
        "to" | "could"
            | "would"
            | "might"
            | "may"
            | "can"
            | "will"
            | "not"
            | "must"
            | "should"
            | "of"
            | "for"
    );
    let is_supposed =
        before == "have" && matches!(scan.word(at.wrapping_sub(2)), "could" | "would" | "might" | "may");
    (!is_passive && !is_unreal && !is_supposed).then_some(harm)
}

/// `killing the pilot and two passengers`: a verb whose list of objects the count ends.
fn object_before(scan: &Scan, count: &Count) -> Option<Harm> {
    let and = before_qualifiers(scan, count.from).filter(|at| scan.is(*at, "and"))?;
    if !count.is_people || acts(scan, count.to) {
        return None;
    }
    let first = and.saturating_sub(6).max(scan.start);
    let verb =
        (first..and).rev().take_while(|at| scan.is_word(*at)).find_map(|at| Some((at, active(scan, at)?)));
    let (at, harm) = verb?;
    let is_plain =
        (at + 1..and).all(|at| !scan.is_any(at, &["in", "on", "after", "when", "who", "that", "by"]));
    (and > at + 1 && is_plain).then_some(harm)
}

/// `the death toll rose to 40`, `the number of wounded stood at 12`.
fn toll(scan: &Scan, count: &Count) -> Option<Harm> {
    const LEADS: [&str; 20] = [
        "to",
        "at",
        "of",
        "reached",
        "reaches",
        "hit",
        "hits",
        "is",
        "was",
        "past",
        "passed",
        "exceeded",
        "exceeds",
        "topped",
        "surpassed",
        "near",
        "nearly",
        "least",
        "than",
        "about",
    ];
    if !scan.is_any(count.from.checked_sub(1)?, &LEADS) || count.to > count.from + 1 && !count.is_people {
        return None;
    }
    let first = count.from.saturating_sub(12).max(scan.start);
    let is_over = |at: usize| {
        scan.reader.tokens[at].kind == TokenKind::Mark && matches!(scan.word(at), ";" | "." | "”")
    };
    (first..count.from - 1).rev().take_while(|at| !is_over(*at)).find_map(|at| tolled(scan, at))
}

fn tolled(scan: &Scan, at: usize) -> Option<Harm> {
    let word = scan.word(at);
    if word == "toll" {
        return scan.is_any(at.wrapping_sub(1), &["death", "dead"]).then_some(Harm::Killed);
    }
    let is_numbered = (1..=3).any(|back| at.checked_sub(back).is_some_and(|at| scan.is(at, "number")));
    Harm::of_state(word).or_else(|| Harm::of_noun(word)).filter(|_| is_numbered)
}
