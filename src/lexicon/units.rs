//! Units of measure, by the words and the symbols they are written with, and one symbol for each.
//!
//! Evidence: names in singular and plural, British and American spelling; symbols as the SI and the trades write them.
//! Example: `square kilometres`, `sq km`, `km²` → `km2`; `barrels a day` → `bbl/d`.
//! Misses: units of time (dates have them), counts of things, units that are everyday words (`stone`, `points`).

/// Longest name or symbol that is looked up, in bytes.
pub const NAME_BYTES_MAX: usize = 40;
/// Most words of a name.
pub const NAME_WORDS_MAX: usize = 3;

/// Names, each word in the singular and in American spelling, sorted.
const NAMES: &[(&str, &str)] = &[
    ("acre", "acre"),
    ("barrel", "bbl"),
    ("barrel per day", "bbl/d"),
    ("basis point", "bp"),
    ("bushel", "bu"),
    ("calorie", "cal"),
    ("carat", "ct"),
    ("centimeter", "cm"),
    ("cubic centimeter", "cm3"),
    ("cubic feet", "ft3"),
    ("cubic foot", "ft3"),
    ("cubic kilometer", "km3"),
    ("cubic meter", "m3"),
    ("cubic mile", "mi3"),
    ("cubic yard", "yd3"),
    ("decibel", "dB"),
    ("degree", "deg"),
    ("degree c", "°C"),
    ("degree celsius", "°C"),
    ("degree centigrade", "°C"),
    ("degree f", "°F"),
    ("degree fahrenheit", "°F"),
    ("feet", "ft"),
    ("foot", "ft"),
    ("gallon", "gal"),
    ("gigabyte", "GB"),
    ("gigahertz", "GHz"),
    ("gigatonne", "Gt"),
    ("gigawatt", "GW"),
    ("gigawatt hour", "GWh"),
    ("gram", "g"),
    ("hectare", "ha"),
    ("hectopascal", "hPa"),
    ("hertz", "Hz"),
    ("horsepower", "hp"),
    ("imperial gallon", "gal"),
    ("inch", "in"),
    ("inche", "in"),
    ("joule", "J"),
    ("kilo", "kg"),
    ("kilobyte", "kB"),
    ("kilogram", "kg"),
    ("kilohertz", "kHz"),
    ("kilometer", "km"),
    ("kilometer per hour", "km/h"),
    ("kilometer per second", "km/s"),
    ("kiloton", "kt"),
    ("kilotonne", "kt"),
    ("kilovolt", "kV"),
    ("kilowatt", "kW"),
    ("kilowatt hour", "kWh"),
    ("knot", "kn"),
    ("light year", "ly"),
    ("liter", "l"),
    ("megabyte", "MB"),
    ("megahertz", "MHz"),
    ("megaton", "Mt"),
    ("megatonne", "Mt"),
    ("megawatt", "MW"),
    ("megawatt hour", "MWh"),
    ("meter", "m"),
    ("meter per second", "m/s"),
    ("metric ton", "t"),
    ("metric tonne", "t"),
    ("microgram", "µg"),
    ("micrometer", "µm"),
    ("micron", "µm"),
    ("mile", "mi"),
    ("mile per gallon", "mpg"),
    ("mile per hour", "mph"),
    ("millibar", "hPa"),
    ("milligram", "mg"),
    ("milliliter", "ml"),
    ("millimeter", "mm"),
    ("nanometer", "nm"),
    ("nautical mile", "nmi"),
    ("ounce", "oz"),
    ("percentage point", "pp"),
    ("petabyte", "PB"),
    ("pint", "pt"),
    ("pound", "lb"),
    ("short ton", "ton"),
    ("square feet", "ft2"),
    ("square foot", "ft2"),
    ("square inch", "in2"),
    ("square inche", "in2"),
    ("square kilometer", "km2"),
    ("square meter", "m2"),
    ("square mile", "mi2"),
    ("square yard", "yd2"),
    ("terabyte", "TB"),
    ("terawatt", "TW"),
    ("terawatt hour", "TWh"),
    ("ton", "ton"),
    ("tonne", "t"),
    ("troy ounce", "oz"),
    ("volt", "V"),
    ("watt", "W"),
    ("watt hour", "Wh"),
    ("yard", "yd"),
];

