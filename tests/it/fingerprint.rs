//! Near-duplicates: an article that was changed a little is found by its fingerprint, another article is not.

use crate::corpus;
use copydesk::enrich::{Passes, Scratch, enrich};
use copydesk::model::{Article, Fingerprint};
use std::path::Path;

/// Bits by which the `SimHash` of a changed article may differ; half of 64 is chance.
const DISTANCE_MAX: u32 = 12;

#[test]
fn a_changed_article_shares_a_band_and_another_one_does_not() {
    let texts = texts();
    assert!(texts.len() > 10, "the articles are there");
    let prints: Vec<Fingerprint> = texts.iter().filter_map(|text| print(text)).collect();
    assert_eq!(prints.len(), texts.len());
    for (text, own) in texts.iter().zip(&prints) {
        let Some(changed) = changed(text) else { continue };
        let changed = print(&changed).expect("it still has words");
        assert!(share_band(own, &changed), "no band is left of {:?}", &text[..text.len().min(60)]);
        let distance = (own.simhash ^ changed.simhash).count_ones();
        assert!(distance <= DISTANCE_MAX, "{distance} bits differ in {text:?}");
    }
    for (at, one) in prints.iter().enumerate() {
        for (other_at, other) in prints.iter().enumerate().skip(at + 1) {
            assert!(!share_band(one, other), "{at} and {other_at} are taken for one story");
        }
    }
}

/// Every plain article of the project that is long enough for a change to be small.
fn texts() -> Vec<String> {
    let feed = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/feed");
    let mut files: Vec<_> = [corpus::folder(), feed.as_path().into()]
        .iter()
        .flat_map(|folder: &std::path::PathBuf| std::fs::read_dir(folder).expect("a readable folder"))
        .map(|entry| entry.expect("a readable entry").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "txt"))
        .collect();
    files.sort();
    let texts = files.iter().filter_map(|file| std::fs::read_to_string(file).ok());
    texts.filter(|text| text.split_whitespace().count() > 150).collect()
}

/// Another headline, an agency's line, and one sentence less; nothing where sentences do not end like ours.
fn changed(text: &str) -> Option<String> {
    let (_, body) = text.trim_start().split_once('\n')?;
    let half = body.floor_char_boundary(body.len() / 2);
    let middle = half + body[half..].find(". ")?;
    let after = middle + 1 + body[middle + 1..].find(". ")?;
    Some(format!(
        "A headline of our own\n{}{}\n\n(Reporting by our own desk)\n",
        &body[..middle],
        &body[after..]
    ))
}

fn print(text: &str) -> Option<Fingerprint> {
    let article = Article { text: text.to_owned(), ..Article::default() };
    enrich(&article, None, Passes::default(), &mut Scratch::default()).fingerprint
}

fn share_band(one: &Fingerprint, other: &Fingerprint) -> bool {
    one.minhash.iter().zip(&other.minhash).any(|(one, other)| one == other)
}
