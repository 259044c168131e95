//! `copydesk dead list | show | retry`: what stands in the dead-letter topic, why, and back with it.
//!
//! The topic is read by hand, from its beginning to where it ends at the start of the command: no group is
//! joined and no offset is committed, so a running worker does not notice.

mod letter;
mod list;
mod reader;
mod retry;
mod show;

use super::{Failure, PROBLEMS};
use crate::config::Config;
use crate::model::Reason;
use clap::{Args, Subcommand};
use letter::{Letter, Place};
use reader::Reader;
use std::ops::ControlFlow;
use std::time::{SystemTime, UNIX_EPOCH};

const AFTER_HELP: &str = "\
Examples:
  copydesk dead list                                   every dead letter, and how many there are by reason
  copydesk dead list --reason panicked --limit 20 --json
  copydesk dead show 3/1042                            headers and message of the one at partition 3, offset 1042
  copydesk dead show 3/1042 --raw | copydesk explain - what today's program makes of it
  copydesk dead retry --reason panicked --dry-run      what a retry would copy
  copydesk dead retry --reason panicked --yes          copy it to the topic it came from

The topics and the broker are those of the configuration: --config, the environment, --set.";

#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(super) struct DeadArgs {
    #[command(subcommand)]
    command: DeadCommand,
}

#[derive(Subcommand, Debug)]
enum DeadCommand {
    /// One line for each dead letter, and how many there are by reason. Never shows article text.
    List(list::ListArgs),
    /// One dead letter: its headers and why it is there; the article only with --value or --raw.
    Show(show::ShowArgs),
    /// Copy dead letters to the topics they came from, all in one transaction.
    Retry(retry::RetryArgs),
}

pub(super) fn run(args: &DeadArgs) -> Result<u8, Failure> {
    match &args.command {
        DeadCommand::List(args) => list::run(args),
        DeadCommand::Show(args) => show::run(args),
        DeadCommand::Retry(args) => retry::run(args),
    }
}

/// Which dead letters are meant; without any of these, all.
#[derive(Args, Debug)]
struct Filter {
    /// Only those with this reason, for example `invalid_json`; may be repeated.
    #[arg(long, value_name = "REASON", value_parser = reason)]
    reason: Vec<String>,
    /// Only those given up at this stage; may be repeated.
    #[arg(long, value_name = "STAGE", value_parser = ["fetch", "decode", "enrich", "encode", "publish"])]
    stage: Vec<String>,
    /// Only those that came from this input topic; may be repeated.
    #[arg(long, value_name = "TOPIC")]
    topic: Vec<String>,
    /// Only records of this time or later: `2026-01-31T06:00:00Z`, or an age like `30m`, `12h`, `7d`. The time
    /// is the record's own, which its dead letter keeps.
    #[arg(long, value_name = "TIME", value_parser = since)]
    since: Option<i64>,
    /// At most so many, in order of partition and offset.
    #[arg(long, value_name = "COUNT")]
    limit: Option<u64>,
}

impl Filter {
    /// Whether a dead letter is meant, the limit aside.
    fn takes(&self, letter: &Letter) -> bool {
        let one_of = |words: &[String], word: &str| words.is_empty() || words.iter().any(|w| w == word);
        one_of(&self.reason, letter.reason())
            && one_of(&self.stage, letter.note.as_ref().map_or("", |note| &note.stage))
            && one_of(&self.topic, letter.note.as_ref().map_or("", |note| &note.topic))
            && self.since.is_none_or(|since| letter.timestamp_ms.is_some_and(|time| time >= since))
    }

    fn is_full(&self, count: u64) -> bool {
        self.limit.is_some_and(|limit| count >= limit)
    }
}

fn reason(word: &str) -> Result<String, String> {
    let words = Reason::ALL.map(Reason::reason);
    let is_known = words.contains(&word) || word == letter::UNKNOWN;
    is_known.then(|| word.to_owned()).ok_or_else(|| format!("the reasons are {}", words.join(", ")))
}

/// A time, or an age counted back from now, in milliseconds since 1970.
fn since(text: &str) -> Result<i64, String> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    since_at(text, i64::try_from(now.as_millis()).unwrap_or(i64::MAX))
}

fn since_at(text: &str, now_ms: i64) -> Result<i64, String> {
    if let Ok(time) = text.parse::<jiff::Timestamp>() {
        return Ok(time.as_millisecond());
    }
    let age = text.char_indices().next_back().and_then(|(at, unit)| {
        let unit_ms = match unit {
            's' => 1_000,
            'm' => 60_000,
            'h' => 3_600_000,
            'd' => 86_400_000,
            _ => return None,
        };
        text[..at].parse::<u32>().ok().map(|count| i64::from(count) * unit_ms)
    });
    age.map(|age_ms| now_ms - age_ms)
        .ok_or_else(|| "expected a time like 2026-01-31T06:00:00Z or an age like 30m, 12h, 7d".to_owned())
}

/// Hands every dead letter to `take`, in order of partition and offset, until it breaks off.
fn each_letter(
    config: &Config,
    reader: &Reader,
    mut take: impl FnMut(Letter) -> Result<ControlFlow<()>, Failure>,
) -> Result<(), Failure> {
    let topic = &config.dead_letter.topic;
    for partition in 0..reader.partitions(topic)? {
        let mut failure = None;
        let flow = reader.each(topic, partition, 0, |stored| {
            take(Letter::new(stored, config.dead_letter.headers)).unwrap_or_else(|failed| {
                failure = Some(failed);
                ControlFlow::Break(())
            })
        })?;
        match (failure, flow) {
            (Some(failed), _) => return Err(failed),
            (None, ControlFlow::Break(())) => return Ok(()),
            (None, ControlFlow::Continue(())) => {}
        }
    }
    Ok(())
}

/// What came of writing to standard output: whether its reader still listens.
fn written(result: std::io::Result<()>) -> Result<ControlFlow<()>, Failure> {
    match result {
        Ok(()) => Ok(ControlFlow::Continue(())),
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(ControlFlow::Break(())),
        Err(error) => Err(Failure { code: PROBLEMS, message: format!("standard output: {error}") }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn since_takes_times_and_ages() {
        let now = 1_700_000_000_000;
        assert_eq!(since_at("1970-01-01T00:00:02Z", now), Ok(2_000));
        assert_eq!(since_at("90s", now), Ok(now - 90_000));
        assert_eq!(since_at("2d", now), Ok(now - 172_800_000));
        for wrong in ["", "d", "2w", "yesterday", "-1d", "2é"] {
            assert!(since_at(wrong, now).is_err(), "{wrong}");
        }
    }
}
