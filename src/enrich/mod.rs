//! Article to findings. This file is the order of the passes and nothing else.

mod amounts;
mod anomalies;
mod byline;
mod counts;
mod dateline;
mod dates;
mod english;
mod entities;
mod fingerprint;
mod focus;
mod groups;
mod headline;
mod keyphrases;
mod language;
mod layout;
mod names;
mod offices;
mod organisations;
mod people;
mod places;
mod pronouns;
mod published;
mod quotations;
mod reading;
mod sections;
mod segments;
mod sentences;
mod summary;
mod titles;
mod topics;

use crate::model::{Article, Enriched, Span, limits};
use crate::text::{Token, tokenize};
use layout::Layout;
use segments::Segment;

/// Which passes run; each can be switched off by `enrich.<pass>`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Passes {
    /// Headline, byline, dateline, lede, paragraphs, sections, sentences and counts.
    pub structure: bool,
    pub language: bool,
    pub dates: bool,
    pub anomalies: bool,
    /// People, organisations, places, groups and focus countries; speech needs them for its speakers.
    pub names: bool,
    pub speech: bool,
    pub amounts: bool,
    pub topics: bool,
    /// Keyphrases and the extractive summary.
    pub keyphrases: bool,
    pub fingerprint: bool,
}

impl Default for Passes {
    fn default() -> Self {
        Self {
            structure: true,
            language: true,
            dates: true,
            anomalies: true,
            names: true,
            speech: true,
            amounts: true,
            topics: true,
            keyphrases: true,
            fingerprint: true,
        }
    }
}

/// Buffers that live as long as a worker, so that a record costs no allocation that can be avoided.
#[derive(Debug, Default)]
pub struct Scratch {
    tokens: Vec<Token>,
    names: names::Scratch,
    topics: topics::Scratch,
}

/// The models that have a say in the output, by what they do; stamped into every record. The name of one of our own
/// ends in the digest of its files (`tests/it/models.rs` holds it to that).
pub const MODELS: &[(&str, &str)] = &[
    ("language", "whatlang/0.18"),
    ("names", "tagger-60a8bbe5"),
    ("places", "geonames-557b3433"),
    ("topics", "iptc-2025-10-a4f0be61"),
];

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
    found.language = language::find(article);
    if passes.dates {
        let own = found.published.as_ref().and_then(|published| published.span);
        found.dates = dates::find(text, &scratch.tokens, found.published.as_ref(), own);
    }
    let segments = segments::find(text, &scratch.tokens, &layout, &found);
    if english::may_be(found.language.as_ref(), text, &scratch.tokens) {
        understanding(text, &segments, passes, scratch, &mut found);
    }
    if passes.amounts {
        found.amounts = amounts::find(text, &scratch.tokens, &segments, &found);
    }
    if passes.fingerprint {
        found.fingerprint = fingerprint::find(text, &scratch.tokens, &found.paragraphs);
    }
    if passes.anomalies {
        let entities = std::mem::take(&mut found.anomalies);
        found.anomalies = anomalies::all(article, &found, layout.is_truncated);
        found.anomalies.extend(entities);
    }
    without_unasked(found, passes)
}

/// Names, speech, topics and what is drawn from them.
fn understanding(
    text: &str,
    segments: &[Segment],
    passes: Passes,
    scratch: &mut Scratch,
    found: &mut Enriched,
) {
    let tokens = scratch.tokens.as_slice();
    let headline = found.headline.map(|headline| headline.span);
    found.counts.reading_ease = reading::ease(text, tokens, &found.paragraphs, found.counts);
    if passes.names {
        let mut names = names::find(text, tokens, segments, &mut scratch.names);
        organisations::mend(text, tokens, &mut names);
        let titles = titles::find(text, tokens, segments, &mut names);
        let mut entities = people::find(text, tokens, segments, &mut names, &titles, headline);
        entities.extend(organisations::find(text, tokens, &names));
        entities.extend(places::find(text, tokens, &names, found.dateline.as_ref()));
        entities.extend(groups::find(text, tokens, &names));
        found.entities = entities::assemble(entities, &mut found.anomalies);
        let holders = offices::holders(&found.entities);
        offices::state(text, &holders, &mut found.entities);
        pronouns::link(text, tokens, segments, &titles, &holders, headline, &mut found.entities);
        let country = found.dateline.as_ref().and_then(|dateline| dateline.place.as_ref()?.country);
        offices::infer(text, &found.sentences, country, &holders, &mut found.entities);
        found.focus_countries = focus::find(&found.entities, headline, found.lede);
    }
    if passes.speech {
        found.quotations = quotations::find(text, tokens, segments, &found.paragraphs, &found.entities);
    }
    let headline = found.headline.as_ref();
    if passes.topics {
        found.topics = topics::find(text, tokens, headline, found.lede, &mut scratch.topics);
    }
    if passes.keyphrases {
        found.keyphrases = keyphrases::find(text, tokens, found);
        found.summary = summary::find(text, tokens, found);
    }
}

/// Passes read each other's findings; what was not asked for is not published.
fn without_unasked(found: Enriched, passes: Passes) -> Enriched {
    let language = found.language.filter(|_| passes.language);
    if passes.structure {
        return Enriched { language, ..found };
    }
    Enriched {
        language,
        published: found.published,
        entities: found.entities,
        focus_countries: found.focus_countries,
        dates: found.dates,
        amounts: found.amounts,
        quotations: found.quotations,
        topics: found.topics,
        keyphrases: found.keyphrases,
        fingerprint: found.fingerprint,
        anomalies: found.anomalies,
        ..Enriched::default()
    }
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
