//! Says what the article is about, in IPTC Media Topics.
//! Evidence: a linear model over words for the branches that have text to learn from; terms of single topics, weighed by
//! where and how often they stand, for all branches and for what is below their tops.
//! Example: `The striker scored twice in the cup final` → sport, football; the words that say so as spans.
//! Misses: topics that no term of theirs names (irony, fiction); two stories of one branch in one article compete.

use crate::lexicon::media_topics;
use crate::lexicon::topic_model::{self, CLASSES_MAX, TERM_WORDS_MAX, Term, Word};
use crate::model::{Headline, Span, Topic, limits};
use crate::text::Token;
use std::collections::BTreeMap;

/// What an article is about is said in its first pages; more would be read for nothing.
const TOKENS_READ_MAX: usize = 4_000;
/// How much a mention counts by where it stands; in the body 1.
const HEADLINE_MASS: f32 = 5.0;
const LEDE_MASS: f32 = 2.0;
/// Up to this many words a text is a brief, in which one strong term is enough. The shorter it is, the fewer terms it
/// can have: then the model is believed more, terms alone less, and less support is asked for a branch that is the only
/// one (set on snippets of late 2025).
const BRIEF_WORDS: f32 = 150.0;
const BRIEF_TRUST: f32 = 0.9;
const BRIEF_TERMS_ALONE: f32 = 0.2;
const BRIEF_MIN: f32 = 0.2;
/// Least support of a branch, and of a topic within it, to be published.
const BRANCH_MIN: f32 = 0.4;
const TOPIC_MIN: f32 = 0.5;
/// Least support of a branch that is published by itself, none of its topics being sure enough.
const ALONE_MIN: f32 = 0.45;
/// A topic is left out beside one of its branch that has this much more support.
const SHADOWED_BELOW: f32 = 0.55;
/// What a branch's terms are worth when the model does not second them.
const TERMS_ALONE: f32 = 0.6;
/// How much of a broader topic's score a narrower one needs to stand for both.
const NARROWER_MIN: f32 = 0.75;
/// Most topics below one top.
const BRANCH_TOPICS_MAX: usize = 4;
const TENTH: f32 = 0.1;
const ECONOMY: u32 = 4_000_000;
const ENVIRONMENT: u32 = 6_000_000;

/// Buffers kept between articles.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Scratch {
    words: Vec<Word>,
    masses: Vec<f32>,
    features: Vec<Feature>,
    hits: Vec<Hit>,
}

/// A word or pair that the model knows, where it stands.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Feature {
    slot: u32,
    mass: f32,
    span: Span,
}

/// A term of a topic where it stands; after [`merged`] where it stands first, with all its mass.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Hit {
    rank: u16,
    weight: u16,
    key: u64,
    mass: f32,
    span: Span,
}

impl Hit {
    /// What it adds to its topic: each further mention says less.
    fn worth(&self) -> f32 {
        f32::from(self.weight) * TENTH * sublinear(self.mass)
    }
}

/// One of the seventeen topics at the top, with all that speaks for it.
#[derive(Clone, Debug, Default)]
struct Branch {
    /// 0 to 1.
    support: f32,
    /// Worth of its terms.
    worth: f32,
    /// The model's class, if it has one.
    class: Option<usize>,
    chance: f32,
}

/// The topics, highest score first; none when nothing is certain enough.
#[inline(never)] // benches/linear.sh counts it by name
pub(super) fn find(
    text: &str,
    tokens: &[Token],
    headline: Option<&Headline>,
    lede: Option<Span>,
    scratch: &mut Scratch,
) -> Vec<Topic> {
    topic_model::words(text, &tokens[..tokens.len().min(TOKENS_READ_MAX)], &mut scratch.words);
    let headline = headline.map(|headline| headline.span);
    let mass = |word: &Word| match word.span {
        span if headline.is_some_and(|headline| headline.contains(span)) => HEADLINE_MASS,
        span if lede.is_some_and(|lede| lede.contains(span)) => LEDE_MASS,
        _ => 1.0,
    };
    scratch.masses.clear();
    scratch.masses.extend(scratch.words.iter().map(mass));
    read_features(&scratch.words, headline, lede, &mut scratch.features);
    read_terms(&scratch.words, &scratch.masses, &mut scratch.hits);
    read_topic_features(&scratch.hits, &mut scratch.features);
    let chances = chances(&mut scratch.features);
    let size = scratch.words.len() as f32 / BRIEF_WORDS;
    let (length, brevity) = (size.max(1.0).sqrt(), (1.0 - size).max(0.0));
    let branches = branches(&scratch.hits, &chances, length, brevity);
    let best = branches.values().map(|branch| branch.support).fold(0.0, f32::max);
    let less = if best < ALONE_MIN { BRIEF_MIN * brevity } else { 0.0 };
    let mut found = Vec::new();
    for (rank, branch) in branches.iter().filter(|(_, branch)| branch.support >= BRANCH_MIN - less) {
        let before = found.len();
        below(*rank, branch, &scratch.hits, length, &mut found);
        if found.len() == before && branch.support >= ALONE_MIN - less {
            found.extend(top(*rank, branch, &scratch.hits, &scratch.features));
        }
    }
    found.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.code.cmp(b.code)));
    found.truncate(limits::TOPICS_MAX);
    found
}

