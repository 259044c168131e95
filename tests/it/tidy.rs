//! The layer wall and the house rules that a machine can check, over every Rust file of the package.
//!
//! Each rule is a function from one file to its complaints, and each has a test on planted bad text below:
//! a check that cannot fail is no check. [`MAY_IMPORT`] is the table of who may import whom; widening it is
//! a design decision, to be argued in the change that needs it.

mod scan;

use scan::{Kind, PathUse, Token};
use std::path::Path;

/// Who may import whom. A module sees itself and those named beside it, and a row names earlier rows only,
/// so there are no cycles. `lib` and `main` are the two roots.
const MAY_IMPORT: [(&str, &[&str]); 18] = [
    ("model", &[]),
    ("text", &["model"]),
    ("lexicon", &["model", "text"]),
    ("decode", &["model", "text"]),
    ("enrich", &["lexicon", "model", "text"]),
    ("encode", &["model"]),
    ("pipeline", &["decode", "encode", "enrich", "model"]),
    ("engine", &["model"]),
    ("audit", &["model"]),
    ("config", &["decode", "encode", "enrich", "model", "pipeline"]),
    ("telemetry", &["config", "model"]),
    // `encode` for the enricher's name and hexadecimal in headers, `engine` for the ids of batches.
    ("kafka", &["config", "encode", "engine", "model", "telemetry"]),
    // These two never meet.
    ("source", &["config", "engine", "kafka", "model", "telemetry"]),
    ("sink", &["config", "engine", "kafka", "model", "telemetry"]),
    (
        "runtime",
        &[
            "config",
            "decode",
            "encode",
            "engine",
            "enrich",
            "kafka",
            "lexicon",
            "model",
            "pipeline",
            "sink",
            "source",
            "telemetry",
            "text",
        ],
    ),
    (
        "cli",
        &[
            "audit",
            "config",
            "decode",
            "encode",
            "engine",
            "enrich",
            "kafka",
            "lexicon",
            "model",
            "pipeline",
            "runtime",
            "sink",
            "source",
            "telemetry",
            "text",
        ],
    ),
    ("lib", &[]),
    ("main", &["cli"]),
];

/// The pure half.
const CORE: [&str; 9] =
    ["model", "text", "lexicon", "decode", "enrich", "encode", "pipeline", "engine", "audit"];

/// What the core never names, at the start of a path; clippy refuses the calls, this refuses the names.
const IMPURE: [&[&str]; 18] = [
    &["std", "fs"],
    &["std", "net"],
    &["std", "env"],
    &["std", "thread"],
    &["std", "process"],
    &["std", "time", "Instant"],
    &["std", "time", "SystemTime"],
    &["std", "collections", "HashMap"],
    &["std", "collections", "HashSet"],
    &["anyhow"],
    &["axum"],
    &["clap"],
    &["crossbeam_channel"],
    &["prometheus"],
    &["rdkafka"],
    &["tokio"],
    &["toml"],
    &["tracing"],
];

/// The same by their own names, however they came into scope.
const IMPURE_WORDS: [&str; 5] = ["Instant", "SystemTime", "HashMap", "HashSet", "RandomState"];
/// What every clock of every crate is read with; a local name `now` is a time handed in.
const READS_CLOCK: &str = "now";

/// Kafka's error codes, and the files that may name one: what is done about it, and what an operator is told.
const ERROR_CODE: &str = "RDKafkaErrorCode";
const NAMES_ERROR_CODES: [&str; 2] = ["src/kafka/verdict.rs", "src/kafka/remedy.rs"];

const FUNCTION_LINES_MAX: usize = 70;
/// Functions that may be longer, because they are one table with one line per entry.
const TABLES: [(&str, &str); 2] =
    [("src/enrich/language.rs", "two_letter"), ("src/telemetry/metrics.rs", "new")];

const FILE_LINES_MAX: usize = 800;
/// The words in a file's head that introduce why it is longer.
const LONG_BECAUSE: &str = "Over 800 lines because";

struct File<'a> {
    /// From the package's folder, with `/`.
    path: &'a str,
    text: &'a str,
    tokens: Vec<Token<'a>>,
    /// Without comments and tests.
    code: Vec<Token<'a>>,
}

