//! Scores of marked articles: every field that marks speak of.

use super::dates::{self, DateAt};
use super::files;
use super::found::{Amount, Extent, Found};
use super::marked::{Mark, MarkKind, Marked};
use super::names::{self, NameKind, Names};
use super::people;
use super::session::Session;
use super::speech::{self, Answer, Speech, SpeechKind, names_source};
use super::tally::{Field, Scores};
use super::topics;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// How the files' names end.
pub(super) const ENDING: &str = ".marked.txt";

/// Scores each file.
pub(super) fn score(paths: &[PathBuf], session: &mut Session<'_>) -> Result<(), String> {
    for path in paths {
        let name = files::stem(path, ENDING);
        let marked = read(path).map_err(|why| format!("{}: {why}", files::stem(path, "")))?;
        let found = session.read(&name, &marked.text);
        Article { name: &name, marked: &marked, found: &found, scores: &mut session.scores }.score();
    }
    Ok(())
}

fn read(path: &Path) -> Result<Marked, String> {
    let marked = Marked::read(&files::read(path)?)?;
    match topics::unknown(&marked.key("topics")) {
        None => Ok(marked),
        Some(code) => Err(format!("there is no Media Topic {code:?}")),
    }
}

struct Article<'a> {
    name: &'a str,
    marked: &'a Marked,
    found: &'a Found,
    scores: &'a mut Scores,
}

