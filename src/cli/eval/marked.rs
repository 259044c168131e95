//! Articles marked by hand, read: `tests/quality/README.md` describes the form. A mark that is wrong in form or
//! contradicts another is refused with its line, since it would quietly move every score.

use super::found::Extent;
use std::collections::{BTreeMap, BTreeSet};

/// One article with what is to be found in it.
#[derive(Debug)]
pub(super) struct Marked {
    keys: BTreeMap<String, String>,
    pub(super) text: String,
    /// In the order of their openings, outer before inner.
    pub(super) marks: Vec<Mark>,
}

#[derive(Debug)]
pub(super) struct Mark {
    pub(super) at: Extent,
    pub(super) kind: MarkKind,
    arguments: Vec<String>,
    line: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum MarkKind {
    Headline,
    Byline,
    Dateline,
    Person,
    Title,
    Pronoun,
    Organisation,
    Place,
    Group,
    Event,
    Date,
    Money,
    Percent,
    Casualties,
    Quote,
    Cue,
}

/// Each kind's word and what its arguments must be.
const KINDS: [(MarkKind, &str, &[Argument]); 16] = [
    (MarkKind::Headline, "headline", &[]),
    (MarkKind::Byline, "byline", &[]),
    (MarkKind::Dateline, "dateline", &[Argument::Country]),
    (MarkKind::Person, "person", &[Argument::Word]),
    (MarkKind::Title, "title", &[Argument::Word]),
    (MarkKind::Pronoun, "pronoun", &[Argument::Word]),
    (MarkKind::Organisation, "org", &[Argument::Word]),
    (MarkKind::Place, "place", &[Argument::Country]),
    (MarkKind::Group, "group", &[Argument::Country]),
    (MarkKind::Event, "event", &[Argument::Dash]),
    (MarkKind::Date, "date", &[Argument::Word]),
    (MarkKind::Money, "money", &[Argument::Number, Argument::Currency]),
    (MarkKind::Percent, "percent", &[Argument::Number]),
    (MarkKind::Casualties, "casualties", &[Argument::Number, Argument::Casualty]),
    (MarkKind::Quote, "quote", &[Argument::Word, Argument::Speech, Argument::Speaker]),
    (MarkKind::Cue, "cue", &[Argument::Word]),
];

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Argument {
    Word,
    Dash,
    /// ISO 3166 alpha-2, or `-`.
    Country,
    Currency,
    Number,
    Casualty,
    Speech,
    Speaker,
}

impl Argument {
    fn takes(self, word: &str) -> bool {
        let is_code = |length| word.len() == length && word.bytes().all(|b| b.is_ascii_uppercase());
        match self {
            Self::Word => !word.is_empty(),
            Self::Dash => word == "-",
            Self::Country => word == "-" || is_code(2),
            Self::Currency => is_code(3),
            Self::Number => word.parse::<f64>().is_ok_and(f64::is_finite),
            Self::Casualty => matches!(word, "killed" | "injured" | "missing"),
            Self::Speech => matches!(word, "direct" | "mixed" | "indirect"),
            Self::Speaker => word.strip_prefix("speaker=").is_some_and(|who| !who.is_empty()),
        }
    }
}

const KEYS: [&str; 6] = ["style", "language", "published", "topics", "focus", "partial"];
const OPEN: char = '⟦';
const CLOSE: char = '⟧';

impl Mark {
    /// Its `n`th argument, without the name of a named one.
    pub(super) fn argument(&self, n: usize) -> &str {
        let argument = self.arguments.get(n).map_or("", String::as_str);
        argument.strip_prefix("speaker=").unwrap_or(argument)
    }

    pub(super) fn number(&self) -> f64 {
        self.argument(0).parse().expect("the reader has seen that it is a number")
    }

    /// Its country, where it has one.
    pub(super) fn country(&self) -> Option<&str> {
        Some(self.argument(0)).filter(|country| *country != "-")
    }
}

impl Marked {
    pub(super) fn read(file: &str) -> Result<Self, String> {
        let (head, body) =
            file.split_once("\n---\n").ok_or("it has no line `---` between keys and article")?;
        let keys = keys(head)?;
        let mut reader = Reader { line: head.lines().count() + 2, ..Reader::default() };
        reader.read(body)?;
        reader.marks.sort_by_key(|(opening, _)| *opening);
        let marks: Vec<Mark> = reader.marks.into_iter().map(|(_, mark)| mark).collect();
        agree(&marks)?;
        Ok(Self { keys, text: reader.text, marks })
    }

