//! The nouns: what a record, an article and a finding are. Imports nothing of the other modules.

mod amount;
mod article;
mod date;
mod enriched;
mod entity;
pub mod limits;
mod outcome;
mod quote;
mod record;
mod span;
mod topic;

pub use amount::{Amount, AmountKind};
pub use article::{Anomaly, AnomalyCode, Article, ArticleFormat, Envelope, Source};
pub use date::{Anchor, DateKind, DateMention, Grain};
pub use enriched::{
    Byline, Counts, Dateline, DatelinePlace, Enriched, Headline, Language, Published, Section,
};
pub use entity::{Entity, EntityId, EntityKind, FocusCountry, Mention, MentionForm, PlaceFacts, Title};
pub use outcome::{DeadLetter, Outcome, Reason, SkipReason, Stage};
pub use quote::{Quotation, QuotationKind};
pub use record::{Offset, Partition, RawRecord};
pub use span::Span;
pub use topic::{Fingerprint, Keyphrase, Topic};