impl<'a> File<'a> {
    fn new(path: &'a str, text: &'a str) -> Self {
        let tokens = scan::tokens(text);
        let code = if is_test(path) { Vec::new() } else { scan::without_tests(&tokens) };
        Self { path, text, tokens, code }
    }

    /// `src/enrich/dates/clock.rs` → `enrich dates clock`, `src/model/mod.rs` → `model`; none outside `src`.
    fn module(&self) -> Option<Vec<&'a str>> {
        let inside = self.path.strip_prefix("src/")?.strip_suffix(".rs")?;
        Some(inside.strip_suffix("/mod").unwrap_or(inside).split('/').collect())
    }

    /// The module right under the root that this file belongs to.
    fn top(&self) -> Option<&'a str> {
        self.module().map(|module| module[0])
    }

    fn complaint(&self, line: usize, what: &str) -> String {
        format!("{}:{line}: {what}", self.path)
    }
}

/// Whether all of the file is test code.
fn is_test(path: &str) -> bool {
    !path.starts_with("src/") || path.ends_with("/tests.rs")
}

type Check = fn(&File<'_>) -> Vec<String>;

const CHECKS: [Check; 14] = [
    has_head,
    answers_as_a_pass,
    imports_by_the_table,
    stays_below_its_layer,
    names_its_imports,
    keeps_source_and_sink_apart,
    keeps_the_core_pure,
    judges_errors_in_one_place,
    declares_test_files_as_tests,
    has_short_functions,
    is_short_or_says_why,
    has_no_unsafe,
    ignores_tests_with_a_reason,
    numbers_its_to_dos,
];

// The checks.

fn has_head(file: &File<'_>) -> Vec<String> {
    let missing =
        || file.complaint(1, "the file does not begin with a `//!` head that says what it is for");
    let says_something = |head: &str| head.trim().len() > "//! ".len();
    let good = file.text.lines().next().is_some_and(|l| l.starts_with("//!") && says_something(l));
    if good { Vec::new() } else { vec![missing()] }
}

/// A pass, which is a file right under `enrich`, says what it goes by, gives an example, and is honest.
fn answers_as_a_pass(file: &File<'_>) -> Vec<String> {
    let is_pass = file.module().is_some_and(|module| module.len() == 2 && module[0] == "enrich");
    if !is_pass {
        return Vec::new();
    }
    let head: Vec<&str> = file.text.lines().take_while(|line| line.starts_with("//!")).collect();
    let answers = |word: &str| head.iter().any(|line| line.trim_start_matches("//! ").starts_with(word));
    let missing = ["Evidence", "Example", "Misses"].into_iter().filter(|word| !answers(word));
    missing.map(|word| file.complaint(1, &format!("the head of a pass says its `{word}`"))).collect()
}

fn imports_by_the_table(file: &File<'_>) -> Vec<String> {
    let Some(top) = file.top() else { return Vec::new() };
    let Some((_, allowed)) = MAY_IMPORT.iter().find(|(name, _)| *name == top) else {
        return vec![file.complaint(1, &format!("module `{top}` is not in the table of tests/it/tidy.rs"))];
    };
    let root = if top == "main" { "copydesk" } else { "crate" };
    let refused = |target: &str| target != top && !allowed.contains(&target);
    scan::paths(&file.code)
        .iter()
        .filter(|path| path.segments[0] == root)
        .filter_map(|path| Some((path, *path.segments.get(1)?)))
        .filter(|(_, target)| refused(target))
        .map(|(path, target)| file.complaint(path.line, &format!("`{top}` must not import `{target}`")))
        .collect()
}

/// `super::` may climb within a top-level module, never out of it.
fn stays_below_its_layer(file: &File<'_>) -> Vec<String> {
    let Some(module) = file.module() else { return Vec::new() };
    let depth = if matches!(module[0], "lib" | "main") { 0 } else { module.len() };
    let climbs = |path: &&PathUse<'_>| {
        let supers =
            path.segments.iter().skip_while(|s| **s == "self").take_while(|s| **s == "super").count();
        supers > 0 && path.segments.len() > supers && supers >= depth + path.inline_modules
    };
    let paths = scan::paths(&file.code);
    let what =
        |path: &PathUse<'_>| format!("`{}` leaves its layer; say `crate::`", path.segments.join("::"));
    paths.iter().filter(climbs).map(|path| file.complaint(path.line, &what(path))).collect()
}

