//! Links pronouns and titles that stand alone to the person they mean.
//! Evidence: the persons of the sentences before, subjects first; gender from titles, first names and pronouns
//! already linked; the titles a person bears and the countries beside them.
//! Example: `Foreign Minister Ana Duarte … She … the foreign minister` → two more mentions of Duarte.
//! Misses: pronouns in direct speech; pronouns before their noun; `they`; whoever only sense can tell.

mod bearers;

use super::offices::Holder;
use super::segments::Segment;
use super::titles::{TitleRun, is};
use crate::lexicon::first_names::{Gender, Told};
use crate::model::{Entity, EntityKind, Mention, MentionForm, Span};
use crate::text::{Token, TokenKind};
use bearers::Bearers;
use std::collections::VecDeque;

/// How many mentions back and how many sentences back a pronoun looks.
const MENTIONS_BACK_MAX: usize = 12;
const SENTENCES_BACK_MAX: usize = 3;

/// What every step reads.
#[derive(Clone, Copy)]
struct Page<'a> {
    text: &'a str,
    tokens: &'a [Token],
    titles: &'a [TitleRun],
    holders: &'a [Holder],
    headline: Option<Span>,
}

/// A person met while reading.
#[derive(Clone, Copy, Debug)]
struct Met {
    entity: usize,
    sentence: usize,
    is_subject: bool,
    form: MentionForm,
    token: usize,
}

/// What has been read so far.
struct Reader {
    genders: Vec<Option<Told>>,
    /// The latest mentions, oldest first.
    met: VecDeque<Met>,
    /// The mark that opened the direct speech we are in.
    quoted: Option<char>,
    sentence: usize,
    /// Whether this sentence has its subject.
    has_subject: bool,
    found: Vec<(usize, Mention)>,
}

/// Adds the mentions to `entities`, each list of mentions in text order.
#[inline(never)] // benches/linear.sh counts it by name
pub(super) fn link(
    text: &str,
    tokens: &[Token],
    segments: &[Segment],
    titles: &[TitleRun],
    holders: &[Holder],
    headline: Option<Span>,
    entities: &mut [Entity],
) {
    let page = Page { text, tokens, titles, holders, headline };
    let mut bearers = bearers::read(page, entities);
    let mut mentions = mentions(entities);
    mentions.reverse();
    let mut reader = Reader {
        genders: bearers.genders.clone(),
        met: VecDeque::new(),
        quoted: None,
        sentence: 0,
        has_subject: false,
        found: Vec::new(),
    };
    for segment in segments {
        reader.read(page, segment, &mut mentions, &mut bearers);
    }
    let named = named(entities);
    let is_free = |span: Span| {
        let at = named.partition_point(|name| name.end <= span.start);
        named.get(at).is_none_or(|name| !name.overlaps(span))
    };
    for (owner, mention) in reader.found.into_iter().filter(|(_, mention)| is_free(mention.span)) {
        entities[owner].mentions.push(mention);
    }
    for entity in entities {
        entity.mentions.sort_by_key(|mention| mention.span);
    }
}

/// Where names stand, in text order: a word in one (`She Magazine`) stands for nobody else.
fn named(entities: &[Entity]) -> Vec<Span> {
    let mut spans: Vec<Span> =
        entities.iter().flat_map(|entity| &entity.mentions).map(|mention| mention.span).collect();
    spans.sort_unstable();
    spans
}

/// Every mention of a person by name, in text order.
fn mentions(entities: &[Entity]) -> Vec<(Span, usize, MentionForm)> {
    let people = entities.iter().enumerate().filter(|(_, entity)| entity.kind == EntityKind::Person);
    let mut all: Vec<_> = people
        .flat_map(|(at, entity)| {
            entity.mentions.iter().map(move |mention| (mention.span, at, mention.form))
        })
        .collect();
    all.sort_by_key(|(span, ..)| *span);
    all
}

