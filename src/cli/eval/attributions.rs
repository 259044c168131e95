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

#[cfg(test)]
mod tests {
    use super::{kind, read};
    use crate::cli::eval::found::Extent;
    use crate::cli::eval::speech::SpeechKind::{Direct, Indirect, Mixed};

    #[test]
    fn kinds_follow_the_quotation_marks() {
        assert_eq!(kind("that the bridge is safe"), Indirect);
        assert_eq!(kind("“The bridge is safe,” “I checked it.”"), Direct);
        assert_eq!(kind("the bridge was “safe”"), Mixed);
        // A mark that nothing closes quotes nothing.
        assert_eq!(kind("the 6\" bridge is open"), Indirect);
        // Eight of ten characters are enough.
        assert_eq!((kind("\"sixsix\"ab"), kind("\"fives\"abc")), (Direct, Mixed));
    }

    #[test]
    fn pieces_and_numbered_roles_are_put_together() {
        let text = "Ørsted will pay, Ann Lee said, by June.";
        let annotation = "T1\tContent 0 15;31 38\tØrsted will pay by June\nT2\tSource 17 20\tAnn\n\
                          T3\tSource 21 24\tLee\nT4\tCue 25 29\tsaid\n\
                          E1\tAttribution:T4 Content:T1 Source:T2 Source2:T3 Cue:T4\nE2\tAttribution:T4 Source:T2\n";
        let found = read(annotation, text).expect("annotation");
        assert_eq!(found.len(), 1, "an attribution without content has nothing to find");
        let (speech, source) = &found[0];
        assert_eq!(speech.content, [Extent::new(0, 15), Extent::new(31, 38)]);
        assert_eq!((speech.kind, source.as_str(), speech.has_source), (Indirect, "Ann Lee", true));
        assert!(read("T1\tContent 0\tx\n", text).is_err_and(|why| why.starts_with("line 1")));
    }
}
