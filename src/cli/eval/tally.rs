//! What is counted, field by field: how many there are, how many were found, how many of those are right.

use std::collections::BTreeMap;

/// Everything that is scored, in the order in which it is shown.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Field {
    Headline,
    Published,
    Byline,
    Dateline,
    DatelineCountry,
    Language,
    Names,
    Persons,
    Places,
    Organisations,
    NameSpans,
    Groups,
    PlaceCountries,
    Titles,
    TitleHolders,
    Pronouns,
    Links,
    DatesFound,
    DatesExact,
    DateValues,
    Money,
    Percent,
    Casualties,
    Quotations,
    QuotationsFound,
    QuotationSpeakers,
    QuotationPrecision,
    Direct,
    DirectFound,
    DirectSpeakers,
    Mixed,
    MixedFound,
    MixedSpeakers,
    Indirect,
    IndirectFound,
    IndirectSpeakers,
    TopLevelTopics,
    DeepTopics,
    SnippetTopics,
    Focus,
}

/// How a field is counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Shape {
    /// What is marked against what was found: precision, recall, F1.
    Pairs,
    /// One number says it all.
    Share,
}
use Shape::{Pairs, Share};

/// A field, its word in options and JSON, its shape, and what is counted as right.
pub(super) const FIELDS: [(Field, &str, Shape, &str); 40] = [
    (Field::Headline, "headline", Pairs, "exact span"),
    (Field::Published, "published", Pairs, "the publication date"),
    (Field::Byline, "byline", Pairs, "exact span of the line"),
    (Field::Dateline, "dateline", Pairs, "exact span, closing mark included"),
    (
        Field::DatelineCountry,
        "dateline_country",
        Share,
        "share of datelines with the right country, or rightly none",
    ),
    (Field::Language, "language", Share, "share of articles with the right language"),
    (Field::Names, "names", Pairs, "people, places and organisations: exact span and kind"),
    (Field::Persons, "persons", Pairs, "exact span and kind"),
    (Field::Places, "places", Pairs, "exact span and kind"),
    (Field::Organisations, "organisations", Pairs, "exact span and kind"),
    (Field::NameSpans, "name_spans", Pairs, "the same three kinds, by exact span alone"),
    (Field::Groups, "groups", Pairs, "nationalities and peoples: exact span and kind"),
    (Field::PlaceCountries, "place_countries", Pairs, "countries of the places that were found as such"),
    (Field::Titles, "titles", Pairs, "exact span"),
    (Field::TitleHolders, "title_holders", Pairs, "exact span, joined to the right person"),
    (Field::Pronouns, "pronouns", Pairs, "exact span, joined to the right person"),
    (
        Field::Links,
        "links",
        Pairs,
        "pairs of mentions of one person: names, pronouns, titles that stand alone",
    ),
    (Field::DatesFound, "dates_found", Pairs, "overlapping span"),
    (Field::DatesExact, "dates_exact", Pairs, "exact span"),
    (Field::DateValues, "date_values", Pairs, "overlapping span and equal TIMEX3 value"),
    (Field::Money, "money", Pairs, "exact span, value and currency"),
    (Field::Percent, "percent", Pairs, "exact span and value"),
    (Field::Casualties, "casualties", Pairs, "exact span, value and kind"),
    (Field::Quotations, "quotations", Share, "share of all reported speech found with its right speaker"),
    (Field::QuotationsFound, "quotations_found", Share, "share with at least half of the content covered"),
    (Field::QuotationSpeakers, "quotation_speakers", Share, "share of the found with the right speaker"),
    (
        Field::QuotationPrecision,
        "quotation_precision",
        Share,
        "share of what was found lying at least half in speech",
    ),
    (Field::Direct, "direct", Share, "direct speech: share found with its right speaker"),
    (Field::DirectFound, "direct_found", Share, "direct speech: share found"),
    (
        Field::DirectSpeakers,
        "direct_speakers",
        Share,
        "direct speech: share of the found with the right speaker",
    ),
    (Field::Mixed, "mixed", Share, "mixed speech: share found with its right speaker"),
    (Field::MixedFound, "mixed_found", Share, "mixed speech: share found"),
    (
        Field::MixedSpeakers,
        "mixed_speakers",
        Share,
        "mixed speech: share of the found with the right speaker",
    ),
    (Field::Indirect, "indirect", Share, "indirect speech: share found with its right speaker"),
    (Field::IndirectFound, "indirect_found", Share, "indirect speech: share found"),
    (
        Field::IndirectSpeakers,
        "indirect_speakers",
        Share,
        "indirect speech: share of the found with the right speaker",
    ),
    (Field::TopLevelTopics, "topics", Pairs, "top-level Media Topics of an article"),
    (Field::DeepTopics, "topics_deep", Share, "share of the marked deeper topics found"),
    (
        Field::SnippetTopics,
        "topic_accuracy",
        Share,
        "share of snippets whose best topic has the right top level",
    ),
    (Field::Focus, "focus", Share, "share of articles whose first focus country is right, or rightly none"),
];

