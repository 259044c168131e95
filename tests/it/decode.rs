//! Bytes in, article or reason out: encodings, JSON by field map, the poison corpus, and properties that
//! hold for any bytes at all.
//!
//! `tests/poison` holds small bad records, one file each; `expected.tsv` says what becomes of them. Large
//! ones are made here. After each, a good article must come out as if the bad one had never been there.

use copydesk::decode::{DecodeError, DecodeOptions, Format, decode};
use copydesk::enrich::Scratch;
use copydesk::model::{AnomalyCode, Article, Offset, Outcome, Partition, RawRecord, Reason, limits};
use copydesk::pipeline::{Options, Pipeline};
use proptest::prelude::*;
use serde_json::Value;
use std::path::Path;

const GOOD: &str = "Harbour reopens after strike\n\nLISBON, May 3 (NPA) — The harbour reopened on \
    Tuesday, officials said.\n\n“We are back,” Ana Duarte told reporters on 2 May.\n";

fn options(format: Format) -> DecodeOptions {
    DecodeOptions { format, ..DecodeOptions::default() }
}

fn auto(value: impl AsRef<[u8]>) -> Result<Article, DecodeError> {
    decode(value.as_ref(), &DecodeOptions::default())
}

fn reason(value: impl AsRef<[u8]>, format: Format) -> Option<&'static str> {
    decode(value.as_ref(), &options(format)).err().map(|error| error.reason.reason())
}

fn run(value: &[u8], scratch: &mut Scratch) -> Outcome {
    let record = RawRecord {
        topic: "news",
        partition: Partition(0),
        offset: Offset(7),
        timestamp_ms: Some(1_620_000_000_000),
        value: Some(value),
    };
    Pipeline::new(Options::default()).run(&record, scratch)
}

// Encodings.

/// The text and the one anomaly that plain `bytes` give.
fn check_text(bytes: &[u8], text: &str, anomaly: Option<AnomalyCode>) {
    let article = auto(bytes).unwrap_or_else(|error| panic!("{text:?}: {error:?}"));
    assert_eq!(article.text, text);
    let codes: Vec<AnomalyCode> = article.anomalies.iter().map(|anomaly| anomaly.code).collect();
    assert_eq!(codes, Vec::from_iter(anomaly), "anomalies of {text:?}");
}

fn utf_16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(unit).collect()
}

#[test]
fn utf_8_is_kept_to_the_byte() {
    for text in
        [" x\r\n\r\ny ", "“Ça” — 東京\n", "a\0 zero byte among words", "tab\tand\u{c}page", "�, they say"]
    {
        check_text(text.as_bytes(), text, None);
    }
    check_text(b"\xef\xbb\xbfA mark", "A mark", Some(AnomalyCode::ByteOrderMark));
    check_text(b"\xef\xbb\xbf\xef\xbb\xbfTwo", "\u{feff}Two", Some(AnomalyCode::ByteOrderMark));
}

#[test]
fn utf_16_is_converted() {
    let text = "Harbour reopens\n\n“It’s over,” they said 😀\n";
    for unit in [u16::to_le_bytes, u16::to_be_bytes] {
        check_text(&utf_16(&format!("\u{feff}{text}"), unit), text, Some(AnomalyCode::Utf16));
        check_text(&utf_16(text, unit), text, Some(AnomalyCode::Utf16));
        check_text(&utf_16("Hi", unit), "Hi", Some(AnomalyCode::Utf16));
    }
    let mut odd = utf_16(text, u16::to_le_bytes);
    odd.push(b'x');
    check_text(&odd, &format!("{text}\u{fffd}"), Some(AnomalyCode::Utf16));
}

