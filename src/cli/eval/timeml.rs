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

#[cfg(test)]
mod tests {
    use super::{DateAt, article};
    use crate::cli::eval::found::Extent;
    use roxmltree::Document;

    fn read(body: &str) -> Result<Option<(String, Vec<DateAt>)>, String> {
        let created = "<TIMEX3 value=\"1998-01-08T09:30\" functionInDocument=\"CREATION_TIME\">x</TIMEX3>";
        let xml = format!("<TimeML><DCT>{created}</DCT>{body}</TimeML>");
        article(&Document::parse(&xml).expect("XML"))
    }

    #[test]
    fn text_is_what_a_reader_sees_and_spans_count_characters() {
        let body = "<TEXT>\n\n é &amp; &#8364;<!-- no --> <EVENT>fell</EVENT> on \
                    <TIMEX3 value=\"1998-01-07\">Wednes<b>day</b></TIMEX3>.\n</TEXT>";
        let (text, dates) = read(body).expect("a document").expect("an article");
        assert_eq!(text, "date 1998-01-08\n\né & € fell on Wednesday.\n");
        assert_eq!(dates, [(Extent::new(31, 40), "1998-01-07".to_owned())]);
        assert_eq!(text.chars().skip(31).take(9).collect::<String>(), "Wednesday");
    }

    #[test]
    fn dates_with_a_function_are_not_asked_for() {
        let date =
            |function: &str| format!("<TEXT>On <TIMEX3 value=\"1998\" {function}>1998</TIMEX3></TEXT>");
        let count = |function| read(&date(function)).expect("a document").expect("an article").1.len();
        assert_eq!(count("functionInDocument=\"NONE\""), 1);
        assert_eq!(count("functionInDocument=\"\""), 1);
        assert_eq!(count("functionInDocument=\"EXPIRATION_TIME\""), 0);
        assert!(read("<BODY/>").expect("a document").is_none());
        let deep = format!("<TEXT>{}{}</TEXT>", "<a>".repeat(150), "</a>".repeat(150));
        assert!(read(&deep).is_err_and(|why| why.contains("deeper than 100")));
    }
}
