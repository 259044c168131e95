//! `copydesk dead list`: a table, or JSON lines; counts by reason at the end.

use super::super::document::safe;
use super::super::paint::{Paint, Style, When};
use super::super::{ConfigArgs, DONE, Failure, say};
use super::{Filter, Letter, Reader, each_letter, written};
use clap::Args;
use std::collections::BTreeMap;
use std::io::{BufWriter, Write};
use std::ops::ControlFlow;

/// Columns of the table before the message: place, time, reason, stage, bytes, retries, source.
const SOURCE_WIDTH: usize = 28;
/// A message longer than this is cut; `show` has all of it.
const MESSAGE_WIDTH: usize = 60;

#[derive(Args, Debug)]
pub(super) struct ListArgs {
    #[command(flatten)]
    filter: Filter,
    /// One JSON object for each dead letter, and the counts on standard error.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

pub(super) fn run(args: &ListArgs) -> Result<u8, Failure> {
    let config = args.config.load()?.config;
    let reader = Reader::new(&config)?;
    let paint = Paint::new(When::Auto);
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut tally = Tally::default();
    let mut has_reader = true;
    each_letter(&config, &reader, |letter| {
        if !args.filter.takes(&letter) {
            return Ok(ControlFlow::Continue(()));
        }
        let is_shown = !args.filter.is_full(tally.shown);
        tally.count(&letter, is_shown);
        if !is_shown {
            return Ok(ControlFlow::Continue(()));
        }
        let line = if args.json {
            letter.as_json().to_string()
        } else if tally.shown == 1 {
            format!("{}\n{}", paint.styled(&heading(), Style::BOLD), line(&letter))
        } else {
            line(&letter)
        };
        let flow = written(writeln!(out, "{line}"))?;
        has_reader = flow.is_continue();
        Ok(flow)
    })?;
    has_reader = has_reader && written(out.flush())?.is_continue();
    if args.json {
        say(&tally.summary(&config.dead_letter.topic));
    } else if has_reader {
        let _ = written(
            writeln!(out, "{}", tally.summary(&config.dead_letter.topic)).and_then(|()| out.flush()),
        )?;
    }
    Ok(DONE)
}

fn heading() -> String {
    row(&["PLACE", "TIME", "REASON", "STAGE", "BYTES", "RETRIES", "CAME FROM", "MESSAGE"])
}

fn line(letter: &Letter) -> String {
    let note = letter.note.as_ref();
    let message = note.map_or("no header of any known family says why", |note| &note.message);
    let mut message = safe(message);
    if let Some((end, _)) = message.char_indices().nth(MESSAGE_WIDTH) {
        message.truncate(end);
        message.push('…');
    }
    row(&[
        &letter.place.to_string(),
        &letter.time(),
        &safe(letter.reason()),
        &safe(note.map_or("-", |note| &note.stage)),
        &letter.value_bytes().map_or_else(|| letter.without_value().to_owned(), |bytes| bytes.to_string()),
        &letter.retries.to_string(),
        &safe(&letter.source()),
        &message,
    ])
}

fn row([place, time, reason, stage, bytes, retries, source, message]: &[&str; 8]) -> String {
    format!(
        "{place:<12} {time:<20} {reason:<16} {stage:<7} {bytes:>8} {retries:>7}  {source:<SOURCE_WIDTH$} {message}"
    )
}

/// How many there are, by reason.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) shown: u64,
    all: u64,
    reasons: BTreeMap<String, u64>,
}

impl Tally {
    pub(super) fn count(&mut self, letter: &Letter, is_shown: bool) {
        self.all += 1;
        self.shown += u64::from(is_shown);
        *self.reasons.entry(letter.reason().to_owned()).or_default() += 1;
    }

    /// `17 dead letters in desk.dead: invalid_json 12, empty 5`; the most frequent first.
    pub(super) fn summary(&self, topic: &str) -> String {
        let mut reasons: Vec<(&String, &u64)> = self.reasons.iter().collect();
        reasons.sort_by(|(_, a), (_, b)| b.cmp(a));
        let named: Vec<String> =
            reasons.iter().map(|(reason, count)| format!("{} {count}", safe(reason))).collect();
        let noun = if self.all == 1 { "dead letter" } else { "dead letters" };
        let what = if named.is_empty() { String::new() } else { format!(": {}", named.join(", ")) };
        let shown =
            if self.shown < self.all { format!(" ({} of them shown)", self.shown) } else { String::new() };
        format!("{} {noun} in {topic}{what}{shown}", self.all)
    }
}