#[test]
fn windows_1252_is_told_from_broken_utf_8() {
    let latin = Some(AnomalyCode::Windows1252);
    check_text(b"caf\xe9", "café", latin);
    check_text(b"\xc9t\xe9", "Été", latin);
    check_text(b"\x93Spa\xdf\x94, he said", "“Spaß”, he said", latin);
    check_text(b"au \x93caf\xe9\x94", "au “café”", latin);
    check_text(b"D\xe9j\xe0 vu \x96 it\x92s \x80 5\x85", "Déjà vu – it’s € 5…", latin);
    // Cut off, or damaged in places.
    check_text(b"the end\xe2\x80", "the end\u{fffd}", None);
    check_text(b"\xe2\x80\x9cIt\x92s\xe2\x80\x9d", "“It\u{fffd}s”", None);
    check_text("Привет, ми".as_bytes().split_last().expect("not empty").1, "Привет, м\u{fffd}", None);
    check_text(b"caf\xc3\xa9 and na\xefve", "café and na\u{fffd}ve", None);
}

#[test]
fn what_is_no_text_is_refused() {
    let framed = auto(b"\0\0\0\0\x05text").expect_err("a framed record");
    assert!(framed.message.contains("schema registry"), "{}", framed.message);
    let ten_percent = |controls: usize| "\u{1}".repeat(controls) + &"x".repeat(100 - controls);
    assert_eq!(reason(ten_percent(10), Format::Text), None);
    assert_eq!(reason(ten_percent(11), Format::Text), Some("not_text"));
    // „Порт открыт“ in Windows-1251.
    let cyrillic = b"\xcf\xee\xf0\xf2 \xee\xf2\xea\xf0\xfb\xf2";
    assert_eq!(reason(cyrillic, Format::Auto), Some("not_text"));
}

#[test]
fn size_is_checked_before_anything_else() {
    let small = DecodeOptions { message_bytes_max: 8, ..DecodeOptions::default() };
    assert!(decode(b"12345678", &small).is_ok());
    let error = decode(b"\0\0\0\0\0\0\0\0\0", &small).expect_err("nine bytes");
    assert_eq!(error.reason, Reason::TooLarge);
    assert_eq!(error.message, "the value has 9 bytes, `input.message_bytes_max` is 8");
}

// Formats.

#[test]
fn automatic_format_takes_for_json_what_is_meant_as_json() {
    let json = ["{\"body\": \"x\"}", " \n{ \"body\": \"x\"}", "\u{feff}{\"body\": \"x\"}"];
    for value in json {
        assert_eq!(auto(value).expect("an article").text, "x");
        assert_eq!(
            decode(value.as_bytes(), &options(Format::Text)).expect("prose").text,
            value.trim_start_matches('\u{feff}')
        );
    }
    for prose in [
        "{Adds quotes} Harbour",
        "[UPDATE] Harbour",
        "[\"We won,\" she said]",
        "{{lede}} x",
        "[{x",
        "\"x\"",
    ] {
        assert_eq!(auto(prose).expect("prose").text, prose);
        assert!(reason(prose, Format::Json).is_some(), "{prose}");
    }
    for (value, expected) in [
        ("{\"body\": ", "invalid_json"),
        ("{\"We won,\" she said}", "invalid_json"),
        ("{ ", "invalid_json"),
        ("{}", "missing_body"),
        ("[{\"body\": \"x\"}]", "missing_body"),
        ("[{\"body\": \"x\"}", "invalid_json"),
    ] {
        assert_eq!(reason(value, Format::Auto), Some(expected), "{value}");
    }
    for (value, expected) in [
        ("Harbour reopens", "invalid_json"),
        ("[]", "missing_body"),
        ("\"a string\"", "missing_body"),
        ("12", "missing_body"),
        ("-1.5", "missing_body"),
        ("null", "missing_body"),
        ("true", "missing_body"),
        (" ", "empty"),
    ] {
        assert_eq!(reason(value, Format::Json), Some(expected), "{value}");
    }
}

#[test]
fn messages_say_where_and_never_what() {
    let error = auto("{\"body\": \"The secret\",\n \"secret\" \"secret\"}").expect_err("broken");
    assert_eq!(error.message, "the JSON does not parse, at line 2 column 11");
    let error = auto("{\"body\": \"The secret").expect_err("cut off");
    assert_eq!(error.message, "the JSON ends too early, at line 1 column 20");
    let error = auto("{\"secret\": \"secret\"}").expect_err("no body");
    assert!(error.message.contains("`body`") && !error.message.contains("secret"), "{}", error.message);
}

