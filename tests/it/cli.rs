//! The program as a user calls it: output, messages, exit codes.

use crate::program::{copydesk, stderr, stdout};
use serde_json::Value;
use std::io::Write;
use std::process::{Command, Stdio};

const STORY: &str = " date 2024-03-05 Ferry pier reopens in Southmere\n\nSOUTHMERE: The ferry pier reopened on Monday \
                     after two years.\n\nIt had been closed since a storm.";

/// A file that goes away with its name.
pub(crate) struct Temporary(std::path::PathBuf);

impl Temporary {
    pub(crate) fn new(name: &str, content: &[u8]) -> Self {
        let path = std::env::temp_dir().join(format!("{}-{name}", std::process::id()));
        std::fs::write(&path, content).expect("a temporary file");
        Self(path)
    }

    pub(crate) fn path(&self) -> &str {
        self.0.to_str().expect("UTF-8")
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[test]
fn enrich_writes_one_json_line_per_input() {
    let file = Temporary::new("story.txt", STORY.as_bytes());
    let output = copydesk(&["enrich", file.path(), "-"], br#"{"headline":"Flash","body":"One line."}"#);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let lines: Vec<Value> =
        stdout(&output).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["text"], STORY);
    assert_eq!(lines[0]["published"]["value"], "2024-03-05");
    assert_eq!(lines[0]["dates"][0]["value"], "2024-03-04");
    assert!(lines[0]["id"].as_str().expect("an id").ends_with("story.txt/0/0"));
    assert_eq!(lines[1]["id"], "stdin/0/0");
    assert_eq!(lines[1]["text"], "Flash\n\nOne line.");
}

#[test]
fn enrich_reports_what_it_cannot_read_and_goes_on() {
    let empty = Temporary::new("empty.txt", b"");
    let binary = Temporary::new("noise.bin", &(0..=255u8).cycle().take(50_000).collect::<Vec<u8>>());
    let large = Temporary::new("large.txt", &vec![b'a'; 1_100_000]);
    let good = Temporary::new("good.txt", STORY.as_bytes());
    let files = [empty.path(), binary.path(), large.path(), "no/such/file", good.path()];
    let output = copydesk(&[&["enrich"], &files[..]].concat(), b"");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(stdout(&output).lines().count(), 1, "the good one is done");
    let messages = stderr(&output);
    for expected in [
        "empty.txt: empty: ",
        "noise.bin: not_text: ",
        "large.txt: too_large: ",
        "no/such/file: No such file",
    ] {
        assert!(messages.contains(expected), "{expected:?} is missing in\n{messages}");
    }
}

#[test]
fn enrich_takes_what_is_large_or_odd_in_its_stride() {
    let sentence = "The council met on Tuesday and said nothing new about the bridge. ";
    let large = sentence.repeat(1_000_000 / sentence.len());
    let quotes = "\"".repeat(10_000);
    for input in [large.as_str(), quotes.as_str(), "“”".repeat(5_000).as_str()] {
        let output = copydesk(&["enrich"], input.as_bytes());
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(document["text"].as_str().map(str::len), Some(input.len()));
    }
}

#[test]
fn pretty_shows_findings_and_escapes_what_could_rule_a_terminal() {
    let story = "Pier \u{1b}[31mreopens\u{202e} now\n\nThe pier reopened on 5 March 2024, they said.\n\nAll is well.";
    let output = copydesk(&["enrich", "--pretty", "-"], story.as_bytes());
    let view = stdout(&output);
    assert!(view.contains("headline") && view.contains("5 March 2024 = 2024-03-05"), "{view}");
    assert!(!view.contains('\u{1b}') && !view.contains('\u{202e}'), "{view:?}");
    assert!(view.contains("\\u{1b}") && view.contains("\\u{202e}"), "{view}");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_copydesk"))
        .args(["enrich", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    drop(child.stdout.take());
    let _ = child.stdin.take().expect("piped").write_all(STORY.repeat(2_000).as_bytes());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(stderr(&output), "");
}

#[test]
fn wrong_usage_and_wrong_configuration_end_with_2() {
    for arguments in [
        &["enrich", "--no-such-flag"][..],
        &["run", "--set", "kafka.brokr=x"],
        &["nonsense"],
        &["run", "--set", "x"],
        &["audit", "--list", "few"],
        &["audit", "--output", "articles.raw"],
    ] {
        let output = copydesk(arguments, b"");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", stderr(&output));
    }
    let output = copydesk(&["run", "--set", "kafka.brokr=x"], b"");
    assert!(stderr(&output).contains("did you mean `kafka.brokers`?"), "{}", stderr(&output));
}

#[cfg(unix)]
#[test]
fn an_option_that_is_not_text_is_refused_not_forgotten() {
    use std::os::unix::ffi::OsStrExt;
    let output = Command::new(env!("CARGO_BIN_EXE_copydesk"))
        .args(["config", "--set", "log.level=loud"])
        .env_remove("COPYDESK_CONFIG")
        .env("COPYDESK_KAFKA__BROKERS", std::ffi::OsStr::from_bytes(b"br\xf6ker:9092"))
        .output()
        .expect("the program ends");
    assert_eq!(output.status.code(), Some(2));
    let messages = stderr(&output);
    for expected in
        ["2 problems", "COPYDESK_KAFKA__BROKERS: the value is not UTF-8", "`log.level` is \"loud\""]
    {
        assert!(messages.contains(expected), "{expected:?} is missing in\n{messages}");
    }
}

#[test]
fn help_teaches() {
    let output = copydesk(&["--help"], b"");
    let help = stdout(&output);
    for expected in ["Examples:", "Exit codes:", "enrich", "eval", "run", "config", "dead"] {
        assert!(help.contains(expected), "{expected:?} is missing in\n{help}");
    }
}

#[test]
fn an_audit_without_a_broker_gives_no_verdict_and_says_so() {
    let arguments = ["audit", "--json", "--brokers", "127.0.0.1:1"];
    let output = copydesk(&arguments, b"");
    assert_eq!(output.status.code(), Some(2), "1 is for findings: {}", stderr(&output));
    let answer: Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
    assert_eq!((&answer["verdict"], &answer["reason"]), (&"refused".into(), &"unreadable".into()));
    assert!(stderr(&output).contains("check kafka.brokers"), "{}", stderr(&output));
}

#[test]
fn the_audits_help_names_each_finding_and_each_exit_code() {
    let help = stdout(&copydesk(&["audit", "--help"], b""));
    for kind in copydesk::audit::Kind::ALL {
        assert!(help.contains(&format!("  {} ", kind.word())), "{} is missing in\n{help}", kind.word());
    }
    assert!(help.contains("Examples:") && help.contains("Exit codes: 0 clean, 1 "), "{help}");
}

#[test]
fn dead_teaches_and_refuses_what_it_cannot_mean() {
    let help = stdout(&copydesk(&["dead", "--help"], b""));
    for expected in ["Examples:", "list", "show", "retry", "--dry-run"] {
        assert!(help.contains(expected), "{expected:?} is missing in\n{help}");
    }
    for (arguments, why) in [
        (&["dead", "list", "--reason", "nonsense"][..], "invalid_json"),
        (&["dead", "list", "--stage", "nonsense"], "decode"),
        (&["dead", "list", "--since", "yesterday"], "12h"),
        (&["dead", "show", "17"], "PARTITION/OFFSET"),
        (&["dead", "retry"], "--dry-run"),
        (&["dead", "retry", "--yes", "--dry-run"], "cannot be used with"),
    ] {
        let output = copydesk(arguments, b"");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(why), "{arguments:?}: {}", stderr(&output));
    }
}

#[test]
fn config_shows_defaults_and_what_is_in_force() {
    let default = stdout(&copydesk(&["config", "--default"], b""));
    assert!(default.contains("[kafka]") && default.contains("brokers = \"localhost:9092\""));
    let effective = stdout(&copydesk(&["config", "--effective", "--set", "log.level=debug"], b""));
    let line = effective.lines().find(|line| line.starts_with("log.level")).expect("the option");
    assert!(line.contains("\"debug\"") && line.ends_with("# --set"), "{line}");
}
