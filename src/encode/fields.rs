//! What every published object is written with: entries that are absent when unknown, lists, spans.

use crate::model::Span;
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

/// Writes the entry when there is a value: unknown is absent, never null.
pub(super) fn entry<M: SerializeMap, T: Serialize>(
    map: &mut M,
    key: &'static str,
    value: Option<T>,
) -> Result<(), M::Error> {
    value.map_or(Ok(()), |value| map.serialize_entry(key, &value))
}

/// Writes a list when it has anything in it.
pub(super) fn entry_list<'a, M: SerializeMap, T, O: Serialize>(
    map: &mut M,
    key: &'static str,
    items: &'a [T],
    out: impl Fn(&'a T) -> O,
) -> Result<(), M::Error> {
    if items.is_empty() {
        return Ok(());
    }
    map.serialize_entry(key, &ListOut { items, out })
}

struct ListOut<'a, T, F> {
    items: &'a [T],
    out: F,
}

impl<'a, T, O: Serialize, F: Fn(&'a T) -> O> Serialize for ListOut<'a, T, F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.items.len()))?;
        for item in self.items {
            list.serialize_element(&(self.out)(item))?;
        }
        list.end()
    }
}

/// Offsets and, where `text` is given, the words they cover.
pub(super) fn span_fields<M: SerializeMap>(
    map: &mut M,
    span: Span,
    text: Option<&str>,
) -> Result<(), M::Error> {
    map.serialize_entry("start", &span.start)?;
    map.serialize_entry("end", &span.end)?;
    entry(map, "text", text.map(|text| span.of(text)))
}

/// One object written by a closure over its map.
macro_rules! object {
    ($self:ident, $name:ty, $map:ident, $body:block) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&$self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut $map = serializer.serialize_map(None)?;
                $body
                $map.end()
            }
        }
    };
}
pub(super) use object;

/// Offsets alone.
pub(super) struct SpanOut(pub(super) Span);
object!(self, SpanOut, map, {
    span_fields(&mut map, self.0, None)?;
});

/// Offsets with the words they cover.
pub(super) struct TextSpan<'a> {
    pub(super) span: Span,
    pub(super) text: &'a str,
}
object!(self, TextSpan<'_>, map, {
    span_fields(&mut map, self.span, Some(self.text))?;
});

/// Confidences and scores have two decimals: more would be noise, and cost bytes.
pub(super) fn two_places(value: f32) -> f64 {
    (f64::from(value) * 100.0).round() / 100.0
}

pub(super) fn one_place(value: f32) -> f64 {
    (f64::from(value) * 10.0).round() / 10.0
}
