//! What each token of an article looks like to the tagger.
//!
//! `words.bin` knows words by their hashes: which words they keep company with (clusters), how often they are written
//! with a capital inside a sentence, and as what a first tagger took them in a large collection of news.

use crate::lexicon::gazetteer::{Gazetteer, LISTS, List};
use crate::lexicon::table::{Table, joined, of_chars};
use crate::text::{Token, TokenKind};
use std::ops::Range;

/// How a token is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(u8)]
pub enum Shape {
    /// Outside the segment.
    #[default]
    None,
    Lower,
    Title,
    /// One capital.
    Letter,
    /// Two or three capitals.
    Acronym,
    Shouted,
    /// `McDonald`, `iPhone`.
    Camel,
    /// `J.`, `U.S.`
    Dotted,
    Year,
    Number,
    Mixed,
    Clitic,
    Hyphen,
    Dash,
    Quote,
    Bracket,
    Comma,
    Stop,
    Colon,
    Slash,
    Mark,
}

impl Shape {
    fn has_capital(self) -> bool {
        matches!(
            self,
            Self::Title | Self::Letter | Self::Acronym | Self::Shouted | Self::Camel | Self::Dotted
        )
    }
}

/// How capitals are used in a segment.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(u8)]
pub enum Style {
    #[default]
    Plain,
    /// All in capitals.
    Shouted,
    /// Most Words Have One.
    Headline,
}

/// What `words.bin` says of a word.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Known {
    pub fine: u16,
    pub coarse: u8,
    /// From hardly ever to always with a capital, 1 to 7; 0 is unknown.
    pub capital: u8,
    /// As what it was mostly taken, and how surely; 0 is unknown.
    pub vote: u8,
}

/// Bytes of a value of `words.bin`.
pub const KNOWN_BYTES: usize = 5;

#[derive(Clone, Copy, Debug)]
pub struct Lexicon<'a> {
    table: Table<'a>,
}

impl<'a> Lexicon<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { table: Table::new(bytes) }
    }

    fn get(&self, word: u64) -> Option<Known> {
        let value = self.table.get(word)?;
        Some(Known {
            fine: u16::from_le_bytes([value[0], value[1]]),
            coarse: value[2],
            capital: value[3],
            vote: value[4],
        })
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Word {
    /// Hash in lower case.
    pub lower: u64,
    pub shape: Shape,
    pub style: Style,
    pub known: Known,
    pub is_first: bool,
    /// Whether it may be part of a name.
    pub is_candidate: bool,
    /// Whether white space stands before it.
    pub is_apart: bool,
    /// For each list four bits: where in a phrase of it the word stands (first, inner, last, only).
    pub lists: u64,
    /// Hashes of one to four letters at its start and its end, in lower case.
    pub starts: [u32; 4],
    pub ends: [u32; 4],
    /// Whether the article has it elsewhere in lower case, and with a capital inside of a plain sentence.
    pub is_seen_lower: bool,
    pub is_seen_capital: bool,
    pub letters: u8,
}

/// Reads all tokens.
pub fn read(
    text: &str,
    tokens: &[Token],
    segments: &[Range<usize>],
    gazetteer: &Gazetteer<'_>,
    lexicon: &Lexicon<'_>,
    words: &mut Vec<Word>,
) {
    words.clear();
    let mut end = 0;
    for token in tokens {
        let is_apart = end != token.span.start;
        end = token.span.end;
        let word = look(token.span.of(text), token.kind);
        // `SOCCER - Results` against `Jean-Luc`.
        let shape = if is_apart && word.shape == Shape::Hyphen { Shape::Dash } else { word.shape };
        words.push(Word { shape, is_apart, ..word });
    }
    for segment in segments {
        let style = style(&words[segment.clone()]);
        for at in segment.clone() {
            words[at].style = style;
            words[at].is_first = at == segment.start;
            words[at].known = known(tokens[at].span.of(text), &words[at], lexicon);
        }
        mark_candidates(text, tokens, segment, words);
        mark_lists(gazetteer, segment, words);
    }
    mark_seen(words);
}

/// The word by itself.
fn look(word: &str, kind: TokenKind) -> Word {
    let mut shape = shape(word, kind);
    if !matches!(kind, TokenKind::Word | TokenKind::Mixed) {
        let lower = of_chars(word.chars());
        return Word { lower, shape, ..Word::default() };
    }
    let lower = of_chars(lowered(word));
    if shape == Shape::Mixed && word.chars().any(char::is_uppercase) {
        shape = Shape::Camel;
    }
    let letters = word.chars().take(20).fold(0, |count, _| count + 1);
    Word { lower, shape, letters, starts: starts(lowered(word)), ends: ends(word), ..Word::default() }
}

/// Lower case, and one kind of apostrophe.
fn lowered(word: &str) -> impl Iterator<Item = char> + '_ {
    word.chars().flat_map(char::to_lowercase).map(|c| if c == '’' { '\'' } else { c })
}