/// Another name for `crate` or `std`, or another file's text as a module, would hide what is imported.
fn names_its_imports(file: &File<'_>) -> Vec<String> {
    if file.module().is_none() {
        return Vec::new();
    }
    let paths = scan::paths(&file.code);
    let whole = paths.iter().filter(|path| matches!(path.segments[..], ["crate" | "std", "self" | "*"]));
    let whole = whole.map(|path| file.complaint(path.line, "importing a whole root hides the layer"));
    let hides = |w: &&[Token<'_>]| {
        let words = [w[0].text, w[1].text, w[2].text];
        matches!(
            words,
            ["crate" | "std", "as", _] | ["extern", "crate", _] | ["include", "!", _] | ["[", "path", "="]
        )
    };
    let hidden = file.code.windows(3).filter(hides);
    whole.chain(hidden.map(|w| file.complaint(w[0].line, "this hides what is imported"))).collect()
}

/// Belt to the table's braces: neither names the other in any path, whatever the path starts with.
fn keeps_source_and_sink_apart(file: &File<'_>) -> Vec<String> {
    let other = match file.top() {
        Some("source") => "sink",
        Some("sink") => "source",
        _ => return Vec::new(),
    };
    // A path that ends in the word is a method (`std::error::Error::source`) or a local name.
    let names = |path: &&PathUse<'_>| path.segments.split_last().is_some_and(|(_, up)| up.contains(&other));
    let paths = scan::paths(&file.code);
    paths
        .iter()
        .filter(names)
        .map(|path| {
            file.complaint(path.line, &format!("source and sink never meet, yet here is `{other}`"))
        })
        .collect()
}

fn keeps_the_core_pure(file: &File<'_>) -> Vec<String> {
    if !file.top().is_some_and(|top| CORE.contains(&top)) {
        return Vec::new();
    }
    let is_impure = |path: &&PathUse<'_>| {
        let segments = &path.segments;
        IMPURE.iter().any(|start| segments.starts_with(start) && (segments.len() > 1 || start.len() > 1))
            || segments.iter().any(|word| IMPURE_WORDS.contains(word))
            || segments.len() > 1 && segments.last() == Some(&READS_CLOCK)
    };
    let paths = scan::paths(&file.code);
    paths
        .iter()
        .filter(is_impure)
        .map(|path| file.complaint(path.line, &format!("`{}` in the core", path.segments.join("::"))))
        .collect()
}

/// What is done about a Kafka error is decided in one file; the others ask it.
fn judges_errors_in_one_place(file: &File<'_>) -> Vec<String> {
    if NAMES_ERROR_CODES.contains(&file.path) {
        return Vec::new();
    }
    let names =
        |path: &&PathUse<'_>| path.segments.split_last().is_some_and(|(_, up)| up.contains(&ERROR_CODE));
    let paths = scan::paths(&file.code);
    let named = paths.iter().filter(names).map(|path| path.line);
    let renamed = file.code.windows(2).filter(|w| w[0].text == ERROR_CODE && w[1].text == "as");
    let lines = named.chain(renamed.map(|w| w[0].line));
    lines.map(|line| file.complaint(line, "error codes are for src/kafka/verdict.rs to judge")).collect()
}

