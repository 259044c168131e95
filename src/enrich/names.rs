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

/// A longer run of capitals is a heading or a list.
const NAME_TOKENS_MAX: usize = 32;

/// What published mentions name as their finder.
const BY: &str = "tagger";

/// The names of the article, in order, none overlapping another.
#[inline(never)] // benches/linear.sh counts it by name
pub(super) fn find(text: &str, tokens: &[Token], segments: &[Segment], scratch: &mut Scratch) -> Vec<Name> {
    let mut names: Vec<Name> = Vec::new();
    for tagged in tagger::tag(&Model::own(), text, tokens, segments, &mut scratch.buffers) {
        if tagged.tokens.len() > NAME_TOKENS_MAX {
            continue;
        }
        let range = without_article(text, tokens, tagged.tokens);
        let (range, kind) = match kind(tagged.kind) {
            NameKind::Place => with_institution(text, tokens, range, names.last()),
            other => (range, other),
        };
        let span = tagger::span(tokens, &range);
        names.push(Name { span, tokens: range, kind, confidence: tagged.confidence, by: BY });
    }
    names
}

/// What is named by `… of` and its place.
const INSTITUTIONS: [&str; 8] =
    ["Academy", "Bank", "College", "Court", "Institute", "Parliament", "Senate", "University"];

/// `Bank of Portugal` is one name where the tagger saw the country alone.
fn with_institution(
    text: &str,
    tokens: &[Token],
    range: Range<usize>,
    before: Option<&Name>,
) -> (Range<usize>, NameKind) {
    let Some(start) = range.start.checked_sub(2) else { return (range, NameKind::Place) };
    let is_free = before.is_none_or(|name| name.tokens.end <= start);
    let is_institution = INSTITUTIONS.binary_search(&tokens[start].span.of(text)).is_ok();
    if is_free && is_institution && tokens[start + 1].span.of(text) == "of" {
        return (start..range.end, NameKind::Organisation);
    }
    (range, NameKind::Place)
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
