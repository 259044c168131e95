//! Finds the noun phrase that does the speaking: before the verb, after it, or across a relative clause.

use super::reader::Reader;
use super::words::Class;
use crate::lexicon::cue_verbs::VerbKind;
use std::ops::Range;

/// Longest noun phrase, in tokens, and longest insertion between a noun phrase and its verb.
const PHRASE_TOKENS_MAX: usize = 40;
const INSERTION_TOKENS_MAX: usize = 60;

/// Who speaks.
#[derive(Clone, Debug)]
pub(super) struct Subject {
    pub(super) words: Range<usize>,
    /// The `who` or `which` that stands for the words before the verb.
    pub(super) relative: Option<Range<usize>>,
    /// What is inserted before the verb, and may name the subject: `the operator, Ferrovia Lusa, said`.
    pub(super) insertion: Option<Range<usize>>,
}

impl From<Range<usize>> for Subject {
    fn from(words: Range<usize>) -> Self {
        Self { words, relative: None, insertion: None }
    }
}

impl Reader<'_> {
    /// The subject that stands before the verb at `verb`, not before `floor`.
    pub(super) fn subject_before(&self, verb: usize, floor: usize) -> Option<Subject> {
        let end = self.before_auxiliaries(verb, floor);
        let last = end.checked_sub(1).filter(|last| *last >= floor)?;
        match self.class(last) {
            Class::Pronoun | Class::Contraction => Some(Subject::from(last..end)),
            Class::Relative if self.is_any(last, &["who", "which"]) => {
                let words = self.antecedent(last, floor)?;
                Some(Subject { words, relative: Some(last..end), insertion: None })
            }
            Class::Comma => {
                let words = self.before_insertion(last, floor)?;
                let insertion = Some(words.end..last).filter(|inserted| !inserted.is_empty());
                Some(Subject { words, relative: None, insertion })
            }
            Class::Dash => self.before_dashes(last, floor),
            _ => self.phrase_before(end, floor).map(Subject::from),
        }
    }

    /// The place after the last token before `verb` that is neither adverb nor auxiliary nor a day.
    pub(super) fn before_auxiliaries(&self, verb: usize, floor: usize) -> usize {
        let mut at = verb;
        while at > floor {
            let before = self.class(at - 1);
            let skipped = match before {
                Class::Time if at >= floor + 2 && self.is_any(at - 2, &["on", "last", "late", "early"]) => {
                    2
                }
                Class::Adverb | Class::Have | Class::Modal | Class::Be | Class::Time => 1,
                // `have since urged`.
                Class::Subordinate if at >= floor + 2 && self.class(at - 2) == Class::Have => 1,
                Class::Unbracket => self.bracket_tokens(at - 1, floor),
                _ => 0,
            };
            if skipped == 0 {
                return at;
            }
            at -= skipped;
        }
        at
    }

    /// `Joyce — who is listed as a lawyer — said`.
    fn before_dashes(&self, close: usize, floor: usize) -> Option<Subject> {
        let least = floor.max(close.saturating_sub(INSERTION_TOKENS_MAX));
        let open = (least..close).rev().find(|at| self.class(*at) == Class::Dash)?;
        let words = self.phrase_before(open, floor)?;
        let insertion = Some(words.end..close);
        Some(Subject { words, relative: None, insertion })
    }

    /// How many tokens the brackets that close at `close` take up, or 0.
    fn bracket_tokens(&self, close: usize, floor: usize) -> usize {
        const BRACKET_TOKENS_MAX: usize = 14;
        let least = floor.max(close.saturating_sub(BRACKET_TOKENS_MAX));
        (least..close).rev().find(|at| self.class(*at) == Class::Bracket).map_or(0, |open| close + 1 - open)
    }

    /// What `who` at `relative` stands for.
    fn antecedent(&self, relative: usize, floor: usize) -> Option<Range<usize>> {
        let comma = usize::from(relative > floor && self.class(relative - 1) == Class::Comma);
        self.phrase_before(relative - comma, floor)
    }

    /// The noun phrase before an insertion that ends with the comma at `comma`:
    /// `Duarte, who had called for calm, …`, `Paul Amir, 67, the mayor’s adviser, …`.
    fn before_insertion(&self, comma: usize, floor: usize) -> Option<Range<usize>> {
        let least = floor.max(comma.saturating_sub(INSERTION_TOKENS_MAX));
        let mut end = comma;
        let mut best: Option<Range<usize>> = None;
        while let Some(open) = (least..end).rev().find(|at| self.class(*at) == Class::Comma) {
            if !self.is_insertion(open + 1..comma) {
                break;
            }
            if let Some(phrase) = self.phrase_before(open, floor) {
                let is_named = self.class(phrase.start) == Class::Name;
                let starts_chunk = phrase.start == floor || self.class(phrase.start - 1) == Class::Comma;
                best = Some(phrase);
                if is_named || !starts_chunk {
                    break;
                }
            } else if best.is_some() {
                break;
            }
            end = open;
        }
        best.or_else(|| self.phrase_before(comma, floor).filter(|phrase| phrase.start == floor))
    }

    /// Whether the words between two commas can stand between a subject and its verb.
    fn is_insertion(&self, words: Range<usize>) -> bool {
        let Some(first) = words.clone().next() else { return false };
        match self.class(first) {
            Class::Relative | Class::Preposition | Class::Number | Class::Adverb => true,
            // `led by the mayor`.
            Class::Verb | Class::Plain if self.is_any(first + 1, &["by"]) => true,
            Class::Subordinate | Class::But | Class::And | Class::Pronoun | Class::That => false,
            Class::Cue(verb) if verb.kind == VerbKind::Continuous => true,
            _ => {
                let is_verb = |at: usize| self.class(at).is_auxiliary() || self.class(at) == Class::Verb;
                // `a lawyer who became governor` is a noun phrase all the same.
                words.take_while(|at| self.class(*at) != Class::Relative).all(|at| !is_verb(at))
            }
        }
    }

    /// The noun phrase whose last token stands before `end`.
    pub(super) fn phrase_before(&self, end: usize, floor: usize) -> Option<Range<usize>> {
        let mut end = end;
        while end > floor && self.class(end - 1) == Class::Unbracket {
            let bracket = self.bracket_tokens(end - 1, floor);
            if bracket == 0 {
                return None;
            }
            end -= bracket;
        }
        if end <= floor || self.is_quoted(end - 1) {
            return None;
        }
        if matches!(self.class(end - 1), Class::Pronoun) {
            return Some(end - 1..end);
        }
        if !self.class(end - 1).ends_noun_phrase() && self.class(end - 1) != Class::Determiner {
            return None;
        }
        let least = floor.max(end.saturating_sub(PHRASE_TOKENS_MAX));
        let start = self.phrase_start(end, least);
        self.without_opening(start..end)
    }

    /// Goes left from `end` as long as the words can belong to one noun phrase.
    fn phrase_start(&self, end: usize, least: usize) -> usize {
        let mut at = end;
        let mut joint = None;
        while at > least {
            let before = at - 1;
            if self.is_quoted(before) {
                break;
            }
            match self.class(before) {
                Class::And => joint = joint.or(Some(at)),
                // An article opens its noun phrase, unless that hangs on another: `mayor of the city`.
                Class::Determiner if before == least || !self.hangs(before - 1) => return before,
                // `climbs as the governor hints`: a clause of its own.
                Class::Preposition if self.is_any(before, &["as"]) => return joint.unwrap_or(at),
                Class::To if !self.opens_name(at) => return joint.unwrap_or(at),
                Class::Verb
                | Class::Be
                | Class::Have
                | Class::Modal
                | Class::Contraction
                | Class::Pronoun => {
                    return joint.unwrap_or(at);
                }
                Class::Cue(verb) => {
                    let is_verb = matches!(verb.kind, VerbKind::Past | VerbKind::Any)
                        && !matches!(
                            self.class(before.saturating_sub(1)),
                            Class::Determiner | Class::Clitic
                        );
                    if is_verb && before > least {
                        return joint.unwrap_or(at);
                    }
                }
                Class::Plain if self.is_likely_past(before, least) => return joint.unwrap_or(at),
                Class::Comma
                | Class::Stop
                | Class::Colon
                | Class::Dash
                | Class::Open
                | Class::Close
                | Class::Bracket
                | Class::Unbracket
                | Class::But
                | Class::That
                | Class::Subordinate
                | Class::Relative
                | Class::Question
                | Class::ObjectPronoun => break,
                _ => {}
            }
            at = before;
        }
        at
    }

    /// Whether the word at `at` ties what follows it to a noun phrase before.
    fn hangs(&self, at: usize) -> bool {
        matches!(self.class(at), Class::Preposition | Class::And | Class::Quantifier | Class::To)
            || self.class(at) == Class::Comma
    }

    fn opens_name(&self, at: usize) -> bool {
        matches!(self.class(at), Class::Name | Class::Determiner)
    }

    /// `visited` after a name or noun, before something else than a noun's end: a verb rather than an adjective.
    fn is_likely_past(&self, at: usize, least: usize) -> bool {
        self.word(at).ends_with("ed")
            && at > least
            && matches!(self.class(at - 1), Class::Name | Class::Pronoun | Class::And)
    }

    /// Takes adverbs, days and an opening prepositional phrase off the front: `On Monday in Rome officials`.
    fn without_opening(&self, phrase: Range<usize>) -> Option<Range<usize>> {
        let Range { mut start, end } = phrase;
        while start < end {
            match self.class(start) {
                Class::Adverb | Class::And | Class::Joint | Class::Other | Class::Clitic => start += 1,
                Class::Time if start + 1 < end => start += 1,
                Class::Preposition | Class::To => {
                    let last = (start..end).rev().find(|at| {
                        matches!(self.class(*at), Class::Preposition | Class::To)
                            && !self.is_any(*at, &["of"])
                    });
                    start = last.unwrap_or(start) + 1;
                }
                _ => return Some(start..end).filter(|phrase| self.names_somebody(phrase)),
            }
        }
        None
    }

    /// Whether anything but articles and days is in it; `this` and `some` alone may speak.
    fn names_somebody(&self, phrase: &Range<usize>) -> bool {
        phrase.clone().any(|at| self.class(at).ends_noun_phrase())
            || phrase.len() == 1 && self.is_any(phrase.start, &["this", "these", "those"])
    }

    /// The noun phrase that starts at `start`, after `said`.
    pub(super) fn phrase_after(&self, start: usize, limit: usize) -> Option<Range<usize>> {
        if self.class(start) == Class::Pronoun && start < limit {
            return Some(start..start + 1);
        }
        let limit = limit.min(start + PHRASE_TOKENS_MAX);
        let mut end = start;
        while end < limit && !self.is_quoted(end) && self.goes_on(start, end) {
            end += 1;
        }
        while end > start && !self.class(end - 1).ends_noun_phrase() {
            end -= 1;
        }
        (end > start).then_some(start..end)
    }

    fn goes_on(&self, start: usize, at: usize) -> bool {
        match self.class(at) {
            Class::Name | Class::Plain | Class::Number | Class::Joint | Class::Other => true,
            Class::Clitic => at > start,
            // A second article starts the next phrase, unless something ties it to the first.
            Class::Determiner | Class::Quantifier => at == start || !self.class(at - 1).ends_noun_phrase(),
            // `a hearing`, `the minister’s report`.
            Class::Cue(verb) => {
                at > start
                    && verb.kind != VerbKind::Past
                    && matches!(self.class(at - 1), Class::Determiner | Class::Plain | Class::Clitic)
            }
            Class::Preposition => at > start && self.is_any(at, &["of", "for", "from", "at"]),
            Class::And => at > start && self.opens_name(at + 1),
            _ => false,
        }
    }
}
