//! The article as the rules of speech read it: a class for each token, and which quotation it lies in.

use super::super::segments::Segment;
use super::marks::{self, Quoted};
use super::words::{Class, LOWERED_BYTES_MAX, classify, lowered};
use crate::model::Span;
use crate::text::{Token, TokenKind};
use std::ops::Range;

pub(super) struct Reader<'a> {
    pub(super) text: &'a str,
    pub(super) tokens: &'a [Token],
    pub(super) classes: Vec<Class>,
    /// In text order, none inside another.
    pub(super) quoted: Vec<Quoted>,
    pub(super) paragraphs: Vec<Range<usize>>,
    /// For each token, one more than the index of its quotation, or 0.
    inside: Vec<u32>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        text: &'a str,
        tokens: &'a [Token],
        segments: &[Segment],
        paragraphs: &[Span],
    ) -> Self {
        let paragraphs = marks::paragraph_tokens(tokens, paragraphs);
        let quoted = marks::find(text, tokens, &paragraphs);
        let mut inside = vec![0; tokens.len()];
        for (index, quotation) in quoted.iter().enumerate() {
            let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
            inside[quotation.range()].fill(number);
        }
        let mut reader = Self { text, tokens, classes: Vec::new(), quoted, paragraphs, inside };
        reader.classes = reader.classify(segments);
        reader
    }

    fn classify(&self, segments: &[Segment]) -> Vec<Class> {
        let mut classes = Vec::with_capacity(self.tokens.len());
        for segment in segments {
            let is_title = self.is_in_title_case(segment.clone());
            let mut is_first = true;
            for at in segment.clone() {
                let class = classify(self.text, self.tokens[at], is_first || is_title);
                is_first = is_first && self.tokens[at].kind == TokenKind::Mark
                    || matches!(class, Class::Colon)
                    || self.starts_quotation(at);
                classes.push(self.joined(at, class, segment.end));
            }
        }
        classes.resize(self.tokens.len(), Class::Other);
        for quotation in &self.quoted {
            classes[quotation.open] = Class::Open;
            if !quotation.is_unclosed {
                classes[quotation.end - 1] = Class::Close;
            }
        }
        classes
    }

    fn starts_quotation(&self, at: usize) -> bool {
        self.quotation(at).is_some_and(|quotation| quotation.open == at)
    }

    /// A hyphen joins what touches it on both sides, and two hyphens or a hyphen alone are a dash. A full stop
    /// inside a sentence is an abbreviation's.
    fn joined(&self, at: usize, class: Class, end: usize) -> Class {
        if class == Class::Stop && self.word(at) == "." && self.is_inner_stop(at, end) {
            return Class::Joint;
        }
        let touches = |first: usize| {
            self.tokens.get(first + 1).is_some_and(|next| next.span.start == self.tokens[first].span.end)
        };
        let both = touches(at) && at.checked_sub(1).is_some_and(touches);
        if class != Class::Joint || both && self.tokens[at + 1].kind != TokenKind::Mark {
            class
        } else {
            Class::Dash
        }
    }

    fn is_inner_stop(&self, at: usize, end: usize) -> bool {
        let touches_word = at > 0
            && self.tokens[at - 1].span.end == self.tokens[at].span.start
            && self.tokens[at - 1].kind == TokenKind::Word;
        touches_word && at + 1 < end && (self.is_word(at + 1) || self.word(at + 1) == ",")
    }

    /// Most longer words have capitals: a headline.
    fn is_in_title_case(&self, segment: Segment) -> bool {
        let (mut capital, mut small) = (0, 0);
        for token in &self.tokens[segment] {
            if token.kind == TokenKind::Word && token.span.len() > 3 {
                if token.span.of(self.text).starts_with(char::is_uppercase) {
                    capital += 1;
                } else {
                    small += 1;
                }
            }
        }
        capital > 3 && capital > small * 3
    }

    pub(super) fn class(&self, at: usize) -> Class {
        self.classes.get(at).copied().unwrap_or(Class::Stop)
    }

    pub(super) fn word(&self, at: usize) -> &'a str {
        self.tokens.get(at).map_or("", |token| token.span.of(self.text))
    }

    /// Whether the token is one of `words`, in any case.
    pub(super) fn is_any(&self, at: usize, words: &[&str]) -> bool {
        let word = self.word(at);
        words.iter().any(|own| own.eq_ignore_ascii_case(word))
    }

    pub(super) fn with_lowered<T>(&self, at: usize, read: impl FnOnce(&str) -> T) -> T {
        let mut buffer = [0; LOWERED_BYTES_MAX];
        read(lowered(self.word(at), &mut buffer))
    }

    pub(super) fn is_word(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| token.kind != TokenKind::Mark)
    }

    pub(super) fn is_quoted(&self, at: usize) -> bool {
        self.inside.get(at).is_some_and(|number| *number > 0)
    }

    /// The quotation that the token lies in, marks included.
    pub(super) fn quotation(&self, at: usize) -> Option<Quoted> {
        let number = *self.inside.get(at)?;
        self.quoted.get((number as usize).checked_sub(1)?).copied()
    }

    pub(super) fn words_in(&self, range: Range<usize>) -> usize {
        range.filter(|at| self.is_word(*at)).count()
    }

    /// The text from the first to the last token; the range is not empty.
    pub(super) fn span(&self, range: &Range<usize>) -> Span {
        Span { start: self.tokens[range.start].span.start, end: self.tokens[range.end - 1].span.end }
    }
}
