//! Everything the passes found in one article.

use super::{
    Amount, Anomaly, DateMention, Entity, Fingerprint, FocusCountry, Keyphrase, Quotation, Source, Span,
    Topic,
};
use jiff::civil::Date;
use std::ops::Range;

/// The findings, in the order of the published document. Absent means unknown; nothing is guessed.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Enriched {
    pub language: Option<Language>,
    pub headline: Option<Headline>,
    /// The standfirst: what stands between headline and body and is no byline or date.
    pub deck: Option<Span>,
    pub published: Option<Published>,
    pub byline: Option<Byline>,
    pub dateline: Option<Dateline>,
    pub lede: Option<Span>,
    /// Body paragraphs in order; the first includes its dateline.
    pub paragraphs: Vec<Span>,
    pub sections: Vec<Section>,
    /// Body sentences in order; the first starts after the dateline.
    pub sentences: Vec<Span>,
    pub counts: Counts,
    /// In order of their first mention.
    pub entities: Vec<Entity>,
    /// Highest score first.
    pub focus_countries: Vec<FocusCountry>,
    pub dates: Vec<DateMention>,
    pub amounts: Vec<Amount>,
    /// In the order of their content.
    pub quotations: Vec<Quotation>,
    /// Highest score first.
    pub topics: Vec<Topic>,
    /// Highest score first.
    pub keyphrases: Vec<Keyphrase>,
    /// Indexes into `sentences`, in text order.
    pub summary: Vec<usize>,
    pub fingerprint: Option<Fingerprint>,
    pub anomalies: Vec<Anomaly>,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Language {
    /// BCP 47: `en`, `pt`, `zh`, or the envelope's own tag.
    pub tag: String,
    /// 0 to 1; absent when the envelope said it.
    pub confidence: Option<f64>,
    pub source: Source,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Headline {
    pub span: Span,
    pub source: Source,
}

/// When the article was published. `day` is what relative dates are counted from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Published {
    /// ISO 8601: `2021-05-17`, or with a time and zone where the envelope gave them.
    pub value: String,
    pub day: Date,
    pub source: Source,
    /// Where it stands, when it stands in the text.
    pub span: Option<Span>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Byline {
    /// Where it stands, when it stands in the text.
    pub span: Option<Span>,
    pub names: Vec<String>,
    pub agency: Option<String>,
    pub source: Source,
}

/// `ISLAMABAD:`, `PARIS, May 3 (AFP) —`. The span includes the mark that ends it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Dateline {
    pub span: Span,
    pub place: Option<DatelinePlace>,
    pub agency: Option<String>,
    /// ISO 8601, resolved by the publication date when the year is not written.
    pub date: Option<String>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DatelinePlace {
    /// In ordinary case: `Islamabad`.
    pub name: String,
    /// Where the place name stands.
    pub span: Span,
    /// ISO 3166 alpha-2.
    pub country: Option<&'static str>,
}

/// A run of paragraphs under one sub-head; the first section usually has none.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Section {
    pub heading: Option<Span>,
    /// Indexes into `Enriched::paragraphs`.
    pub paragraphs: Range<usize>,
}

#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Counts {
    pub words: usize,
    pub sentences: usize,
    pub paragraphs: usize,
    /// Flesch reading ease; higher is easier. English only.
    pub reading_ease: Option<f32>,
}
