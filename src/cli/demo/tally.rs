//! What came of the demo, in figures.

use super::super::document::list;
use super::super::paint::{Margin, Paint, Style, columns_in};
use crate::telemetry::Metrics;
use serde_json::Value;
use std::fmt::Write;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// Columns of the names of the lines.
const LABEL_COLUMNS: usize = 15;
/// Fewer records than this are no measurement.
const WARM_RECORDS: u64 = 1_000;
const KINDS: [(&str, &str, &str); 5] = [
    ("person", "person", "people"),
    ("organisation", "organisation", "organisations"),
    ("place", "place", "places"),
    ("group", "group", "groups"),
    ("event", "event", "events"),
];
const GROUPS: [(&str, &str, &str); 5] = [
    ("quotations", "quotation", "quotations"),
    ("dates", "date", "dates"),
    ("amounts", "amount", "amounts"),
    ("topics", "topic", "topics"),
    ("keyphrases", "keyphrase", "keyphrases"),
];

/// The counts so far.
pub(super) struct Tally {
    started: Instant,
    first: Option<Duration>,
    last: Duration,
    stories: usize,
    rejected: usize,
    kinds: [usize; KINDS.len()],
    groups: [usize; GROUPS.len()],
}

impl Tally {
    pub(super) fn new(started: Instant) -> Self {
        Self {
            started,
            first: None,
            last: Duration::ZERO,
            stories: 0,
            rejected: 0,
            kinds: [0; KINDS.len()],
            groups: [0; GROUPS.len()],
        }
    }

    /// Counts a story.
    pub(super) fn add(&mut self, document: &Value) {
        self.stories += 1;
        for (count, (kind, ..)) in self.kinds.iter_mut().zip(KINDS) {
            *count += list(&document["entities"]).iter().filter(|entity| entity["kind"] == kind).count();
        }
        for (count, (group, ..)) in self.groups.iter_mut().zip(GROUPS) {
            *count += list(&document[group]).len();
        }
    }

    /// Counts a dead letter.
    pub(super) fn reject(&mut self) {
        self.rejected += 1;
    }

    /// A card is on the screen.
    pub(super) fn shown(&mut self, now: Instant) {
        self.last = now - self.started;
        self.first.get_or_insert(self.last);
    }

    pub(super) fn records(&self) -> usize {
        self.stories + self.rejected
    }

    pub(super) fn rejected(&self) -> usize {
        self.rejected
    }

    pub(super) fn summary(&self, paint: Paint, metrics: &Metrics) -> String {
        let first = self.first.map_or_else(String::new, |first| {
            format!("; the first was on screen after {:.2} s", first.as_secs_f64())
        });
        let records = format!(
            "{}, {} in {:.1} s{first}",
            counted(self.stories, "story", "stories"),
            counted(self.rejected, "dead letter", "dead letters"),
            self.last.as_secs_f64(),
        );
        let found = self.kinds.iter().zip(KINDS).chain(self.groups.iter().zip(GROUPS));
        let found = found.filter(|(count, _)| **count > 0);
        let found: Vec<String> = found.map(|(count, (_, one, many))| counted(*count, one, many)).collect();
        let committed = format!(
            "{} committed, {}, {} undone",
            counted(as_count(metrics.messages_consumed_total.get()), "record", "records"),
            counted(as_count(metrics.transactions_total.get()), "transaction", "transactions"),
            as_count(metrics.transactions_aborted()),
        );
        let mut rows = vec![("summary", records)];
        if !found.is_empty() {
            rows.push(("found", found.join(" · ")));
        }
        if let Some(speed) = speed(metrics) {
            rows.push(("speed", speed));
        }
        rows.push(("delivery", committed));
        format!("\n{}", lines(paint, &rows))
    }
}

/// What can be done now.
pub(super) fn invitation(paint: Paint, listen: SocketAddr) -> String {
    let rows = [
        ("still running", format!("look at http://{listen}/metrics, end with Ctrl-C")),
        (
            "then try",
            "copydesk demo --input FILE|DIR with articles of your own, copydesk explain FILE".to_owned(),
        ),
    ];
    lines(paint, &rows)
}

/// What enriching itself takes, without broker and screen. A few articles, with everything cold, say little.
fn speed(metrics: &Metrics) -> Option<String> {
    let (seconds, batches) =
        (metrics.enrich_seconds.get_sample_sum(), metrics.enrich_seconds.get_sample_count());
    let mean = seconds / batches as f64;
    let hint = if metrics.messages_consumed_total.get() < WARM_RECORDS {
        "; warm it up with --rounds 100"
    } else {
        ""
    };
    (batches > 0 && mean > 0.0).then(|| {
        format!("{:.2} ms of one core an article, so {:.0} a second and core{hint}", mean * 1e3, 1.0 / mean)
    })
}

fn as_count(value: u64) -> usize {
    usize::try_from(value).unwrap_or(usize::MAX)
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Lines with their names before them.
pub(super) fn lines(paint: Paint, rows: &[(&str, String)]) -> String {
    let mut text = String::new();
    for (label, value) in rows {
        let label = format!("{label}{}", " ".repeat(LABEL_COLUMNS.saturating_sub(columns_in(label))));
        let first = paint.styled(&label, Style::BOLD);
        let rest = " ".repeat(LABEL_COLUMNS);
        let margin = Margin { first: &first, rest: &rest, columns: LABEL_COLUMNS };
        text.push_str(&paint.wrapped(&[(value.clone(), Style::PLAIN)], margin));
    }
    writeln!(text).expect("writing to a string cannot fail");
    text
}
