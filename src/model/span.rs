//! Byte ranges into the article text: every finding is one.

use std::ops::Range;

/// A half-open range of UTF-8 byte offsets into the article's text, always on character boundaries.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Span {
    pub start: u32,
    pub end: u32,
}

impl Span {
    /// From offsets; both are below 4 GiB because an article's size is limited long before.
    pub fn new(start: usize, end: usize) -> Self {
        debug_assert!(start <= end, "span {start}..{end} runs backwards");
        let narrow = |n: usize| u32::try_from(n).expect("an article is smaller than 4 GiB");
        Self { start: narrow(start), end: narrow(end) }
    }

    /// The text it covers.
    pub fn of(self, text: &str) -> &str {
        &text[self.range()]
    }

    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    pub fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// The same range without white space at either end; empty at its start when nothing is left.
    #[must_use]
    pub fn trimmed(self, text: &str) -> Self {
        let inner = self.of(text);
        let start = self.start as usize + (inner.len() - inner.trim_start().len());
        Self::new(start, start + inner.trim().len())
    }
}
