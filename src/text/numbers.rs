//! Numbers as prose writes them, in figures and in words, with the exact decimal they stand for.
//!
//! Evidence: digits with group and decimal marks, English number words, scale words of six languages.
//! Example: `3.4 million` → 34 × 10⁵; `two hundred and fifty thousand` → 250000; `4,2 millions` (French) → 42 × 10⁵.
//! Misses: Roman numerals, ordinals, number words of other languages, more than eighteen digits.

use super::calendar::{WORD_BYTES_MAX, lowered};
use super::{Token, TokenKind};

/// A number without rounding: `units` × 10^`exponent`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Decimal {
    units: u64,
    exponent: i32,
}

impl Decimal {
    pub const fn whole(units: u64) -> Self {
        Self { units, exponent: 0 }
    }

    /// The nearest floating-point number.
    pub fn value(self) -> f64 {
        let power = 10_f64.powi(self.exponent.abs());
        if self.exponent < 0 { self.units as f64 / power } else { self.units as f64 * power }
    }

    /// Times a power of ten.
    #[must_use]
    pub fn shifted(self, exponent: i32) -> Self {
        Self { units: self.units, exponent: self.exponent + exponent }
    }

    fn times(self, scale: Scale) -> Option<Self> {
        match scale {
            Scale::Ten(exponent) => Some(self.shifted(exponent)).filter(|made| made.exponent <= 21),
            Scale::Dozen => Some(Self { units: self.units.checked_mul(12)?, exponent: self.exponent }),
        }
    }
}

/// Which mark parts whole from fraction.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum DecimalMark {
    /// `1,000.50`, as in English.
    #[default]
    Point,
    /// `1.000,50`, as on most of the European continent.
    Comma,
}

/// A number in the text.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Number<'t> {
    pub decimal: Decimal,
    /// The first token behind it.
    pub end: usize,
    /// By how many powers of ten scale words multiplied it.
    pub scale: i32,
    pub is_figures: bool,
    /// Letters that stand against its last figure: the `m` of `30m`, the `kg` of `5kg`.
    pub suffix: &'t str,
}

/// What a word does to a number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Cardinal {
    /// `one` to `nineteen`.
    Small(u64),
    /// `twenty` to `ninety`.
    Tens(u64),
    Hundred,
    Scale(Scale),
    Half,
    Article,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Scale {
    Ten(i32),
    Dozen,
}

