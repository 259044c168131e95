//! `copydesk demo` as a newcomer runs it: the real worker on a broker inside the process.

use crate::program::{Folder, copydesk, stderr, stdout};
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The names on the cards, in order.
fn cards(output: &str) -> Vec<String> {
    let name = |line: &str| line.strip_prefix("┌─ ")?.split(' ').nth(1).map(str::to_owned);
    output.lines().filter_map(name).collect()
}

#[test]
fn the_demo_shows_every_sample_once_and_says_what_it_did() {
    let started = Instant::now();
    let output = copydesk(&["demo"], b"");
    let view = stdout(&output);
    assert_eq!(output.status.code(), Some(0), "{view}\n{}", stderr(&output));
    assert!(started.elapsed() < Duration::from_secs(60), "it took {:?}", started.elapsed());
    assert_eq!(stderr(&output), "", "no noise");
    let mut expected: Vec<String> = std::fs::read_dir("tests/feed")
        .expect("the feed")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
        .filter(|name| name != "send")
        .collect();
    expected.extend(["blank.txt".to_owned(), "picture.png".to_owned()]);
    expected.sort();
    let mut shown = cards(&view);
    shown.sort();
    assert_eq!(shown, expected);
    for part in [
        "Portugal and Kenya sign grain accord worth 240 million euros",
        "Lisbon, PT · 2023-09-19",
        "Monday = 2023-09-18",
        "Helena Vasconcelos",
        "invalid_json: ",
        "empty: ",
        "not_text: ",
        "17 stories, 3 dead letters in ",
        "20 records committed, ",
        " 0 undone",
        "http://127.0.0.1:",
    ] {
        assert!(view.contains(part), "{part:?} is missing in\n{view}");
    }
    assert!(!view.contains('\u{1b}'), "no colour without a terminal");
    assert!(view.lines().all(|line| line.chars().count() <= 100), "{view}");
}

#[test]
fn the_demo_takes_articles_of_ones_own_and_reports_those_it_cannot_read() {
    let folder = Folder::new("own");
    folder.write("a-ferry.txt", "Pier \u{1b}[31mreopens\u{202e}\n\nThe pier reopened on 5 March 2024.\n");
    folder.write("b-blank.txt", "  \n");
    let large = "The council met on Tuesday and said nothing new about the bridge. ".repeat(15_000);
    folder.write("c-large.txt", &large);
    folder.write(".hidden", "Not an article");
    let output = copydesk(&["demo", "--input", folder.path(), "--rounds", "2"], b"");
    let view = stdout(&output);
    assert_eq!(output.status.code(), Some(1), "a dead letter is a problem found: {}", stderr(&output));
    let round = ["a-ferry.txt", "b-blank.txt", "c-large.txt"];
    assert_eq!(cards(&view), [round, round].concat());
    assert!(
        view.contains("4 stories, 2 dead letters") && view.contains("5 March 2024 = 2024-03-05"),
        "{view}"
    );
    assert!(!view.contains('\u{1b}') && !view.contains('\u{202e}'), "{view:?}");
}

#[test]
fn the_demo_says_what_to_do_about_input_it_cannot_use() {
    let folder = Folder::new("nothing");
    for (arguments, expected) in [
        (
            ["demo", "--input", "no/such/folder"],
            "no/such/folder: No such file or directory (os error 2); name a",
        ),
        (["demo", "--input", folder.path()], "no files in this folder"),
        (["demo", "--rate", "fast"], "expected a number from 0 to 1000000"),
        (["demo", "--rounds", "0"], "0 is not in 1..=100000"),
    ] {
        let output = copydesk(&arguments, b"");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&output).contains(expected), "{expected:?} is missing in {}", stderr(&output));
    }
}

#[test]
fn a_reader_of_the_demo_that_goes_away_is_no_error() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_copydesk"))
        .args(["demo", "--color", "always", "--rounds", "50"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    assert!(lines.next().expect("a line").expect("UTF-8").starts_with("\u{1b}[1mcopydesk demo"));
    drop(lines);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(0), ""));
}

#[cfg(unix)]
#[test]
fn an_interrupted_demo_ends_with_its_summary() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_copydesk"))
        .args(["demo", "--rate", "0.01"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut reader = BufReader::new(child.stdout.take().expect("piped"));
    let mut line = String::new();
    while !line.starts_with('└') {
        line.clear();
        assert_ne!(reader.read_line(&mut line).expect("UTF-8"), 0, "the first card comes at once");
    }
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(killed.expect("kill runs").success());
    let mut rest = String::new();
    reader.read_to_string(&mut rest).expect("UTF-8");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(0), ""), "{rest}");
    assert!(rest.contains("1 story, 0 dead letters") && rest.contains("1 record committed"), "{rest}");
}