/// `tests.rs` counts as test code here, so the compiler has to leave it out of the program as well.
fn declares_test_files_as_tests(file: &File<'_>) -> Vec<String> {
    let is_declared = |w: &[Token<'_>]| w[0].text == "mod" && w[1].text == "tests" && w[2].text == ";";
    let found = file.code.windows(3).filter(|w| is_declared(w));
    found.map(|w| file.complaint(w[0].line, "`mod tests;` without `#[cfg(test)]`")).collect()
}

fn has_short_functions(file: &File<'_>) -> Vec<String> {
    scan::functions(&file.tokens)
        .iter()
        .filter(|f| f.lines > FUNCTION_LINES_MAX && !TABLES.contains(&(file.path, f.name)))
        .map(|f| {
            let size = format!("`{}` has {} lines, {FUNCTION_LINES_MAX} are the most", f.name, f.lines);
            file.complaint(f.line, &size)
        })
        .collect()
}

fn is_short_or_says_why(file: &File<'_>) -> Vec<String> {
    let lines = lines_without_tests(file);
    let mut head = file.text.lines().take_while(|line| line.starts_with("//!"));
    if lines <= FILE_LINES_MAX || head.any(|line| line.contains(LONG_BECAUSE)) {
        return Vec::new();
    }
    let size = format!("{lines} lines without tests; split it, or say in the head: {LONG_BECAUSE} …");
    vec![file.complaint(1, &size)]
}

/// Files of tests count in full; elsewhere the items that only tests see do not.
fn lines_without_tests(file: &File<'_>) -> usize {
    let tests = if is_test(file.path) { 0 } else { scan::test_lines(&file.tokens) };
    file.text.lines().count() - tests
}

fn has_no_unsafe(file: &File<'_>) -> Vec<String> {
    let found = file.tokens.iter().filter(|t| t.kind == Kind::Word && t.text == "unsafe");
    found.map(|t| file.complaint(t.line, "unsafe code")).collect()
}

fn ignores_tests_with_a_reason(file: &File<'_>) -> Vec<String> {
    let mut complaints = Vec::new();
    for (at, pair) in file.tokens.windows(2).enumerate() {
        if pair[0].text == "#" && pair[1].text == "[" {
            let attribute = &file.tokens[at..=scan::closing(&file.tokens, at + 1)];
            let bare = attribute.windows(2).filter(|w| w[0].text == "ignore" && w[1].text != "=");
            complaints.extend(bare.map(|w| file.complaint(w[0].line, "a test ignored without a reason")));
        }
    }
    complaints
}

/// A comment that puts work off carries the number of its issue.
fn numbers_its_to_dos(file: &File<'_>) -> Vec<String> {
    let puts_off = |text: &str| ["TODO", "FIXME", "XXX"].iter().any(|word| text.contains(word));
    let has_number =
        |text: &str| text.split('#').skip(1).any(|t| t.starts_with(|c: char| c.is_ascii_digit()));
    let comments = file.tokens.iter().filter(|t| t.kind == Kind::Comment);
    comments
        .filter(|t| puts_off(t.text) && !has_number(t.text))
        .map(|t| file.complaint(t.line, "work put off without an issue number"))
        .collect()
}

// The package against the checks.

#[test]
fn the_package_is_tidy() {
    let files = rust_files();
    assert!(files.iter().any(|(path, _)| path == "src/lib.rs"), "the walk missed src/lib.rs");
    assert!(files.iter().any(|(path, _)| path == "tests/it/tidy.rs"), "the walk missed this file");
    let complaints: Vec<String> = files
        .iter()
        .map(|(path, text)| File::new(path, text))
        .flat_map(|file| CHECKS.iter().flat_map(|check| check(&file)).collect::<Vec<_>>())
        .collect();
    assert!(complaints.is_empty(), "{} complaints:\n{}", complaints.len(), complaints.join("\n"));
}

#[test]
fn the_table_has_no_cycles() {
    assert_eq!(first_cycle(&MAY_IMPORT), None);
    assert_eq!(first_cycle(&[("a", &[]), ("b", &["a", "c"]), ("c", &["b"])]), Some(("b", "c")));
    assert_eq!(first_cycle(&[("a", &["a"])]), Some(("a", "a")));
}

/// A row that names itself or a later row. Rows that only look back cannot form a cycle.
fn first_cycle<'a>(table: &[(&'a str, &[&'a str])]) -> Option<(&'a str, &'a str)> {
    let place = |name: &str| table.iter().position(|(row, _)| *row == name);
    table.iter().enumerate().find_map(|(at, (row, allowed))| {
        let forward = allowed.iter().find(|name| place(name).is_none_or(|target| target >= at));
        forward.map(|name| (*row, *name))
    })
}

#[test]
fn source_and_sink_are_apart_in_the_table() {
    let allowed = |name: &str| MAY_IMPORT.iter().find(|(row, _)| *row == name).expect("a row").1;
    assert!(!allowed("source").contains(&"sink") && !allowed("sink").contains(&"source"));
    for core in CORE {
        assert!(allowed(core).iter().all(|name| CORE.contains(name)), "{core} imports the shell");
    }
}

#[test]
fn each_table_function_is_still_there_and_still_long() {
    let files = rust_files();
    for (path, name) in TABLES {
        let (_, text) = files.iter().find(|(file, _)| file == path).expect("the file of the exception");
        let tokens = scan::tokens(text);
        let found = scan::functions(&tokens).into_iter().find(|f| f.name == name);
        assert!(found.is_some_and(|f| f.lines > FUNCTION_LINES_MAX), "{path}: {name} needs no exception");
    }
}

/// Path and text of every Rust file that is ours, sorted.
fn rust_files() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec!["src".to_owned(), "tests".to_owned(), "benches".to_owned()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(root.join(&folder)).expect("a folder of the package") {
            let entry = entry.expect("a readable entry");
            let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
            if entry.file_type().expect("a file type").is_dir() {
                folders.push(path);
            } else if Path::new(&path).extension().is_some_and(|ending| ending == "rs") {
                let text = std::fs::read_to_string(entry.path()).expect("Rust source is UTF-8");
                files.push((path, text));
            }
        }
    }
    files.sort();
    files
}

