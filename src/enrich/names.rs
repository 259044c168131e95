//! Finds names and says of each whether it is a person's, an organisation's, a place's or another's.
//! Evidence: a trained tagger over words, shapes and gazetteers.
//! Example: `Ana Duarte left Acme for Lisbon` → person, organisation, place.
//! Misses: everything yet; the tagger is not in.

use super::segments::Segment;
use crate::model::Span;
use crate::text::Token;
use std::ops::Range;

/// One name in the text.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Name {
    pub(super) span: Span,
    /// Its tokens.
    pub(super) tokens: Range<usize>,
    pub(super) kind: NameKind,
    /// 0 to 1.
    pub(super) confidence: f32,
    /// The model or rule that found it.
    pub(super) by: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum NameKind {
    Person,
    Organisation,
    Place,
    /// A work, a product, an event.
    Other,
}

/// Buffers kept between articles.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Scratch {}

/// The names of the article, in order, none overlapping another.
pub(super) fn find(
    _text: &str,
    _tokens: &[Token],
    _segments: &[Segment],
    _scratch: &mut Scratch,
) -> Vec<Name> {
    Vec::new()
}
