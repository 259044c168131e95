//! Sets of reported speech in the form of `PolNeAR`: a folder with `text/` and, for each text, standoff
//! annotation in `attributions/`: content, source and cue of each attribution, in characters.

use super::files;
use super::found::Extent;
use super::session::Session;
use super::speech::{self, Speech, SpeechKind, names_source};
use std::collections::BTreeMap;
use std::path::Path;

/// Scores every text that has annotation.
pub(super) fn score(folder: &Path, session: &mut Session<'_>) -> Result<(), String> {
    let annotated = files::with_ending(&folder.join("attributions"), ".ann")?;
    for text_path in files::with_ending(&folder.join("text"), ".txt")? {
        let name = files::stem(&text_path, ".txt");
        let Some(path) = annotated.iter().find(|path| files::stem(path, "").starts_with(&name)) else {
            continue;
        };
        let text = files::read(&text_path)?;
        let annotation = files::read(path)?;
        let attributions =
            read(&annotation, &text).map_err(|why| format!("{}: {why}", files::stem(path, "")))?;
        let found = session.read(&name, &text);
        let (speech, sources): (Vec<Speech>, Vec<String>) = attributions.into_iter().unzip();
        let is_right = |n: usize, answer: &speech::Answer<'_>| {
            let canonical = answer.entity.map_or("", |entity| found.entities[entity].name.as_str());
            names_source(answer.speaker, &sources[n]) || names_source(canonical, &sources[n])
        };
        speech::score(&name, &found, &speech, is_right, &mut session.scores);
    }
    Ok(())
}

/// A stretch of annotated text, in one piece or several.
struct Stretch<'a> {
    pieces: Vec<Extent>,
    words: &'a str,
}

/// The attributions of one text that have content, with their sources' words.
fn read(annotation: &str, text: &str) -> Result<Vec<(Speech, String)>, String> {
    let mut stretches: BTreeMap<&str, Stretch<'_>> = BTreeMap::new();
    let mut events = Vec::new();
    for (n, line) in annotation.lines().enumerate() {
        let wrong = || format!("line {}: it cannot be read", n + 1);
        let mut parts = line.split('\t');
        let id = parts.next().unwrap_or_default();
        if id.starts_with('T') {
            let (places, words) = parts.next().zip(parts.next()).ok_or_else(wrong)?;
            let pieces = places.split_once(' ').and_then(|(_, places)| pieces(places)).ok_or_else(wrong)?;
            stretches.insert(id, Stretch { pieces, words });
        } else if id.starts_with('E') {
            events.push(parts.next().ok_or_else(wrong)?);
        }
    }
    let characters: Vec<char> = text.chars().collect();
    Ok(events.into_iter().filter_map(|event| attribution(event, &stretches, &characters)).collect())
}

/// `12 40;50 61`
fn pieces(text: &str) -> Option<Vec<Extent>> {
    let piece = |text: &str| {
        let (start, end) = text.trim().split_once(' ')?;
        Some(Extent::new(start.parse().ok()?, end.parse().ok()?))
    };
    text.split(';').map(piece).collect()
}

/// `Attribution:T4 Content:T3 Cue:T2 Source:T1`; a role that comes twice is numbered.
fn attribution(
    event: &str,
    stretches: &BTreeMap<&str, Stretch<'_>>,
    text: &[char],
) -> Option<(Speech, String)> {
    let (mut content, mut sources) = (Vec::<Extent>::new(), Vec::new());
    for role in event.split_whitespace().skip(1) {
        let (role, id) = role.split_once(':')?;
        let Some(stretch) = stretches.get(id) else { continue };
        match role.trim_end_matches(|c: char| c.is_ascii_digit()) {
            "Content" => content.extend(&stretch.pieces),
            "Source" => sources.push(stretch.words),
            _ => {}
        }
    }
    let words: Vec<String> =
        content.iter().map(|at| text.get(at.start..at.end).unwrap_or_default().iter().collect()).collect();
    let kind = kind(&words.join(" "));
    let speech = Speech { kind, content, has_source: !sources.is_empty() };
    (!speech.content.is_empty()).then(|| (speech, sources.join(" ")))
}

/// Direct when nearly all of it stands in double quotation marks, mixed when some does.
fn kind(content: &str) -> SpeechKind {
    let (mut quoted, mut run) = (0, None);
    for c in content.chars() {
        run = match (run, c) {
            (None, '“' | '"') => Some(1),
            (None, _) => None,
            (Some(length), '”' | '"') => {
                quoted += length + 1;
                None
            }
            (Some(length), _) => Some(length + 1),
        };
    }
    let whole = content.chars().count();
    match quoted {
        0 => SpeechKind::Indirect,
        quoted if 10 * quoted >= 8 * whole => SpeechKind::Direct,
        _ => SpeechKind::Mixed,
    }
}
