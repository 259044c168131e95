//! Finds money, percentages, quantities and casualties.
//! Evidence: numbers in figures and words beside currency signs, units, and words of harm.
//! Example: `$3.4 million` → 3400000 USD.
//! Misses: everything yet.

use super::segments::Segment;
use crate::model::{Amount, DateMention};
use crate::text::Token;

/// The amounts, in text order; what is part of a date is none.
pub(super) fn find(
    _text: &str,
    _tokens: &[Token],
    _segments: &[Segment],
    _dates: &[DateMention],
) -> Vec<Amount> {
    Vec::new()
}
