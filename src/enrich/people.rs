//! Gathers the names of people into persons, with the titles that stand beside them.
//! Evidence: names the tagger found; later mentions by surname; titles from the lexicon before or after a name.
//! Example: `Foreign Minister Ana Duarte … Duarte` → one person, two mentions, title `Foreign Minister`.
//! Misses: everything yet.

use super::names::Name;
use super::segments::Segment;
use crate::model::Entity;
use crate::text::Token;

/// The persons, in order of their first mention.
pub(super) fn find(_text: &str, _tokens: &[Token], _segments: &[Segment], _names: &[Name]) -> Vec<Entity> {
    Vec::new()
}
