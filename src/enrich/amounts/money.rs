//! Money: signs, codes and letters before figures; names, codes and signs behind numbers.
//!
//! Evidence: the tables of currencies; nations before names; the article's countries for names of several.
//! Example: `A$790 million` → 790000000 AUD; `500,000 rupees` from Kathmandu → NPR.
//! Misses: money without its currency, save where the sentence has just named it (`from 287 million`).

use super::reach::Reach;
use super::{Found, Scan};
use crate::lexicon::currencies::{self, Currency};
use crate::model::AmountKind;
use crate::text::numbers::{self, Figures};
use crate::text::{Token, TokenKind};

/// Money whose currency stands before its figures.
pub(super) fn with_sign(scan: &Scan, at: usize) -> Option<Found> {
    let (unit, number) = opening(scan, at)?;
    let reach = scaled(scan, number)?;
    Some(found(&Reach { from: at, ..reach }, reach.end, unit, "money-sign"))
}

/// Whether an amount starts with a sign, letters or a code.
pub(super) fn is_sign(scan: &Scan, at: usize) -> bool {
    opening(scan, at).is_some()
}

/// The currency that a token opens, and its figures.
fn opening<'t>(scan: &Scan<'t>, at: usize) -> Option<(Option<&'static str>, Reach<'t>)> {
    let word = scan.word(at);
    match scan.reader.tokens.get(at)?.kind {
        TokenKind::Mark => {
            let unit = currencies::sign("", word)?;
            Some((Some(unit), figures(scan, at + 1)?))
        }
        TokenKind::Word if scan.touches_next(at) && currencies::sign("", scan.word(at + 1)).is_some() => {
            let unit = currencies::sign(word, scan.word(at + 1))?;
            Some((Some(unit), figures(scan, at + 2)?))
        }
        TokenKind::Word if word.len() <= 4 => {
            let stop = usize::from(scan.word(at + 1) == "." && scan.touches_next(at));
            let number = figures(scan, at + 1 + stop)?;
            Some((letters(scan, word, &number, false)?.code, number))
        }
        TokenKind::Mixed => {
            let made = numbers::figures(word, scan.reader.mark).filter(|made| !made.prefix.is_empty())?;
            let number = from_figures(scan, at, made);
            Some((letters(scan, made.prefix, &number, true)?.code, number))
        }
        _ => None,
    }
}

/// The currency of letters or a code before figures.
fn letters(scan: &Scan, word: &str, number: &Reach, is_tight: bool) -> Option<Currency> {
    if let Some(code) = currencies::code(word) {
        // `COP26`, `ALL 12 DEAD`, `TOP 10`: codes that are words of capitals, too.
        let is_word = matches!(
            code,
            "ALL"
                | "AMD"
                | "BAM"
                | "COP"
                | "CUP"
                | "GEL"
                | "LAK"
                | "MOP"
                | "PEN"
                | "RON"
                | "SOS"
                | "TOP"
                | "TRY"
        );
        return (!is_word || number.low.value() >= 1000.0 && !is_tight)
            .then_some(Currency { code: Some(code) });
    }
    // A lone `R` or `Fr` counts only against its figures.
    if !is_tight && word.len() < 2 {
        return None;
    }
    currencies::letters(word, scan.countries)
}

/// The figures at a token, at most a space after what stands before.
fn figures<'t>(scan: &Scan<'t>, at: usize) -> Option<Reach<'t>> {
    let is_number = |token: &Token| matches!(token.kind, TokenKind::Number | TokenKind::Mixed);
    let is_near = || matches!(scan.reader.gap(at - 1), "" | " " | "\u{a0}" | "\u{202f}");
    if at >= scan.reader.end || !scan.reader.tokens.get(at).is_some_and(is_number) || !is_near() {
        return None;
    }
    let made = numbers::figures(scan.word(at), scan.reader.mark).filter(|made| made.prefix.is_empty())?;
    Some(from_figures(scan, at, made))
}

fn from_figures<'t>(scan: &Scan<'t>, at: usize, made: Figures<'t>) -> Reach<'t> {
    let number = scan.reader.figures_from(at, made);
    let (low, scale) = (number.decimal, number.scale);
    Reach { from: at, end: number.end, low, high: None, scale, is_figures: true, suffix: number.suffix }
}

/// Takes in the scale that letters give: `30m`, `1.2 bn`. None when the letters are something else.
pub(super) fn scaled<'t>(scan: &Scan<'t>, reach: Reach<'t>) -> Option<Reach<'t>> {
    if !reach.suffix.is_empty() {
        let exponent = numbers::scale_of_letters(reach.suffix)?;
        return Some(Reach { suffix: "", ..reach.shifted(exponent) });
    }
    let next = scan.word(reach.end);
    let is_letters = reach.scale == 0
        && matches!(next, "m" | "mn" | "mln" | "bn" | "bln" | "tn" | "trn" | "Mio" | "Mrd");
    let Some(exponent) = numbers::scale_of_letters(next).filter(|_| is_letters) else { return Some(reach) };
    Some(Reach { end: reach.end + 1, ..reach.shifted(exponent) })
}

fn found(reach: &Reach, to: usize, unit: Option<&'static str>, rule: &'static str) -> Found {
    let kind = AmountKind::Money;
    Found { from: reach.from, to, kind, value: reach.low.value(), value_max: reach.value_max(), unit, rule }
}

