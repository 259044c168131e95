//! Gathers `gazetteer.bin`: lists of names from open data, by the hashes of their words.

use crate::corpora::Result;
use copydesk::lexicon::gazetteer::{GOES_ON, List, SEED, WORDS_MAX};
use copydesk::lexicon::table::joined;
use copydesk::lexicon::tagger::Kind;
use copydesk::lexicon::tagger::words::lower_hash;
use copydesk::text::tokenize;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

/// Phrases by hash, with the lists they stand in.
#[derive(Clone, Default)]
pub struct Phrases {
    bits: BTreeMap<u64, u16>,
    /// As they are written.
    names: BTreeMap<u16, std::collections::BTreeSet<String>>,
}

impl Phrases {
    pub fn add(&mut self, phrase: &str, list: List) {
        let phrase =
            phrase.trim().trim_start_matches("the ").trim_start_matches("The ").replace('\u{a0}', " ");
        let mut tokens = Vec::new();
        tokenize(&phrase, &mut tokens);
        let is_wordy = phrase.chars().filter(|c| c.is_alphabetic()).count() >= 2;
        if tokens.is_empty()
            || tokens.len() > WORDS_MAX
            || !is_wordy
            || phrase.chars().any(|c| u32::from(c) > 0x24f && c != '’')
        {
            return;
        }
        self.names.entry(list as u16).or_default().insert(phrase.clone());
        let mut hash = SEED;
        let last = tokens.len() - 1;
        for (index, token) in tokens.iter().enumerate() {
            hash = joined(hash, lower_hash(token.span.of(&phrase)));
            *self.bits.entry(hash).or_default() |= if index == last { list.bit() } else { GOES_ON };
        }
    }

    /// The name with and without its accents.
    pub fn add_both(&mut self, phrase: &str, list: List) {
        self.add(phrase, list);
        let bare = bare(phrase);
        if bare != phrase {
            self.add(&bare, list);
        }
    }

    /// Names that a first tagger kept finding in news.
    pub fn add_voted(&mut self, names: &[(String, Kind)]) {
        for (name, kind) in names {
            let list = match kind {
                Kind::Person => List::Person,
                Kind::Place => List::Place,
                Kind::Organisation => List::Organisation,
                Kind::Other => List::Other,
            };
            self.add(name, list);
        }
    }

    pub fn names(&self, list: List) -> impl Iterator<Item = &str> {
        self.names.get(&(list as u16)).into_iter().flatten().map(String::as_str)
    }

    pub fn bytes(&self) -> Vec<u8> {
        let entries: Vec<(u64, Vec<u8>)> =
            self.bits.iter().map(|(hash, bits)| (*hash, bits.to_le_bytes().to_vec())).collect();
        crate::tables::bytes(&entries, 2, 4, 3)
    }
}

/// Latin letters without their accents.
pub fn bare(text: &str) -> String {
    const LETTERS: [(&str, char); 28] = [
        ("àáâãäåāăą", 'a'),
        ("çćč", 'c'),
        ("ďđ", 'd'),
        ("èéêëēėęěə", 'e'),
        ("ğģ", 'g'),
        ("íîïìīįı", 'i'),
        ("ķ", 'k'),
        ("łļ", 'l'),
        ("ñńňņ", 'n'),
        ("òóôõöøōő", 'o'),
        ("ŕř", 'r'),
        ("śşšș", 's'),
        ("ťţț", 't'),
        ("ùúûüūůűų", 'u'),
        ("ýÿ", 'y'),
        ("źżž", 'z'),
        ("ÀÁÂÃÄÅĀ", 'A'),
        ("ÇĆČ", 'C'),
        ("ĎĐ", 'D'),
        ("ÈÉÊËĖĘ", 'E'),
        ("Ğ", 'G'),
        ("ÍÎİ", 'I'),
        ("ŁĽ", 'L'),
        ("Ñ", 'N'),
        ("ÒÓÔÕÖØŌ", 'O'),
        ("ŚŞŠȘ", 'S'),
        ("ÙÚÛÜ", 'U'),
        ("ŹŻŽ", 'Z'),
    ];
    let letter = |c: char| LETTERS.iter().find(|(with, _)| with.contains(c)).map_or(c, |(_, bare)| *bare);
    text.chars().map(|c| if c.is_ascii() { c } else { letter(c) }).collect()
}

