//! Scores of Media Topics: by the top of the taxonomy, and below it.

use super::found::Topic;
use super::session::Session;
use super::tally::{Field, Scores};
use crate::lexicon::media_topics;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

fn plain(code: &str) -> &str {
    code.strip_prefix("medtop:").unwrap_or(code)
}

/// The top-level topic over a code, or the code itself when it is one; none for a code that is not in use.
fn top(code: &str) -> Option<&'static str> {
    let topic = media_topics::topic(plain(code).parse().ok()?)?;
    Some(plain(topic.path().next().unwrap_or(topic.code)))
}

/// A code with its name, for people.
fn told(code: &str) -> String {
    let topic = code.parse().ok().and_then(media_topics::topic);
    topic.map_or_else(|| code.to_owned(), |topic| format!("{code} {}", topic.name))
}

/// Scores one article's topics against the marked codes.
pub(super) fn score(document: &str, gold: &[&str], found: &[Topic], scores: &mut Scores) {
    let tops: BTreeSet<&str> = gold.iter().filter_map(|code| top(code)).collect();
    let answers: BTreeSet<&str> = found.iter().filter_map(|topic| top(&topic.code)).collect();
    scores.add(Field::TopLevelTopics, tops.len(), answers.len(), tops.intersection(&answers).count());
    for (codes, others, what) in [(&tops, &answers, "missed"), (&answers, &tops, "wrong")] {
        for code in codes.difference(others) {
            scores.error(Field::TopLevelTopics, || format!("{document}: {what} {}", told(code)));
        }
    }
    let all: BTreeSet<&str> = found
        .iter()
        .flat_map(|topic| topic.path.iter().chain([&topic.code]))
        .map(|code| plain(code))
        .collect();
    for code in gold.iter().map(|code| plain(code)).filter(|code| top(code) != Some(*code)) {
        let is_found = all.contains(code);
        scores.add_share(Field::DeepTopics, 1, usize::from(is_found));
        if !is_found {
            scores.error(Field::DeepTopics, || format!("{document}: missed {}", told(code)));
        }
    }
}

/// Whether a file is lines of text, a tab and a topic's code.
pub(super) fn is_snippets(path: &Path) -> Result<bool, String> {
    if path.extension().is_none_or(|ending| ending != "tsv") {
        return Ok(false);
    }
    let first = BufReader::new(File::open(path).map_err(|error| error.to_string())?).lines().next();
    Ok(first.and_then(Result::ok).is_some_and(|line| snippet(&line).is_some()))
}

/// The text and its topic's top.
fn snippet(line: &str) -> Option<(&str, &'static str)> {
    let (text, code) = line.trim_end().rsplit_once('\t')?;
    Some((text, top(code)?))
}

/// Scores each line of a file: the best topic must have the right top.
pub(super) fn score_snippets(path: &Path, session: &mut Session<'_>) -> Result<(), String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    for (n, line) in BufReader::new(file).lines().enumerate() {
        let line = line.map_err(|error| format!("line {}: {error}", n + 1))?;
        if line.trim().is_empty() {
            continue;
        }
        let (text, gold) =
            snippet(&line).ok_or_else(|| format!("line {}: it has no known topic code", n + 1))?;
        let name = format!("line {}", n + 1);
        let found = session.read(&name, text);
        let answer = found.topics.first().and_then(|topic| top(&topic.code));
        session.scores.add_share(Field::SnippetTopics, 1, usize::from(answer == Some(gold)));
        if answer != Some(gold) {
            let answer = answer.map_or_else(|| "none".to_owned(), told);
            session
                .scores
                .error(Field::SnippetTopics, || format!("{name}: {answer} should be {}", told(gold)));
        }
    }
    Ok(())
}

/// The first code that no Media Topic has.
pub(super) fn unknown<'a>(codes: &[&'a str]) -> Option<&'a str> {
    codes.iter().copied().find(|code| top(code).is_none())
}
