//! Says whether the passes that are trained on English may read the article.
//! Evidence: the envelope's or the detected language; where letters alone were read, English function words too.
//! Example: a table of results that looks Dutch to trigrams, but has no sentence of any language → read all the same.
//! Misses: an article half in English is read whole.

use crate::model::{Language, Source};
use crate::text::{Token, TokenKind};

/// The commonest English words that no other large language shares in this number.
const WORDS: [&str; 24] = [
    "after", "and", "are", "as", "at", "been", "by", "for", "from", "has", "have", "his", "is", "it", "of",
    "on", "said", "that", "the", "they", "to", "was", "with", "you",
];
/// English prose has one of them in three words; this few are chance.
const SHARE_MIN: usize = 12;
/// Tokens judged, from the head.
const TOKENS_MAX: usize = 400;

/// Text too short to tell is tried, and so is text that is hardly any language's prose: a table, a list of names.
pub(super) fn may_be(language: Option<&Language>, text: &str, tokens: &[Token]) -> bool {
    let Some(language) = language else { return true };
    if language.tag == "en" || language.tag.starts_with("en-") {
        return true;
    }
    if language.source == Source::Envelope {
        return false;
    }
    let words = || tokens.iter().take(TOKENS_MAX).filter(|token| token.kind == TokenKind::Word);
    let (total, plain) = (words().count(), words().filter(|word| is_plain(word.span.of(text))).count());
    let english = words().filter(|word| is_english(word.span.of(text))).count();
    english * SHARE_MIN >= total && english > 0 || plain * 3 < total
}

/// Without a capital, or of a script that has none.
fn is_plain(word: &str) -> bool {
    !word.starts_with(char::is_uppercase)
}

fn is_english(word: &str) -> bool {
    WORDS.iter().any(|english| english.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::tokenize;

    fn check(text: &str, expected: bool) {
        let mut tokens = Vec::new();
        tokenize(text, &mut tokens);
        let language = Language { tag: "nl".to_owned(), confidence: Some(0.95), source: Source::Text };
        assert_eq!(may_be(Some(&language), text, &tokens), expected, "{text}");
    }

    #[test]
    fn tables_are_read_and_other_prose_is_not() {
        check("Ajax 3 Twente 1\nUtrecht 0 Breda 0\nGroningen 2 Vitesse 2", true);
        check("De minister heeft gisteren in Den Haag gezegd dat de wet er komt", false);
        check("Говорил министр вчера вечером", false);
        check("the vote on the bill was put off, said Jan de Vries of Utrecht", true);
    }
}
