//! Picks the sentences that sum the article up.
//! Evidence: place in the article, words shared with the headline and the keyphrases.
//! Example: the lede, and the sentence with the main figure.
//! Misses: everything yet.

use crate::model::{Headline, Keyphrase, Span};
use crate::text::Token;

/// Indexes into `sentences`, in text order.
pub(super) fn find(
    _text: &str,
    _tokens: &[Token],
    _sentences: &[Span],
    _headline: Option<&Headline>,
    _keyphrases: &[Keyphrase],
) -> Vec<usize> {
    Vec::new()
}