fn sublinear(mass: f32) -> f32 {
    1.0 + 0.6 * mass.max(1.0).ln()
}

fn read_features(words: &[Word], headline: Option<Span>, lede: Option<Span>, features: &mut Vec<Feature>) {
    features.clear();
    for (key, span) in topic_model::features(words) {
        let Some(slot) = topic_model::slot(key) else { continue };
        let mass = match span {
            span if headline.is_some_and(|headline| headline.contains(span)) => HEADLINE_MASS,
            span if lede.is_some_and(|lede| lede.contains(span)) => LEDE_MASS,
            _ => 1.0,
        };
        features.push(Feature { slot, mass, span });
    }
}

/// The longest terms from left to right, none over another, merged.
fn read_terms(words: &[Word], masses: &[f32], hits: &mut Vec<Hit>) {
    hits.clear();
    let mut at = 0;
    while at < words.len() {
        let Some((term, key, length)) = longest_term(&words[at..]) else {
            at += 1;
            continue;
        };
        let span = Span { start: words[at].span.start, end: words[at + length - 1].span.end };
        let mass = masses[at];
        hits.extend(term.entries().map(|(rank, weight)| Hit { rank, weight, key, mass, span }));
        at += length;
    }
    hits.sort_unstable_by_key(|hit| (hit.rank, hit.key, hit.span.start));
    hits.dedup_by(|next, first| {
        let same = next.rank == first.rank && next.key == first.key;
        first.mass += if same { next.mass } else { 0.0 };
        same
    });
}

/// The longest term that starts at the first word, with its key and how many words it has.
fn longest_term(words: &[Word]) -> Option<(Term, u64, usize)> {
    let mut longest = None;
    let mut key = words.first()?.key;
    for length in 1..=TERM_WORDS_MAX {
        let Some(term) = topic_model::term(key) else { break };
        if term.entries().next().is_some() {
            longest = Some((term, key, length));
        }
        let Some(next) = words.get(length).filter(|next| term.starts_longer() && next.follows) else {
            break;
        };
        key = topic_model::joined(key, next.key);
    }
    longest
}

/// That a topic has a term in the text is a feature, too.
fn read_topic_features(hits: &[Hit], features: &mut Vec<Feature>) {
    for hit in hits.iter().filter(|hit| hit.weight >= topic_model::FEATURE_WEIGHT_MIN) {
        let slot = topic_model::slot(topic_model::topic_feature(hit.rank));
        features.extend(slot.map(|slot| Feature { slot, mass: hit.mass, span: hit.span }));
    }
}

/// The model's chance of each class; `features` come back merged, each where it stands first.
fn chances(features: &mut Vec<Feature>) -> [f32; CLASSES_MAX] {
    features.sort_unstable_by_key(|feature| (feature.slot, feature.span.start));
    features.dedup_by(|next, first| {
        let same = next.slot == first.slot;
        first.mass += if same { next.mass } else { 0.0 };
        same
    });
    let mut sums = [0.0_f32; CLASSES_MAX];
    let mut squares = 0.0;
    for feature in features.iter() {
        let value = sublinear(feature.mass);
        squares += value * value;
        for (sum, weight) in sums.iter_mut().zip(topic_model::weights(feature.slot)) {
            *sum += value * weight;
        }
    }
    let length = squares.max(1.0).sqrt();
    for (class, sum) in sums.iter_mut().enumerate().take(topic_model::classes()) {
        let (_, step, bias) = topic_model::class(class);
        *sum = (1.0 + (-(bias + step * *sum / length)).exp()).recip();
    }
    sums
}

/// The rank of the topic at the top of a rank's branch.
fn top_of(mut rank: usize) -> usize {
    loop {
        let (_, above) = topic_model::ranked(rank);
        if above == rank {
            return rank;
        }
        rank = above;
    }
}

