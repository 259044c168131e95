//! Reads one sentence: its cues, whose they are, and where each one's content starts and ends.

use super::Speech;
use super::complement::{Complement, Governor};
use super::reader::Reader;
use super::subject::Subject;
use super::words::Class;
use crate::enrich::segments::Segment;
use crate::lexicon::cue_verbs::{CueVerb, Frame, VerbKind};
use std::ops::Range;

/// Longest content that is looked for in one sentence, in tokens; a sentence of ordinary prose has 25.
const CONTENT_TOKENS_MAX: usize = 400;

/// A cue verb with its subject.
struct Cue {
    at: usize,
    verb: CueVerb,
    subject: Option<Subject>,
    /// `saying`, `underscoring`: the subject is that of another verb.
    is_gerund: bool,
    /// Where the content of a cue before it ends, if the two stand side by side.
    cut: Option<usize>,
}

impl Cue {
    /// Where the clause of the cue starts: its subject, or the verb when the subject follows.
    fn clause(&self) -> usize {
        self.subject.as_ref().map_or(self.at, |subject| subject.words.start.min(self.at))
    }

    /// Whether the form may be a noun: `claims`, `report`.
    fn is_ambiguous(&self) -> bool {
        self.verb.takes(Frame::Ambiguous)
            && matches!(self.verb.kind, VerbKind::Base | VerbKind::ThirdPerson | VerbKind::Any)
    }
}

pub(super) fn read(reader: &Reader, segment: Segment, speeches: &mut Vec<Speech>) {
    let sentence = Sentence { reader, segment: segment.clone() };
    let cues = sentence.cues();
    let first = speeches.len();
    for (index, cue) in cues.iter().enumerate() {
        let next_cut = cues[index + 1..].iter().take(CUTS_LOOKED_AT).find_map(|later| later.cut);
        if let Some(speech) = sentence.speech(cue, &cues, index, next_cut) {
            speeches.push(speech);
        }
    }
    sentence.according_to(speeches);
    sentence.colons(first, speeches);
    speeches[first..].sort_by_key(|speech| speech.content[0].start);
}

/// How many later cues of the sentence are asked where the content before them ends.
const CUTS_LOOKED_AT: usize = 20;

struct Sentence<'a> {
    reader: &'a Reader<'a>,
    segment: Segment,
}