// The checks against planted text.

/// The lines that `check` complains about when `text` stands at `path`.
fn complaints(check: Check, path: &str, text: &str) -> Vec<usize> {
    let file = File::new(path, text);
    let lines = check(&file).into_iter().map(|complaint| {
        let line = complaint.strip_prefix(path).and_then(|rest| rest.split(':').nth(1));
        line.and_then(|number| number.parse().ok()).expect("a complaint names file and line")
    });
    lines.collect()
}

const CLEAN: [usize; 0] = [];

#[test]
fn a_missing_head_is_caught() {
    assert_eq!(complaints(has_head, "src/model/a.rs", "//! Says what it is for.\nfn a() {}\n"), CLEAN);
    for bad in
        ["", "fn a() {}\n", "// A comment.\n", "\n//! Late.\n", "//!\n//! Later.\n", "/// An item.\n"]
    {
        assert_eq!(complaints(has_head, "src/model/a.rs", bad), [1], "{bad:?}");
    }
}

#[test]
fn a_pass_that_does_not_answer_is_caught() {
    let check = |path, text| complaints(answers_as_a_pass, path, text);
    let good = "//! Finds.\n//! Evidence: a.\n//! Example: b.\n//! Misses: c.\nfn f() {}\n";
    assert_eq!(check("src/enrich/places.rs", good), CLEAN);
    assert_eq!(check("src/enrich/places.rs", "//! Finds.\n//! Example: b.\n\n//! Misses: c.\n"), [1, 1]);
    assert_eq!(check("src/enrich/dates/clock.rs", "//! Reads clocks.\n"), CLEAN);
    assert_eq!(check("src/enrich/mod.rs", "//! The order of passes.\n"), CLEAN);
}

#[test]
fn a_forbidden_import_is_caught() {
    let check = |path, text| complaints(imports_by_the_table, path, text);
    assert_eq!(check("src/text/a.rs", "use crate::model::Span;\nuse crate::text::b;"), CLEAN);
    assert_eq!(check("src/model/mod.rs", "fn f() {\n crate::text::tokenize();\n}"), [2]);
    assert_eq!(
        check("src/decode/json.rs", "use crate::{\n model::{Span, limits},\n pipeline::Mode as M,\n};"),
        [3]
    );
    assert_eq!(check("src/enrich/dates/clock.rs", "use crate::encode;"), [1]);
    assert_eq!(check("src/encode/native.rs", "pub(in crate::pipeline) fn f() {}"), [1]);
    assert_eq!(check("src/pipeline.rs", "pub(crate) fn f(x: &dyn crate::engine::T) {}"), [1]);
    assert_eq!(check("src/lib.rs", "pub use crate::model::Span;"), [1]);
    assert_eq!(check("src/main.rs", "use copydesk::{cli, pipeline};"), [1]);
    assert_eq!(check("src/main.rs", "use copydesk::cli;"), CLEAN);
    assert_eq!(check("src/helpers/mod.rs", "use crate::model::Span;"), [1]);
    assert_eq!(check("src/model/a.rs", "macro_rules! m { () => { $crate::cli::run() } }"), [1]);
}

#[test]
fn imports_of_tests_and_comments_are_free() {
    let check = |text| complaints(imports_by_the_table, "src/model/a.rs", text);
    assert_eq!(check("// crate::cli\n/// [`crate::cli`]\nconst A: &str = \"crate::cli\";"), CLEAN);
    assert_eq!(check("#[cfg(test)]\nmod tests { use crate::cli; }"), CLEAN);
    assert_eq!(check("#[cfg(test)]\nmod tests { }\nuse crate::cli;"), [3]);
    let field = "struct A {\n #[cfg(test)]\n b: u8,\n}\nfn f() {\n crate::cli::run();\n}";
    assert_eq!(check(field), [6]);
    assert_eq!(check("fn f() { #[cfg(test)] { crate::cli::run() } }"), CLEAN);
    assert_eq!(complaints(imports_by_the_table, "src/model/tests.rs", "use crate::cli;"), CLEAN);
}

