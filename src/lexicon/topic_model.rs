//! What words say about topics: a linear model over words and pairs of words, and terms of single topics.
//!
//! `topic_model.bin` holds what was learned for the topics that have labelled text, `topic_terms.bin` terms written by
//! hand; both are made by `train/` from the same words that [`words`] gives, and are hash tables that are
//! read where they stand.
//!
//! Model: classes (`u32`), bits of the slot count (`u32`); per class code (`u32`), step of a weight (`f32`), bias
//! (`f32`); slots of a check (`u16`, 0 is empty) and one `i8` a class. Terms: topics (`u32`), bits, entries (`u32`); per topic
//! code (`u32`) and rank of the one above (`u32`, its own for the top); slots of a check (`u32`) and where its entries are (`u32`);
//! entries of rank (`u16`) and weight in tenths (`u16`). Numbers are little-endian.

use crate::model::Span;
use crate::text::{Token, TokenKind};

const MODEL: &[u8] = include_bytes!("topic_model.bin");
const TERMS: &[u8] = include_bytes!("topic_terms.bin");
const MODEL_HEAD: usize = 8;
const CLASS_BYTES: usize = 12;
const TERMS_HEAD: usize = 12;
const TOPIC_BYTES: usize = 8;
const TERM_SLOT_BYTES: usize = 8;
const ENTRY_BYTES: usize = 4;
/// A slot's second word: where its entries start, how many they are, whether a longer term starts so.
pub const ENTRIES_START_SHIFT: u32 = 8;
pub const ENTRIES_COUNT_MASK: u32 = 0x7f;
pub const STARTS_LONGER: u32 = 0x80;
/// Words in the longest term.
pub const TERM_WORDS_MAX: usize = 4;
/// The model has no more classes than this.
pub const CLASSES_MAX: usize = 32;

/// A word as the model sees it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Word {
    /// Of the folded word; numbers stand for themselves.
    pub key: u64,
    /// The same, but numbers of one length are alike.
    pub shape: u64,
    pub span: Span,
    /// Function words say something only inside a term.
    pub is_function: bool,
    /// Whether it goes on from the word before, without a mark that parts them.
    pub follows: bool,
}

/// Appends the words of the tokens to `words`, which is cleared first.
pub fn words(text: &str, tokens: &[Token], words: &mut Vec<Word>) {
    words.clear();
    let mut follows = false;
    let mut folded = String::new();
    for token in tokens {
        let own = token.span.of(text);
        let is_word = match token.kind {
            TokenKind::Word | TokenKind::Number | TokenKind::Mixed => true,
            TokenKind::Mark => matches!(own, "$" | "€" | "£" | "%"),
            TokenKind::Clitic => continue,
        };
        if !is_word {
            let after_short = || words.last().is_some_and(|word| word.span.len() <= 2);
            follows &= matches!(own, "-" | "‑" | "–" | "&" | "'" | "’" | "‘" | "\"" | "“" | "”")
                || own == "." && after_short();
            continue;
        }
        fold(own, &mut folded);
        let key = hash(folded.as_bytes());
        let shape =
            if token.kind == TokenKind::Number { hash(&b"000000"[..folded.len().min(6)]) } else { key };
        let is_function = token.kind == TokenKind::Word && is_function(&folded);
        words.push(Word { key, shape, span: token.span, is_function, follows });
        follows = true;
    }
}

