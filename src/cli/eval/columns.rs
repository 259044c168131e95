//! Sets of names in columns, one token a line, as in the `CoNLL` shared tasks.
//!
//! Documents begin at `-DOCSTART-` or `# newdoc`, sentences end at blank lines, tags are IOB1, IOB2 or IO. The
//! tokens are joined to running text again, as it may have stood in the paper, since that is what articles are.

use super::found::Extent;
use super::names::{self, NameKind, Names};
use super::session::Session;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// Which columns hold tokens and tags, counted from 0, or from -1 backwards.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::cli) struct Columns {
    token: isize,
    tag: isize,
}

/// How many tokens the columns are told from.
const SAMPLE: usize = 5_000;

impl Columns {
    pub(in crate::cli) fn parse(text: &str) -> Result<Self, String> {
        let column = |text: &str| text.trim().parse().ok();
        text.split_once(',')
            .and_then(|(token, tag)| Some(Self { token: column(token)?, tag: column(tag)? }))
            .ok_or_else(|| "expected TOKEN,TAG, for example 0,-1".to_owned())
    }

    fn pick(self, line: &str) -> Option<(&str, &str)> {
        let parts = parts(line);
        let at = |column: isize| {
            let from_end = column.checked_add_unsigned(parts.len())?;
            parts.get(usize::try_from(if column < 0 { from_end } else { column }).ok()?).copied()
        };
        Some((at(self.token)?, at(self.tag)?))
    }
}

fn parts(line: &str) -> Vec<&str> {
    line.split(if line.contains('\t') { '\t' } else { ' ' }).collect()
}

/// Whether a line holds a token, and is no mark or comment.
fn is_token(line: &str) -> bool {
    !is_document(line) && !line.starts_with("# ") && !line.trim().is_empty()
}

fn is_document(line: &str) -> bool {
    line.starts_with("-DOCSTART-") || line.starts_with("# newdoc")
}

/// Tells the columns from the start of a file: the last one of nothing but tags that names most people, places
/// and organisations, and the first one that is no number.
pub(super) fn detect(path: &Path) -> Result<Option<Columns>, String> {
    let mut rows: Vec<Vec<String>> = Vec::new();
    for line in lines(path)? {
        let line = line?;
        if is_token(&line) {
            rows.push(parts(&line).into_iter().map(str::to_owned).collect());
        }
        if rows.len() == SAMPLE {
            break;
        }
    }
    let width = rows.iter().map(Vec::len).min().unwrap_or(0);
    let names = |column: &usize| rows.iter().filter(|row| kind(&row[*column]).is_some()).count();
    let is_tags =
        |column: &usize| rows.iter().all(|row| row[*column] == "O" || label(&row[*column]).is_some());
    let tag = (0..width).filter(is_tags).filter(|column| names(column) > 0).max_by_key(names);
    let is_number =
        |column: &usize| rows.iter().all(|row| row[*column].bytes().all(|b| b.is_ascii_digit()));
    let token = (0..width).find(|column| !is_number(column));
    let column = |at: usize| isize::try_from(at).unwrap_or(isize::MAX);
    Ok(tag
        .zip(token)
        .filter(|(tag, token)| tag != token)
        .map(|(tag, token)| Columns { token: column(token), tag: column(tag) }))
}

/// `B-PER` → its prefix and kind.
fn label(tag: &str) -> Option<(&str, &str)> {
    tag.split_once('-').filter(|(prefix, kind)| prefix.len() == 1 && !kind.is_empty())
}

fn kind(tag: &str) -> Option<NameKind> {
    NameKind::parse(label(tag)?.1)
}

fn lines(path: &Path) -> Result<impl Iterator<Item = Result<String, String>>, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let lines = BufReader::new(file).lines().enumerate();
    Ok(lines.map(|(n, line)| line.map_err(|error| format!("line {}: {error}", n + 1))))
}

/// Scores every document of a file.
pub(super) fn score(path: &Path, columns: Columns, session: &mut Session<'_>) -> Result<(), String> {
    let mut document = Document::default();
    for (n, line) in lines(path)?.enumerate() {
        let line = line?;
        if is_document(&line) {
            finish(&mut document, session);
        } else if line.trim().is_empty() {
            document.end_sentence();
        } else if is_token(&line) {
            let picked = columns.pick(&line);
            let (token, tag) = picked.ok_or_else(|| format!("line {}: it has no such columns", n + 1))?;
            document.push(token, tag);
        }
    }
    finish(&mut document, session);
    Ok(())
}

/// Scores a document when there is one, and makes room for the next.
fn finish(document: &mut Document, session: &mut Session<'_>) {
    document.end_sentence();
    let Document { text, names: gold, .. } = std::mem::take(document);
    if text.is_empty() {
        return;
    }
    let name = format!("document {}", session.documents + 1);
    let text = session.read(&name, &text);
    let found = names::found_names(&text, false);
    names::score(&gold, &found, &mut session.scores);
    names::list_errors(&name, &text, &gold, &found, &mut session.scores);
}

/// Running text, as far as it has been joined, with the names in it.
#[derive(Default)]
struct Document {
    text: String,
    characters: usize,
    names: Names,
    /// The name that the next token may go on with.
    open: Option<(Extent, String)>,
    /// Whether a token of this sentence has been written.
    in_sentence: bool,
    /// Whether the next token follows without a space.
    is_glued: bool,
    in_quotation: bool,
}

