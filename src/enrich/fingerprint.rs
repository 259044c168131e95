//! Makes the article's fingerprint, by which near-duplicates are found.
//! Evidence: the letters and digits of the body's paragraphs, folded; runs of three words.
//! Example: the same story with another headline, other quotation marks and other line breaks has the same SHA-256;
//! with one sentence changed it shares bands and differs in few bits of the `SimHash`.
//! Misses: the same story in other words or another language; texts of a few words, where one changed word is much.
//!
//! **Folding.** A character counts if it is a letter or a digit; it is put into lower case (Unicode's simple and special
//! mappings), and the letters of Latin-1 and Latin Extended-A lose their accents. Combining marks, punctuation, symbols
//! and white space are left out, so that composed and decomposed text are one.
//! **SHA-256** is taken of the folded characters of all paragraphs as UTF-8, nothing between them.
//! **Words** are the tokens; each letter of a script that writes no spaces is a word of its own. A word's hash is FNV-1a
//! (64 bit) of its folded UTF-8. **Shingles** are three words in a row, over paragraph breaks: their hashes joined by
//! rotation and mixed with the finaliser of `SplitMix64`. A text of one or two words is one shingle.
//! `SimHash`: each bit of the shingles' hashes votes, shingles as often as they stand; a draw is 0.
//! `MinHash`: 64 orders `(a·h + b) mod 2⁶⁴`, `a` odd, both from `SplitMix64` counted up from 1; the upper 32 bits of
//! each least value, four to a band, are mixed into the band's number. Two texts whose shingles overlap by 80 % share a band
//! with a probability of 0.9998, by 50 % of 0.64, by 20 % of 0.03.

use crate::model::{Fingerprint, Span};
use crate::text::{Token, TokenKind};
use sha2::{Digest, Sha256};

const ORDERS: usize = 64;
const BAND_ROWS: usize = 4;
/// Words to a shingle.
const SHINGLE_WORDS: usize = 3;

/// The fingerprint of the paragraphs; none without words.
#[inline(never)] // benches/linear.sh counts it by name
pub(super) fn find(text: &str, tokens: &[Token], paragraphs: &[Span]) -> Option<Fingerprint> {
    let mut folded = String::with_capacity(text.len());
    let mut words: Vec<u64> = Vec::with_capacity(tokens.len());
    for paragraph in paragraphs {
        let from = tokens.partition_point(|token| token.span.start < paragraph.start);
        let to = from + tokens[from..].partition_point(|token| token.span.start < paragraph.end);
        for token in tokens[from..to].iter().filter(|token| token.kind != TokenKind::Mark) {
            push_words(token.span.of(text), &mut folded, &mut words);
        }
    }
    if words.is_empty() {
        return None;
    }
    let shingles = shingles(&words);
    let sha256 = Sha256::digest(folded.as_bytes()).into();
    Some(Fingerprint { sha256, simhash: simhash(&shingles), minhash: minhash(&shingles) })
}

/// Appends a token's folded letters, and the hashes of its words.
fn push_words(token: &str, folded: &mut String, words: &mut Vec<u64>) {
    let mut start = folded.len();
    for c in token.chars() {
        if writes_no_spaces(c) {
            push_word(folded, start, words);
            start = folded.len();
            folded.push(c);
            push_word(folded, start, words);
            start = folded.len();
        } else {
            fold(c, folded);
        }
    }
    push_word(folded, start, words);
}

fn push_word(folded: &str, start: usize, words: &mut Vec<u64>) {
    if start < folded.len() {
        words.push(fnv(&folded.as_bytes()[start..]));
    }
}

/// Thai and its neighbours, Chinese, Japanese.
fn writes_no_spaces(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3040}'..='\u{30ff}'
        | '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}')
        && c.is_alphanumeric()
}

fn fold(c: char, folded: &mut String) {
    if c.is_ascii_alphanumeric() {
        folded.push(c.to_ascii_lowercase());
    } else if c.is_alphanumeric() {
        // Lower case may bring a combining mark along (`İ`), which is none of the letters.
        let lower = c.to_lowercase().filter(|lower| lower.is_alphanumeric());
        for lower in lower {
            match without_accent(lower) {
                Some(base) => folded.push(base),
                None => folded.push(lower),
            }
        }
    }
}

