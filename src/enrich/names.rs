//! Finds names and says of each whether it is a person's, an organisation's, a place's or another's.
//! Evidence: a trained tagger over words, shapes and gazetteers.
//! Example: `Ana Duarte left Acme for Lisbon` → person, organisation, place.
//! Misses: names without a capital (`iguazu`); lines in capitals hide which words are names;
//! a team that bears its town's name, told only outside of tables and sports sentences; unknown companies without a legal form.

use super::segments::Segment;
use crate::lexicon::tagger::{self, Buffers, Kind, Model};
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
pub(super) struct Scratch {
    buffers: Buffers,
}

/// What published mentions name as their finder.
const BY: &str = "tagger";

/// The names of the article, in order, none overlapping another.
#[inline(never)] // benches/linear.sh counts it by name
pub(super) fn find(text: &str, tokens: &[Token], segments: &[Segment], scratch: &mut Scratch) -> Vec<Name> {
    tagger::tag(&Model::own(), text, tokens, segments, &mut scratch.buffers)
        .into_iter()
        .map(|tagged| {
            let tokens_of = without_article(text, tokens, tagged.tokens);
            Name {
                span: tagger::span(tokens, &tokens_of),
                tokens: tokens_of,
                kind: kind(tagged.kind),
                confidence: tagged.confidence,
                by: BY,
            }
        })
        .collect()
}

fn kind(kind: Kind) -> NameKind {
    match kind {
        Kind::Person => NameKind::Person,
        Kind::Organisation => NameKind::Organisation,
        Kind::Place => NameKind::Place,
        Kind::Other => NameKind::Other,
    }
}

/// `the` is no part of a name; `The Hague` keeps its own.
fn without_article(text: &str, tokens: &[Token], range: Range<usize>) -> Range<usize> {
    if range.len() > 1 && tokens[range.start].span.of(text) == "the" {
        range.start + 1..range.end
    } else {
        range
    }
}