fn starts(letters: impl Iterator<Item = char>) -> [u32; 4] {
    let mut all = [0; 4];
    let mut hash: u32 = 0x811c_9dc5;
    for (slot, letter) in all.iter_mut().zip(letters) {
        hash = (hash ^ u32::from(letter)).wrapping_mul(0x0100_0193);
        *slot = hash;
    }
    all
}

fn ends(word: &str) -> [u32; 4] {
    starts(word.chars().rev().map(|c| c.to_lowercase().next().unwrap_or(c)))
}

fn shape(word: &str, kind: TokenKind) -> Shape {
    match kind {
        TokenKind::Word => letters_shape(word),
        TokenKind::Number if word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit()) => {
            Shape::Year
        }
        TokenKind::Number => Shape::Number,
        TokenKind::Mixed => Shape::Mixed,
        TokenKind::Clitic => Shape::Clitic,
        TokenKind::Mark => mark_shape(word),
    }
}

fn letters_shape(word: &str) -> Shape {
    if word.contains('.') {
        return if word.chars().any(char::is_uppercase) { Shape::Dotted } else { Shape::Lower };
    }
    let (mut upper, mut other, mut is_first_upper) = (0, 0, false);
    for (index, letter) in word.chars().enumerate() {
        if letter.is_uppercase() {
            upper += 1;
            is_first_upper |= index == 0;
        } else if letter.is_alphabetic() {
            other += 1;
        }
    }
    match (upper, other) {
        (0, _) => Shape::Lower,
        (1, 0) => Shape::Letter,
        (2 | 3, 0) => Shape::Acronym,
        (_, 0) => Shape::Shouted,
        (1, _) if is_first_upper => Shape::Title,
        _ => Shape::Camel,
    }
}

fn mark_shape(word: &str) -> Shape {
    match word {
        "-" => Shape::Hyphen,
        "–" | "—" => Shape::Dash,
        "\"" | "“" | "”" | "'" | "‘" | "’" => Shape::Quote,
        "(" | ")" | "[" | "]" => Shape::Bracket,
        "," => Shape::Comma,
        "." | "!" | "?" | "…" => Shape::Stop,
        ":" | ";" => Shape::Colon,
        "/" => Shape::Slash,
        _ => Shape::Mark,
    }
}

/// Segments below this many words are not judged for capitals.
const STYLE_WORDS_MIN: usize = 4;

fn style(words: &[Word]) -> Style {
    let (mut long, mut shouted, mut titled) = (0, 0, 0);
    for word in words.iter().filter(|word| word.letters >= 4) {
        long += 1;
        shouted += usize::from(matches!(word.shape, Shape::Shouted | Shape::Acronym));
        titled += usize::from(word.shape != Shape::Lower);
    }
    if long >= 2 && shouted * 4 >= long * 3 {
        return Style::Shouted;
    }
    if long >= STYLE_WORDS_MIN && titled * 5 >= long * 4 { Style::Headline } else { Style::Plain }
}

