//! The scores, as a table for people, as JSON, and as the report that is kept with the project.

use super::goals::{Goal, NAMED, Named, named};
use super::sets::Scored;
use super::tally::{Counts, Field};
use crate::cli::pretty::safe;
use crate::encode::ENRICHER;
use crate::enrich::MODELS;
use serde_json::{Map, Value, json};
use std::fmt::Write;

/// A table for people: one line a field, then the errors that were asked for.
pub(super) fn table(set: &Scored) -> String {
    let mut out = String::new();
    let failed =
        if set.failed == 0 { String::new() } else { format!(", {} of them unreadable", set.failed) };
    write_line(
        &mut out,
        &format!("{}: {}, {} documents{failed}", safe(&set.name), set.form, set.documents),
    );
    write_line(&mut out, "  field                  gold   found   right       P       R      F1");
    for (field, counts) in set.scores.fields() {
        let Counts { gold, found, right } = counts;
        let score = counts.score();
        let line = if field.is_share() {
            format!("  {:<20} {gold:>6}       - {right:>7}       -       - {score:>6.1}%", field.word())
        } else {
            let (precision, recall) = (counts.precision(), counts.recall());
            let word = field.word();
            format!(
                "  {word:<20} {gold:>6} {found:>7} {right:>7} {precision:>7.1} {recall:>7.1} {score:>7.1}"
            )
        };
        write_line(&mut out, &line);
        for error in set.scores.errors(field) {
            write_line(&mut out, &format!("      {}", safe(error)));
        }
    }
    out
}

fn write_line(out: &mut String, line: &str) {
    writeln!(out, "{line}").expect("writing to a string cannot fail");
}

/// Everything that was counted, for programs.
pub(super) fn json(sets: &[Scored]) -> Value {
    let sets: Vec<Value> = sets.iter().map(set_json).collect();
    let models: Map<String, Value> =
        MODELS.iter().map(|(task, model)| ((*task).to_owned(), Value::from(*model))).collect();
    json!({ "enricher": ENRICHER, "models": models, "sets": sets })
}

fn set_json(set: &Scored) -> Value {
    let mut fields = Map::new();
    for (field, counts) in set.scores.fields() {
        let score = rounded(counts.score());
        let mut entry = if field.is_share() {
            json!({ "of": counts.gold, "right": counts.right, "share": score })
        } else {
            json!({
                "gold": counts.gold, "found": counts.found, "right": counts.right,
                "precision": rounded(counts.precision()), "recall": rounded(counts.recall()), "f1": score,
            })
        };
        let errors = set.scores.errors(field);
        if !errors.is_empty() {
            entry["errors"] = Value::from(errors);
        }
        fields.insert(field.word().to_owned(), entry);
    }
    json!({
        "name": set.name, "form": set.form, "documents": set.documents, "unreadable": set.failed, "fields": fields,
    })
}

/// Two decimals: the sets are not large enough for more.
fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// The report. It holds no clock, no path of this machine and no text of a set, so the same program on the same
/// sets gives the same bytes.
pub(super) fn markdown(sets: &[Scored]) -> String {
    let mut out = format!(
        "# How good the findings are\n\n\
         Written by `copydesk eval --markdown`; not by hand. {ENRICHER} with the models {}.\n\n\
         Nothing is tuned on `held-out`: only its scores are read. The other sets are measured on while rules are \
         written, and train nothing.\n\n\
         Scores are in per cent. Where marks are compared with findings, P is the share of findings that are right, R \
         the share of marks that are found, F1 their harmonic mean; a share has one number. `copydesk eval --help` \
         says what counts as right.\n",
        models()
    );
    goals_table(&mut out, sets);
    for set in sets {
        set_table(&mut out, set);
    }
    repeat(&mut out, sets);
    out
}

fn models() -> String {
    let models: Vec<String> = MODELS.iter().map(|(task, model)| format!("{task} `{model}`")).collect();
    models.join(", ")
}

