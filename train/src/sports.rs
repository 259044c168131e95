//! Invents result pages, tables, datelines and market reports as agencies set them, from lists of names.
//!
//! No open corpus has them, and nothing else teaches that in `Ayr 6 Berwick 0` two teams are named and no towns.

use crate::corpora::Document;
use crate::gazetteers::Phrases;
use crate::tagger::Dice;
use copydesk::lexicon::gazetteer::List;
use copydesk::lexicon::tagger::Kind;

/// Names to fill in.
struct Stock {
    clubs: Vec<String>,
    cities: Vec<String>,
    countries: Vec<String>,
    regions: Vec<String>,
    people: Vec<String>,
    companies: Vec<String>,
    demonyms: Vec<String>,
}

/// Invented pages.
pub fn pages(phrases: &Phrases, count: usize) -> Vec<Document> {
    let plain = |list: List, words: usize| -> Vec<String> {
        phrases
            .names(list)
            .filter(|name| {
                name.is_ascii()
                    && name.len() > 3
                    && name.split(' ').count() <= words
                    && !name.contains(['(', '/', ',', '"'])
            })
            .map(str::to_owned)
            .collect()
    };
    let stock = Stock {
        clubs: plain(List::Club, 2),
        cities: plain(List::City, 2),
        countries: plain(List::Country, 3).iter().map(|name| titled(name)).collect(),
        regions: plain(List::Region, 1),
        people: plain(List::Person, 3)
            .into_iter()
            .filter(|name| name.chars().filter(|c| c.is_uppercase()).count() >= 2)
            .collect(),
        companies: plain(List::Company, 3),
        demonyms: plain(List::Demonym, 1),
    };
    let mut dice = Dice::new(77);
    (0..count)
        .map(|_| Page { stock: &stock, dice: &mut dice, document: Document::default() }.page())
        .collect()
}

fn titled(name: &str) -> String {
    let word = |word: &str| match word {
        "of" | "and" | "the" => word.to_owned(),
        _ if word.contains('.') => word.to_uppercase(),
        "uae" | "usa" | "uk" | "drc" | "us" => word.to_uppercase(),
        _ => word.chars().take(1).flat_map(char::to_uppercase).chain(word.chars().skip(1)).collect(),
    };
    name.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

struct Page<'a> {
    stock: &'a Stock,
    dice: &'a mut Dice,
    document: Document,
}

