//! The verdict for people, and as JSON for scripts.

use super::refusal::Refusal;
use super::snapshot::{Snapshot, TopicSpans};
use crate::audit::{Channel, Coordinate, Finding, Kind, Verdict, WhyUnknown};
use crate::cli::document::grouped;
use serde_json::{Value, json};
use std::fmt::Write;

/// Lines for people.
pub(super) fn text(snapshot: &Snapshot, verdict: &Verdict) -> String {
    let totals = &verdict.totals;
    let inputs: Vec<&str> = snapshot.inputs.iter().map(|input| input.topic.as_str()).collect();
    let mut text =
        format!("{} -> {}, {}\n", inputs.join(", "), snapshot.output.topic, snapshot.dead_letter.topic);
    let rows = [
        ("input records", totals.input, true),
        ("published", totals.published, true),
        ("dead-lettered", totals.dead_lettered, true),
        ("skipped by the configuration", totals.skipped, false),
        ("not committed yet, so not due", totals.not_due, false),
        ("outcomes of records before the start", totals.before_start, false),
        ("outcomes of other inputs", totals.other_inputs, false),
    ];
    for (name, count, is_always) in rows {
        if is_always || count > 0 {
            line(&mut text, &format!("  {name:<37} {:>13}", number(count)));
        }
    }
    for kind in Kind::ALL.into_iter().filter(|kind| verdict.count(*kind) > 0) {
        let listed: Vec<&Finding> = verdict.findings.iter().filter(|f| f.kind() == kind).collect();
        line(&mut text, &format!("{}: {}", kind.word(), number(verdict.count(kind))));
        for finding in &listed {
            line(&mut text, &format!("  {}", sentence(finding)));
        }
        let told: u64 = listed.iter().map(|finding| records(finding)).sum();
        let untold = verdict.count(kind) - told;
        if untold > 0 {
            line(&mut text, &format!("  and {} more (--list)", number(untold)));
        }
    }
    if verdict.is_clean() && totals.input == 0 {
        line(&mut text, "clean, for there is no input record: are these the right topics?");
    } else if verdict.is_clean() {
        line(&mut text, "clean: nothing is missing, duplicated, out of order or unknown");
    }
    text
}

fn line(text: &mut String, words: &str) {
    writeln!(text, "{words}").expect("writing to a string cannot fail");
}

fn number(count: u64) -> String {
    // Exact up to 2^53.
    grouped(count as f64)
}

fn records(finding: &Finding) -> u64 {
    match finding {
        Finding::Missing { records, .. } => *records,
        _ => 1,
    }
}

fn sentence(finding: &Finding) -> String {
    match finding {
        Finding::Missing { first, last, .. } if first.offset == *last => first.to_string(),
        Finding::Missing { first, last, records } => {
            format!("{first} to {} ({} records)", last.0, number(*records))
        }
        Finding::Duplicate { source, at, earlier } => {
            let word = match earlier {
                Channel::Output => "published",
                Channel::DeadLetter => "dead-lettered",
            };
            format!("{source} at {at}, {word} before")
        }
        Finding::OutOfOrder { source, at, after } => format!("{source} at {at}, after offset {}", after.0),
        Finding::Unknown { source: Some(source), at, .. } => {
            format!("{at} names {source}, where the input has no record")
        }
        Finding::Unknown { at, why: WhyUnknown::UnreadableSource, .. } => {
            format!("{at} names a source that is no place")
        }
        Finding::Unknown { at, .. } => format!("{at} names no source; copydesk did not write it"),
        Finding::NotSkipped { source, at } => {
            format!("{source} at {at}, although the configuration skips it")
        }
    }
}

/// One line of JSON.
pub(super) fn json(snapshot: &Snapshot, verdict: &Verdict) -> String {
    let totals = &verdict.totals;
    let counts: serde_json::Map<String, Value> =
        Kind::ALL.iter().map(|kind| (kind.word().to_owned(), json!(verdict.count(*kind)))).collect();
    let document = json!({
        "verdict": if verdict.is_clean() { "clean" } else { "found" },
        "inputs": snapshot.inputs.iter().map(read_of).collect::<Vec<_>>(),
        "output": read_of(&snapshot.output),
        "dead_letter": read_of(&snapshot.dead_letter),
        "records": {
            "input": totals.input,
            "skipped": totals.skipped,
            "not_due": totals.not_due,
            "published": totals.published,
            "dead_lettered": totals.dead_lettered,
            "before_start": totals.before_start,
            "other_inputs": totals.other_inputs,
        },
        "counts": counts,
        "findings": verdict.findings.iter().map(object).collect::<Vec<_>>(),
    });
    format!("{document}\n")
}

/// One line of JSON where there is no verdict.
pub(super) fn refused(refusal: &Refusal) -> String {
    let document =
        json!({ "verdict": "refused", "reason": refusal.reason(), "message": refusal.to_string() });
    format!("{document}\n")
}

/// A topic and the offsets of each partition that were read: from the first to before the last.
fn read_of(topic: &TopicSpans) -> Value {
    let spans: Vec<[i64; 2]> = topic.spans.iter().map(|span| [span.first.0, span.end.0]).collect();
    json!({ "topic": topic.topic, "partitions": spans })
}

fn object(finding: &Finding) -> Value {
    let mut object = match finding {
        Finding::Missing { first, last, records } => {
            json!({ "source": place(first), "last_offset": last.0, "records": records })
        }
        Finding::Duplicate { source, at, earlier } => {
            let earlier = match earlier {
                Channel::Output => "output",
                Channel::DeadLetter => "dead_letter",
            };
            json!({ "source": place(source), "at": place(at), "earlier": earlier })
        }
        Finding::OutOfOrder { source, at, after } => {
            json!({ "source": place(source), "at": place(at), "after_offset": after.0 })
        }
        Finding::Unknown { source, at, why } => {
            json!({ "source": source.as_ref().map(place), "at": place(at), "why": why.word() })
        }
        Finding::NotSkipped { source, at } => json!({ "source": place(source), "at": place(at) }),
    };
    object["kind"] = json!(finding.kind().word());
    object
}

fn place(at: &Coordinate) -> Value {
    json!({ "topic": at.topic, "partition": at.partition.0, "offset": at.offset.0 })
}
