//! Says what the article is about, in IPTC Media Topics.
//! Evidence: a linear model over words for the branches that have text to learn from; terms of the taxonomy for others.
//! Example: an article on a cup final → sport, with the words that say so.
//! Misses: everything yet.

use crate::model::{Headline, Span, Topic};
use crate::text::Token;

/// Buffers kept between articles.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Scratch {}

/// The topics, highest score first; none when nothing is certain enough.
pub(super) fn find(
    _text: &str,
    _tokens: &[Token],
    _headline: Option<&Headline>,
    _lede: Option<Span>,
    _scratch: &mut Scratch,
) -> Vec<Topic> {
    Vec::new()
}