/// Lines: `{club}` and the like are filled in; a capital letter as in `{CLUB}` writes the name in capitals.
const MATCHES: [&str; 12] = [
    "{club} {n} {club} {n}",
    "{club} {n} {club} {n}",
    "{club} {n}, {club} {n}",
    "{club} v {club}",
    "Postponed: {club} v {club}, {club} v {club}",
    "{club} {n} ({surname} {m}, {surname} {m}) {club} {n} ({surname} {m}). Halftime {n}-{n}. Attendance {big}.",
    "{club} {n} {club} {n} (after extra time)",
    "Scorers: {surname} ({m}th minute), {surname} ({m}, {m} penalty)",
    "{club} - {surname} ({m}), {surname} ({m})",
    "{n}-{n} {club} v {club}",
    "Playing {weekday}: {club} v {club}",
    "{club} beat {club} {n}-{n}",
];
const TABLES: [&str; 4] = [
    "{club} {n} {n} {n} {n} {m} {m} {m}",
    "{club} {m} {n} {n} {n} {m} {m} {m}",
    "{m}. {club} {m} {n} {n} {n} {m} - {m} {m}",
    "Tabulate under played, won, drawn, lost, goals for, goals against, points: {club} {n} {n} {n} {n} {m} {m} {m}",
];
const AMERICAN: [&str; 8] = [
    "{cityteam} {m} {cityteam} {m}",
    "{CITYTEAM} {m} {m} .{m}{n} -",
    "{CITYTEAM} {n} {cityteam} {n}",
    "{CITYTEAM} AT {CITYTEAM}",
    "{cityteam} at {cityteam}",
    "{CITYTEAM} {m} {m} .{m}{n} {n} {half}",
    "{cityteam} {n} {cityteam} {n} ({m} innings)",
    "{nickteam} {m}, {nickteam} {m}",
];
const NATIONS: [&str; 7] = [
    "{country} {n} {country} {n}",
    "{country} beat {country} {n}-{n} (halftime {n}-{n}) in a {other:World Cup} qualifier on {weekday}.",
    "{country} - {surname} ({m}), {surname} ({m})",
    "{country} {n} {n} {n} {n} {m} {m} {m}",
    "{country} v {country}",
    "{country} def. {country} {n}-{n}",
    "{country}: {m}-{surname}, {n}-{surname}, {m}-{surname}; {n}-{surname}",
];
const RACES: [&str; 12] = [
    "{n}. {person} ({country}) {m}.{m}",
    "{n}. {person} ({country}) {m}.{m} seconds",
    "{person} ({country}) beat {person} ({country}) {n}-{n} {n}-{n}",
    "{n} - {person} ({country}) bt {person} ({country}) {n}-{n} {n}-{n} {n}-{n}",
    "{m} {person} {m} {m} {m}",
    "{m} {person} ({country}) {m} {m} {m} {m}",
    "{person} lbw b {surname} {m}",
    "{initials} {surname} c {surname} b {surname} {m}",
    "{n}. {person} ({country}) {maker} {m}:{m}.{m}",
    "{n}. {surname} {m}.{m}",
    "{initials} {surname} not out {m}",
    "Bowling: {surname} {m}-{n}-{m}-{n}, {surname} {m}-{n}-{m}-{n}",
];
const CRICKET: [&str; 4] = [
    "{county} {m}-{n} ({initials} {surname} {m}, {initials} {surname} {m}) v {county}",
    "At {place}: {county} {m}{n} and {m}-{n}; {county} {m}{n}",
    "{county} beat {county} by {m} runs",
    "{place}: {county} v {county}",
];
const HEADS: [&str; 10] = [
    "SOCCER - {DEMONYM} FIRST DIVISION RESULTS.",
    "SOCCER - {CLUB} BEAT {CLUB} {n}-{n}.",
    "TENNIS - {SURNAME} REACHES SECOND ROUND.",
    "CRICKET - {COUNTRY} V {COUNTRY} SCOREBOARD.",
    "GOLF - {DEMONYM} OPEN SCORES.",
    "BASEBALL - {NICKTEAM} BEAT {NICKTEAM}.",
    "SOCCER - {DEMONYM} LEAGUE STANDINGS.",
    "{COUNTRY} AND {COUNTRY} SIGN TRADE ACCORD.",
    "{COMPANY} SEES HIGHER PROFIT.",
    "{DEMONYM} PRESIDENT VISITS {COUNTRY}.",
];
const DATELINES: [&str; 6] = [
    "{CITY} {date}",
    "{CITY}, {country} {date}",
    "{CITY} {date}",
    "{CITY}, {country}",
    "{CITY}, {weekday} (Reuter)",
    "{CITY}",
];
const PROSE: [&str; 26] = [
    "{club} coach {person} said the result was fair.",
    "{surname}, who joined {club} from {club} in {month}, scored twice.",
    "{club} beat {club} {n}-{n} in the {demonym} first division on {weekday}.",
    "{person} put {club} ahead after {m} minutes.",
    "{surname}, {m}, has played for {club} and {club}.",
    "The {m}-year-old {surname} moved to {club} on loan from {club}.",
    "{club} lead the table with {m} points, {n} ahead of {club}.",
    "{club} will be without striker {person} when they meet {club} on {weekday}.",
    "{country} captain {person} said his side would be ready for {country}.",
    "{person} of {country} won the {m} metres in {m}.{m} seconds.",
    "{county} were {m} for {n} at the close against {county}.",
    "In {city}, {nickteam} pitcher {person} allowed {n} hits in {n} innings.",
    "{person} homered twice as the {fullteam} beat the {nickteam} {n}-{n}.",
    "{company} said on {weekday} its net profit rose {m} percent.",
    "Shares in {company} fell {n} percent after {company} cut its forecast.",
    "{company} agreed to buy {company} for ${m} million.",
    "{company} {companyend} said it would close its plant in {city}.",
    "Analyst {person} at {company} said the market was steady.",
    "{person}, a trader with {company} in {city}, said demand was weak.",
    "{demonym} police said {n} people were killed in {city}.",
    "{surname} told reporters in {city} that talks with {country} would go on.",
    "{demonym} President {person} arrived in {city} on {weekday}.",
    "{company}, based in {city}, has {big} employees.",
    "{club} goalkeeper {surname} saved a penalty from {surname}.",
    "\"We played well,\" {club} manager {person} told reporters.",
    "{cityteam} manager {person} said the club had not decided.",
];