/// Support of every branch, by the rank of its top. `brevity` is 1 for the shortest brief, 0 for a whole article.
fn branches(
    hits: &[Hit],
    chances: &[f32; CLASSES_MAX],
    length: f32,
    brevity: f32,
) -> BTreeMap<usize, Branch> {
    let mut branches: BTreeMap<usize, Branch> = (0..topic_model::topics())
        .filter(|rank| topic_model::ranked(*rank).1 == *rank)
        .map(|rank| (rank, Branch::default()))
        .collect();
    // A term of several topics of one branch counts once, with its largest worth.
    let mut worths: BTreeMap<(usize, u64), f32> = BTreeMap::new();
    for hit in hits {
        let worth = worths.entry((top_of(hit.rank.into()), hit.key)).or_insert(0.0);
        *worth = worth.max(hit.worth());
    }
    for ((rank, _), worth) in worths {
        branches.entry(rank).or_default().worth += worth / length;
    }
    for (class, chance) in chances.iter().enumerate().take(topic_model::classes()) {
        let (code, ..) = topic_model::class(class);
        let own = branches.iter_mut().find(|(rank, _)| topic_model::ranked(**rank).0 == code);
        if let Some((_, branch)) = own {
            (branch.class, branch.chance) = (Some(class), *chance);
        }
    }
    let all: f32 = branches.values().map(|branch| branch.worth).sum();
    let by_terms = |branch: &Branch| {
        let share = (branch.worth / all.max(1.0) / 0.35).min(1.0);
        let amount = 1.0 - (-branch.worth / 2.0).exp();
        share * amount
    };
    // The model knows nothing of branches that have no class; where their terms speak, it is not to be believed more.
    let unseen =
        branches.values().filter(|branch| branch.class.is_none()).map(by_terms).fold(0.0, f32::max);
    let more = BRIEF_TRUST * brevity * (1.0 - unseen);
    for branch in branches.values_mut() {
        let by_terms = by_terms(branch);
        let trust = branch.class.map_or(0.0, trust) * (1.0 + more);
        let alone = TERMS_ALONE - BRIEF_TERMS_ALONE * brevity;
        branch.support = (trust * branch.chance + (1.0 - trust) * by_terms).max(alone * by_terms);
    }
    branches
}

/// How far the model is believed against the terms. Few headings of its text are about the environment, and its business
/// news holds no transport, farming or mining.
fn trust(class: usize) -> f32 {
    match topic_model::class(class).0 {
        ENVIRONMENT => 0.2,
        ECONOMY => 0.35,
        _ => 0.5,
    }
}

/// The topics of a branch below its top that have support enough.
fn below(top: usize, branch: &Branch, hits: &[Hit], length: f32, found: &mut Vec<Topic>) {
    let mut scores: Vec<(usize, f32)> = Vec::new();
    for own in hits.chunk_by(|a, b| a.rank == b.rank) {
        let rank = usize::from(own[0].rank);
        if rank != top && top_of(rank) == top {
            let worth: f32 = own.iter().map(Hit::worth).sum::<f32>() / length;
            scores.push((rank, (1.0 - (-worth / 2.5).exp()) * (0.4 + 0.6 * branch.support)));
        }
    }
    let best = scores.iter().map(|(_, score)| *score).fold(0.0, f32::max);
    scores.retain(|(_, score)| *score >= TOPIC_MIN && *score >= best * SHADOWED_BELOW);
    only_one_a_line(&mut scores);
    scores.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    for (rank, score) in scores.into_iter().take(BRANCH_TOPICS_MAX) {
        let mut spans: Vec<(f32, Span)> = hits
            .iter()
            .filter(|hit| usize::from(hit.rank) == rank)
            .map(|hit| (hit.worth(), hit.span))
            .collect();
        found.extend(published(rank, score, &mut spans, "topic_terms"));
    }
}

/// Of a topic and the one right above it the narrower stays, unless the words speak much more for the broader.
fn only_one_a_line(scores: &mut Vec<(usize, f32)>) {
    let all = scores.clone();
    let score = |rank: usize| all.iter().find(|(own, _)| *own == rank).map(|(_, score)| *score);
    let above = |rank: usize| topic_model::ranked(rank).1;
    let stands = |own: f32, broader: f32| own >= broader * NARROWER_MIN;
    scores.retain(|(rank, own)| {
        let is_weak = score(above(*rank)).is_some_and(|broader| !stands(*own, broader));
        let is_covered =
            all.iter().any(|(other, narrower)| above(*other) == *rank && stands(*narrower, *own));
        !is_weak && !is_covered
    });
}

/// The topic at the top itself, by the model's words and its branch's terms.
fn top(rank: usize, branch: &Branch, hits: &[Hit], features: &[Feature]) -> Option<Topic> {
    let own = |hit: &&Hit| top_of(hit.rank.into()) == rank;
    let mut spans: Vec<(f32, Span)> = hits.iter().filter(own).map(|hit| (hit.worth(), hit.span)).collect();
    if let Some(class) = branch.class {
        let step = topic_model::class(class).1;
        spans.extend(features.iter().filter_map(|feature| {
            let weight = topic_model::weights(feature.slot).nth(class)? * step;
            (weight > 0.0).then_some((weight * sublinear(feature.mass) * TENTH, feature.span))
        }));
    }
    published(
        rank,
        branch.support,
        &mut spans,
        if branch.class.is_some() { "topic_model" } else { "topic_terms" },
    )
}

/// The published topic with the spans that weigh most, in text order, none over another.
fn published(rank: usize, score: f32, spans: &mut [(f32, Span)], by: &'static str) -> Option<Topic> {
    let topic = media_topics::topic(topic_model::ranked(rank).0)?;
    spans.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut evidence: Vec<Span> = Vec::new();
    for (_, span) in spans.iter() {
        if evidence.len() < limits::TOPIC_EVIDENCE_MAX
            && !evidence.iter().any(|other| other.overlaps(*span))
        {
            evidence.push(*span);
        }
    }
    evidence.sort_unstable();
    let path = topic.path().collect();
    (!evidence.is_empty()).then_some(Topic {
        code: topic.code,
        name: topic.name,
        path,
        score,
        evidence,
        by,
    })
}
