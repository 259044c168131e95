//! Counts words, sentences and paragraphs of the body.
//! Evidence: tokens of letters or digits inside paragraphs; headline and sub-heads do not count.
//! Example: `It cost $3 million.` → 4 words (It, cost, 3, million).
//! Misses: languages without spaces, where a run of letters is one word.

use crate::model::{Counts, Span};
use crate::text::{Token, TokenKind};

/// The counts; `paragraphs` and `tokens` are in text order.
pub(super) fn find(tokens: &[Token], paragraphs: &[Span], sentences: usize) -> Counts {
    let mut words = 0;
    let mut rest = tokens;
    for paragraph in paragraphs {
        let before = rest.partition_point(|token| token.span.start < paragraph.start);
        let inside = rest[before..].partition_point(|token| token.span.start < paragraph.end);
        words += rest[before..before + inside].iter().filter(|token| is_word(token)).count();
        rest = &rest[before + inside..];
    }
    Counts { words, sentences, paragraphs: paragraphs.len(), reading_ease: None }
}

fn is_word(token: &Token) -> bool {
    matches!(token.kind, TokenKind::Word | TokenKind::Number | TokenKind::Mixed)
}
