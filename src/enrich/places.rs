//! Says which place each place name is: country, coordinates, `GeoNames` id.
//! Evidence: the gazetteer, by population, by what stands after a comma, by the dateline and the countries named.
//! Example: `Paris, Texas` → US; `Paris` alone → FR.
//! Misses: everything yet.

use super::names::Name;
use crate::model::{Dateline, Entity};
use crate::text::Token;

/// The places, in order of their first mention. A dateline's place is one of them.
pub(super) fn find(
    _text: &str,
    _tokens: &[Token],
    _names: &[Name],
    _dateline: Option<&Dateline>,
) -> Vec<Entity> {
    Vec::new()
}
