//! Runs the specification: every Markdown file under `tests/spec` is prose for people and cases for us.
//!
//! A case is a fenced block opened by ```` ```article ```` (the record's value, without the fence's last
//! line break), followed by a list of marks, each `- field: value`. A value is `none`, or starts with the
//! text of the span in back quotes, and goes on with `key=value` pairs compared with the published JSON
//! (`place.country=PK` goes down a level). A field of findings (dates, paragraphs, sentences, sections …)
//! must be marked in full and in order; a section's text is its heading, and its paragraphs are written
//! `paragraphs=0,1`; a quotation's text is its content, pieces joined by ` / `. Options in the fence's info
//! line: `json` reads the block as JSON, `record_ms=N` sets the record's timestamp, `crlf` turns line breaks
//! into CR LF, `latin` encodes as Windows-1252.
//!
//! `people`, `organisations`, `places`, `groups` and `events` are the entities of one kind, and in `mentions=` and
//! `titles=` each finding is its words with underscores, and its form or office after a slash:
//! `people: name=Ana_Duarte mentions=Ana_Duarte/name,She/pronoun titles=mayor`.
//!
//! A field that is a string (`text`, `url`) is marked by all of it, line breaks written `\n` and `\r`. A
//! record that must be refused has the mark `dead_letter: stage=… reason=…`.

use copydesk::enrich::Scratch;
use copydesk::model::{DeadLetter, Offset, Outcome, Partition, RawRecord};
use copydesk::pipeline::{Options, Pipeline};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

#[test]
fn every_case_of_the_specification_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/spec");
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .expect("tests/spec is there")
        .map(|entry| entry.expect("a readable entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "md"))
        .collect();
    files.sort();
    let (mut cases, mut failures) = (0, Vec::new());
    for file in files {
        let name = file.file_name().expect("a name").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&file).expect("a readable specification");
        let found = parse(&text);
        assert!(!found.is_empty(), "{name} holds no case");
        for case in found {
            cases += 1;
            failures.extend(check(&case).into_iter().map(|f| format!("{name}:{}: {f}", case.line)));
        }
    }
    assert!(cases > 0, "no specification was found");
    assert!(failures.is_empty(), "{} of {cases} cases:\n{}", failures.len(), failures.join("\n"));
}

struct Case {
    line: usize,
    options: String,
    article: String,
    marks: BTreeMap<String, Vec<String>>,
}

fn parse(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        if let Some(options) = line.strip_prefix("```article") {
            let body: Vec<&str> = lines.by_ref().map(|(_, l)| l).take_while(|l| *l != "```").collect();
            let (options, article) = (options.to_owned(), body.join("\n"));
            cases.push(Case { line: number + 1, options, article, marks: BTreeMap::new() });
        } else if let (Some(mark), Some(case)) = (line.strip_prefix("- "), cases.last_mut()) {
            let Some((field, value)) = mark.split_once(": ") else { continue };
            case.marks.entry(field.to_owned()).or_default().push(value.to_owned());
        }
    }
    cases
}

fn check(case: &Case) -> Vec<String> {
    let document = match run(case) {
        Ok(document) => document,
        Err(failure) => return vec![failure],
    };
    assert!(!case.marks.is_empty(), "the case at line {} has no marks", case.line);
    let letter = &document["dead_letter"];
    if letter.is_object() && !case.marks.contains_key("dead_letter") {
        return vec![format!("no document but a dead letter: {letter}")];
    }
    let text = document["text"].as_str().unwrap_or_default();
    case.marks
        .iter()
        .filter_map(|(field, marks)| compare(field, marks, &found(&document, field), text).err())
        .collect()
}

/// A field of the document, or its entities of one kind.
fn found(document: &Value, field: &str) -> Value {
    let kind = match field {
        "people" => "person",
        "organisations" => "organisation",
        "places" => "place",
        "groups" => "group",
        "events" => "event",
        _ => return document[field].clone(),
    };
    let entities = document["entities"].as_array().map_or([].as_slice(), Vec::as_slice);
    let own: Vec<Value> = entities.iter().filter(|entity| entity["kind"] == kind).cloned().collect();
    if own.is_empty() { Value::Null } else { Value::Array(own) }
}

/// One of a list, as it is marked.
fn listed(value: &Value) -> String {
    let words = value.as_str().or_else(|| value["text"].as_str());
    let words = words.map_or_else(|| value.to_string(), |words| words.replace(char::is_whitespace, "_"));
    let more = value["form"].as_str().or_else(|| value["office_of"].as_str());
    more.map_or(words.clone(), |more| format!("{words}/{}", more.replace(' ', "_")))
}