/// Sorted. English words make numbers; of other languages there are the scales that follow figures.
const WORDS: &[(&str, Cardinal)] = &[
    ("a", Cardinal::Article),
    ("an", Cardinal::Article),
    ("bilhões", Cardinal::Scale(Scale::Ten(9))),
    ("billion", Cardinal::Scale(Scale::Ten(9))),
    ("billions", Cardinal::Scale(Scale::Ten(9))),
    ("crore", Cardinal::Scale(Scale::Ten(7))),
    ("crores", Cardinal::Scale(Scale::Ten(7))),
    ("dozen", Cardinal::Scale(Scale::Dozen)),
    ("eight", Cardinal::Small(8)),
    ("eighteen", Cardinal::Small(18)),
    ("eighty", Cardinal::Tens(80)),
    ("eleven", Cardinal::Small(11)),
    ("fifteen", Cardinal::Small(15)),
    ("fifty", Cardinal::Tens(50)),
    ("five", Cardinal::Small(5)),
    ("forty", Cardinal::Tens(40)),
    ("four", Cardinal::Small(4)),
    ("fourteen", Cardinal::Small(14)),
    ("half", Cardinal::Half),
    ("hundred", Cardinal::Hundred),
    ("lakh", Cardinal::Scale(Scale::Ten(5))),
    ("lakhs", Cardinal::Scale(Scale::Ten(5))),
    ("mil", Cardinal::Scale(Scale::Ten(3))),
    ("milhões", Cardinal::Scale(Scale::Ten(6))),
    ("miliardi", Cardinal::Scale(Scale::Ten(9))),
    ("milioni", Cardinal::Scale(Scale::Ten(6))),
    ("milliard", Cardinal::Scale(Scale::Ten(9))),
    ("milliarden", Cardinal::Scale(Scale::Ten(9))),
    ("milliards", Cardinal::Scale(Scale::Ten(9))),
    ("million", Cardinal::Scale(Scale::Ten(6))),
    ("millionen", Cardinal::Scale(Scale::Ten(6))),
    ("millions", Cardinal::Scale(Scale::Ten(6))),
    ("millones", Cardinal::Scale(Scale::Ten(6))),
    ("nine", Cardinal::Small(9)),
    ("nineteen", Cardinal::Small(19)),
    ("ninety", Cardinal::Tens(90)),
    ("one", Cardinal::Small(1)),
    ("seven", Cardinal::Small(7)),
    ("seventeen", Cardinal::Small(17)),
    ("seventy", Cardinal::Tens(70)),
    ("six", Cardinal::Small(6)),
    ("sixteen", Cardinal::Small(16)),
    ("sixty", Cardinal::Tens(60)),
    ("tausend", Cardinal::Scale(Scale::Ten(3))),
    ("ten", Cardinal::Small(10)),
    ("thirteen", Cardinal::Small(13)),
    ("thirty", Cardinal::Tens(30)),
    ("thousand", Cardinal::Scale(Scale::Ten(3))),
    ("three", Cardinal::Small(3)),
    ("trillion", Cardinal::Scale(Scale::Ten(12))),
    ("trillions", Cardinal::Scale(Scale::Ten(12))),
    ("twelve", Cardinal::Small(12)),
    ("twenty", Cardinal::Tens(20)),
    ("two", Cardinal::Small(2)),
];

fn cardinal(word: &str) -> Option<Cardinal> {
    // Most words of a text end here: no number word starts with another letter.
    if !matches!(word.as_bytes().first()? | 0x20, b'a'..=b'c' | b'd'..=b'f' | b'h' | b'l'..=b'o' | b's' | b't')
    {
        return None;
    }
    let mut buffer = [0; WORD_BYTES_MAX];
    let lower = lowered(word, &mut buffer);
    WORDS.binary_search_by(|(known, _)| known.cmp(&lower)).ok().map(|at| WORDS[at].1)
}

/// The power of ten that letters against a figure stand for: `m`, `bn`, `k`.
pub fn scale_of_letters(letters: &str) -> Option<i32> {
    Some(match letters {
        "k" | "K" => 3,
        "m" | "M" | "mn" | "mln" | "mio" | "Mio" | "mm" => 6,
        "b" | "B" | "bn" | "Bn" | "BN" | "bln" | "Mrd" | "mrd" | "md" => 9,
        "t" | "T" | "tn" | "trn" | "tln" => 12,
        "cr" | "Cr" => 7,
        "L" => 5,
        _ => return None,
    })
}

/// Letters, figures and letters that one token is made of: `R30m` → `R`, 30, `m`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Figures<'t> {
    pub prefix: &'t str,
    pub decimal: Decimal,
    pub suffix: &'t str,
}

/// A token read as figures with letters before or behind.
pub fn figures(word: &str, mark: DecimalMark) -> Option<Figures<'_>> {
    let is_digit = |c: char| c.is_ascii_digit() || vulgar(c).is_some();
    let start = word.find(is_digit)?;
    let behind = word.rfind(is_digit)?;
    let end = behind + word[behind..].chars().next()?.len_utf8();
    let prefix = &word[..start];
    if prefix.chars().any(|c| !c.is_alphabetic()) {
        return None;
    }
    Some(Figures { prefix, decimal: digits(&word[start..end], mark)?, suffix: &word[end..] })
}

