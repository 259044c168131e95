//! Finds who said what: direct, mixed and indirect speech.
//! Evidence: quotation marks; cue verbs and phrases with their subjects.
//! Example: `Duarte said the bridge was safe` → indirect, cue `said`, speaker `Duarte`.
//! Misses: everything yet.

use super::segments::Segment;
use crate::model::{Entity, Quotation, Span};
use crate::text::Token;

/// The speech of the article, in the order of its content.
pub(super) fn find(
    _text: &str,
    _tokens: &[Token],
    _segments: &[Segment],
    _paragraphs: &[Span],
    _entities: &[Entity],
) -> Vec<Quotation> {
    Vec::new()
}
