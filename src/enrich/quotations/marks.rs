//! Pairs quotation marks: curly, straight, single, `« »`, two apostrophes, and quotations over several paragraphs.
//!
//! A mark that nothing closes ends with its paragraph where it opens it and the next or the last paragraph goes on
//! in the same way; elsewhere it was forgotten, and counts for nothing.

use crate::model::Span;
use crate::text::Token;
use std::ops::Range;

/// A quotation: its tokens, both marks included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Quoted {
    pub(super) open: usize,
    /// The first token of the closing mark, or `end`.
    pub(super) close: usize,
    /// One past the last token.
    pub(super) end: usize,
    /// It has no closing mark: the next paragraph goes on with it, or the mark was forgotten.
    pub(super) is_unclosed: bool,
}

impl Quoted {
    /// With its marks.
    pub(super) fn range(self) -> Range<usize> {
        self.open..self.end
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Curly,
    Straight,
    Guillemets,
    /// Two straight apostrophes.
    Doubled,
    Single,
    StraightSingle,
}

/// A quotation that is open, and the tokens its mark takes up.
struct Opened {
    at: usize,
    style: Style,
}

/// How far a single mark may stand from the one that closes it.
const SINGLE_TOKENS_MAX: usize = 300;

/// The quotations outside of other quotations, in order. `paragraphs` are ranges of tokens.
pub(super) fn find(text: &str, tokens: &[Token], paragraphs: &[Range<usize>]) -> Vec<Quoted> {
    let marks = Marks { text, tokens };
    let mut found = Vec::new();
    let mut was_open = false;
    for (index, paragraph) in paragraphs.iter().enumerate() {
        let Some(opened) = marks.pair(paragraph.clone(), &mut found) else {
            was_open = false;
            continue;
        };
        let next = paragraphs.get(index + 1);
        let goes_on = next.is_some_and(|next| marks.opens(next.start, next.end) == Some(opened.style));
        if opened.at == paragraph.start && (goes_on || was_open) {
            let end = paragraph.end;
            found.push(Quoted { open: opened.at, close: end, end, is_unclosed: true });
            was_open = true;
        } else {
            was_open = false;
        }
    }
    found
}

struct Marks<'a> {
    text: &'a str,
    tokens: &'a [Token],
}

impl Marks<'_> {
    /// Pairs the marks of one paragraph and returns the one that is still open at its end.
    fn pair(&self, paragraph: Range<usize>, found: &mut Vec<Quoted>) -> Option<Opened> {
        let mut opened: Option<Opened> = None;
        let mut at = paragraph.start;
        while at < paragraph.end {
            match &opened {
                Some(open) if self.closes(at, open.style) => {
                    let end = at + width(open.style);
                    found.push(Quoted { open: open.at, close: at, end, is_unclosed: false });
                    opened = None;
                    at = end;
                    continue;
                }
                Some(open) if !self.reopens(at, open.style) => {}
                _ => {
                    if let Some(style) = self.opens(at, paragraph.end) {
                        opened = Some(Opened { at, style });
                        at += width(style);
                        continue;
                    }
                }
            }
            at += 1;
        }
        opened
    }

    /// Whether a second opening mark at `at` shows that the first one was never closed.
    fn reopens(&self, at: usize, style: Style) -> bool {
        style == Style::Curly && self.word(at) == "“"
    }

    fn opens(&self, at: usize, end: usize) -> Option<Style> {
        let style = match self.word(at) {
            "“" | "„" => Style::Curly,
            "«" => Style::Guillemets,
            "\"" if self.touches_next(at) && !self.touches_word_before(at) => Style::Straight,
            "'" if self.is_doubled(at) && !self.touches_word_before(at) => Style::Doubled,
            "‘" if self.touches_next(at) && !self.touches_word_before(at) => Style::Single,
            "'" if self.touches_next(at) && !self.touches_word_before(at) => Style::StraightSingle,
            _ => return None,
        };
        let limit = end.min(at + SINGLE_TOKENS_MAX);
        (!is_single(style) || self.single_is_closed(at + 1..limit, style)).then_some(style)
    }

    /// Apostrophes are many; a single mark is believed only where punctuation and a mark close it.
    fn single_is_closed(&self, mut range: Range<usize>, style: Style) -> bool {
        range.any(|at| self.closes(at, style))
    }

    fn closes(&self, at: usize, style: Style) -> bool {
        let word = self.word(at);
        match style {
            Style::Curly => matches!(word, "”" | "\""),
            Style::Straight => word == "\"" || word == "”",
            Style::Guillemets => word == "»",
            Style::Doubled => word == "'" && self.is_doubled(at),
            Style::Single => word == "’" && self.closes_single(at),
            Style::StraightSingle => word == "'" && self.closes_single(at),
        }
    }

    /// A single mark after punctuation closes; after a word it does unless a plural's apostrophe is likelier.
    fn closes_single(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1).map(|before| self.word(before)) else { return false };
        if before.ends_with([',', '.', '?', '!', '…']) {
            return true;
        }
        let next = self.tokens.get(at + 1).map_or("", |token| token.span.of(self.text));
        let goes_on = next.starts_with(char::is_lowercase);
        self.touches_word_before(at) && !(before.ends_with('s') && goes_on)
    }

    fn is_doubled(&self, at: usize) -> bool {
        self.tokens.get(at + 1).is_some_and(|next| next.span.start == self.tokens[at].span.end)
            && self.word(at) == "'"
            && self.word(at + 1) == "'"
    }

    fn touches_next(&self, at: usize) -> bool {
        self.tokens.get(at + 1).is_some_and(|next| next.span.start == self.tokens[at].span.end)
    }

    /// Whether a letter or digit stands right before the mark.
    fn touches_word_before(&self, at: usize) -> bool {
        let before = &self.text[..self.tokens[at].span.start as usize];
        before.chars().next_back().is_some_and(char::is_alphanumeric)
    }

    fn word(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| token.span.of(self.text))
    }
}

fn width(style: Style) -> usize {
    if style == Style::Doubled { 2 } else { 1 }
}

fn is_single(style: Style) -> bool {
    matches!(style, Style::Single | Style::StraightSingle)
}

/// The tokens of each paragraph; what stands outside of all paragraphs makes ranges of its own.
pub(super) fn paragraph_tokens(tokens: &[Token], paragraphs: &[Span]) -> Vec<Range<usize>> {
    let mut ranges = Vec::with_capacity(paragraphs.len() + 2);
    let mut at = 0;
    for paragraph in paragraphs {
        let start = at + tokens[at..].partition_point(|token| token.span.start < paragraph.start);
        let end = start + tokens[start..].partition_point(|token| token.span.start < paragraph.end);
        if at < start {
            ranges.push(at..start);
        }
        if start < end {
            ranges.push(start..end);
        }
        at = end;
    }
    if at < tokens.len() {
        ranges.push(at..tokens.len());
    }
    ranges
}