#[test]
fn a_super_out_of_the_layer_is_caught() {
    let check = |path, text| complaints(stays_below_its_layer, path, text);
    assert_eq!(check("src/model/mod.rs", "use super::text::Token;"), [1]);
    assert_eq!(check("src/model.rs", "use super::text;"), [1]);
    assert_eq!(check("src/model/span.rs", "use super::Article;\nuse super::super::text;"), [2]);
    assert_eq!(
        check("src/enrich/dates/clock.rs", "use super::super::layout;\nuse super::super::super::x;"),
        [2]
    );
    assert_eq!(
        check("src/model/mod.rs", "mod a { use super::B; }\nmod c { use super::super::text; }"),
        [2]
    );
    assert_eq!(check("src/model/mod.rs", "use self::super::text;"), [1]);
    assert_eq!(check("src/model/mod.rs", "use super::{text, model};"), [1, 1]);
    assert_eq!(
        check("src/model/mod.rs", "#[cfg(test)] mod tests { use super::*; }\npub(super) fn f() {}"),
        CLEAN
    );
}

#[test]
fn a_hidden_import_is_caught() {
    let check = |text| complaints(names_its_imports, "src/model/span.rs", text);
    assert_eq!(check("use crate::*;\nuse crate::{self as root};"), [1, 2]);
    assert_eq!(check("use crate as root;\nextern crate self as desk;"), [1, 2]);
    assert_eq!(check("use std as outside;\nuse std::{self as outside};\nuse std::*;"), [2, 3, 1]);
    assert_eq!(check("#[path = \"../cli/mod.rs\"]\nmod borrowed;"), [1]);
    assert_eq!(check("include!(\"../cli/mod.rs\");"), [1]);
    assert_eq!(check("pub(crate) use super::span as other;\nfn f(path: [path; 2]) {}"), CLEAN);
}

#[test]
fn a_meeting_of_source_and_sink_is_caught() {
    let check = |path, text| complaints(keeps_source_and_sink_apart, path, text);
    assert_eq!(check("src/source/mod.rs", "use copydesk::sink::Sink;"), [1]);
    assert_eq!(
        check("src/sink/link.rs", "use crate::{model, source::Budget};\nuse root::source::*;"),
        [1, 2]
    );
    assert_eq!(
        check("src/sink/link.rs", "let source = std::error::Error::source(&e);\ne.source();"),
        CLEAN
    );
    assert_eq!(check("src/runtime/start.rs", "use crate::{sink::Sink, source::Budget};"), CLEAN);
}

#[test]
fn a_touch_of_the_world_in_the_core_is_caught() {
    let check = |text| complaints(keeps_the_core_pure, "src/enrich/a.rs", text);
    for bad in [
        "use std::fs;",
        "use std::{collections::BTreeMap, env};",
        "use std::{time::{Duration, Instant}};",
        "fn f() { std::thread::sleep(x) }",
        "fn f(t: Instant) {}",
        "fn f() { jiff::Zoned::now() }",
        "use std::collections::*; type A = HashMap<u8, u8>;",
        "use tokio::time;",
        "#[tracing::instrument] fn f() {}",
        "fn f() { ::std::net::lookup() }",
        "use ::std::fs;",
        "fn f() -> u8 { return ::std::env::x() }",
    ] {
        assert_eq!(check(bad), [1], "{bad:?}");
        assert_eq!(complaints(keeps_the_core_pure, "src/runtime/a.rs", bad), CLEAN, "{bad:?}");
    }
    let fine = "use std::time::Duration;\nfn f(now: u64) { env!(\"A\"); now + 1; // Instant\n }\n\
                #[cfg(test)] mod tests { use std::fs; }";
    assert_eq!(check(fine), CLEAN);
}

