//! Which entity a speaker's words name.

use crate::model::{Entity, EntityId, EntityKind, Span};

/// Every mention with its entity, by place in the text.
pub(super) struct Index {
    mentions: Vec<(Span, EntityId, u8)>,
}

/// How many mentions in one speaker's words are looked at.
const MENTIONS_LOOKED_AT: usize = 12;

impl Index {
    pub(super) fn new(entities: &[Entity]) -> Self {
        let mut mentions = Vec::new();
        for (id, entity) in (0..).map(EntityId).zip(entities) {
            let rank = rank(entity.kind);
            mentions.extend(entity.mentions.iter().map(|mention| (mention.span, id, rank)));
        }
        mentions.sort_unstable();
        Self { mentions }
    }

    /// The entity whose mention is or lies in `words`: a person before an organisation before a place, the first of equals.
    /// A people or a place speaks only where nothing else is named: not for `the Portuguese ministry`, `the mayor of Salem`.
    pub(super) fn named_in(&self, words: Span) -> Option<EntityId> {
        const ARTICLE_BYTES: u32 = 4;
        let is_all = |span: Span| span.end == words.end && span.start <= words.start + ARTICLE_BYTES;
        let from = self.mentions.partition_point(|(span, ..)| span.start < words.start);
        self.mentions[from..]
            .iter()
            .take(MENTIONS_LOOKED_AT)
            .take_while(|(span, ..)| span.start < words.end)
            .filter(|(span, _, rank)| {
                words.contains(*span) && (*rank <= SPEAKS_FOR_ITS_OWN || is_all(*span))
            })
            .min_by_key(|(_, _, rank)| *rank)
            .map(|(_, id, _)| *id)
    }

    /// The entity that `insertion` names first, after its comma: `, Ferrovia Lusa, which runs the trains`.
    pub(super) fn named_after(&self, insertion: Span) -> Option<EntityId> {
        const NAME_BYTES_FROM_COMMA: u32 = 6;
        let from = self.mentions.partition_point(|(span, ..)| span.start < insertion.start);
        let (span, id, _) = self.mentions.get(from)?;
        let is_near = span.start <= insertion.start + NAME_BYTES_FROM_COMMA && span.end <= insertion.end;
        is_near.then_some(*id)
    }
}

/// The rank up to which a name in the speaker's words is the speaker's.
const SPEAKS_FOR_ITS_OWN: u8 = 1;

fn rank(kind: EntityKind) -> u8 {
    match kind {
        EntityKind::Person => 0,
        EntityKind::Organisation => 1,
        EntityKind::Group => 2,
        EntityKind::Place => 3,
        EntityKind::Event => 4,
    }
}
