//! What commands read off a published document, and how it is made fit to be shown.

use serde_json::Value;
use std::fmt::Write;

/// Text that cannot rule a terminal: control and bidirectional characters are shown by their number, white
/// space is folded.
pub(super) fn safe(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' => safe.push(' '),
            c if c.is_control() || is_invisible(c) => {
                write!(safe, "\\u{{{:x}}}", u32::from(c)).expect("writing to a string cannot fail");
            }
            c => safe.push(c),
        }
    }
    safe
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{61c}')
}

/// The items of a list, or none.
pub(super) fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// The words a span covers.
pub(super) fn covered(span: &Value, text: &str) -> Option<String> {
    let at = |key: &str| usize::try_from(span[key].as_u64()?).ok();
    text.get(at("start")?..at("end")?).map(str::to_owned)
}

/// The text of a field, or nothing.
pub(super) fn word(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().to_owned()
}

/// A title with what it is an office of: `Foreign Minister of PT`.
pub(super) fn title(title: &Value) -> String {
    let of = title["office_of"].as_str().map_or_else(String::new, |of| format!(" of {of}"));
    format!("{}{of}", word(title, "text"))
}

/// `240,000,000 EUR`, `4.9 percent`, `3 killed`.
pub(super) fn amount_value(amount: &Value) -> String {
    let number = |key: &str| amount[key].as_f64().map(grouped);
    let range = [number("value"), number("value_max")].into_iter().flatten().collect::<Vec<_>>().join("–");
    let unit =
        amount["unit"].as_str().or_else(|| amount["kind"].as_str().filter(|kind| *kind == "percent"));
    unit.map_or_else(|| range.clone(), |unit| format!("{range} {unit}"))
}

/// Who speaks: the entity's full name, else the words that name the speaker.
pub(super) fn speaker(document: &Value, quotation: &Value) -> Option<String> {
    let entity = quotation["speaker_entity"].as_str().and_then(|id| {
        list(&document["entities"]).iter().find(|entity| entity["id"] == id)?["name"].as_str()
    });
    entity.or_else(|| quotation["speaker"]["text"].as_str()).map(str::to_owned)
}

/// The broader topics by name, broadest first: `politics › international relations`.
pub(super) fn broader(topic: &Value) -> String {
    let name = |code: &Value| {
        let code = code.as_str()?;
        let number = code.strip_prefix("medtop:")?.parse().ok();
        Some(
            number
                .and_then(crate::lexicon::media_topics::topic)
                .map_or(code, |topic| topic.name)
                .to_owned(),
        )
    };
    list(&topic["path"]).iter().filter_map(name).collect::<Vec<_>>().join(" › ")
}

/// The sentences of the summary.
pub(super) fn summary(document: &Value, text: &str) -> Vec<String> {
    let sentences = list(&document["sentences"]);
    let chosen = list(&document["summary"]).iter().filter_map(Value::as_u64);
    let chosen = chosen.filter_map(|index| sentences.get(usize::try_from(index).ok()?));
    chosen.filter_map(|span| covered(span, text)).collect()
}

/// A number with its thousands set apart: `240,000,000`, `4.9`.
pub(super) fn grouped(value: f64) -> String {
    let text = format!("{}", value.abs());
    let (whole, fraction) = text.split_once('.').map_or((text.as_str(), None), |(w, f)| (w, Some(f)));
    let mut grouped = if value < 0.0 { "-".to_owned() } else { String::new() };
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if let Some(fraction) = fraction {
        write!(grouped, ".{fraction}").expect("writing to a string cannot fail");
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        for (value, text) in
            [(240_000_000.0, "240,000,000"), (4.9, "4.9"), (999.0, "999"), (-1200.5, "-1,200.5")]
        {
            assert_eq!(grouped(value), text);
        }
    }
}
