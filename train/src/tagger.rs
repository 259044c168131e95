//! Makes `src/lexicon/{gazetteer,words,tagger}.bin`: the name tagger.
//!
//! A conditional random field over hashed features, trained by adaptive gradient steps on texts with marked names.

use crate::corpora::{self, Document, Result};
use crate::gazetteers::{self, Phrases};
use crate::silver;
use crate::sports;
use crate::wordlist::{self, Wordlist};
use copydesk::lexicon::gazetteer::{Gazetteer, List};
use copydesk::lexicon::tagger::decode::{self, Decoder, Label, Position};
use copydesk::lexicon::tagger::memory::Memory;
use copydesk::lexicon::tagger::words::{self, Lexicon, Style, Word};
use copydesk::lexicon::tagger::{self, Buffers, Kind, LABELS, Model, Sums, WEIGHED, Weights, features};
use copydesk::text::{Token, tokenize};
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::path::Path;

/// One label of each bit.
type Labels = u32;
const ALL: Labels = (1 << LABELS) - 1;

/// A text ready to be tagged.
pub struct Text {
    pub text: String,
    pub tokens: Vec<Token>,
    pub segments: Vec<Range<usize>>,
    pub names: Vec<(Range<usize>, Kind)>,
    pub(crate) allowed: Vec<Labels>,
    pub weight: f32,
    pub corpus: &'static str,
}

/// Tokens and marks of a document.
pub fn text(document: &Document) -> Text {
    let mut tokens = Vec::new();
    tokenize(&document.text, &mut tokens);
    let within = |start: usize, end: usize| {
        let first = tokens.partition_point(|token| (token.span.end as usize) <= start);
        let last = tokens.partition_point(|token| (token.span.start as usize) < end);
        first..last.max(first)
    };
    let segments: Vec<Range<usize>> = document
        .sentences
        .iter()
        .map(|(start, end)| within(*start, *end))
        .filter(|s| !s.is_empty())
        .collect();
    let other: Labels = (13..17).fold(0, |all, label| all | 1 << label);
    let outside = if document.is_without_other { 1 | other } else { 1 };
    let mut allowed = vec![outside; tokens.len()];
    for (start, end) in &document.unknown {
        within(*start, *end).for_each(|at| allowed[at] = ALL);
    }
    let mut names = Vec::new();
    for (start, end, kind) in &document.names {
        let mut range = within(*start, *end);
        if range.len() > 1 && matches!(tokens[range.start].span.of(&document.text), "the") {
            range.start += 1;
        }
        if range.is_empty() {
            continue;
        }
        for at in range.clone() {
            allowed[at] = 1 << decode::label(*kind, place(at, &range));
        }
        names.push((range, *kind));
    }
    Text { text: document.text.clone(), tokens, segments, names, allowed, weight: 1.0, corpus: "" }
}

fn place(at: usize, range: &Range<usize>) -> Position {
    match (at == range.start, at + 1 == range.end) {
        (true, true) => Position::Only,
        (true, false) => Position::First,
        (false, true) => Position::Last,
        (false, false) => Position::Inner,
    }
}

/// Small, fast, and the same every time.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }

    fn shuffle<T>(&mut self, all: &mut [T]) {
        for at in (1..all.len()).rev() {
            all.swap(at, self.roll(at + 1));
        }
    }
}

/// Writes one in so many sentences in capitals, and as many With Capitals Like Headlines.
pub fn shout(document: &Document, dice: &mut Dice, one_in: usize) -> Document {
    let mut text = String::new();
    let mut moved = Vec::with_capacity(document.text.len() + 1);
    let mut sentences = document.sentences.iter().peekable();
    let mut manner = 2;
    let mut before = ' ';
    for (at, c) in document.text.char_indices() {
        if sentences.next_if(|(start, _)| *start <= at).is_some() {
            manner = dice.roll(one_in);
        }
        moved.resize(at + 1, text.len());
        let is_raised = manner == 0 || manner == 1 && before == ' ' && is_long(&document.text[at..]);
        if is_raised {
            text.extend(c.to_uppercase())
        } else {
            text.push(c)
        }
        before = c;
    }
    moved.resize(document.text.len() + 1, text.len());
    let pair = |(start, end): &(usize, usize)| (moved[*start], moved[*end]);
    Document {
        sentences: document.sentences.iter().map(pair).collect(),
        names: document
            .names
            .iter()
            .map(|(start, end, kind)| (moved[*start], moved[*end], *kind))
            .collect(),
        unknown: document.unknown.iter().map(pair).collect(),
        is_without_other: document.is_without_other,
        text,
    }
}

