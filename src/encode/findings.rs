//! Entities, dates, amounts, speech, topics and the rest of what the passes found, as they are published.

use super::fields::{SpanOut, TextSpan, entry, entry_list, object, span_fields, two_places};
use super::hex;
use crate::model::{
    Amount, DateMention, Enriched, Entity, EntityId, Fingerprint, FocusCountry, Keyphrase, Mention,
    PlaceFacts, Quotation, Title, Topic,
};
use serde::ser::{Serialize, SerializeMap, Serializer};

/// Writes every group that has something in it.
pub(super) fn write<M: SerializeMap>(map: &mut M, found: &Enriched, text: &str) -> Result<(), M::Error> {
    let entities: Vec<(usize, &Entity)> = found.entities.iter().enumerate().collect();
    entry_list(map, "entities", &entities, |(at, found)| EntityOut { at: *at, found, text })?;
    entry_list(map, "focus_countries", &found.focus_countries, FocusOut)?;
    entry_list(map, "dates", &found.dates, |found| DateOut { found, text })?;
    entry_list(map, "amounts", &found.amounts, |found| AmountOut { found, text })?;
    entry_list(map, "quotations", &found.quotations, |found| QuotationOut { found, text })?;
    entry_list(map, "topics", &found.topics, TopicOut)?;
    entry_list(map, "keyphrases", &found.keyphrases, |found| KeyphraseOut { found, text })?;
    entry_list(map, "summary", &found.summary, |index| index)?;
    entry(map, "fingerprint", found.fingerprint.as_ref().map(FingerprintOut))
}

struct IdOut(EntityId);
impl Serialize for IdOut {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("e{}", u64::from(self.0.0) + 1))
    }
}

struct EntityOut<'a> {
    at: usize,
    found: &'a Entity,
    text: &'a str,
}
object!(self, EntityOut<'_>, map, {
    let (found, text) = (self.found, self.text);
    map.serialize_entry("id", &format_args!("e{}", self.at + 1))?;
    map.serialize_entry("kind", found.kind.word())?;
    map.serialize_entry("name", &found.name)?;
    entry(&mut map, "acronym", found.acronym.as_ref())?;
    entry(&mut map, "subkind", found.subkind)?;
    entry(&mut map, "country", found.country)?;
    if let Some(place) = &found.place {
        place_fields(&mut map, place)?;
    }
    entry_list(&mut map, "titles", &found.titles, |found| TitleOut { found, text })?;
    entry_list(&mut map, "mentions", &found.mentions, |found| MentionOut { found, text })?;
});

fn place_fields<M: SerializeMap>(map: &mut M, place: &PlaceFacts) -> Result<(), M::Error> {
    entry(map, "country_alpha3", place.country_alpha3)?;
    entry(map, "subdivision", place.subdivision)?;
    entry(map, "lat", place.latitude.map(five_places))?;
    entry(map, "lon", place.longitude.map(five_places))?;
    entry(map, "geonames_id", place.geonames_id)?;
    map.serialize_entry("evidence", place.evidence)
}

/// About a metre.
fn five_places(degrees: f32) -> f64 {
    (f64::from(degrees) * 1e5).round() / 1e5
}

struct MentionOut<'a> {
    found: &'a Mention,
    text: &'a str,
}
object!(self, MentionOut<'_>, map, {
    span_fields(&mut map, self.found.span, Some(self.text))?;
    map.serialize_entry("form", self.found.form.word())?;
    entry(&mut map, "confidence", self.found.confidence.map(two_places))?;
    map.serialize_entry("by", self.found.by)?;
});

struct TitleOut<'a> {
    found: &'a Title,
    text: &'a str,
}
object!(self, TitleOut<'_>, map, {
    span_fields(&mut map, self.found.span, Some(self.text))?;
    entry(&mut map, "office_of", self.found.office_of.as_ref())?;
    entry(&mut map, "inferred", self.found.is_inferred.then_some(true))?;
    map.serialize_entry("by", self.found.by)?;
});

struct FocusOut<'a>(&'a FocusCountry);
object!(self, FocusOut<'_>, map, {
    map.serialize_entry("country", self.0.country)?;
    map.serialize_entry("score", &two_places(self.0.score))?;
});

struct DateOut<'a> {
    found: &'a DateMention,
    text: &'a str,
}
object!(self, DateOut<'_>, map, {
    span_fields(&mut map, self.found.span, Some(self.text))?;
    map.serialize_entry("value", &self.found.value)?;
    map.serialize_entry("type", self.found.kind.word())?;
    map.serialize_entry("grain", self.found.grain.word())?;
    entry(&mut map, "anchor", self.found.anchor.map(|anchor| anchor.word()))?;
    map.serialize_entry("by", self.found.rule)?;
});

struct AmountOut<'a> {
    found: &'a Amount,
    text: &'a str,
}
object!(self, AmountOut<'_>, map, {
    span_fields(&mut map, self.found.span, Some(self.text))?;
    map.serialize_entry("kind", self.found.kind.word())?;
    map.serialize_entry("value", &self.found.value)?;
    entry(&mut map, "value_max", self.found.value_max)?;
    entry(&mut map, "unit", self.found.unit)?;
    map.serialize_entry("by", self.found.rule)?;
});

struct QuotationOut<'a> {
    found: &'a Quotation,
    text: &'a str,
}
object!(self, QuotationOut<'_>, map, {
    let (found, text) = (self.found, self.text);
    map.serialize_entry("kind", found.kind.word())?;
    entry_list(&mut map, "content", &found.content, |span| SpanOut(*span))?;
    entry(&mut map, "cue", found.cue.map(|span| TextSpan { span, text }))?;
    entry(&mut map, "speaker", found.speaker.map(|span| TextSpan { span, text }))?;
    entry(&mut map, "speaker_entity", found.speaker_entity.map(IdOut))?;
    entry(&mut map, "addressee_entity", found.addressee_entity.map(IdOut))?;
    entry(&mut map, "inferred", found.is_inferred.then_some(true))?;
    map.serialize_entry("by", found.rule)?;
});

struct TopicOut<'a>(&'a Topic);
object!(self, TopicOut<'_>, map, {
    map.serialize_entry("code", self.0.code)?;
    map.serialize_entry("name", self.0.name)?;
    entry_list(&mut map, "path", &self.0.path, |code| code)?;
    map.serialize_entry("score", &two_places(self.0.score))?;
    entry_list(&mut map, "evidence", &self.0.evidence, |span| SpanOut(*span))?;
    map.serialize_entry("by", self.0.by)?;
});

struct KeyphraseOut<'a> {
    found: &'a Keyphrase,
    text: &'a str,
}
object!(self, KeyphraseOut<'_>, map, {
    span_fields(&mut map, self.found.span, Some(self.text))?;
    map.serialize_entry("score", &two_places(self.found.score))?;
});

struct FingerprintOut<'a>(&'a Fingerprint);
object!(self, FingerprintOut<'_>, map, {
    map.serialize_entry("sha256", &hex(&self.0.sha256))?;
    map.serialize_entry("simhash", &format_args!("{:016x}", self.0.simhash))?;
    let bands: Vec<String> = self.0.minhash.iter().map(|band| format!("{band:016x}")).collect();
    entry_list(&mut map, "minhash", &bands, |band| band)?;
});