#[test]
fn depth_is_counted_outside_strings() {
    let check = |value: &str, depth: usize, expected: Option<&str>| {
        let options = DecodeOptions { json_depth_max: depth, ..DecodeOptions::default() };
        let found = decode(value.as_bytes(), &options).err().map(|error| error.reason.reason());
        assert_eq!(found, expected, "{value} with {depth}");
    };
    check("{\"body\": \"x\"}", 1, None);
    check("{\"body\": [\"x\"]}", 1, Some("too_deep"));
    check("{\"body\": [\"x\"]}", 2, None);
    check("{\"body\": \"[[[\\\"[[\\\\\", \"a\": []}", 2, None);
    check("{\"body\": \"\\\\\", \"a\": [[]]}", 2, Some("too_deep"));
    check(&format!("{{\"body\": \"x\", \"a\": {}", "[".repeat(300)), usize::MAX, Some("too_deep"));
    let deepest = limits::JSON_DEPTH_CEILING - 1;
    check(
        &format!("{{\"body\":\"x\",\"text\":{}{}}}", "[".repeat(deepest), "]".repeat(deepest)),
        500,
        None,
    );
}

// Fields.

/// The text, the headline in it and the body in it.
fn check_parts(value: &str, text: &str, headline: Option<&str>, body: &str) {
    let article = auto(value).unwrap_or_else(|error| panic!("{value}: {error:?}"));
    assert_eq!(article.text, text, "{value}");
    assert_eq!(article.envelope.headline.map(|span| span.of(&article.text)), headline, "{value}");
    assert_eq!(&article.text[article.envelope.body_start..], body, "{value}");
}