/// Whether the word that starts here has more than three letters.
fn is_long(text: &str) -> bool {
    text.chars().take(4).filter(|c| c.is_alphabetic()).count() == 4
}

/// A run of candidates, its features as numbers, and the labels that its marks allow.
struct Example {
    fixed: Vec<Vec<u32>>,
    memory: Vec<Vec<u32>>,
    allowed: Vec<Labels>,
    weight: f32,
}

/// Numbers for features.
#[derive(Default)]
pub struct Index {
    numbers: HashMap<u64, u32>,
    counts: Vec<u32>,
    hashes: Vec<u64>,
}

impl Index {
    fn number(&mut self, hash: u64) -> u32 {
        let next = self.hashes.len() as u32;
        let number = *self.numbers.entry(hash).or_insert(next);
        if number == next {
            self.hashes.push(hash);
            self.counts.push(0);
        }
        self.counts[number as usize] += 1;
        number
    }
}

/// Weights while they are learned.
pub struct Learner {
    pub weights: Vec<Sums>,
    squares: Vec<Sums>,
    transitions: [[f32; LABELS]; LABELS],
    transition_squares: [[f32; LABELS]; LABELS],
}

/// How much a step moves, how much weights are drawn to zero, the passes over the data, and what part of features is left out at random.
#[derive(Clone, Copy)]
pub struct Pace {
    pub step: f32,
    pub decay: f32,
    pub rounds: usize,
    pub drop_percent: usize,
}

impl Learner {
    fn new(features: usize) -> Self {
        let zero = [[0.0; LABELS]; LABELS];
        Self {
            weights: vec![[0.0; WEIGHED]; features],
            squares: vec![[1e-3; WEIGHED]; features],
            transitions: zero,
            transition_squares: [[1e-3; LABELS]; LABELS],
        }
    }

    fn sums(&self, features: &[u32], sums: &mut Sums) {
        for feature in features {
            let row = &self.weights[*feature as usize];
            sums.iter_mut().zip(row).for_each(|(sum, weight)| *sum += weight);
        }
    }

    /// One step on a run; returns its loss.
    fn learn(
        &mut self,
        example: &Example,
        has_memory: bool,
        pace: Pace,
        dice: &mut Dice,
        chain: &mut Chain,
    ) -> f32 {
        let length = example.fixed.len();
        let mut kept: Vec<Vec<u32>> = Vec::with_capacity(length);
        chain.emit.clear();
        for at in 0..length {
            let mut all: Vec<u32> = example.fixed[at].clone();
            if has_memory {
                all.extend(&example.memory[at]);
            }
            if pace.drop_percent > 0 {
                all.retain(|_| dice.roll(100) >= pace.drop_percent);
            }
            let mut sums = [0.0; WEIGHED];
            self.sums(&all, &mut sums);
            chain.emit.push(sums);
            kept.push(all);
        }
        let loss = chain.gradients(&self.transitions, &example.allowed);
        for (at, all) in kept.iter().enumerate() {
            let slope: Sums = std::array::from_fn(|label| (chain.slope[at][label + 1]) * example.weight);
            if slope.iter().all(|slope| slope.abs() < 1e-4) {
                continue;
            }
            for feature in all {
                step(
                    &mut self.weights[*feature as usize],
                    &mut self.squares[*feature as usize],
                    &slope,
                    pace,
                );
            }
        }
        for from in 0..LABELS {
            let slope = chain.transition_slope[from].map(|slope| slope * example.weight);
            step(
                &mut self.transitions[from],
                &mut self.transition_squares[from],
                &slope,
                Pace { step: pace.step * 0.3, ..pace },
            );
        }
        loss * example.weight
    }
}

