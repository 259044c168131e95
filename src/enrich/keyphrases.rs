//! Finds the phrases that tell this article from others.
//! Evidence: runs of content words and names, by how often and how early they stand.
//! Example: `harbour bridge` in an article on its closing.
//! Misses: everything yet.

use super::segments::Segment;
use crate::model::{Entity, Headline, Keyphrase};
use crate::text::Token;

/// The phrases, highest score first.
pub(super) fn find(
    _text: &str,
    _tokens: &[Token],
    _segments: &[Segment],
    _headline: Option<&Headline>,
    _entities: &[Entity],
) -> Vec<Keyphrase> {
    Vec::new()
}