impl Article<'_> {
    fn score(mut self) {
        self.structure();
        self.dates();
        self.amount(MarkKind::Money, "money", Field::Money);
        self.amount(MarkKind::Percent, "percent", Field::Percent);
        if self.marked.is_partial() {
            return;
        }
        self.amount(MarkKind::Casualties, "casualties", Field::Casualties);
        self.names();
        people::score(self.name, self.marked, self.found, self.scores);
        self.speech();
        let gold = self.marked.key("topics");
        topics::score(self.name, &gold, &self.found.topics, self.scores);
        let focus = self.marked.key("focus");
        let first = self.found.focus_countries.first().map(|focus| focus.country.as_str());
        let is_right = first.map_or(focus.is_empty(), |first| focus.contains(&first));
        let gold = if focus.is_empty() { "none".to_owned() } else { focus.join(" ") };
        self.share(Field::Focus, is_right, &gold, first.unwrap_or("none"));
    }

    fn structure(&mut self) {
        let found = self.found;
        self.span(MarkKind::Headline, Field::Headline, found.headline);
        self.span(MarkKind::Byline, Field::Byline, found.byline.as_ref().and_then(|byline| byline.at));
        self.span(MarkKind::Dateline, Field::Dateline, found.dateline.as_ref().map(|dateline| dateline.at));
        self.published();
        let gold = self.marked.key("language").concat();
        let tag = found.language.as_ref().map_or("none", |language| language.tag.as_str());
        let main = |tag: &str| tag.split('-').next().map(str::to_ascii_lowercase);
        self.share(Field::Language, main(&gold) == main(tag), &gold, tag);
        let marked = self.marked;
        if let Some(mark) = marked.of_kind(MarkKind::Dateline).next() {
            let place = found.dateline.as_ref().and_then(|dateline| dateline.place.as_ref());
            let country = place.and_then(|place| place.country.as_deref());
            let none = "none";
            let is_right = found.dateline.is_some() && country == mark.country();
            self.share(
                Field::DatelineCountry,
                is_right,
                mark.country().unwrap_or(none),
                country.unwrap_or(none),
            );
        }
    }

    fn share(&mut self, field: Field, is_right: bool, gold: &str, found: &str) {
        self.scores.add_share(field, 1, usize::from(is_right));
        if !is_right {
            self.scores.error(field, || format!("{}: {found:?} should be {gold:?}", self.name));
        }
    }

    /// At most one span of a kind is found; white space at its ends is nobody's.
    fn span(&mut self, kind: MarkKind, field: Field, answer: Option<Extent>) {
        let found = self.found;
        let gold: BTreeSet<Extent> = self.marked.of_kind(kind).map(|mark| found.trimmed(mark.at)).collect();
        let answer: BTreeSet<Extent> = answer.into_iter().map(|at| found.trimmed(at)).collect();
        self.scores.add(field, gold.len(), answer.len(), gold.intersection(&answer).count());
        self.differences(field, &gold, &answer);
    }

    fn differences(&mut self, field: Field, gold: &BTreeSet<Extent>, answer: &BTreeSet<Extent>) {
        for (extents, others, what) in [(gold, answer, "missed"), (answer, gold, "wrong")] {
            for extent in extents.difference(others) {
                let words = self.found.words(*extent);
                self.scores.error(field, || format!("{}: {what} {words:?} at {}", self.name, extent.start));
            }
        }
    }

    fn published(&mut self) {
        let gold = self.marked.key("published").concat();
        let answer = self.found.published.as_ref().map_or("", |published| published.value.as_str());
        // An envelope's time of day says more than the text does.
        let is_right = !gold.is_empty() && answer.get(..gold.len()) == Some(&gold);
        let count = |text: &str| usize::from(!text.is_empty());
        self.scores.add(Field::Published, count(&gold), count(answer), usize::from(is_right));
        if gold != answer && !is_right {
            self.scores.error(Field::Published, || format!("{}: {answer:?} should be {gold:?}", self.name));
        }
    }

    /// The publication date's own words and a dateline's date are not marked.
    fn dates(&mut self) {
        let marks = self.marked.of_kind(MarkKind::Date);
        let gold: Vec<DateAt> = marks.map(|mark| (mark.at, mark.argument(0).to_owned())).collect();
        let published = self.found.published.as_ref().and_then(|published| published.at);
        let datelines = self.marked.of_kind(MarkKind::Dateline).map(|mark| mark.at);
        let unasked: Vec<Extent> = datelines.chain(published).collect();
        let mut answers = dates::found_dates(self.found);
        answers.retain(|(at, _)| !unasked.iter().any(|unasked| unasked.contains(*at)));
        dates::score(self.name, self.found, &gold, &answers, self.scores);
    }

    /// Exact span, value and unit.
    fn amount(&mut self, kind: MarkKind, word: &str, field: Field) {
        let gold: Vec<&Mark> = self.marked.of_kind(kind).collect();
        let answers: Vec<&Amount> =
            self.found.amounts.iter().filter(|amount| amount.kind == word).collect();
        let is_same = |mark: &Mark, amount: &Amount| {
            let unit = Some(mark.argument(1)).filter(|unit| !unit.is_empty());
            let is_close = (mark.number() - amount.value).abs() <= 1e-9 * mark.number().abs();
            mark.at == amount.at && is_close && (unit.is_none() || unit == amount.unit.as_deref())
        };
        let missed: BTreeSet<Extent> = gold
            .iter()
            .filter(|mark| !answers.iter().any(|amount| is_same(mark, amount)))
            .map(|mark| mark.at)
            .collect();
        let wrong: BTreeSet<Extent> = answers
            .iter()
            .filter(|amount| !gold.iter().any(|mark| is_same(mark, amount)))
            .map(|a| a.at)
            .collect();
        let right = gold.iter().filter(|mark| !missed.contains(&mark.at)).count();
        self.scores.add(field, gold.len(), answers.len(), right);
        for (extents, what) in [(missed, "missed"), (wrong, "wrong")] {
            for extent in extents {
                let words = self.found.words(extent);
                self.scores.error(field, || format!("{}: {what} {words:?} at {}", self.name, extent.start));
            }
        }
    }

    fn names(&mut self) {
        let kind = |mark: &Mark| match mark.kind {
            MarkKind::Person => Some(NameKind::Person),
            MarkKind::Organisation => Some(NameKind::Organisation),
            MarkKind::Place => Some(NameKind::Place),
            MarkKind::Group => Some(NameKind::Group),
            _ => None,
        };
        let marks = self.marked.marks.iter();
        let gold: Names = marks.filter_map(|mark| Some((mark.at, kind(mark)?))).collect();
        let answers = names::found_names(self.found, true);
        names::score(&gold, &answers, self.scores);
        names::score_kind(NameKind::Group, &gold, &answers, self.scores);
        names::list_errors(self.name, self.found, &gold, &answers, self.scores);
        self.countries(&answers);
    }

    /// Of the places that were found as such.
    fn countries(&mut self, answers: &Names) {
        let marked = self.marked;
        for mark in
            marked.of_kind(MarkKind::Place).filter(|mark| answers.contains(&(mark.at, NameKind::Place)))
        {
            let mut entities = self.found.entities.iter().filter(|entity| entity.kind == "place");
            let entity =
                entities.find(|entity| entity.mentions.iter().any(|mention| mention.at == mark.at));
            let country = entity.and_then(|entity| entity.country.as_deref());
            let is_right = country == mark.country();
            let is_both = is_right && country.is_some();
            let (gold, answer) = (mark.country().is_some(), country.is_some());
            self.scores.add(
                Field::PlaceCountries,
                usize::from(gold),
                usize::from(answer),
                usize::from(is_both),
            );
            if !is_right {
                let (words, gold) = (self.found.words(mark.at), mark.country().unwrap_or("none"));
                let country = country.unwrap_or("none");
                let name = self.name;
                self.scores.error(Field::PlaceCountries, || {
                    format!("{name}: {words:?} is in {gold}, not {country}")
                });
            }
        }
    }

    fn speech(&mut self) {
        let (speech, speakers) = quotations(self.marked);
        let owners = people::Owners::new(self.marked, self.found);
        let (marked, found) = (self.marked, self.found);
        let is_right =
            |n: usize, answer: &Answer<'_>| is_speaker(speakers[n], answer, &owners, marked, found);
        speech::score(self.name, found, &speech, is_right, self.scores);
    }
}

