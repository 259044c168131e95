//! Makes `word_frequencies.bin`: how common a word is in the news, and what part of speech it mostly is.
//!
//! Reads the unmarked news of `corpora::news` (each sentence counts a word once) and the parts of speech of `gum/dep`;
//! what follows `to`, `will` and their like in the news, and seldom an article, is a verb, too. Only counts leave the texts.

use crate::corpora;
use copydesk::lexicon::word_frequencies::{LEVEL_MAX, Part, hash};
use copydesk::text::{TokenKind, tokenize};
use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::Path;

/// Rarer words are as good as unknown.
const COUNT_MIN: u32 = 3;
const WORDS_MAX: usize = 75_000;
/// A word's part of speech is believed from so many uses on.
const USES_MIN: u32 = 2;

pub fn make(data: &Path, out: &Path) -> Result<String, Box<dyn Error>> {
    let Counted { counts, uses } = counted(data)?;
    let parts = parts_of_speech(&data.join("gum/dep"))?;
    let mut words: Vec<(&String, u32)> =
        counts.iter().filter(|(_, count)| **count >= COUNT_MIN).map(|(w, c)| (w, *c)).collect();
    words.sort_by_key(|(word, count)| (std::cmp::Reverse(*count), *word));
    words.truncate(WORDS_MAX);
    let mut values: BTreeMap<u64, u8> = BTreeMap::new();
    for (word, count) in &words {
        values.insert(hash(word), level(*count));
    }
    for (word, _) in &words {
        let is_verb = uses.get(*word).is_some_and(|uses| uses.is_verb()) && !parts.contains_key(*word);
        *values.entry(hash(word)).or_insert(1) |= u8::from(is_verb) << 6;
    }
    for (word, uses) in &parts {
        *values.entry(hash(word)).or_insert(1) |= (uses.part() as u8) << 6;
    }
    let entries: Vec<(u64, Vec<u8>)> =
        values.into_iter().map(|(hash, value)| (hash, vec![value])).collect();
    let bytes = crate::tables::bytes(&entries, 1, 4, 3);
    std::fs::write(out.join("word_frequencies.bin"), &bytes)?;
    Ok(format!("{} words, {} bytes", entries.len(), bytes.len()))
}

/// Twice the binary logarithm.
fn level(count: u32) -> u8 {
    let level = (f64::from(count).log2() * 2.0).round() as u8;
    level.min(LEVEL_MAX)
}

/// Sentences with a word, and what it follows.
#[derive(Default)]
struct Counted {
    counts: BTreeMap<String, u32>,
    uses: BTreeMap<String, Follows>,
}

#[derive(Default)]
struct Follows {
    all: u32,
    /// `to`, `will` …
    verb_leads: u32,
    /// `the`, `their`, `of` …
    noun_leads: u32,
}

impl Follows {
    fn is_verb(&self) -> bool {
        self.all >= 5 && self.verb_leads * 10 >= self.all * 4 && self.noun_leads * 8 <= self.all
    }
}

fn counted(data: &Path) -> Result<Counted, Box<dyn Error>> {
    let mut counted = Counted::default();
    let mut tokens = Vec::new();
    for document in corpora::news(data)? {
        for (start, end) in &document.sentences {
            let sentence = &document.text[*start..*end];
            tokenize(sentence, &mut tokens);
            let words = tokens.iter().filter(|token| token.kind == TokenKind::Word);
            let words: Vec<String> = words.map(|token| token.span.of(sentence).to_lowercase()).collect();
            for pair in words.windows(2) {
                let follows = counted.uses.entry(pair[1].clone()).or_default();
                follows.all += 1;
                let lead = pair[0].as_str();
                follows.verb_leads += u32::from(matches!(
                    lead,
                    "to" | "will" | "would" | "could" | "can" | "may" | "might" | "must" | "should" | "not"
                ));
                follows.noun_leads += u32::from(matches!(
                    lead,
                    "the" | "a" | "an" | "his" | "her" | "their" | "its" | "of" | "in" | "for" | "new"
                ));
            }
            for word in words.into_iter().collect::<BTreeSet<String>>() {
                *counted.counts.entry(word).or_insert(0) += 1;
            }
        }
    }
    Ok(counted)
}

/// How often a word is what.
#[derive(Default)]
struct Uses {
    all: u32,
    verbs: u32,
    adverbs: u32,
    adjectives: u32,
}

impl Uses {
    fn part(&self) -> Part {
        let is_mostly = |uses: u32| self.all >= USES_MIN && uses * 10 >= self.all * 6;
        if is_mostly(self.verbs) {
            Part::Verb
        } else if is_mostly(self.adverbs) {
            Part::Adverb
        } else if is_mostly(self.adjectives) {
            Part::Adjective
        } else {
            Part::Other
        }
    }
}

fn parts_of_speech(folder: &Path) -> Result<BTreeMap<String, Uses>, Box<dyn Error>> {
    let mut files: Vec<_> =
        std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_, std::io::Error>>()?;
    files.sort();
    let mut parts: BTreeMap<String, Uses> = BTreeMap::new();
    for file in files.iter().filter(|file| file.extension().is_some_and(|ending| ending == "conllu")) {
        for line in std::fs::read_to_string(file)?.lines() {
            let mut columns = line.split('\t').skip(1);
            let (Some(word), Some(_), Some(part)) = (columns.next(), columns.next(), columns.next()) else {
                continue;
            };
            let uses = parts.entry(word.to_lowercase()).or_default();
            uses.all += 1;
            uses.adjectives += u32::from(part == "ADJ");
            uses.verbs += u32::from(matches!(part, "VERB" | "AUX"));
            uses.adverbs += u32::from(matches!(
                part,
                "ADV" | "INTJ" | "SCONJ" | "CCONJ" | "ADP" | "PRON" | "DET" | "PART" | "NUM"
            ));
        }
    }
    Ok(parts)
}