/// The key of a word after others.
pub fn joined(key: u64, next: u64) -> u64 {
    (key.rotate_left(23) ^ next).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// What the model weighs: words that are no function words, and pairs of them with at most function words between.
pub fn features(words: &[Word]) -> impl Iterator<Item = (u64, Span)> {
    let mut before: Option<Word> = None;
    let each = move |word: &Word| {
        if !word.follows {
            before = None;
        }
        if word.is_function {
            return [None, None];
        }
        let pair = before.replace(*word).map(|first| {
            (joined(first.shape, word.shape), Span { start: first.span.start, end: word.span.end })
        });
        [Some((word.shape, word.span)), pair]
    };
    words.iter().flat_map(each).flatten()
}

/// How many classes the model tells apart.
pub fn classes() -> usize {
    number(MODEL, 0) as usize
}

/// The Media Topic code of a class, the step of its weights and its bias.
pub fn class(index: usize) -> (u32, f32, f32) {
    let at = MODEL_HEAD + index * CLASS_BYTES;
    let float = |at| f32::from_bits(number(MODEL, at));
    (number(MODEL, at), float(at + 4), float(at + 8))
}

/// The slot of a feature, if the model knows it.
pub fn slot(key: u64) -> Option<u32> {
    let width = 2 + classes();
    let start = MODEL_HEAD + classes() * CLASS_BYTES;
    let (mask, check) = (slot_mask(number(MODEL, 4)), short_check(key));
    let mut at = first_slot(key) & mask;
    loop {
        let place = start + at as usize * width;
        match u16::from_le_bytes([MODEL[place], MODEL[place + 1]]) {
            0 => return None,
            found if found == check => return Some(at),
            _ => at = (at + 1) & mask,
        }
    }
}

/// The weights of a slot, one a class, in steps.
pub fn weights(slot: u32) -> impl Iterator<Item = f32> {
    let width = 2 + classes();
    let place = MODEL_HEAD + classes() * CLASS_BYTES + slot as usize * width + 2;
    MODEL[place..place + width - 2].iter().map(|step| f32::from(step.cast_signed()))
}

/// How many topics the terms speak of; each has a rank.
pub fn topics() -> usize {
    number(TERMS, 0) as usize
}

/// The Media Topic code of a rank, and the rank of the topic above it; a top one's own.
pub fn ranked(rank: usize) -> (u32, usize) {
    let at = TERMS_HEAD + rank * TOPIC_BYTES;
    (number(TERMS, at), number(TERMS, at + 4) as usize)
}

/// What is known of a term's key: its topics' ranks with weights in tenths, and whether longer terms start with it.
#[derive(Clone, Copy, Debug)]
pub struct Term {
    found: u32,
}

impl Term {
    pub fn starts_longer(self) -> bool {
        self.found & STARTS_LONGER != 0
    }

    pub fn entries(self) -> impl Iterator<Item = (u16, u16)> {
        let slots = slot_mask(number(TERMS, 4)) as usize + 1;
        let entries = TERMS_HEAD + topics() * TOPIC_BYTES + slots * TERM_SLOT_BYTES;
        let start = entries + (self.found >> ENTRIES_START_SHIFT) as usize * ENTRY_BYTES;
        let end = start + (self.found & ENTRIES_COUNT_MASK) as usize * ENTRY_BYTES;
        TERMS[start..end].chunks_exact(ENTRY_BYTES).map(|entry| {
            (u16::from_le_bytes([entry[0], entry[1]]), u16::from_le_bytes([entry[2], entry[3]]))
        })
    }
}

/// The term of a key, if there is one or if one starts with it.
pub fn term(key: u64) -> Option<Term> {
    let start = TERMS_HEAD + topics() * TOPIC_BYTES;
    let (mask, check) = (slot_mask(number(TERMS, 4)), long_check(key));
    let mut at = first_slot(key) & mask;
    loop {
        let place = start + at as usize * TERM_SLOT_BYTES;
        match number(TERMS, place) {
            0 => return None,
            found if found == check => return Some(Term { found: number(TERMS, place + 4) }),
            _ => at = (at + 1) & mask,
        }
    }
}

/// Where a key is looked for first, before the table's mask.
pub fn first_slot(key: u64) -> u32 {
    low_bits(key)
}

/// What tells keys of one slot apart; never 0.
pub fn short_check(key: u64) -> u16 {
    u16::try_from(key >> 48).expect("sixteen bits").max(1)
}

/// The same with less chance of a mix-up.
pub fn long_check(key: u64) -> u32 {
    low_bits(key >> 32).max(1)
}

fn low_bits(key: u64) -> u32 {
    u32::try_from(key & 0xffff_ffff).expect("32 bits")
}

fn slot_mask(bits: u32) -> u32 {
    (1 << bits) - 1
}

fn number(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

/// FNV-1a with a last stir: the table takes its slot from the low bits and its check from the high ones.
fn hash(bytes: &[u8]) -> u64 {
    let fnv = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325, fnv);
    (hash ^ (hash >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9)
}

/// Acronyms that are other words in lower case.
const KEPT: [&str; 8] = ["AIDS", "ICE", "IT", "MS", "PM", "START", "US", "WHO"];

/// Lower case, singular, without full stops; `’` becomes `'`.
fn fold(word: &str, folded: &mut String) {
    folded.clear();
    if !word.is_ascii() {
        let plain = |c| if c == '’' || c == 'ʼ' { '\'' } else { c };
        folded.extend(word.chars().flat_map(char::to_lowercase).filter(|c| *c != '.').map(plain));
    } else if word == "U.S." || word == "U.S" || KEPT.contains(&word) {
        folded.extend(word.chars().filter(|c| *c != '.'));
        return;
    } else {
        folded.extend(word.bytes().filter(|b| *b != b'.').map(|b| char::from(b.to_ascii_lowercase())));
    }
    make_singular(folded);
}

fn make_singular(word: &mut String) {
    const KEEP: [&str; 6] = ["ss", "us", "is", "ics", "news", "mps"];
    if word.len() <= 3 || !word.ends_with('s') || KEEP.iter().any(|ending| word.ends_with(ending)) {
        return;
    }
    word.pop();
    if word.len() > 4 && word.ends_with("ie") {
        word.truncate(word.len() - 2);
        word.push('y');
    } else if ["che", "she", "sse", "xe", "zze"].iter().any(|ending| word.ends_with(ending)) {
        word.pop();
    }
}

/// Sorted. Words of grammar, and those of a news report that say nothing of its subject.
const FUNCTION: &[&str] = &[
    "a", "about", "after", "all", "also", "although", "an", "and", "any", "are", "as", "at", "be",
    "because", "been", "before", "being", "between", "both", "but", "by", "can", "could", "did", "do",
    "doe", "during", "each", "for", "from", "had", "has", "have", "having", "he", "her", "him", "himself",
    "his", "how", "i", "if", "in", "into", "is", "it", "its", "itself", "just", "may", "me", "might",
    "more", "most", "mr", "mrs", "must", "my", "no", "nor", "not", "of", "on", "one", "only", "or",
    "other", "our", "out", "over", "said", "say", "saying", "she", "should", "since", "so", "some", "such",
    "than", "that", "the", "their", "them", "then", "there", "these", "they", "this", "those", "though",
    "through", "to", "too", "two", "under", "until", "up", "very", "was", "we", "were", "what", "when",
    "where", "which", "while", "who", "whom", "whose", "why", "will", "with", "would", "you", "your",
];

fn is_function(word: &str) -> bool {
    FUNCTION.binary_search(&word).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::tokenize;

    fn keys(text: &str) -> Vec<u64> {
        let (mut tokens, mut found) = (Vec::new(), Vec::new());
        tokenize(text, &mut tokens);
        words(text, &tokens, &mut found);
        found.iter().map(|word| word.key).collect()
    }

    #[test]
    fn case_number_and_hyphens_make_no_difference() {
        assert_eq!(keys("Cease-Fires"), keys("cease fire"));
        assert_eq!(keys("cities churches taxes"), keys("city church tax"));
        assert_eq!(keys("The world’s"), keys("the world"));
        assert_eq!(keys("U.S."), keys("US"));
        assert_ne!(keys("US"), keys("us"));
        assert_ne!(keys("news"), keys("new"));
    }

    #[test]
    fn function_words_are_sorted() {
        assert!(FUNCTION.is_sorted());
    }

    #[test]
    fn the_tables_hold_what_their_heads_say() {
        assert!((1..=CLASSES_MAX).contains(&classes()));
        let slots = slot_mask(number(MODEL, 4)) as usize + 1;
        assert_eq!(MODEL.len(), MODEL_HEAD + classes() * CLASS_BYTES + slots * (2 + classes()));
        let entries = number(TERMS, 8) as usize;
        let slots = slot_mask(number(TERMS, 4)) as usize + 1;
        let heads = TERMS_HEAD + topics() * TOPIC_BYTES + slots * TERM_SLOT_BYTES;
        assert_eq!(TERMS.len(), heads + entries * ENTRY_BYTES);
        for rank in 0..topics() {
            let (code, above) = ranked(rank);
            assert!(crate::lexicon::media_topics::topic(code).is_some(), "{code}");
            assert!(above < topics());
        }
    }

    #[test]
    fn a_term_of_several_words_is_found_from_its_first() {
        let [first, second] = keys("peace process")[..] else { panic!("two words") };
        assert!(term(first).is_some_and(Term::starts_longer));
        let found = term(joined(first, second)).expect("a term");
        assert!(found.entries().any(|(rank, _)| ranked(rank.into()).0 == 20_000_073));
    }
}
