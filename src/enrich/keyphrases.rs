//! Finds the phrases that tell this article from others.
//! Evidence: runs of words with content, none of them verb or adverb, and the names; by how rare their words are in the
//! news, how often they come, how early, and whether the headline has them.
//! Example: `harbour bridge` in an article on its closing.
//! Misses: what the article is about and does not say; phrases around a preposition that are no names
//! (`right of way`).

pub(super) mod terms;

use crate::lexicon::table::joined;
use crate::model::{Enriched, EntityKind, Keyphrase, MentionForm, Span, limits};
use crate::text::{Token, TokenKind};
use terms::{Term, term};

/// Most words of a phrase that is no name.
const PHRASE_WORDS_MAX: usize = 4;
/// A phrase must have so much of the best one's score.
const SCORE_SHARE_MIN: f32 = 0.25;
/// One phrase for so many words with content; a short article has few.
const WORDS_PER_PHRASE: usize = 12;

/// The phrases, highest score first.
#[inline(never)] // benches/linear.sh counts it by name
pub(super) fn find(text: &str, tokens: &[Token], known: &Enriched) -> Vec<Keyphrase> {
    let slots = slots(text, tokens, known);
    let scorer = Scorer::new(&slots, known.headline.map(|headline| headline.span));
    let mut candidates = names(&scorer, known);
    let taken = taken(known);
    phrases(&scorer, &taken, &mut candidates);
    let span = |candidate: &Candidate| {
        candidate.span.unwrap_or(Span {
            start: slots[candidate.first].span.start,
            end: slots[candidate.first + candidate.count - 1].span.end,
        })
    };
    candidates.sort_by(|a, b| {
        b.score.total_cmp(&a.score).then(a.first.cmp(&b.first)).then(b.count.cmp(&a.count))
    });
    let most = (slots.len() / WORDS_PER_PHRASE).clamp(3, limits::KEYPHRASES_MAX);
    let best = candidates.first().map_or(0.0, |candidate| candidate.score);
    let chosen = distinct(&slots, &candidates, most);
    let worthy = chosen.iter().filter(|chosen| best > 0.0 && chosen.score >= best * SCORE_SHARE_MIN);
    worthy.map(|chosen| Keyphrase { span: span(chosen), score: chosen.score / best }).collect()
}

/// A word with content, where it stands.
struct Slot {
    span: Span,
    term: Term,
    /// Which headline, heading or sentence it stands in.
    region: usize,
    /// Whether it follows the slot before it without a break.
    is_joined: bool,
}

/// A phrase in slots.
#[derive(Clone, Copy)]
struct Candidate {
    first: usize,
    count: usize,
    /// Where it stands, when that is more than its slots.
    span: Option<Span>,
    score: f32,
}

/// The words with content of headline, deck and sentences.
fn slots(text: &str, tokens: &[Token], known: &Enriched) -> Vec<Slot> {
    let headline = known.headline.map(|headline| headline.span);
    let headings = known.sections.iter().filter_map(|section| section.heading);
    let mut regions: Vec<Span> = headline.into_iter().chain(known.deck).chain(headings).collect();
    regions.extend(&known.sentences);
    regions.sort_unstable();
    let (mut slots, mut at) = (Vec::with_capacity(tokens.len() / 2), 0);
    for (region, span) in regions.iter().enumerate() {
        at += tokens[at..].partition_point(|token| token.span.start < span.start);
        let end = at + tokens[at..].partition_point(|token| token.span.start < span.end);
        of_region(text, &tokens[at..end], region, &mut slots);
        at = end;
    }
    slots
}

fn of_region(text: &str, tokens: &[Token], region: usize, slots: &mut Vec<Slot>) {
    let mut is_joined = false;
    for (at, token) in tokens.iter().enumerate() {
        match term(text, token) {
            Some(term) => {
                slots.push(Slot { span: token.span, term, region, is_joined: is_joined && !term.is_break });
                is_joined = !term.is_break;
            }
            None => is_joined &= is_inner_hyphen(text, tokens, at),
        }
    }
}

