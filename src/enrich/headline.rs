//! Tells whether the first block of a text is its headline.
//! Evidence: one line of moderate length with something longer after it, that neither is a dateline nor reads
//! like a paragraph.
//! Example: `Harbour bridge reopens after two years` before a paragraph → headline.
//! Misses: headlines of several lines; a headline that is a full sentence over 120 bytes.

use super::dateline;
use crate::model::{Article, Headline, Source, Span, limits};

/// Longest headline that ends like a sentence.
const SENTENCE_BYTES_MAX: usize = 120;

/// The headline the layout found, and where it was said.
pub(super) fn find(article: &Article, found: Option<Span>) -> Option<Headline> {
    let span = found?;
    let is_given = article.envelope.headline == Some(span);
    Some(Headline { span, source: if is_given { Source::Envelope } else { Source::Text } })
}

/// Whether `block`, with `rest` after it, is a headline.
pub(super) fn is_headline(text: &str, block: Span, rest: &[Span]) -> bool {
    let words = block.of(text);
    let Some(next) = rest.first() else { return false };
    let is_line = words.len() <= limits::HEADLINE_BYTES_MAX && !words.contains('\n');
    if !is_line || dateline::opens(words) {
        return false;
    }
    let reads_like_a_sentence = words.ends_with(['.', '。', '।', '۔', '”', '"', ':', ';', ',']);
    !reads_like_a_sentence || (words.len() <= SENTENCE_BYTES_MAX && next.len() > words.len())
}
