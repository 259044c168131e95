//! What holds for every published document, whatever the article: offsets that fit the text, order, no
//! empty guesses. The golden articles and the random texts are both held to it.

use serde_json::Value;

/// The document in `bytes`, or the first thing wrong with it.
pub fn document(bytes: &[u8]) -> Result<Value, String> {
    let document: Value = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    let text = document["text"].as_str().ok_or("the document has no text")?;
    check_value("", &document, text)?;
    for field in ["paragraphs", "sentences", "dates", "amounts"] {
        check_order(field, &spans(&document[field]), text)?;
    }
    check_structure(&document)?;
    check_findings(&document)?;
    Ok(document)
}

/// Every span at any depth lies on character boundaries and says what it covers; nothing is null.
fn check_value(path: &str, value: &Value, text: &str) -> Result<(), String> {
    match value {
        Value::Null => Err(format!("{path} is null; unknown is absent")),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .try_for_each(|(n, item)| check_value(&format!("{path}[{n}]"), item, text)),
        Value::Object(fields) => {
            if fields.contains_key("start") || fields.contains_key("end") {
                check_span(path, value, text)?;
            }
            fields.iter().try_for_each(|(key, item)| check_value(&format!("{path}.{key}"), item, text))
        }
        _ => Ok(()),
    }
}

fn check_span(path: &str, value: &Value, text: &str) -> Result<(), String> {
    let (start, end) = span(value).ok_or_else(|| format!("{path} has half a span: {value}"))?;
    let covered = text.get(start..end).ok_or_else(|| {
        format!("{path}: {start}..{end} is no range of a text of {} bytes, or cuts a character", text.len())
    })?;
    match value.get("text") {
        Some(carried) if carried != covered => {
            Err(format!("{path} carries {carried} but {start}..{end} covers {covered:?}"))
        }
        _ => Ok(()),
    }
}

fn span(value: &Value) -> Option<(usize, usize)> {
    let offset = |key: &str| value[key].as_u64().and_then(|offset| usize::try_from(offset).ok());
    Some((offset("start")?, offset("end")?))
}

fn spans(list: &Value) -> Vec<(usize, usize)> {
    list.as_array().into_iter().flatten().filter_map(span).collect()
}

/// In text order, none empty or blank, none over another.
fn check_order(field: &str, spans: &[(usize, usize)], text: &str) -> Result<(), String> {
    if let Some((start, end)) = spans.iter().find(|(start, end)| text[*start..*end].trim().is_empty()) {
        return Err(format!("{field}: nothing stands at {start}..{end}"));
    }
    match spans.windows(2).find(|pair| pair[0].1 > pair[1].0) {
        Some(pair) => Err(format!("{field}: {:?} runs into {:?}", pair[0], pair[1])),
        None => Ok(()),
    }
}

/// Sentences and lede lie inside paragraphs, sections count paragraphs up, counts count what is there.
fn check_structure(document: &Value) -> Result<(), String> {
    let paragraphs = spans(&document["paragraphs"]);
    let sentences = spans(&document["sentences"]);
    let lede = span(&document["lede"]);
    for inner in sentences.iter().copied().chain(lede) {
        // The paragraphs are in order, so the one that could hold it is the last that starts before it.
        let before = paragraphs.partition_point(|paragraph| paragraph.0 <= inner.0);
        if before == 0 || paragraphs[before - 1].1 < inner.1 {
            return Err(format!("{inner:?} is in no paragraph"));
        }
    }
    let sections = document["sections"].as_array().into_iter().flatten();
    let indexes: Vec<&Value> =
        sections.flat_map(|s| s["paragraphs"].as_array().into_iter().flatten()).collect();
    let is_counting = indexes.iter().enumerate().all(|(n, index)| index.as_u64() == u64::try_from(n).ok());
    if !is_counting || !indexes.is_empty() && indexes.len() != paragraphs.len() {
        return Err(format!("sections hold {indexes:?} of {} paragraphs", paragraphs.len()));
    }
    for (field, found) in [("paragraphs", paragraphs.len()), ("sentences", sentences.len())] {
        let counted = document["counts"][field].as_u64().and_then(|count| usize::try_from(count).ok());
        if counted != Some(found) {
            return Err(format!("counts.{field} is {counted:?}, there are {found}"));
        }
    }
    Ok(())
}