/// A hyphen that ties two words.
fn is_inner_hyphen(text: &str, tokens: &[Token], at: usize) -> bool {
    let token = &tokens[at];
    let touches = |one: &Token, two: &Token| one.span.end == two.span.start;
    token.kind == TokenKind::Mark
        && matches!(token.span.of(text), "-" | "‑")
        && at > 0
        && touches(&tokens[at - 1], token)
        && tokens.get(at + 1).is_some_and(|next| touches(token, next))
}

/// What a phrase's score is made of.
struct Scorer<'a> {
    slots: &'a [Slot],
    /// Weight by rarity and by number in this article, of each slot.
    weights: Vec<f32>,
    /// Stems of the headline, sorted.
    headline: Vec<u64>,
}

impl<'a> Scorer<'a> {
    fn new(slots: &'a [Slot], headline: Option<Span>) -> Self {
        let mut stems: Vec<u64> = slots.iter().map(|slot| slot.term.stem).collect();
        stems.sort_unstable();
        let uses = |stem: u64| {
            stems.partition_point(|other| *other <= stem) - stems.partition_point(|other| *other < stem)
        };
        let weight = |slot: &Slot| slot.term.weight * (1.0 + (uses(slot.term.stem) as f32).ln());
        let weights = slots.iter().map(weight).collect();
        let in_headline = |slot: &&Slot| headline.is_some_and(|headline| headline.contains(slot.span));
        let mut headline: Vec<u64> = slots.iter().filter(in_headline).map(|slot| slot.term.stem).collect();
        headline.sort_unstable();
        Self { slots, weights, headline }
    }

    /// The score of a run of slots that comes `uses` times, first at `first`.
    fn score(&self, first: usize, count: usize, uses: usize) -> f32 {
        let range = first..first + count;
        let sum: f32 = self.weights[range.clone()].iter().sum();
        // Longer phrases say more, but not in proportion.
        let weight = sum / (count as f32).powf(0.6);
        let early = 0.6 + 0.8 / (1.0 + 0.15 * self.slots[first].region as f32);
        let said =
            self.slots[range].iter().filter(|slot| self.headline.binary_search(&slot.term.stem).is_ok());
        let headline = 1.0 + 0.4 * said.count() as f32 / count as f32;
        weight * (1.0 + 0.5 * (uses as f32).ln()) * early * headline
    }

    /// The slots inside a span.
    fn inside(&self, span: Span) -> (usize, usize) {
        let first = self.slots.partition_point(|slot| slot.span.start < span.start);
        let rest = &self.slots[first..];
        (first, rest.partition_point(|slot| slot.span.end <= span.end))
    }
}

/// The named: each by its fullest mention, with all its mentions counted.
fn names(scorer: &Scorer, known: &Enriched) -> Vec<Candidate> {
    let entities = known.entities.iter().filter(|entity| entity.kind != EntityKind::Group);
    let named = entities.filter_map(|entity| {
        let is_named =
            |form| matches!(form, MentionForm::Name | MentionForm::Acronym | MentionForm::Surname);
        let mentions = entity.mentions.iter().filter(|mention| is_named(mention.form));
        let fullest = mentions
            .clone()
            .max_by_key(|mention| (mention.span.len(), std::cmp::Reverse(mention.span.start)))?;
        let (first, count) = scorer.inside(fullest.span);
        let uses = mentions.count();
        // A name told once and late is a detail; the countries of the world are in every article.
        let favour =
            if matches!(entity.kind, EntityKind::Organisation | EntityKind::Event) { 1.1 } else { 0.9 };
        let is_people = count == 1 && scorer.slots[first].term.is_demonym;
        (count > 0 && !is_people).then(|| Candidate {
            first,
            count,
            span: Some(fullest.span),
            score: scorer.score(first, count, uses) * favour,
        })
    });
    named.collect()
}