/// Figures with their group and decimal marks.
fn digits(word: &str, mark: DecimalMark) -> Option<Decimal> {
    let bare = word.trim_end_matches(|c| vulgar(c).is_some());
    let fraction = word[bare.len()..].chars().next().and_then(vulgar);
    if word[bare.len()..].chars().nth(1).is_some() {
        return None;
    }
    let point = decimal_point(bare, mark)?;
    let mut made = Decimal::whole(0);
    for (at, byte) in bare.bytes().enumerate() {
        if byte.is_ascii_digit() {
            made.units = made.units.checked_mul(10)?.checked_add(u64::from(byte - b'0'))?;
            made.exponent -= i32::from(at > point);
        }
    }
    // Beyond this a floating-point number no longer holds every digit.
    if made.units >= 1_000_000_000_000_000_000 {
        return None;
    }
    let Some((units, exponent)) = fraction else { return Some(made) };
    (made.exponent == 0)
        .then_some(Decimal { units: made.units.checked_mul(10_u64.pow(exponent))? + units, exponent: 0 })
        .map(|whole| whole.shifted(-i32::try_from(exponent).unwrap_or(0)))
}

/// Where the decimal mark stands, or the end where there is none; nothing when it is no number but a version or a
/// list (`1.2.3`, `4,17,5`).
fn decimal_point(bare: &str, mark: DecimalMark) -> Option<usize> {
    let bytes = bare.as_bytes();
    if bytes.iter().any(|byte| !byte.is_ascii_digit() && !matches!(byte, b',' | b'.')) {
        return None;
    }
    let Some(last) = bare.rfind([',', '.']) else { return Some(bare.len()) };
    let first = bare.find([',', '.'])?;
    let ends_in_three = bare.len() - last == 4;
    if first == last {
        let decimal = if mark == DecimalMark::Point { b'.' } else { b',' };
        let is_group = ends_in_three && bytes[last] != decimal && last <= 3 && bytes[0] != b'0';
        return Some(if is_group { bare.len() } else { last });
    }
    let group = bytes[first];
    let groups = bytes[..last].split(|byte| *byte == group);
    // `1,000,000` and the Indian `1,23,456`; but no `1.2.3`.
    let is_grouped = groups.skip(1).all(|digits| {
        matches!(digits, [b'0'..=b'9', b'0'..=b'9'] | [b'0'..=b'9', b'0'..=b'9', b'0'..=b'9'])
    });
    if bytes[last] == group {
        return (is_grouped && ends_in_three).then_some(bare.len());
    }
    is_grouped.then_some(last)
}

/// Units and powers of ten below one of a fraction that is one character.
fn vulgar(c: char) -> Option<(u64, u32)> {
    match c {
        '½' => Some((5, 1)),
        '¼' => Some((25, 2)),
        '¾' => Some((75, 2)),
        _ => None,
    }
}

/// The tokens that numbers are read from.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'t> {
    pub text: &'t str,
    pub tokens: &'t [Token],
    /// No number goes beyond this token.
    pub end: usize,
    pub mark: DecimalMark,
}

