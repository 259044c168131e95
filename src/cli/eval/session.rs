//! One set being scored: texts go in, findings come out, counts add up. Memory holds one document at a time.

use super::found::Found;
use super::tally::Scores;
use crate::cli::{pretty, say};
use crate::decode::Format;
use crate::enrich::Scratch;
use crate::model::limits::MESSAGE_BYTES_CEILING;
use crate::model::{Offset, Outcome, Partition, RawRecord};
use crate::pipeline::{Options, Pipeline};
use std::io::{IsTerminal, Write};

/// The program under test, the same for all sets.
pub(super) struct Desk {
    pipeline: Pipeline,
    scratch: Scratch,
}

impl Desk {
    /// With every bound as wide as it can be: a set's documents are not records of a topic.
    pub(super) fn new(mut options: Options) -> Self {
        options.output_bytes_max = usize::MAX;
        options.decode.message_bytes_max = MESSAGE_BYTES_CEILING;
        // A text that looks like JSON is still the text that was marked.
        options.decode.format = Format::Text;
        Self { pipeline: Pipeline::new(options), scratch: Scratch::default() }
    }

    fn read(&mut self, text: &str) -> Result<Found, String> {
        let record = RawRecord {
            topic: "eval",
            partition: Partition(0),
            offset: Offset(0),
            timestamp_ms: None,
            value: Some(text.as_bytes()),
        };
        let found = match self.pipeline.run(&record, &mut self.scratch) {
            Outcome::Publish(Some(document)) => Found::read(&document)?,
            Outcome::DeadLetter(why) => return Err(format!("{}: {}", why.reason.reason(), why.message)),
            Outcome::Publish(None) | Outcome::Skip(_) => return Err("it gave no document".to_owned()),
        };
        if found.text == text { Ok(found) } else { Err("the text was changed by the decoder".to_owned()) }
    }
}

/// The counts of one set so far.
pub(super) struct Session<'a> {
    name: &'a str,
    desk: &'a mut Desk,
    pub(super) scores: Scores,
    pub(super) documents: usize,
    /// Documents of which nothing could be said; what is marked in them counts as missed.
    pub(super) failed: usize,
    shows_progress: bool,
}

impl<'a> Session<'a> {
    pub(super) fn new(name: &'a str, desk: &'a mut Desk, errors_max: usize) -> Self {
        let shows_progress = std::io::stderr().is_terminal();
        Self { name, desk, scores: Scores::new(errors_max), documents: 0, failed: 0, shows_progress }
    }

    /// What the program says of the next document.
    pub(super) fn read(&mut self, document: &str, text: &str) -> Found {
        self.documents += 1;
        if self.documents.is_multiple_of(10) {
            self.progress(&format!("{}: {} documents", pretty::safe(self.name), self.documents));
        }
        self.desk.read(text).unwrap_or_else(|why| {
            self.failed += 1;
            self.progress("");
            say(&format!("{}: {}: {why}", pretty::safe(self.name), pretty::safe(document)));
            Found::nothing(text)
        })
    }

    /// Writes over the one line of progress, for whoever watches.
    fn progress(&self, words: &str) {
        if self.shows_progress {
            // With standard error closed there is nobody to tell.
            let _ = write!(std::io::stderr(), "\r\x1b[K{words}");
        }
    }
}

impl Drop for Session<'_> {
    fn drop(&mut self) {
        self.progress("");
    }
}
