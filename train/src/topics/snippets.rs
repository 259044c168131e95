//! Labelled sentences: Wikipedia's current events by their headings, and SIB-200's English.

use super::terms::{Terms, keys};
use copydesk::lexicon::topic_model::{FEATURE_WEIGHT_MIN, features, topic_feature};
use std::collections::BTreeSet;
use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

/// The topics that have text to learn from. International relations are a class of their own beside politics.
pub const CLASSES: [u32; 11] = [
    1_000_000,
    2_000_000,
    3_000_000,
    4_000_000,
    6_000_000,
    7_000_000,
    11_000_000,
    13_000_000,
    15_000_000,
    16_000_000,
    INTERNATIONAL,
];
pub const INTERNATIONAL: u32 = 20_000_638;
pub const POLITICS: u32 = 11_000_000;
const ENVIRONMENT: u32 = 6_000_000;
const HEALTH: u32 = 7_000_000;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Part {
    Train,
    /// The last months of 2025: what settings are chosen by.
    Development,
    /// 2026.
    HeldOut,
}

pub struct Snippet {
    pub part: Part,
    /// Of `CLASSES`; none for text that belongs to none of them.
    pub label: Option<u32>,
    pub month: u32,
    pub features: Vec<u64>,
}

/// What was read of one bullet.
struct Raw {
    month: u32,
    heading: String,
    text: String,
}

pub fn read(data: &Path, terms: &Terms) -> Result<Vec<Snippet>, Box<dyn Error>> {
    let of_raw = |(label, Raw { month, text, .. })| Snippet {
        part: part(month),
        label: Some(label),
        month,
        features: bag(&text, terms),
    };
    let mut found: Vec<Snippet> = labelled(data, terms)?.into_iter().map(of_raw).collect();
    sib200(data, terms, &mut found)?;
    Ok(found)
}

/// The snippets that nothing is trained on, as `copydesk eval` reads them: text, tab, code of the topic.
pub fn held_out(data: &Path, terms: &Terms) -> Result<String, Box<dyn Error>> {
    let mut lines = String::new();
    for (label, snippet) in labelled(data, terms)? {
        if part(snippet.month) == Part::HeldOut {
            writeln!(lines, "{}\tmedtop:{label:08}", snippet.text.replace(['\t', '\n'], " "))?;
        }
    }
    Ok(lines)
}

/// Each bullet once, with the topic that its heading stands for.
fn labelled(data: &Path, terms: &Terms) -> Result<Vec<(u32, Raw)>, Box<dyn Error>> {
    let mut raw = Vec::new();
    for file in files(&data.join("current-events-2002-2020"), "yaml")? {
        yaml(month(&file)?, &fs::read_to_string(&file)?, &mut raw);
    }
    for file in files(&data.join("current-events-2025-2026"), "md")? {
        markdown(month(&file)?, &fs::read_to_string(&file)?, &mut raw);
    }
    let mut found = Vec::new();
    let mut seen = Seen::default();
    raw.sort_by_key(|snippet| snippet.month);
    for snippet in raw {
        let Some(label) = label(&snippet.heading, &snippet.text, terms) else { continue };
        if !seen.is_repeated(&snippet.text) {
            found.push((label, snippet));
        }
    }
    Ok(found)
}

fn part(month: u32) -> Part {
    match month {
        ..202_510 => Part::Train,
        202_510..202_601 => Part::Development,
        _ => Part::HeldOut,
    }
}

fn files(folder: &Path, ending: &str) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path, ending)?);
        } else if path.extension().is_some_and(|own| own == ending) && month(&path).is_ok() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// `2015-03-04.yaml`, `2025-08-06-index.md` → 201503.
fn month(file: &Path) -> Result<u32, Box<dyn Error>> {
    let name = file.file_name().and_then(|name| name.to_str()).ok_or("a name")?;
    let (year, rest) = name.split_once('-').ok_or("no date")?;
    Ok(year.parse::<u32>()? * 100 + rest.get(..2).ok_or("no month")?.parse::<u32>()?)
}

fn yaml(month: u32, text: &str, raw: &mut Vec<Raw>) {
    let mut heading = String::new();
    let mut item: Option<String> = None;
    for line in text.lines().chain(["Z:"]) {
        if let (Some(more), Some(own)) = (line.strip_prefix("    "), item.as_mut()) {
            own.push(' ');
            own.push_str(more.trim());
            continue;
        }
        if let Some(whole) = item.take() {
            let unquoted = whole.trim_matches('\'').replace("''", "'");
            push(month, &heading, unquoted.trim_matches('"'), raw);
        }
        if let Some(start) = line.strip_prefix("  - ") {
            item = Some(start.to_owned());
        } else if let Some(name) = line.strip_prefix("  ").and_then(|rest| rest.strip_suffix(':')) {
            heading = name.to_lowercase();
        }
    }
}

