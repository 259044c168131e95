//! What came of each fault test, one line of JSON a run, and `docs/RELIABILITY.md` made of the lines.
//!
//! Where `COPYDESK_TEST_REPORT` names a file, every run adds its line to it, also one that ends in a panic. With
//! `COPYDESK_BLESS` set as well, the test below takes that file as `docs/reliability.jsonl` and writes the page anew;
//! without, it checks that the page is made of the lines that stand there.

use super::size;
use super::worker::say;
use serde_json::{Value, json};
use std::any::Any;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// Each scenario: its name, what it does, and the filter of its tests.
const SCENARIOS: [(&str, &str, &str); 10] = [
    (
        "random kills",
        "`kill -9` of the only worker at a random moment, and a new one, over and over",
        "random_kills",
    ),
    (
        "random kills, passed through",
        "the same without the enrichment (`COPYDESK_TEST_PIPELINE=passthrough`): more records between two kills",
        "random_kills",
    ),
    ("two kills", "two `kill -9` in a large run over 12 partitions", "a_large_run"),
    (
        "mixed faults",
        "two workers behind a proxy; every ten seconds faults are drawn anew: workers killed, frozen, stopped, added \
         and removed, the broker killed or frozen, connections reset and delayed; one record in fifty is poison",
        "mixed_faults",
    ),
    ("late requests", "a request that reaches the broker while the next transaction is open", "late_"),
    ("broker killed", "`kill -9` of the broker, and its return", "a_broker_that_is_killed"),
    ("broker frozen", "a broker that hangs, and goes on", "a_broker_that_hangs"),
    ("worker frozen", "a worker that hangs past its session, and wakes up as nobody", "a_worker_frozen"),
    (
        "rebalance",
        "workers that join, share an identity, or restart one after the other",
        "a_second_worker of_two_processes a_rolling_restart",
    ),
    ("poison", "the corpus of `tests/poison`, each file between two good articles", "the_poison_corpus"),
];

/// What a scenario tells of its run.
#[derive(Default)]
pub struct Run {
    records: usize,
    faults: BTreeMap<String, u64>,
    recoveries: Vec<Duration>,
}

impl Run {
    /// So many records were judged.
    pub fn judged(&mut self, records: usize) {
        self.records += records;
    }

    pub fn fault(&mut self, kind: &str, times: usize) {
        if times > 0 {
            *self.faults.entry(kind.to_owned()).or_default() += times as u64;
        }
    }

    pub fn recovered(&mut self, after: Duration) {
        self.recoveries.push(after);
    }

    /// Median, 99th percentile and longest of the recoveries.
    pub fn recovery(&self) -> Option<[Duration; 3]> {
        let mut sorted = self.recoveries.clone();
        sorted.sort_unstable();
        let at = |share: usize| sorted[(sorted.len() * share / 100).min(sorted.len() - 1)];
        (!sorted.is_empty()).then(|| [50, 99, 100].map(at))
    }
}

/// Runs a scenario. Whatever comes of it, a panic as well, becomes a line of the report.
pub fn reported(scenario: &str, seed: Option<u64>, body: impl FnOnce(&mut Run)) {
    let (mut run, begun) = (Run::default(), Instant::now());
    let ended = catch_unwind(AssertUnwindSafe(|| body(&mut run)));
    let finding = ended.as_ref().err().map(|panic| finding(&**panic));
    // Without a broker nothing has happened, and the test has said so.
    let has_run = finding.is_some() || !run.faults.is_empty();
    if let Some(file) = size::number::<String>("REPORT").filter(|_| has_run) {
        let line = line(scenario, seed, &run, finding.as_deref(), begun.elapsed());
        let file = std::fs::OpenOptions::new().create(true).append(true).open(file);
        // In one piece: tests run side by side.
        file.expect("COPYDESK_TEST_REPORT names a file")
            .write_all(line.as_bytes())
            .expect("it can be written to");
    }
    if let Err(panic) = ended {
        resume_unwind(panic);
    }
}

