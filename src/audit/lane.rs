//! What is known of one input partition: which offsets hold records, and which of them have an outcome.

use super::bitmap::{Bitmap, WORD_BITS};
use super::{Channel, Span};
use crate::model::Offset;
use std::ops::Range;

#[derive(Clone, Debug)]
pub(super) struct Lane {
    span: Span,
    present: Bitmap,
    skipped: Bitmap,
    published: Bitmap,
    dead_lettered: Bitmap,
}

/// Consecutive records without an outcome. Offsets that hold no record do not part them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Gap {
    pub(super) first: Offset,
    pub(super) last: Offset,
    pub(super) records: u64,
}

/// What an offset is to its lane.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Place {
    BeforeStart,
    Empty,
    /// A record that the configuration skips.
    Skipped,
    Record,
}

impl Lane {
    pub(super) fn new(span: Span) -> Self {
        let Span { first, due, end } = span;
        assert!(first <= due && due <= end && first.0 >= 0, "{span:?} is no span of offsets");
        let bits = usize::try_from(end.0 - first.0).expect("a span's offsets are ordered");
        let empty = Bitmap::new(bits);
        Self {
            span,
            present: empty.clone(),
            skipped: empty.clone(),
            published: empty.clone(),
            dead_lettered: empty,
        }
    }

    fn bit(&self, offset: Offset) -> Option<usize> {
        let is_inside = (self.span.first..self.span.end).contains(&offset);
        is_inside.then(|| usize::try_from(offset.0 - self.span.first.0).expect("it is in the span"))
    }

    /// Notes a record; says whether it lies in the span.
    pub(super) fn hold(&mut self, offset: Offset, is_skipped: bool) -> bool {
        let Some(bit) = self.bit(offset) else { return false };
        self.present.set(bit);
        if is_skipped {
            self.skipped.set(bit);
        }
        true
    }

    pub(super) fn place(&self, offset: Offset) -> Place {
        match self.bit(offset) {
            None if offset < self.span.first => Place::BeforeStart,
            Some(bit) if self.skipped.is_set(bit) => Place::Skipped,
            Some(bit) if self.present.is_set(bit) => Place::Record,
            _ => Place::Empty,
        }
    }

    /// The offsets of a range that lie in the span.
    pub(super) fn inside(&self, first: Offset, last: Offset) -> Range<i64> {
        first.max(self.span.first).0..last.0.saturating_add(1).min(self.span.end.0)
    }

    /// Notes the outcome of a record in the span; where it had one before, says in which topic.
    pub(super) fn settle(&mut self, offset: Offset, channel: Channel) -> Option<Channel> {
        let bit = self.bit(offset)?;
        let is_published = self.published.is_set(bit);
        let is_dead_lettered = self.dead_lettered.is_set(bit);
        match channel {
            Channel::Output => self.published.set(bit),
            Channel::DeadLetter => self.dead_lettered.set(bit),
        };
        match (is_published, is_dead_lettered) {
            (true, _) => Some(Channel::Output),
            (false, true) => Some(Channel::DeadLetter),
            (false, false) => None,
        }
    }

    /// Calls back for each run of records that are due and have no outcome; returns how many have none and
    /// are not due.
    pub(super) fn gaps(&self, mut found: impl FnMut(Gap)) -> u64 {
        let (mut gap, mut not_due): (Option<Gap>, u64) = (None, 0);
        for (index, present) in self.present.words().iter().enumerate() {
            let done = self.published.words()[index] | self.dead_lettered.words()[index];
            let open = present & !self.skipped.words()[index] & !done;
            if open == 0 {
                if done != 0 {
                    gap.take().into_iter().for_each(&mut found);
                }
                continue;
            }
            for bit in 0..WORD_BITS {
                let is = |word: u64| word >> bit & 1 == 1;
                let offset = self.offset(index * WORD_BITS + bit);
                if is(done) {
                    gap.take().into_iter().for_each(&mut found);
                } else if is(open) && offset >= self.span.due {
                    not_due += 1;
                } else if is(open) {
                    let gap = gap.get_or_insert(Gap { first: offset, last: offset, records: 0 });
                    gap.last = offset;
                    gap.records += 1;
                }
            }
        }
        gap.into_iter().for_each(found);
        not_due
    }

    fn offset(&self, bit: usize) -> Offset {
        Offset(self.span.first.0 + i64::try_from(bit).expect("a bit stands for an offset"))
    }
}
