//! Finds nationalities, peoples and followers of religions.
//! Evidence: the lexicon of demonyms, where no longer name holds the word.
//! Example: `the Afghan parties` → group Afghan, country AF.
//! Misses: everything yet.

use super::names::Name;
use crate::model::Entity;
use crate::text::Token;

/// The groups, in order of their first mention.
pub(super) fn find(_text: &str, _tokens: &[Token], _names: &[Name]) -> Vec<Entity> {
    Vec::new()
}
