//! Reads labels, names and their probabilities off the sums of weights: a linear chain over one run of candidates.

use super::{Kind, LABELS, Sums, Tagged, WEIGHED, Weights};
use std::ops::Range;

/// `OUTSIDE`, or 1 + 4 × kind + position.
pub type Label = u8;
pub const OUTSIDE: Label = 0;

/// Every label.
fn all_labels() -> std::ops::RangeInclusive<Label> {
    OUTSIDE..=label(Kind::Other, Position::Only)
}

/// Where in its name a token stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Position {
    First,
    Inner,
    Last,
    Only,
}

pub fn label(kind: Kind, position: Position) -> Label {
    1 + 4 * kind as u8 + position as u8
}

pub fn kind(label: Label) -> Option<Kind> {
    let index = usize::from(label.checked_sub(1)? / 4);
    Kind::ALL.get(index).copied()
}

fn position(label: Label) -> Option<Position> {
    let all = [Position::First, Position::Inner, Position::Last, Position::Only];
    Some(all[usize::from(label.checked_sub(1)? % 4)])
}

/// Whether the name goes on after a token of this label.
fn goes_on(label: Label) -> bool {
    matches!(position(label), Some(Position::First | Position::Inner))
}

/// Whether it went on before it.
fn went_on(label: Label) -> bool {
    matches!(position(label), Some(Position::Inner | Position::Last))
}

/// Whether one label may follow the other.
pub fn may_follow(from: Label, to: Label) -> bool {
    if goes_on(from) { went_on(to) && kind(from) == kind(to) } else { !went_on(to) }
}

/// `e` to a power, from a power of two and a short series, so that every machine has the same bits.
pub fn exp(x: f32) -> f32 {
    let scaled = (x * std::f32::consts::LOG2_E).clamp(-100.0, 100.0);
    let whole = scaled.floor();
    let rest = (scaled - whole) * std::f32::consts::LN_2;
    let series =
        1.0 + rest * (1.0 + rest * (0.5 + rest * (1.0 / 6.0 + rest * (1.0 / 24.0 + rest / 120.0))));
    // Between 27 and 227, so that the cast loses nothing.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let exponent = (whole + 127.0) as u32;
    f32::from_bits(exponent << 23) * series
}

type Row = [f32; LABELS];

#[derive(Clone, PartialEq, Debug, Default)]
pub struct Decoder {
    transitions: Vec<Row>,
    /// The same, as factors.
    factors: Vec<Row>,
    forward: Vec<Row>,
    backward: Vec<Row>,
    emitted: Vec<Row>,
    best: Vec<Row>,
    back: Vec<[Label; LABELS]>,
    path: Vec<Label>,
}

/// Stands for "never" in sums.
const NEVER: f32 = -1.0e9;

impl Decoder {
    pub fn prepare(&mut self, weights: &Weights<'_>) {
        if !self.transitions.is_empty() {
            return;
        }
        self.set_transitions(|from, to| weights.transition(from, to));
    }

    pub fn set_transitions(&mut self, weight: impl Fn(Label, Label) -> f32) {
        self.transitions = all_labels()
            .map(|from| {
                let mut row = [NEVER; LABELS];
                for to in all_labels().filter(|to| may_follow(from, *to)) {
                    row[usize::from(to)] = weight(from, to);
                }
                row
            })
            .collect();
        self.factors = self
            .transitions
            .iter()
            .map(|row| row.map(|weight| if weight <= NEVER { 0.0 } else { exp(weight) }))
            .collect();
    }

    /// Most likely labels of a run.
    pub fn labels(&mut self, sums: &[Sums], labels: &mut [Label]) {
        self.walk(sums);
        labels.copy_from_slice(&self.path);
    }

