//! Random articles: whatever the text, the pipeline publishes a valid document or says why not, and says
//! the same again. The texts are made of what news is made of, in any order, and of junk.

use crate::corpus::examples;
use crate::{shapes, validity};
use copydesk::enrich::Scratch;
use copydesk::model::{DeadLetter, Offset, Outcome, Partition, RawRecord, Reason};
use copydesk::pipeline::{Options, Pipeline};
use proptest::prelude::*;
use proptest::sample::select;

/// What headlines, datelines, bylines, speech and the rest are made of.
const NEWS: [&str; 48] = [
    "Council votes to keep the bridge",
    " date 2023-04-05 ",
    "PRAGUE, May 3 (NPA) — ",
    "PARIS: ",
    "YAKIMA, Wash. (AP) -- ",
    "LONDON/NEW DELHI, ",
    "By Ana Duarte and Tom Fee\n",
    "By JANE ROE, Staff Writer",
    "Par Maëlle Dutreix",
    "(Reporting by A. Bee; Editing by C. Dee)",
    "###",
    "-30-",
    "-ends-",
    "___",
    "ADVISORY: ",
    "Mr. Smith met Dr. Jones at 5 p.m. on St. John's Rd. ",
    "the U.S. and the E.U. said. ",
    "“We will see,” she said. ",
    "\"Nobody knows\"",
    "“An open quotation ",
    "‘inner ’",
    "'s",
    "He paid $1.5bn (£1.2bn), or 3.4%... ",
    "on Monday",
    "last Friday night",
    "the next day",
    "3 May 2021",
    "May 3rd, 2021",
    "2021-05-17T10:30:00Z",
    "31/12/1999",
    "February 30",
    "from Jan. 3 to 5",
    "in the first quarter of 2020",
    "for the past two weeks",
    "every other Tuesday",
    "in the 1990s",
    "at 25:61",
    "Dec. 99999999999999999999",
    "• A point\n• Another",
    "1. First\n2. Second",
    "18:42 That is all",
    "Counting the cost",
    "What next?",
    "जयपुर में मेट्रो। ",
    "東京で会議が開かれた。",
    "قال الوزير يوم الاثنين. ",
    "Copyright 2023. All rights reserved.",
    "http://news.example/a?b=c#d",
];

/// What breaks lines, paragraphs and assumptions.
const JUNK: [&str; 28] = [
    "\n",
    "\n\n",
    "\n\n\n\n",
    "\r\n",
    "\r\n\r\n",
    "\r",
    "\t",
    " ",
    "  ",
    ". ",
    "… ",
    "—",
    "–",
    "-",
    ",",
    ":",
    "\u{a0}",
    "\u{feff}",
    "\u{200b}",
    "\u{200d}",
    "\u{202e}",
    "\u{301}",
    "\u{2028}",
    "\u{fffd}",
    "\0",
    "🇵🇰👩‍👩‍👧",
    "ß",
    "İ",
];

fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => select(&NEWS[..]).prop_map(str::to_owned),
        6 => select(&JUNK[..]).prop_map(str::to_owned),
        2 => "[A-Z]?[a-z]{1,9}[ .,]",
        1 => "[0-9]{1,4}",
        1 => "\\PC{0,6}",
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..80).prop_map(|pieces| pieces.concat())
}

fn run(value: &[u8], timestamp_ms: Option<i64>, scratch: &mut Scratch) -> Outcome {
    let (partition, offset) = (Partition(0), Offset(0));
    let record = RawRecord { topic: "news", partition, offset, timestamp_ms, value: Some(value) };
    Pipeline::new(Options::default()).run(&record, scratch)
}

/// The published document, if there is one; never a panic, never an invalid one, and the same each time.
fn check(value: &[u8], timestamp_ms: Option<i64>) -> Result<Option<serde_json::Value>, TestCaseError> {
    let mut scratch = Scratch::default();
    let outcome = run(value, timestamp_ms, &mut scratch);
    // The second run finds the first one's leavings in its scratch.
    prop_assert_eq!(&run(value, timestamp_ms, &mut scratch), &outcome, "the second run differs");
    match outcome {
        Outcome::Publish(Some(bytes)) => validity::document(&bytes).map(Some).map_err(TestCaseError::fail),
        Outcome::DeadLetter(DeadLetter { reason, message, .. }) => {
            let is_expected = match reason {
                Reason::NotText => has_controls(value),
                reason => matches!(reason, Reason::Empty | Reason::InvalidJson | Reason::MissingBody),
            };
            prop_assert!(is_expected, "{reason:?}: {message}");
            Ok(None)
        }
        other => Err(TestCaseError::fail(format!("neither document nor dead letter: {other:?}"))),
    }
}

/// Enough control characters, or a zero byte in front, make a value look like something other than text.
fn has_controls(value: &[u8]) -> bool {
    let text = String::from_utf8_lossy(value);
    text.contains("\\u00") || text.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r'))
}

#[test]
fn every_shape_gives_a_valid_document() {
    for (name, phrase) in shapes::SHAPES {
        let text = shapes::shaped(phrase, 40_000);
        let document = check(text.as_bytes(), None).unwrap_or_else(|why| panic!("{name}: {why}"));
        assert!(document.is_some(), "{name} was refused");
    }
}

#[test]
fn a_name_that_ends_at_the_texts_last_hyphen_is_no_panic() {
    check("Salem mayor resigns\n\nThe mayor of Salem met Prime Minister Ana Duarte-".as_bytes(), None)
        .expect("a valid document");
}

#[test]
fn a_pronoun_inside_a_name_is_no_mention_of_its_own() {
    let text = r#"{"title":"H Lin\nS\nShe "}"#;
    check(text.as_bytes(), None).expect("a valid document");
}

/// Looks past the last token are found where texts end in the middle of things.
#[test]
fn articles_cut_anywhere_give_valid_documents() {
    const STEP: usize = 13;
    for (at, example) in examples().iter().enumerate() {
        let is_inside = |end: &usize| example.value[*end] & 0xC0 == 0x80;
        for end in (at % STEP..example.value.len()).step_by(STEP).filter(|end| !is_inside(end)) {
            check(&example.value[..end], example.timestamp_ms)
                .unwrap_or_else(|why| panic!("{} cut at {end}: {why}", example.name));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_text_gives_a_valid_document(text in text(), time in proptest::option::of(any::<i64>())) {
        let document = check(text.as_bytes(), time)?;
        // Zero bytes may be the half of UTF-16, a brace may open JSON, a byte order mark is taken off.
        let is_plain = !text.contains('\0') && !text.trim_start().starts_with(['{', '[', '\u{feff}']);
        if let Some(document) = document.filter(|_| is_plain) {
            prop_assert_eq!(document["text"].as_str(), Some(text.as_str()), "the text was changed");
        }
    }

    #[test]
    fn any_fields_give_a_valid_document(
        headline in text(), body in prop::collection::vec(text(), 0..4), date in text(), byline in text(),
    ) {
        let value = serde_json::json!({
            "headline": headline, "body": body, "date": date, "byline": byline, "language": "en",
        });
        check(value.to_string().as_bytes(), None)?;
    }
}