impl<'t> Reader<'t> {
    /// The word at a token; empty beyond the end.
    pub fn word(&self, at: usize) -> &'t str {
        if at < self.end { self.tokens.get(at).map_or("", |token| token.span.of(self.text)) } else { "" }
    }

    /// What stands between a token and the next.
    pub fn gap(&self, at: usize) -> &'t str {
        match self.tokens.get(at..at + 2) {
            Some([one, two]) => &self.text[one.span.end as usize..two.span.start as usize],
            _ => " ",
        }
    }

    /// The number that starts at a token.
    pub fn number(&self, at: usize) -> Option<Number<'t>> {
        if at >= self.end {
            return None;
        }
        match self.tokens.get(at)?.kind {
            TokenKind::Word => self.in_words(at),
            TokenKind::Number | TokenKind::Mixed => self.in_figures(at),
            TokenKind::Clitic | TokenKind::Mark => None,
        }
    }

    fn in_figures(&self, at: usize) -> Option<Number<'t>> {
        let found = figures(self.word(at), self.mark)?;
        found.prefix.is_empty().then_some(())?;
        Some(self.figures_from(at, found))
    }

    /// The number whose first figures stand in the token `at`, with the groups and the scale behind it.
    pub fn figures_from(&self, at: usize, found: Figures<'t>) -> Number<'t> {
        let (mut decimal, mut end, suffix) = (found.decimal, at + 1, found.suffix);
        let number = |decimal, end, scale| Number { decimal, end, scale, is_figures: true, suffix };
        if !suffix.is_empty() {
            return number(decimal, end, 0);
        }
        (decimal, end) = self.groups(at, decimal);
        if end == at + 1
            && let Some(with_fraction) = self.fraction(end)
        {
            decimal =
                Decimal { units: decimal.units * 100 + with_fraction, exponent: decimal.exponent - 2 };
            end += 3;
        }
        let (decimal, end, scale) = self.scales(decimal, end);
        number(decimal, end, scale)
    }

    /// Takes in groups of three figures after a space: `250 000`.
    fn groups(&self, at: usize, decimal: Decimal) -> (Decimal, usize) {
        let first = self.word(at);
        let (mut made, mut end) = (decimal, at + 1);
        if decimal.exponent != 0 || first.len() > 3 && !first.ends_with(|c: char| c.is_ascii_digit()) {
            return (made, end);
        }
        let is_short = first.trim_start_matches(|c: char| !c.is_ascii_digit()).len() <= 3;
        while is_short && made.units > 0 && made.units < 1_000_000_000_000 {
            let (next, gap) = (self.word(end), self.gap(end - 1));
            let is_three = next.len() == 3 && next.bytes().all(|byte| byte.is_ascii_digit());
            // An ordinary space may part two numbers, save where the language groups by it or zeros follow.
            let is_held = matches!(gap, "\u{a0}" | "\u{202f}" | "\u{2009}")
                || gap == " " && (self.mark == DecimalMark::Comma || next == "000");
            if !is_three || !is_held {
                break;
            }
            let group = next.parse::<u64>().unwrap_or(0);
            (made.units, end) = (made.units * 1000 + group, end + 1);
        }
        (made, end)
    }

    /// Hundredths of `1/2` behind a whole number, as in `5 1/2`.
    fn fraction(&self, at: usize) -> Option<u64> {
        let is_tight = self.gap(at).is_empty() && self.gap(at + 1).is_empty() && self.gap(at - 1) == " ";
        if !is_tight || self.word(at + 1) != "/" {
            return None;
        }
        match (self.word(at), self.word(at + 2)) {
            ("1", "2") => Some(50),
            ("1", "4") => Some(25),
            ("3", "4") => Some(75),
            _ => None,
        }
    }

    /// Scale words behind a number, at most two (`2 mil millones`).
    fn scales(&self, decimal: Decimal, from: usize) -> (Decimal, usize, i32) {
        let (mut made, mut end, mut scale) = (decimal, from, 0);
        for _ in 0..2 {
            let at = end + usize::from(self.word(end) == "-" && self.gap(end).is_empty());
            let times = match self.tokens.get(at).filter(|token| token.kind == TokenKind::Word) {
                Some(_) => match cardinal(self.word(at)) {
                    Some(Cardinal::Scale(times)) => times,
                    Some(Cardinal::Hundred) => Scale::Ten(2),
                    _ => break,
                },
                None => break,
            };
            let Some(next) = made.times(times) else { break };
            scale += if let Scale::Ten(exponent) = times { exponent } else { 0 };
            (made, end) = (next, at + 1);
        }
        (made, end, scale)
    }

    fn in_words(&self, at: usize) -> Option<Number<'t>> {
        let number =
            |decimal, end, scale| Some(Number { decimal, end, scale, is_figures: false, suffix: "" });
        match cardinal(self.word(at))? {
            Cardinal::Small(_) | Cardinal::Tens(_) => {
                let (decimal, end, scale) = Sum::new(self, at).all();
                number(decimal, end, scale)
            }
            // `a hundred`, `a million`, `a dozen`.
            Cardinal::Article => match cardinal(self.word(at + 1))? {
                Cardinal::Hundred | Cardinal::Scale(_) => {
                    let (decimal, end, scale) = Sum::new(self, at).all();
                    number(decimal, end, scale)
                }
                _ => None,
            },
            // `half a million`, `half a dozen`.
            Cardinal::Half => {
                let from = at + 1 + usize::from(cardinal(self.word(at + 1)) == Some(Cardinal::Article));
                let (decimal, end, scale) = self.scales(Decimal { units: 5, exponent: -1 }, from);
                let is_scaled = end > from;
                is_scaled.then(|| number(decimal, end, scale)).flatten()
            }
            Cardinal::Hundred | Cardinal::Scale(_) => None,
        }
    }
}

