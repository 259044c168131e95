//! Scores of dates, as in `TempEval-3`: an expression that overlaps a marked one is found, its value must be equal.

use super::found::{Extent, Found};
use super::tally::{Field, Scores};
use std::collections::BTreeSet;

/// Where it stands and its TIMEX3 value.
pub(super) type DateAt = (Extent, String);

/// The dates found, in text order, each once.
pub(super) fn found_dates(found: &Found) -> BTreeSet<DateAt> {
    found.dates.iter().map(|date| (date.at, date.value.trim().to_owned())).collect()
}

/// Each marked date takes, of the found ones that are left and overlap it, one of equal value or else the one
/// that covers most of it.
pub(super) fn score(
    document: &str,
    text: &Found,
    gold: &[DateAt],
    found: &BTreeSet<DateAt>,
    scores: &mut Scores,
) {
    let mut left: Vec<&DateAt> = found.iter().collect();
    let (mut overlapping, mut exact, mut equal) = (0, 0, 0);
    for (extent, value) in gold {
        let at = |date: &DateAt| format!("{document}: {:?} at {}", text.words(date.0), date.0.start);
        let Some(best) = best(&left, *extent, value) else {
            scores.error(Field::DatesFound, || {
                format!("{document}: missed {:?} = {value}", text.words(*extent))
            });
            continue;
        };
        let date = left.remove(best);
        overlapping += 1;
        exact += usize::from(date.0 == *extent);
        equal += usize::from(date.1 == *value);
        if date.0 != *extent {
            scores.error(Field::DatesExact, || format!("{} should be {:?}", at(date), text.words(*extent)));
        }
        if date.1 != *value {
            scores.error(Field::DateValues, || format!("{} is {}, should be {value}", at(date), date.1));
        }
    }
    for date in left {
        scores.error(Field::DatesFound, || {
            format!("{document}: wrong {:?} = {}", text.words(date.0), date.1)
        });
    }
    scores.add(Field::DatesFound, gold.len(), found.len(), overlapping);
    scores.add(Field::DatesExact, gold.len(), found.len(), exact);
    scores.add(Field::DateValues, gold.len(), found.len(), equal);
}

/// The first of the best: `left` is in text order.
fn best(left: &[&DateAt], extent: Extent, value: &str) -> Option<usize> {
    let rank = |at: &usize| (left[*at].1 == value, extent.shared(left[*at].0));
    let overlapping = (0..left.len()).filter(|at| left[*at].0.overlaps(extent));
    overlapping.reduce(|best, next| if rank(&next) > rank(&best) { next } else { best })
}