    /// A key's values; empty for `none`.
    pub(super) fn key(&self, key: &str) -> Vec<&str> {
        let value = self.keys.get(key).map_or("none", String::as_str);
        value.split_whitespace().filter(|word| *word != "none").collect()
    }

    pub(super) fn is_partial(&self) -> bool {
        self.key("partial") == ["yes"]
    }

    pub(super) fn of_kind(&self, kind: MarkKind) -> impl Iterator<Item = &Mark> {
        self.marks.iter().filter(move |mark| mark.kind == kind)
    }
}

fn keys(head: &str) -> Result<BTreeMap<String, String>, String> {
    let mut keys = BTreeMap::new();
    for (n, line) in head.lines().enumerate() {
        let (key, value) =
            line.split_once(':').ok_or_else(|| format!("line {}: expected `key: value`", n + 1))?;
        let (key, value) = (key.trim(), value.trim());
        if !KEYS.contains(&key) || value.is_empty() {
            return Err(format!("line {}: the key {key:?} is unknown or has no value", n + 1));
        }
        if keys.insert(key.to_owned(), value.to_owned()).is_some() {
            return Err(format!("line {}: the key {key:?} comes twice", n + 1));
        }
    }
    match KEYS.iter().find(|key| **key != "partial" && !keys.contains_key(**key)) {
        Some(key) => Err(format!("the key {key:?} is missing")),
        None => Ok(keys),
    }
}

#[derive(Default)]
struct Reader {
    line: usize,
    text: String,
    characters: usize,
    openings: usize,
    open: Vec<(usize, Mark)>,
    /// With the number of their opening.
    marks: Vec<(usize, Mark)>,
}

impl Reader {
    fn read(&mut self, mut rest: &str) -> Result<(), String> {
        while let Some(c) = rest.chars().next() {
            rest = &rest[c.len_utf8()..];
            match c {
                OPEN => rest = self.opening(rest)?,
                CLOSE => self.closing()?,
                c => self.write(c),
            }
        }
        self.open
            .first()
            .map_or(Ok(()), |(_, mark)| Err(format!("line {}: the mark is not closed", mark.line)))
    }

    fn write(&mut self, c: char) {
        self.line += usize::from(c == '\n');
        self.text.push(c);
        self.characters += 1;
    }

    /// Reads `kind arguments|` and returns what is after it.
    fn opening<'a>(&mut self, rest: &'a str) -> Result<&'a str, String> {
        let line = self.line;
        let (head, after) =
            rest.split_once('|').ok_or_else(|| format!("line {line}: the mark has no `|`"))?;
        let mut words = head.split(' ');
        let word = words.next().unwrap_or_default();
        let kind = KINDS.iter().find(|(_, name, _)| *name == word);
        let (kind, _, expected) = kind.ok_or_else(|| format!("line {line}: there is no mark {head:?}"))?;
        let arguments: Vec<String> = words.map(str::to_owned).collect();
        let fits = arguments.len() == expected.len()
            && expected.iter().zip(&arguments).all(|(expected, word)| expected.takes(word));
        if !fits {
            return Err(format!("line {line}: {head:?} should have {expected:?}"));
        }
        let at = Extent::new(self.characters, self.characters);
        self.open.push((self.openings, Mark { at, kind: *kind, arguments, line }));
        self.openings += 1;
        Ok(after)
    }

    fn closing(&mut self) -> Result<(), String> {
        let line = self.line;
        let (opening, mut mark) = self.open.pop().ok_or_else(|| format!("line {line}: nothing is open"))?;
        mark.at.end = self.characters;
        if mark.at.len() == 0 {
            return Err(format!("line {line}: the mark is empty"));
        }
        self.marks.push((opening, mark));
        Ok(())
    }
}

