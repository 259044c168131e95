//! The name tagger's model: what a word looks like to it, its weights, and how labels are read off them.
//!
//! Shared by the service, which reads `tagger.bin`, `words.bin` and `gazetteer.bin`, and by `train/`, which writes them.

pub mod decode;
pub mod features;
pub mod memory;
pub mod words;

use super::gazetteer::Gazetteer;
use super::table::Table;
use crate::model::Span;
use crate::text::Token;
use decode::{Decoder, Label};
use memory::Memory;
use std::ops::Range;
use words::{Lexicon, Word};

/// Kinds of names, in the order of the model's labels.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    Person,
    Place,
    Organisation,
    Other,
}

impl Kind {
    pub const ALL: [Self; 4] = [Self::Person, Self::Place, Self::Organisation, Self::Other];
}

/// One name that the tagger sees.
#[derive(Clone, PartialEq, Debug)]
pub struct Tagged {
    pub tokens: Range<usize>,
    pub kind: Kind,
    /// The least certain of its tokens' probabilities.
    pub confidence: f32,
}

/// How many labels carry weights: four kinds by four positions. Outside of names weighs nothing.
pub const WEIGHED: usize = 16;
/// All labels.
pub const LABELS: usize = WEIGHED + 1;
/// Sums of weights for one token.
pub type Sums = [f32; WEIGHED];

/// Weights and tables.
#[derive(Clone, Copy, Debug)]
pub struct Model<'a> {
    pub gazetteer: Gazetteer<'a>,
    pub lexicon: Lexicon<'a>,
    pub weights: Weights<'a>,
}

impl Model<'static> {
    /// The compiled-in one.
    pub fn own() -> Self {
        Self {
            gazetteer: Gazetteer::own(),
            lexicon: Lexicon::new(include_bytes!("words.bin")),
            weights: Weights::new(include_bytes!("tagger.bin")),
        }
    }
}

/// Feature weights as whole numbers, and the transitions between labels.
#[derive(Clone, Copy, Debug)]
pub struct Weights<'a> {
    scale: f32,
    /// Little-endian, `LABELS` rows of `LABELS`.
    transitions: &'a [u8],
    rows: Table<'a>,
}

/// Bytes of a file of weights before its table.
pub const WEIGHTS_HEAD: usize = 4 + LABELS * LABELS * 4;

impl<'a> Weights<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        let transitions = bytes.get(4..WEIGHTS_HEAD).unwrap_or(&[]);
        let rows = Table::new(bytes.get(WEIGHTS_HEAD..).unwrap_or(&[]));
        Self { scale: float_at(bytes, 0), transitions, rows }
    }

    /// What it costs or gains to go from one label to the next.
    pub fn transition(&self, from: Label, to: Label) -> f32 {
        float_at(self.transitions, (from as usize * LABELS + to as usize) * 4)
    }

    /// The sums of the weights of some features.
    pub fn sums(&self, features: &[u64]) -> Sums {
        let mut sums = [0_i32; WEIGHED];
        for feature in features {
            if let Some(row) = self.rows.get(*feature) {
                for (sum, weight) in sums.iter_mut().zip(row) {
                    *sum += i32::from(weight.cast_signed());
                }
            }
        }
        sums.map(|sum| sum as f32 * self.scale)
    }
}

fn float_at(bytes: &[u8], at: usize) -> f32 {
    bytes.get(at..at + 4).map_or(0.0, |four| f32::from_le_bytes([four[0], four[1], four[2], four[3]]))
}

/// Buffers kept between articles.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Buffers {
    words: Vec<Word>,
    features: Vec<u64>,
    /// One for each candidate, in order.
    sums: Vec<Sums>,
    labels: Vec<Label>,
    memory: Memory,
    decoder: Decoder,
}

impl Buffers {
    /// The words of the last article.
    pub fn words(&self) -> &[Word] {
        &self.words
    }
}

/// Finds the names: once by themselves, then again knowing what the first reading said of the same words.
pub fn tag(
    model: &Model<'_>,
    text: &str,
    tokens: &[Token],
    segments: &[Range<usize>],
    buffers: &mut Buffers,
) -> Vec<Tagged> {
    let Buffers { words, features, sums, labels, memory, decoder } = buffers;
    words::read(text, tokens, segments, &model.gazetteer, &model.lexicon, words);
    sums.clear();
    sums.resize(words.len(), Sums::default());
    labels.clear();
    labels.resize(words.len(), decode::OUTSIDE);
    decoder.prepare(&model.weights);
    let mut tagged = Vec::new();
    for run in words::runs(words, segments) {
        for at in run.tokens.clone() {
            features.clear();
            features::fixed(words, &run.segment, at, features);
            sums[at] = model.weights.sums(features);
        }
        decoder.labels(&sums[run.tokens.clone()], &mut labels[run.tokens]);
    }
    memory.learn(words, labels);
    for run in words::runs(words, segments) {
        for at in run.tokens.clone() {
            features.clear();
            memory.features(words, labels, &run.segment, at, features);
            let more = model.weights.sums(features);
            sums[at].iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
        }
        decoder.names(&sums[run.tokens.clone()], run.tokens.start, &mut tagged);
    }
    tagged
}

/// The span of a name's tokens.
pub fn span(tokens: &[Token], range: &Range<usize>) -> Span {
    match (tokens.get(range.start), tokens.get(range.end.saturating_sub(1))) {
        (Some(first), Some(last)) => Span { start: first.span.start, end: last.span.end },
        _ => Span::default(),
    }
}