impl Document {
    fn push(&mut self, token: &str, tag: &str) {
        if !self.in_sentence {
            if !self.text.is_empty() {
                self.write("\n\n");
            }
            (self.in_sentence, self.is_glued, self.in_quotation) = (true, true, false);
        }
        let is_straight = token == "\"";
        let closes = is_straight && self.in_quotation;
        if !self.is_glued && !joins_left(token) && !closes {
            self.write(" ");
        }
        let start = self.characters;
        self.write(token);
        self.is_glued = joins_right(token) || (is_straight && !closes);
        self.in_quotation ^= is_straight;
        self.tag(tag, Extent::new(start, self.characters));
    }

    fn write(&mut self, text: &str) {
        self.text.push_str(text);
        self.characters += text.chars().count();
    }

    fn tag(&mut self, tag: &str, at: Extent) {
        let Some((prefix, kind)) = tag.split_once('-') else { return self.close() };
        let goes_on = prefix == "I" && self.open.as_ref().is_some_and(|(_, open)| open == kind);
        if !goes_on {
            self.close();
        }
        let start = self.open.take().map_or(at.start, |(open, _)| open.start);
        self.open = Some((Extent::new(start, at.end), kind.to_owned()));
    }

    /// Keeps the open name when its kind is one that is scored.
    fn close(&mut self) {
        if let Some((extent, kind)) = self.open.take()
            && let Some(kind) = NameKind::parse(&kind)
        {
            self.names.insert((extent, kind));
        }
    }

    fn end_sentence(&mut self) {
        self.close();
        self.in_sentence = false;
    }
}

/// Tokens that stand right after the one before them.
fn joins_left(token: &str) -> bool {
    const ENDINGS: [&str; 17] = [
        "'s", "’s", "n't", "n’t", "'re", "'ve", "'ll", "'d", "'m", "’re", "’ve", "’ll", "’d", "’m", "''",
        "...", "…",
    ];
    let mut characters = token.chars();
    let is_mark =
        matches!((characters.next(), characters.next()), (Some(c), None) if ",.;:!?%)]}”’".contains(c));
    is_mark || ENDINGS.iter().any(|ending| ending.eq_ignore_ascii_case(token))
}

/// Tokens that the next one stands right after.
fn joins_right(token: &str) -> bool {
    let mut characters = token.chars();
    matches!((characters.next(), characters.next()), (Some(c), None) if "([{$£€“‘`#".contains(c))
}

#[cfg(test)]
mod tests {
    use super::{Columns, Document, joins_left};
    use crate::cli::eval::found::Extent;
    use crate::cli::eval::names::NameKind::{Organisation, Person, Place};

    fn joined(rows: &[(&str, &str)]) -> Document {
        let mut document = Document::default();
        for (token, tag) in rows {
            if token.is_empty() { document.end_sentence() } else { document.push(token, tag) }
        }
        document.end_sentence();
        document
    }

    #[test]
    fn tokens_are_joined_as_in_a_paper_and_spans_count_characters() {
        let rows = [
            ("\"", "O"),
            ("José", "B-PER"),
            ("Ávila", "I-PER"),
            ("'s", "O"),
            ("town", "O"),
            (",", "O"),
            ("\"", "O"),
            ("said", "O"),
            ("(", "O"),
            ("UN", "I-ORG"),
            (")", "O"),
            (".", "O"),
            ("", ""),
            ("Łódź", "I-LOC"),
            ("costs", "O"),
            ("£", "O"),
            ("3", "O"),
        ];
        let document = joined(&rows);
        assert_eq!(document.text, "\"José Ávila's town,\" said (UN).\n\nŁódź costs £3");
        let names: Vec<_> = document.names.into_iter().collect();
        let at = Extent::new;
        assert_eq!(names, [(at(1, 11), Person), (at(27, 29), Organisation), (at(33, 37), Place)]);
    }

    #[test]
    fn all_three_ways_of_tagging_give_the_same_spans() {
        let one =
            joined(&[("Ann", "I-PER"), ("Lee", "I-PER"), ("Bo", "B-PER"), ("met", "O"), ("X", "B-MISC")]);
        let two =
            joined(&[("Ann", "B-PER"), ("Lee", "I-PER"), ("Bo", "B-PER"), ("met", "O"), ("X", "B-MISC")]);
        assert_eq!(one.names, two.names);
        let spans: Vec<Extent> = one.names.iter().map(|(extent, _)| *extent).collect();
        assert_eq!(spans, [Extent::new(0, 7), Extent::new(8, 10)]);
        // Another kind begins another name.
        assert_eq!(joined(&[("Ann", "I-PER"), ("Oslo", "I-LOC")]).names.len(), 2);
    }

    #[test]
    fn columns_are_picked_from_either_end() {
        let pick = |columns: &str, line| {
            Columns::parse(columns).expect("columns").pick(line).map(|(a, b)| format!("{a}/{b}"))
        };
        assert_eq!(pick("0,-1", "Oslo NNP I-NP I-LOC").as_deref(), Some("Oslo/I-LOC"));
        assert_eq!(pick("1,2", "4\tNew York\tB-LOC\t-").as_deref(), Some("New York/B-LOC"));
        assert_eq!(pick("0,4", "Oslo NNP I-NP I-LOC"), None);
        assert_eq!(pick("0,-5", "Oslo NNP I-NP I-LOC"), None);
        assert!(Columns::parse("1").is_err() && Columns::parse("a,b").is_err());
        assert!(joins_left("'S") && joins_left("…") && !joins_left("``") && !joins_left(",,"));
    }
}
