//! One logistic regression a class over the words of a snippet, written as `copydesk::lexicon::topic_model` reads it.

use super::snippets::{CLASSES, INTERNATIONAL, POLITICS, Part, Snippet};
use copydesk::lexicon::topic_model::{first_slot, short_check};
use std::collections::BTreeMap;
use std::fmt::Write;

/// A feature is kept when this many snippets of this many months have it: names of one week's news teach nothing.
const SNIPPETS_MIN: u32 = 3;
const MONTHS_MIN: u32 = 2;
// Chosen by the last months of 2025.
const EPOCHS: usize = 4;
const RATE: f32 = 0.2;
const DECAY: f32 = 2e-3;
/// What a snippet of 2025 counts against one of 2010 to 2020: names and subjects drift.
const RECENT_WEIGHT: f32 = 4.0;
const RECENT_FROM: u32 = 202_501;
const SEED: u64 = 20_251_009;

pub struct Model {
    /// Row of the weights by feature.
    rows: BTreeMap<u64, u32>,
    weights: Vec<[f32; CLASSES.len()]>,
    bias: [f32; CLASSES.len()],
}

/// A snippet as rows; the weights are for a vector of length one.
struct Example {
    rows: Vec<u32>,
    goal: [f32; CLASSES.len()],
    weight: f32,
}

impl Model {
    pub fn train(snippets: &[Snippet]) -> Self {
        let rows = kept(snippets);
        let mut model =
            Self { weights: vec![[0.0; CLASSES.len()]; rows.len()], rows, bias: [-2.0; CLASSES.len()] };
        let mut examples: Vec<Example> = snippets
            .iter()
            .filter(|snippet| snippet.part == Part::Train)
            .map(|snippet| Example {
                rows: model.known(&snippet.features),
                goal: goal(snippet.label),
                weight: if snippet.month >= RECENT_FROM { RECENT_WEIGHT } else { 1.0 },
            })
            .collect();
        let mut sums = vec![[1e-3_f32; CLASSES.len()]; model.weights.len()];
        let mut bias_sums = [1e-3_f32; CLASSES.len()];
        let mut random = SEED;
        for _ in 0..EPOCHS {
            shuffle(&mut examples, &mut random);
            for example in &examples {
                model.step(example, &mut sums, &mut bias_sums);
            }
        }
        model
    }

    /// AdaGrad.
    fn step(
        &mut self,
        example: &Example,
        sums: &mut [[f32; CLASSES.len()]],
        bias_sums: &mut [f32; CLASSES.len()],
    ) {
        let scores = self.scores(&example.rows);
        let length = (example.rows.len().max(1) as f32).sqrt().recip();
        for class in 0..CLASSES.len() {
            let slope = (sigmoid(scores[class]) - example.goal[class]) * example.weight;
            if slope.abs() < 1e-4 {
                continue;
            }
            bias_sums[class] += slope * slope;
            self.bias[class] -= 0.1 * slope / bias_sums[class].sqrt();
            for row in &example.rows {
                let (weight, sum) =
                    (&mut self.weights[*row as usize][class], &mut sums[*row as usize][class]);
                let gradient = slope * length + DECAY * *weight;
                *sum += gradient * gradient;
                *weight -= RATE * gradient / sum.sqrt();
            }
        }
    }

    fn known(&self, features: &[u64]) -> Vec<u32> {
        features.iter().filter_map(|key| self.rows.get(key).copied()).collect()
    }

    fn scores(&self, rows: &[u32]) -> [f32; CLASSES.len()] {
        let length = (rows.len().max(1) as f32).sqrt().recip();
        let mut scores = self.bias;
        for row in rows {
            for (score, weight) in scores.iter_mut().zip(&self.weights[*row as usize]) {
                *score += weight * length;
            }
        }
        scores
    }

    pub fn bytes(&self) -> Vec<u8> {
        let bits = (self.rows.len() * 5 / 4).next_power_of_two().trailing_zeros();
        let steps: Vec<f32> = (0..CLASSES.len()).map(|class| self.step_of(class)).collect();
        let mut bytes = Vec::new();
        bytes.extend(u32::try_from(CLASSES.len()).expect("few").to_le_bytes());
        bytes.extend(bits.to_le_bytes());
        for (class, code) in CLASSES.iter().enumerate() {
            bytes.extend(code.to_le_bytes());
            bytes.extend(steps[class].to_le_bytes());
            bytes.extend(self.bias[class].to_le_bytes());
        }
        let width = 2 + CLASSES.len();
        let mut slots = vec![0_u8; width << bits];
        let mask = (1_usize << bits) - 1;
        for (key, row) in &self.rows {
            let mut at = first_slot(*key) as usize & mask;
            while slots[at * width..at * width + 2] != [0, 0] {
                at = (at + 1) & mask;
            }
            let place = at * width;
            slots[place..place + 2].copy_from_slice(&short_check(*key).to_le_bytes());
            for class in 0..CLASSES.len() {
                let weight =
                    (self.weights[*row as usize][class] / steps[class]).round().clamp(-127.0, 127.0);
                #[allow(clippy::cast_possible_truncation)]
                let weight = weight as i8;
                slots[place + 2 + class] = weight.to_le_bytes()[0];
            }
        }
        bytes.extend(slots);
        bytes
    }

