//! Percentages and quantities: a number and the unit behind it.
//!
//! Evidence: `%`, `percent` and its like in six languages; names and symbols of the table of units.
//! Example: `2.5 percentage points` → 2.5 pp; `1,200 square kilometres` → 1200 km2; `magnitude 6.4` → 6.4 magnitude.
//! Misses: units that stand before their number, two units of one length (`6 ft 2 in` are two quantities).

use super::reach::Reach;
use super::{Found, Scan};
use crate::lexicon::units;
use crate::model::AmountKind;

fn found(reach: &Reach, to: usize, kind: AmountKind, unit: Option<&'static str>) -> Found {
    let rule = if kind == AmountKind::Percent { "percent" } else { "quantity" };
    Found { from: reach.from, to, kind, value: reach.low.value(), value_max: reach.value_max(), unit, rule }
}

/// A share in hundredths.
pub(super) fn percent(scan: &Scan, reach: &Reach) -> Option<Found> {
    if matches!(reach.suffix, "pc") {
        return Some(found(reach, reach.end, AmountKind::Percent, None));
    }
    let at = scan.past_hyphen(reach.end);
    let to = match scan.word(at) {
        _ if !reach.suffix.is_empty() => return None,
        "%" | "％" | "percent" | "Percent" | "pct" | "Prozent" | "procent" => at + 1,
        "pc" if reach.is_figures => at + 1,
        "per" if scan.is_any(at + 1, &["cent"]) => at + 2,
        "per" if scan.word(at + 1) == "-" && scan.is(at + 2, "cent") => at + 3,
        "pour" if scan.is(at + 1, "cent") => at + 2,
        "por" if scan.is_any(at + 1, &["ciento", "cento"]) => at + 2,
        _ => return None,
    };
    Some(found(reach, to, AmountKind::Percent, None))
}

/// A number of units of measure.
pub(super) fn quantity(scan: &Scan, reach: &Reach) -> Option<Found> {
    let (unit, to) = if reach.suffix.is_empty() { behind(scan, reach)? } else { against(scan, reach)? };
    Some(found(reach, to, AmountKind::Quantity, Some(unit)))
}

/// A unit whose symbol stands against the figures: `5kg`.
fn against(scan: &Scan, reach: &Reach) -> Option<(&'static str, usize)> {
    let next = reach.end;
    // `30km/h`, `5m/s`: the rest of the symbol is tokens of its own.
    if scan.word(next) == "/" {
        let whole = match (reach.suffix, scan.word(next + 1)) {
            ("km", "h" | "hr") => Some("km/h"),
            ("m", "s") => Some("m/s"),
            _ => None,
        };
        return whole.map(|unit| (unit, next + 2));
    }
    let unit = units::symbol(reach.suffix)?;
    let is_meant = match reach.suffix {
        // `30m` is a number of millions unless something is measured.
        "m" => scan.is_any(
            next,
            &[
                "high",
                "long",
                "tall",
                "wide",
                "deep",
                "above",
                "below",
                "away",
                "from",
                "apart",
                "freestyle",
                "hurdles",
            ],
        ),
        // `5g` is a telephone network.
        "g" => reach.low.value() >= 10.0,
        _ => true,
    };
    is_meant.then_some((unit, next))
}

/// A unit behind a space or a hyphen.
fn behind(scan: &Scan, reach: &Reach) -> Option<(&'static str, usize)> {
    let at = scan.past_hyphen(reach.end);
    if scan.is(at, "magnitude") && reach.is_figures {
        return Some(("magnitude", at + 1));
    }
    if let Some(found) = named(scan, at).filter(|(unit, to)| is_measured(scan, reach, unit, *to)) {
        return Some(found);
    }
    if let Some(found) = symbol(scan, at).filter(|_| reach.is_figures) {
        return Some(found);
    }
    let is_quake = reach.is_figures && (1.0..10.0).contains(&reach.low.value()) && quakes(scan, reach.from);
    is_quake.then_some(("magnitude", reach.end))
}

/// Whether a word that may be an everyday one is a unit here.
fn is_measured(scan: &Scan, reach: &Reach, unit: &str, to: usize) -> bool {
    let is_one = !reach.is_figures && reach.low.value() <= 1.0;
    match unit {
        "ft" | "yd" | "lb" | "pt" => !is_one,
        "kn" | "ct" | "V" | "W" => reach.is_figures,
        "deg" => reach.is_figures && !scan.is_any(to, &["in", "from"]),
        _ => true,
    }
}

/// The longest name of a unit that starts at a token.
fn named(scan: &Scan, from: usize) -> Option<(&'static str, usize)> {
    let mut phrase = units::Phrase::empty();
    let (mut at, mut longest) = (from, None);
    for _ in 0..units::NAME_WORDS_MAX {
        if !scan.is_word(at) && scan.word(at) != "/" || !phrase.push(scan.word(at)) {
            break;
        }
        at += 1;
        longest = phrase.unit().map(|unit| (unit, at)).or(longest);
        at = scan.past_hyphen(at);
    }
    longest
}

/// The longest symbol that starts at a token.
fn symbol(scan: &Scan, at: usize) -> Option<(&'static str, usize)> {
    let tokens = scan.reader.tokens.get(at..scan.reader.end.min(at + 3))?;
    let start = tokens.first()?.span.start as usize;
    let touches = scan.reader.gap(at - 1).is_empty();
    (1..=tokens.len()).rev().find_map(|count| {
        let letters = &scan.reader.text[start..tokens[count - 1].span.end as usize];
        let is_meant = letters.len() <= 8 && (touches || !units::must_touch(letters));
        units::symbol(letters).filter(|_| is_meant).map(|unit| (unit, at + count))
    })
}

/// `magnitude 6.4`, `magnitude-6.4`, `a magnitude of 6.4`.
fn quakes(scan: &Scan, from: usize) -> bool {
    let back = |count: usize| from.checked_sub(count).is_some_and(|at| scan.is(at, "magnitude"));
    back(1) || back(2) && matches!(scan.before(from), "of" | "-" | "–")
}
