//! What the first reading said of each word, so that the second can read the article as a whole.

use super::LABELS;
use super::decode::{Label, OUTSIDE};
use super::features::Features;
use super::words::Word;
use std::ops::Range;

#[derive(Clone, Copy, PartialEq, Debug)]
struct Entry {
    word: u64,
    counts: [u16; LABELS],
}

#[derive(Clone, PartialEq, Debug, Default)]
pub struct Memory {
    entries: Vec<Entry>,
    order: Vec<(u64, Label)>,
}

impl Memory {
    /// Counts the labels of every candidate word.
    pub fn learn(&mut self, words: &[Word], labels: &[Label]) {
        self.order.clear();
        let letters = |word: &Word| word.is_candidate && word.letters > 1;
        let pairs = words.iter().zip(labels).filter(|(word, _)| letters(word));
        self.order.extend(pairs.map(|(word, label)| (word.lower, *label)));
        self.order.sort_unstable();
        self.entries.clear();
        for (word, label) in &self.order {
            if self.entries.last().is_none_or(|entry| entry.word != *word) {
                self.entries.push(Entry { word: *word, counts: [0; LABELS] });
            }
            if let Some(entry) = self.entries.last_mut() {
                let count = &mut entry.counts[usize::from(*label)];
                *count = count.saturating_add(1);
            }
        }
    }

    /// The counts of a word, without one occurrence.
    fn others(&self, word: &Word, own: Option<Label>) -> Option<[u16; LABELS]> {
        let at = self.entries.binary_search_by_key(&word.lower, |entry| entry.word).ok()?;
        let mut counts = self.entries[at].counts;
        if let Some(own) = own {
            counts[usize::from(own)] = counts[usize::from(own)].saturating_sub(1);
        }
        counts.iter().any(|count| *count > 0).then_some(counts)
    }

    /// What the rest of the article says of the word at `at` and of its neighbours.
    pub fn features(
        &self,
        words: &[Word],
        labels: &[Label],
        segment: &Range<usize>,
        at: usize,
        out: &mut Vec<u64>,
    ) {
        let mut add = Features::memory(out);
        let word = &words[at];
        if let Some(counts) = self.others(word, Some(labels[at])) {
            let (kind, strength) = most(&counts);
            add.one(0, kind * 3 + strength);
            add.one(1, (kind * 3 + strength) * 32 + word.shape as u64);
            for label in (1..LABELS).filter(|label| counts[*label] > 0) {
                add.one(2, label as u64);
            }
        } else if word.letters > 1 {
            add.one(3, word.shape as u64);
        }
        let beside = |at: usize| {
            let counts = self.others(&words[at], Some(labels[at]));
            counts.map(|counts| most(&counts).0)
        };
        if let Some(kind) = at.checked_sub(1).filter(|at| *at >= segment.start).and_then(beside) {
            add.one(4, kind);
        }
        if let Some(kind) = Some(at + 1).filter(|at| *at < segment.end).and_then(beside) {
            add.one(5, kind);
        }
    }
}

/// The kind (0 is outside of names) that was said most often, and how clearly: always, mostly, or less.
fn most(counts: &[u16; LABELS]) -> (u64, u64) {
    let mut kinds = [0_u32; 5];
    for (label, count) in counts.iter().enumerate() {
        kinds[if label == usize::from(OUTSIDE) { 0 } else { 1 + (label - 1) / 4 }] += u32::from(*count);
    }
    let total: u32 = kinds.iter().sum();
    let best = (0..5).fold(0, |best, kind| if kinds[kind] > kinds[best] { kind } else { best });
    let strength = match kinds[best] {
        count if count == total => 0,
        count if count * 3 >= total * 2 => 1,
        _ => 2,
    };
    (best as u64, strength)
}