impl Reader {
    /// Reads one sentence. `mentions` are those still to come, the next one last.
    fn read(
        &mut self,
        page: Page,
        segment: &Segment,
        mentions: &mut Vec<(Span, usize, MentionForm)>,
        bearers: &mut Bearers,
    ) {
        self.sentence += 1;
        self.has_subject = false;
        if starts_paragraph(page, segment.start) {
            self.quoted = None;
        }
        let mut run = page.titles.partition_point(|run| run.tokens.start < segment.start);
        for at in segment.clone() {
            let token = page.tokens[at];
            while mentions.last().is_some_and(|(span, ..)| span.start < token.span.end) {
                let Some((_, entity, form)) = mentions.pop() else { break };
                self.meet(entity, form, at);
                bearers.seen(entity, at);
            }
            if page.titles.get(run).is_some_and(|run| run.tokens.start == at) {
                self.title(page, segment, run, bearers);
                run += 1;
            }
            match token.kind {
                TokenKind::Word if self.quoted.is_none() => self.pronoun(page, segment, at, mentions),
                TokenKind::Mark => self.quote(page, at),
                _ => {}
            }
        }
    }

    fn meet(&mut self, entity: usize, form: MentionForm, token: usize) {
        let is_subject = !self.has_subject;
        self.has_subject = true;
        if self.met.len() == MENTIONS_BACK_MAX {
            self.met.pop_front();
        }
        self.met.push_back(Met { entity, sentence: self.sentence, is_subject, form, token });
    }

    /// Keeps count of direct speech.
    fn quote(&mut self, page: Page, at: usize) {
        let mark = page.tokens[at].span.of(page.text).chars().next();
        match (self.quoted, mark) {
            (None, Some('“' | '«' | '‘' | '"'))
            | (Some('“'), Some('”'))
            | (Some('«'), Some('»'))
            | (Some('"'), Some('"')) => self.quoted = mark.filter(|_| self.quoted.is_none()),
            (Some('‘'), Some('’')) if !is_apostrophe(page, at) => self.quoted = None,
            _ => {}
        }
    }

    fn title(&mut self, page: Page, segment: &Segment, run: usize, bearers: &Bearers) {
        let title = &page.titles[run];
        let Some(entity) = bearers.meant(page, segment, run) else { return };
        let mention =
            Mention { span: title.span, form: MentionForm::Title, confidence: None, by: "title_alone" };
        self.found.push((entity, mention));
        self.meet(entity, MentionForm::Title, title.tokens.start);
    }

    fn pronoun(&mut self, page: Page, segment: &Segment, at: usize, coming: &[(Span, usize, MentionForm)]) {
        let word = page.tokens[at].span.of(page.text);
        let Some((gender, case)) = pronoun(word) else { return };
        let case = if case == Case::Either { her(page, segment, at) } else { case };
        let Some(entity) =
            self.ahead(page, segment, at, gender, coming).or_else(|| self.antecedent(gender, case, at))
        else {
            return;
        };
        self.genders[entity] = Some(Told { gender, is_sure: true });
        let mention = Mention {
            span: page.tokens[at].span,
            form: MentionForm::Pronoun,
            confidence: None,
            by: "pronoun",
        };
        self.found.push((entity, mention));
        self.meet(entity, MentionForm::Pronoun, at);
    }

    /// `For his part, Duarte` and `He is Duarte`: the pronouns that may look ahead.
    fn ahead(
        &self,
        page: Page,
        segment: &Segment,
        at: usize,
        gender: Gender,
        coming: &[(Span, usize, MentionForm)],
    ) -> Option<usize> {
        let (span, entity, _) = coming.last()?;
        let opens = at == segment.start + 1 && is(page.text, page.tokens, at + 1, "part");
        let is_equal = (is(page.text, page.tokens, at + 1, "is")
            || is(page.text, page.tokens, at + 1, "was"))
            && page.tokens.get(at + 2).is_some_and(|token| token.span.start == span.start);
        let is_here = span.start < page.tokens[segment.end - 1].span.end;
        (is_here && (is_equal || opens && self.can_be(*entity, gender))).then_some(*entity)
    }