/// The base of an accented letter, in lower case.
fn without_accent(c: char) -> Option<char> {
    Some(match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => 'c',
        'ď' => 'd',
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => 'e',
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => 'g',
        'ĥ' => 'h',
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' => 'i',
        'ĵ' => 'j',
        'ķ' => 'k',
        'ĺ' | 'ļ' | 'ľ' => 'l',
        'ñ' | 'ń' | 'ņ' | 'ň' => 'n',
        'ò'..='ö' | 'ō' | 'ŏ' | 'ő' => 'o',
        'ŕ' | 'ŗ' | 'ř' => 'r',
        'ś' | 'ŝ' | 'ş' | 'š' => 's',
        'ţ' | 'ť' => 't',
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => 'u',
        'ŵ' => 'w',
        'ý' | 'ÿ' | 'ŷ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        _ => return None,
    })
}

fn fnv(bytes: &[u8]) -> u64 {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, step)
}

/// The finaliser of `SplitMix64`: every bit of the input reaches every bit of the output.
const fn mix(mut hash: u64) -> u64 {
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

fn shingles(words: &[u64]) -> Vec<u64> {
    let joined =
        |words: &[u64]| mix(words.iter().fold(0, |made: u64, word| made.rotate_left(21) ^ mix(*word)));
    if words.len() < SHINGLE_WORDS {
        return vec![joined(words)];
    }
    words.windows(SHINGLE_WORDS).map(joined).collect()
}

fn simhash(shingles: &[u64]) -> u64 {
    let mut votes = [0_i32; 64];
    for shingle in shingles {
        for (bit, vote) in votes.iter_mut().enumerate() {
            *vote += i32::from((shingle >> bit) & 1 == 1) * 2 - 1;
        }
    }
    votes.iter().enumerate().filter(|(_, vote)| **vote > 0).fold(0, |made, (bit, _)| made | 1 << bit)
}

/// Factor and summand of each order.
const FACTORS: [(u64, u64); ORDERS] = {
    let mut made = [(0, 0); ORDERS];
    let (mut at, mut state) = (0, 1_u64);
    while at < ORDERS {
        let factor = mix(state.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let summand = mix((state + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        made[at] = (factor | 1, summand);
        (at, state) = (at + 1, state + 2);
    }
    made
};

fn minhash(shingles: &[u64]) -> Vec<u64> {
    let mut least = [u64::MAX; ORDERS];
    for shingle in shingles {
        for (low, (factor, summand)) in least.iter_mut().zip(FACTORS) {
            *low = (*low).min(factor.wrapping_mul(*shingle).wrapping_add(summand));
        }
    }
    let band = |rows: &[u64]| rows.iter().fold(0, |made, row| mix(made ^ (row >> 32)));
    least.chunks(BAND_ROWS).map(band).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::tokenize;

    fn of(text: &str) -> Option<Fingerprint> {
        let mut tokens = Vec::new();
        tokenize(text, &mut tokens);
        find(text, &tokens, &[Span::new(0, text.len())])
    }

    #[test]
    fn marks_case_and_accents_are_folded() {
        let one = of("“Café” opens: the harbour’s OLDEST pier.");
        assert!(one.is_some());
        assert_eq!(one, of("\"Cafe\u{301}\"  opens —\nthe harbour's oldest pier"));
        assert_ne!(one, of("“Café” opens: the harbour’s newest pier."));
    }

    #[test]
    fn short_and_wordless_texts() {
        assert_eq!(of(""), None);
        assert_eq!(of("… — !"), None);
        assert_eq!(of("One.").map(|found| found.minhash.len()), Some(16));
        assert_ne!(of("One two"), of("Two one"));
        assert_ne!(of("港口今天开放"), of("港口今天关闭"));
    }

    /// Other programs must be able to make the same numbers.
    #[test]
    fn the_definition_is_kept() {
        assert_eq!(fnv(b"a"), 0xaf63_dc4c_8601_ec8c);
        let found = of("The harbour bridge reopened").expect("it has words");
        let expected: [u8; 32] = Sha256::digest(b"theharbourbridgereopened").into();
        assert_eq!(found.sha256, expected);
    }
}
