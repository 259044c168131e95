//! Words that tell what a text is about, each by its stem and its weight.
//!
//! Evidence: the list of stop words, the frequencies of words in the news, plural endings.
//! Example: `bridges` → the stem of `bridge`, light; `lamplighters` → heavy; `the`, `2019` → none.
//! Misses: stems of other endings than the plural's.

use crate::lexicon::demonyms;
use crate::lexicon::stop_words::is_stop_word;
use crate::lexicon::table::of_chars;
use crate::lexicon::word_frequencies::{self, Part};
use crate::text::{Token, TokenKind};

/// A word with content.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Term {
    /// Hash of the word in lower case and in the singular.
    pub stem: u64,
    /// How much the word tells, 0 to 1: rare words tell more.
    pub weight: f32,
    /// A verb or an adverb in lower case: it ends a phrase.
    pub is_break: bool,
    /// An adjective or the like in lower case: no phrase ends with it.
    pub is_modifier: bool,
    /// The word for a people, which alone is no topic.
    pub is_demonym: bool,
}

/// The stem of the word with content at a token; none for stop words, numbers and marks.
pub fn stem_at(text: &str, token: &Token) -> Option<u64> {
    content_word(text, token).map(stem)
}

fn content_word<'a>(text: &'a str, token: &Token) -> Option<&'a str> {
    let word = token.span.of(text);
    let is_word = match token.kind {
        TokenKind::Word => word.len() > 1 && !is_contracted(word),
        TokenKind::Mixed => !word.starts_with(|c: char| c.is_ascii_digit()),
        _ => false,
    };
    (is_word && !is_stop_word(word)).then_some(word)
}

/// The term at a token; none for stop words, numbers and marks.
pub fn term(text: &str, token: &Token) -> Option<Term> {
    let word = content_word(text, token)?;
    let known = word_frequencies::of(word_frequencies::hash(word));
    let is_capital = word.starts_with(char::is_uppercase);
    let is_break = !is_capital && (matches!(known.part, Part::Verb | Part::Adverb) || is_verb_form(word));
    let is_modifier = !is_capital && known.part == Part::Adjective;
    let is_demonym = is_capital && demonyms::group(word).is_some();
    Some(Term { stem: stem(word), weight: weight(known.level), is_break, is_modifier, is_demonym })
}

/// `reopened`, `sends`, `slowly`: forms that are verbs or adverbs more often than not.
fn is_verb_form(word: &str) -> bool {
    let is_past = word.len() > 4 && word.ends_with("ed") && !word.ends_with("eed");
    let third = word.strip_suffix('s').filter(|base| base.len() > 2);
    let is_verb = |base: &str| {
        matches!(word_frequencies::of(word_frequencies::hash(base)).part, Part::Verb | Part::Adverb)
    };
    is_past || word.ends_with("ly") || third.is_some_and(is_verb)
}

/// `don’t`, `we’ll`.
fn is_contracted(word: &str) -> bool {
    let Some((_, ending)) = word.rsplit_once(['\'', '’']) else { return false };
    matches!(ending, "t" | "re" | "ve" | "ll" | "m" | "d")
}

/// The commonest words of the news have a level of about 30; an unknown word may be a misprint.
fn weight(level: u8) -> f32 {
    if level == 0 { 0.85 } else { f32::from(32_u8.saturating_sub(level).max(3)) / 32.0 }
}

/// Hash of a word in lower case, English plurals as their singulars.
pub fn stem(word: &str) -> u64 {
    let lower = |end: usize| word[..end].chars().flat_map(char::to_lowercase);
    let ends = |ending: &str| word.len() > ending.len() + 2 && word.ends_with(ending);
    if ends("ies") {
        return of_chars(lower(word.len() - 3).chain(['y']));
    }
    if ends("ches") || ends("shes") || ends("sses") || ends("xes") {
        return of_chars(lower(word.len() - 2));
    }
    let is_plural = ends("s") && !["ss", "us", "is"].iter().any(|other| word.ends_with(other));
    of_chars(lower(word.len() - usize::from(is_plural)))
}
