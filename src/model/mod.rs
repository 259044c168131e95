//! The nouns: what a record, an article and a finding are. Imports nothing of the other modules.

mod article;
mod date;
mod enriched;
pub mod limits;
mod outcome;
mod record;
mod span;

pub use article::{Anomaly, AnomalyCode, Article, ArticleFormat, Envelope, Source};
pub use date::{Anchor, DateKind, DateMention, Grain};
pub use enriched::{
    Byline, Counts, Dateline, DatelinePlace, Enriched, Headline, Language, Published, Section,
};
pub use outcome::{DeadLetter, Outcome, Reason, SkipReason, Stage};
pub use record::{Offset, Partition, RawRecord};
pub use span::Span;