    /// The best of the persons met lately.
    fn antecedent(&self, gender: Gender, case: Case, at: usize) -> Option<usize> {
        let near = self.met.iter().filter(|met| met.sentence + SENTENCES_BACK_MAX >= self.sentence);
        // A doubtful first name yields to a pronoun in the same sentence.
        let fitting = near.filter(|met| {
            self.can_be(met.entity, gender)
                || met.sentence == self.sentence
                    && self.genders[met.entity].is_some_and(|told| !told.is_sure)
        });
        fitting.max_by_key(|met| (self.fitness(met, gender, case, at), met.token)).map(|met| met.entity)
    }

    fn can_be(&self, entity: usize, gender: Gender) -> bool {
        self.genders[entity].is_none_or(|told| told.gender == gender)
    }

    fn fitness(&self, met: &Met, gender: Gender, case: Case, at: usize) -> i32 {
        let back = i32::try_from(self.sentence - met.sentence).unwrap_or(i32::MAX / 8);
        let mut fitness = -3 * back;
        fitness += match self.genders[met.entity] {
            Some(told) if told.gender == gender => 1,
            Some(_) => -3,
            None => 0,
        };
        fitness += if met.is_subject && case != Case::Reflexive { 3 } else { 0 };
        fitness += i32::from(met.form == MentionForm::Pronoun);
        if back == 0 {
            fitness += match case {
                // `She told him`: an object is not its own subject, unless a clause lies between.
                Case::Object if met.is_subject && at - met.token < 6 => -6,
                Case::Reflexive => 4,
                _ => 1,
            };
        }
        fitness
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Case {
    Subject,
    Object,
    Possessive,
    Reflexive,
    /// `her`
    Either,
}

fn pronoun(word: &str) -> Option<(Gender, Case)> {
    let mut lower = [0; 7];
    let lower = lower.get_mut(..word.len())?;
    lower.copy_from_slice(word.as_bytes());
    lower.make_ascii_lowercase();
    Some(match &*lower {
        b"he" => (Gender::Male, Case::Subject),
        b"him" => (Gender::Male, Case::Object),
        b"his" => (Gender::Male, Case::Possessive),
        b"himself" => (Gender::Male, Case::Reflexive),
        b"she" => (Gender::Female, Case::Subject),
        b"her" => (Gender::Female, Case::Either),
        b"hers" => (Gender::Female, Case::Possessive),
        b"herself" => (Gender::Female, Case::Reflexive),
        _ => return None,
    })
}

/// Whether a closing mark is one: `parties’ leaders`.
fn is_apostrophe(page: Page, at: usize) -> bool {
    let before = at.checked_sub(1).map(|before| page.tokens[before]);
    let is_plural = before.is_some_and(|token| token.span.of(page.text).ends_with('s'));
    let next = page.text[page.tokens[at].span.end as usize..].chars().next();
    is_plural && next == Some(' ')
}

/// `her` with a word right after it that is no link is a possessive.
fn her(page: Page, segment: &Segment, at: usize) -> Case {
    const LINKS: &[&str] = &[
        "a", "about", "after", "and", "as", "at", "before", "by", "for", "from", "in", "of", "on", "that",
        "the", "to", "was", "when", "with",
    ];
    let next = page.tokens.get(at + 1).filter(|_| at + 1 < segment.end);
    let is_word = next.is_some_and(|token| {
        token.kind == TokenKind::Word && LINKS.binary_search(&token.span.of(page.text)).is_err()
    });
    if is_word { Case::Possessive } else { Case::Object }
}

fn starts_paragraph(page: Page, token: usize) -> bool {
    let before = token.checked_sub(1).map_or(0, |before| page.tokens[before].span.end);
    page.text[before as usize..page.tokens[token].span.start as usize]
        .bytes()
        .filter(|byte| *byte == b'\n')
        .count()
        > 1
}