fn step<const N: usize>(weights: &mut [f32; N], squares: &mut [f32; N], slope: &[f32; N], pace: Pace) {
    for index in 0..N {
        let slope = slope[index] + pace.decay * weights[index];
        squares[index] += slope * slope;
        weights[index] -= pace.step * slope / squares[index].sqrt();
    }
}

/// Probabilities of one run.
#[derive(Default)]
struct Chain {
    emit: Vec<Sums>,
    slope: Vec<[f32; LABELS]>,
    transition_slope: [[f32; LABELS]; LABELS],
    forward: Vec<[f32; LABELS]>,
}

impl Chain {
    /// Expected minus allowed counts; returns the loss.
    fn gradients(&mut self, transitions: &[[f32; LABELS]; LABELS], allowed: &[Labels]) -> f32 {
        self.slope.clear();
        self.slope.resize(self.emit.len(), [0.0; LABELS]);
        self.transition_slope = [[0.0; LABELS]; LABELS];
        let free = self.expect(transitions, None, 1.0);
        let held = self.expect(transitions, Some(allowed), -1.0);
        if held.is_finite() {
            free - held
        } else {
            self.slope.iter_mut().for_each(|row| *row = [0.0; LABELS]);
            self.transition_slope = [[0.0; LABELS]; LABELS];
            0.0
        }
    }

    fn expect(
        &mut self,
        transitions: &[[f32; LABELS]; LABELS],
        allowed: Option<&[Labels]>,
        sign: f32,
    ) -> f32 {
        let factors: [[f32; LABELS]; LABELS] = std::array::from_fn(|from| {
            std::array::from_fn(|to| {
                if decode::may_follow(from as Label, to as Label) {
                    transitions[from][to].exp()
                } else {
                    0.0
                }
            })
        });
        let length = self.emit.len();
        let mut total = 0.0_f32;
        let rows: Vec<[f32; LABELS]> = (0..length)
            .map(|at| {
                let most = self.emit[at].iter().copied().fold(0.0, f32::max);
                total += most;
                std::array::from_fn(|label| {
                    if allowed.is_some_and(|allowed| allowed[at] >> label & 1 == 0) {
                        return 0.0;
                    }
                    if label == 0 { (-most).exp() } else { (self.emit[at][label - 1] - most).exp() }
                })
            })
            .collect();
        self.forward.clear();
        let mut before = [0.0; LABELS];
        before[0] = 1.0;
        let mut scales = Vec::with_capacity(length);
        for row in &rows {
            let mut cells = [0.0; LABELS];
            for (from, mass) in before.iter().enumerate().filter(|(_, mass)| **mass > 0.0) {
                cells.iter_mut().zip(&factors[from]).for_each(|(cell, factor)| *cell += mass * factor);
            }
            cells.iter_mut().zip(row).for_each(|(cell, factor)| *cell *= factor);
            let sum: f32 = cells.iter().sum();
            if sum <= 0.0 {
                return f32::NEG_INFINITY;
            }
            cells.iter_mut().for_each(|cell| *cell /= sum);
            total += sum.ln();
            scales.push(sum);
            self.forward.push(cells);
            before = cells;
        }
        let mut after: [f32; LABELS] = std::array::from_fn(|label| factors[label][0]);
        let end: f32 = before.iter().zip(&after).map(|(a, b)| a * b).sum();
        if end <= 0.0 {
            return f32::NEG_INFINITY;
        }
        total += end.ln();
        after.iter_mut().for_each(|cell| *cell /= end);
        for (from, mass) in before.iter().enumerate() {
            self.transition_slope[from][0] += sign * mass * after[from];
        }
        for at in (0..length).rev() {
            let reached = self.forward[at].iter().zip(&after);
            for (slope, (forward, after)) in self.slope[at].iter_mut().zip(reached) {
                *slope += sign * forward * after;
            }
            let mut first = [0.0; LABELS];
            first[0] = 1.0;
            let before = if at == 0 { first } else { self.forward[at - 1] };
            let ahead: [f32; LABELS] =
                std::array::from_fn(|label| after[label] * rows[at][label] / scales[at]);
            let mut back = [0.0; LABELS];
            for from in 0..LABELS {
                for to in 0..LABELS {
                    let part = factors[from][to] * ahead[to];
                    back[from] += part;
                    self.transition_slope[from][to] += sign * before[from] * part;
                }
            }
            after = back;
        }
        total
    }
}

