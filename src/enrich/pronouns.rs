//! Links pronouns and titles that stand alone to the person they mean.
//! Evidence: the persons of the sentences before, their titles, the order of subjects.
//! Example: `Foreign Minister Ana Duarte … She … the foreign minister` → two more mentions of Duarte.
//! Misses: everything yet.

use super::segments::Segment;
use crate::model::Entity;
use crate::text::Token;

/// Adds the mentions to `entities`, each list of mentions in text order.
pub(super) fn link(_text: &str, _tokens: &[Token], _segments: &[Segment], _entities: &mut [Entity]) {}