fn goals_table(out: &mut String, sets: &[Scored]) {
    let known: Vec<(&Scored, &Named)> =
        sets.iter().filter_map(|set| Some((set, named(&set.name)?))).collect();
    if known.iter().all(|(_, named)| named.goals.is_empty()) {
        return;
    }
    write_line(out, "\n## Floors and goals\n");
    write_line(
        out,
        "Below its floor the program would not be given out; a goal is what is aimed at. The peer is Stanford \
         CoreNLP 4.5.7 with all defaults and its SUTime, on the same raw text by the same scorer.\n",
    );
    write_line(out, "| set | field | floor | goal | peer | seen | |\n|---|---|--:|--:|--:|--:|---|");
    for (set, named) in known {
        for goal in named.goals {
            if let Some(score) = set.scores.figure(goal.figure) {
                write_line(out, &goal_row(named.name, goal, score));
            }
        }
    }
}

fn goal_row(set: &str, goal: &Goal, score: f64) -> String {
    let number = |value: Option<f64>| value.map_or_else(String::new, |value| format!("{value:.1}"));
    let judgement = match (goal.floor, goal.aim, goal.peer) {
        (Some(floor), ..) if score < floor => "below the floor",
        (_, Some(aim), _) if score < aim => "short of the goal",
        (_, _, Some(peer)) if score < peer => "behind the peer",
        _ => "holds",
    };
    let (floor, aim, peer) = (number(goal.floor), number(goal.aim), number(goal.peer));
    let word = goal.figure.name();
    format!("| {set} | `{word}` | {floor} | {aim} | {peer} | {score:.1} | {judgement} |")
}

fn set_table(out: &mut String, set: &Scored) {
    let heading = named(&set.name).map_or_else(|| set.form.to_owned(), |named| named.source.to_owned());
    let failed =
        if set.failed == 0 { String::new() } else { format!(", {} of them unreadable", set.failed) };
    write_line(out, &format!("\n## {}\n\n{heading}; {} documents{failed}.\n", shown(set), set.documents));
    write_line(out, "| field | what is right | gold | found | right | P | R | F1 or share |");
    write_line(out, "|---|---|--:|--:|--:|--:|--:|--:|");
    for (field, counts) in set.scores.fields() {
        write_line(out, &row(field, counts));
    }
}

fn row(field: Field, counts: Counts) -> String {
    let Counts { gold, found, right } = counts;
    let (word, about, score) = (field.word(), field.about(), counts.score());
    if field.is_share() {
        return format!("| `{word}` | {about} | {gold} | | {right} | | | {score:.1} |");
    }
    let (precision, recall) = (counts.precision(), counts.recall());
    format!(
        "| `{word}` | {about} | {gold} | {found} | {right} | {precision:.1} | {recall:.1} | {score:.1} |"
    )
}

/// A name, or the last part of a path: where a set lies on one machine means nothing on another.
fn shown(set: &Scored) -> String {
    let name = set.name.trim_end_matches('/');
    let is_local = name.starts_with('/') || name.split('/').any(|part| part == "..");
    safe(if is_local { name.rsplit('/').next().unwrap_or(name) } else { name })
}

fn repeat(out: &mut String, sets: &[Scored]) {
    write_line(out, "\n## Repeating it\n");
    write_line(
        out,
        "The marked articles are in the repository. The other sets are public, may be measured on and are not \
         part of the project; each is named above by its GitHub repository.\n\n```sh",
    );
    let mut command = "copydesk eval --markdown docs/QUALITY.md".to_owned();
    for set in sets {
        let argument = NAMED
            .iter()
            .find(|named| named.name == set.name)
            .map_or_else(|| shown(set), |named| format!("--named {}={}", named.name, named.path));
        write!(command, " \\\n  {argument}").expect("writing to a string cannot fail");
    }
    write_line(out, &format!("{command}\n```"));
}
