//! Sets of dates in `TimeML`. Each text is given its creation date in front, as feeds do; the expressions in it
//! are marked with their TIMEX3 values.

use super::dates::{self, DateAt};
use super::files;
use super::found::Extent;
use super::session::Session;
use roxmltree::{Document, Node, ParsingOptions};
use std::path::{Path, PathBuf};

/// How the files' names end.
pub(super) const ENDING: &str = ".tml";
/// Length of `date YYYY-MM-DD`: what is found in it is not asked for.
const PREFIX: usize = 15;
/// Elements in `TimeML` hardly nest; what does is not followed for ever.
const DEPTH_MAX: usize = 100;

/// Scores each file that has a text and a creation date.
pub(super) fn score(paths: &[PathBuf], session: &mut Session<'_>) -> Result<(), String> {
    for path in paths {
        score_file(path, session).map_err(|why| format!("{}: {why}", files::stem(path, "")))?;
    }
    Ok(())
}

fn score_file(path: &Path, session: &mut Session<'_>) -> Result<(), String> {
    let xml = files::read(path)?;
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    let document = Document::parse_with_options(&xml, options).map_err(|error| error.to_string())?;
    let Some((text, gold)) = article(&document)? else { return Ok(()) };
    let name = files::stem(path, ENDING);
    let found = session.read(&name, &text);
    let mut answers = dates::found_dates(&found);
    answers.retain(|(extent, _)| extent.start >= PREFIX);
    dates::score(&name, &found, &gold, &answers, &mut session.scores);
    Ok(())
}

/// The running text and its marked dates; none without a text or a creation date.
fn article(document: &Document<'_>) -> Result<Option<(String, Vec<DateAt>)>, String> {
    let root = document.root_element();
    let is_creation = |node: &Node<'_, '_>| {
        node.has_tag_name("TIMEX3")
            && matches!(node.attribute("functionInDocument"), Some("CREATION_TIME" | "PUBLICATION_TIME"))
    };
    let created = document.descendants().find(is_creation).and_then(|node| node.attribute("value"));
    let body = root.children().find(|node| node.has_tag_name("TEXT"));
    let Some((body, created)) = body.zip(created.filter(|value| !value.is_empty())) else {
        return Ok(None);
    };
    let day: String = created.chars().take(10).collect();
    let mut walk = Walk::default();
    walk.enter(body, 0)?;
    let before = walk.text.chars().take_while(|c| c.is_whitespace()).count();
    let prefix = format!("date {day}\n\n");
    let shift = |at: usize| (at + prefix.chars().count()).saturating_sub(before);
    let dates = walk.dates.into_iter();
    let dates = dates.map(|(at, value)| (Extent::new(shift(at.start), shift(at.end)), value)).collect();
    Ok(Some((format!("{prefix}{}\n", walk.text.trim()), dates)))
}

#[derive(Default)]
struct Walk {
    text: String,
    characters: usize,
    dates: Vec<DateAt>,
}

impl Walk {
    fn enter(&mut self, node: Node<'_, '_>, depth: usize) -> Result<(), String> {
        if depth > DEPTH_MAX {
            return Err(format!("its elements nest deeper than {DEPTH_MAX}"));
        }
        for child in node.children() {
            if child.is_element() {
                let start = self.characters;
                self.enter(child, depth + 1)?;
                self.keep(child, Extent::new(start, self.characters));
            } else if child.is_text() {
                let words = child.text().unwrap_or_default();
                self.text.push_str(words);
                self.characters += words.chars().count();
            }
        }
        Ok(())
    }

    fn keep(&mut self, node: Node<'_, '_>, at: Extent) {
        let is_asked = matches!(node.attribute("functionInDocument"), None | Some("NONE" | ""));
        if node.has_tag_name("TIMEX3") && is_asked {
            self.dates.push((at, node.attribute("value").unwrap_or_default().to_owned()));
        }
    }
}
