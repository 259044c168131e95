//! Tells how easy the article reads.
//! Evidence: Flesch's formula over words, sentences and syllables; syllables are counted by English spelling.
//! Example: short words in short sentences → above 70; a statute → below 30.
//! Misses: syllables of foreign names; numbers count as words, but not for their syllables.

use crate::model::{Counts, Span};
use crate::text::{Token, TokenKind};

/// Flesch reading ease; none without words.
#[inline(never)] // benches/linear.sh counts it by name
pub(super) fn ease(text: &str, tokens: &[Token], paragraphs: &[Span], counts: Counts) -> Option<f32> {
    let (mut words, mut syllables) = (0_usize, 0_usize);
    for paragraph in paragraphs {
        let from = tokens.partition_point(|token| token.span.start < paragraph.start);
        let to = from + tokens[from..].partition_point(|token| token.span.start < paragraph.end);
        for token in tokens[from..to].iter().filter(|token| token.kind == TokenKind::Word) {
            words += 1;
            syllables += syllables_of(token.span.of(text));
        }
    }
    if words == 0 || counts.sentences == 0 {
        return None;
    }
    let sentence_words = counts.words as f64 / counts.sentences as f64;
    let word_syllables = syllables as f64 / words as f64;
    // R. Flesch, A new readability yardstick, 1948.
    #[allow(clippy::cast_possible_truncation, reason = "one decimal place is published")]
    let ease = (206.835 - 1.015 * sentence_words - 84.6 * word_syllables) as f32;
    Some(ease).filter(|ease| ease.is_finite())
}

/// Syllables of an English word by its spelling, at least one.
fn syllables_of(word: &str) -> usize {
    let is_initialism =
        word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'.');
    if is_initialism && (word.contains('.') || word.len() <= 3) {
        // Each letter is spoken; a `W` has three syllables, which nobody counts.
        return word.bytes().filter(u8::is_ascii_uppercase).count();
    }
    let mut buffer = [0_u8; WORD_BYTES_MAX];
    let letters = folded(word, &mut buffer);
    if let Ok(at) = EXCEPTIONS.binary_search_by(|(known, _)| known.as_bytes().cmp(letters)) {
        return EXCEPTIONS[at].1;
    }
    (vowel_groups(letters) + apart(letters)).saturating_sub(silent(letters)).max(1)
}

/// Longer words are cut: no spelling rule reaches so far.
const WORD_BYTES_MAX: usize = 24;

/// Words whose spelling misleads, sorted.
const EXCEPTIONS: &[(&str, usize)] = &[
    ("area", 3),
    ("areas", 3),
    ("being", 2),
    ("business", 2),
    ("businesses", 3),
    ("civilian", 3),
    ("civilians", 3),
    ("coalition", 4),
    ("create", 2),
    ("created", 3),
    ("different", 2),
    ("employee", 3),
    ("employees", 3),
    ("evening", 2),
    ("every", 2),
    ("everyone", 3),
    ("everything", 3),
    ("eye", 1),
    ("eyes", 1),
    ("giant", 2),
    ("going", 2),
    ("hundred", 2),
    ("idea", 3),
    ("ideas", 3),
    ("marriage", 2),
    ("massacre", 3),
    ("maybe", 2),
    ("parliament", 3),
    ("people", 2),
    ("policeman", 3),
    ("policemen", 3),
    ("react", 2),
    ("reality", 4),
    ("safety", 2),
    ("science", 2),
    ("something", 2),
    ("sometimes", 2),
    ("spokesman", 2),
    ("suicide", 3),
    ("therefore", 2),
    ("wednesday", 2),
];

/// The letters in lower case without accents and apostrophes; other alphabets become consonants and vowels by halves.
fn folded<'b>(word: &str, buffer: &'b mut [u8; WORD_BYTES_MAX]) -> &'b [u8] {
    let mut length = 0;
    for c in word.chars() {
        if length == WORD_BYTES_MAX {
            break;
        }
        let Some(letter) = plain(c) else { continue };
        buffer[length] = letter;
        length += 1;
    }
    &buffer[..length]
}

fn plain(c: char) -> Option<u8> {
    let lower = if c.is_ascii() { c.to_ascii_lowercase() } else { c.to_lowercase().next()? };
    Some(match lower {
        'a'..='z' => u8::try_from(lower).ok()?,
        'à'..='æ' | 'ā' | 'ă' | 'ą' => b'a',
        // Never silent, so no `e`.
        'è'..='ë' | 'ē' | 'ę' | 'ě' | 'ì'..='ï' | 'ī' | 'ı' => b'i',
        'ò'..='ö' | 'ø' | 'ō' | 'ő' | 'œ' => b'o',
        'ù'..='ü' | 'ū' | 'ů' | 'ű' => b'u',
        _ if lower.is_alphabetic() => b'x',
        _ => return None,
    })
}

fn is_vowel(letter: u8) -> bool {
    matches!(letter, b'a' | b'e' | b'i' | b'o' | b'u' | b'y')
}

