//! `copydesk eval` as a user calls it: sets in, scores out, exit codes. Fixtures are in `tests/eval`.

use crate::cli::Temporary;
use crate::program::{copydesk, stderr, stdout};
use serde_json::Value;

fn scores(arguments: &[&str]) -> Value {
    let output = copydesk(&[&["eval", "--json"], arguments].concat(), b"");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// Marked, found and right of one field of the first set.
fn counts(scores: &Value, field: &str) -> [u64; 3] {
    let counts = &scores["sets"][0]["fields"][field];
    ["gold", "found", "right"]
        .map(|key| counts[key].as_u64().unwrap_or_else(|| panic!("{field}: {counts}")))
}

/// The set's own path, from wherever the tests run.
fn fixture(name: &str) -> String {
    format!("{}/tests/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn dates_in_timeml_have_the_scores_that_were_counted_by_hand() {
    let scores = scores(&[&fixture("eval/timeml")]);
    // Found: Monday, 17 May 2021, 1 February 2024 (marked with the wrong day), 5 June 2024 (not marked).
    assert_eq!(counts(&scores, "dates_found"), [3, 4, 3]);
    assert_eq!(counts(&scores, "dates_exact"), [3, 4, 3]);
    assert_eq!(counts(&scores, "date_values"), [3, 4, 2]);
    let field = &scores["sets"][0]["fields"]["date_values"];
    assert_eq!(
        (&field["precision"], &field["recall"], &field["f1"]),
        (&50.0.into(), &66.67.into(), &57.14.into())
    );
}

#[test]
fn columns_are_told_from_the_file() {
    let conll = scores(&[&fixture("eval/names.conll")]);
    assert_eq!(conll["sets"][0]["documents"], 2);
    for (field, gold) in
        [("names", 5), ("persons", 3), ("places", 1), ("organisations", 1), ("name_spans", 5)]
    {
        assert_eq!(counts(&conll, field)[0], gold, "{field}");
    }
    assert_eq!(counts(&scores(&[&fixture("eval/names.iob2")]), "places")[0], 1);
    // Chunks are no names.
    let chunks = scores(&[&fixture("eval/names.conll"), "--columns", "0,-2"]);
    assert_eq!(counts(&chunks, "names")[0], 0);
}

#[test]
fn attributions_are_joined_to_their_texts() {
    let scores = scores(&[&fixture("eval/attributions-set")]);
    let of = |field: &str| scores["sets"][0]["fields"][field]["of"].as_u64();
    assert_eq!(
        (of("quotations"), of("direct"), of("indirect"), of("mixed")),
        (Some(2), Some(1), Some(1), None)
    );
}

#[test]
fn snippets_are_told_by_their_codes() {
    let scores = scores(&[&fixture("eval/snippets.tsv")]);
    assert_eq!(scores["sets"][0]["fields"]["topic_accuracy"]["of"], 2);
}

#[test]
fn every_marked_article_can_be_read_and_every_field_is_shown() {
    let (tune, held_out) = (fixture("quality/tune"), fixture("quality/held-out"));
    let output = copydesk(&["eval", &tune, &held_out], b"");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(stderr(&output), "", "no progress where nobody watches");
    let table = stdout(&output);
    assert_eq!(table.matches("marked articles, 20 documents").count(), 2, "{table}");
    let help = stdout(&copydesk(&["eval", "--help"], b""));
    for field in [
        "headline",
        "dateline_country",
        "names",
        "groups",
        "title_holders",
        "links",
        "date_values",
        "money",
    ]
    .into_iter()
    .chain(["quotations", "indirect_speakers", "topics", "topics_deep", "focus", "language"])
    {
        assert_eq!(table.matches(&format!("\n  {field} ")).count(), 2, "{field} is missing in\n{table}");
        assert!(help.contains(&format!("\n  {field} ")), "{field} is missing in\n{help}");
    }
}

/// Well below what was seen, so that only a real loss is one; docs/QUALITY.md has what was seen.
#[test]
fn the_marked_articles_keep_their_floors() {
    let mut arguments = vec!["eval".to_owned(), fixture("quality/tune"), fixture("quality/held-out")];
    for floor in [
        "headline=95",
        "dateline=95",
        "names=75",
        "place_countries.precision=90",
        "links.recall=80",
        "links.precision=90",
        "date_values=78",
        "money=85",
        "quotations=80",
        "quotation_precision=85",
        "topics=70",
    ] {
        arguments.extend(["--min".to_owned(), floor.to_owned()]);
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let output = copydesk(&arguments, b"");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

#[test]
fn minimums_decide_the_exit_code() {
    let set = fixture("eval/timeml");
    let run = |minimum: &str| copydesk(&["eval", &set, "--min", minimum], b"");
    for (minimum, code) in [
        ("date_values=57", 0),
        ("date_values=58", 1),
        ("date_values.precision=50", 0),
        ("date_values.recall=67", 1),
        // Nothing scores it, so nothing holds it.
        ("names=0", 1),
        ("dates=1", 2),
        ("date_values.f2=1", 2),
        ("date_values=101", 2),
        ("date_values", 2),
    ] {
        let output = run(minimum);
        assert_eq!(output.status.code(), Some(code), "{minimum}: {}", stderr(&output));
    }
    assert!(stderr(&run("date_values=58")).contains("date_values is 57.1, should be at least 58"));
}

#[test]
fn what_is_no_set_is_said_and_ends_with_1() {
    let blank = Temporary::new("blank.conll", b"-DOCSTART- -X- O O\n\n");
    let prose = Temporary::new("prose.txt", b"The pier reopened.\n");
    let broken = Temporary::new("broken.tml", b"<TimeML><TEXT>");
    let marked = Temporary::new("open.marked.txt", b"style: a\n---\n");
    for (path, expected) in [
        ("no/such/set", "No such file"),
        (blank.path(), "expected a folder or file of"),
        (prose.path(), "expected a folder or file of"),
        (broken.path(), "broken.tml: "),
        (marked.path(), "the key \"language\" is missing"),
    ] {
        let report = Temporary::new("unwritten.md", b"as it was");
        let output = copydesk(&["eval", path, "--markdown", report.path()], b"");
        assert_eq!(output.status.code(), Some(1), "{path}");
        assert!(stderr(&output).contains(expected), "{expected:?} is missing in\n{}", stderr(&output));
        assert_eq!(std::fs::read(report.path()).expect("the file"), b"as it was");
    }
    assert_eq!(copydesk(&["eval"], b"").status.code(), Some(2));
    assert_eq!(copydesk(&["eval", "--named", "a b=c"], b"").status.code(), Some(2));
}

#[test]
fn errors_are_listed_and_cannot_rule_a_terminal() {
    let article = "style: a\nlanguage: en\npublished: none\ntopics: none\nfocus: none\npartial: yes\n---\n\
                   Pier opens\n\n⟦date 1999|Some \u{1b}[31m\u{202e}day⟧, ⟦date 1998|some other⟧. All is well here.";
    let file = Temporary::new("terminal.marked.txt", article.as_bytes());
    let table = stdout(&copydesk(&["eval", file.path(), "--errors", "1"], b""));
    assert!(table.contains("missed \"Some \\u{1b}[31m\\u{202e}day\" = 1999"), "{table}");
    assert!(
        !table.contains('\u{1b}') && !table.contains('\u{202e}') && !table.contains("1998"),
        "{table:?}"
    );
}

#[test]
fn the_report_names_sets_and_no_machine() {
    let report = Temporary::new("report.md", b"");
    let (timeml, names) = (fixture("eval/timeml"), fixture("eval/names.conll"));
    let named = format!("timebank={timeml}");
    let run = || {
        let output = copydesk(&["eval", &names, "--named", &named, "--markdown", report.path()], b"");
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        std::fs::read_to_string(report.path()).expect("a report")
    };
    let text = run();
    for expected in [
        "| timebank | `date_values` | 65.0 | 74.0 | 68.7 | 57.1 | below the floor |",
        "\n## names.conll\n",
        "qiangning/StructTempRel-EMNLP17",
        "`whatlang/",
        "--named timebank=TBAQ-cleaned/TimeBank",
    ] {
        assert!(text.contains(expected), "{expected:?} is missing in\n{text}");
    }
    assert!(!text.contains(env!("CARGO_MANIFEST_DIR")), "{text}");
    assert_eq!(text, run(), "the same again");
}
