//! Lets a first tagger read a large collection of news, and keeps what it says of words and names over and over.

use crate::corpora::Document;
use crate::tagger::{self, Text};
use copydesk::lexicon::tagger::words::{Style, lower_hash};
use copydesk::lexicon::tagger::{self as core, Buffers, Kind, Model};
use copydesk::text::TokenKind;
use std::collections::BTreeMap;

/// What words and names were taken for.
#[derive(Default)]
pub struct Votes {
    pub words: BTreeMap<u64, u8>,
    pub names: Vec<(String, Kind)>,
}

/// Names said with less confidence are taken for unknown, unless the collection agrees.
const SURE: f32 = 0.9;
const HALF_SURE: f32 = 0.5;
/// What silver texts weigh beside marked ones.
const WEIGHT: f32 = 0.3;

/// News with the names that a tagger is sure of; of all else that may be a name nothing is said.
pub fn texts(news: &[Document], model: &Model<'_>, votes: &Votes, one_in: usize) -> Vec<Text> {
    let agreed: BTreeMap<&str, Kind> =
        votes.names.iter().map(|(name, kind)| (name.as_str(), *kind)).collect();
    let mut buffers = Buffers::default();
    let mut dice = tagger::Dice::new(5);
    let mut texts = Vec::new();
    for document in news.iter().filter(|document| document.sentences.len() > 3).step_by(one_in) {
        let mut document = document.clone();
        mark(&mut document, model, &agreed, &mut buffers);
        texts.push(Text {
            weight: WEIGHT,
            corpus: "silver",
            ..tagger::text(&tagger::shout(&document, &mut dice, 12))
        });
    }
    texts
}

fn mark(document: &mut Document, model: &Model<'_>, agreed: &BTreeMap<&str, Kind>, buffers: &mut Buffers) {
    let text = tagger::text(document);
    let tagged = core::tag(model, &text.text, &text.tokens, &text.segments, buffers);
    let mut is_taken = vec![false; text.tokens.len()];
    for name in &tagged {
        name.tokens.clone().for_each(|at| is_taken[at] = true);
        let span = core::span(&text.tokens, &name.tokens);
        let range = (span.start as usize, span.end as usize);
        let kind = agreed.get(span.of(&text.text)).copied();
        let is_sure = match kind {
            Some(kind) => kind == name.kind && name.confidence >= HALF_SURE,
            None => name.confidence >= SURE,
        };
        if is_sure {
            document.names.push((range.0, range.1, name.kind));
        } else {
            document.unknown.push(range);
        }
    }
    for (at, word) in buffers.words().iter().enumerate() {
        // Mostly written with a capital, yet no name was seen.
        if word.is_candidate && !is_taken[at] && !word.is_first && word.known.capital >= 4 {
            let span = text.tokens[at].span;
            document.unknown.push((span.start as usize, span.end as usize));
        }
    }
}

/// Words seen less often have no vote.
const WORD_MIN: f32 = 3.0;
/// Names seen less often are not kept.
const NAME_MIN: f32 = 3.0;
/// Names of one word need more.
const SINGLE_MIN: f32 = 6.0;

pub fn votes(news: &[Document], model: &Model<'_>) -> Votes {
    let mut words: BTreeMap<u64, [f32; 5]> = BTreeMap::new();
    let mut names: BTreeMap<String, [f32; 4]> = BTreeMap::new();
    let mut buffers = Buffers::default();
    for document in news {
        let text = tagger::text(document);
        count(&text, model, &mut buffers, &mut words, &mut names);
    }
    let mut votes = Votes::default();
    for (word, counts) in words {
        let total: f32 = counts.iter().sum();
        if total >= WORD_MIN {
            let best = (0..5).fold(0, |best, kind| if counts[kind] > counts[best] { kind } else { best });
            let strength = [0.95, 0.75].iter().filter(|bound| counts[best] / total < **bound).count();
            votes.words.insert(word, 1 + (best * 3 + strength) as u8);
        }
    }
    for (name, counts) in names {
        let total: f32 = counts.iter().sum();
        let best = (0..4).fold(0, |best, kind| if counts[kind] > counts[best] { kind } else { best });
        let is_single = !name.contains(' ');
        let (least, share) = if is_single { (SINGLE_MIN, 0.92) } else { (NAME_MIN, 0.8) };
        if total >= least && counts[best] / total >= share {
            votes.names.push((name, Kind::ALL[best]));
        }
    }
    votes
}

fn count(
    text: &Text,
    model: &Model<'_>,
    buffers: &mut Buffers,
    words: &mut BTreeMap<u64, [f32; 5]>,
    names: &mut BTreeMap<String, [f32; 4]>,
) {
    let tagged = core::tag(model, &text.text, &text.tokens, &text.segments, buffers);
    let mut taken = vec![None; text.tokens.len()];
    for name in &tagged {
        name.tokens.clone().for_each(|at| taken[at] = Some((name.kind, name.confidence)));
        if name.confidence > 0.5 && name.tokens.len() <= 6 {
            let span = core::span(&text.tokens, &name.tokens).of(&text.text);
            names.entry(span.to_owned()).or_default()[name.kind as usize] += name.confidence;
        }
    }
    let read = buffers.words();
    for (at, token) in text.tokens.iter().enumerate() {
        if token.kind != TokenKind::Word || !read[at].is_candidate || read[at].style != Style::Plain {
            continue;
        }
        let cell = words.entry(lower_hash(token.span.of(&text.text))).or_default();
        match taken[at] {
            Some((kind, confidence)) => cell[1 + kind as usize] += confidence,
            None if !read[at].is_first => cell[0] += 1.0,
            None => {}
        }
    }
}