impl Sentence<'_> {
    fn cues(&self) -> Vec<Cue> {
        let reader = self.reader;
        let mut cues: Vec<Cue> = Vec::new();
        for at in self.segment.clone() {
            let Some(verb) = reader.class(at).cue().filter(|_| !reader.is_quoted(at)) else { continue };
            let before = cues.last().and_then(|cue| Some((cue.subject.clone()?, cue.verb.kind)));
            if let Some(cue) = self.cue(at, verb, before) {
                cues.push(cue);
            }
        }
        // What opens the sentence has the subject of the verb that follows: `Stressing the risk, she said`.
        for index in (0..cues.len().saturating_sub(1)).rev() {
            if cues[index].subject.is_none() && cues[index].is_gerund {
                cues[index].subject = cues[index + 1].subject.clone();
            }
        }
        cues
    }

    fn cue(&self, at: usize, verb: CueVerb, subject_before: Option<(Subject, VerbKind)>) -> Option<Cue> {
        let reader = self.reader;
        let floor = self.segment.start;
        let chain = reader.before_auxiliaries(at, floor);
        let has = |wanted: Class| (chain..at).any(|place| reader.class(place) == wanted);
        let before = if chain > floor { reader.class(chain - 1) } else { Class::Stop };
        let direct_before = if at > floor { reader.class(at - 1) } else { Class::Stop };
        match verb.kind {
            VerbKind::Continuous if !has(Class::Be) => {
                return self.gerund(at, verb, subject_before.map(|(subject, _)| subject));
            }
            VerbKind::Past | VerbKind::Participle | VerbKind::Any if has(Class::Be) => return None,
            VerbKind::Participle if !has(Class::Have) => return None,
            // `endorsed by`: passive.
            VerbKind::Past | VerbKind::Any if reader.is_any(at + 1, &["by"]) => return None,
            _ => {}
        }
        let is_noun = match direct_before {
            Class::Determiner | Class::Clitic | Class::Joint | Class::Preposition | Class::To => true,
            // `some say`, but `two plans`.
            Class::Quantifier => verb.takes(Frame::Ambiguous),
            _ => false,
        };
        if is_noun {
            return None;
        }
        if matches!(before, Class::And | Class::But) {
            return self.coordinated(at, verb, subject_before, chain - 1);
        }
        let subject = reader.subject_before(at, floor);
        if let Some(subject) = &subject {
            self.agrees(&subject.words, verb, chain < at).then_some(())?;
        }
        let cut = subject.as_ref().and_then(|subject| self.cut_before(subject.words.start));
        Some(Cue { at, verb, subject, is_gerund: false, cut })
    }

    /// `… and said`: the subject is that of the verb before.
    fn coordinated(
        &self,
        at: usize,
        verb: CueVerb,
        before: Option<(Subject, VerbKind)>,
        joint: usize,
    ) -> Option<Cue> {
        let is_speech = verb.takes(Frame::Speech) && verb.kind != VerbKind::Base;
        let is_parallel = before.as_ref().is_some_and(|(_, kind)| *kind == verb.kind);
        let opening = || if is_speech { self.opening_subject(joint) } else { None };
        let subject = before.map(|(subject, _)| subject).or_else(opening)?;
        let cut = (is_speech || is_parallel).then(|| self.before_comma(joint));
        Some(Cue { at, verb, subject: Some(subject), is_gerund: false, cut })
    }

    /// Whether a present form fits its subject: `officials say`, `she says`; `the report` is no verb.
    fn agrees(&self, subject: &Range<usize>, verb: CueVerb, has_auxiliary: bool) -> bool {
        let last = subject.end - 1;
        let is_plural_pronoun = self.reader.is_any(last, &["they", "we", "i", "you"]);
        match verb.kind {
            VerbKind::Base if has_auxiliary => true,
            VerbKind::Base => {
                let plural = ["people", "police", "women", "men", "voters", "who", "media", "percent"];
                let head = subject.clone().find(|at| self.reader.class(*at) == Class::Preposition);
                let is_plural =
                    |at: usize| self.reader.word(at).ends_with('s') || self.reader.is_any(at, &plural);
                is_plural_pronoun
                    || self.reader.class(last) == Class::Quantifier
                    || is_plural(last)
                    || head.is_some_and(|of| of > subject.start && is_plural(of - 1))
                    || subject.clone().any(|at| self.reader.class(at) == Class::And)
                    || self.reader.is_any(subject.start, &["those", "these"])
            }
            VerbKind::ThirdPerson => {
                !is_plural_pronoun
                    && (self.reader.class(last) != Class::Plain || !self.reader.word(last).ends_with('s'))
            }
            _ => true,
        }
    }

    /// Where an earlier content ends when a clause with its own subject starts at `start`.
    fn cut_before(&self, start: usize) -> Option<usize> {
        let before = start.checked_sub(1).filter(|before| *before > self.segment.start)?;
        matches!(self.reader.class(before), Class::And | Class::But).then(|| self.before_comma(before))
    }

    fn before_comma(&self, at: usize) -> usize {
        if at > self.segment.start && self.reader.class(at - 1) == Class::Comma { at - 1 } else { at }
    }

    fn gerund(&self, at: usize, verb: CueVerb, subject_before: Option<Subject>) -> Option<Cue> {
        let reader = self.reader;
        let floor = self.segment.start;
        let place = reader.before_auxiliaries(at, floor);
        if place == floor {
            return Some(Cue { at, verb, subject: None, is_gerund: true, cut: None });
        }
        let before = place - 1;
        match reader.class(before) {
            Class::Comma | Class::But | Class::Dash => {}
            Class::And if subject_before.is_some() => {}
            _ => return self.with_own_subject(at, verb),
        }
        let subject = subject_before.or_else(|| self.opening_subject(before));
        Some(Cue { at, verb, subject, is_gerund: true, cut: Some(self.before_comma(before)) })
    }

    /// `with the mayor saying`, `a poll showing`: a gerund right after its subject.
    fn with_own_subject(&self, at: usize, verb: CueVerb) -> Option<Cue> {
        let reader = self.reader;
        let subject = reader.subject_before(at, self.segment.start)?;
        let start = subject.words.start;
        let is_with = start > self.segment.start && reader.is_any(start - 1, &["with"]);
        let is_document = verb.takes(Frame::Document) && self.is_document(&subject.words);
        (is_with || is_document).then_some(Cue {
            at,
            verb,
            subject: Some(subject),
            is_gerund: true,
            cut: Some(at),
        })
    }

    /// The noun phrase that opens the sentence, after an adverbial phrase with a comma.
    fn opening_subject(&self, limit: usize) -> Option<Subject> {
        let reader = self.reader;
        let mut at = self.segment.start;
        let limit = limit.min(at + OPENING_TOKENS_MAX);
        if matches!(reader.class(at), Class::Preposition | Class::Subordinate | Class::Adverb | Class::Time)
        {
            let comma = (at..limit).find(|place| reader.class(*place) == Class::Comma);
            at = match comma {
                Some(comma) => comma + 1,
                // `Then the manager made an offer: “…”`
                None if reader.class(at) == Class::Adverb => at + 1,
                None => return None,
            };
        }
        while at < limit && matches!(reader.class(at), Class::And | Class::But | Class::Adverb) {
            at += 1;
        }
        reader.phrase_after(at, limit).map(Subject::from)
    }

    fn speech(&self, cue: &Cue, cues: &[Cue], index: usize, next_cut: Option<usize>) -> Option<Speech> {
        if self.follows_quotation(cue)
            && let Some(speech) = self.after_content(cue, next_cut)
        {
            return Some(speech);
        }
        if cue.subject.is_none() {
            return if cue.is_gerund { None } else { self.after_content(cue, next_cut) };
        }
        let is_document = cue.subject.as_ref().is_some_and(|subject| self.is_document(&subject.words));
        let governor = Governor { at: cue.at, verb: cue.verb, limit: self.limit(), is_document };
        match self.reader.complement(&governor) {
            Some(complement) if self.goes_with(cue, &complement) => {
                if complement.rule == "clause" && self.follows_clause(cue, complement.start) {
                    return self.after_content(cue, next_cut);
                }
                self.with_complement(cue, cues, index, complement, next_cut)
            }
            Some(_) => None,
            None => self.after_content(cue, next_cut),
        }
    }

    /// Whether what follows can be the complement of a verb whose form may be a noun as well.
    fn goes_with(&self, cue: &Cue, complement: &Complement) -> bool {
        if self.reader.class(complement.start).is_finite() && complement.rule != "quotation" {
            return false;
        }
        !cue.is_ambiguous()
            || self.has_plain_subject(cue)
            || complement.rule == "that_clause"
            || matches!(
                self.reader.class(complement.start),
                Class::Determiner | Class::Quantifier | Class::Pronoun | Class::Contraction
            )
    }

    /// Whether the subject is a pronoun or ends in a name, so that no noun can follow it.
    fn has_plain_subject(&self, cue: &Cue) -> bool {
        cue.subject.as_ref().is_some_and(|subject| {
            matches!(self.reader.class(subject.words.end - 1), Class::Pronoun | Class::Name)
                || subject.relative.is_some()
                || self.reader.class(cue.at - 1) == Class::Comma
        })
    }

    /// `“…,” she said`.
    fn follows_quotation(&self, cue: &Cue) -> bool {
        let clause = cue.clause();
        let comma =
            usize::from(clause > self.segment.start && self.reader.class(clause - 1) == Class::Comma);
        clause > self.segment.start + comma && self.reader.class(clause - 1 - comma) == Class::Close
    }

    /// `…, she said in Rome on Monday.`: a clause stands before, and no clause can follow.
    fn follows_clause(&self, cue: &Cue, next: usize) -> bool {
        let clause = cue.clause();
        let is_adjunct =
            matches!(self.reader.class(next), Class::Preposition | Class::Subordinate | Class::Time);
        is_adjunct
            && cue.verb.takes(Frame::Speech)
            && clause > self.segment.start
            && self.reader.class(clause - 1) == Class::Comma
            && self.content_before(clause, false, false).is_some()
    }

    /// Where the sentence ends, its last mark left out.
    fn limit(&self) -> usize {
        let end = self.segment.end;
        let is_marked = end > self.segment.start && self.reader.class(end - 1) == Class::Stop;
        end - usize::from(is_marked)
    }

    fn with_complement(
        &self,
        cue: &Cue,
        cues: &[Cue],
        index: usize,
        complement: Complement,
        next_cut: Option<usize>,
    ) -> Option<Speech> {
        let speaker = cue.subject.clone()?;
        let mut end = next_cut.filter(|cut| *cut > complement.start).unwrap_or(self.limit());
        // The gerund that opens the sentence ends where the main clause starts.
        if cue.is_gerund && cue.cut.is_none() {
            let main = cues.get(index + 1)?.clause();
            if main > complement.start {
                end = self.before_comma(main);
            }
        }
        if matches!(complement.rule, "noun_phrase" | "particle" | "to_infinitive" | "object_to") {
            let is_phrase = matches!(complement.rule, "noun_phrase" | "particle");
            end = self.noun_phrase_end(complement.start, end, is_phrase);
        }
        let content = self.content(complement.start, end)?;
        Some(Speech {
            content: vec![content],
            cue: Some(cue.at..complement.cue_end),
            speaker: Some(speaker),
            addressee: complement.addressee,
            is_inferred: false,
            rule: complement.rule,
        })
    }

    /// Where the noun phrase that starts at `start` ends: before a day, a clause that hangs on, an apposition.
    fn noun_phrase_end(&self, start: usize, end: usize, is_phrase: bool) -> usize {
        let reader = self.reader;
        let ends = |at: usize| match reader.class(at) {
            Class::Time => is_phrase,
            Class::Subordinate => {
                !reader.is_any(at, &["than"]) && reader.class(at + 1) != Class::Quantifier
            }
            Class::But => true,
            Class::Comma => reader.class(at + 1) != Class::Plain || reader.word(at + 1).ends_with("ing"),
            Class::And => reader.class(at + 1).is_auxiliary() || reader.class(at + 1) == Class::Verb,
            _ => false,
        };
        (start + 1..end).find(|at| !reader.is_quoted(*at) && ends(*at)).unwrap_or(end)
    }

    /// The tokens from `start` to `end`, without marks at the ends, and with all of a quotation it starts or ends in.
    fn content(&self, start: usize, end: usize) -> Option<Range<usize>> {
        let reader = self.reader;
        let mut end = end.max(start).min(start + CONTENT_TOKENS_MAX);
        if let Some(quotation) = reader.quotation(start)
            && quotation.end >= end
        {
            return Some(quotation.range());
        }
        let mut start = reader.quotation(start).map_or(start, |quotation| quotation.open);
        // A mark that was forgotten to be closed is none of it.
        while start < end && !reader.is_quoted(start) && reader.is_any(start, &["“", "\"", "‘", "«"]) {
            start += 1;
        }
        while end > start
            && !reader.is_quoted(end - 1)
            && matches!(
                reader.class(end - 1),
                Class::Comma | Class::Stop | Class::Colon | Class::Dash | Class::And | Class::But
            )
        {
            end -= 1;
        }
        if let Some(quotation) = end.checked_sub(1).and_then(|last| reader.quotation(last)) {
            end = end.max(quotation.end);
        }
        (end > start && reader.words_in(start..end.min(start + CONTENT_TOKENS_MAX)) > 0)
            .then_some(start..end)
    }

    /// `…, she said.`, `…, said Duarte.`, `…, she said, …`.
    fn after_content(&self, cue: &Cue, next_cut: Option<usize>) -> Option<Speech> {
        let is_noun = cue.is_ambiguous() && !self.has_plain_subject(cue);
        if !cue.verb.takes(Frame::Speech) || cue.is_gerund || is_noun {
            return None;
        }
        let (speaker, cue_end) = match &cue.subject {
            Some(subject) => (subject.clone(), cue.at + 1),
            None => {
                let words = self.reader.phrase_after(cue.at + 1, self.limit())?;
                let end = words.end;
                (Subject::from(words), end)
            }
        };
        let rest = self.content_after(cue_end, next_cut);
        let is_quoted = |content: &Range<usize>| self.reader.is_quoted(content.start);
        let is_first_quoted = self.follows_quotation(cue);
        // After a quotation only a quotation is believed to go on with it; `said X, a lawyer` says who X is.
        let rest = rest.filter(|rest| is_quoted(rest) || !is_first_quoted && cue.subject.is_some());
        let is_inserted = rest.as_ref().is_some_and(|rest| rest.start <= cue_end + 1);
        // `She spoke by telephone.` introduces nothing.
        let takes_clause = cue.verb.takes(Frame::Clause) || cue.verb.takes(Frame::ThatClause);
        let is_alone = takes_clause || !cue.verb.has_ties();
        let mut content = vec![self.content_before(cue.clause(), is_inserted, is_alone)?];
        content.extend(rest);
        Some(Speech {
            content,
            cue: Some(cue.at..cue.at + 1),
            speaker: Some(speaker),
            addressee: None,
            is_inferred: false,
            rule: "after_content",
        })
    }

    /// What was said before the cue's clause, which starts at `clause`; it may be short where the speech goes on.
    fn content_before(&self, clause: usize, is_inserted: bool, is_alone: bool) -> Option<Range<usize>> {
        let reader = self.reader;
        let floor = self.segment.start;
        if clause == floor {
            // `“…” Duarte said.`: the quotation is a sentence of its own.
            let previous = floor.checked_sub(1).filter(|_| is_alone)?;
            let quotation =
                reader.quotation(previous).filter(|_| reader.class(previous) == Class::Close)?;
            return Some(quotation.range());
        }
        let joint = clause - 1;
        match reader.class(joint) {
            Class::Comma | Class::Dash | Class::Close => {}
            _ => return None,
        }
        let content = self.content(floor, joint + 1)?;
        if is_inserted || reader.is_quoted(content.start) || reader.class(joint) == Class::Close {
            return Some(content);
        }
        let words = reader.words_in(content.clone());
        let opens_adjunct =
            matches!(reader.class(floor), Class::Preposition | Class::Subordinate) && words < 8;
        (words > 2 && !opens_adjunct).then_some(content)
    }

    /// What is said on after the cue's clause: `…, he said, “…”`.
    fn content_after(&self, from: usize, next_cut: Option<usize>) -> Option<Range<usize>> {
        let reader = self.reader;
        let mut at = from;
        let limit = self.limit();
        let near = limit.min(from + INSERTED_TOKENS_MAX);
        while at < near
            && !matches!(reader.class(at), Class::Comma | Class::Open | Class::Colon | Class::Dash)
        {
            at += 1;
        }
        if at >= near {
            return None;
        }
        if reader.class(at) != Class::Open {
            at += 1;
        }
        let is_content = match reader.class(at) {
            Class::Open => true,
            Class::Cue(verb) => verb.kind != VerbKind::Continuous,
            Class::Relative => false,
            Class::Plain if reader.word(at).ends_with("ing") => false,
            _ => at == from + 1,
        };
        let end = next_cut.filter(|cut| *cut > at).unwrap_or(limit);
        is_content.then(|| self.content(at, end)).flatten()
    }

    fn is_document(&self, subject: &Range<usize>) -> bool {
        const DOCUMENTS: [&str; 44] = [
            "poll",
            "polls",
            "survey",
            "surveys",
            "study",
            "studies",
            "report",
            "reports",
            "data",
            "figures",
            "records",
            "documents",
            "document",
            "research",
            "results",
            "result",
            "analysis",
            "numbers",
            "statistics",
            "emails",
            "email",
            "letter",
            "memo",
            "filing",
            "filings",
            "statement",
            "researchers",
            "scientists",
            "investigators",
            "investigation",
            "inquiry",
            "review",
            "audit",
            "findings",
            "polling",
            "evidence",
            "census",
            "article",
            "story",
            "reports",
            "video",
            "judge",
            "court",
            "commission",
        ];
        subject.clone().any(|at| self.reader.is_any(at, &DOCUMENTS))
    }

    /// A quotation after a colon that no verb introduced: `Duarte had a question: “…”`.
    fn colons(&self, first: usize, speeches: &mut Vec<Speech>) {
        let reader = self.reader;
        for at in self.segment.clone() {
            if reader.class(at) != Class::Colon
                || reader.class(at + 1) != Class::Open
                || reader.is_quoted(at)
            {
                continue;
            }
            let Some(quotation) = reader.quotation(at + 1) else { continue };
            let holds = |content: &Range<usize>| content.start <= at + 1 && content.end >= quotation.end;
            if speeches[first..].iter().any(|speech| speech.content.iter().any(holds)) {
                continue;
            }
            let Some(speaker) = self.opening_subject(at) else { continue };
            speeches.push(Speech {
                content: vec![quotation.range()],
                cue: Some(at..at + 1),
                speaker: Some(speaker),
                addressee: None,
                is_inferred: false,
                rule: "colon",
            });
        }
    }

    /// `According to the mayor, …`, `…, according to the mayor`.
    fn according_to(&self, speeches: &mut Vec<Speech>) {
        let reader = self.reader;
        for at in self.segment.clone() {
            let is_cue = reader.is_any(at, &["according"])
                && reader.class(at + 1) == Class::To
                && !reader.is_quoted(at);
            if !is_cue {
                continue;
            }
            if let Some(speech) = self.accorded(at) {
                speeches.push(speech);
            }
        }
    }

    fn comma_after(&self, at: usize) -> Option<usize> {
        (at..self.limit()).take(40).find(|place| self.reader.class(*place) == Class::Comma)
    }

    /// The comma that ends an apposition which starts after the comma at `comma`: `the operator, Dniprolinia, …`.
    fn apposition(&self, comma: usize) -> Option<usize> {
        let reader = self.reader;
        let next = self.comma_after(comma + 1)?;
        let is_name =
            reader.class(comma + 1) == Class::Name || reader.is_any(comma + 1, &["a", "an", "the"]);
        let mut words = comma + 1..next;
        let is_phrase = words.all(|at| {
            !reader.class(at).is_finite() && reader.class(at) != Class::Plain
                || !reader.word(at).ends_with("ed")
        });
        let goes_on = matches!(
            reader.class(next + 1),
            Class::Name | Class::Determiner | Class::Quantifier | Class::Pronoun
        );
        (is_name && is_phrase && goes_on && next - comma <= 10).then_some(next)
    }

    fn accorded(&self, at: usize) -> Option<Speech> {
        let reader = self.reader;
        let mut speaker = reader.phrase_after(at + 2, self.limit())?;
        let is_first = !(self.segment.start..at).any(|place| reader.is_word(place));
        let content = if is_first {
            let comma = self.comma_after(speaker.end)?;
            let comma = match self.apposition(comma) {
                Some(next) => {
                    speaker.end = next;
                    next
                }
                None => comma,
            };
            self.content(comma + 1, self.limit())?
        } else {
            self.content(self.segment.start, at)?
        };
        Some(Speech {
            content: vec![content],
            cue: Some(at..at + 2),
            speaker: Some(Subject::from(speaker)),
            addressee: None,
            is_inferred: false,
            rule: "according_to",
        })
    }
}

/// How far into a sentence its opening subject is looked for.
const OPENING_TOKENS_MAX: usize = 40;
/// How far after a cue its clause may reach before the speech goes on.
const INSERTED_TOKENS_MAX: usize = 30;