/// What texts are read with.
#[derive(Clone, Copy)]
pub struct Tables<'a> {
    pub gazetteer: &'a [u8],
    pub words: &'a [u8],
}

fn read(text: &Text, tables: Tables<'_>) -> Vec<Word> {
    let mut all = Vec::new();
    words::read(
        &text.text,
        &text.tokens,
        &text.segments,
        &Gazetteer::new(tables.gazetteer),
        &Lexicon::new(tables.words),
        &mut all,
    );
    all
}

/// Examples of a text; `labels` are what a first reading said.
fn examples(
    text: &Text,
    words: &[Word],
    labels: Option<&[Label]>,
    index: &mut Index,
    out: &mut Vec<Example>,
) {
    let mut memory = Memory::default();
    if let Some(labels) = labels {
        memory.learn(words, labels);
    }
    let mut buffer = Vec::new();
    for run in words::runs(words, &text.segments) {
        let mut example =
            Example { fixed: Vec::new(), memory: Vec::new(), allowed: Vec::new(), weight: text.weight };
        for at in run.tokens.clone() {
            buffer.clear();
            features::fixed(words, &run.segment, at, &mut buffer);
            example.fixed.push(buffer.iter().map(|hash| index.number(*hash)).collect());
            buffer.clear();
            if let Some(labels) = labels {
                memory.features(words, labels, &run.segment, at, &mut buffer);
            }
            example.memory.push(buffer.iter().map(|hash| index.number(*hash)).collect());
            example.allowed.push(allowed(text, words, at));
        }
        // A name that reaches out of the run is no name to learn from.
        let is_open = |labels: Labels, bad: &[usize]| {
            labels.count_ones() == 1
                && bad.contains(&((labels.trailing_zeros() as usize + 3) % 4))
                && labels != 1
        };
        if is_open(example.allowed[0], &[1, 2])
            || is_open(example.allowed[example.allowed.len() - 1], &[0, 1])
        {
            continue;
        }
        out.push(example);
    }
}

/// Peoples are names of their own kind in every corpus.
fn allowed(text: &Text, words: &[Word], at: usize) -> Labels {
    let labels = text.allowed[at];
    let is_people = words[at].is_only(List::Demonym) && words[at].style != Style::Shouted;
    // States that act are places all the same.
    if labels == 1 << decode::label(Kind::Organisation, Position::Only) && words[at].is_only(List::Country)
    {
        return 1 << decode::label(Kind::Place, Position::Only);
    }
    if labels & 1 == 1 && labels != ALL && is_people {
        1 << decode::label(Kind::Other, Position::Only)
    } else {
        labels
    }
}

/// Trains on texts; with labels of a first reading each text is read with and without memory.
pub fn train(
    texts: &[&Text],
    first: Option<&[Vec<Label>]>,
    tables: Tables<'_>,
    pace: Pace,
    seed: u64,
) -> (Learner, Index) {
    let mut index = Index::default();
    let mut all: Vec<Vec<Example>> = Vec::new();
    for (at, text) in texts.iter().enumerate() {
        let words = read(text, tables);
        let mut found = Vec::new();
        examples(text, &words, first.map(|first| first[at].as_slice()), &mut index, &mut found);
        all.push(found);
    }
    // Rare features are left out.
    for example in all.iter_mut().flatten() {
        for features in example.fixed.iter_mut().chain(&mut example.memory) {
            features.retain(|feature| index.counts[*feature as usize] >= 2);
        }
    }
    let mut learner = Learner::new(index.hashes.len());
    let mut dice = Dice::new(seed);
    let mut order: Vec<(usize, usize)> =
        all.iter().enumerate().flat_map(|(at, found)| (0..found.len()).map(move |run| (at, run))).collect();
    let mut chain = Chain::default();
    for round in 0..pace.rounds {
        dice.shuffle(&mut order);
        let pace = Pace { step: pace.step * (1.0 - 0.8 * round as f32 / pace.rounds as f32), ..pace };
        let mut loss = 0.0_f64;
        for (at, run) in &order {
            let has_memory = first.is_some() && dice.roll(10) < 6;
            loss += f64::from(learner.learn(&all[*at][*run], has_memory, pace, &mut dice, &mut chain));
        }
        eprintln!(
            "  round {round}: loss {:.4} over {} runs, {} features",
            loss / order.len() as f64,
            order.len(),
            index.hashes.len()
        );
    }
    (learner, index)
}