fn run(case: &Case) -> Result<Value, String> {
    let mut value = case.article.clone().into_bytes();
    let mut record_ms = None;
    for option in case.options.split_whitespace() {
        match option.split_once('=') {
            None if option == "json" => {}
            None if option == "crlf" => value = case.article.replace('\n', "\r\n").into_bytes(),
            None if option == "latin" => {
                value = case.article.chars().map(windows_1252).collect();
            }
            Some(("record_ms", number)) => record_ms = number.parse().ok(),
            _ => return Err(format!("unknown option {option:?}")),
        }
    }
    let record = RawRecord {
        topic: "spec",
        partition: Partition(0),
        offset: Offset(0),
        timestamp_ms: record_ms,
        value: Some(&value),
    };
    match Pipeline::new(Options::default()).run(&record, &mut Scratch::default()) {
        Outcome::Publish(Some(bytes)) => Ok(serde_json::from_slice(&bytes).expect("valid JSON")),
        Outcome::DeadLetter(DeadLetter { stage, reason, message }) => Ok(serde_json::json!({
            "dead_letter": {"stage": stage.word(), "reason": reason.reason(), "message": message}
        })),
        other => Err(format!("no document but {other:?}")),
    }
}

/// Enough of the code page for the specification: Latin-1 and the curly marks.
fn windows_1252(c: char) -> u8 {
    match c {
        '‘' => 0x91,
        '’' => 0x92,
        '“' => 0x93,
        '”' => 0x94,
        '–' => 0x96,
        '—' => 0x97,
        _ => u8::try_from(c as u32).expect("a character of Windows-1252"),
    }
}

fn compare(field: &str, marks: &[String], found: &Value, text: &str) -> Result<(), String> {
    if marks == ["none"] {
        return if found.is_null() {
            Ok(())
        } else {
            Err(format!("{field}: none expected, found {found}"))
        };
    }
    let items: Vec<&Value> = match found {
        Value::Array(items) => items.iter().collect(),
        Value::Null => return Err(format!("{field}: {marks:?} expected, found none")),
        one => vec![one],
    };
    if items.len() != marks.len() {
        let shown: Vec<String> = items.iter().map(|item| shown(item, text)).collect();
        return Err(format!("{field}: {} expected, found {}: {shown:?}", marks.len(), items.len()));
    }
    marks.iter().zip(items).try_for_each(|(mark, item)| {
        matches(mark, item, text).map_err(|why| format!("{field}: `{mark}`: {why}"))
    })
}

fn matches(mark: &str, item: &Value, text: &str) -> Result<(), String> {
    let mut rest = mark;
    if let Some((expected, after)) = mark.strip_prefix('`').and_then(|m| m.rsplit_once('`')) {
        let found = match item {
            Value::String(whole) => Some(whole.replace('\r', "\\r").replace('\n', "\\n")),
            _ => span_text(item, text),
        };
        if found.as_deref() != Some(expected) {
            return Err(format!("found {}", shown(item, text)));
        }
        rest = after;
    }
    for pair in rest.split_whitespace() {
        let (path, expected) = pair.split_once('=').ok_or_else(|| format!("{pair:?} is no key=value"))?;
        let value = path.split('.').fold(item, |value, key| &value[key]);
        let found = match value {
            Value::String(text) => text.replace(' ', "_"),
            Value::Array(list) => list.iter().map(listed).collect::<Vec<_>>().join(","),
            other => other.to_string(),
        };
        if found != expected {
            return Err(format!("{path} is {found}"));
        }
    }
    Ok(())
}

fn span_text(item: &Value, text: &str) -> Option<String> {
    if let Some(pieces) = item["content"].as_array() {
        let pieces: Option<Vec<String>> = pieces.iter().map(|piece| span_text(piece, text)).collect();
        return Some(pieces?.join(" / "));
    }
    let holder = if item.get("heading").is_some() { &item["heading"] } else { item };
    let (start, end) = (holder["start"].as_u64()?, holder["end"].as_u64()?);
    text.get(usize::try_from(start).ok()?..usize::try_from(end).ok()?).map(str::to_owned)
}

fn shown(item: &Value, text: &str) -> String {
    span_text(item, text).map_or_else(|| item.to_string(), |words| format!("`{words}` {}", item["value"]))
}
