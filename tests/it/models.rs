//! What a record says of the models that made it is true: another model has another name.

use copydesk::enrich::MODELS;
use sha2::{Digest, Sha256};
use std::path::Path;

/// The files below `src/lexicon` that a model consists of.
const FILES: [(&str, &[&str]); 3] = [
    ("names", &["gazetteer.bin", "tagger.bin", "words.bin"]),
    (
        "places",
        &["areas.tsv", "cities.tsv", "countries.tsv", "country_names.tsv", "places.tsv", "regions.tsv"],
    ),
    ("topics", &["media_topics.tsv", "topic_model.bin", "topic_terms.bin"]),
];

#[test]
fn the_readme_shows_the_models_of_today() {
    let readme = include_str!("../../README.md");
    for (task, name) in MODELS {
        assert!(readme.contains(name), "README.md shows a sample of before the {task} model {name}");
    }
}

#[test]
fn each_model_is_named_after_its_files() {
    for (task, files) in FILES {
        let mut digest = Sha256::new();
        for file in files {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lexicon").join(file);
            digest.update(std::fs::read(&path).expect("a file of the lexicon"));
        }
        let digest = digest.finalize();
        let digest = format!("{:08x}", u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]));
        let (_, name) = MODELS.iter().find(|(of, _)| *of == task).expect("a model for the task");
        assert!(
            name.ends_with(&format!("-{digest}")),
            "the {task} model's files have changed: its name in MODELS is {name}, and must end in -{digest}"
        );
    }
}