    /// The largest weights but one in a thousand fit.
    fn step_of(&self, class: usize) -> f32 {
        let mut sizes: Vec<f32> = self.weights.iter().map(|weights| weights[class].abs()).collect();
        sizes.sort_by(f32::total_cmp);
        sizes[sizes.len() - 1 - sizes.len() / 1000] / 127.0
    }

    /// Accuracy on text that was not trained on: the best class is the heading's, where both parts of politics are one
    /// and health and environment are one, as in the headings.
    pub fn report(&self, snippets: &[Snippet]) -> String {
        let mut out = String::new();
        let trained = snippets.iter().filter(|snippet| snippet.part == Part::Train).count();
        let _ = writeln!(out, "{} features from {trained} snippets", self.rows.len());
        for part in [Part::Train, Part::Development, Part::HeldOut] {
            let mut table: BTreeMap<(u32, u32), u32> = BTreeMap::new();
            let (mut all, mut right_of_sure, mut sure, mut log_loss) = (0, 0, 0, 0.0);
            for snippet in snippets.iter().filter(|snippet| snippet.part == part) {
                let Some(label) = snippet.label else { continue };
                let scores = self.scores(&self.known(&snippet.features));
                let best =
                    (0..CLASSES.len()).max_by(|a, b| scores[*a].total_cmp(&scores[*b])).expect("classes");
                let (label, found) = (heading(label), heading(CLASSES[best]));
                *table.entry((label, found)).or_default() += 1;
                all += 1;
                log_loss -= sigmoid(scores[best]).ln() * f32::from(u8::from(label == found));
                if sigmoid(scores[best]) >= 0.5 {
                    sure += 1;
                    right_of_sure += u32::from(label == found);
                }
            }
            let right: u32 = table.iter().filter(|((a, b), _)| a == b).map(|(_, n)| n).sum();
            let share = |a: u32, b: u32| f64::from(a) / f64::from(b.max(1));
            let _ = writeln!(
                out,
                "{part:?}: accuracy {:.4} of {all}; at 0.5 and more {:.4} of {sure} ({log_loss:.0})",
                share(right, all),
                share(right_of_sure, sure)
            );
            if part == Part::HeldOut {
                matrix(&table, &mut out);
            }
        }
        out
    }
}

fn matrix(table: &BTreeMap<(u32, u32), u32>, out: &mut String) {
    let codes: std::collections::BTreeSet<u32> = table.keys().flat_map(|(a, b)| [*a, *b]).collect();
    let count = |a: u32, b: u32| table.get(&(a, b)).copied().unwrap_or(0);
    let heads: Vec<String> = codes.iter().map(|code| format!("{:>5}", code / 1_000_000)).collect();
    let _ = writeln!(out, "label \\ found {}    F1", heads.join(""));
    for own in &codes {
        let cells: Vec<String> = codes.iter().map(|found| format!("{:>5}", count(*own, *found))).collect();
        let labelled: u32 = codes.iter().map(|found| count(*own, *found)).sum();
        let found: u32 = codes.iter().map(|label| count(*label, *own)).sum();
        let f1 = 2.0 * f64::from(count(*own, *own)) / f64::from((labelled + found).max(1));
        let _ = writeln!(out, "{:>13} {}  {f1:.3}", own / 1_000_000, cells.join(""));
    }
}

/// The class as the headings tell them apart.
fn heading(code: u32) -> u32 {
    match code {
        INTERNATIONAL => POLITICS,
        6_000_000 => 7_000_000,
        other => other,
    }
}

/// Politics is right for both of its classes.
fn goal(label: Option<u32>) -> [f32; CLASSES.len()] {
    CLASSES.map(|class| {
        let is_right = label == Some(class) || class == POLITICS && label == Some(INTERNATIONAL);
        f32::from(u8::from(is_right))
    })
}

fn kept(snippets: &[Snippet]) -> BTreeMap<u64, u32> {
    let mut seen: BTreeMap<u64, (u32, u32, u32)> = BTreeMap::new();
    for snippet in snippets.iter().filter(|snippet| snippet.part == Part::Train) {
        for key in &snippet.features {
            let (count, months, last) = seen.entry(*key).or_default();
            *count += 1;
            *months += u32::from(*last != snippet.month);
            *last = snippet.month;
        }
    }
    let kept =
        seen.iter().filter(|(_, (count, months, _))| *count >= SNIPPETS_MIN && *months >= MONTHS_MIN);
    kept.zip(0..).map(|((key, _), row)| (*key, row)).collect()
}

fn sigmoid(score: f32) -> f32 {
    (1.0 + (-score).exp()).recip()
}

/// Fisher and Yates with xorshift.
fn shuffle<T>(items: &mut [T], random: &mut u64) {
    for at in (1..items.len()).rev() {
        *random ^= *random << 13;
        *random ^= *random >> 7;
        *random ^= *random << 17;
        let other = usize::try_from(*random % (at as u64 + 1)).expect("below the length");
        items.swap(at, other);
    }
}
