//! The hand-written terms as a hash table in the form `copydesk::lexicon::topic_model` reads.

use super::Taxonomy;
use copydesk::lexicon::topic_model::{
    ENTRIES_COUNT_MASK, ENTRIES_START_SHIFT, STARTS_LONGER, TERM_WORDS_MAX, Word, first_slot, joined,
    long_check, words,
};
use copydesk::text::tokenize;
use std::collections::BTreeMap;
use std::error::Error;

/// Weights in tenths: `term!`, `term`, `term?`.
const STRONG: u16 = 20;
const USUAL: u16 = 10;
const WEAK: u16 = 3;

pub struct Terms {
    /// Code and rank of the one above, by rank.
    topics: Vec<(u32, u32)>,
    /// Ranks and weights by key; empty where a longer term only starts.
    entries: BTreeMap<u64, BTreeMap<u16, u16>>,
    /// Keys that longer terms start with.
    starts: BTreeMap<u64, ()>,
}

impl Terms {
    pub fn read(text: &str, taxonomy: &Taxonomy) -> Result<Self, Box<dyn Error>> {
        let codes: Vec<u32> = taxonomy.keys().copied().collect();
        let rank = |code: u32| codes.binary_search(&code).map_err(|_| format!("{code} is no topic in use"));
        let mut topics = Vec::new();
        for (code, (_, path)) in taxonomy {
            topics.push((*code, u32::try_from(rank(path.last().copied().unwrap_or(*code))?)?));
        }
        let mut terms = Self { topics, entries: BTreeMap::new(), starts: BTreeMap::new() };
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (code, list) = line.split_once(':').ok_or_else(|| format!("no colon in {line:?}"))?;
            let rank = u16::try_from(rank(code.parse()?)?)?;
            for term in list.split(',').map(str::trim).filter(|term| !term.is_empty()) {
                terms.add(rank, term)?;
            }
        }
        terms.add_names(taxonomy)?;
        Ok(terms)
    }

    fn add(&mut self, rank: u16, term: &str) -> Result<(), Box<dyn Error>> {
        let (term, weight) = match term.as_bytes().last() {
            Some(b'!') => (&term[..term.len() - 1], STRONG),
            Some(b'?') => (&term[..term.len() - 1], WEAK),
            _ => (term, USUAL),
        };
        let found = keys(term);
        if found.is_empty() || found.len() > TERM_WORDS_MAX {
            return Err(format!("{term:?} has {} words", found.len()).into());
        }
        let mut key = found[0].key;
        for next in &found[1..] {
            self.starts.insert(key, ());
            key = joined(key, next.key);
        }
        let own = self.entries.entry(key).or_default().entry(rank).or_insert(0);
        *own = weight.max(*own);
        Ok(())
    }

    /// A topic's own name of two words or more speaks for it, where no line above says otherwise.
    fn add_names(&mut self, taxonomy: &Taxonomy) -> Result<(), Box<dyn Error>> {
        for (rank, (name, path)) in taxonomy.values().enumerate() {
            let words = keys(name).len();
            if !path.is_empty()
                && (2..=TERM_WORDS_MAX).contains(&words)
                && !name.contains(" and ")
                && !name.contains('(')
            {
                self.add(u16::try_from(rank)?, name)?;
            }
        }
        Ok(())
    }

    /// Rank and weight of the longest terms from left to right, as the pass reads them.
    pub fn hits(&self, found: &[Word]) -> Vec<(u16, u16)> {
        let mut hits = Vec::new();
        let mut at = 0;
        while at < found.len() {
            let mut key = found[at].key;
            let mut longest = (None, 1);
            for length in 1..=TERM_WORDS_MAX {
                if let Some(own) = self.entries.get(&key) {
                    longest = (Some(own), length);
                }
                let Some(next) = found.get(at + length).filter(|next| next.follows) else { break };
                key = joined(key, next.key);
            }
            hits.extend(longest.0.into_iter().flatten().map(|(rank, weight)| (*rank, *weight)));
            at += longest.1;
        }
        hits
    }

    /// The weight of a text's terms by the code of the topic at the top.
    pub fn weigh(&self, text: &str) -> BTreeMap<u32, f32> {
        let mut sums = BTreeMap::new();
        for (rank, weight) in self.hits(&keys(text)) {
            *sums.entry(self.top(rank)).or_insert(0.0) += f32::from(weight) / 10.0;
        }
        sums
    }

    fn top(&self, rank: u16) -> u32 {
        let mut at = usize::from(rank);
        while self.topics[at].1 as usize != at {
            at = self.topics[at].1 as usize;
        }
        self.topics[at].0
    }

    pub fn bytes(&self) -> Vec<u8> {
        let keys: std::collections::BTreeSet<u64> =
            self.entries.keys().chain(self.starts.keys()).copied().collect();
        let bits = (keys.len() * 2).next_power_of_two().trailing_zeros();
        let mut slots = vec![(0_u32, 0_u32); 1 << bits];
        let (mut entries, mut count) = (Vec::new(), 0_u32);
        for key in keys {
            let own = self.entries.get(&key);
            let length = u32::try_from(own.map_or(0, BTreeMap::len)).expect("few topics a term");
            assert!(length <= ENTRIES_COUNT_MASK, "too many topics for one term");
            let starts = if self.starts.contains_key(&key) { STARTS_LONGER } else { 0 };
            let mut at = first_slot(key) as usize & (slots.len() - 1);
            while slots[at].0 != 0 {
                at = (at + 1) & (slots.len() - 1);
            }
            slots[at] = (long_check(key), count << ENTRIES_START_SHIFT | starts | length);
            for (rank, weight) in own.into_iter().flatten() {
                entries.extend(rank.to_le_bytes());
                entries.extend(weight.to_le_bytes());
            }
            count += length;
        }
        let topics = u32::try_from(self.topics.len()).expect("a thousand topics");
        let head = [topics, bits, count].into_iter();
        let all = head.chain(self.topics.iter().chain(&slots).flat_map(|(one, two)| [*one, *two]));
        let mut bytes: Vec<u8> = all.flat_map(u32::to_le_bytes).collect();
        bytes.extend(entries);
        bytes
    }

    pub fn summary(&self) -> String {
        let spoken_of: std::collections::BTreeSet<&u16> =
            self.entries.values().flat_map(BTreeMap::keys).collect();
        format!("{} terms of {} topics", self.entries.len(), spoken_of.len())
    }
}

pub fn keys(text: &str) -> Vec<Word> {
    let (mut tokens, mut found) = (Vec::new(), Vec::new());
    tokenize(text, &mut tokens);
    words(text, &tokens, &mut found);
    found
}
