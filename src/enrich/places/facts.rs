//! A place's facts as they are published.

use super::Found;
use super::context::Reading;
use crate::lexicon::places::{Country, Identity, country_by_code};
use crate::model::{Entity, EntityKind, PlaceFacts};

/// The entity, mentioned nowhere yet.
pub(super) fn entity(place: &Found, reading: &Reading, country: Option<Country>) -> Entity {
    let name = match (country, reading.meaning.map(|meaning| meaning.identity)) {
        (Some(country), _) => country.name.to_owned(),
        (None, Some(Identity::Area(name))) => name.to_owned(),
        _ => place.name.clone(),
    };
    let mut entity = Entity::new(EntityKind::Place, name);
    entity.subkind = reading.subkind;
    entity.country = reading.country;
    entity.place = reading.evidence.map(|evidence| facts(reading, evidence));
    entity
}

fn facts(reading: &Reading, evidence: &'static str) -> PlaceFacts {
    let coordinates = reading.meaning.and_then(|meaning| meaning.coordinates);
    PlaceFacts {
        country_alpha3: reading.country.and_then(country_by_code).map(|country| country.alpha3),
        subdivision: reading.meaning.and_then(|meaning| meaning.subdivision),
        latitude: coordinates.map(|(north, _)| north),
        longitude: coordinates.map(|(_, east)| east),
        geonames_id: reading.meaning.and_then(|meaning| meaning.geonames_id),
        evidence,
    }
}