fn markdown(month: u32, text: &str, raw: &mut Vec<Raw>) {
    let mut heading = String::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("#### ") {
            heading = name.trim().to_lowercase();
        } else if let Some(item) = line.trim_start().strip_prefix("* ") {
            push(month, &heading, &without_links(item), raw);
        }
    }
}

/// `[words](address "title")` → `words`.
fn without_links(item: &str) -> String {
    let (mut out, mut rest) = (String::new(), item);
    while let Some(middle) = rest.find("](") {
        out.push_str(&rest[..middle].replace('[', ""));
        rest = &rest[middle + 2..];
        let mut depth = 1;
        let end = rest.char_indices().find(|(_, c)| {
            depth += match c {
                '(' => 1,
                ')' => -1,
                _ => 0,
            };
            depth == 0
        });
        rest = end.map_or("", |(at, _)| &rest[at + 1..]);
    }
    out.push_str(&rest.replace('[', ""));
    out.replace('*', "")
}

/// A bullet counts when it names its source, which is taken off: the others are names of running stories.
fn push(month: u32, heading: &str, item: &str, raw: &mut Vec<Raw>) {
    let mut text = item.trim();
    while text.ends_with(')') {
        let Some(open) = text.rfind('(') else { break };
        text = text[..open].trim_end();
    }
    if text.len() < item.trim().len() && text.len() > 30 {
        raw.push(Raw { month, heading: heading.to_owned(), text: text.to_owned() });
    }
}

fn label(heading: &str, text: &str, terms: &Terms) -> Option<u32> {
    let has = |words: &[&str]| words.iter().any(|word| heading.contains(word));
    if has(&["health and environment"]) {
        let sums = terms.weigh(text);
        let of = |code| sums.get(&code).copied().unwrap_or(0.0);
        return Some(if of(ENVIRONMENT) > of(HEALTH) { ENVIRONMENT } else { HEALTH });
    }
    Some(match heading {
        _ if has(&["armed", "attacks", " war", "war ", "insurgen", "uprising", "arab spring"]) => {
            16_000_000
        }
        _ if has(&["international relation"]) => INTERNATIONAL,
        _ if has(&["law and crime"]) => 2_000_000,
        _ if has(&["disaster", "accident", "typhoon", "earthquake"]) => 3_000_000,
        _ if has(&["business", "econom"]) => 4_000_000,
        _ if has(&["art and culture", "arts and culture", "television", "media"]) => 1_000_000,
        _ if has(&["politics"]) => POLITICS,
        _ if has(&["science"]) => 13_000_000,
        _ if has(&["sport", "uefa", "olympic", "fifa"]) => 15_000_000,
        "health" | "health and medicine" => HEALTH,
        "environment" => ENVIRONMENT,
        _ => return None,
    })
}

fn bag(text: &str, terms: &Terms) -> Vec<u64> {
    let words = keys(text);
    let mut found: Vec<u64> = features(&words).map(|(key, _)| key).collect();
    let strong = terms.hits(&words).into_iter().filter(|(_, weight)| *weight >= FEATURE_WEIGHT_MIN);
    found.extend(strong.map(|(rank, _)| topic_feature(rank)));
    found.sort_unstable();
    found.dedup();
    found
}

/// Runs of six words seen before; texts that share a third of theirs are one story told twice.
#[derive(Default)]
struct Seen(BTreeSet<u64>);

impl Seen {
    fn is_repeated(&mut self, text: &str) -> bool {
        let found: Vec<u64> = keys(text).iter().map(|word| word.key).collect();
        let runs: Vec<u64> = found
            .windows(6)
            .map(|run| {
                run.iter()
                    .fold(7, |all, key| (all ^ key).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(17))
            })
            .collect();
        let known = runs.iter().filter(|run| self.0.contains(run)).count();
        self.0.extend(&runs);
        known * 3 > runs.len()
    }
}

fn sib200(data: &Path, terms: &Terms, found: &mut Vec<Snippet>) -> Result<(), Box<dyn Error>> {
    let mut seen = Seen::default();
    for file in ["train", "dev", "test"] {
        let text = fs::read_to_string(data.join(format!("sib200/data/eng_14/{file}.tsv")))?;
        for line in text.lines().skip(1) {
            let mut columns = line.splitn(3, '\t').skip(1);
            let (Some(name), Some(text)) = (columns.next(), columns.next()) else { continue };
            let label = match name {
                "entertainment" => Some(1_000_000),
                "crime" => Some(2_000_000),
                "disasters" => Some(3_000_000),
                "business" => Some(4_000_000),
                "nature" => Some(ENVIRONMENT),
                "health" => Some(HEALTH),
                "politics" => Some(POLITICS),
                "science" | "technology" => Some(13_000_000),
                "sports" => Some(15_000_000),
                _ => None,
            };
            if !seen.is_repeated(text) {
                found.push(Snippet { part: Part::Train, label, month: 1, features: bag(text, terms) });
            }
        }
    }
    Ok(())
}
