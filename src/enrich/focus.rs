//! Says which countries the article is about.
//! Evidence: mentions of countries, of places in them and of their people, those at the top counting more.
//! Example: three Pakistani places and one Afghan group → PK, then AF.
//! Misses: everything yet.

use crate::model::{Entity, FocusCountry, Span};

/// The countries, highest score first; the scores add up to at most 1.
pub(super) fn find(
    _entities: &[Entity],
    _headline: Option<Span>,
    _lede: Option<Span>,
) -> Vec<FocusCountry> {
    Vec::new()
}
