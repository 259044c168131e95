//! `copydesk eval PATH…`: scores the program, in process and through the same pipeline as everything else, on
//! sets of marked texts. Memory is bounded by one document and the counts.

mod articles;
mod attributions;
mod columns;
mod dates;
mod files;
mod found;
mod goals;
mod marked;
mod names;
mod people;
mod report;
mod session;
mod sets;
mod speech;
mod tally;
mod timeml;
mod topics;

use super::{ConfigArgs, DONE, Failure, PROBLEMS, pretty, say};
use clap::Args;
use columns::Columns;
use session::Desk;
use sets::{Scored, Set};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use tally::{FIELDS, Figure};

const EXAMPLES: &str = "\
A set is one of
  a folder or file of *.marked.txt   articles marked by hand; tests/quality/README.md has the form
  a file of tokens in columns        CoNLL style: IOB tags, documents at -DOCSTART- or # newdoc
  a folder of text/, attributions/   reported speech as in PolNeAR
  a folder or file of *.tml          dates in TimeML
  a *.tsv of text, tab, code         snippets with the code of a Media Topic

Examples:
  Every field, on the project's own articles, with the first five errors of each:
      copydesk eval tests/quality/tune --errors 5
  Names in two sets; the columns are told from the files, or said:
      copydesk eval eng.testb en_ewt-ud-test.iob2
      copydesk eval test.conll --columns 0,3
  For CI, exit code 1 when a score is lower:
      copydesk eval tests/quality/tune --min names=80 --min dates_exact.recall=70
  A report, with the floors and goals of a known set:
      copydesk eval --named timebank=TBAQ-cleaned/TimeBank --markdown QUALITY.md

Scores are in per cent. Fields, and what counts as right:
";

const EXIT_CODES: &str = "
Exit codes: 0 done, 1 a set cannot be read, has no documents or falls short of --min, 2 wrong usage.";

/// The help's end, with every field.
fn after_help() -> String {
    let fields: Vec<String> =
        FIELDS.iter().map(|(_, word, _, about)| format!("  {word:<22} {about}\n")).collect();
    format!("{EXAMPLES}{}{EXIT_CODES}", fields.concat())
}

#[derive(Args, Debug)]
#[command(after_help = after_help())]
pub(super) struct EvalArgs {
    /// Sets to score, in order.
    #[arg(value_name = "PATH", required_unless_present = "named")]
    paths: Vec<PathBuf>,
    /// A set under a name of its own, after the others; may be repeated. The names tune, held-out, uner-ewt-test,
    /// conll-2003-test, polnear-dev, timebank and current-events-2026 have floors, goals and a peer's marks in the report.
    #[arg(long, value_name = "NAME=PATH", value_parser = named)]
    named: Vec<(String, PathBuf)>,
    /// Which columns hold token and tag, from 0, or from -1 backwards; told from the file when not given.
    #[arg(long, value_name = "TOKEN,TAG", value_parser = Columns::parse, allow_hyphen_values = true)]
    columns: Option<Columns>,
    /// List the first N errors of each field.
    #[arg(long, value_name = "N", default_value_t = 0)]
    errors: usize,
    /// The least F1 or share of a field, or FIELD.precision, FIELD.recall; holds for every set that scores the
    /// field; may be repeated.
    #[arg(long = "min", value_name = "FIELD=VALUE", value_parser = minimum)]
    minimums: Vec<Minimum>,
    /// Write a report of all sets to a file.
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
    /// JSON on standard output instead of tables.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

fn named(text: &str) -> Result<(String, PathBuf), String> {
    let (name, path) = text.split_once('=').ok_or("expected NAME=PATH")?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if name.is_empty() || path.is_empty() || !name.chars().all(is_plain) {
        return Err("expected NAME=PATH, the name of letters, digits, `-`, `_` and `.`".to_owned());
    }
    Ok((name.to_owned(), PathBuf::from(path)))
}

#[derive(Clone, Copy, PartialEq, Debug)]
struct Minimum {
    figure: Figure,
    value: f64,
}

fn minimum(text: &str) -> Result<Minimum, String> {
    let (name, value) = text.split_once('=').ok_or("expected FIELD=VALUE, for example names=80")?;
    let figure = Figure::parse(name)?;
    let value = value.parse().ok().filter(|value| (0.0..=100.0).contains(value));
    Ok(Minimum { figure, value: value.ok_or("the value must be a number from 0 to 100")? })
}

pub(super) fn run(args: &EvalArgs) -> Result<u8, Failure> {
    let options = args.config.load()?.config.pipeline_options();
    // What a panic says may hold article text; the outcome says that there was one.
    std::panic::set_hook(Box::new(|_| {}));
    let mut desk = Desk::new(options);
    let mut scored = Vec::new();
    let mut has_failed = false;
    for set in sets(args) {
        let name = pretty::safe(&set.name);
        match sets::score(set, args.columns, args.errors, &mut desk) {
            Ok(set) => {
                has_failed |= set.failed > 0;
                if !args.json {
                    print(&report::table(&set))?;
                }
                scored.push(set);
            }
            Err(why) => {
                say(&format!("{name}: {}", pretty::safe(&why)));
                has_failed = true;
            }
        }
    }
    if args.json {
        print(&format!("{}\n", report::json(&scored)))?;
    }
    if let Some(file) = &args.markdown {
        write_report(file, &scored, scored.len() == args.paths.len() + args.named.len())?;
    }
    let short = shortfalls(&args.minimums, &scored);
    for line in &short {
        say(line);
    }
    Ok(if has_failed || !short.is_empty() { PROBLEMS } else { DONE })
}

fn sets(args: &EvalArgs) -> Vec<Set> {
    let paths = args.paths.iter().map(|path| Set { name: path.display().to_string(), path: path.clone() });
    let named = args.named.iter().map(|(name, path)| Set { name: name.clone(), path: path.clone() });
    paths.chain(named).collect()
}

fn problem(message: String) -> Failure {
    Failure { code: PROBLEMS, message }
}

/// A report that lacks a set would look like one that was never meant to have it.
fn write_report(file: &Path, scored: &[Scored], is_complete: bool) -> Result<(), Failure> {
    let name = pretty::safe(&file.display().to_string());
    if !is_complete {
        return Err(problem(format!("{name}: not written, since a set could not be read")));
    }
    std::fs::write(file, report::markdown(scored)).map_err(|error| problem(format!("{name}: {error}")))
}

/// Writes to standard output; a reader that has gone away has had enough.
fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(problem(format!("standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// What falls short of its minimum, or is scored by no set at all.
fn shortfalls(minimums: &[Minimum], sets: &[Scored]) -> Vec<String> {
    let mut short = Vec::new();
    for minimum in minimums {
        let name = minimum.figure.name();
        let seen: Vec<(&str, f64)> = sets
            .iter()
            .filter_map(|set| Some((set.name.as_str(), set.scores.figure(minimum.figure)?)))
            .collect();
        if seen.is_empty() {
            short.push(format!("no set has scores of {name}"));
        }
        let below = seen.iter().filter(|(_, score)| *score < minimum.value);
        short.extend(below.map(|(set, score)| {
            format!("{}: {name} is {score:.1}, should be at least {}", pretty::safe(set), minimum.value)
        }));
    }
    short
}
