//! Any bytes through decode, enrich and encode: a valid document or a dead letter with a reason, the same each time,
//! and no larger than its input allows. CONTRIBUTING.md says how it is run.
#![no_main]
#![allow(clippy::disallowed_methods, reason = "the macro of the target reads the environment")]

#[path = "../../tests/it/validity.rs"]
#[allow(dead_code)]
mod validity;

use copydesk::enrich::Scratch;
use copydesk::model::{Offset, Outcome, Partition, RawRecord, Reason};
use copydesk::pipeline::{Options, Pipeline};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

/// A word of two letters can be a name with a title, a place and a speaker; each is an object of about 200 bytes.
const OUTPUT_PER_INPUT_BYTE_MAX: usize = 400;
const OUTPUT_BYTES_MIN: usize = 64 * 1024;

static PIPELINE: LazyLock<Pipeline> = LazyLock::new(|| Pipeline::new(Options::default()));

fuzz_target!(|value: &[u8]| {
    let record = RawRecord {
        topic: "fuzz",
        partition: Partition(0),
        offset: Offset(0),
        timestamp_ms: Some(1_700_000_000_000),
        value: Some(value),
    };
    let mut scratch = Scratch::default();
    let outcome = PIPELINE.run(&record, &mut scratch);
    assert!(outcome == PIPELINE.run(&record, &mut scratch), "the second run differs");
    match outcome {
        Outcome::Publish(Some(bytes)) => {
            let limit = OUTPUT_BYTES_MIN + value.len() * OUTPUT_PER_INPUT_BYTE_MAX;
            assert!(bytes.len() <= limit, "{} bytes out of {}", bytes.len(), value.len());
            if let Err(why) = validity::document(&bytes) {
                panic!("{why}");
            }
        }
        Outcome::DeadLetter(letter) => assert!(letter.reason != Reason::Panicked, "{}", letter.message),
        other => panic!("neither document nor dead letter: {other:?}"),
    }
});
