//! What the demo sends: the sample feed, which is compiled in, or articles of the user's own.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Files of one folder that are sent at most.
const FILES_MAX: usize = 10_000;

/// One article to send.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) name: String,
    content: Content,
}

#[derive(Clone, Debug)]
enum Content {
    Sample(&'static [u8]),
    File(PathBuf),
}

macro_rules! samples {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, include_bytes!(concat!("../../../tests/feed/", $name)))),+]
    };
}

/// The first card should show much, and the bad records should not come first.
const SAMPLES: &[(&str, &[u8])] = samples![
    "grain-accord.txt",
    "harbour-bridge.txt",
    "ferry-fire.txt",
    "turbine-maker.json",
    "marathon.txt",
    "cut-off.json",
    "bell-ringers.txt",
    "market-wrap.txt",
    "fact-box.txt",
    "obituary.json",
    "greve-des-bacs.txt",
    "river-levels.txt",
    "rate-decision.json",
    "council-vote.txt",
    "sequia.txt",
    "cup-tie.txt",
    "telescope.txt",
    "storm-brief.txt",
];

/// Sent on purpose, among the others: what cannot be an article.
const EMPTY: &[u8] = b" \r\n";
const PICTURE: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\
                         \0\0\0\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\0\x05\0\x01\xff\x89\x99=\x1d\0\0\0\0IEND\xaeB`\x82";

/// The sample feed, in order.
pub(super) fn samples() -> Vec<Item> {
    let sample = |name: &str, content| Item { name: name.to_owned(), content: Content::Sample(content) };
    let mut items: Vec<Item> = SAMPLES.iter().map(|(name, content)| sample(name, *content)).collect();
    items.insert(9, sample("blank.txt", EMPTY));
    items.insert(14, sample("picture.png", PICTURE));
    items
}

/// The files at `paths`; those of a folder by name, without hidden ones and folders in it.
///
/// # Errors
/// In words for people, with a way out.
pub(super) fn files(paths: &[PathBuf]) -> Result<Vec<Item>, String> {
    let mut items = Vec::new();
    for path in paths {
        let shown = path.display();
        let meta = std::fs::metadata(path).map_err(|error| {
            format!("{shown}: {error}; name a file, or a folder whose files are one article each")
        })?;
        if meta.is_dir() {
            let found = folder(path)?;
            if found.is_empty() {
                return Err(format!(
                    "{shown}: no files in this folder; each file in it would be one article"
                ));
            }
            items.extend(found);
        } else {
            items.push(item(path));
        }
        if items.len() > FILES_MAX {
            return Err(format!(
                "{shown}: more than {FILES_MAX} files; name a smaller folder, or run the worker on a real broker"
            ));
        }
    }
    Ok(items)
}

fn folder(path: &Path) -> Result<Vec<Item>, String> {
    let failed = |error: std::io::Error| format!("{}: {error}", path.display());
    let mut found = Vec::new();
    for entry in std::fs::read_dir(path).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let is_hidden = path.file_name().is_none_or(|name| name.as_encoded_bytes().starts_with(b"."));
        if !is_hidden && path.is_file() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found.iter().map(|path| item(path)).collect())
}

fn item(path: &Path) -> Item {
    let name = path.file_name().map_or_else(|| path.as_os_str().to_owned(), ToOwned::to_owned);
    Item { name: name.to_string_lossy().into_owned(), content: Content::File(path.to_owned()) }
}

impl Item {
    /// The article's bytes, at most one more than `limit`: enough for the worker to refuse it.
    pub(super) fn read(&self, limit: usize) -> std::io::Result<Vec<u8>> {
        match &self.content {
            Content::Sample(bytes) => Ok(bytes.to_vec()),
            Content::File(path) => {
                let mut bytes = Vec::new();
                File::open(path)?.take(limit as u64 + 1).read_to_end(&mut bytes)?;
                Ok(bytes)
            }
        }
    }
}