impl Field {
    pub(super) fn word(self) -> &'static str {
        FIELDS[self as usize].1
    }

    pub(super) fn about(self) -> &'static str {
        FIELDS[self as usize].3
    }

    pub(super) fn parse(word: &str) -> Option<Self> {
        FIELDS.iter().find(|(_, name, ..)| *name == word).map(|(field, ..)| *field)
    }

    /// Whether one number says it all: a share of what there is, not precision and recall.
    pub(super) fn is_share(self) -> bool {
        FIELDS[self as usize].2 == Share
    }
}

/// Which of a field's numbers is meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Measure {
    /// F1, or the share.
    Score,
    Precision,
    Recall,
}

/// `names`, `names.precision`, `names.recall`
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Figure {
    pub(super) field: Field,
    pub(super) measure: Measure,
}

impl Figure {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (word, measure) = match text.split_once('.') {
            None => (text, Measure::Score),
            Some((word, "precision")) => (word, Measure::Precision),
            Some((word, "recall")) => (word, Measure::Recall),
            Some((_, other)) => return Err(format!("{other:?} is neither precision nor recall")),
        };
        let field =
            Field::parse(word).ok_or_else(|| format!("there is no field {word:?}; --help lists them"))?;
        Ok(Self { field, measure })
    }

    pub(super) fn name(self) -> String {
        let word = self.field.word();
        match self.measure {
            Measure::Score => word.to_owned(),
            Measure::Precision => format!("{word}.precision"),
            Measure::Recall => format!("{word}.recall"),
        }
    }
}

/// One field's counts. Of a share, `gold` and `found` are both what it is a share of.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Counts {
    pub(super) gold: usize,
    pub(super) found: usize,
    pub(super) right: usize,
}

impl Counts {
    /// In per cent, as are the other two. Nothing of nothing is 0, so that an empty set never shines.
    pub(super) fn precision(self) -> f64 {
        100.0 * self.right as f64 / self.found.max(1) as f64
    }

    pub(super) fn recall(self) -> f64 {
        100.0 * self.right as f64 / self.gold.max(1) as f64
    }

    /// F1; of a share the share itself.
    pub(super) fn score(self) -> f64 {
        let (precision, recall) = (self.precision(), self.recall());
        if self.right == 0 { 0.0 } else { 2.0 * precision * recall / (precision + recall) }
    }
}

/// The counts of one set, and the first errors of each field.
#[derive(Debug, Default)]
pub(super) struct Scores {
    counts: BTreeMap<Field, Counts>,
    errors: BTreeMap<Field, Vec<String>>,
    errors_max: usize,
}

impl Scores {
    pub(super) fn new(errors_max: usize) -> Self {
        Self { errors_max, ..Self::default() }
    }

    pub(super) fn add(&mut self, field: Field, gold: usize, found: usize, right: usize) {
        let counts = self.counts.entry(field).or_default();
        counts.gold += gold;
        counts.found += found;
        counts.right += right;
    }

    pub(super) fn add_share(&mut self, field: Field, of: usize, right: usize) {
        self.add(field, of, of, right);
    }

    /// Keeps an error when it is among the first of its field; it is only put into words then.
    pub(super) fn error(&mut self, field: Field, words: impl FnOnce() -> String) {
        if self.errors_max == 0 {
            return;
        }
        let errors = self.errors.entry(field).or_default();
        if errors.len() < self.errors_max {
            errors.push(words());
        }
    }

    pub(super) fn get(&self, field: Field) -> Option<Counts> {
        self.counts.get(&field).copied()
    }

    /// A figure in per cent; none when the set does not have it.
    pub(super) fn figure(&self, figure: Figure) -> Option<f64> {
        let counts = self.get(figure.field)?;
        Some(match figure.measure {
            Measure::Score => counts.score(),
            Measure::Precision => counts.precision(),
            Measure::Recall => counts.recall(),
        })
    }

    pub(super) fn fields(&self) -> impl Iterator<Item = (Field, Counts)> + '_ {
        self.counts.iter().map(|(field, counts)| (*field, *counts))
    }

    pub(super) fn errors(&self, field: Field) -> &[String] {
        self.errors.get(&field).map_or(&[], Vec::as_slice)
    }
}
