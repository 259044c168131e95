//! Says which countries the article is about.
//! Evidence: mentions of countries, of places in them and of their people; those in the headline and the lede, and
//! the place of the dateline, count more.
//! Example: three Pakistani places and one Afghan group → PK, then AF.
//! Misses: a country that is only understood: an article of a local paper that never says where it is.

use crate::model::{Entity, EntityKind, FocusCountry, Mention, Span};
use std::collections::BTreeMap;

/// Most countries of one article, and the least share of one.
const COUNTRIES_MAX: usize = 5;
const SHARE_MIN: f32 = 0.1;
/// A mention counts one in the body; in the lede and the headline it counts more.
const LEDE: f32 = 2.0;
const HEADLINE: f32 = 3.0;
/// Correspondents sit in capitals: a dateline counts like a mention in the lede, not as what the story is about.
const DATELINE: f32 = 2.0;
/// The tenth mention says less than the first; each weighs this much of the one before it.
const REPEAT: f32 = 0.8;

/// The countries, highest score first; the scores add up to at most 1.
#[inline(never)] // benches/linear.sh counts it by name
pub(super) fn find(entities: &[Entity], headline: Option<Span>, lede: Option<Span>) -> Vec<FocusCountry> {
    let mut weights: BTreeMap<&'static str, f32> = BTreeMap::new();
    for entity in
        entities.iter().filter(|entity| matches!(entity.kind, EntityKind::Place | EntityKind::Group))
    {
        let Some(country) = entity.country else { continue };
        *weights.entry(country).or_default() += weight(&entity.mentions, headline, lede);
    }
    let total: f32 = weights.values().sum();
    let mut found: Vec<FocusCountry> = weights
        .into_iter()
        .map(|(country, weight)| FocusCountry { country, score: weight / total })
        .collect();
    found.retain(|focus| focus.score >= SHARE_MIN);
    found.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.country.cmp(b.country)));
    found.truncate(COUNTRIES_MAX);
    found
}

fn weight(mentions: &[Mention], headline: Option<Span>, lede: Option<Span>) -> f32 {
    let is_in =
        |part: Option<Span>, mention: &Mention| part.is_some_and(|part| part.contains(mention.span));
    let mut repeat = 1.0;
    let mut sum = 0.0;
    for mention in mentions {
        if is_in(headline, mention) {
            sum += HEADLINE;
        } else if mention.by == "dateline" {
            sum += DATELINE;
        } else if is_in(lede, mention) {
            sum += LEDE;
        } else {
            sum += repeat;
            repeat *= REPEAT;
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::MentionForm;

    fn entity(kind: EntityKind, country: Option<&'static str>, starts: &[usize]) -> Entity {
        let mut entity = Entity::new(kind, "X".to_owned());
        entity.country = country;
        let mention = |at: &usize| Mention {
            span: Span::new(*at, *at + 1),
            form: MentionForm::Name,
            confidence: None,
            by: "test",
        };
        entity.mentions = starts.iter().map(mention).collect();
        entity
    }

    #[test]
    fn what_stands_at_the_top_counts_more() {
        let entities = [
            entity(EntityKind::Place, Some("PK"), &[2, 60]),
            entity(EntityKind::Group, Some("AF"), &[70]),
            entity(EntityKind::Person, Some("US"), &[1]),
            entity(EntityKind::Place, None, &[3]),
        ];
        let found = find(&entities, Some(Span::new(0, 10)), Some(Span::new(20, 40)));
        let found: Vec<_> =
            found.iter().map(|focus| (focus.country, (focus.score * 100.0).round())).collect();
        assert_eq!(found, [("PK", 80.0), ("AF", 20.0)]);
        assert!(find(&[], None, None).is_empty());
    }

    #[test]
    fn passing_mentions_are_left_out() {
        let mut entities: Vec<Entity> =
            (0..12).map(|at| entity(EntityKind::Place, Some("PK"), &[at])).collect();
        entities.push(entity(EntityKind::Place, Some("AF"), &[90]));
        let found = find(&entities, None, None);
        assert_eq!(found.len(), 1);
        assert!(found[0].score <= 1.0);
    }
}
