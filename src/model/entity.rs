//! People, organisations, places, groups and events: who and what the article names.

use super::Span;

/// Which entity of `Enriched::entities`; published as `e1`, `e2` … in that order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct EntityId(pub u32);

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum EntityKind {
    Person,
    Organisation,
    Place,
    /// A nationality, a people, the followers of a religion.
    Group,
    Event,
}

impl EntityKind {
    pub const ALL: [Self; 5] = [Self::Person, Self::Organisation, Self::Place, Self::Group, Self::Event];

    pub fn word(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Organisation => "organisation",
            Self::Place => "place",
            Self::Group => "group",
            Self::Event => "event",
        }
    }
}

/// One thing the article names, with every place where it does.
#[derive(Clone, PartialEq, Debug)]
pub struct Entity {
    pub kind: EntityKind,
    /// The fullest name in the text, or a gazetteer's canonical name for a country or acronym.
    pub name: String,
    /// In text order.
    pub mentions: Vec<Mention>,
    /// A person's titles, in text order.
    pub titles: Vec<Title>,
    /// An organisation's acronym, where the text or a gazetteer joins it to its name.
    pub acronym: Option<String>,
    /// `company`, `party`, `team`, `government` …; `country`, `city`, `region`, `water` …
    pub subkind: Option<&'static str>,
    /// ISO 3166 alpha-2 of a place or a group.
    pub country: Option<&'static str>,
    pub place: Option<PlaceFacts>,
}

impl Entity {
    /// An entity of one kind and name that is mentioned nowhere yet.
    pub fn new(kind: EntityKind, name: String) -> Self {
        let (mentions, titles) = (Vec::new(), Vec::new());
        Self { kind, name, mentions, titles, acronym: None, subkind: None, country: None, place: None }
    }
}

/// One place in the text where an entity is named or meant.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Mention {
    pub span: Span,
    pub form: MentionForm,
    /// 0 to 1, where a model decided.
    pub confidence: Option<f32>,
    /// The rule or model that found it.
    pub by: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum MentionForm {
    /// A name in full, or a first name alone.
    Name,
    Surname,
    Acronym,
    /// A title that stands for the person: `the foreign minister`.
    Title,
    Pronoun,
    Demonym,
}

impl MentionForm {
    pub fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Surname => "surname",
            Self::Acronym => "acronym",
            Self::Title => "title",
            Self::Pronoun => "pronoun",
            Self::Demonym => "demonym",
        }
    }
}

/// A title or office, joined to its person.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Title {
    /// The title's own words, without country or organisation: `Secretary of State`.
    pub span: Span,
    /// What it is an office of: a country's ISO 3166 alpha-2 code, or an organisation's name.
    pub office_of: Option<String>,
    /// Whether `office_of` was concluded rather than stated beside the title.
    pub is_inferred: bool,
    pub by: &'static str,
}

/// What a gazetteer knows of a place.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct PlaceFacts {
    /// ISO 3166 alpha-3.
    pub country_alpha3: Option<&'static str>,
    /// The first-order division the place is in, by `GeoNames` code under its country: `PK.08`.
    pub subdivision: Option<&'static str>,
    /// Degrees north and east.
    pub latitude: Option<f32>,
    pub longitude: Option<f32>,
    pub geonames_id: Option<u32>,
    /// Why this place and no namesake: `unambiguous`, `population`, `country_named`, `dateline` …
    pub evidence: &'static str,
}

/// A country the article is about, with its share of the evidence, 0 to 1.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct FocusCountry {
    /// ISO 3166 alpha-2.
    pub country: &'static str,
    pub score: f32,
}