fn known(text: &str, word: &Word, lexicon: &Lexicon<'_>) -> Known {
    let lower = lexicon.get(word.lower);
    if word.shape == Shape::Lower || word.letters == 0 {
        return lower.unwrap_or_default();
    }
    let titled = || {
        let mut letters = text.chars();
        let first = letters.next();
        lexicon.get(of_chars(first.into_iter().chain(lowered(letters.as_str()))))
    };
    let exact = match word.shape {
        Shape::Shouted | Shape::Acronym if word.style == Style::Shouted => titled(),
        Shape::Shouted => {
            lexicon.get(of_chars(text.chars())).filter(|known| known.fine > 0).or_else(titled)
        }
        _ => lexicon.get(of_chars(text.chars())),
    };
    let lower = lower.unwrap_or_default();
    let company = exact.filter(|known| known.fine > 0).unwrap_or(lower);
    Known { capital: lower.capital, vote: lower.vote, ..company }
}

/// Words that stand inside of names without a capital.
const CONNECTORS: [&str; 36] = [
    "al", "and", "at", "bin", "da", "de", "del", "den", "der", "des", "di", "do", "dos", "du", "e", "el",
    "en", "et", "for", "ibn", "in", "la", "las", "le", "los", "of", "on", "the", "to", "ul", "und", "ur",
    "van", "vom", "von", "y",
];
/// Those with which a name may start.
const PARTICLES: [&str; 13] =
    ["al", "bin", "da", "de", "del", "di", "dos", "du", "el", "ibn", "ter", "van", "von"];
/// Shortenings whose full stop belongs to the name.
const SHORTENINGS: [&str; 17] = [
    "bros", "co", "corp", "dr", "gen", "gov", "inc", "jr", "ltd", "mr", "mrs", "ms", "no", "rep", "sen",
    "sr", "st",
];
/// Most tokens without a capital inside of a name, one after another.
const BETWEEN_MAX: usize = 3;

fn mark_candidates(text: &str, tokens: &[Token], segment: &Range<usize>, words: &mut [Word]) {
    let is_in = |list: &[&str], at: usize| list.binary_search(&tokens[at].span.of(text)).is_ok();
    let is_short =
        |at: usize| SHORTENINGS.iter().any(|short| short.eq_ignore_ascii_case(tokens[at].span.of(text)));
    let mut before: Option<usize> = None;
    for at in segment.clone() {
        if !words[at].shape.has_capital() {
            continue;
        }
        words[at].is_candidate = true;
        if let Some(before) = before {
            let between = before + 1..at;
            let joins = |at: usize| {
                is_in(&CONNECTORS, at)
                    || matches!(
                        words[at].shape,
                        Shape::Clitic
                            | Shape::Hyphen
                            | Shape::Slash
                            | Shape::Number
                            | Shape::Mixed
                            | Shape::Year
                    )
                    || matches!(tokens[at].span.of(text), "&" | "'" | "’" | ".")
            };
            if between.len() <= BETWEEN_MAX && between.clone().all(joins) {
                words[between].iter_mut().for_each(|word| word.is_candidate = true);
            }
        }
        before = Some(at);
        let mut start = at;
        if start > segment.start && words[start - 1].shape == Shape::Hyphen {
            start -= 1;
        }
        if start > segment.start && (is_in(&PARTICLES, start - 1) || is_number(words[start - 1].shape)) {
            words[start - 1..at].iter_mut().for_each(|word| word.is_candidate = true);
        }
        let Some(next) = Some(at + 1).filter(|next| *next < segment.end) else { continue };
        let follows = match words[next].shape {
            Shape::Clitic | Shape::Year | Shape::Number | Shape::Mixed => true,
            Shape::Stop => !words[next].is_apart && is_short(at),
            _ => false,
        };
        words[next].is_candidate |= follows;
    }
}