    /// Most likely names of a run that starts at a token, with their probabilities.
    pub fn names(&mut self, sums: &[Sums], first: usize, names: &mut Vec<Tagged>) {
        self.walk(sums);
        if self.path.iter().all(|label| *label == OUTSIDE) {
            return;
        }
        self.weigh(sums);
        let mut start = 0;
        for at in 0..self.path.len() {
            let label = self.path[at];
            if !went_on(label) {
                start = at;
            }
            let Some(kind) = kind(label).filter(|_| !goes_on(label)) else { continue };
            let confidence = self.certainty(start..at + 1);
            names.push(Tagged { tokens: first + start..first + at + 1, kind, confidence });
        }
    }

    fn certainty(&self, range: Range<usize>) -> f32 {
        range
            .map(|at| {
                let product = |label: usize| self.forward[at][label] * self.backward[at][label];
                let total: f32 = (0..LABELS).map(product).sum();
                if total > 0.0 { product(usize::from(self.path[at])) / total } else { 0.0 }
            })
            .fold(1.0, f32::min)
    }

    /// The best path (Viterbi).
    fn walk(&mut self, sums: &[Sums]) {
        self.best.clear();
        self.back.clear();
        let mut before: Row = [NEVER; LABELS];
        before[usize::from(OUTSIDE)] = 0.0;
        for sums in sums {
            let mut row = [NEVER; LABELS];
            let mut back = [OUTSIDE; LABELS];
            for (from, (before, steps)) in all_labels().zip(before.iter().zip(&self.transitions)) {
                for ((best, back), step) in row.iter_mut().zip(&mut back).zip(steps) {
                    if before + step > *best {
                        *best = before + step;
                        *back = from;
                    }
                }
            }
            row[1..].iter_mut().zip(sums).for_each(|(score, sum)| *score += sum);
            self.back.push(back);
            self.best.push(row);
            before = row;
        }
        self.path.clear();
        let Some(last) = self.best.last() else { return };
        let end = |label: Label| {
            last[usize::from(label)] + self.transitions[usize::from(label)][usize::from(OUTSIDE)]
        };
        let better = |best, label| if end(label) > end(best) { label } else { best };
        let mut label = all_labels().fold(OUTSIDE, better);
        for back in self.back.iter().rev() {
            self.path.push(label);
            label = back[usize::from(label)];
        }
        self.path.reverse();
    }

    /// Forward and backward probabilities, each row scaled to one.
    fn weigh(&mut self, sums: &[Sums]) {
        self.emitted.clear();
        self.emitted.extend(sums.iter().map(emission));
        let mut before = [0.0; LABELS];
        before[usize::from(OUTSIDE)] = 1.0;
        self.forward.clear();
        for emitted in &self.emitted {
            let mut row = [0.0; LABELS];
            for (from, mass) in before.iter().enumerate().filter(|(_, mass)| **mass > 0.0) {
                row.iter_mut().zip(&self.factors[from]).for_each(|(cell, factor)| *cell += mass * factor);
            }
            row.iter_mut().zip(emitted).for_each(|(cell, factor)| *cell *= factor);
            scale(&mut row);
            self.forward.push(row);
            before = row;
        }
        let mut after: Row = std::array::from_fn(|label| self.factors[label][usize::from(OUTSIDE)]);
        self.backward.clear();
        for emitted in self.emitted.iter().rev() {
            scale(&mut after);
            self.backward.push(after);
            let ahead: Row = std::array::from_fn(|label| after[label] * emitted[label]);
            after = std::array::from_fn(|from| {
                self.factors[from].iter().zip(&ahead).map(|(factor, mass)| factor * mass).sum()
            });
        }
        self.backward.reverse();
    }
}

/// Factors of one token's labels; the greatest is one.
fn emission(sums: &Sums) -> Row {
    let most = sums.iter().copied().fold(0.0, f32::max);
    let mut row = [exp(-most); LABELS];
    for index in 0..WEIGHED {
        row[index + 1] = exp(sums[index] - most);
    }
    row
}

fn scale(row: &mut Row) {
    let total: f32 = row.iter().sum();
    if total > 0.0 {
        for cell in row {
            *cell /= total;
        }
    }
}
