//! Makes `words.bin`: classes of words, how often they have a capital, and as what a first tagger took them.

use crate::clusters;
use crate::corpora::Document;
use copydesk::lexicon::tagger::words::{KNOWN_BYTES, exact_hash, lower_hash};
use copydesk::text::{Token, TokenKind, tokenize};
use std::collections::{BTreeMap, HashMap};

/// Rarer words get no class.
const COUNT_MIN: u32 = 4;
const WORDS_MAX: usize = 45_000;
const FINE: usize = 400;
const COARSE: usize = 60;
const ROUNDS: usize = 9;

/// What is known of each word, by hash.
#[derive(Clone, Default)]
pub struct Wordlist {
    pub fine: BTreeMap<u64, u16>,
    pub coarse: BTreeMap<u64, u8>,
    pub capital: BTreeMap<u64, u8>,
    pub vote: BTreeMap<u64, u8>,
}

impl Wordlist {
    pub fn bytes(&self) -> Vec<u8> {
        let mut all: BTreeMap<u64, Vec<u8>> = BTreeMap::new();
        let mut put = |hash: u64, at: usize, byte: u8| {
            all.entry(hash).or_insert_with(|| vec![0; KNOWN_BYTES])[at] = byte
        };
        for (hash, class) in &self.fine {
            put(*hash, 0, class.to_le_bytes()[0]);
            put(*hash, 1, class.to_le_bytes()[1]);
        }
        self.coarse.iter().for_each(|(hash, class)| put(*hash, 2, *class));
        self.capital.iter().for_each(|(hash, capital)| put(*hash, 3, *capital));
        self.vote.iter().for_each(|(hash, vote)| put(*hash, 4, *vote));
        let entries: Vec<(u64, Vec<u8>)> = all.into_iter().collect();
        crate::tables::bytes(&entries, KNOWN_BYTES, 4, 3)
    }
}

/// Classes and capitals, from all texts.
pub fn gather(documents: &[&Document]) -> Wordlist {
    let mut list = Wordlist::default();
    let mut sentences: Vec<Vec<String>> = Vec::new();
    let mut capitals: BTreeMap<String, [u32; 2]> = BTreeMap::new();
    let mut seen = std::collections::BTreeSet::new();
    let mut tokens: Vec<Token> = Vec::new();
    for document in documents {
        for (start, end) in &document.sentences {
            let sentence = &document.text[*start..*end];
            if sentence.len() < 40 || !seen.insert(sentence) {
                continue;
            }
            tokenize(sentence, &mut tokens);
            count_capitals(sentence, &tokens, &mut capitals);
            sentences
                .push(tokens.iter().map(|token| normal(token.span.of(sentence), token.kind)).collect());
        }
    }
    for (word, [lower, capital]) in &capitals {
        if lower + capital >= 3 {
            let share = f64::from(*capital) / f64::from(lower + capital);
            let bounds = [0.02, 0.1, 0.3, 0.6, 0.9, 0.99];
            list.capital
                .insert(lower_hash(word), 1 + bounds.iter().filter(|bound| share >= **bound).count() as u8);
        }
    }
    let (words, texts) = numbered(&sentences);
    let fine = clusters::classes(&texts, words.len(), FINE, ROUNDS);
    let coarse = clusters::classes(&texts, words.len(), COARSE, ROUNDS);
    for (at, word) in words.iter().enumerate() {
        list.fine.insert(exact_hash(word), 1 + fine[at] as u16);
        list.coarse.insert(exact_hash(word), 1 + coarse[at] as u8);
    }
    eprintln!("words: {} sentences, {} words with a class", sentences.len(), words.len());
    list
}

/// Numbers are alike by their length.
fn normal(word: &str, kind: TokenKind) -> String {
    match kind {
        TokenKind::Number => "0".repeat(word.len().min(5)),
        _ => word.replace('’', "'"),
    }
}

fn count_capitals(sentence: &str, tokens: &[Token], capitals: &mut BTreeMap<String, [u32; 2]>) {
    let words = || tokens.iter().filter(|token| token.kind == TokenKind::Word && token.span.len() > 2);
    let is_capital = |token: &Token| token.span.of(sentence).chars().next().is_some_and(char::is_uppercase);
    let high = words().filter(|token| is_capital(token)).count();
    // A heading tells nothing.
    if high * 5 > words().count() * 4 {
        return;
    }
    for (index, token) in tokens.iter().enumerate().filter(|(_, token)| token.kind == TokenKind::Word) {
        let is_after_mark = index == 0
            || tokens[index - 1].kind == TokenKind::Mark && tokens[index - 1].span.of(sentence) != ",";
        if is_capital(token) && is_after_mark {
            continue;
        }
        let word = token.span.of(sentence).to_lowercase();
        capitals.entry(word).or_default()[usize::from(is_capital(token))] += 1;
    }
}

/// Frequent words, by falling count, and the sentences as their numbers.
fn numbered(sentences: &[Vec<String>]) -> (Vec<String>, Vec<Vec<u32>>) {
    let mut counts: HashMap<&str, u32> = HashMap::new();
    for word in sentences.iter().flatten() {
        *counts.entry(word).or_default() += 1;
    }
    let mut order: Vec<(&str, u32)> = counts.into_iter().filter(|(_, count)| *count >= COUNT_MIN).collect();
    order.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    order.truncate(WORDS_MAX);
    // The ends of sentences, and rare words by their shape, are words too.
    let mut words: Vec<String> = ["<end>", "<capital>", "<lower>", "<other>"].map(str::to_owned).to_vec();
    words.extend(order.iter().map(|(word, _)| (*word).to_owned()));
    let numbers: HashMap<&str, u32> =
        words.iter().enumerate().map(|(at, word)| (word.as_str(), at as u32)).collect();
    let rare = |word: &str| match word.chars().next() {
        Some(c) if c.is_uppercase() => 1,
        Some(c) if c.is_lowercase() => 2,
        _ => 3,
    };
    let texts = sentences
        .iter()
        .map(|sentence| {
            let inner = sentence
                .iter()
                .map(|word| numbers.get(word.as_str()).copied().unwrap_or_else(|| rare(word)));
            std::iter::once(0).chain(inner).chain(std::iter::once(0)).collect()
        })
        .collect();
    (words, texts)
}
