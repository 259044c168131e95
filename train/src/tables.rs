//! Writes the hash tables that `copydesk::lexicon::table` reads.

use copydesk::lexicon::table::{key, place};

/// A table of values of one width; slots number `over`/`under` of the entries.
pub fn bytes(entries: &[(u64, Vec<u8>)], width: usize, over: usize, under: usize) -> Vec<u8> {
    let count = (entries.len() * over / under).max(1);
    let mut slots: Vec<Option<&(u64, Vec<u8>)>> = vec![None; count];
    for entry in entries {
        let mut slot = place(entry.0, count);
        while slots[slot].is_some_and(|taken| key(taken.0) != key(entry.0)) {
            slot = (slot + 1) % count;
        }
        slots[slot] = Some(entry);
    }
    let mut bytes = Vec::with_capacity(8 + count * (4 + width));
    bytes.extend((count as u32).to_le_bytes());
    bytes.extend((width as u32).to_le_bytes());
    for slot in slots {
        bytes.extend(slot.map_or(0, |(hash, _)| key(*hash)).to_le_bytes());
        bytes.extend(slot.map_or(vec![0; width], |(_, value)| value.clone()));
    }
    bytes
}