#[test]
fn an_error_judged_elsewhere_is_caught() {
    let check = |path, text| complaints(judges_errors_in_one_place, path, text);
    for bad in [
        "fn f(code: C) -> bool { code == RDKafkaErrorCode::QueueFull }",
        "use rdkafka::error::RDKafkaErrorCode as Code;",
        "use rdkafka::error::RDKafkaErrorCode::*;",
    ] {
        assert_eq!(check("src/sink/link.rs", bad), [1], "{bad:?}");
        assert_eq!(check("src/kafka/verdict.rs", bad), CLEAN, "{bad:?}");
        assert_eq!(check("tests/it/a.rs", bad), CLEAN, "{bad:?}");
    }
    assert_eq!(check("src/sink/link.rs", "use rdkafka::error::{KafkaError, RDKafkaErrorCode};"), CLEAN);
}

#[test]
fn a_test_file_in_the_program_is_caught() {
    let check = |text| complaints(declares_test_files_as_tests, "src/model/mod.rs", text);
    assert_eq!(check("#[cfg(test)]\nmod tests;"), CLEAN);
    assert_eq!(check("\nmod tests;"), [2]);
}

#[test]
fn a_long_function_is_caught() {
    let check = |path, text: &str| complaints(has_short_functions, path, text);
    let function =
        |lines: usize| format!("\nfn f() {{\n{}}}\n", "    '{'; \"}\"; // }\n".repeat(lines - 2));
    assert_eq!(check("src/model/a.rs", &function(FUNCTION_LINES_MAX)), CLEAN);
    assert_eq!(check("src/model/a.rs", &function(FUNCTION_LINES_MAX + 1)), [2]);
    assert_eq!(check("tests/it/a.rs", &function(FUNCTION_LINES_MAX + 1)), [2]);
    let nested = format!("impl A {{ mod b {{ {} }} }}", function(FUNCTION_LINES_MAX + 1));
    assert_eq!(check("src/model/a.rs", &nested), [2]);
    let table = function(90).replace(" f()", " two_letter()");
    assert_eq!(check("src/enrich/language.rs", &table), CLEAN);
    assert_eq!(check("src/enrich/layout.rs", &table), [2]);
}

#[test]
fn a_long_file_is_caught() {
    let check = |text: &str| complaints(is_short_or_says_why, "src/model/a.rs", text);
    let lines = |count| "const A: u8 = 1;\n".repeat(count);
    assert_eq!(check(&lines(FILE_LINES_MAX)), CLEAN);
    assert_eq!(check(&lines(FILE_LINES_MAX + 1)), [1]);
    assert_eq!(check(&format!("{}#[cfg(test)]\nmod tests {{\n{}}}\n", lines(790), lines(100))), CLEAN);
    assert_eq!(check(&format!("{}#[cfg(test)]\nmod tests {{\n{}}}\n", lines(801), lines(100))), [1]);
    assert_eq!(check(&format!("//! A.\n//! {LONG_BECAUSE} b.\n{}", lines(900))), CLEAN);
    assert_eq!(check(&format!("{}// {LONG_BECAUSE} b.\n", lines(900))), [1]);
}

#[test]
fn unsafe_code_is_caught() {
    let check = |path, text| complaints(has_no_unsafe, path, text);
    assert_eq!(check("src/sink/a.rs", "fn f() {\n unsafe { g() } }"), [2]);
    assert_eq!(check("benches/a.rs", "unsafe impl Send for A {}"), [1]);
    assert_eq!(
        check("tests/it/a.rs", "// unsafe\nconst A: &str = \"unsafe\"; #![forbid(unsafe_code)]"),
        CLEAN
    );
}

#[test]
fn a_test_ignored_without_reason_is_caught() {
    let check = |text| complaints(ignores_tests_with_a_reason, "tests/it/a.rs", text);
    assert_eq!(check("#[test]\n#[ignore]\nfn a() {}"), [2]);
    assert_eq!(check("#[cfg_attr(unix, ignore)]\nfn a() {}"), [1]);
    assert_eq!(check("#[ignore = \"needs a broker\"]\nfn a() { let ignore = 1; [ignore] }"), CLEAN);
}

#[test]
fn work_put_off_without_a_number_is_caught() {
    let check = |text| complaints(numbers_its_to_dos, "src/model/a.rs", text);
    assert_eq!(check("fn a() {}\n// TODO: b"), [2]);
    assert_eq!(check("/* FIXME # later */"), [1]);
    assert_eq!(check("// TODO(#12): b\nconst A: &str = \"TODO\";"), CLEAN);
}
