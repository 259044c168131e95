//! Makes `src/lexicon/cue_verbs.txt`: every form of the verbs that introduce reported speech, with what may follow them.
//!
//! Reads `cue_verbs.tsv` beside this file, which was written by hand on the base of the verb lists of the
//! `GenderGapTracker` (MIT), and those lists themselves: a listed verb that the hand-made table lacks is an error.
//! The lines of the output are of one length and sorted, so that the core can search them where they stand.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

const BY_HAND: &str = include_str!("cue_verbs.tsv");
/// The verb lists, below the folder of training data.
const LIST: &str = "gazetteers/quote-verbs/journalismai/regex_pipeline/utils/quote_verb_list.txt";
/// Listed words that are left out: they introduce other things far more often than speech.
const LEFT_OUT: [&str; 17] = [
    "convince",
    "convinced",
    "convinces",
    "convincing",
    "ensure",
    "ensured",
    "ensures",
    "ensuring",
    "illustrating",
    "present",
    "presenting",
    "presents",
    "release",
    "released",
    "releases",
    "releasing",
    "finding",
];
/// In the order of their bits; see `lexicon::cue_verbs`.
const FRAMES: &str = "sctopinda";
const PARTICLES: [&str; 14] =
    ["for", "on", "of", "about", "against", "at", "to", "with", "out", "in", "up", "from", "over", "as"];
/// A line is form, kind, frames and particles.
const FORM_BYTES: usize = 15;

pub fn make(data: &Path, out: &Path) -> Result<String, Box<dyn Error>> {
    let mut forms: BTreeMap<String, (char, u32, u32)> = BTreeMap::new();
    let mut verbs = 0;
    for line in BY_HAND.lines().filter(|line| !line.starts_with('#')) {
        verbs += 1;
        let fields: Vec<&str> = line.split('\t').collect();
        let frames =
            bits(fields[1].chars().filter(|letter| *letter != '-').map(|letter| FRAMES.find(letter)))?;
        let particles = bits(
            fields[2]
                .split(' ')
                .filter(|word| *word != "-")
                .map(|word| PARTICLES.iter().position(|p| *p == word)),
        )?;
        for (form, kind) in inflected(fields[0], fields.get(3).copied()) {
            let entry = forms.entry(form).or_insert((kind, frames, particles));
            // One spelling for the present and the past: `read`, `forecast`.
            if entry.0 != kind {
                entry.0 = if entry.0 == 'P' && kind == 'N' { 'P' } else { 'A' };
            }
        }
    }
    for word in std::fs::read_to_string(data.join(LIST))?.split_whitespace() {
        if !LEFT_OUT.contains(&word) && !forms.contains_key(word) {
            return Err(format!("{word} is listed but not in cue_verbs.tsv").into());
        }
    }
    let lines: String = forms
        .iter()
        .map(|(form, (kind, frames, particles))| {
            format!("{form:<FORM_BYTES$} {kind} {frames:03x} {particles:04x}\n")
        })
        .collect();
    std::fs::write(out.join("cue_verbs.txt"), &lines)?;
    Ok(format!("{verbs} verbs in {} forms", forms.len()))
}

fn bits(places: impl Iterator<Item = Option<usize>>) -> Result<u32, Box<dyn Error>> {
    places
        .map(|place| place.map(|place| 1 << place))
        .sum::<Option<u32>>()
        .ok_or_else(|| "an unknown letter".into())
}

/// The forms of a verb with their kinds: base, third person (S), past (P), participle (N), -ing (G).
fn inflected(base: &str, irregular: Option<&str>) -> Vec<(String, char)> {
    let rest: Vec<String> = match irregular {
        Some(forms) => forms.split(' ').map(str::to_owned).collect(),
        None => {
            let past = past(base);
            vec![third_person(base), past.clone(), past, continuous(base)]
        }
    };
    std::iter::once((base.to_owned(), 'B')).chain(rest.into_iter().zip(['S', 'P', 'N', 'G'])).collect()
}

fn third_person(base: &str) -> String {
    match consonant_y(base) {
        Some(stem) => format!("{stem}ies"),
        None if ["s", "sh", "ch", "x", "o"].iter().any(|end| base.ends_with(end)) => format!("{base}es"),
        None => format!("{base}s"),
    }
}

fn past(base: &str) -> String {
    match (consonant_y(base), doubled(base)) {
        (Some(stem), _) => format!("{stem}ied"),
        _ if base.ends_with('e') => format!("{base}d"),
        (_, Some(last)) => format!("{base}{last}ed"),
        _ => format!("{base}ed"),
    }
}

fn continuous(base: &str) -> String {
    match (base.strip_suffix('e'), doubled(base)) {
        (Some(stem), _) if !base.ends_with("ee") => format!("{stem}ing"),
        (_, Some(last)) => format!("{base}{last}ing"),
        _ => format!("{base}ing"),
    }
}

fn consonant_y(base: &str) -> Option<&str> {
    base.strip_suffix('y').filter(|stem| !stem.ends_with(['a', 'e', 'o']))
}

/// The last letter of the verbs that double it.
fn doubled(base: &str) -> Option<char> {
    ["admit", "plan", "dub", "flag", "brag", "quip"]
        .contains(&base)
        .then(|| base.chars().next_back())
        .flatten()
}