fn line(scenario: &str, seed: Option<u64>, run: &Run, finding: Option<&str>, took: Duration) -> String {
    let milliseconds =
        |times: [Duration; 3]| times.map(|time| u64::try_from(time.as_millis()).expect("short"));
    let line = json!({
        "date": jiff::Timestamp::now().to_string()[..10],
        "commit": commit(),
        "build": if cfg!(debug_assertions) { "debug" } else { "release" },
        "size": size::sizes().name,
        "scenario": scenario,
        "seed": seed,
        "records": run.records,
        "faults": run.faults,
        "violations": u8::from(finding.is_some()),
        "finding": finding,
        "recovery_ms": run.recovery().map(milliseconds),
        "seconds": took.as_secs(),
    });
    format!("{line}\n")
}

/// The first line of what the judge said, without the folders of this machine.
fn finding(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic without words");
    let first = text.lines().next().unwrap_or_default();
    let temporary = std::env::temp_dir();
    let first =
        first.replace(env!("CARGO_MANIFEST_DIR"), "").replace(temporary.to_str().unwrap_or("/tmp"), "");
    first.chars().take(200).collect()
}

/// The commit that is tested, and whether the tree is otherwise.
fn commit() -> String {
    let git = |arguments: &[&str]| {
        let output =
            Command::new("git").arg("-C").arg(env!("CARGO_MANIFEST_DIR")).args(arguments).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let Some(commit) = git(&["rev-parse", "--short", "HEAD"]) else { return "unknown".to_owned() };
    // The lines that a run adds change nothing of what is tested.
    match git(&["status", "--porcelain", "--", "src", "tests", "Cargo.lock"]) {
        Some(changes) if changes.is_empty() => commit,
        _ => format!("{commit}, changed"),
    }
}

/// The page made of the lines.
fn render(lines: &[Value]) -> String {
    let mut page = format!("{HEAD}\n");
    let dates = lines.iter().filter_map(|line| line["date"].as_str());
    let (first, last) = (dates.clone().min().unwrap_or("never"), dates.max().unwrap_or("never"));
    let mut summary = String::new();
    let mut details = String::new();
    for (name, what, filter) in SCENARIOS {
        let runs: Vec<&Value> = lines.iter().filter(|line| line["scenario"] == name).collect();
        if runs.is_empty() {
            continue;
        }
        let _ = writeln!(summary, "| {name} | {} |", total(&runs));
        let _ = writeln!(
            details,
            "\n## {}\n\n{}.\n\n```sh\ncargo test --release --test it -- {filter} --nocapture\n```\n",
            upper(name),
            upper(what)
        );
        let _ = writeln!(details, "{RUN_COLUMNS}");
        for run in runs {
            let _ = writeln!(details, "{}", row(run));
        }
    }
    let all: Vec<&Value> = lines.iter().collect();
    let _ = writeln!(
        page,
        "Seen from {first} to {last}:\n\n{TOTAL_COLUMNS}\n{summary}| **all** | {} |",
        total(&all)
    );
    page + &details
}

const HEAD: &str = "\
# Reliability

Written by the fault tests (`tests/it/kafka/report.rs`); do not edit. Each run is judged by a read-committed reader that looks on
the whole time or reads everything at the end, and compares set, order per partition and bytes with the pure function, and after
that by `copydesk audit`. A violation is any record that is lost, doubled, out of order or wrong, and any run
that did not end as it must. That the faults really happened is asserted by the tests. Recovery is the time from a worker's start to
its first commit; of a broker, from its return to the next commit; of mixed faults, from their end to a lag of nothing.

```sh
eval \"$(tests/kafka/start)\"
export COPYDESK_TEST_SIZE=release                # or nightly, or ci; CONTRIBUTING.md has the variables
export COPYDESK_TEST_REPORT=$PWD/docs/reliability.jsonl
cargo test --release --test it kafka:: -- --nocapture
COPYDESK_TEST_SEEDS=30 COPYDESK_TEST_MIXED_SECONDS=300 cargo test --release --test it mixed_faults -- --nocapture
COPYDESK_BLESS=1 cargo test --release --test it reliability_page     # writes this page
```
";
const TOTAL_COLUMNS: &str = "\
| scenario | runs | messages | faults | violations | longest recovery |
|---|--:|--:|--:|--:|--:|";
const RUN_COLUMNS: &str = "\
| date | commit | build | size | seed | messages | faults | violations | recovery: median, p99, longest | time |
|---|---|---|---|--:|--:|---|---|---|--:|";

fn total(runs: &[&Value]) -> String {
    let sum = |name: &str| runs.iter().filter_map(|run| run[name].as_u64()).sum::<u64>();
    let faults: u64 = runs.iter().flat_map(|run| faults(run).into_iter().map(|(_, times)| times)).sum();
    let longest = runs.iter().filter_map(|run| run["recovery_ms"][2].as_u64()).max();
    let longest = longest.map_or_else(String::new, seconds);
    format!(
        "{} | {} | {} | {} | {longest}",
        runs.len(),
        grouped(sum("records")),
        grouped(faults),
        sum("violations")
    )
}

fn row(run: &Value) -> String {
    let text = |name: &str| run[name].as_str().expect("a word of the report");
    let whole = |name: &str| run[name].as_u64().map_or_else(String::new, grouped);
    let faults: Vec<String> = faults(run).iter().map(|(kind, times)| format!("{times} × {kind}")).collect();
    let recovery: Vec<String> = run["recovery_ms"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_u64)
        .map(seconds)
        .collect();
    let finding =
        run["finding"].as_str().map_or_else(|| "0".to_owned(), |what| format!("**1**: {}", cell(what)));
    format!(
        "| {} | {} | {} | {} | {} | {} | {} | {finding} | {} | {} s |",
        text("date"),
        text("commit"),
        text("build"),
        text("size"),
        run["seed"].as_u64().map_or_else(String::new, |seed| seed.to_string()),
        whole("records"),
        faults.join(", "),
        recovery.join(", "),
        whole("seconds"),
    )
}

fn faults(run: &Value) -> Vec<(&String, u64)> {
    let faults = run["faults"].as_object().expect("faults by kind");
    faults.iter().map(|(kind, times)| (kind, times.as_u64().expect("a count"))).collect()
}

fn seconds(milliseconds: u64) -> String {
    format!("{}.{:02} s", milliseconds / 1000, milliseconds % 1000 / 10)
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Fit for a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn upper(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + letters.as_str())
}

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs")
}

