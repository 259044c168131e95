//! Golden articles: each file of `tests/articles` comes out exactly as its `.golden.json` says, to the byte.
//!
//! A golden file is the published value laid out for reading; nothing else is changed, so field order and
//! numbers are compared as they leave the process. After a change that is meant to change output, write
//! the files anew and read the difference before committing it:
//!
//!     COPYDESK_BLESS=1 cargo test --no-default-features golden

use crate::corpus::{self, Example};
use crate::validity;
use copydesk::encode::ENRICHER;
use copydesk::enrich::Scratch;
use copydesk::model::Outcome;
use copydesk::pipeline::{Options, Pipeline};
use std::path::PathBuf;

const HOW_TO_BLESS: &str = "if the new output is right, write it down with\n    \
    COPYDESK_BLESS=1 cargo test --no-default-features golden\nand read the difference";

/// A container that fits into so many bytes stays on one line.
const LINE_BYTES_MAX: usize = 100;

#[test]
fn every_article_comes_out_as_its_golden_file_says() {
    let is_blessing = std::env::var_os("COPYDESK_BLESS").is_some_and(|value| value == "1");
    let mut failures = Vec::new();
    for example in corpus::examples() {
        let found = layout(&published(&example)).replacen(ENRICHER, "copydesk/VERSION", 1);
        if is_blessing {
            std::fs::write(golden_file(&example.name), &found).expect("a writable golden file");
        } else if let Err(why) = compare(&example.name, &found) {
            failures.push(format!("{}: {why}", example.name));
        }
    }
    assert!(failures.is_empty(), "\n{}\n\n{HOW_TO_BLESS}", failures.join("\n"));
}

#[test]
fn no_golden_file_outlives_its_article() {
    let names: Vec<PathBuf> = corpus::examples().iter().map(|example| golden_file(&example.name)).collect();
    for entry in std::fs::read_dir(corpus::folder()).expect("tests/articles is there") {
        let path = entry.expect("a readable entry").path();
        let is_golden = path.to_string_lossy().ends_with(".golden.json");
        assert!(!is_golden || names.contains(&path), "{} has no article; remove it", path.display());
    }
}

#[test]
fn every_golden_document_is_valid() {
    for example in corpus::examples() {
        let checked = validity::document(published(&example).as_bytes());
        assert!(checked.is_ok(), "{}: {}", example.name, checked.unwrap_err());
    }
}

#[test]
fn golden_articles_give_the_same_bytes_on_any_thread() {
    let examples = corpus::examples();
    let expected: Vec<String> = examples.iter().map(published).collect();
    let pipeline = Pipeline::new(Options::default());
    let check = |first: usize| {
        // One scratch for all of them, in another order on each thread.
        let mut scratch = Scratch::default();
        for at in (0..examples.len()).map(|n| (n * 7 + first) % examples.len()) {
            let found = run(&pipeline, &examples[at], &mut scratch);
            assert!(found == expected[at], "{} differs from run to run", examples[at].name);
        }
    };
    std::thread::scope(|scope| {
        for first in 0..4 {
            scope.spawn(move || check(first));
        }
    });
}

/// The published value of one article, by a pipeline and scratch of its own.
fn published(example: &Example) -> String {
    run(&Pipeline::new(Options::default()), example, &mut Scratch::default())
}

fn run(pipeline: &Pipeline, example: &Example, scratch: &mut Scratch) -> String {
    match pipeline.run(&example.record(), scratch) {
        Outcome::Publish(Some(bytes)) => String::from_utf8(bytes).expect("JSON is UTF-8"),
        other => panic!("{}: no document but {other:?}", example.name),
    }
}

fn golden_file(name: &str) -> PathBuf {
    corpus::folder().join(format!("{name}.golden.json"))
}

fn compare(name: &str, found: &str) -> Result<(), String> {
    let file = golden_file(name);
    let expected = std::fs::read_to_string(&file).map_err(|_| "has no golden file yet".to_owned())?;
    if expected == found {
        return Ok(());
    }
    let (mut old, mut new) = (expected.lines(), found.lines());
    let mut line = 1;
    loop {
        match (old.next(), new.next()) {
            (Some(old), Some(new)) if old == new => line += 1,
            (None, None) => return Err("line breaks alone differ".to_owned()),
            (old, new) => {
                let shown = |line: Option<&str>| line.map_or("(end)".to_owned(), |l| shortened(l.trim()));
                return Err(format!("line {line}\n    golden: {}\n    found:  {}", shown(old), shown(new)));
            }
        }
    }
}

fn shortened(line: &str) -> String {
    match line.char_indices().nth(160) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

/// Breaks compact JSON into lines, without touching keys, order or values.
fn layout(json: &str) -> String {
    let mut laid_out = String::new();
    lay_out(json, 0, &mut laid_out);
    laid_out.push('\n');
    laid_out
}

fn lay_out(value: &str, depth: usize, laid_out: &mut String) {
    let is_container = value.starts_with(['{', '[']);
    if depth > 0 && (!is_container || value.len() <= LINE_BYTES_MAX) {
        laid_out.push_str(value);
        return;
    }
    let (open, rest) = value.split_at(1);
    let (inside, close) = rest.split_at(rest.len() - 1);
    laid_out.push_str(open);
    for (n, item) in split(inside, ',').into_iter().enumerate() {
        laid_out.push_str(if n == 0 { "\n" } else { ",\n" });
        laid_out.push_str(&"  ".repeat(depth + 1));
        match split(item, ':')[..] {
            [key, value] if open == "{" => {
                laid_out.push_str(key);
                laid_out.push_str(": ");
                lay_out(value, depth + 1, laid_out);
            }
            _ => lay_out(item, depth + 1, laid_out),
        }
    }
    laid_out.push('\n');
    laid_out.push_str(&"  ".repeat(depth));
    laid_out.push_str(close);
}

/// The parts of `inside` between those of the marks that stand in no string and no inner container.
fn split(inside: &str, mark: char) -> Vec<&str> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0);
    let (mut is_string, mut is_escaped) = (false, false);
    for (at, c) in inside.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => is_string = !is_string,
            _ if is_string => {}
            '{' | '[' => depth += 1,
            '}' | ']' => depth -= 1,
            c if c == mark && depth == 0 => {
                parts.push(&inside[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&inside[start..]);
    parts
}

#[test]
fn golden_layout_changes_white_space_alone() {
    let long = "x".repeat(LINE_BYTES_MAX);
    let json = format!(r#"{{"a":[1,{{"b":"{long}"}}],"c":{{"d":"e, \"f\": {{"}},"g":[{{"h":1}}]}}"#);
    let laid_out = layout(&json);
    let expected = format!(
        "{{\n  \"a\": [\n    1,\n    {{\n      \"b\": \"{long}\"\n    }}\n  ],\n  \
         \"c\": {{\"d\":\"e, \\\"f\\\": {{\"}},\n  \"g\": [{{\"h\":1}}]\n}}\n"
    );
    assert_eq!(laid_out, expected);
    for example in corpus::examples() {
        let json = published(&example);
        let parse = |json: &str| serde_json::from_str::<serde_json::Value>(json).expect("valid JSON");
        assert!(parse(&layout(&json)) == parse(&json), "{}: the layout changes the value", example.name);
    }
}
