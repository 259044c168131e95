//! Makes the tables and models that are compiled into copydesk, from open data.
//!
//!     cargo run --release --manifest-path train/Cargo.toml -- DATA src/lexicon [PART…]
//!
//! `DATA` is the folder of training data; each part says in its head what it reads of it, and NOTICE names the sources.
//! Without a part all that copydesk compiles in is made, in this order; `held_out_topics` writes a set to measure on. The same data gives the same files, byte for byte.

mod clusters;
mod corpora;
mod cue_verbs;
mod demonyms;
mod first_names;
mod gazetteers;
mod places;
mod silver;
mod sports;
mod tables;
mod tagger;
mod topics;
mod word_frequencies;
mod wordlist;

use std::error::Error;
use std::path::{Path, PathBuf};

/// Reads below the first folder, writes into the second, says what it made.
type Make = fn(&Path, &Path) -> Result<String, Box<dyn Error>>;

/// Every part; later ones may read what earlier ones wrote.
const PARTS: &[(&str, Make)] = &[
    ("places", places::make),
    ("demonyms", demonyms::make),
    ("first_names", first_names::make),
    ("tagger", tagger::make),
    ("topics", topics::make),
    ("cue_verbs", cue_verbs::make),
    ("word_frequencies", word_frequencies::make),
];

/// Made only when asked for.
const SETS: &[(&str, Make)] = &[("held_out_topics", topics::held_out)];

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let (Some(data), Some(out)) =
        (arguments.next().map(PathBuf::from), arguments.next().map(PathBuf::from))
    else {
        let names: Vec<&str> = PARTS.iter().chain(SETS).map(|(name, _)| *name).collect();
        return Err(format!("usage: copydesk-train DATA OUT [PART…], parts: {}", names.join(" ")).into());
    };
    let wanted: Vec<String> = arguments.map(|part| part.to_string_lossy().into_owned()).collect();
    if let Some(unknown) = wanted.iter().find(|part| PARTS.iter().chain(SETS).all(|(name, _)| name != part))
    {
        return Err(format!("there is no part {unknown}").into());
    }
    let chosen = PARTS.iter().filter(|_| wanted.is_empty());
    let named = PARTS.iter().chain(SETS).filter(|(name, _)| wanted.iter().any(|part| part == name));
    for (name, make) in chosen.chain(named) {
        eprintln!("{name}: {}", make(&data, &out)?);
    }
    Ok(())
}
