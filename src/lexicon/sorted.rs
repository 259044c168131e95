//! Looks keys up in tables that are compiled in as text: lines of `key<TAB>value`, sorted bytewise by key.

use std::cmp::Ordering;

/// The value of a key. The table is searched where it stands, so nothing is built at start-up.
pub(super) fn value(table: &'static str, key: &str) -> Option<&'static str> {
    let (mut low, mut high) = (0, table.len());
    while low < high {
        let middle = table.floor_char_boundary(low.midpoint(high));
        let start = table[low..middle].rfind('\n').map_or(low, |at| low + at + 1);
        let end = table[middle..].find('\n').map_or(table.len(), |at| middle + at);
        let (own, value) = table[start..end].split_once('\t')?;
        match own.as_bytes().cmp(key.as_bytes()) {
            Ordering::Equal => return Some(value),
            Ordering::Less => low = end + 1,
            Ordering::Greater => high = start,
        }
    }
    None
}