fn is_number(shape: Shape) -> bool {
    matches!(shape, Shape::Year | Shape::Number | Shape::Mixed)
}

/// Where in a phrase a word stands.
const FIRST: u64 = 1;
const INNER: u64 = 2;
const LAST: u64 = 4;
const ONLY: u64 = 8;

fn mark_lists(gazetteer: &Gazetteer<'_>, segment: &Range<usize>, words: &mut [Word]) {
    let mut covered = segment.start;
    for at in segment.clone() {
        if !words[at].is_candidate {
            continue;
        }
        let mut lists = u64::from(gazetteer.single(words[at].lower));
        if at >= covered {
            let rest = &words[at..segment.end];
            let found = gazetteer.longest(rest.iter().map(|word| word.lower));
            if found.words > 1 {
                covered = at + found.words;
                mark_phrase(&mut words[at..covered], found.lists);
            } else {
                lists |= u64::from(found.lists);
            }
        }
        words[at].lists |= spread(lists, ONLY);
    }
}

fn mark_phrase(words: &mut [Word], lists: u16) {
    let last = words.len() - 1;
    for (index, word) in words.iter_mut().enumerate() {
        let position = match index {
            0 => FIRST,
            _ if index == last => LAST,
            _ => INNER,
        };
        word.lists |= spread(u64::from(lists), position);
    }
}

/// Four bits for each list.
fn spread(lists: u64, position: u64) -> u64 {
    (0..LISTS).filter(|list| lists & (1 << list) != 0).fold(0, |all, list| all | position << (4 * list))
}

impl Word {
    /// Whether the word is the whole of a phrase of a list.
    pub fn is_only(&self, list: List) -> bool {
        self.lists & (ONLY << (4 * list as u64)) != 0
    }

    /// The lists it stands in, whatever its position.
    pub fn any_list(&self) -> u16 {
        (0..LISTS).filter(|list| self.lists >> (4 * list) & 15 != 0).fold(0, |all, list| all | 1 << list)
    }
}

/// Tells candidates how the article writes them elsewhere.
fn mark_seen(words: &mut [Word]) {
    let mut seen: Vec<(u64, bool)> = words
        .iter()
        .filter(|word| word.letters > 1)
        .filter_map(|word| match word.shape {
            Shape::Lower => Some((word.lower, false)),
            Shape::Title | Shape::Camel if !word.is_first && word.style == Style::Plain => {
                Some((word.lower, true))
            }
            _ => None,
        })
        .collect();
    seen.sort_unstable();
    seen.dedup();
    for word in words.iter_mut().filter(|word| word.is_candidate && word.letters > 1) {
        word.is_seen_lower = seen.binary_search(&(word.lower, false)).is_ok();
        word.is_seen_capital = seen.binary_search(&(word.lower, true)).is_ok();
    }
}

/// Tokens to be labelled together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Run {
    pub segment: Range<usize>,
    pub tokens: Range<usize>,
}

/// The runs of candidates of each segment, in order.
pub fn runs<'a>(words: &'a [Word], segments: &'a [Range<usize>]) -> impl Iterator<Item = Run> + 'a {
    segments.iter().flat_map(move |segment| {
        let mut at = segment.start;
        std::iter::from_fn(move || {
            while at < segment.end && !words[at].is_candidate {
                at += 1;
            }
            let start = at;
            while at < segment.end && words[at].is_candidate {
                at += 1;
            }
            (start < at).then(|| Run { segment: segment.clone(), tokens: start..at })
        })
    })
}

/// The hash under which `words.bin` keeps a word in lower case.
pub fn lower_hash(word: &str) -> u64 {
    of_chars(lowered(word))
}

/// The hash under which it keeps a word as it is written.
pub fn exact_hash(word: &str) -> u64 {
    of_chars(word.chars())
}

/// The hash of a phrase in the gazetteer.
pub fn phrase_hash(words: impl Iterator<Item = u64>) -> u64 {
    words.fold(crate::lexicon::gazetteer::SEED, joined)
}
