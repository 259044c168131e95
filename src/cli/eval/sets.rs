//! What a path holds, told by its names, and the scorer for it.

use super::columns::{self, Columns};
use super::session::{Desk, Session};
use super::tally::Scores;
use super::{articles, attributions, files, timeml, topics};
use std::path::{Path, PathBuf};

/// A set to score.
#[derive(Debug)]
pub(super) struct Set {
    /// As it is shown: the given name, or else the path.
    pub(super) name: String,
    pub(super) path: PathBuf,
}

/// A set with its scores.
pub(super) struct Scored {
    pub(super) name: String,
    pub(super) form: &'static str,
    pub(super) documents: usize,
    pub(super) failed: usize,
    pub(super) scores: Scores,
}

enum Form {
    Articles(Vec<PathBuf>),
    Attributions,
    TimeMl(Vec<PathBuf>),
    Snippets,
    Columns(Columns),
}

impl Form {
    fn word(&self) -> &'static str {
        match self {
            Self::Articles(_) => "marked articles",
            Self::Attributions => "attributions",
            Self::TimeMl(_) => "TimeML",
            Self::Snippets => "topic snippets",
            Self::Columns(_) => "names in columns",
        }
    }
}

const KNOWN: &str = "expected a folder or file of *.marked.txt or *.tml, a folder with text/ and attributions/, \
                     a *.tsv of text and topic code, or a file of tokens and name tags in columns";

/// Reads and scores a set.
pub(super) fn score(
    set: Set,
    columns: Option<Columns>,
    errors_max: usize,
    desk: &mut Desk,
) -> Result<Scored, String> {
    let form = form(&set.path, columns)?;
    let mut session = Session::new(&set.name, desk, errors_max);
    match &form {
        Form::Articles(paths) => articles::score(paths, &mut session)?,
        Form::Attributions => attributions::score(&set.path, &mut session)?,
        Form::TimeMl(paths) => timeml::score(paths, &mut session)?,
        Form::Snippets => topics::score_snippets(&set.path, &mut session)?,
        Form::Columns(columns) => columns::score(&set.path, *columns, &mut session)?,
    }
    let (documents, failed) = (session.documents, session.failed);
    let scores = std::mem::take(&mut session.scores);
    drop(session);
    if documents == 0 {
        return Err("it has no documents".to_owned());
    }
    Ok(Scored { name: set.name, form: form.word(), documents, failed, scores })
}

fn form(path: &Path, columns: Option<Columns>) -> Result<Form, String> {
    let kind = std::fs::metadata(path).map_err(|error| error.to_string())?;
    if kind.is_dir() {
        return folder(path);
    }
    let name = files::stem(path, "");
    let file = || vec![path.to_owned()];
    if name.ends_with(articles::ENDING) {
        return Ok(Form::Articles(file()));
    }
    if name.ends_with(timeml::ENDING) {
        return Ok(Form::TimeMl(file()));
    }
    let columns = match columns {
        Some(columns) => Some(columns),
        None if topics::is_snippets(path)? => return Ok(Form::Snippets),
        None => columns::detect(path)?,
    };
    columns.map(Form::Columns).ok_or_else(|| KNOWN.to_owned())
}

fn folder(path: &Path) -> Result<Form, String> {
    if path.join("text").is_dir() && path.join("attributions").is_dir() {
        return Ok(Form::Attributions);
    }
    let articles = files::with_ending(path, articles::ENDING)?;
    if !articles.is_empty() {
        return Ok(Form::Articles(articles));
    }
    let timeml = files::with_ending(path, timeml::ENDING)?;
    if timeml.is_empty() { Err(KNOWN.to_owned()) } else { Ok(Form::TimeMl(timeml)) }
}