/// What marks say of each other must hold: an id is one thing, pieces of one quotation are alike, a cue and a
/// speaker exist.
fn agree(marks: &[Mark]) -> Result<(), String> {
    let ids = |kinds: &[MarkKind]| -> BTreeSet<&str> {
        marks.iter().filter(|mark| kinds.contains(&mark.kind)).map(|mark| mark.argument(0)).collect()
    };
    let people = ids(&[MarkKind::Person, MarkKind::Title]);
    let organisations = ids(&[MarkKind::Organisation]);
    let countries = ids(&[MarkKind::Place, MarkKind::Group, MarkKind::Dateline]);
    let quotes = ids(&[MarkKind::Quote]);
    let mut pieces: BTreeMap<&str, &Mark> = BTreeMap::new();
    for mark in marks {
        let id = mark.argument(0);
        let complain = |what: &str| Err(format!("line {}: {id:?} {what}", mark.line));
        match mark.kind {
            MarkKind::Organisation if people.contains(id) => return complain("is also a person"),
            MarkKind::Pronoun if !people.contains(id) => return complain("is no marked person"),
            MarkKind::Cue if !quotes.contains(id) => return complain("is no marked quotation"),
            MarkKind::Quote => {
                let first = pieces.entry(id).or_insert(mark);
                if first.arguments != mark.arguments {
                    return complain("is not the same in its pieces");
                }
                let who = mark.argument(2);
                let is_known = who == "none" || people.contains(who) || organisations.contains(who);
                if !is_known && !countries.contains(who) {
                    return complain(&format!("has the speaker {who:?}, who is not marked"));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{MarkKind, Marked};
    use crate::cli::eval::found::Extent;

    const KEYS: &str = "style: a\nlanguage: en\npublished: none\ntopics: none\nfocus: DK NO\n---\n";

    fn read(body: &str) -> Result<Marked, String> {
        Marked::read(&format!("{KEYS}{body}"))
    }

    #[test]
    fn marks_nest_and_count_characters() {
        let article = read(
            "⟦quote q1 mixed speaker=eu|Ø “⟦place DK|Århus⟧”⟧,\n⟦org eu|EU⟧ ⟦cue q1|says⟧ ⟦quote q1 mixed speaker=eu|now⟧",
        )
        .expect("an article");
        assert_eq!(article.text, "Ø “Århus”,\nEU says now");
        let marks: Vec<(MarkKind, Extent)> =
            article.marks.iter().map(|mark| (mark.kind, mark.at)).collect();
        let at = Extent::new;
        assert_eq!(
            marks,
            [
                (MarkKind::Quote, at(0, 9)),
                (MarkKind::Place, at(3, 8)),
                (MarkKind::Organisation, at(11, 13)),
                (MarkKind::Cue, at(14, 18)),
                (MarkKind::Quote, at(19, 22)),
            ]
        );
        assert_eq!(article.marks[0].argument(2), "eu");
        assert_eq!((article.key("focus"), article.key("topics").len()), (vec!["DK", "NO"], 0));
    }

    #[test]
    fn what_is_wrong_in_form_is_refused_with_its_line() {
        for (body, expected) in [
            ("a\n⟦headline|b", "line 8: the mark is not closed"),
            ("a⟧", "line 7: nothing is open"),
            ("⟦headline b⟧", "line 7: the mark has no `|`"),
            ("⟦hero a|b⟧", "line 7: there is no mark \"hero a\""),
            ("⟦person|b⟧", "line 7: \"person\" should have [Word]"),
            ("⟦place Denmark|b⟧", "line 7: \"place Denmark\" should have [Country]"),
            ("⟦money 3m USD|b⟧", "should have [Number, Currency]"),
            ("⟦casualties 3 hurt|b⟧", "should have [Number, Casualty]"),
            ("⟦person a|⟧", "line 7: the mark is empty"),
            ("⟦pronoun a|she⟧", "\"a\" is no marked person"),
            ("⟦person a|A⟧ ⟦org a|A⟧", "\"a\" is also a person"),
            ("⟦cue q1|said⟧", "\"q1\" is no marked quotation"),
            ("⟦quote q1 direct speaker=x|a⟧", "has the speaker \"x\", who is not marked"),
            (
                "⟦quote q1 direct speaker=none|a⟧\n⟦quote q1 mixed speaker=none|b⟧",
                "line 8: \"q1\" is not the same",
            ),
        ] {
            let why = read(body).expect_err(body);
            assert!(why.contains(expected), "{body:?}: {why}");
        }
        assert!(
            Marked::read("style: a\n---\nText").is_err_and(|why| why.contains("\"language\" is missing"))
        );
        assert!(Marked::read("Text").is_err_and(|why| why.contains("`---`")));
    }
}
