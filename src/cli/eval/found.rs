//! What the program says of one text: the published document, read back as any reader of the topic would.
//!
//! The offsets of the document are bytes. Here they become characters (code points), the unit of the sets and
//! of the shares that are counted of a text: half of a quotation is half of its characters, in any script.

use serde::Deserialize;

/// A half-open range of characters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Deserialize)]
pub(super) struct Extent {
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Extent {
    pub(super) fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    pub(super) fn len(self) -> usize {
        self.end.saturating_sub(self.start)
    }

    /// How many characters two ranges share.
    pub(super) fn shared(self, other: Self) -> usize {
        self.end.min(other.end).saturating_sub(self.start.max(other.start))
    }

    pub(super) fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    pub(super) fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }
}

/// The fields of a published document that are scored.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Found {
    pub(super) text: String,
    pub(super) language: Option<Language>,
    pub(super) headline: Option<Extent>,
    pub(super) published: Option<Published>,
    pub(super) byline: Option<Byline>,
    pub(super) dateline: Option<Dateline>,
    pub(super) entities: Vec<Entity>,
    pub(super) focus_countries: Vec<Focus>,
    pub(super) dates: Vec<Date>,
    pub(super) amounts: Vec<Amount>,
    pub(super) quotations: Vec<Quotation>,
    pub(super) topics: Vec<Topic>,
    /// Where each character starts in the text, and where the text ends.
    #[serde(skip)]
    starts: Vec<usize>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Language {
    pub(super) tag: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Published {
    pub(super) value: String,
    #[serde(flatten)]
    pub(super) at: Option<Extent>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Byline {
    #[serde(flatten)]
    pub(super) at: Option<Extent>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Dateline {
    #[serde(flatten)]
    pub(super) at: Extent,
    pub(super) place: Option<DatelinePlace>,
}

#[derive(Debug, Deserialize)]
pub(super) struct DatelinePlace {
    pub(super) country: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Entity {
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) name: String,
    #[serde(default)]
    pub(super) mentions: Vec<Mention>,
    #[serde(default)]
    pub(super) titles: Vec<Title>,
    pub(super) country: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Mention {
    #[serde(flatten)]
    pub(super) at: Extent,
    pub(super) form: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Title {
    #[serde(flatten)]
    pub(super) at: Extent,
}

#[derive(Debug, Deserialize)]
pub(super) struct Focus {
    pub(super) country: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Date {
    #[serde(flatten)]
    pub(super) at: Extent,
    pub(super) value: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Amount {
    #[serde(flatten)]
    pub(super) at: Extent,
    pub(super) kind: String,
    pub(super) value: f64,
    pub(super) unit: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Quotation {
    #[serde(default)]
    pub(super) content: Vec<Extent>,
    pub(super) speaker: Option<Extent>,
    /// The id of its entity.
    pub(super) speaker_entity: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Topic {
    pub(super) code: String,
    #[serde(default)]
    pub(super) path: Vec<String>,
}

impl Found {
    /// From a published document.
    pub(super) fn read(document: &[u8]) -> Result<Self, String> {
        let found: Self = serde_json::from_slice(document).map_err(|error| error.to_string())?;
        Ok(found.in_characters())
    }

    /// What is said of a text of which nothing could be said.
    pub(super) fn nothing(text: &str) -> Self {
        Self { text: text.to_owned(), ..Self::default() }.in_characters()
    }

    fn in_characters(mut self) -> Self {
        self.starts = self.text.char_indices().map(|(at, _)| at).chain([self.text.len()]).collect();
        let starts = std::mem::take(&mut self.starts);
        // The document is our own and its offsets lie on character boundaries, each of which is in `starts`.
        let character = |byte: usize| starts.partition_point(|start| *start < byte);
        for extent in self.extents() {
            *extent = Extent::new(character(extent.start), character(extent.end));
        }
        Self { starts, ..self }
    }

    fn extents(&mut self) -> Vec<&mut Extent> {
        let mut all: Vec<&mut Extent> = Vec::new();
        all.extend(self.headline.as_mut());
        all.extend(self.published.as_mut().and_then(|published| published.at.as_mut()));
        all.extend(self.byline.as_mut().and_then(|byline| byline.at.as_mut()));
        all.extend(self.dateline.as_mut().map(|dateline| &mut dateline.at));
        for entity in &mut self.entities {
            all.extend(entity.mentions.iter_mut().map(|mention| &mut mention.at));
            all.extend(entity.titles.iter_mut().map(|title| &mut title.at));
        }
        all.extend(self.dates.iter_mut().map(|date| &mut date.at));
        all.extend(self.amounts.iter_mut().map(|amount| &mut amount.at));
        for quotation in &mut self.quotations {
            all.extend(quotation.content.iter_mut().chain(quotation.speaker.as_mut()));
        }
        all
    }

    /// The words at a range of characters; what lies outside of the text has none.
    pub(super) fn words(&self, extent: Extent) -> &str {
        let byte = |character: usize| self.starts.get(character).copied();
        byte(extent.start)
            .zip(byte(extent.end))
            .and_then(|(start, end)| self.text.get(start..end))
            .unwrap_or_default()
    }

    /// The range without white space at either end.
    pub(super) fn trimmed(&self, extent: Extent) -> Extent {
        let words = self.words(extent);
        let blank = words.chars().take_while(|c| c.is_whitespace()).count();
        let start = extent.start + blank;
        Extent::new(start, start + words.trim().chars().count())
    }

    /// The entity of an id, by its place in the list.
    pub(super) fn entity(&self, id: &str) -> Option<usize> {
        self.entities.iter().position(|entity| entity.id == id)
    }
}