/// The right one is its entity, or somebody named as the marks name it; `none` is anybody without a name.
fn is_speaker(
    id: &str,
    answer: &Answer<'_>,
    owners: &people::Owners<'_>,
    marked: &Marked,
    found: &Found,
) -> bool {
    if id == "none" {
        return answer.entity.is_none();
    }
    if answer.entity.is_some_and(|entity| owners.of(entity) == Some(id)) {
        return true;
    }
    let entity = answer.entity.map(|entity| &found.entities[entity]);
    let canonical = entity.map_or("", |entity| entity.name.as_str());
    let is_country = entity.is_some_and(|entity| entity.country.as_deref() == Some(id));
    let mut names =
        marked.marks.iter().filter(|mark| people::is_named(mark, id)).map(|mark| found.words(mark.at));
    is_country || names.any(|name| names_source(answer.speaker, name) || names_source(canonical, name))
}

/// The quotations in the order of their first pieces, with their speakers.
fn quotations(marked: &Marked) -> (Vec<Speech>, Vec<&str>) {
    let (mut ids, mut speech, mut speakers) = (Vec::new(), Vec::<Speech>::new(), Vec::new());
    for mark in marked.of_kind(MarkKind::Quote) {
        if let Some(at) = ids.iter().position(|id| *id == mark.argument(0)) {
            speech[at].content.push(mark.at);
            continue;
        }
        let kind = SpeechKind::parse(mark.argument(1)).expect("the reader has seen that it is one");
        ids.push(mark.argument(0));
        speakers.push(mark.argument(2));
        speech.push(Speech { kind, content: vec![mark.at], has_source: true });
    }
    (speech, speakers)
}

#[cfg(test)]
mod tests {
    use super::Article;
    use crate::cli::eval::found::Found;
    use crate::cli::eval::marked::Marked;
    use crate::cli::eval::tally::{Field, Scores};
    use serde_json::{Value, json};

    const ARTICLE: &str = "style: a\nlanguage: en\npublished: 2024-03-05\ntopics: 20000643\nfocus: PL\n---\n\
        ⟦headline|⟦place PL|Łódź⟧ votes⟧\n\n⟦title a|Mayor⟧ ⟦person a|Żaneta Ćwik⟧ met ⟦person b|Bo Lee⟧ of the \
        ⟦org un|UN⟧. “⟦pronoun b|He⟧ is late”, ⟦pronoun a|she⟧ said. ⟦person b|Lee⟧ ⟦cue q2|denies⟧ \
        ⟦quote q2 indirect speaker=b|being €9 late⟧. The ⟦title a|mayor⟧ ⟦cue q3|paid⟧ ⟦quote q3 mixed \
        speaker=none|⟦money 3000000 EUR|€3 million⟧⟧ ⟦date 2024-03-04|Monday⟧, ⟦date P2D|two days⟧ late.";

    /// A published span over the first occurrence of some words, in bytes, after the first of others.
    fn span(text: &str, after: &str, words: &str) -> Value {
        let from = text.find(after).expect("a landmark");
        let start = from + text[from..].find(words).expect("words");
        json!({ "start": start, "end": start + words.len(), "text": words })
    }

    fn with(mut span: Value, key: &str, value: impl Into<Value>) -> Value {
        span[key] = value.into();
        span
    }

