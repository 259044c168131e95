//! Article to findings. This file is the order of the passes and nothing else.

mod anomalies;
mod byline;
mod counts;
mod dateline;
mod dates;
mod headline;
mod language;
mod layout;
mod published;
mod sentences;

use crate::model::{Article, Enriched};
use crate::text::{Token, tokenize};

/// Which passes run; each can be switched off by `enrich.<pass>`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Passes {
    /// Headline, byline, dateline, lede, paragraphs, sections, sentences and counts.
    pub structure: bool,
    pub language: bool,
    pub dates: bool,
    pub anomalies: bool,
}

impl Default for Passes {
    fn default() -> Self {
        Self { structure: true, language: true, dates: true, anomalies: true }
    }
}

/// Buffers that live as long as a worker, so that a record costs no allocation that can be avoided.
#[derive(Debug, Default)]
pub struct Scratch {
    pub tokens: Vec<Token>,
}

/// Runs the passes over one article. `record_ms` is the record's own time, the last resort for a date.
pub fn enrich(
    article: &Article,
    record_ms: Option<i64>,
    passes: Passes,
    scratch: &mut Scratch,
) -> Enriched {
    tokenize(&article.text, &mut scratch.tokens);
    let mut found = Enriched::default();
    if passes.language {
        found.language = language::find(article);
    }
    let _ = record_ms;
    if passes.dates {
        let own = found.published.as_ref().and_then(|published| published.span);
        found.dates = dates::find(&article.text, &scratch.tokens, found.published.as_ref(), own);
    }
    if passes.anomalies {
        found.anomalies.extend_from_slice(&article.anomalies);
        found.anomalies.extend(anomalies::find(&article.text));
    }
    found
}
