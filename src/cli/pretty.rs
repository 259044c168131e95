//! A document for people to read in a terminal. Everything from the article is escaped: control and
//! bidirectional characters could otherwise rule the terminal or disguise text.

pub(super) use super::document::safe;
use super::document::{amount_value, covered, list, speaker, summary, title, word};
use serde_json::Value;
use std::fmt::Write;

/// The view of one published document.
pub(super) fn view(document: &[u8]) -> String {
    // The document is our own; if it ever were no JSON, there would be nothing to show.
    let document: Value = serde_json::from_slice(document).unwrap_or_default();
    let text = document["text"].as_str().unwrap_or_default();
    let mut view = String::new();
    for (label, value) in [
        ("id", document["id"].as_str().map(str::to_owned)),
        ("headline", covered(&document["headline"], text)),
        ("deck", covered(&document["deck"], text)),
        ("published", sourced(&document["published"], "value")),
        ("language", sourced(&document["language"], "tag")),
        ("byline", byline(&document["byline"])),
        ("dateline", dateline(&document["dateline"])),
        ("lede", covered(&document["lede"], text)),
        ("counts", counts(&document["counts"])),
    ] {
        if let Some(value) = value {
            line(&mut view, label, &value);
        }
    }
    for section in list(&document["sections"]) {
        let heading = covered(&section["heading"], text).unwrap_or_else(|| "(no sub-head)".to_owned());
        let paragraphs = list(&section["paragraphs"]).len();
        line(&mut view, "section", &format!("{heading}, {paragraphs} {}", plural(paragraphs, "paragraph")));
    }
    for date in list(&document["dates"]) {
        let words = |key: &str| date[key].as_str().unwrap_or_default().to_owned();
        let anchor =
            date["anchor"].as_str().map_or_else(String::new, |anchor| format!(", counted from {anchor}"));
        let found = format!(
            "{} = {} ({} {}{anchor})",
            words("text"),
            words("value"),
            words("grain"),
            words("type")
        );
        line(&mut view, "date", &found);
    }
    findings(&mut view, &document, text);
    for anomaly in list(&document["anomalies"]) {
        line(&mut view, "anomaly", anomaly["code"].as_str().unwrap_or_default());
    }
    view
}

/// What the passes found in the words.
fn findings(view: &mut String, document: &Value, text: &str) {
    for entity in list(&document["entities"]) {
        let mut facts = vec![word(entity, "name")];
        facts.extend(
            ["acronym", "country"].iter().filter_map(|key| entity[*key].as_str()).map(str::to_owned),
        );
        facts.extend(list(&entity["titles"]).iter().map(title));
        let mentions = list(&entity["mentions"]).len();
        let mentions = format!(" ({mentions} {})", plural(mentions, "mention"));
        line(view, entity["kind"].as_str().unwrap_or("entity"), &(facts.join(", ") + &mentions));
    }
    for amount in list(&document["amounts"]) {
        line(view, "amount", &format!("{} = {}", word(amount, "text"), amount_value(amount)));
    }
    for quotation in list(&document["quotations"]) {
        let content = list(&quotation["content"]).iter().filter_map(|span| covered(span, text));
        let content = content.collect::<Vec<_>>().join(" … ");
        let who = speaker(document, quotation).unwrap_or_else(|| "(unknown)".to_owned());
        line(view, "speech", &format!("{who}: {content} ({})", word(quotation, "kind")));
    }
    for topic in list(&document["topics"]) {
        line(
            view,
            "topic",
            &format!("{} ({}, {})", word(topic, "name"), word(topic, "code"), topic["score"]),
        );
    }
    let phrases: Vec<String> =
        list(&document["keyphrases"]).iter().map(|phrase| word(phrase, "text")).collect();
    if !phrases.is_empty() {
        line(view, "phrases", &phrases.join(", "));
    }
    for sentence in summary(document, text) {
        line(view, "summary", &sentence);
    }
}

fn line(view: &mut String, label: &str, value: &str) {
    writeln!(view, "{label:>12}  {}", safe(value)).expect("writing to a string cannot fail");
}

fn sourced(value: &Value, key: &str) -> Option<String> {
    let confidence = value["confidence"].as_f64().map_or_else(String::new, |c| format!(", confidence {c}"));
    let source = value["source"].as_str().unwrap_or("text");
    Some(format!("{} (from the {source}{confidence})", value[key].as_str()?))
}

fn byline(byline: &Value) -> Option<String> {
    let names = list(&byline["names"]).iter().filter_map(Value::as_str);
    let all: Vec<&str> = names.chain(byline["agency"].as_str()).collect();
    (!all.is_empty()).then(|| all.join(", "))
}

fn dateline(dateline: &Value) -> Option<String> {
    let place = &dateline["place"];
    let parts = [
        place["name"].as_str(),
        place["country"].as_str(),
        dateline["date"].as_str(),
        dateline["agency"].as_str(),
    ];
    let known: Vec<&str> = parts.into_iter().flatten().collect();
    (!known.is_empty()).then(|| known.join(", "))
}

fn counts(counts: &Value) -> Option<String> {
    let count = |key: &str| Some(format!("{} {key}", counts[key].as_u64()?));
    Some([count("words")?, count("sentences")?, count("paragraphs")?].join(", "))
}

fn plural(count: usize, noun: &str) -> String {
    if count == 1 { noun.to_owned() } else { format!("{noun}s") }
}