/// A number in words as it grows.
struct Sum<'r, 't> {
    reader: &'r Reader<'t>,
    at: usize,
    total: u64,
    /// What the next scale word multiplies.
    open: u64,
    /// Exponent of the last scale; later ones must be smaller.
    scale: i32,
}

impl<'r, 't> Sum<'r, 't> {
    fn new(reader: &'r Reader<'t>, at: usize) -> Self {
        Self { reader, at, total: 0, open: 0, scale: i32::MAX }
    }

    fn cardinal(&self, at: usize) -> Option<Cardinal> {
        cardinal(self.reader.word(at))
    }

    fn all(mut self) -> (Decimal, usize, i32) {
        if self.cardinal(self.at) == Some(Cardinal::Article) {
            (self.open, self.at) = (1, self.at + 1);
        } else {
            self.small();
        }
        let mut half = 0;
        loop {
            if half == 0 && self.has_half() {
                (half, self.at) = (5, self.at + 3);
            }
            match self.cardinal(self.at) {
                Some(Cardinal::Hundred) if half == 0 && (1..100).contains(&self.open) => {
                    (self.open, self.at) = (self.open * 100, self.at + 1);
                    self.rest();
                }
                Some(Cardinal::Scale(Scale::Ten(exponent))) if self.open > 0 && exponent < self.scale => {
                    if !self.scaled(exponent, &mut half) {
                        break;
                    }
                }
                Some(Cardinal::Scale(Scale::Dozen)) if half == 0 && self.open > 0 && self.total == 0 => {
                    return (Decimal::whole(self.open * 12), self.at + 1, 0);
                }
                _ => break,
            }
        }
        let scale = if self.scale == i32::MAX { 0 } else { self.scale };
        let whole = self.total.saturating_add(self.open);
        if half == 0 {
            return (Decimal::whole(whole), self.at, scale);
        }
        (Decimal { units: whole * 10 + half, exponent: -1 }, self.at, scale)
    }

    /// Multiplies what is open; says whether the number may go on.
    fn scaled(&mut self, exponent: i32, half: &mut u64) -> bool {
        let power = 10_u64.pow(exponent.unsigned_abs());
        let part = self.open.saturating_mul(power).saturating_add(*half * power / 10);
        self.total = self.total.saturating_add(part);
        (self.open, *half, self.scale, self.at) = (0, 0, exponent, self.at + 1);
        self.rest();
        self.open > 0
    }

    /// `and a half`.
    fn has_half(&self) -> bool {
        self.open > 0
            && self.reader.word(self.at).eq_ignore_ascii_case("and")
            && self.cardinal(self.at + 1) == Some(Cardinal::Article)
            && self.cardinal(self.at + 2) == Some(Cardinal::Half)
    }

