//! Gathers the names of organisations, and joins acronyms to what they stand for.
//! Evidence: names the tagger found; an acronym in brackets after a name, or its initials; the gazetteer.
//! Example: `World Trade Organization (WTO) … the WTO` → one organisation, acronym `WTO`.
//! Misses: everything yet.

use super::names::Name;
use crate::model::Entity;
use crate::text::Token;

/// The organisations, in order of their first mention.
pub(super) fn find(_text: &str, _tokens: &[Token], _names: &[Name]) -> Vec<Entity> {
    Vec::new()
}