fn read(file: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let lines: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect();
    for line in &lines {
        let known = SCENARIOS.iter().any(|(name, ..)| line["scenario"] == *name);
        assert!(known, "the page has no place for the scenario {}", line["scenario"]);
    }
    lines
}

/// The page is what its lines say; with `COPYDESK_BLESS` and `COPYDESK_TEST_REPORT` it is written.
#[test]
fn reliability_page_is_made_of_its_lines() {
    let (lines, page) = (docs().join("reliability.jsonl"), docs().join("RELIABILITY.md"));
    let report = size::number::<String>("REPORT").map(PathBuf::from);
    if let Some(report) = report.filter(|_| std::env::var_os("COPYDESK_BLESS").is_some()) {
        let new = std::fs::read(&report).expect("the report can be read");
        std::fs::write(&lines, new).expect("the lines can be written");
        std::fs::write(&page, render(&read(&lines))).expect("the page can be written");
        say("docs/RELIABILITY.md is written anew");
    }
    let found = std::fs::read_to_string(&page).expect("docs/RELIABILITY.md");
    // A run that goes on beside this test may just have added its line.
    if size::number::<String>("REPORT").is_none() {
        assert!(
            found == render(&read(&lines)),
            "docs/RELIABILITY.md is not what docs/reliability.jsonl says"
        );
    }
}

#[test]
fn the_report_totals_its_runs_and_names_what_was_found() {
    let mut run = Run::default();
    run.judged(1_200);
    run.fault("kill -9", 3);
    (1..=3).for_each(|seconds| run.recovered(Duration::from_secs(seconds)));
    let clean = line("random kills", Some(7), &run, None, Duration::from_secs(9));
    let words = finding(&"lost, twice | or out of order\nlog: …");
    let found = line("random kills", None, &run, Some(&words), Duration::from_secs(9));
    let lines: Vec<Value> =
        [clean, found].iter().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let page = render(&lines);
    assert!(page.contains("| random kills | 2 | 2,400 | 6 | 1 | 3.00 s |"), "{page}");
    assert!(page.contains("| 7 | 1,200 | 3 × kill -9 | 0 | 2.00 s, 3.00 s, 3.00 s | 9 s |"), "{page}");
    assert!(page.contains("| **1**: lost, twice \\| or out of order |"), "{page}");
    assert!(page.contains("| **all** | 2 | 2,400 | 6 | 1 | 3.00 s |"), "{page}");
}