impl Page<'_> {
    fn page(mut self) -> Document {
        const KINDS: [&[&str]; 9] =
            [&MATCHES, &TABLES, &AMERICAN, &NATIONS, &RACES, &CRICKET, &PROSE, &PROSE, &MATCHES];
        self.line_of(&HEADS);
        self.line_of(&DATELINES);
        let blocks = 1 + self.dice.roll(3);
        for _ in 0..blocks {
            let kind = KINDS[self.dice.roll(KINDS.len())];
            let fixed = self.dice.roll(kind.len());
            let is_same = self.dice.roll(2) == 0;
            for _ in 0..2 + self.dice.roll(6) {
                let line = if is_same { kind[fixed] } else { kind[self.dice.roll(kind.len())] };
                self.line(line);
            }
        }
        self.document
    }

    fn line_of(&mut self, lines: &[&str]) {
        let at = self.dice.roll(lines.len());
        self.line(lines[at]);
    }

    fn line(&mut self, template: &str) {
        if !self.document.text.is_empty() {
            self.document.text.push_str("\n\n");
        }
        let start = self.document.text.len();
        let mut rest = template;
        while let Some(open) = rest.find('{') {
            self.document.text.push_str(&rest[..open]);
            let close = rest[open..].find('}').map_or(rest.len(), |at| open + at);
            self.fill(&rest[open + 1..close]);
            rest = &rest[close + 1..];
        }
        self.document.text.push_str(rest);
        self.document.sentences.push((start, self.document.text.len()));
    }

    fn pick(&mut self, from: &[String]) -> String {
        from[self.dice.roll(from.len())].clone()
    }

    fn fill(&mut self, slot: &str) {
        let lower = slot.to_lowercase();
        let stock = self.stock;
        let (word, kind) = match lower.as_str() {
            "n" => (self.dice.roll(10).to_string(), None),
            "m" => ((10 + self.dice.roll(89)).to_string(), None),
            "big" => (format!("{},{}00", 2 + self.dice.roll(60), 1 + self.dice.roll(9)), None),
            "half" => ("1/2".to_owned(), None),
            "weekday" => (
                ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
                    [self.dice.roll(7)]
                .to_owned(),
                None,
            ),
            "month" => (
                ["January", "March", "May", "July", "August", "October"][self.dice.roll(6)].to_owned(),
                None,
            ),
            "date" => (
                format!(
                    "{}-{:02}-{:02}",
                    1990 + self.dice.roll(36),
                    1 + self.dice.roll(12),
                    1 + self.dice.roll(28)
                ),
                None,
            ),
            "club" => (self.pick(&stock.clubs), Some(Kind::Organisation)),
            "cityteam" => (self.pick(&stock.cities), Some(Kind::Organisation)),
            "nickteam" => (self.nickname(), Some(Kind::Organisation)),
            "fullteam" => {
                (format!("{} {}", self.pick(&stock.cities), self.nickname()), Some(Kind::Organisation))
            }
            "county" => (self.pick(&stock.regions), Some(Kind::Organisation)),
            "maker" => (self.pick(&stock.companies), Some(Kind::Organisation)),
            "company" => (self.pick(&stock.companies), Some(Kind::Organisation)),
            "companyend" => {
                let end = ["Inc", "Corp", "Ltd", "Plc", "Co", "AG", "SA"][self.dice.roll(7)];
                self.document.text.push_str(end);
                if let Some(last) = self.document.names.last_mut() {
                    last.1 = self.document.text.len();
                }
                return;
            }
            "country" => (self.pick(&stock.countries), Some(Kind::Place)),
            "city" | "place" => (self.pick(&stock.cities), Some(Kind::Place)),
            "demonym" => (self.pick(&stock.demonyms), Some(Kind::Other)),
            "person" => (self.pick(&stock.people), Some(Kind::Person)),
            "surname" => (
                self.pick(&stock.people).rsplit(' ').next().unwrap_or_default().to_owned(),
                Some(Kind::Person),
            ),
            // Belongs to the surname that follows it.
            "initials" => {
                let letters = format!("{}.", char::from(b'A' + self.dice.roll(26) as u8));
                let start = self.document.text.len();
                self.document.text.push_str(&letters);
                self.document.names.push((start, start + letters.len(), Kind::Person));
                return;
            }
            other => (
                other.split_once(':').map_or_else(|| other.to_owned(), |_| slot[6..].to_owned()),
                Some(Kind::Other),
            ),
        };
        let start = self.document.text.len();
        let is_loud = slot.chars().all(|c| !c.is_lowercase());
        self.document.text.push_str(&if is_loud { word.to_uppercase() } else { word });
        let end = self.document.text.len();
        let Some(kind) = kind else { return };
        let joins = |name: &(usize, usize, Kind)| {
            lower == "surname"
                && name.2 == kind
                && name.1 + 1 == start
                && self.document.text[name.0..name.1].ends_with('.')
        };
        match self.document.names.last_mut().filter(|name| joins(name)) {
            Some(name) => name.1 = end,
            None => self.document.names.push((start, end, kind)),
        }
    }

    /// The last word of a team of two words.
    fn nickname(&mut self) -> String {
        const NAMES: [&str; 30] = [
            "Braves",
            "Tigers",
            "Bears",
            "Lions",
            "Eagles",
            "Hawks",
            "Rangers",
            "Giants",
            "Pirates",
            "Royals",
            "Twins",
            "Mariners",
            "Athletics",
            "Angels",
            "Rockies",
            "Dodgers",
            "Padres",
            "Cubs",
            "Mets",
            "Yankees",
            "Red Sox",
            "White Sox",
            "Blue Jays",
            "Packers",
            "Cowboys",
            "Bulls",
            "Lakers",
            "Bruins",
            "Devils",
            "Flyers",
        ];
        NAMES[self.dice.roll(NAMES.len())].to_owned()
    }
}
