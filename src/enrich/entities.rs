//! Puts people, organisations, places and groups into one list by first mention.
//! Evidence: what the passes before it found; a span that two of them claim stays with the longer one.
//! Example: a place, a person, the place again → `e1` the place, `e2` the person.
//! Misses: one thing under two names that no pass has joined.

use crate::model::{Anomaly, AnomalyCode, Entity, limits};

/// The entities in order of their first mention, bounded.
pub(super) fn assemble(found: Vec<Entity>, anomalies: &mut Vec<Anomaly>) -> Vec<Entity> {
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
