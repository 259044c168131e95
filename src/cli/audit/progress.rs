//! How far the audit is, on standard error: a bar that is written over on a terminal, else a log line every few
//! seconds, in the log's own form.

use crate::cli::document::grouped;
use crate::config::LogFormat;
use std::fmt::Write as _;
use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

const BAR_CELLS: u64 = 24;
const BAR_INTERVAL: Duration = Duration::from_millis(100);
const LINE_INTERVAL: Duration = Duration::from_secs(5);
/// The clock is looked at once in so many records.
const GLANCE_RECORDS: u64 = 1024;

pub(super) struct Progress {
    is_bar: bool,
    topic: String,
    offsets: u64,
    offsets_all: u64,
    records: u64,
    started: Instant,
    shown: Instant,
}

impl Progress {
    pub(super) fn new(format: LogFormat, offsets_all: u64) -> Self {
        let is_bar = std::io::stderr().is_terminal() && format != LogFormat::Json;
        let now = Instant::now();
        let (topic, offsets, records) = (String::new(), 0, 0);
        Self { is_bar, topic, offsets, offsets_all, records, started: now, shown: now }
    }

    pub(super) fn begin(&mut self, topic: &str) {
        topic.clone_into(&mut self.topic);
        self.show();
    }

    /// A record was read, so many offsets after the one before it.
    pub(super) fn record(&mut self, offsets: u64) {
        self.records += 1;
        self.offsets += offsets;
        if self.records.is_multiple_of(GLANCE_RECORDS) {
            self.rest();
        }
    }

    /// Offsets without a record were passed.
    pub(super) fn pass(&mut self, offsets: u64) {
        self.offsets += offsets;
    }

    /// Time may have passed.
    pub(super) fn rest(&mut self) {
        let interval = if self.is_bar { BAR_INTERVAL } else { LINE_INTERVAL };
        if self.shown.elapsed() >= interval {
            self.show();
        }
    }

    fn show(&mut self) {
        self.shown = Instant::now();
        if self.is_bar {
            // With standard error closed there is nobody to tell.
            let _ = write!(std::io::stderr(), "\r\x1b[K{}", bar(self, self.started.elapsed()));
        } else {
            let (topic, percent, records) = (self.topic.as_str(), self.percent(), self.records);
            tracing::info!(topic, percent, records, "auditing");
        }
    }

    fn percent(&self) -> u64 {
        // Nothing to read is read.
        (self.offsets * 100).checked_div(self.offsets_all).unwrap_or(100)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.is_bar {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}

fn bar(progress: &Progress, elapsed: Duration) -> String {
    let percent = progress.percent();
    let full = usize::try_from(percent.min(100) * BAR_CELLS / 100).unwrap_or(0);
    let empty = usize::try_from(BAR_CELLS).unwrap_or(0) - full;
    let mut text = format!("[{}{}] {percent:>3} %", "#".repeat(full), "-".repeat(empty));
    let rate = progress.records as f64 / elapsed.as_secs_f64().max(0.001);
    let records = grouped(progress.records as f64);
    write!(text, "  {records} records, {}/s", grouped(rate.round()))
        .expect("writing to a string cannot fail");
    if progress.offsets > 0 && elapsed > Duration::from_secs(2) {
        let left = progress.offsets_all.saturating_sub(progress.offsets) as f64 / progress.offsets as f64;
        write!(text, ", {} left", lasting(elapsed.mul_f64(left))).expect("writing to a string cannot fail");
    }
    write!(text, "  {}", progress.topic).expect("writing to a string cannot fail");
    text
}

fn lasting(time: Duration) -> String {
    match time.as_secs() {
        seconds @ ..120 => format!("{seconds} s"),
        seconds @ 120..7200 => format!("{} min", seconds / 60),
        seconds => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_tells_how_far_and_how_long() {
        let mut progress = Progress::new(LogFormat::Json, 4_000_000);
        progress.topic = "articles.raw".to_owned();
        (progress.offsets, progress.records) = (1_000_000, 900_000);
        let text = bar(&progress, Duration::from_secs(100));
        assert_eq!(
            text,
            "[######------------------]  25 %  900,000 records, 9,000/s, 5 min left  articles.raw"
        );
        progress.offsets_all = 0;
        assert_eq!(progress.percent(), 100, "nothing to read is no division by nothing");
    }
}