/// All lists.
pub fn gather(data: &Path, lexicon: &Path) -> Result<Phrases> {
    let mut phrases = Phrases::default();
    places(data, lexicon, &mut phrases)?;
    people(&data.join("gazetteers"), &mut phrases)?;
    organisations(&data.join("gazetteers"), &mut phrases)?;
    factbook(&data.join("gazetteers/factbook"), &mut phrases)?;
    Ok(phrases)
}

fn places(data: &Path, lexicon: &Path, phrases: &mut Phrases) -> Result<()> {
    let mut archive = zip::ZipArchive::new(std::fs::File::open(data.join("geonames/cities15000.zip"))?)?;
    let mut cities = String::new();
    archive.by_index(0)?.read_to_string(&mut cities)?;
    for line in cities.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let population: u64 = fields[14].parse().unwrap_or(0);
        let is_large = population >= 100_000 || fields[7] == "PPLC";
        let list = if is_large { List::City } else { List::Town };
        phrases.add(fields[1], list);
        phrases.add(fields[2], list);
        if population >= 300_000 || fields[7] == "PPLC" {
            fields[3]
                .split(',')
                .filter(|name| name.chars().count() >= 4)
                .for_each(|name| phrases.add(name, list));
        }
    }
    for (file, list) in
        [("country_names.tsv", List::Country), ("areas.tsv", List::Place), ("demonyms.tsv", List::Demonym)]
    {
        for line in
            std::fs::read_to_string(lexicon.join(file))?.lines().filter(|line| !line.starts_with('#'))
        {
            phrases.add(line.split('\t').next().unwrap_or_default(), list);
        }
    }
    for line in std::fs::read_to_string(data.join("geonames/regionInfo.tsv"))?.lines().skip(1) {
        line.split('\t').skip(1).take(2).for_each(|name| phrases.add(name, List::Region));
    }
    let codes = "ALABAMA Ala|ALASKA|ARIZONA Ariz|ARKANSAS Ark|CALIFORNIA Calif|COLORADO Colo|CONNECTICUT Conn|DELAWARE Del|FLORIDA Fla|GEORGIA Ga|ILLINOIS Ill|INDIANA Ind|KANSAS Kan|KENTUCKY Ky|MARYLAND Md|MASSACHUSETTS Mass|MICHIGAN Mich|MINNESOTA Minn|MISSISSIPPI Miss|MISSOURI Mo|MONTANA Mont|NEBRASKA Neb|NEVADA Nev|N.J.|N.M.|N.Y.|N.C.|N.D.|OKLAHOMA Okla|OREGON Ore|PENNSYLVANIA Pa|R.I.|S.C.|S.D.|TENNESSEE Tenn|TEXAS Tex|VERMONT Vt|VIRGINIA Va|WASHINGTON Wash|W.Va.|WISCONSIN Wis|WYOMING Wyo|D.C.";
    codes.split(['|', ' ']).for_each(|name| phrases.add(name, List::Region));
    for name in ["admin1.json", "admin2.json"] {
        let list = if name == "admin1.json" { List::Region } else { List::Place };
        let json = std::fs::read_to_string(data.join("gazetteers/lutangar-admin").join(name))?;
        json.split("\"name\":\"")
            .skip(1)
            .filter_map(|part| part.split('"').next())
            .for_each(|name| phrases.add_both(name, list));
    }
    let geography = data.join("gazetteers/dariusk-corpora/data/geography");
    for (name, list) in [
        ("rivers", List::Place),
        ("oceans", List::Place),
        ("english_towns_cities", List::Town),
        ("sf_neighborhoods", List::Place),
        ("us_counties", List::Place),
        ("venues", List::Place),
    ] {
        let json: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(geography.join(format!("{name}.json")))?)?;
        strings(&json, &mut |name| {
            phrases.add(name, list);
            if matches!(list, List::Place) && matches!(name, n if !n.contains(' ')) {
                ["River", "Ocean", "Sea"]
                    .iter()
                    .for_each(|kind| phrases.add(&format!("{name} {kind}"), list));
            }
        });
    }
    let more = "Middle East|Africa|Asia|Europe|North America|South America|Latin America|Central America|Antarctica|Oceania|Scandinavia|Balkans|Caucasus|Caribbean|Southeast Asia|East Asia|Central Asia|South Asia|Western Europe|Eastern Europe|Central Europe|North Africa|West Africa|East Africa|West Bank|Gaza Strip|Gaza|Crimea|Kashmir|Kurdistan|Chechnya|Tibet|Siberia|Balkan|Gulf|Persian Gulf|Mediterranean|Baltic|Black Sea|Red Sea|South China Sea|Silicon Valley|Wall Street|Manhattan|Brooklyn|Bronx|Queens|Midwest|New England|Far East|Yugoslavia|Soviet Union|USSR|East Germany|West Germany|Czechoslovakia|Zaire|Great Britain|UK|U.K.|US|U.S.|USA|U.S.A.|UAE|EU";
    more.split('|').for_each(|name| phrases.add(name, List::Place));
    Ok(())
}