/// Where names stand, sorted, and whether they may be part of a longer phrase.
fn taken(known: &Enriched) -> Vec<(Span, bool)> {
    let mut spans: Vec<(Span, bool)> = Vec::new();
    for entity in &known.entities {
        let may_be_part = matches!(entity.kind, EntityKind::Place | EntityKind::Group);
        let named = entity
            .mentions
            .iter()
            .filter(|mention| !matches!(mention.form, MentionForm::Pronoun | MentionForm::Title));
        spans.extend(named.map(|mention| (mention.span, may_be_part)));
    }
    spans.sort_unstable();
    spans
}

/// One place where a run of words stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    key: u64,
    first: usize,
    count: usize,
}

/// Runs of words that are no names.
fn phrases(scorer: &Scorer, taken: &[(Span, bool)], candidates: &mut Vec<Candidate>) {
    let mut places = places(scorer.slots);
    places.sort_unstable();
    // How often the run at a slot comes, by its length.
    let mut uses = vec![[0_usize; PHRASE_WORDS_MAX]; scorer.slots.len()];
    let groups = || places.chunk_by(|one, two| one.key == two.key && one.count == two.count);
    for group in groups() {
        for place in group {
            uses[place.first][place.count - 1] = group.len();
        }
    }
    for group in groups() {
        let Place { first, count, .. } = group[0];
        if !is_subsumed(&uses, first, count) && is_phrase(scorer, taken, first, count, group.len()) {
            let lone = if count == 1 { 0.65 } else { 1.0 };
            let score = scorer.score(first, count, group.len()) * lone;
            candidates.push(Candidate { first, count, span: None, score });
        }
    }
}

fn places(slots: &[Slot]) -> Vec<Place> {
    let mut places = Vec::with_capacity(slots.len() * 2);
    for first in 0..slots.len() {
        let mut key = 0;
        for (at, slot) in slots[first..].iter().take(PHRASE_WORDS_MAX).enumerate() {
            if slot.term.is_break || at > 0 && !slot.is_joined {
                break;
            }
            key = joined(key, slot.term.stem);
            places.push(Place { key, first, count: at + 1 });
        }
    }
    places
}

/// Whether a longer run comes as often, and so says all that this one says.
fn is_subsumed(uses: &[[usize; PHRASE_WORDS_MAX]], first: usize, count: usize) -> bool {
    let Some(own) = uses[first].get(count - 1) else { return false };
    let longer = |first: usize| uses[first].get(count).is_some_and(|longer| longer == own);
    longer(first) || first > 0 && longer(first - 1)
}

fn is_phrase(scorer: &Scorer, taken: &[(Span, bool)], first: usize, count: usize, uses: usize) -> bool {
    let slots = &scorer.slots[first..first + count];
    let span = Span { start: slots[0].span.start, end: slots[count - 1].span.end };
    if slots[count - 1].term.is_modifier || count == 1 && (uses < 2 || slots[0].term.is_demonym) {
        return false;
    }
    // A name is a phrase of its own, and a title adds nothing; but `Carver Creek reservoir` is more than a place.
    let near = taken.partition_point(|(name, _)| name.end <= span.start);
    let mut names = taken[near..].iter().take_while(|(name, _)| name.start < span.end);
    names.all(|(name, may_be_part)| *may_be_part && span.contains(*name) && span != *name)
}

/// The best ones of which none says what another says.
fn distinct(slots: &[Slot], candidates: &[Candidate], most: usize) -> Vec<Candidate> {
    let mut chosen: Vec<Candidate> = Vec::new();
    for candidate in candidates {
        if chosen.len() == most {
            break;
        }
        if !chosen.iter().any(|other| says_alike(slots, candidate, other)) {
            chosen.push(*candidate);
        }
    }
    chosen
}

/// Whether the stems of one are all among those of the other.
fn says_alike(slots: &[Slot], one: &Candidate, other: &Candidate) -> bool {
    let (few, many) = if one.count <= other.count { (one, other) } else { (other, one) };
    let many = &slots[many.first..many.first + many.count];
    let mut few = slots[few.first..few.first + few.count].iter();
    few.all(|slot| many.iter().any(|other| other.term.stem == slot.term.stem))
}
