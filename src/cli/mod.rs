//! The command line: one file per command. Data on standard output, messages on standard error.

mod audit;
mod card;
mod config;
mod dead;
mod demo;
mod document;
mod enrich;
mod eval;
mod explain;
mod paint;
mod pretty;
mod run;

use crate::config::{Loaded, Problems, Sources};
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// Done.
const DONE: u8 = 0;
/// It ran, and found problems.
const PROBLEMS: u8 = 1;
/// Wrong usage or configuration; clap ends with the same.
const USAGE: u8 = 2;

const AFTER_HELP: &str = "\
Examples:
  copydesk demo                             see it work, no Kafka needed
  copydesk explain story.txt                every finding marked in the text, and why
  copydesk explain story.txt --html s.html  the same as a page
  copydesk enrich story.txt --pretty        what it makes of one article, no Kafka needed
  cat story.json | copydesk enrich -        one JSON line
  copydesk eval tests/quality/tune          how good it is, on articles that are marked by hand
  copydesk config --default > copydesk.toml a documented configuration to start from
  COPYDESK_KAFKA__BROKERS=broker:9092 copydesk run
  COPYDESK_KAFKA__BROKERS=broker:9092 copydesk audit   was every record published exactly once, in order?

Exit codes: 0 done, 1 found problems (an article that cannot be enriched, a worker that had to stop),
2 wrong usage or configuration.";

/// Reads raw news articles, enriches each one, and publishes the result exactly once.
#[derive(Parser, Debug)]
#[command(name = "copydesk", version, after_help = AFTER_HELP, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Run the worker: from the input topics to the output topic, until SIGTERM.
    Run(ConfigArgs),
    /// Judge the topics: was every input record published or dead-lettered exactly once, in order?
    Audit(audit::AuditArgs),
    /// See it work: the real worker, a broker inside this process, sample articles, each story on screen.
    Demo(demo::DemoArgs),
    /// Enrich files without Kafka: one JSON line for each on standard output.
    Enrich(enrich::EnrichArgs),
    /// Score the findings on sets of marked texts.
    Eval(eval::EvalArgs),
    /// Show one article with every finding marked, and why it was found; in the terminal or as a page.
    Explain(explain::ExplainArgs),
    /// Show the configuration: the documented defaults, or every value in force and where it comes from.
    Config(config::ShowArgs),
    /// Look at dead letters, and send them on their way again.
    Dead(dead::DeadArgs),
}

/// Where the configuration comes from: the file, then the environment, then `--set`; later wins.
#[derive(Args, Debug)]
struct ConfigArgs {
    /// Configuration file (TOML); without it the environment and the defaults are enough.
    #[arg(long, value_name = "FILE", env = "COPYDESK_CONFIG")]
    config: Option<PathBuf>,
    /// Set one option, for example `--set input.format=json`; may be repeated. Secrets belong in the
    /// environment or in files, not here.
    #[arg(long = "set", value_name = "OPTION=VALUE", value_parser = option)]
    set: Vec<(String, String)>,
}

fn option(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected section.option=value")?;
    Ok((name.trim().to_owned(), value.to_owned()))
}

impl ConfigArgs {
    fn load(&self) -> Result<Loaded, Failure> {
        let (mut environment, mut unreadable) = (Vec::new(), Vec::new());
        for (name, value) in std::env::vars_os() {
            match (name.into_string(), value.into_string()) {
                (Ok(name), Ok(value)) => environment.push((name, value)),
                // Left out, such an option would silently have its default.
                (Ok(name), Err(_)) if name.starts_with("COPYDESK_") => {
                    unreadable.push(format!("{name}: the value is not UTF-8"));
                }
                _ => {}
            }
        }
        let environment = environment.into_iter();
        let loaded =
            crate::config::load(Sources { file: self.config.as_deref(), environment, flags: &self.set });
        let problems = match loaded {
            Ok(loaded) if unreadable.is_empty() => return Ok(loaded),
            Ok(_) => unreadable,
            Err(Problems(found)) => [unreadable, found].concat(),
        };
        Err(Failure { code: USAGE, message: Problems(problems).to_string() })
    }
}

/// Why a command ends early.
struct Failure {
    code: u8,
    message: String,
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self { code: PROBLEMS, message: format!("{error:#}") }
    }
}

/// Parses the command line and runs the command.
pub fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Run(args) => run::run(&args),
        Command::Audit(args) => audit::run(&args),
        Command::Demo(args) => demo::run(&args),
        Command::Enrich(args) => enrich::run(&args),
        Command::Eval(args) => eval::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Config(args) => config::run(&args),
        Command::Dead(args) => dead::run(&args),
    };
    match outcome {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            say(&failure.message);
            ExitCode::from(failure.code)
        }
    }
}

/// A message for people, on standard error.
fn say(message: &str) {
    use std::io::Write;
    // With standard error closed there is nobody to tell.
    let _ = writeln!(std::io::stderr(), "copydesk: {message}");
}
