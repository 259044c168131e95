//! One record in, its outcome out: decode, enrich, encode as one pure function over bytes.
//!
//! The worker, `enrich FILE`, the benches and the tests all call [`Pipeline::run`]. It cannot fail: what
//! cannot be enriched comes back as a dead letter with its reason, and a panic in a pass is caught here
//! and costs that one record.

use crate::decode::{DecodeOptions, decode};
use crate::encode::{Provenance, encode, hex};
use crate::enrich::{MODELS, Passes, Scratch, enrich};
use crate::model::{DeadLetter, Outcome, RawRecord, Reason, SkipReason, Stage};
use sha2::{Digest, Sha256};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What the pipeline does to each record. Everything in here that changes output bytes is part of the
/// configuration digest in `provenance.config`.
#[derive(Clone, PartialEq, Debug)]
pub struct Options {
    pub mode: Mode,
    pub tombstones: Tombstones,
    pub decode: DecodeOptions,
    pub passes: Passes,
    /// Largest published value; a larger one becomes the dead letter `output_too_large`.
    pub output_bytes_max: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Mode {
    #[default]
    Enrich,
    /// Copies the payload unchanged: for benches and fault tests.
    Passthrough,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Tombstones {
    /// Publishes a tombstone under the same key.
    #[default]
    Pass,
    Skip,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            mode: Mode::default(),
            tombstones: Tombstones::default(),
            decode: DecodeOptions::default(),
            passes: Passes::default(),
            output_bytes_max: 8 * 1024 * 1024,
        }
    }
}

impl Options {
    /// Whether a record with this value is consumed without any outcome, and why.
    pub fn skip(&self, value: Option<&[u8]>) -> Option<SkipReason> {
        let is_skipped = value.is_none() && self.tombstones == Tombstones::Skip;
        is_skipped.then_some(SkipReason::Tombstone)
    }
}

/// The three pure stages, ready to run on any thread.
#[derive(Clone, Debug)]
pub struct Pipeline {
    options: Options,
    config_digest: String,
}

impl Pipeline {
    pub fn new(options: Options) -> Self {
        let config_digest = config_digest(&options);
        Self { options, config_digest }
    }

    /// What becomes of `record`. The same record gives the same bytes, always and everywhere.
    pub fn run(&self, record: &RawRecord<'_>, scratch: &mut Scratch) -> Outcome {
        if let Some(reason) = self.options.skip(record.value) {
            return Outcome::Skip(reason);
        }
        let Some(value) = record.value else { return Outcome::Publish(None) };
        if self.options.mode == Mode::Passthrough {
            return Outcome::Publish(Some(value.to_vec()));
        }
        // The scratch is thrown away after a panic, so no half-written state is ever seen again.
        catch_unwind(AssertUnwindSafe(|| self.enriched(record, value, scratch))).unwrap_or_else(|_| {
            *scratch = Scratch::default();
            dead_letter(Stage::Enrich, Reason::Panicked, "a pass panicked on this record".to_owned())
        })
    }

    fn enriched(&self, record: &RawRecord<'_>, value: &[u8], scratch: &mut Scratch) -> Outcome {
        let article = match decode(value, &self.options.decode) {
            Ok(article) => article,
            Err(error) => return dead_letter(Stage::Decode, error.reason, error.message),
        };
        let found = enrich(&article, record.timestamp_ms, self.options.passes, scratch);
        let provenance = Provenance { record, value, config: &self.config_digest, models: MODELS };
        let bytes = encode(&article, &found, &provenance);
        let limit = self.options.output_bytes_max;
        if bytes.len() > limit {
            let message = format!("the enriched record has {} bytes, the limit is {limit}", bytes.len());
            return dead_letter(Stage::Encode, Reason::OutputTooLarge, message);
        }
        Outcome::Publish(Some(bytes))
    }
}

fn dead_letter(stage: Stage, reason: Reason, message: String) -> Outcome {
    Outcome::DeadLetter(DeadLetter { stage, reason, message })
}

/// Sixteen hex digits of SHA-256 over the options that change output.
fn config_digest(options: &Options) -> String {
    // `Debug` of plain data is stable within a version, and the version stands beside it in the record.
    let Options { mode: _, tombstones: _, output_bytes_max: _, decode, passes } = options;
    hex(&Sha256::digest(format!("{decode:?}{passes:?}"))[..8])
}
