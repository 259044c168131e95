//! The example articles of `tests/articles`, all of them invented, for tests and benches alike.

use copydesk::model::{Offset, Partition, RawRecord};
use std::path::{Path, PathBuf};

/// One example article, as bytes from Kafka.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Example {
    /// The file's name without its ending: `05-sport-report`.
    pub name: String,
    pub value: Vec<u8>,
    /// The record's own time, which most of these articles have no need of.
    pub timestamp_ms: Option<i64>,
}

/// Articles that name a weekday and no year, with the time they came in at.
const TIMESTAMPS: [(&str, i64); 1] = [("19-hard-wrapped", 1_681_194_600_000)];

impl Example {
    pub fn record(&self) -> RawRecord<'_> {
        RawRecord {
            topic: "news",
            partition: Partition(0),
            offset: Offset(1),
            timestamp_ms: self.timestamp_ms,
            value: Some(&self.value),
        }
    }
}

pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/articles")
}

/// Every example, by name.
pub fn examples() -> Vec<Example> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder())
        .expect("tests/articles is there")
        .map(|entry| entry.expect("a readable entry").path())
        .filter(|path| is_example(path))
        .collect();
    assert!(!files.is_empty(), "tests/articles holds no article");
    files.sort();
    files.iter().map(|path| example(path)).collect()
}

fn is_example(path: &Path) -> bool {
    let name = path.file_name().expect("an entry has a name").to_string_lossy();
    !name.starts_with('.') && !name.ends_with(".golden.json")
}

fn example(path: &Path) -> Example {
    let name = path.file_stem().expect("an article has a name").to_string_lossy().into_owned();
    let timestamp_ms = TIMESTAMPS.iter().find(|(known, _)| *known == name).map(|(_, at)| *at);
    Example { name, value: std::fs::read(path).expect("a readable article"), timestamp_ms }
}