    /// A number under a hundred: `twelve`, `twenty-five`.
    fn small(&mut self) {
        match self.cardinal(self.at) {
            Some(Cardinal::Small(count)) => (self.open, self.at) = (self.open + count, self.at + 1),
            Some(Cardinal::Tens(count)) => {
                (self.open, self.at) = (self.open + count, self.at + 1);
                let unit = self.at + usize::from(self.reader.word(self.at) == "-");
                if let Some(Cardinal::Small(count @ 1..=9)) = self.cardinal(unit) {
                    (self.open, self.at) = (self.open + count, unit + 1);
                }
            }
            _ => {}
        }
    }

    /// What adds to a hundred or a scale: `(two hundred) and five`, `(one thousand) two (hundred)`.
    fn rest(&mut self) {
        let joined = usize::from(self.reader.word(self.at).eq_ignore_ascii_case("and"));
        let mut ahead = Self { at: self.at + joined, ..Self::new(self.reader, 0) };
        ahead.small();
        let fits = match self.cardinal(ahead.at) {
            // `one hundred and two hundred` are two numbers.
            Some(Cardinal::Hundred) => joined == 0 && self.open == 0,
            Some(Cardinal::Scale(Scale::Ten(exponent))) => exponent < self.scale,
            _ => true,
        };
        if ahead.open > 0 && fits {
            (self.open, self.at) = (self.open + ahead.open, ahead.at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::tokenize;

    fn read(text: &str, mark: DecimalMark) -> Option<(f64, usize)> {
        let mut tokens = Vec::new();
        tokenize(text, &mut tokens);
        let reader = Reader { text, tokens: &tokens, end: tokens.len(), mark };
        reader.number(0).map(|number| (number.decimal.value(), number.end))
    }

    #[test]
    fn the_table_is_sorted() {
        assert!(WORDS.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    #[test]
    fn numbers_as_written() {
        for (text, value, end) in [
            ("12", 12.0, 1),
            ("1,000.50", 1000.5, 1),
            ("3.4 million", 3_400_000.0, 2),
            ("1.1 billion", 1_100_000_000.0, 2),
            ("1.2810", 1.281, 1),
            ("1,23,456", 123_456.0, 1),
            ("3½ miles", 3.5, 1),
            ("5 1/2 miles", 5.5, 4),
            ("250 000 rand", 250_000.0, 2),
            ("500 crore", 5_000_000_000.0, 2),
            ("3.4-million", 3_400_000.0, 3),
            ("twelve", 12.0, 1),
            ("Twenty-five people", 25.0, 3),
            ("two hundred and fifty thousand", 250_000.0, 5),
            ("one hundred and two hundred", 100.0, 2),
            ("two million and three million", 2_000_000.0, 2),
            ("one thousand two hundred and six", 1206.0, 6),
            ("two and a half million", 2_500_000.0, 5),
            ("one and a half times", 1.5, 4),
            ("a million", 1_000_000.0, 2),
            ("half a million", 500_000.0, 3),
            ("a dozen", 12.0, 2),
            ("two dozen", 24.0, 2),
        ] {
            assert_eq!(read(text, DecimalMark::Point), Some((value, end)), "{text:?}");
        }
        for text in ["", "a", "half", "million", "1.2.3", "1234567890123456789", "R30m", "an hour", "é"] {
            assert_eq!(read(text, DecimalMark::Point), None, "{text:?}");
        }
    }

    #[test]
    fn numbers_of_the_continent() {
        for (text, value, end) in [
            ("14,5 %", 14.5, 1),
            ("12.000 pesos", 12_000.0, 1),
            ("1.234,5", 1234.5, 1),
            ("4,2 millions", 4_200_000.0, 2),
            ("70 000 euros", 70_000.0, 2),
            ("3 mil millones", 3_000_000_000.0, 3),
        ] {
            assert_eq!(read(text, DecimalMark::Comma), Some((value, end)), "{text:?}");
        }
    }
}
