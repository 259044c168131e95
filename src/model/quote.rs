//! Who said what.

use super::{EntityId, Span};

/// One piece of reported speech.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Quotation {
    pub kind: QuotationKind,
    /// What was said, quotation marks included; more than one piece where the speaker stands between.
    pub content: Vec<Span>,
    /// The words that say it is speech: `said`, `according to`, `urged`.
    pub cue: Option<Span>,
    pub speaker: Option<Span>,
    pub speaker_entity: Option<EntityId>,
    pub addressee_entity: Option<EntityId>,
    /// Whether the speaker was concluded from the sentences around.
    pub is_inferred: bool,
    pub rule: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum QuotationKind {
    /// All of it in quotation marks.
    Direct,
    /// A paraphrase with quoted words in it.
    Mixed,
    Indirect,
}

impl QuotationKind {
    pub fn word(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Mixed => "mixed",
            Self::Indirect => "indirect",
        }
    }
}
