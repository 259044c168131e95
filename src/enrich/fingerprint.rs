//! Makes the article's fingerprint, by which near-duplicates are found.
//! Evidence: the words of the body, folded to lower case, marks and white space left out.
//! Example: the same story with another headline and layout has the same SHA-256.
//! Misses: everything yet.

use crate::model::{Fingerprint, Span};
use crate::text::Token;

/// The fingerprint of the paragraphs; none without words.
pub(super) fn find(_text: &str, _tokens: &[Token], _paragraphs: &[Span]) -> Option<Fingerprint> {
    None
}