/// Weights smaller than this are taken for nothing, and features that have only such are left out.
const WEIGHT_MIN: f32 = 0.06;

/// The file of weights.
pub fn weights(learner: &Learner, index: &Index, rows_max: usize) -> Vec<u8> {
    let most = |row: &Sums| row.iter().fold(0.0_f32, |most, weight| most.max(weight.abs()));
    let mut order: Vec<usize> =
        (0..learner.weights.len()).filter(|at| most(&learner.weights[*at]) >= WEIGHT_MIN).collect();
    let total = order.len();
    order.sort_by(|a, b| {
        most(&learner.weights[*b])
            .total_cmp(&most(&learner.weights[*a]))
            .then(index.hashes[*a].cmp(&index.hashes[*b]))
    });
    order.truncate(rows_max);
    let largest = 127.0 * 0.03;
    let scale = 0.03_f32;
    let entries: BTreeMap<u64, Vec<u8>> = order
        .iter()
        .map(|at| {
            let row = learner.weights[*at]
                .map(|weight| ((weight.clamp(-largest, largest) / scale).round() as i8).cast_unsigned());
            (index.hashes[*at], row.to_vec())
        })
        .collect();
    let entries: Vec<(u64, Vec<u8>)> = entries.into_iter().collect();
    eprintln!("weights: {} of {total} rows kept of {}", entries.len(), learner.weights.len());
    let mut bytes = scale.to_le_bytes().to_vec();
    learner.transitions.iter().flatten().for_each(|weight| bytes.extend(weight.to_le_bytes()));
    bytes.extend(crate::tables::bytes(&entries, WEIGHED, 5, 4));
    bytes
}

pub fn model<'a>(tables: Tables<'a>, weights: &'a [u8]) -> Model<'a> {
    Model {
        gazetteer: Gazetteer::new(tables.gazetteer),
        lexicon: Lexicon::new(tables.words),
        weights: Weights::new(weights),
    }
}

/// The labels a learner gives in a first reading.
fn first_labels(text: &Text, tables: Tables<'_>, weights: &[u8], decoder: &mut Decoder) -> Vec<Label> {
    let words = read(text, tables);
    let weights = Weights::new(weights);
    decoder.prepare(&weights);
    let mut labels = vec![decode::OUTSIDE; words.len()];
    let (mut sums, mut features) = (Vec::new(), Vec::new());
    for run in words::runs(&words, &text.segments) {
        sums.clear();
        for at in run.tokens.clone() {
            features.clear();
            features::fixed(&words, &run.segment, at, &mut features);
            sums.push(weights.sums(&features));
        }
        decoder.labels(&sums, &mut labels[run.tokens]);
    }
    labels
}

/// First readings by learners that have not seen the text.
fn unseen_labels(texts: &[&Text], tables: Tables<'_>, pace: Pace, folds: usize) -> Vec<Vec<Label>> {
    let mut labels: Vec<Vec<Label>> = vec![Vec::new(); texts.len()];
    for fold in 0..folds {
        let others: Vec<&Text> =
            texts.iter().enumerate().filter(|(at, _)| at % folds != fold).map(|(_, text)| *text).collect();
        let (learner, index) = train(&others, None, tables, pace, 7 + fold as u64);
        let bytes = weights(&learner, &index, usize::MAX);
        let mut decoder = Decoder::default();
        for at in (fold..texts.len()).step_by(folds) {
            labels[at] = first_labels(texts[at], tables, &bytes, &mut decoder);
        }
    }
    tell(texts, &labels);
    labels
}