    fn document(text: &str) -> Value {
        let name = |after, words, form: &str| with(span(text, after, words), "form", form);
        let people = [
            json!({ "id": "e1", "kind": "person", "name": "Żaneta Ćwik",
                "mentions": [name("Mayor", "Żaneta Ćwik", "name"), name(",", "she", "pronoun")],
                "titles": [span(text, "M", "Mayor")] }),
            // The second title is joined to the wrong person, and so is `He`.
            json!({ "id": "e2", "kind": "person", "name": "Bo Lee",
                "mentions": [name("met", "Bo Lee", "name"), name("said", "Lee", "surname"), name("The", "mayor", "title")] }),
            json!({ "id": "e3", "kind": "place", "name": "Łódź", "country": "PL",
                "mentions": [name("Ł", "Łódź", "name"), name("the UN", "UN", "acronym")] }),
        ];
        json!({
            "text": text,
            "language": { "tag": "en-GB" },
            "headline": span(text, "Ł", "Łódź votes"),
            "published": { "value": "2024-03-05T10:00Z", "source": "envelope" },
            "entities": people,
            "focus_countries": [{ "country": "DE", "score": 0.6 }, { "country": "PL", "score": 0.4 }],
            "dates": [with(span(text, "M", "Monday"), "value", "2024-03-11"), with(span(text, "late", "two"), "value", "P2D")],
            "amounts": [with(with(with(span(text, "paid", "€3 million"), "kind", "money"), "value", 3e6), "unit", "EUR")],
            "quotations": [
                { "kind": "indirect", "content": [span(text, "denies", "being €9 late")], "speaker_entity": "e2" },
                { "kind": "direct", "content": [span(text, "“", "“He is late”")], "speaker_entity": "e1" },
            ],
            "topics": [
                { "code": "medtop:20000639", "path": ["medtop:11000000", "medtop:20000643"] },
                { "code": "medtop:15000000" },
            ],
        })
    }

    fn scores() -> Scores {
        let marked = Marked::read(ARTICLE).expect("an article");
        let document = serde_json::to_vec(&document(&marked.text)).expect("JSON");
        let found = Found::read(&document).expect("a document");
        let mut scores = Scores::new(3);
        Article { name: "a", marked: &marked, found: &found, scores: &mut scores }.score();
        scores
    }

    #[test]
    fn a_document_has_the_scores_that_were_counted_by_hand() {
        let scores = scores();
        let counts = |field| scores.get(field).map(|counts| (counts.gold, counts.found, counts.right));
        for (field, expected) in [
            (Field::Headline, (1, 1, 1)),
            (Field::Published, (1, 1, 1)),
            (Field::Byline, (0, 0, 0)),
            (Field::Language, (1, 1, 1)),
            // Łódź, Żaneta Ćwik, Bo Lee, Lee; the UN was taken for a place.
            (Field::Names, (5, 5, 4)),
            (Field::NameSpans, (5, 5, 5)),
            (Field::Persons, (3, 3, 3)),
            (Field::Places, (1, 2, 1)),
            (Field::Organisations, (1, 0, 0)),
            (Field::PlaceCountries, (1, 1, 1)),
            (Field::Titles, (2, 2, 2)),
            (Field::TitleHolders, (2, 2, 1)),
            (Field::Pronouns, (2, 1, 1)),
            // a: Żaneta Ćwik, she, mayor → 3 pairs; b: Bo Lee, He, Lee → 3 pairs. `Mayor` stands beside its name.
            // Linked: Żaneta Ćwik + she; Bo Lee + Lee, and each of them with `mayor`.
            (Field::Links, (6, 4, 2)),
            (Field::DatesFound, (2, 2, 2)),
            (Field::DatesExact, (2, 2, 1)),
            (Field::DateValues, (2, 2, 1)),
            (Field::Money, (1, 1, 1)),
            (Field::Quotations, (2, 2, 1)),
            (Field::QuotationsFound, (2, 2, 1)),
            (Field::QuotationSpeakers, (1, 1, 1)),
            (Field::Indirect, (1, 1, 1)),
            (Field::Mixed, (1, 1, 0)),
            (Field::QuotationPrecision, (2, 2, 1)),
            // 20000643 is under 11000000; 15000000 was too much.
            (Field::TopLevelTopics, (1, 2, 1)),
            (Field::DeepTopics, (1, 1, 1)),
            (Field::Focus, (1, 1, 0)),
        ] {
            assert_eq!(counts(field), Some(expected), "{}", field.word());
        }
        assert_eq!(counts(Field::DatelineCountry), None, "there is no dateline to have one");
    }

    #[test]
    fn errors_say_where_in_characters() {
        let scores = scores();
        assert_eq!(scores.errors(Field::Organisations), ["a: missed \"UN\" at 48"]);
        assert_eq!(
            scores.errors(Field::DateValues),
            ["a: \"Monday\" at 128 is 2024-03-11, should be 2024-03-04"]
        );
        assert_eq!(scores.errors(Field::Focus), ["a: \"DE\" should be \"PL\""]);
    }
}