/// Runs of vowels; a `y` before a vowel at the start of a word is none.
fn vowel_groups(letters: &[u8]) -> usize {
    let letters = match letters {
        [b'y', next, ..] if is_vowel(*next) => &letters[1..],
        _ => letters,
    };
    let opens = |at: usize| is_vowel(letters[at]) && (at == 0 || !is_vowel(letters[at - 1]));
    (0..letters.len()).filter(|at| opens(*at)).count()
}

/// Neighbouring vowels that are spoken apart: `tri-al`, `radi-o`, `cre-ative`, `play-er`; and `-ism`, `-thm`.
fn apart(letters: &[u8]) -> usize {
    let pairs = letters.windows(2).enumerate().filter(|(at, pair)| splits(letters, *at, pair)).count();
    let ends = letters.ends_with(b"ism") || letters.ends_with(b"isms") || letters.ends_with(b"thm");
    pairs + usize::from(ends)
}

fn splits(letters: &[u8], at: usize, pair: &[u8]) -> bool {
    let before = at.checked_sub(1).map_or(b' ', |before| letters[before]);
    let after = letters.get(at + 2).copied().unwrap_or(b' ');
    match pair {
        // `special`, `nation`, `region`, `cautious`: with the consonant before them they are one.
        b"ia" | b"iu" => {
            !matches!(before, b't' | b'c' | b's' | b'g' | b'x') || pair == b"ia" && after == b't'
        }
        // `million`, `union`.
        b"io" => !matches!(before, b't' | b'c' | b's' | b'g' | b'x' | b'l' | b'n'),
        b"ie" => {
            matches!(&letters[at + 2..], b"r" | b"rs" | b"t" | b"nce" | b"nt" | b"nts" | b"ty")
                && !matches!(before, b'c' | b't' | b'd')
        }
        b"eo" => !matches!(before, b'g') && !letters.starts_with(b"peop"),
        b"ea" => {
            matches!(&letters[..at], b"cr" | b"ar" | b"id" | b"nucl") && after != b'c' && after != b'd'
        }
        b"ua" | b"uo" | b"ue" => {
            !matches!(before, b'q' | b'g') && matches!(after, b'l' | b't' | b's' | b'n') && pair != b"ue"
        }
        b"ui" => matches!(before, b'r' | b'l') && after == b'n',
        b"oi" | b"yi" | b"ai" => after == b'n' && letters.get(at + 3) == Some(&b'g'),
        // `player`, `mayor`, `royal`.
        b"ya" | b"yo" | b"ye" => matches!(before, b'a' | b'o') && matches!(after, b'r' | b'l'),
        b"oe" => before == b'p' || letters.starts_with(b"coe"),
        _ => false,
    }
}

/// Vowels that are written and not spoken: the last `e`, `-es`, `-ed`, and the `e` inside `-ement`, `-ely`, `-eful`.
fn silent(letters: &[u8]) -> usize {
    let inner = [&b"ement"[..], b"ements", b"ely", b"eful", b"eless", b"eness", b"ewhere", b"etime"];
    let is_inner = inner.iter().any(|ending| {
        letters
            .strip_suffix(*ending)
            .is_some_and(|stem| stem.last().is_some_and(|last| !is_vowel(*last) && *last != b'l'))
    }) && vowel_groups(letters) > 2;
    usize::from(is_inner) + usize::from(is_last_silent(letters))
}

fn is_last_silent(letters: &[u8]) -> bool {
    match letters {
        // `little`, `centre`: the `e` carries the last syllable.
        [.., before, b'l', b'e'] | [.., before, b'l', b'e', b's' | b'd']
            if !matches!(*before, b'l') && !is_vowel(*before) =>
        {
            false
        }
        [.., before, b'r', b'e'] | [.., before, b'r', b'e', b's'] if !is_vowel(*before) => false,
        // `league`, `mosques`: here the whole pair is silent.
        [.., b'g' | b'q', b'u', b'e'] | [.., b'g' | b'q', b'u', b'e', b's'] => true,
        [.., before, b'e'] => !is_vowel(*before) && *before != b' ',
        // `boxes`, `places`, `changes`, `wanted`, `added` are spoken.
        [.., b's' | b'x' | b'z' | b'c' | b'g', b'e', b's']
        | [.., b'c' | b's', b'h', b'e', b's']
        | [.., b't' | b'd', b'e', b'd'] => false,
        [_, .., before, b'e', b's' | b'd'] => !is_vowel(*before),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exceptions_are_sorted() {
        assert!(EXCEPTIONS.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    #[test]
    fn syllables_by_spelling() {
        for (word, count) in [
            ("the", 1),
            ("bridge", 1),
            ("harbour", 2),
            ("people", 2),
            ("little", 2),
            ("radio", 3),
            ("nation", 2),
            ("government", 3),
            ("agreement", 3),
            ("wanted", 2),
            ("walked", 1),
            ("boxes", 2),
            ("times", 1),
            ("U.S.", 2),
            ("minister", 3),
            ("capitalism", 5),
            ("yesterday", 3),
            ("Café", 2),
            ("Мир", 1),
        ] {
            assert_eq!(syllables_of(word), count, "{word}");
        }
    }
}
