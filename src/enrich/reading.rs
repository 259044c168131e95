//! Tells how easy the article reads.
//! Evidence: Flesch's formula over words, sentences and syllables.
//! Example: short words in short sentences → above 70.
//! Misses: everything yet.

use crate::model::{Counts, Span};
use crate::text::Token;

/// Flesch reading ease; none without words.
pub(super) fn ease(_text: &str, _tokens: &[Token], _paragraphs: &[Span], _counts: Counts) -> Option<f32> {
    None
}