/// Every string under a JSON value.
fn strings(json: &serde_json::Value, each: &mut impl FnMut(&str)) {
    match json {
        serde_json::Value::String(text) => each(text),
        serde_json::Value::Array(all) => all.iter().for_each(|value| strings(value, each)),
        serde_json::Value::Object(all) => {
            all.iter()
                .filter(|(key, _)| !matches!(key.as_str(), "description" | "source"))
                .for_each(|(_, value)| strings(value, each));
        }
        _ => {}
    }
}

fn people(folder: &Path, phrases: &mut Phrases) -> Result<()> {
    let lines = |path: &str| -> Result<Vec<String>> {
        Ok(String::from_utf8_lossy(&std::fs::read(folder.join(path))?).lines().map(str::to_owned).collect())
    };
    for (path, list) in [
        ("smashew-names/NamesDatabases/first names/all.txt", List::FirstName),
        ("nltk-names/female.txt", List::FirstName),
        ("nltk-names/male.txt", List::FirstName),
        ("random-name/first-names.txt", List::FirstName),
        ("smashew-names/NamesDatabases/surnames/all.txt", List::Surname),
        ("random-name/names.txt", List::Surname),
    ] {
        lines(path)?
            .iter()
            .filter(|name| !name.contains([' ', '#']))
            .for_each(|name| phrases.add_both(name, list));
    }
    for (path, column, list) in [
        ("popular-names-by-country/common-forenames-by-country.csv", 11, List::FirstName),
        ("popular-names-by-country/common-surnames-by-country.csv", 5, List::Surname),
    ] {
        lines(path)?
            .iter()
            .skip(1)
            .filter_map(|line| line.split(',').nth(column))
            .for_each(|name| phrases.add_both(name, list));
    }
    let mut full: Vec<String> = Vec::new();
    for (path, column) in [
        ("every-politician-world/html/bio.csv", 1),
        ("every-politician-world/html/legislators.csv", 1),
        ("every-politician-world/html/holders21.csv", 1),
        ("every-politician-leaders/data/wikidata.csv", 5),
        ("every-politician-leaders/data/wikipedia.csv", 5),
    ] {
        full.extend(
            lines(path)?.iter().skip(1).filter_map(|line| line.split(',').nth(column)).map(str::to_owned),
        );
    }
    for line in lines("us-congress/legislators-current.yaml")? {
        full.extend(line.trim().strip_prefix("official_full: ").map(str::to_owned));
    }
    for file in ["celebrities", "authors", "britishActors", "scientists"] {
        let json: serde_json::Value =
            serde_json::from_str(&lines(&format!("dariusk-corpora/data/humans/{file}.json"))?.join("\n"))?;
        strings(&json, &mut |name| full.push(name.to_owned()));
    }
    let mut counts: BTreeMap<(bool, String), u32> = BTreeMap::new();
    for name in full
        .iter()
        .map(|name| name.split(" (").next().unwrap_or_default())
        .filter(|name| name.contains(' '))
    {
        phrases.add_both(name, List::Person);
        let words: Vec<&str> = name.split(' ').collect();
        *counts.entry((true, words[0].to_owned())).or_default() += 1;
        *counts.entry((false, words[words.len() - 1].to_owned())).or_default() += 1;
    }
    for ((is_first, name), count) in counts {
        if count >= 2 || !is_first {
            phrases.add_both(&name, if is_first { List::FirstName } else { List::Surname });
        }
    }
    Ok(())
}