/// Symbols as they are written, sorted; capitals count.
const SYMBOLS: &[(&str, &str)] = &[
    ("C", "°C"),
    ("F", "°F"),
    ("GB", "GB"),
    ("GHz", "GHz"),
    ("GW", "GW"),
    ("GWh", "GWh"),
    ("Gt", "Gt"),
    ("Hz", "Hz"),
    ("MB", "MB"),
    ("MHz", "MHz"),
    ("MW", "MW"),
    ("MWh", "MWh"),
    ("Mt", "Mt"),
    ("TB", "TB"),
    ("TW", "TW"),
    ("TWh", "TWh"),
    ("bbl", "bbl"),
    ("bpd", "bbl/d"),
    ("bps", "bp"),
    ("cc", "cm3"),
    ("cl", "cl"),
    ("cm", "cm"),
    ("dB", "dB"),
    ("ft", "ft"),
    ("g", "g"),
    ("hPa", "hPa"),
    ("ha", "ha"),
    ("hp", "hp"),
    ("kHz", "kHz"),
    ("kV", "kV"),
    ("kW", "kW"),
    ("kWh", "kWh"),
    ("kg", "kg"),
    ("kgs", "kg"),
    ("km", "km"),
    ("km/h", "km/h"),
    ("km2", "km2"),
    ("kmh", "km/h"),
    ("km²", "km2"),
    ("kph", "km/h"),
    ("kt", "kt"),
    ("l", "l"),
    ("lb", "lb"),
    ("lbs", "lb"),
    ("m", "m"),
    ("m/s", "m/s"),
    ("m2", "m2"),
    ("m3", "m3"),
    ("mW", "mW"),
    ("mb", "hPa"),
    ("mg", "mg"),
    ("ml", "ml"),
    ("mm", "mm"),
    ("mpg", "mpg"),
    ("mph", "mph"),
    ("m²", "m2"),
    ("m³", "m3"),
    ("nm", "nm"),
    ("oz", "oz"),
    ("pp", "pp"),
    ("ppm", "ppm"),
    ("sq ft", "ft2"),
    ("sq km", "km2"),
    ("sq m", "m2"),
    ("sq miles", "mi2"),
    ("t", "t"),
    ("yd", "yd"),
    ("yds", "yd"),
    ("°", "deg"),
    ("° C", "°C"),
    ("° F", "°F"),
    ("°C", "°C"),
    ("°F", "°F"),
    ("ºC", "°C"),
    ("ºF", "°F"),
];

/// The unit of a symbol.
pub fn symbol(letters: &str) -> Option<&'static str> {
    SYMBOLS.binary_search_by(|(known, _)| (*known).cmp(letters)).ok().map(|at| SYMBOLS[at].1)
}

/// Symbols that are also words or letters of other uses: they count only where they touch their figures.
pub fn must_touch(letters: &str) -> bool {
    matches!(letters, "C" | "F" | "g" | "l" | "t" | "m" | "mb" | "nm" | "cc" | "pp" | "hp" | "pt" | "°")
}

/// A name as the table has it: lower case, each word in the singular and in American spelling.
#[derive(Clone, Copy, Debug)]
pub struct Phrase {
    bytes: [u8; NAME_BYTES_MAX],
    length: usize,
}

impl Phrase {
    pub const fn empty() -> Self {
        Self { bytes: [0; NAME_BYTES_MAX], length: 0 }
    }

    /// Appends a word; false when it does not fit.
    pub fn push(&mut self, word: &str) -> bool {
        let start = self.length + usize::from(self.length > 0);
        let word = if matches!(word, "a" | "an" | "/") { "per" } else { word };
        let end = start + word.len();
        let Some(target) = self.bytes.get_mut(start..end) else { return false };
        target.copy_from_slice(word.as_bytes());
        target.make_ascii_lowercase();
        let keeps_s = matches!(&*target, b"celsius");
        let length = target.len() - usize::from(target.ends_with(b"s") && target.len() > 2 && !keeps_s);
        if target[..length].ends_with(b"metre") || target[..length].ends_with(b"litre") {
            target[length - 2..length].swap(0, 1);
        }
        if start > 0 {
            self.bytes[start - 1] = b' ';
        }
        self.length = start + length;
        true
    }

    /// The unit of this name.
    pub fn unit(&self) -> Option<&'static str> {
        name(std::str::from_utf8(&self.bytes[..self.length]).ok()?)
    }
}

fn name(words: &str) -> Option<&'static str> {
    NAMES.binary_search_by(|(known, _)| (*known).cmp(words)).ok().map(|at| NAMES[at].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sorted() {
        for table in [NAMES, SYMBOLS] {
            let unsorted = table.windows(2).find(|pair| pair[0].0 >= pair[1].0);
            assert_eq!(unsorted, None);
        }
    }

    #[test]
    fn names_in_any_form() {
        for (words, unit) in [
            (&["square", "kilometres"][..], Some("km2")),
            (&["Kilometers", "an", "hour"], Some("km/h")),
            (&["litre"], Some("l")),
            (&["degrees", "Celsius"], Some("°C")),
            (&["inches"], Some("in")),
            (&["people"], None),
            (&["incomprehensibilities", "incomprehensibilities"], None),
        ] {
            let mut phrase = Phrase::empty();
            let fits = words.iter().all(|word| phrase.push(word));
            assert_eq!(phrase.unit().filter(|_| fits), unit, "{words:?}");
        }
    }
}
