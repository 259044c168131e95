//! Which of some names stand in the news snippets of the current-events folders.

use std::collections::BTreeSet;
use std::error::Error;
use std::path::{Path, PathBuf};

const FOLDERS: [&str; 2] = ["current-events-2002-2020", "current-events-2025-2026"];
/// Longest name looked for, in words.
const NAME_WORDS_MAX: usize = 4;

/// The names of `wanted` that occur, letter for letter.
pub fn seen(data: &Path, wanted: &BTreeSet<String>) -> Result<BTreeSet<String>, Box<dyn Error>> {
    let mut files = Vec::new();
    for folder in FOLDERS {
        collect(&data.join(folder), &mut files)?;
    }
    let mut found = BTreeSet::new();
    for file in files {
        let text = std::fs::read_to_string(&file)?;
        for line in text.lines() {
            add(line, wanted, &mut found);
        }
    }
    Ok(found)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|end| end == "yaml" || end == "md") {
            files.push(path);
        }
    }
    Ok(())
}

fn add(line: &str, wanted: &BTreeSet<String>, found: &mut BTreeSet<String>) {
    let is_inner = |c: char| c.is_alphanumeric() || matches!(c, '-' | '\'' | '.');
    let words: Vec<&str> =
        line.split(|c: char| !is_inner(c)).map(|word| word.trim_end_matches(['.', '\''])).collect();
    for (at, first) in words.iter().enumerate().filter(|(_, word)| word.starts_with(char::is_uppercase)) {
        let mut name = (*first).to_owned();
        for extra in 1..=NAME_WORDS_MAX {
            if wanted.contains(&name) {
                found.insert(name.clone());
            }
            let Some(next) = words.get(at + extra) else { break };
            name.push(' ');
            name.push_str(next);
        }
    }
}
