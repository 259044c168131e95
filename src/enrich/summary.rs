//! Picks the sentences that sum the article up.
//! Evidence: place in the article, words shared with the headline and the keyphrases; sentences that only quote, hang on
//! the one before or say the same again are put back.
//! Example: the lede, and the sentence with the main figure.
//! Misses: nothing is written anew, so a summary is as good as the best sentences are.

use super::keyphrases::terms;
use crate::model::{Enriched, Span, limits};
use crate::text::Token;

/// How many of the best sentences are compared with each other.
const COMPARED_MAX: usize = 20;
/// How much being alike costs.
const ALIKE_COST: f32 = 0.7;

/// Indexes into the sentences, in text order; fewer than all, none for an article of one sentence.
#[inline(never)] // benches/linear.sh counts it by name
pub(super) fn find(text: &str, tokens: &[Token], known: &Enriched) -> Vec<usize> {
    let most = match known.sentences.len() {
        0 | 1 => return Vec::new(),
        2 => 1,
        3..=5 => 2,
        _ => limits::SUMMARY_SENTENCES_MAX,
    };
    let topic = Topic::new(text, tokens, known);
    let mut sentences: Vec<Sentence> = Vec::with_capacity(known.sentences.len());
    let mut at = 0;
    for (index, span) in known.sentences.iter().enumerate() {
        at += tokens[at..].partition_point(|token| token.span.start < span.start);
        let end = at + tokens[at..].partition_point(|token| token.span.start < span.end);
        sentences.push(sentence(text, &tokens[at..end], index, *span, &topic));
        at = end;
    }
    let by_score = |a: &Sentence, b: &Sentence| b.score.total_cmp(&a.score).then(a.index.cmp(&b.index));
    sentences.retain(|sentence| !sentence.stems.is_empty());
    sentences.sort_by(by_score);
    sentences.truncate(COMPARED_MAX);
    let mut chosen = choose(sentences, most);
    chosen.sort_unstable();
    chosen
}

/// What the article is about, as stems with their shares.
struct Topic {
    /// Sorted by stem.
    phrases: Vec<(u64, f32)>,
    headline: Vec<u64>,
}

impl Topic {
    fn new(text: &str, tokens: &[Token], known: &Enriched) -> Self {
        let mut phrases: Vec<(u64, f32)> = Vec::new();
        for phrase in &known.keyphrases {
            let stems = stems(text, inside(tokens, phrase.span));
            let share = phrase.score / (stems.len().max(1) as f32).sqrt();
            phrases.extend(stems.into_iter().map(|stem| (stem, share)));
        }
        phrases.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
        phrases.dedup_by_key(|(stem, _)| *stem);
        let headline =
            known.headline.map(|headline| stems(text, inside(tokens, headline.span))).unwrap_or_default();
        Self { phrases, headline }
    }

    fn share(&self, stem: u64) -> f32 {
        self.phrases.binary_search_by_key(&stem, |(known, _)| *known).map_or(0.0, |at| self.phrases[at].1)
    }
}

fn inside(tokens: &[Token], span: Span) -> &[Token] {
    let from = tokens.partition_point(|token| token.span.start < span.start);
    let to = from + tokens[from..].partition_point(|token| token.span.start < span.end);
    &tokens[from..to]
}

/// The stems of the words with content, sorted, each once.
fn stems(text: &str, tokens: &[Token]) -> Vec<u64> {
    let mut stems: Vec<u64> = tokens.iter().filter_map(|token| terms::stem_at(text, token)).collect();
    stems.sort_unstable();
    stems.dedup();
    stems
}

struct Sentence {
    index: usize,
    stems: Vec<u64>,
    score: f32,
}

fn sentence(text: &str, tokens: &[Token], index: usize, span: Span, topic: &Topic) -> Sentence {
    let stems = stems(text, tokens);
    let covered: f32 = stems.iter().map(|stem| topic.share(*stem)).sum();
    let all: f32 = topic.phrases.iter().map(|(_, share)| share).sum();
    let shared = stems.iter().filter(|stem| topic.headline.binary_search(stem).is_ok()).count();
    // The lede is the newsroom's own summary; what comes later tells less and less.
    let place = if index == 0 { 1.0 } else { 0.5 / (1.0 + 0.25 * index as f32) };
    let phrases = if all > 0.0 { covered / all * 3.0 } else { 0.0 };
    let headline = shared as f32 / topic.headline.len().max(4) as f32;
    let told = (place + phrases.min(1.0) + 0.6 * headline) * length(tokens.len());
    let told = if is_list(span.of(text)) { told * 0.4 } else { told };
    Sentence { index, stems, score: told - cost(span.of(text)) }
}

/// Neither a fragment nor a paragraph.
fn length(tokens: usize) -> f32 {
    match tokens {
        0..=6 => 0.2,
        11..=50 => 1.0,
        _ => 0.7,
    }
}

/// A row of names or figures: team sheets, tables.
fn is_list(sentence: &str) -> bool {
    let words = sentence.split_whitespace();
    let (all, plain) = words.fold((0, 0), |(all, plain), word| {
        (all + 1, plain + usize::from(word.starts_with(char::is_lowercase)))
    });
    plain * 3 < all
}

/// What a sentence loses: speech, questions, and openings that hang on the sentence before.
fn cost(sentence: &str) -> f32 {
    const HANGING: [&str; 26] = [
        "he", "she", "it", "they", "we", "i", "you", "his", "her", "its", "their", "this", "that", "these",
        "those", "but", "and", "so", "then", "however", "also", "there", "or", "yet", "still", "such",
    ];
    let is_quoted = sentence.starts_with(['“', '"', '‘', '\'', '«', '„']);
    let is_question = sentence.trim_end_matches(['”', '"', '’', '\'']).ends_with('?');
    let first = sentence.split(|c: char| !c.is_alphabetic()).next().unwrap_or("");
    let hangs = HANGING.iter().any(|word| first.eq_ignore_ascii_case(word));
    f32::from(u8::from(is_quoted)) * 0.5
        + f32::from(u8::from(is_question)) * 0.3
        + f32::from(u8::from(hangs)) * 0.25
}

/// The best first, then each time the one that is best for being least like those chosen.
fn choose(mut sentences: Vec<Sentence>, most: usize) -> Vec<usize> {
    let mut chosen: Vec<Sentence> = Vec::new();
    while chosen.len() < most && !sentences.is_empty() {
        let worth = |sentence: &Sentence| {
            let alike = chosen.iter().map(|other| alike(&sentence.stems, &other.stems)).fold(0.0, f32::max);
            sentence.score - ALIKE_COST * alike
        };
        let worths: Vec<f32> = sentences.iter().map(worth).collect();
        let best = (1..worths.len()).fold(0, |best, at| if worths[at] > worths[best] { at } else { best });
        chosen.push(sentences.remove(best));
    }
    chosen.iter().map(|sentence| sentence.index).collect()
}

/// The share of the smaller sentence's stems that the other has, too.
fn alike(one: &[u64], other: &[u64]) -> f32 {
    let shared = one.iter().filter(|stem| other.binary_search(stem).is_ok()).count();
    shared as f32 / one.len().min(other.len()).max(1) as f32
}