/// Money whose currency stands behind its number.
pub(super) fn with_name(scan: &Scan, reach: &Reach) -> Option<Found> {
    if let Some(found) = small_change(scan, reach) {
        return Some(found);
    }
    let reach = scaled(scan, *reach)?;
    let at = scan.past_hyphen(reach.end);
    let at = at + usize::from(reach.scale >= 6 && scan.is_any(at, &["of", "de", "di"]));
    let (unit, to) = behind(scan, &reach, at)?;
    // One hyphen more makes it a word of its own: `a five-euro-a-day lunch` is still money, `3-won` is not.
    Some(found(&reach, to, unit, "money-name"))
}

/// The currency at a token, and the token behind it; it may stay open which one it is.
fn behind(scan: &Scan, reach: &Reach, at: usize) -> Option<(Option<&'static str>, usize)> {
    let word = scan.word(at);
    if scan.reader.tokens.get(at)?.kind == TokenKind::Mark {
        let is_next_ones = scan.reader.number(at + 1).is_some() && scan.touches_next(at);
        let unit = currencies::sign("", word).filter(|_| !is_next_ones)?;
        return Some((Some(unit), at + 1));
    }
    if let Some(code) = currencies::code(word).filter(|_| reach.is_figures) {
        let is_word = matches!(code, "ALL" | "TOP" | "TRY" | "SOS");
        return (!is_word).then_some((Some(code), at + 1));
    }
    if let Some(unit) = currencies::of_nation(word, scan.word(at + 1), scan.countries) {
        return Some((Some(unit), at + 2));
    }
    if let Some(unit) = currencies::of_nation_of_two(word, scan.word(at + 1), scan.word(at + 2)) {
        return Some((Some(unit), at + 3));
    }
    let word = ["d’", "d'"].into_iter().find_map(|of| word.strip_prefix(of)).unwrap_or(word);
    let unit = currencies::name(word, scan.countries)?.code;
    let is_meant = match word {
        "won" => is_korean(scan, reach, at),
        "pound" | "pounds" => is_sterling(scan, reach, at),
        "crowns" | "baht" | "rand" => unit.is_some(),
        _ => !word.starts_with(char::is_uppercase) || reach.scale > 0 || matches!(word, "Euro" | "Franken"),
    };
    let sterling = usize::from(scan.is(at + 1, "sterling"));
    is_meant.then_some((unit, at + 1 + sterling))
}

/// `18,000 won`, not `five won`.
fn is_korean(scan: &Scan, reach: &Reach, at: usize) -> bool {
    let is_verb =
        scan.is_any(at + 1, &["the", "a", "an", "by", "their", "his", "her", "its", "one", "two", "three"]);
    reach.is_figures && reach.low.value() >= 100.0 && !is_verb
}

/// Pounds are weight when something weighs them, and where nothing in the article speaks of sterling.
fn is_sterling(scan: &Scan, reach: &Reach, at: usize) -> bool {
    if reach.scale >= 6 || scan.is(at + 1, "sterling") {
        return true;
    }
    let is_load = scan.is(at + 1, "of") || scan.is_any(at + 1, &["heavier", "lighter"]);
    let weighs = (1..=4).any(|back| {
        let word = reach.from.checked_sub(back).map_or("", |at| scan.word(at));
        word.starts_with("weigh") || matches!(word, "lost" | "shed" | "gained" | "lift" | "lifted")
    });
    let is_paid = scan.has_sterling
        || scan.countries.iter().any(|country| matches!(*country, "GB" | "EG" | "LB" | "SD" | "SS" | "SY"));
    is_paid && !is_load && !weighs
}

/// `50 cents`, `20 pence`, `50p`.
fn small_change(scan: &Scan, reach: &Reach) -> Option<Found> {
    let at = scan.past_hyphen(reach.end);
    let (unit, to) = match (reach.suffix, scan.word(at)) {
        ("p", _) => ("GBP", reach.end),
        ("c", _) if scan.countries.contains(&"ZA") => ("ZAR", reach.end),
        ("", "cents" | "cent") if !scan.is_any(at.wrapping_sub(1), &["per"]) => {
            (if scan.word(at) == "cent" && reach.scale > 0 { return None } else { "USD" }, at + 1)
        }
        ("", "pence") => ("GBP", at + 1),
        _ => return None,
    };
    let hundredths = Reach { scale: 0, ..reach.shifted(-2) };
    Some(found(&hundredths, to, Some(unit), "money-cents"))
}

/// `from 287 million` behind `214 million euros`: the same sentence has named the currency.
pub(super) fn carried(scan: &Scan, reach: &Reach, named: Option<&Found>) -> Option<Found> {
    let named = named.filter(|named| named.rule != "money-cents")?;
    let is_led = scan.is_any(
        reach.from.wrapping_sub(1),
        &["from", "to", "of", "than", "with", "about", "around", "nearly", "almost"],
    );
    let is_scaled = reach.scale >= 6 && reach.suffix.is_empty();
    (is_led && is_scaled && stands_alone(scan, reach.end))
        .then(|| found(reach, reach.end, named.unit, "money-carried"))
}

/// Whether what a number counts does not follow it: a mark, a preposition, a date or the end does.
fn stands_alone(scan: &Scan, at: usize) -> bool {
    const AFTER: [&str; 14] =
        ["a", "an", "the", "in", "for", "at", "by", "from", "to", "and", "but", "last", "this", "on"];
    at >= scan.reader.end || !scan.is_word(at) || scan.is_any(at, &AFTER) || scan.past_date(at).is_some()
}
