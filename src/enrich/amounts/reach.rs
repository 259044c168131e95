//! Numbers with the second end of their range.
//!
//! Evidence: two numbers with `to`, a dash, `or`, or `between … and`, the second not smaller.
//! Example: `between 3 and 5 million euros` → 3000000 to 5000000; but `rose $1 to $5` are two amounts.
//! Misses: ranges over other words (`5 percent, perhaps 6`).

use super::{Found, Scan};
use crate::text::numbers::{Decimal, Number};

/// A number, perhaps with an upper end, that awaits its unit.
#[derive(Clone, Copy)]
pub(super) struct Reach<'t> {
    pub from: usize,
    pub end: usize,
    pub low: Decimal,
    pub high: Option<Decimal>,
    /// Powers of ten that scale words gave the last number.
    pub scale: i32,
    pub is_figures: bool,
    pub suffix: &'t str,
}

impl Reach<'_> {
    /// Both ends times a power of ten.
    pub fn shifted(self, exponent: i32) -> Self {
        let high = self.high.map(|high| high.shifted(exponent));
        Self { low: self.low.shifted(exponent), high, scale: self.scale + exponent, ..self }
    }

    pub fn value_max(&self) -> Option<f64> {
        self.high.map(Decimal::value)
    }
}

/// A minus before figures: where they start, and whether there is one.
pub(super) fn sign(scan: &Scan, at: usize) -> (usize, bool) {
    let is_mark = matches!(scan.word(at), "-" | "−" | "–") && scan.touches_next(at);
    let is_free = at == scan.start || !scan.touches_next(at - 1) || scan.before(at) == "(";
    let is_negative = is_mark && is_free || scan.is(at, "minus");
    (at + usize::from(is_negative), is_negative)
}

/// The number at a token, with the upper end behind it.
pub(super) fn read<'t>(scan: &Scan<'t>, at: usize) -> Option<Reach<'t>> {
    let low = scan.reader.number(at)?;
    // `G20`, `2-1`, `5.30`: a number that hangs on something is no amount.
    if hangs(scan, at) {
        return None;
    }
    Some(high(scan, at, &low).unwrap_or(Reach {
        from: at,
        end: low.end,
        low: low.decimal,
        high: None,
        scale: low.scale,
        is_figures: low.is_figures,
        suffix: low.suffix,
    }))
}

/// Whether a token is tied to a letter or a figure before it by a hyphen, a slash or the like.
pub(super) fn hangs(scan: &Scan, at: usize) -> bool {
    let ties = at > scan.start && matches!(scan.before(at), "-" | "–" | "‑" | "/" | ":" | "." | "#" | "_");
    let is_tied = |at: usize| at > scan.start + 1 && scan.touches_next(at - 2) && scan.touches_next(at - 1);
    ties && is_tied(at) && !matches!(scan.word(at - 2), "(" | "“" | "\"" | "%" | "magnitude")
}

fn high<'t>(scan: &Scan<'t>, at: usize, low: &Number<'t>) -> Option<Reach<'t>> {
    if !low.suffix.is_empty() || !is_range(scan, at, low.end) {
        return None;
    }
    let high = scan.reader.number(low.end + 1)?;
    if scan.past_date(low.end + 1).is_some() {
        return None;
    }
    let low_decimal = same_scale(low.decimal, low.scale, high.decimal, high.scale);
    let is_wider = low_decimal.value() < high.decimal.value();
    is_wider.then_some(Reach {
        from: at,
        end: high.end,
        low: low_decimal,
        high: Some(high.decimal),
        scale: high.scale,
        is_figures: low.is_figures,
        suffix: high.suffix,
    })
}

/// The lower end in the scale of the upper one: `3 to 5 million`; but `500 to 5 million` stays.
fn same_scale(low: Decimal, low_scale: i32, high: Decimal, high_scale: i32) -> Decimal {
    let is_alike = low.value() <= high.shifted(-high_scale).value();
    if low_scale == 0 && high_scale > 0 && is_alike { low.shifted(high_scale) } else { low }
}

/// Words after which `A to B` tells of a change from one to the other.
const CHANGES: [&str; 38] = [
    "from",
    "rose",
    "rise",
    "rises",
    "rising",
    "fell",
    "fall",
    "falls",
    "falling",
    "slipped",
    "slid",
    "dropped",
    "drop",
    "drops",
    "climbed",
    "gained",
    "jumped",
    "added",
    "lost",
    "shed",
    "up",
    "down",
    "increased",
    "decreased",
    "advanced",
    "declined",
    "eased",
    "edged",
    "surged",
    "soared",
    "sank",
    "tumbled",
    "plunged",
    "raised",
    "cut",
    "lifted",
    "grew",
    "higher",
];

/// Whether what starts at `from` and is joined to a second number at `at` is one range.
fn is_range(scan: &Scan, from: usize, at: usize) -> bool {
    match scan.word(at) {
        "to" => {
            let before = from.saturating_sub(4).max(scan.start)..from;
            !before.into_iter().any(|at| scan.is_any(at, &CHANGES))
        }
        "and" => is_between(scan, from),
        "or" => true,
        "-" | "–" | "‑" => scan.touches_next(at) == scan.touches_next(at - 1),
        _ => false,
    }
}

fn is_between(scan: &Scan, from: usize) -> bool {
    (1..=2).any(|back| from.checked_sub(back).is_some_and(|at| scan.is(at, "between")))
}

/// The range that an amount opens whose other end is an amount of its own (`5% to 6%`, `$3 to $5 million`) or a
/// number that goes by the unit of the first (`$3-5 million`).
pub(super) fn joined(scan: &Scan, one: Found, next: impl Fn(usize) -> Option<Found>) -> Option<Found> {
    if one.value_max.is_some() || !is_range(scan, one.from, one.to) {
        return None;
    }
    let at = one.to + 1;
    if let Some(other) = next(at) {
        let is_alike = other.kind == one.kind && other.unit == one.unit && other.value_max.is_none();
        return widened(scan, one, other).filter(|_| is_alike);
    }
    if !super::money::is_sign(scan, one.from) {
        return None;
    }
    let other = super::money::scaled(scan, read(scan, at).or_else(|| bare(scan, at))?)?;
    let other = Found { from: at, to: other.end, value: other.low.value(), ..one };
    widened(scan, one, other)
}

/// A number that is tied to the one before it by a hyphen.
fn bare<'t>(scan: &Scan<'t>, at: usize) -> Option<Reach<'t>> {
    let Number { decimal, end, scale, is_figures, suffix } = scan.reader.number(at)?;
    Some(Reach { from: at, end, low: decimal, high: None, scale, is_figures, suffix })
}

fn widened(scan: &Scan, one: Found, other: Found) -> Option<Found> {
    // `$3 to $5 million`: the scale stands once, for both.
    let size = |found: &Found| scale_of(scan, found);
    let (low_scale, high_scale) = (size(&one), size(&other));
    let power = 10_f64.powi(high_scale);
    let is_shared = low_scale == 0 && high_scale > 0 && one.value <= other.value / power;
    let low = if is_shared { (one.value * power).round() } else { one.value };
    (low < other.value).then_some(Found { to: other.to, value: low, value_max: Some(other.value), ..one })
}

/// By how many powers of ten words or letters scaled the number in an amount.
fn scale_of(scan: &Scan, found: &Found) -> i32 {
    let number = (found.from..found.to).find_map(|at| bare(scan, at));
    let scaled = number.and_then(|number| super::money::scaled(scan, number));
    scaled.map_or(0, |scaled| scaled.scale)
}