fn organisations(folder: &Path, phrases: &mut Phrases) -> Result<()> {
    for line in std::fs::read_to_string(folder.join("sp500/data/constituents.csv"))?.lines().skip(1) {
        if let Some(name) = line.split(',').nth(1) {
            company(name.trim_matches('"'), phrases);
        }
    }
    let corpora = folder.join("dariusk-corpora/data");
    for (file, list) in [
        ("corporations/fortune500", List::Company),
        ("corporations/djia", List::Company),
        ("corporations/nasdaq", List::Company),
        ("corporations/cars", List::Company),
        ("corporations/newspapers", List::Organisation),
        ("corporations/charities", List::Organisation),
        ("governments/us_federal_agencies", List::Organisation),
        ("governments/uk_political_parties", List::Party),
        ("technology/social_networking_websites", List::Company),
    ] {
        let json: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(corpora.join(format!("{file}.json")))?)?;
        strings(&json, &mut |name| {
            if list == List::Company { company(name, phrases) } else { phrases.add(name, list) }
        });
    }
    for entry in [
        "australia",
        "canada",
        "european_union",
        "india",
        "russia",
        "saudi_arabia",
        "united_kingdom",
        "united_nations",
        "united_states",
    ] {
        let path = corpora.join(format!("societies_and_groups/designated_terrorist_groups/{entry}.json"));
        let json: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path)?)?;
        strings(&json, &mut |name| phrases.add(name, List::Organisation));
    }
    for (file, key) in [
        ("nfl_teams", "name"),
        ("nba_teams", "name"),
        ("mlb_teams", "name"),
        ("nhl_teams", "name"),
        ("milb_teams", "team"),
        ("football/epl_teams", "name"),
        ("football/laliga_teams", "name"),
        ("football/serieA", "name"),
    ] {
        let json: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(corpora.join(format!("sports/{file}.json")))?)?;
        team(&json, key, phrases);
    }
    clubs(&folder.join("openfootball-clubs"), phrases)?;
    let universities: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(
        folder.join("universities/world_universities_and_domains.json"),
    )?)?;
    for university in universities.as_array().into_iter().flatten() {
        if let Some(name) = university["name"].as_str() {
            phrases.add_both(name, List::University);
        }
    }
    Ok(())
}

/// A company with and without its legal form.
fn company(name: &str, phrases: &mut Phrases) {
    phrases.add(name, List::Company);
    let short = name.trim_end_matches('.');
    for end in [
        " Inc",
        " Corp",
        " Corporation",
        " Company",
        " Co",
        " plc",
        " Ltd",
        " Group",
        " Holdings",
        " & Co",
        ", Inc",
        " Companies",
        " Technologies",
    ] {
        if let Some(short) = short.strip_suffix(end) {
            phrases.add(short, List::Company);
        }
    }
}

/// `Boston Celtics` is known as `Celtics` too.
fn team(json: &serde_json::Value, key: &str, phrases: &mut Phrases) {
    match json {
        serde_json::Value::Array(all) => all.iter().for_each(|value| team(value, key, phrases)),
        serde_json::Value::Object(all) => {
            for (name, value) in all {
                match value.as_str() {
                    Some(text) if name == key => {
                        phrases.add(text, List::Club);
                        if let Some((_, last)) = text.rsplit_once(' ') {
                            phrases.add(last, List::Club);
                        }
                    }
                    _ => team(value, key, phrases),
                }
            }
        }
        _ => {}
    }
}

/// Lines `Arsenal FC, 1886, @ Emirates Stadium, London` and `| Arsenal | FC Arsenal`.
fn clubs(folder: &Path, phrases: &mut Phrases) -> Result<()> {
    let mut entries: Vec<_> = std::fs::read_dir(folder)?.collect::<std::result::Result<_, _>>()?;
    entries.sort_by_key(std::fs::DirEntry::path);
    for entry in entries {
        let path = entry.path();
        if path.is_dir() {
            clubs(&path, phrases)?;
        } else if path.to_string_lossy().ends_with("clubs.txt") {
            for line in String::from_utf8_lossy(&std::fs::read(&path)?).lines() {
                club_line(line, phrases);
            }
        }
    }
    Ok(())
}

fn club_line(line: &str, phrases: &mut Phrases) {
    let line = line.split('#').next().unwrap_or_default().trim();
    if line.is_empty() || line.starts_with('=') {
        return;
    }
    for name in line.trim_start_matches('|').split('|') {
        let name = name.split([',', '(', '{', '[', '•']).next().unwrap_or_default().trim();
        if name.chars().next().is_some_and(char::is_alphanumeric) && name.chars().any(char::is_lowercase) {
            phrases.add_both(name, List::Club);
            for mark in [" FC", " AFC", " CF", " SC", " United", " City"] {
                if let Some(short) =
                    name.strip_suffix(mark).filter(|_| !matches!(mark, " United" | " City"))
                {
                    phrases.add_both(short, List::Club);
                }
            }
            for mark in ["FC ", "AC ", "AS ", "SC "] {
                if let Some(short) = name.strip_prefix(mark) {
                    phrases.add_both(short, List::Club);
                }
            }
        }
    }
}

