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
mod sections;
mod sentences;

use crate::model::{Article, Enriched, Span, limits};
use crate::text::{Token, tokenize};
use layout::Layout;

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
    let text = article.text.as_str();
    tokenize(text, &mut scratch.tokens);
    let layout = layout::find(article);
    let mut found = Enriched { published: published::find(article, layout.date), ..Enriched::default() };
    structure(article, &layout, record_ms, &scratch.tokens, &mut found);
    let dateline = published::from_dateline(found.dateline.as_ref());
    found.published = found.published.or(dateline).or_else(|| published::from_record(record_ms));
    if passes.language {
        found.language = language::find(article);
    }
    if passes.dates {
        let own = found.published.as_ref().and_then(|published| published.span);
        found.dates = dates::find(text, &scratch.tokens, found.published.as_ref(), own);
    }
    if passes.anomalies {
        found.anomalies = anomalies::all(article, &found, layout.is_truncated);
    }
    if !passes.structure {
        // Dates and anomalies read the structure; what was not asked for is not published.
        found = Enriched {
            published: found.published,
            language: found.language,
            dates: found.dates,
            anomalies: found.anomalies,
            ..Enriched::default()
        };
    }
    found
}

/// Headline, byline, dateline, paragraphs and what is counted of them.
fn structure(
    article: &Article,
    layout: &Layout,
    record_ms: Option<i64>,
    tokens: &[Token],
    found: &mut Enriched,
) {
    let text = article.text.as_str();
    found.headline = headline::find(article, layout.headline);
    found.deck = layout.deck;
    found.byline = byline::find(article, layout);
    (found.paragraphs, found.sections) = sections::find(&layout.body);
    // Bullets that sum the story up stand before its first words.
    let is_bullet = |paragraph: &Span| layout::is_list_item(paragraph.of(text));
    let opening = found.paragraphs.iter().position(|paragraph| !is_bullet(paragraph)).unwrap_or(0);
    let Some(first) = found.paragraphs.get(opening).copied() else { return };
    let record_day = || published::from_record(record_ms).map(|published| published.day);
    let day = found.published.as_ref().map(|published| published.day).or_else(record_day);
    found.dateline = dateline::find(text, first, day);
    let start = found.dateline.as_ref().map_or(first.start, |dateline| dateline.span.end);
    let lede = Span { start, end: first.end }.trimmed(text);
    found.lede = Some(lede).filter(|lede| !lede.is_empty());
    for (index, paragraph) in found.paragraphs.iter().enumerate() {
        let words = if index == opening { lede } else { *paragraph };
        sentences::split(text, words, &mut found.sentences);
    }
    found.sentences.truncate(limits::SENTENCES_MAX);
    found.counts = counts::find(tokens, &found.paragraphs, found.sentences.len());
}
