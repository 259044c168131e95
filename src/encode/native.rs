//! The native format, schema `copydesk/1`: one JSON object, fields in a fixed order, unknown = absent.
//!
//! Short spans carry their text; paragraphs, sentences and the lede carry offsets alone, which saves a
//! third of the output.

use super::fields::{SpanOut, TextSpan, entry, entry_list, object, one_place, span_fields};
use super::{findings, hex};
use crate::model::{Anomaly, Article, Byline, Dateline, Enriched, Published, RawRecord, Source, Span};
use serde::ser::{Serialize, SerializeMap, Serializer};
use sha2::{Digest, Sha256};

/// The schema's name and version, in every record. The schema only grows within a version.
pub const SCHEMA: &str = "copydesk/1";
/// Who enriched it.
pub const ENRICHER: &str = concat!("copydesk/", env!("CARGO_PKG_VERSION"));

/// Where the record came from and what it was read with.
#[derive(Clone, Copy, Debug)]
pub struct Provenance<'a> {
    pub record: &'a RawRecord<'a>,
    pub value: &'a [u8],
    pub config: &'a str,
    /// The models that had a say, by what they do.
    pub models: &'a [(&'a str, &'a str)],
}

/// The published bytes of one article.
pub fn encode(article: &Article, found: &Enriched, provenance: &Provenance<'_>) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(article.text.len() * 2 + 2048);
    serde_json::to_writer(&mut bytes, &Document { article, found, provenance })
        .expect("writing to memory cannot fail and every key is a string");
    bytes
}

struct Document<'a> {
    article: &'a Article,
    found: &'a Enriched,
    provenance: &'a Provenance<'a>,
}

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.identity(&mut map)?;
        self.structure(&mut map)?;
        findings::write(&mut map, self.found, &self.article.text)?;
        entry_list(&mut map, "anomalies", &self.found.anomalies, AnomalyOut)?;
        map.end()
    }
}

impl Document<'_> {
    fn identity<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        let record = self.provenance.record;
        let (partition, offset) = (record.partition.0, record.offset.0);
        map.serialize_entry("schema", SCHEMA)?;
        map.serialize_entry("id", &format_args!("{}/{partition}/{offset}", record.topic))?;
        map.serialize_entry("provenance", self.provenance)?;
        let envelope = &self.article.envelope;
        entry(map, "original_id", envelope.id.as_ref())?;
        entry(map, "url", envelope.url.as_ref())?;
        map.serialize_entry("text", &self.article.text)
    }

    fn structure<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        let (found, text) = (self.found, self.article.text.as_str());
        entry(map, "language", found.language.as_ref().map(LanguageOut))?;
        let headline = found.headline.map(|h| SourcedSpan { span: h.span, source: h.source, text });
        entry(map, "headline", headline)?;
        entry(map, "deck", found.deck.map(|span| TextSpan { span, text }))?;
        entry(map, "published", found.published.as_ref().map(|found| PublishedOut { found, text }))?;
        entry(map, "byline", found.byline.as_ref().map(|found| BylineOut { found, text }))?;
        entry(map, "dateline", found.dateline.as_ref().map(|found| DatelineOut { found, text }))?;
        entry(map, "lede", found.lede.map(SpanOut))?;
        entry_list(map, "paragraphs", &found.paragraphs, |span| SpanOut(*span))?;
        entry_list(map, "sections", &found.sections, |section| SectionOut { section, text })?;
        entry_list(map, "sentences", &found.sentences, |span| SpanOut(*span))?;
        map.serialize_entry("counts", &CountsOut(found))
    }
}

impl Serialize for Provenance<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let record = self.record;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("topic", record.topic)?;
        map.serialize_entry("partition", &record.partition.0)?;
        map.serialize_entry("offset", &record.offset.0)?;
        entry(&mut map, "timestamp", record.timestamp_ms)?;
        map.serialize_entry("input_sha256", &hex(&Sha256::digest(self.value)))?;
        map.serialize_entry("enricher", ENRICHER)?;
        map.serialize_entry("models", &ModelsOut(self.models))?;
        map.serialize_entry("config", self.config)?;
        map.end()
    }
}

struct SourcedSpan<'a> {
    span: Span,
    source: Source,
    text: &'a str,
}
object!(self, SourcedSpan<'_>, map, {
    span_fields(&mut map, self.span, Some(self.text))?;
    map.serialize_entry("source", self.source.word())?;
});

struct LanguageOut<'a>(&'a crate::model::Language);
object!(self, LanguageOut<'_>, map, {
    map.serialize_entry("tag", &self.0.tag)?;
    entry(&mut map, "confidence", self.0.confidence)?;
    map.serialize_entry("source", self.0.source.word())?;
});

struct PublishedOut<'a> {
    found: &'a Published,
    text: &'a str,
}
object!(self, PublishedOut<'_>, map, {
    map.serialize_entry("value", &self.found.value)?;
    map.serialize_entry("source", self.found.source.word())?;
    if let Some(span) = self.found.span {
        span_fields(&mut map, span, Some(self.text))?;
    }
});

struct BylineOut<'a> {
    found: &'a Byline,
    text: &'a str,
}
object!(self, BylineOut<'_>, map, {
    if let Some(span) = self.found.span {
        span_fields(&mut map, span, Some(self.text))?;
    }
    entry_list(&mut map, "names", &self.found.names, |name| name)?;
    entry(&mut map, "agency", self.found.agency.as_ref())?;
    map.serialize_entry("source", self.found.source.word())?;
});

struct DatelineOut<'a> {
    found: &'a Dateline,
    text: &'a str,
}
object!(self, DatelineOut<'_>, map, {
    span_fields(&mut map, self.found.span, Some(self.text))?;
    let place = self.found.place.as_ref();
    entry(&mut map, "place", place.map(|place| PlaceOut { place, text: self.text }))?;
    entry(&mut map, "agency", self.found.agency.as_ref())?;
    entry(&mut map, "date", self.found.date.as_ref())?;
});

struct PlaceOut<'a> {
    place: &'a crate::model::DatelinePlace,
    text: &'a str,
}
object!(self, PlaceOut<'_>, map, {
    map.serialize_entry("name", &self.place.name)?;
    entry(&mut map, "country", self.place.country)?;
    span_fields(&mut map, self.place.span, Some(self.text))?;
});

struct SectionOut<'a> {
    section: &'a crate::model::Section,
    text: &'a str,
}
object!(self, SectionOut<'_>, map, {
    let heading = self.section.heading.map(|span| TextSpan { span, text: self.text });
    entry(&mut map, "heading", heading)?;
    let indexes: Vec<usize> = self.section.paragraphs.clone().collect();
    map.serialize_entry("paragraphs", &indexes)?;
});

struct CountsOut<'a>(&'a Enriched);
object!(self, CountsOut<'_>, map, {
    map.serialize_entry("words", &self.0.counts.words)?;
    map.serialize_entry("sentences", &self.0.counts.sentences)?;
    map.serialize_entry("paragraphs", &self.0.counts.paragraphs)?;
    entry(&mut map, "reading_ease", self.0.counts.reading_ease.map(one_place))?;
});

struct AnomalyOut<'a>(&'a Anomaly);
object!(self, AnomalyOut<'_>, map, {
    map.serialize_entry("code", self.0.code.word())?;
    if let Some(span) = self.0.span {
        span_fields(&mut map, span, None)?;
    }
});

struct ModelsOut<'a>(&'a [(&'a str, &'a str)]);
object!(self, ModelsOut<'_>, map, {
    for (task, model) in self.0 {
        map.serialize_entry(task, model)?;
    }
});