fn factbook(folder: &Path, phrases: &mut Phrases) -> Result<()> {
    let mut folders: Vec<_> = std::fs::read_dir(folder)?.collect::<std::result::Result<_, _>>()?;
    folders.sort_by_key(std::fs::DirEntry::path);
    for folder in folders.iter().filter(|entry| entry.path().is_dir() && !entry.path().ends_with("meta")) {
        let mut files: Vec<_> = std::fs::read_dir(folder.path())?.collect::<std::result::Result<_, _>>()?;
        files.sort_by_key(std::fs::DirEntry::path);
        for file in files {
            let json: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(file.path())?)?;
            country(&json, phrases);
        }
    }
    let more = "American|Americans|Briton|Britons|British|English|Scottish|Welsh|Irish|Arab|Arabs|Kurd|Kurds|Kurdish|Jew|Jews|Jewish|Muslim|Muslims|Christian|Christians|Catholic|Catholics|Protestant|Protestants|Sunni|Sunnis|Shiite|Shiites|Shia|Hindu|Hindus|Buddhist|Buddhists|Sikh|Sikhs|Islamic|Islamist|Islamists|European|Europeans|African|Africans|Asian|Asians|Soviet|Serb|Serbs|Bosnian|Chechen|Chechens|Tamil|Tibetan|Hispanic|Latino|Latinos|Democrat|Democrats|Republican|Republicans|Democratic|Conservative|Conservatives|Palestinian|Palestinians|Israeli|Israelis|Iraqi|Iraqis|Pakistani|Pakistanis|Swiss|Dutch|Turk|Turks|Spaniard|Spaniards|Swede|Swedes|Dane|Danes|Finn|Finns|Pole|Poles|Czech|Czechs|Slovak|Frenchman|Frenchmen|Dutchman|Englishman|Irishman|Scot|Scots|Korean|Koreans|Californian|Texan|Yugoslav|Russian|Russians|Latin American|Latin|Nazi|Nazis|Anglo";
    more.split('|').for_each(|name| phrases.add(name, List::Demonym));
    Ok(())
}

fn country(json: &serde_json::Value, phrases: &mut Phrases) {
    let nationality = &json["People and Society"]["Nationality"];
    for part in ["noun", "adjective"] {
        let text =
            nationality[part]["text"].as_str().unwrap_or_default().split('<').next().unwrap_or_default();
        for name in text.split([',', ';', '/', '(', ')']).flat_map(|name| name.split(" or ")).map(str::trim)
        {
            let is_name = name.chars().next().is_some_and(char::is_uppercase) && name.chars().count() > 3;
            if is_name && name.split(' ').count() <= 2 {
                phrases.add(name, List::Demonym);
                phrases.add(&format!("{name}s"), List::Demonym);
            }
        }
    }
    let parties =
        json["Government"]["Political parties"]["text"].as_str().unwrap_or_default().replace("&nbsp;", " ");
    for name in
        parties.split("<br>").map(|name| name.split(['(', '<', ';', '[']).next().unwrap_or_default().trim())
    {
        for name in name.split(" or ") {
            let is_name = name.chars().next().is_some_and(char::is_uppercase);
            if is_name && name.split(' ').count() <= 6 {
                phrases.add_both(name, List::Party);
            }
        }
    }
    let member =
        json["Government"]["International organization participation"]["text"].as_str().unwrap_or_default();
    for name in member.split(',').map(|name| name.split('(').next().unwrap_or_default().trim()) {
        phrases.add(name, List::Organisation);
    }
    let geography = &json["Geography"];
    for key in ["Major lakes (area sq km)", "Major rivers (by length in km)"] {
        strings(&geography[key], &mut |text| {
            for part in text.split([';', ',']) {
                let name: String =
                    part.trim().chars().take_while(|c| c.is_alphabetic() || *c == ' ').collect();
                if name.chars().next().is_some_and(char::is_uppercase) {
                    phrases.add(name.trim(), List::Place);
                }
            }
        });
    }
}