#[test]
fn headline_and_body_become_one_text() {
    check_parts(r#"{"body": " B\r\n "}"#, " B\r\n ", None, " B\r\n ");
    check_parts(r#"{"title": " H ", "body": "B"}"#, "H\n\nB", Some("H"), "B");
    check_parts(r#"{"title": "H"}"#, "H", Some("H"), "");
    check_parts(r#"{"title": "H", "body": "H"}"#, "H", Some("H"), "");
    check_parts(r#"{"title": "H", "body": "\n H \r\n\r\n B"}"#, "\n H \r\n\r\n B", Some("H"), "B");
    check_parts(
        r#"{"title": "Harbour", "body": "Harbours open"}"#,
        "Harbour\n\nHarbours open",
        Some("Harbour"),
        "Harbours open",
    );
    check_parts(
        r#"{"title": "Rain", "body": "Rain fell."}"#,
        "Rain\n\nRain fell.",
        Some("Rain"),
        "Rain fell.",
    );
}

#[test]
fn bodies_may_come_in_parts_and_under_several_names() {
    check_parts(r#"{"body": ["A", "", 5, "B"]}"#, "A\n\nB", None, "A\n\nB");
    check_parts(
        r#"{"body": [{"text": "A"}, {"content": "B"}, {"body": "C"}, {"x": "D"}]}"#,
        "A\n\nB\n\nC",
        None,
        "A\n\nB\n\nC",
    );
    check_parts(r#"{"body": {"text": "A"}}"#, "A", None, "A");
    check_parts(r#"{"body": "  ", "text": null, "content": "C"}"#, "C", None, "C");
    check_parts(r#"{"body": "A", "body": "B"}"#, "B", None, "B");
    check_parts(r#"{"title": "T", "headline": "H", "body": "B"}"#, "H\n\nB", Some("H"), "B");
    check_parts(
        r#"{"skipped": "\ud800", "body": "lone surrogates matter in mapped fields alone"}"#,
        "lone surrogates matter in mapped fields alone",
        None,
        "lone surrogates matter in mapped fields alone",
    );
}

#[test]
fn envelope_fields_are_kept_as_written_or_left_out() {
    let envelope = |value: &str| auto(value).expect("an article").envelope;
    let full = envelope(
        r#"{"body": "B", "date": " 2021-05-17T08:00Z ", "byline": "By Ana Duarte", "language": "pt",
            "url": "https://news.example/1", "id": 42, "other": {"deep": [1, 2]}}"#,
    );
    assert_eq!(full.published.as_deref(), Some("2021-05-17T08:00Z"));
    assert_eq!(full.byline.as_deref(), Some("By Ana Duarte"));
    assert_eq!(full.language.as_deref(), Some("pt"));
    assert_eq!(full.url.as_deref(), Some("https://news.example/1"));
    assert_eq!(full.id.as_deref(), Some("42"));
    let wrong =
        envelope(r#"{"body": "B", "date": {}, "byline": [1, {}], "language": 1, "url": [], "id": true}"#);
    assert_eq!(wrong, copydesk::model::Envelope::default());
    let long = format!(r#"{{"body": "B", "url": "{}", "id": "{}"}}"#, "u".repeat(2049), "i".repeat(2048));
    assert_eq!(envelope(&long).url, None);
    assert!(envelope(&long).id.is_some());
    for (byline, expected) in [
        (r#"["Ana Duarte", "Rui Sá"]"#, "Ana Duarte, Rui Sá"),
        (r#"{"name": "Ana Duarte", "id": 7}"#, "Ana Duarte"),
        (r#"[{"name": "Ana Duarte"}, " ", "Rui Sá"]"#, "Ana Duarte, Rui Sá"),
    ] {
        let value = format!(r#"{{"body": "B", "author": {byline}}}"#);
        assert_eq!(envelope(&value).byline.as_deref(), Some(expected), "{byline}");
    }
    for (date, expected) in [("1620000000", "1620000000"), ("1620000000.5", "1620000000.5"), ("-3", "-3")] {
        let value = format!(r#"{{"body": "B", "published": {date}}}"#);
        assert_eq!(envelope(&value).published.as_deref(), Some(expected));
    }
}

#[test]
fn mapped_names_may_be_pointers() {
    let mut options = options(Format::Auto);
    let names = |list: &[&str]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
    options.fields.body = names(&["/none/here", "/story/parts/1/text", "fallback"]);
    options.fields.headline = names(&["/a~1b/c~0d"]);
    let text = |value: &str| decode(value.as_bytes(), &options).map(|article| article.text).ok();
    assert_eq!(text(r#"{"story": {"parts": [{"text": "A"}, {"text": "B"}]}}"#).as_deref(), Some("B"));
    assert_eq!(text(r#"{"story": "x", "fallback": "F", "a/b": {"c~d": "H"}}"#).as_deref(), Some("H\n\nF"));
    assert_eq!(text(r#"{"body": "not mapped any more"}"#), None);
}

// Poison.

/// What becomes of the value, as the word of `expected.tsv`; the neighbour must not notice it.
fn outcome_beside_a_good_article(value: &[u8]) -> String {
    let mut scratch = Scratch::default();
    let outcome = run(value, &mut scratch);
    assert_eq!(
        run(GOOD.as_bytes(), &mut scratch),
        run(GOOD.as_bytes(), &mut Scratch::default()),
        "the next article came out differently"
    );
    assert_eq!(run(value, &mut scratch), outcome, "the second run came out differently");
    match outcome {
        Outcome::Publish(Some(bytes)) => {
            check_document(&bytes);
            "ok".to_owned()
        }
        Outcome::DeadLetter(letter) => letter.reason.reason().to_owned(),
        other => format!("{other:?}"),
    }
}

/// Valid JSON with a text, and every `start` and `end` in it a range of that text.
fn check_document(bytes: &[u8]) {
    let document: Value = serde_json::from_slice(bytes).expect("valid JSON");
    let text = document["text"].as_str().expect("a text");
    check_spans(&document, text);
}

fn check_spans(value: &Value, text: &str) {
    match value {
        Value::Object(object) => {
            if let (Some(start), Some(end)) = (object.get("start"), object.get("end")) {
                let offset =
                    |value: &Value| usize::try_from(value.as_u64().expect("a number")).expect("an offset");
                let covered = text.get(offset(start)..offset(end));
                assert!(covered.is_some(), "{start}..{end} is no range of the text");
                if let Some(words) = object.get("text") {
                    assert_eq!(words.as_str(), covered, "the words at {start}..{end}");
                }
            }
            object.values().for_each(|inner| check_spans(inner, text));
        }
        Value::Array(list) => list.iter().for_each(|inner| check_spans(inner, text)),
        _ => {}
    }
}

#[test]
fn every_poisoned_file_gets_its_reason_and_harms_no_neighbour() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/poison");
    let manifest = std::fs::read_to_string(folder.join("expected.tsv")).expect("the manifest");
    let rows: Vec<Vec<&str>> = manifest
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split('\t').collect())
        .collect();
    let mut failures = Vec::new();
    for row in &rows {
        let value =
            std::fs::read(folder.join(row[0])).unwrap_or_else(|error| panic!("{}: {error}", row[0]));
        let found = outcome_beside_a_good_article(&value);
        if found != row[1] {
            failures.push(format!("{} ({}): {} expected, found {found}", row[0], row[2], row[1]));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    let files = std::fs::read_dir(&folder).expect("the folder").count();
    assert_eq!(files, rows.len() + 2, "every file but the manifest and .gitattributes is in the manifest");
}

#[test]
fn every_large_poisoned_value_gets_its_reason() {
    let limit = limits::MESSAGE_BYTES_DEFAULT;
    let fill = |piece: &str| piece.repeat(limit / piece.len());
    let json = |open: &str, piece: &str, close: &str| {
        open.to_owned() + &piece.repeat((limit - open.len() - close.len()) / piece.len()) + close
    };
    let cases = [
        ("one byte too many", "x".repeat(limit + 1), "too_large"),
        ("line breaks alone", "\n".repeat(limit), "empty"),
        ("one word", "x".repeat(limit), "ok"),
        ("deep JSON", "{\"a\":".repeat(limit / 5), "too_deep"),
        ("a deep array", json("{\"body\":\"x\",\"a\":", "[", "}"), "too_deep"),
        ("many keys", json("{\"body\":\"x\"", ",\"k\":1", "}"), "ok"),
        ("an endless string", "{\"body\":\"".to_owned() + &fill("x")[9..], "invalid_json"),
        ("backslashes", json("{\"body\":\"", "\\\\", "\"}"), "ok"),
        ("a body in many parts", json("{\"body\":[\"x\"", ",\"y\"", "]}"), "ok"),
        ("controls", fill("\u{1}xxxxxxxxx"), "ok"),
        ("replaced bytes", fill("é\u{fffd}"), "ok"),
        ("bidirectional controls", fill("a\u{202e}"), "ok"),
    ];
    for (name, value, expected) in cases {
        assert!(name == "one byte too many" || value.len() <= limit, "{name}");
        let found = decode_reason(&value);
        assert_eq!(found, expected, "{name}");
    }
}

fn decode_reason(value: &str) -> &'static str {
    auto(value).map_or_else(|error| error.reason.reason(), |_| "ok")
}

/// Shapes that make careless passes slow or wrong. Smaller than the limit, so that a debug build runs them
/// in seconds; a pass that is not linear shows as a test that never ends.
#[test]
fn monotonous_text_is_enriched_in_linear_time() {
    let pieces = [
        "x",
        " ",
        "x ",
        "A: ",
        "A\n\n",
        "\n",
        "\r\n\r\n",
        "“",
        "\"",
        "'",
        "(",
        "((",
        "-",
        "By ",
        "By A B\n\n",
        "May ",
        "Monday ",
        "1 ",
        "1",
        "1/",
        "1/1/",
        "2021-",
        "12:",
        "next ",
        "the first half of ",
        ". ",
        "A. ",
        "U.S.",
        "A.",
        "A B. ",
        "PARIS, ",
        "PARIS (",
        "PARIS — ",
        "’s",
        "é",
        "東",
        "\u{301}",
        "\u{200b}x",
        "###\n",
        "##\n\n",
        "– ",
        "Mr. ",
        "12 May 2021 to ",
        "between 1 and ",
    ];
    for piece in pieces {
        let value = "Head\n\n".to_owned() + &piece.repeat(32 * 1024 / piece.len());
        let outcome = run(value.as_bytes(), &mut Scratch::default());
        let Outcome::Publish(Some(bytes)) = outcome else { panic!("{piece:?}: {outcome:?}") };
        check_document(&bytes);
    }
}

// Properties.

fn config() -> ProptestConfig {
    ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() }
}

/// Bytes from nothing to nearly an article: noise, and pieces of news and of JSON in any order.
fn values() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop::sample::select(vec![
        &b"LISBON, May 3 (NPA) \xe2\x80\x94 "[..],
        b"By Ana Duarte\n\n",
        b"The harbour reopened on Tuesday, 2021-05-17. ",
        b"\xe2\x80\x9cWe are back,\xe2\x80\x9d she said. ",
        b"\n\n",
        b"\r\n",
        b" date 2021-05-17 ",
        b"last week ",
        b"between 3 and 5 June 2020 ",
        b"{\"body\": \"",
        b"\"}",
        b"\", \"title\": \"",
        b"{",
        b"[",
        b"\\u00e9\\ud83d\\ude00",
        b"\xe9",
        b"\x93",
        b"\xe2\x80",
        b"\0",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\xe2\x80\xae",
        b"Sub-head\n",
        b"U.S. ",
        b"###\n",
    ]);
    let pieces = prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat());
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..600),
        any::<String>().prop_map(String::into_bytes),
        pieces.clone(),
        (pieces, prop::collection::vec(any::<u8>(), 0..4)).prop_map(|(head, tail)| [head, tail].concat()),
    ]
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_bytes_decode_or_fail_the_same_way_twice(value in values()) {
        for format in [Format::Auto, Format::Text, Format::Json] {
            let result = decode(&value, &options(format));
            prop_assert_eq!(&result, &decode(&value, &options(format)));
            let Ok(Article { text, envelope, .. }) = result else { continue };
            prop_assert!(text.is_char_boundary(envelope.body_start));
            if let Some(span) = envelope.headline {
                prop_assert!(text.get(span.range()).is_some());
                prop_assert!(span.end as usize <= envelope.body_start);
            }
        }
    }

    #[test]
    fn plain_text_is_never_changed(text in any::<String>()) {
        prop_assume!(!text.starts_with('\u{feff}'));
        if let Ok(article) = decode(text.as_bytes(), &options(Format::Text)) {
            let is_utf_16 = article.anomalies.iter().any(|anomaly| anomaly.code == AnomalyCode::Utf16);
            prop_assert!(is_utf_16 || article.text == text);
        }
    }

    #[test]
    fn any_json_strings_come_out_as_they_went_in(headline in "\\PC{0,40}", body in any::<String>()) {
        let value = serde_json::json!({"headline": headline, "body": body}).to_string();
        if let Ok(article) = decode(value.as_bytes(), &options(Format::Json)) {
            prop_assert!(article.text.ends_with(&body) || article.text == headline.trim());
        }
    }

    #[test]
    fn any_bytes_give_a_sound_document_or_a_dead_letter(value in values()) {
        let outcome = run(&value, &mut Scratch::default());
        prop_assert_eq!(&outcome, &run(&value, &mut Scratch::default()));
        match outcome {
            Outcome::Publish(Some(bytes)) => check_document(&bytes),
            Outcome::DeadLetter(letter) => prop_assert_ne!(letter.reason, Reason::Panicked),
            other => prop_assert!(false, "{:?}", other),
        }
    }
}
