//! Makes `src/lexicon/media_topics.tsv`, `topic_terms.bin` and `topic_model.bin`.
//!
//! Reads `iptc-mediatopics/cptall-en-GB.json` (IPTC, CC BY 4.0), `current-events-2002-2020` and
//! `current-events-2025-2026` (Wikipedia's current events, CC BY-SA 4.0), `sib200/data/eng_14` (text CC BY-SA 4.0), and
//! `topics/terms.txt`, which was written by hand. Snippets of 2026 are never trained on: the report is of them.

mod linear;
mod snippets;
mod terms;

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;

/// Concepts in use by code: the English name and the codes above, broadest first.
pub type Taxonomy = BTreeMap<u32, (String, Vec<u32>)>;

pub fn make(data: &Path, out: &Path) -> Result<String, Box<dyn Error>> {
    let taxonomy = taxonomy(&data.join("iptc-mediatopics/cptall-en-GB.json"))?;
    fs::write(out.join("media_topics.tsv"), table(&taxonomy))?;
    let terms = terms::Terms::read(include_str!("topics/terms.txt"), &taxonomy)?;
    fs::write(out.join("topic_terms.bin"), terms.bytes())?;
    let snippets = snippets::read(data, &terms)?;
    let model = linear::Model::train(&snippets);
    let bytes = model.bytes();
    fs::write(out.join("topic_model.bin"), &bytes)?;
    let report = model.report(&snippets);
    Ok(format!("{} topics, {}, model {} bytes\n{report}", taxonomy.len(), terms.summary(), bytes.len()))
}

/// Writes the snippets that nothing was trained on, for `copydesk eval`.
pub fn held_out(data: &Path, out: &Path) -> Result<String, Box<dyn Error>> {
    let taxonomy = taxonomy(&data.join("iptc-mediatopics/cptall-en-GB.json"))?;
    let terms = terms::Terms::read(include_str!("topics/terms.txt"), &taxonomy)?;
    let lines = snippets::held_out(data, &terms)?;
    fs::write(out.join("held-out-topics.tsv"), &lines)?;
    Ok(format!("{} snippets", lines.lines().count()))
}

fn taxonomy(file: &Path) -> Result<Taxonomy, Box<dyn Error>> {
    let vocabulary: serde_json::Value = serde_json::from_slice(&fs::read(file)?)?;
    let mut concepts = BTreeMap::new();
    for concept in vocabulary["conceptSet"].as_array().ok_or("no conceptSet")? {
        if concept.get("retired").is_some() {
            continue;
        }
        let code = code(&concept["qcode"]).ok_or("a concept without a code")?;
        let name = concept["prefLabel"]["en-GB"].as_str().ok_or("a concept without a name")?;
        concepts.insert(code, (name.trim().to_owned(), code_of_first(&concept["broader"])));
    }
    let path = |own: &u32| {
        let mut path = Vec::new();
        let mut at = *own;
        while let Some(above) = concepts[&at].1 {
            path.insert(0, above);
            at = above;
        }
        path
    };
    Ok(concepts.iter().map(|(code, (name, _))| (*code, (name.clone(), path(code)))).collect())
}

/// Of `medtop:20000639` and of `http://cv.iptc.org/newscodes/mediatopic/20000639`.
fn code(qcode: &serde_json::Value) -> Option<u32> {
    qcode.as_str()?.rsplit([':', '/']).next()?.parse().ok()
}

fn code_of_first(list: &serde_json::Value) -> Option<u32> {
    code(list.get(0)?)
}

fn table(taxonomy: &Taxonomy) -> String {
    let line = |(code, (name, path)): (&u32, &(String, Vec<u32>))| {
        let path: Vec<String> = path.iter().map(|above| format!("medtop:{above:08}")).collect();
        format!("medtop:{code:08}\t{name}\t{}", path.join(" "))
    };
    taxonomy.iter().map(line).collect::<Vec<_>>().join("\n")
}
