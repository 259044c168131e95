//! Finds what a cue verb introduces: a quotation, a clause, `to` and a verb, or a noun phrase.

use super::reader::Reader;
use super::words::Class;
use crate::lexicon::cue_verbs::{CueVerb, Frame, VerbKind};
use std::ops::Range;

/// What stands after a cue verb.
#[derive(Clone, Debug)]
pub(super) struct Complement {
    /// The first token of what is said.
    pub(super) start: usize,
    /// One past the last token of the cue.
    pub(super) cue_end: usize,
    pub(super) addressee: Option<Range<usize>>,
    pub(super) rule: &'static str,
}

/// A cue verb in its sentence.
#[derive(Clone, Copy)]
pub(super) struct Governor {
    pub(super) at: usize,
    pub(super) verb: CueVerb,
    /// Where its sentence ends.
    pub(super) limit: usize,
    /// Whether the subject is a document: a poll, a report.
    pub(super) is_document: bool,
}

/// How many phrases may stand between a verb and its clause: `said in Oslo on Monday that`.
const ADJUNCTS_MAX: usize = 5;

/// How long a relative clause may be between a verb's object and its `to`.
const RELATIVE_TOKENS_MAX: usize = 20;

impl Governor {
    fn takes_clause(&self) -> bool {
        self.verb.takes(Frame::Clause) || self.is_document && self.verb.takes(Frame::Document)
    }

    fn takes_that(&self) -> bool {
        self.takes_clause() || self.verb.takes(Frame::ThatClause)
    }

    fn takes_noun(&self) -> bool {
        self.verb.takes(Frame::Noun) || self.is_document && self.verb.takes(Frame::Document)
    }
}