/// Prints how well texts were read by learners that had not seen them.
fn tell(texts: &[&Text], labels: &[Vec<Label>]) {
    let mut scores: BTreeMap<&str, Score> = BTreeMap::new();
    for (text, labels) in texts.iter().zip(labels) {
        let score = scores.entry(text.corpus).or_default();
        let mut start = 0;
        for (at, label) in labels.iter().enumerate() {
            let Some(kind) = decode::kind(*label) else { continue };
            let position = (label - 1) % 4;
            if position == 0 || position == 3 {
                start = at;
            }
            if position >= 2 {
                score.said[kind as usize] += 1;
                score.right[kind as usize] += usize::from(text.names.contains(&(start..at + 1, kind)));
            }
        }
        text.names.iter().for_each(|(_, kind)| score.marked[*kind as usize] += 1);
    }
    for (corpus, score) in scores {
        println!("  unseen {corpus}: {}", score.line(4));
    }
}

/// Trains with memory.
pub fn full(texts: &[&Text], tables: Tables<'_>, pace: Pace, rows_max: usize) -> Vec<u8> {
    let labels = unseen_labels(texts, tables, Pace { rounds: pace.rounds / 2 + 1, ..pace }, 3);
    let (learner, index) = train(texts, Some(&labels), tables, pace, 1);
    weights(&learner, &index, rows_max)
}

/// Right, said and marked names by kind.
#[derive(Clone, Copy, Default)]
pub struct Score {
    pub right: [usize; 4],
    pub said: [usize; 4],
    pub marked: [usize; 4],
}

impl Score {
    pub fn line(&self, kinds: usize) -> String {
        let f = |right: usize, said: usize, marked: usize| {
            let (p, r) = (right as f64 / said.max(1) as f64, right as f64 / marked.max(1) as f64);
            (100.0 * p, 100.0 * r, 200.0 * p * r / (p + r).max(1e-9))
        };
        let sum = |counts: &[usize; 4]| counts[..kinds].iter().sum::<usize>();
        let all = f(sum(&self.right), sum(&self.said), sum(&self.marked));
        let each: Vec<String> = (0..kinds)
            .map(|k| format!("{:.1}", f(self.right[k], self.said[k], self.marked[k]).2))
            .collect();
        format!("P{:.1} R{:.1} F{:.1} [{}]", all.0, all.1, all.2, each.join(" "))
    }
}

pub fn score(texts: &[Text], model: &Model<'_>) -> Score {
    let mut score = Score::default();
    let mut buffers = Buffers::default();
    for text in texts {
        let tagged = tagger::tag(model, &text.text, &text.tokens, &text.segments, &mut buffers);
        for name in &tagged {
            score.said[name.kind as usize] += 1;
            score.right[name.kind as usize] +=
                usize::from(text.names.contains(&(name.tokens.clone(), name.kind)));
        }
        text.names.iter().for_each(|(_, kind)| score.marked[*kind as usize] += 1);
    }
    score
}

/// The pace of the final training.
pub const PACE: Pace = Pace { step: 0.15, decay: 1e-4, rounds: 8, drop_percent: 20 };
/// Bounds the size of the file of weights.
pub const ROWS_MAX: usize = 320_000;
/// Invented pages among the texts.
const PAGES: usize = 1500;
/// One text of the news collection in so many is learned from.
const SILVER_ONE_IN: usize = 3;

