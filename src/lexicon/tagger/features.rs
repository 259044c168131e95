//! What the weights are given of a token: hashes of its form, its company and the lists it stands in.

use super::words::Word;
use crate::lexicon::gazetteer::LISTS;
use crate::lexicon::table::{joined, mixed};
use std::ops::Range;

/// Writes features, each the hash of its template and its value.
pub struct Features<'a> {
    out: &'a mut Vec<u64>,
    base: u64,
}

impl<'a> Features<'a> {
    pub fn fixed(out: &'a mut Vec<u64>) -> Self {
        Self { out, base: 0x100 }
    }

    pub fn memory(out: &'a mut Vec<u64>) -> Self {
        Self { out, base: 0x200 }
    }

    pub fn one(&mut self, template: u64, value: u64) {
        self.out.push(joined(mixed(self.base + template), value));
    }

    fn two(&mut self, template: u64, first: u64, second: u64) {
        self.one(template, first.rotate_left(32) ^ second.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    }
}

/// Stands for all words outside of the segment.
static OUTSIDE: Word = Word {
    lower: 0,
    shape: super::words::Shape::None,
    style: super::words::Style::Plain,
    known: super::words::Known { fine: 0, coarse: 0, capital: 0, vote: 0 },
    is_first: false,
    is_candidate: false,
    is_apart: false,
    lists: 0,
    starts: [0; 4],
    ends: [0; 4],
    is_seen_lower: false,
    is_seen_capital: false,
    letters: 0,
};

/// Everything that does not need a first reading.
pub fn fixed(words: &[Word], segment: &Range<usize>, at: usize, out: &mut Vec<u64>) {
    let around: [&Word; 7] = std::array::from_fn(|index| {
        let at = (at + index).checked_sub(3).filter(|at| segment.contains(at));
        at.map_or(&OUTSIDE, |at| &words[at])
    });
    let mut add = Features::fixed(out);
    form(&mut add, &around);
    company(&mut add, &around);
    lists(&mut add, &around);
}

/// How the word is written.
fn form(add: &mut Features<'_>, around: &[&Word; 7]) {
    let [_, _, before, word, after, _, _] = around;
    let shape = word.shape as u64;
    let style = word.style as u64;
    let place = style * 4 + u64::from(word.is_first) * 2 + u64::from(word.is_apart);
    add.one(0, 0);
    add.one(1, word.lower);
    add.two(2, word.lower, shape * 16 + place);
    for length in 1..4 {
        if usize::from(word.letters) > length {
            add.two(3, u64::from(word.starts[length]), length as u64);
        }
    }
    for length in 0..4 {
        if usize::from(word.letters) > length {
            add.two(4, u64::from(word.ends[length]), length as u64);
        }
    }
    add.one(5, shape * 16 + place);
    add.one(6, shape * 32 + before.shape as u64);
    add.one(7, shape * 32 + after.shape as u64);
    add.one(8, (shape * 32 + before.shape as u64) * 32 + after.shape as u64);
    add.one(9, u64::from(word.letters) * 32 + shape);
    let seen = u64::from(word.is_seen_lower) * 2 + u64::from(word.is_seen_capital);
    let habit = u64::from(word.known.capital) * 4 + seen;
    add.two(10, habit * 32 + shape, place);
    add.two(11, u64::from(word.known.vote), u64::from(before.known.vote));
    add.two(12, u64::from(word.known.vote), u64::from(after.known.vote));
    add.two(13, u64::from(word.known.vote), shape * 16 + place);
}

/// Which words it stands among.
fn company(add: &mut Features<'_>, around: &[&Word; 7]) {
    let [third, second, before, word, after, next, beyond] = around;
    for (index, other) in [second, before, after, next].into_iter().enumerate() {
        let index = index as u64;
        add.one(20 + index, other.lower);
        add.one(24 + index, u64::from(other.known.fine));
        add.one(28 + index, u64::from(other.known.coarse) * 32 + other.shape as u64);
    }
    add.one(32, u64::from(word.known.fine));
    add.one(33, u64::from(word.known.coarse));
    add.two(34, before.lower, word.lower);
    add.two(35, word.lower, after.lower);
    add.two(36, u64::from(before.known.fine), u64::from(word.known.fine));
    add.two(37, u64::from(word.known.fine), u64::from(after.known.fine));
    let shape = word.shape as u64;
    add.two(38, before.lower, shape);
    add.two(39, after.lower, shape);
    add.two(40, second.lower, before.lower);
    add.two(41, after.lower, next.lower);
    add.two(42, u64::from(second.known.coarse), u64::from(before.known.coarse) * 32 + shape);
    add.two(43, u64::from(next.known.coarse), u64::from(after.known.coarse) * 32 + shape);
    let far = |first: &Word, middle: &Word| (shape * 32 + middle.shape as u64) * 32 + first.shape as u64;
    add.one(47, far(next, after));
    add.one(48, far(second, before));
    add.two(49, before.lower, after.lower);
    add.one(44, u64::from(third.known.fine));
    add.one(45, u64::from(beyond.known.fine));
    add.two(
        46,
        u64::from(before.known.coarse) * 256 + u64::from(word.known.coarse),
        u64::from(after.known.coarse),
    );
}

/// Which lists know it.
fn lists(add: &mut Features<'_>, around: &[&Word; 7]) {
    let [_, _, before, word, after, _, _] = around;
    if word.lists == 0 {
        add.one(60, word.shape as u64);
    }
    for bit in (0..4 * LISTS as u64).filter(|bit| word.lists >> bit & 1 != 0) {
        add.one(61, bit);
        add.two(62, bit, u64::from(word.known.capital) * 4 + word.style as u64);
    }
    add.one(63, word.lists);
    let (own, left, right) = (word.any_list(), before.any_list(), after.any_list());
    add.two(64, u64::from(own), u64::from(left));
    add.two(65, u64::from(own), u64::from(right));
    for list in 0..LISTS as u64 {
        if left >> list & 1 != 0 {
            add.one(66, list);
        }
        if right >> list & 1 != 0 {
            add.one(67, list);
        }
    }
}