impl Reader<'_> {
    pub(super) fn complement(&self, cue: &Governor) -> Option<Complement> {
        let next = cue.at + 1;
        if let Some(start) = self.quotation_at(next, cue) {
            return Some(plain(start, next, "quotation"));
        }
        if next >= cue.limit {
            return None;
        }
        match self.class(next) {
            // `doubted that, but …`: a pronoun.
            Class::That if matches!(self.class(next + 1), Class::Comma | Class::Stop) => return None,
            Class::That if cue.takes_that() => return Some(plain(next + 1, next, "that_clause")),
            Class::Question if cue.takes_that() || cue.takes_noun() => {
                return Some(plain(next, next, "question_clause"));
            }
            Class::To if cue.verb.takes(Frame::To) => return Some(plain(next, next, "to_infinitive")),
            Class::Comma if cue.takes_that() => {
                return self.that_after_insertion(next, cue.limit).map(|at| plain(at, next, "that_clause"));
            }
            _ => {}
        }
        self.tied(cue)
            .or_else(|| self.with_object(cue))
            .or_else(|| self.after_adjuncts(cue))
            .or_else(|| self.noun_phrase(cue))
    }

    /// The quotation that starts at `at`, perhaps after a comma or a colon; what follows a colon counts too.
    fn quotation_at(&self, at: usize, cue: &Governor) -> Option<usize> {
        match self.class(at) {
            Class::Open => Some(at),
            Class::Comma | Class::Dash | Class::Colon if self.class(at + 1) == Class::Open => Some(at + 1),
            Class::Colon if cue.verb.takes(Frame::Speech) && at + 1 < cue.limit => Some(at + 1),
            _ => None,
        }
    }

    /// `said, among other things, that …`: where the clause starts.
    fn that_after_insertion(&self, comma: usize, limit: usize) -> Option<usize> {
        const INSERTION_TOKENS_MAX: usize = 14;
        let end = limit.min(comma + INSERTION_TOKENS_MAX);
        let close = (comma + 1..end).find(|at| self.class(*at) == Class::Comma)?;
        (self.class(close + 1) == Class::That).then_some(close + 2)
    }

    /// `warned of`, `called for`, `pointed out that`.
    fn tied(&self, cue: &Governor) -> Option<Complement> {
        let next = cue.at + 1;
        let ties = self.with_lowered(next, |word| cue.verb.ties_with(word));
        let that = usize::from(self.class(next + 1) == Class::That);
        let start = next + 1 + that;
        let is_tied = ties
            && start < cue.limit
            && (self.class(start).opens_phrase() || that == 0 && self.is_word(start));
        is_tied.then(|| plain(start, next + 1, "particle"))
    }

    /// `told reporters that`, `urged the council to`, `apprised the minister of`.
    fn with_object(&self, cue: &Governor) -> Option<Complement> {
        let (clause, infinitive) = (cue.verb.takes(Frame::ObjectClause), cue.verb.takes(Frame::ObjectTo));
        if !clause && !infinitive {
            return None;
        }
        let next = cue.at + 1;
        let object = self.object_at(next, cue.limit)?;
        let after = self.past_adjuncts(object.end, cue.limit);
        let found =
            |start, rule| Some(Complement { start, cue_end: next, addressee: Some(object.clone()), rule });
        if let Some(start) = self.quotation_at(after, cue) {
            return if clause || cue.verb.takes(Frame::Speech) { found(start, "quotation") } else { None };
        }
        if after >= cue.limit {
            return None;
        }
        match self.class(after) {
            Class::That if clause => found(after + 1, "object_clause"),
            Class::Question if clause => found(after, "object_clause"),
            // The object is the one who is to act: it belongs to what is asked.
            Class::To if infinitive => found(object.start, "object_to"),
            Class::Adverb if infinitive && self.class(after + 1) == Class::To => {
                found(object.start, "object_to")
            }
            Class::Preposition if clause && self.is_any(after, &["of", "about"]) => {
                found(after + 1, "object_of")
            }
            // `asked anyone who saw the van to come forward`.
            Class::Relative if infinitive => {
                let near = cue.limit.min(after + RELATIVE_TOKENS_MAX);
                (after..near).find(|at| self.class(*at) == Class::To)?;
                found(object.start, "object_to")
            }
            class if clause && class.opens_clause() => found(after, "object_clause"),
            _ => match self.that_ahead(after, cue.limit) {
                Some(that) if clause => found(that + 1, "object_clause"),
                _ => self.object_of(cue, &object),
            },
        }
    }

    /// A `that` further on, with no verb before it: `told a meeting in Salem, New Hampshire, that …`.
    fn that_ahead(&self, from: usize, limit: usize) -> Option<usize> {
        const TOKENS_MAX: usize = 16;
        let mut near = from..limit.min(from + TOKENS_MAX);
        let stop = near.find(|at| {
            let class = self.class(*at);
            class == Class::That || class.is_finite() || matches!(class, Class::Stop | Class::Open)
        })?;
        (self.class(stop) == Class::That).then_some(stop)
    }

    /// `apprised the Secretary of State of the delay`: the last `of` parts whom from what.
    fn object_of(&self, cue: &Governor, object: &Range<usize>) -> Option<Complement> {
        if !cue.verb.ties_with("of") {
            return None;
        }
        let of = object.clone().rev().find(|at| self.is_any(*at, &["of"]))?;
        let addressee = Some(object.start..of).filter(|words| !words.is_empty())?;
        Some(Complement {
            start: of + 1,
            cue_end: cue.at + 1,
            addressee: Some(addressee),
            rule: "object_of",
        })
    }

    fn object_at(&self, at: usize, limit: usize) -> Option<Range<usize>> {
        match self.class(at) {
            Class::ObjectPronoun => Some(at..at + 1),
            // `told her the plan had failed`, `told her mother the plan had failed`.
            Class::Determiner if self.is_any(at, &["her"]) && self.class(at + 1) != Class::Plain => {
                Some(at..at + 1)
            }
            // `told cheering supporters`.
            Class::Cue(verb) if verb.kind == VerbKind::Continuous => {
                self.phrase_after(at + 1, limit).map(|phrase| at..phrase.end)
            }
            _ => self.phrase_after(at, limit),
        }
    }

    /// A clause after the verb and what may stand between: `said on Monday it would`.
    fn after_adjuncts(&self, cue: &Governor) -> Option<Complement> {
        let next = cue.at + 1;
        let at = self.past_adjuncts(next, cue.limit);
        // What is quoted right after a preposition's phrase is a title: `said on “Newsnight”`.
        if at > next
            && self.class(at) != Class::Open
            && let Some(start) = self.quotation_at(at, cue)
        {
            return Some(plain(start, next, "quotation"));
        }
        if at >= cue.limit {
            return None;
        }
        match self.class(at) {
            Class::That if cue.takes_that() => Some(plain(at + 1, next, "that_clause")),
            Class::Preposition
                if cue.takes_that()
                    && let Some(that) = self.that_ahead(at, cue.limit) =>
            {
                Some(plain(that + 1, next, "that_clause"))
            }
            class if cue.takes_clause() && class.opens_phrase() => Some(plain(at, next, "clause")),
            _ => None,
        }
    }

    fn noun_phrase(&self, cue: &Governor) -> Option<Complement> {
        let next = cue.at + 1;
        let opens = self.class(next).opens_phrase()
            && !matches!(
                self.class(next),
                Class::Preposition | Class::Subordinate | Class::Time | Class::Adverb
            );
        (cue.takes_noun() && opens).then(|| plain(next, next, "noun_phrase"))
    }

    /// `week`, `morning`, and the year after a month.
    fn is_time_noun(&self, at: usize) -> bool {
        const NOUNS: [&str; 14] = [
            "week",
            "month",
            "year",
            "morning",
            "afternoon",
            "evening",
            "night",
            "day",
            "summer",
            "winter",
            "spring",
            "autumn",
            "fall",
            "weekend",
        ];
        self.is_any(at, &NOUNS)
            || at > 0 && self.class(at) == Class::Number && self.class(at - 1) == Class::Time
    }

    /// The place after days, adverbs and prepositional phrases that tell where, when and how it was said.
    fn past_adjuncts(&self, from: usize, limit: usize) -> usize {
        let mut at = from;
        for _ in 0..ADJUNCTS_MAX {
            let next = match self.class(at) {
                Class::Time if self.class(at + 1) == Class::Clitic => at,
                Class::Time | Class::Adverb => at + 1,
                _ if self.is_time_noun(at) && at > from => at + 1,
                _ if self.is_time_noun(at + 1)
                    && self.is_any(at, &["last", "this", "next", "that", "earlier", "late"]) =>
                {
                    at + 2
                }
                Class::Preposition if at + 1 < limit => match self.class(at + 1) {
                    Class::Time => at + 2,
                    _ => self.phrase_after(at + 1, limit).map_or(at, |phrase| phrase.end),
                },
                Class::Comma if at > from && self.class(at + 1) == Class::That => at + 1,
                _ => at,
            };
            if next == at || next > limit {
                break;
            }
            at = next;
        }
        at
    }
}

fn plain(start: usize, cue_end: usize, rule: &'static str) -> Complement {
    Complement { start, cue_end, addressee: None, rule }
}