/// All texts with marks, some sentences in capitals, and invented pages.
pub fn gold(marked: &[(&'static str, Vec<Document>)], phrases: &Phrases) -> Vec<Text> {
    let mut dice = Dice::new(42);
    let mut texts = Vec::new();
    for (name, documents) in marked {
        let names: usize = documents.iter().map(|document| document.names.len()).sum();
        eprintln!("{name}: {} texts, {names} names", documents.len());
        let weight = if matches!(*name, "btc" | "wnut") { 0.5 } else { 1.0 };
        for document in documents {
            texts.push(Text { weight, corpus: name, ..text(&shout(document, &mut dice, 12)) });
        }
    }
    texts.extend(sports::pages(phrases, PAGES).iter().map(|document| Text {
        weight: 0.4,
        corpus: "pages",
        ..text(document)
    }));
    texts
}

/// The three files.
pub struct Files {
    pub gazetteer: Vec<u8>,
    pub words: Vec<u8>,
    pub weights: Vec<u8>,
}

impl Files {
    pub fn tables(&self) -> Tables<'_> {
        Tables { gazetteer: &self.gazetteer, words: &self.words }
    }

    pub fn model(&self) -> Model<'_> {
        model(self.tables(), &self.weights)
    }

    /// The same lists and words, with what a tagger said of the news.
    fn voted(phrases: &Phrases, list: &Wordlist, votes: &silver::Votes) -> Self {
        let mut phrases = phrases.clone();
        phrases.add_voted(&votes.names);
        let list = Wordlist { vote: votes.words.clone(), ..list.clone() };
        Self { gazetteer: phrases.bytes(), words: list.bytes(), weights: Vec::new() }
    }
}

/// Three generations: the first votes on the words of the news, the second marks news, the third learns from all.
pub fn generations(news: &[Document], gold: &[Text], phrases: &Phrases, list: &Wordlist) -> Files {
    let texts: Vec<&Text> = gold.iter().collect();
    let mut first = Files { gazetteer: phrases.bytes(), words: list.bytes(), weights: Vec::new() };
    first.weights = full(&texts, first.tables(), Pace { rounds: 5, ..PACE }, usize::MAX);
    let mut second = Files::voted(phrases, list, &silver::votes(news, &first.model()));
    second.weights = full(&texts, second.tables(), Pace { rounds: 6, ..PACE }, usize::MAX);
    let votes = silver::votes(news, &second.model());
    let silver = silver::texts(news, &second.model(), &votes, SILVER_ONE_IN);
    let mut third = Files::voted(phrases, list, &votes);
    let texts: Vec<&Text> = gold.iter().chain(&silver).collect();
    third.weights = full(&texts, third.tables(), PACE, ROWS_MAX);
    third
}

/// Everything that is learned from.
pub struct Sources {
    pub phrases: Phrases,
    pub news: Vec<Document>,
    pub marked: Vec<(&'static str, Vec<Document>)>,
}

pub fn sources(data: &Path, lexicon: &Path) -> Result<Sources> {
    let mut news = corpora::news(data)?;
    // Its marks are of whole phrases and cost more than they give; its texts are good reading.
    news.extend(corpora::gum(data)?.into_iter().map(|document| Document {
        names: Vec::new(),
        unknown: Vec::new(),
        ..document
    }));
    Ok(Sources { phrases: gazetteers::gather(data, lexicon)?, news, marked: corpora::marked(data)? })
}

impl Sources {
    pub fn wordlist(&self) -> Wordlist {
        let all: Vec<&Document> =
            self.news.iter().chain(self.marked.iter().flat_map(|(_, documents)| documents)).collect();
        wordlist::gather(&all)
    }
}

/// Writes the three tables.
pub fn make(data: &Path, out: &Path) -> Result<String> {
    let sources = sources(data, out)?;
    let gold = gold(&sources.marked, &sources.phrases);
    let files = generations(&sources.news, &gold, &sources.phrases, &sources.wordlist());
    let development: Vec<Text> = corpora::meantime(data)?.iter().map(text).collect();
    let line = score(&development, &files.model()).line(3);
    std::fs::write(out.join("gazetteer.bin"), &files.gazetteer)?;
    std::fs::write(out.join("words.bin"), &files.words)?;
    std::fs::write(out.join("tagger.bin"), &files.weights)?;
    let bytes = files.gazetteer.len() + files.words.len() + files.weights.len();
    Ok(format!("names of MEANTIME {line}; {bytes} bytes"))
}
