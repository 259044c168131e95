//! Makes `src/lexicon/first_names.tsv`: first names and whether they are a man's or a woman's, in a small letter
//! where only the one list says so that is known to be loose about names from outside of English.
//!
//! Reads `gazetteers/popular-names-by-country` (CC0), `gazetteers/nltk-names` (Mark Kantrowitz's list),
//! `gazetteers/us-congress` and `gazetteers/every-politician-world` (CC0), and the Norwegian lists of
//! `gazetteers/dariusk-corpora` (CC0). A name that both bear in some number is left out.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

/// How many of the bearers must be of one gender: three quarters.
const SHARE_MIN: (u32, u32) = (3, 4);

#[derive(Default)]
struct Votes(BTreeMap<String, Vote>);

#[derive(Default)]
struct Vote {
    men: u32,
    women: u32,
    is_sure: bool,
}

impl Votes {
    /// Only the first word of a name counts: `Mary Ann` is a vote for `mary`.
    fn add(&mut self, name: &str, gender: &str, weight: u32, is_sure: bool) {
        let first = name.split_whitespace().next().unwrap_or_default().to_lowercase();
        let is_name = first.chars().count() >= 2
            && first
                .chars()
                .all(|c| (c.is_alphabetic() && u32::from(c) < 0x250) || matches!(c, '-' | '\'' | '’'));
        let vote = self.0.entry(first).or_default();
        match gender.chars().next() {
            Some('m' | 'M') if is_name => vote.men += weight,
            Some('f' | 'F') if is_name => vote.women += weight,
            _ => return,
        }
        vote.is_sure |= is_sure;
    }
}

/// Writes the table.
pub fn make(data: &Path, out: &Path) -> Result<String, Box<dyn Error>> {
    let lists = data.join("gazetteers");
    let read = |path: &str| std::fs::read_to_string(lists.join(path));
    let mut votes = Votes::default();
    for line in read("popular-names-by-country/common-forenames-by-country.csv")?.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        // Columns: 9 gender, 10 localized name, 11 romanized name.
        if let [.., gender, localized, romanized] = fields[..] {
            votes.add(localized, gender, 2, true);
            votes.add(romanized, gender, 2, true);
        }
    }
    for (file, gender) in [("male", "M"), ("female", "F")] {
        for name in read(&format!("nltk-names/{file}.txt"))?.lines() {
            votes.add(name, gender, 2, false);
        }
    }
    for (file, gender) in [("Boys", "M"), ("Girls", "F")] {
        let list = read(&format!("dariusk-corpora/data/humans/norwayFirstNames{file}.json"))?;
        let array = list.split_once('[').map_or("", |(_, array)| array);
        array.split('"').skip(1).step_by(2).for_each(|name| votes.add(name, gender, 2, true));
    }
    legislators(&read("us-congress/legislators-current.yaml")?, &mut votes);
    for line in read("every-politician-world/html/bio.csv")?.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        votes.add(fields.get(1).unwrap_or(&""), fields.get(2).unwrap_or(&""), 1, true);
    }
    let table = table(&votes);
    std::fs::write(out.join("first_names.tsv"), &table)?;
    Ok(format!("{} first names", table.lines().count()))
}

fn legislators(yaml: &str, votes: &mut Votes) {
    let mut first = "";
    for line in yaml.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix("first: ") {
            first = name;
        } else if let Some(gender) = line.strip_prefix("gender: ") {
            votes.add(first, gender, 1, true);
        }
    }
}

fn table(votes: &Votes) -> String {
    let (part, whole) = SHARE_MIN;
    let told = votes.0.iter().filter_map(|(name, Vote { men, women, is_sure })| {
        let is_told = men.max(women) * whole >= (men + women) * part && men + women > 0;
        let gender = if men > women { 'M' } else { 'F' };
        let gender = if *is_sure { gender } else { gender.to_ascii_lowercase() };
        is_told.then(|| format!("{name}\t{gender}\n"))
    });
    told.collect()
}
