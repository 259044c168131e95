//! Puts people, organisations, places and groups into one list by first mention.
//! Evidence: what the passes before it found; a span that two of them claim stays with the longer one, and of two
//! that are alike with the person, the group, the place, the organisation, the event, in this order.
//! Example: a place, a person, the place again → `e1` the place, `e2` the person.
//! Misses: one thing under two names that no pass has joined.

use crate::model::{Anomaly, AnomalyCode, Entity, EntityKind, Span, limits};
use std::cmp::Reverse;

/// The entities in order of their first mention, bounded. No span is in two of them.
#[inline(never)] // benches/linear.sh counts it by name
pub(super) fn assemble(mut found: Vec<Entity>, anomalies: &mut Vec<Anomaly>) -> Vec<Entity> {
    settle(&mut found);
    let mut entities: Vec<Entity> =
        found.into_iter().filter(|entity| !entity.mentions.is_empty()).collect();
    entities.sort_by_key(|entity| (entity.mentions[0].span, entity.kind));
    let mut room = limits::MENTIONS_MAX;
    let fits = entities.iter().take(limits::ENTITIES_MAX).take_while(|entity| {
        let is_room = entity.mentions.len() <= room;
        room = room.saturating_sub(entity.mentions.len());
        is_room
    });
    let kept = fits.count();
    if kept < entities.len() {
        entities.truncate(kept);
        anomalies.push(Anomaly { code: AnomalyCode::Truncated, span: None });
    }
    entities
}

/// Lets every stretch of text have one owner.
fn settle(found: &mut [Entity]) {
    let mut claims: Vec<(Span, u8, usize, usize)> = Vec::new();
    for (owner, entity) in found.iter().enumerate() {
        let rank = rank(entity.kind);
        claims.extend(
            entity.mentions.iter().enumerate().map(|(at, mention)| (mention.span, rank, owner, at)),
        );
    }
    claims.sort_unstable_by_key(|(span, rank, owner, at)| {
        (span.start, Reverse(span.end), *rank, *owner, *at)
    });
    let mut lost: Vec<(usize, usize)> = Vec::new();
    let mut last: Option<(Span, usize, usize)> = None;
    for (span, _, owner, at) in claims {
        match last {
            Some((held, holder, mention)) if held.overlaps(span) => {
                if span.len() > held.len() {
                    lost.push((holder, mention));
                    last = Some((span, owner, at));
                } else {
                    lost.push((owner, at));
                }
            }
            _ => last = Some((span, owner, at)),
        }
    }
    lost.sort_unstable();
    let mut lost = lost.into_iter().peekable();
    for (owner, entity) in found.iter_mut().enumerate() {
        let mut at = 0;
        entity.mentions.retain(|_| {
            at += 1;
            lost.next_if_eq(&(owner, at - 1)).is_none()
        });
    }
}

fn rank(kind: EntityKind) -> u8 {
    match kind {
        EntityKind::Person => 0,
        EntityKind::Group => 1,
        EntityKind::Place => 2,
        EntityKind::Organisation => 3,
        EntityKind::Event => 4,
    }
}