/// What refers to something refers to something there; scores are shares; nothing is said without evidence.
fn check_findings(document: &Value) -> Result<(), String> {
    let items = |field: &str| document[field].as_array().cloned().unwrap_or_default();
    let entities = items("entities");
    for (n, entity) in entities.iter().enumerate() {
        if entity["id"] != format!("e{}", n + 1) {
            return Err(format!("entity {n} has the id {}", entity["id"]));
        }
        check_order(&format!("mentions of e{}", n + 1), &spans(&entity["mentions"]), text(document))?;
        if spans(&entity["mentions"]).is_empty() {
            return Err(format!("e{} is mentioned nowhere", n + 1));
        }
    }
    let mut claimed: Vec<(usize, usize)> = entities.iter().flat_map(|e| spans(&e["mentions"])).collect();
    claimed.sort_unstable();
    check_order("mentions", &claimed, text(document))?;
    for quotation in items("quotations") {
        if spans(&quotation["content"]).is_empty() {
            return Err("a quotation without content".to_owned());
        }
        for field in ["speaker_entity", "addressee_entity"] {
            let named = &quotation[field];
            if !named.is_null() && !entities.iter().any(|entity| &entity["id"] == named) {
                return Err(format!("{field} is {named}, and there is no such entity"));
            }
        }
    }
    if let Some(topic) = items("topics").iter().find(|topic| spans(&topic["evidence"]).is_empty()) {
        return Err(format!("{} is said without evidence", topic["code"]));
    }
    let sentences = spans(&document["sentences"]).len() as u64;
    if let Some(index) = items("summary").iter().find(|index| index.as_u64().is_none_or(|n| n >= sentences))
    {
        return Err(format!("the summary names sentence {index} of {sentences}"));
    }
    for field in ["topics", "keyphrases", "focus_countries"] {
        for item in items(field) {
            if !item["score"].as_f64().is_some_and(|score| (0.0..=1.0).contains(&score)) {
                return Err(format!("{field}: {} is no share", item["score"]));
            }
        }
    }
    Ok(())
}

fn text(document: &Value) -> &str {
    document["text"].as_str().unwrap_or_default()
}

mod tests {
    use super::document;

    /// A good document with `old` replaced by `new`.
    fn planted(old: &str, new: &str) -> Result<(), String> {
        let good = r#"{"text":"Né. Été!","lede":{"start":0,"end":4},
            "dateline":{"start":0,"end":3,"text":"Né","place":{"start":0,"end":3,"text":"Né"}},
            "paragraphs":[{"start":0,"end":4},{"start":5,"end":11}],
            "sections":[{"paragraphs":[0]},{"heading":{"start":0,"end":3,"text":"Né"},"paragraphs":[1]}],
            "sentences":[{"start":0,"end":4},{"start":5,"end":11}],"counts":{"paragraphs":2,"sentences":2},
            "entities":[{"id":"e1","mentions":[{"start":0,"end":3},{"start":5,"end":10}]}],
            "quotations":[{"content":[{"start":0,"end":4}],"speaker_entity":"e1"}],
            "topics":[{"code":"a","score":0.5,"evidence":[{"start":0,"end":3}]}],"summary":[1]}"#;
        assert!(good.contains(old), "{old:?} is not in the planted document");
        document(good.replacen(old, new, 1).as_bytes()).map(|_| ())
    }

    #[test]
    fn a_good_document_passes() {
        assert_eq!(planted("{", "{"), Ok(()));
    }

    #[test]
    fn each_fault_is_caught() {
        for (old, new, complaint) in [
            (r#""start":0,"end":4}"#, r#""start":0,"end":2}"#, "cuts a character"),
            (r#""start":0,"end":4}"#, r#""start":0,"end":400}"#, "no range"),
            (r#""start":0,"end":4}"#, r#""start":4,"end":0}"#, "no range"),
            (r#""start":0,"end":4}"#, r#""start":0}"#, "half a span"),
            (r#""text":"Né","place""#, r#""text":"Ne","place""#, ".dateline carries"),
            (r#"3,"text":"Né"}}"#, r#"3,"text":"N"}}"#, ".dateline.place carries"),
            (r#""lede":{"start":0,"end":4}"#, r#""lede":null"#, "unknown is absent"),
            (r#""lede":{"start":0,"end":4}"#, r#""lede":{"start":0,"end":7}"#, "in no paragraph"),
            (r#"[{"start":0,"end":4},{"start":5,"#, r#"[{"start":0,"end":4},{"start":3,"#, "runs into"),
            (
                r#""sentences":[{"start":0,"end":4}"#,
                r#""sentences":[{"start":4,"end":5}"#,
                "nothing stands",
            ),
            (r#""paragraphs":[1]"#, r#""paragraphs":[0]"#, "sections hold"),
            (r#""paragraphs":[1]"#, r#""paragraphs":[]"#, "sections hold"),
            (r#""sentences":2"#, r#""sentences":3"#, "counts.sentences"),
            (r#""id":"e1""#, r#""id":"e2""#, "has the id"),
            (r#""mentions":[{"start":0,"end":3},"#, r#""mentions":[{"start":0,"end":7},"#, "runs into"),
            (r#""speaker_entity":"e1""#, r#""speaker_entity":"e4""#, "no such entity"),
            (r#""content":[{"start":0,"end":4}]"#, r#""content":[]"#, "without content"),
            (r#""evidence":[{"start":0,"end":3}]"#, r#""evidence":[]"#, "without evidence"),
            (r#""score":0.5"#, r#""score":1.5"#, "no share"),
            (r#""summary":[1]"#, r#""summary":[2]"#, "sentence 2 of 2"),
            (r#""text":"Né. Été!","#, "", "no text"),
        ] {
            let found = planted(old, new).expect_err(new);
            assert!(found.contains(complaint), "{new}: {found}");
        }
    }
}
