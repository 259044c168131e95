//! What an explanation is made of: the article in blocks, and the findings as marks on it, read from the
//! published document alone.

use super::super::document::{amount_value, list, speaker, title, word};
use serde_json::Value;
use std::collections::BTreeSet;
use std::ops::Range;

/// What is marked, in the order of the legend; the earlier shows where marks lie on each other.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Kind {
    Person,
    Organisation,
    Place,
    Group,
    Event,
    Title,
    Date,
    Amount,
    Anomaly,
    Published,
    Byline,
    Dateline,
    Cue,
    Speaker,
    Topic,
    Keyphrase,
    Speech,
}

impl Kind {
    pub(super) const ALL: [Self; 17] = [
        Self::Person,
        Self::Organisation,
        Self::Place,
        Self::Group,
        Self::Event,
        Self::Title,
        Self::Date,
        Self::Amount,
        Self::Anomaly,
        Self::Published,
        Self::Byline,
        Self::Dateline,
        Self::Cue,
        Self::Speaker,
        Self::Topic,
        Self::Keyphrase,
        Self::Speech,
    ];

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Organisation => "organisation",
            Self::Place => "place",
            Self::Group => "group",
            Self::Event => "event",
            Self::Title => "title",
            Self::Date => "date",
            Self::Amount => "amount",
            Self::Anomaly => "anomaly",
            Self::Published => "published",
            Self::Byline => "byline",
            Self::Dateline => "dateline",
            Self::Cue => "cue",
            Self::Speaker => "speaker",
            Self::Topic => "topic",
            Self::Keyphrase => "keyphrase",
            Self::Speech => "speech",
        }
    }

    fn of_entity(word: &str) -> Option<Self> {
        Self::ALL[..5].iter().copied().find(|kind| kind.word() == word)
    }

    /// Whether it has a number and a line of its own. A cue and a speaker stand in the line of their speech, and
    /// the words that speak for a topic in the list of topics.
    fn is_listed(self) -> bool {
        !matches!(self, Self::Cue | Self::Speaker | Self::Topic)
    }
}

/// One finding where it stands.
#[derive(Clone, Debug)]
pub(super) struct Mark {
    pub(super) span: Range<usize>,
    pub(super) kind: Kind,
    /// What it was taken for.
    pub(super) value: String,
    /// The rule or model, and its confidence where it has one.
    pub(super) by: String,
    /// Its number in the explanation, when it has a line of its own.
    pub(super) number: Option<usize>,
}

/// A piece of the article that stands by itself.
#[derive(Clone, Debug)]
pub(super) struct Block {
    pub(super) span: Range<usize>,
    /// `headline`, `sub-head`, `lede` … or nothing.
    pub(super) label: &'static str,
}

/// A run of text under the same marks.
#[derive(Clone, Debug)]
pub(super) struct Segment {
    pub(super) span: Range<usize>,
    /// Indexes of the marks it lies in.
    pub(super) marks: Vec<usize>,
    /// Those that begin and end with it.
    pub(super) begins: Vec<usize>,
    pub(super) ends: Vec<usize>,
}

/// A document, ready to be shown.
pub(super) struct Explained<'a> {
    pub(super) document: &'a Value,
    pub(super) text: &'a str,
    pub(super) blocks: Vec<Block>,
    /// By where they start, the longer first.
    pub(super) marks: Vec<Mark>,
}

impl<'a> Explained<'a> {
    pub(super) fn new(document: &'a Value) -> Self {
        let text = document["text"].as_str().unwrap_or_default();
        let mut marks = Marks { document, text, found: Vec::new() }.all();
        marks.sort_by(|a, b| (a.span.start, b.span.end, a.kind).cmp(&(b.span.start, a.span.end, b.kind)));
        let listed = marks.iter_mut().filter(|mark| mark.kind.is_listed());
        listed.enumerate().for_each(|(at, mark)| mark.number = Some(at + 1));
        Self { document, text, blocks: blocks(document, text), marks }
    }

    /// The marks that start in a block.
    pub(super) fn starting_in(&self, block: &Block) -> &[Mark] {
        let from = self.marks.partition_point(|mark| mark.span.start < block.span.start);
        let to = self.marks.partition_point(|mark| mark.span.start < block.span.end);
        &self.marks[from..to.max(from)]
    }

    /// The segments of every block, in order: cut wherever a mark begins or ends.
    pub(super) fn segments(&self) -> Vec<Vec<Segment>> {
        let mut ends: Vec<usize> = (0..self.marks.len()).collect();
        ends.sort_by_key(|at| self.marks[*at].span.end);
        let mut sweep = Sweep { marks: &self.marks, ends, begun: 0, ended: 0, open: BTreeSet::new() };
        self.blocks.iter().map(|block| sweep.block(block)).collect()
    }
}

/// One pass over the text with the marks that are open.
struct Sweep<'a> {
    marks: &'a [Mark],
    /// The marks by where they end.
    ends: Vec<usize>,
    begun: usize,
    ended: usize,
    open: BTreeSet<usize>,
}

impl Sweep<'_> {
    fn block(&mut self, block: &Block) -> Vec<Segment> {
        let mut segments = Vec::new();
        let mut at = block.span.start;
        self.close_until(at);
        self.open_until(at);
        while at < block.span.end {
            let next_begin = self.marks.get(self.begun).map_or(usize::MAX, |mark| mark.span.start);
            let next_end = self.ends.get(self.ended).map_or(usize::MAX, |mark| self.marks[*mark].span.end);
            let to = next_begin.min(next_end).min(block.span.end);
            let marks: Vec<usize> = self.open.iter().copied().collect();
            // A mark that goes on in the next block ends with this one and begins anew there.
            let begins = |mark: &usize| at == block.span.start || self.marks[*mark].span.start == at;
            let ends = |mark: &usize| to == block.span.end || self.marks[*mark].span.end == to;
            let begins = marks.iter().copied().filter(begins).collect();
            let ends = marks.iter().rev().copied().filter(ends).collect();
            segments.push(Segment { span: at..to, marks, begins, ends });
            at = to;
            self.close_until(at);
            if at < block.span.end {
                self.open_until(at);
            }
        }
        segments
    }

    fn open_until(&mut self, at: usize) {
        while self.marks.get(self.begun).is_some_and(|mark| mark.span.start <= at) {
            if self.marks[self.begun].span.end > at {
                self.open.insert(self.begun);
            }
            self.begun += 1;
        }
    }

    fn close_until(&mut self, at: usize) {
        while self.ends.get(self.ended).is_some_and(|mark| self.marks[*mark].span.end <= at) {
            self.open.remove(&self.ends[self.ended]);
            self.ended += 1;
        }
    }
}

/// Paragraphs as published, and what stands between them line by line.
fn blocks(document: &Value, text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut done = 0;
    let lede = span_of(&document["lede"], text);
    for paragraph in list(&document["paragraphs"]).iter().filter_map(|span| span_of(span, text)) {
        if paragraph.start < done {
            continue;
        }
        lines(document, text, done..paragraph.start, &mut blocks);
        done = paragraph.end;
        let is_lede = lede.as_ref().is_some_and(|lede| paragraph.contains(&lede.start));
        blocks.push(Block { span: paragraph, label: if is_lede { "lede" } else { "" } });
    }
    lines(document, text, done..text.len(), &mut blocks);
    blocks
}

fn lines(document: &Value, text: &str, span: Range<usize>, blocks: &mut Vec<Block>) {
    let mut start = span.start;
    for line in text[span].split_inclusive('\n') {
        let span = start..start + line.trim_end().len();
        start += line.len();
        if !line.trim().is_empty() {
            blocks.push(Block { label: label(document, text, &span), span });
        }
    }
}

/// What a line outside of the paragraphs is.
fn label(document: &Value, text: &str, line: &Range<usize>) -> &'static str {
    let is_in = |span: &Value| {
        span_of(span, text).is_some_and(|span| span.start < line.end && line.start < span.end)
    };
    if is_in(&document["headline"]) {
        return "headline";
    }
    if is_in(&document["deck"]) {
        return "deck";
    }
    if list(&document["sections"]).iter().any(|section| is_in(&section["heading"])) {
        return "sub-head";
    }
    if is_in(&document["byline"]) {
        return "byline";
    }
    "outside the story"
}

fn span_of(span: &Value, text: &str) -> Option<Range<usize>> {
    let at = |key: &str| usize::try_from(span[key].as_u64()?).ok();
    let span = at("start")?..at("end")?;
    text.get(span.clone()).filter(|covered| !covered.is_empty()).map(|_| span)
}

/// Collects the marks of a document.
struct Marks<'a> {
    document: &'a Value,
    text: &'a str,
    found: Vec<Mark>,
}

impl Marks<'_> {
    fn all(mut self) -> Vec<Mark> {
        let document = self.document;
        self.structure();
        for entity in list(&document["entities"]) {
            self.entity(entity);
        }
        for date in list(&document["dates"]) {
            let anchor =
                date["anchor"].as_str().map_or_else(String::new, |a| format!(", counted from {a}"));
            let value =
                format!("{} ({} {}{anchor})", word(date, "value"), word(date, "grain"), word(date, "type"));
            self.add(date, Kind::Date, value, by(date));
        }
        for amount in list(&document["amounts"]) {
            let value = format!("{} ({})", amount_value(amount), word(amount, "kind"));
            self.add(amount, Kind::Amount, value, by(amount));
        }
        for quotation in list(&document["quotations"]) {
            self.quotation(quotation);
        }
        for topic in list(&document["topics"]) {
            for evidence in list(&topic["evidence"]) {
                self.add(evidence, Kind::Topic, format!("speaks for {}", word(topic, "name")), by(topic));
            }
        }
        for phrase in list(&document["keyphrases"]) {
            self.add(phrase, Kind::Keyphrase, format!("score {}", phrase["score"]), String::new());
        }
        for anomaly in list(&document["anomalies"]) {
            self.add(anomaly, Kind::Anomaly, word(anomaly, "code"), String::new());
        }
        self.found
    }

    fn add(&mut self, span: &Value, kind: Kind, value: String, by: String) {
        if let Some(span) = span_of(span, self.text) {
            self.found.push(Mark { span, kind, value, by, number: None });
        }
    }

    fn structure(&mut self) {
        let document = self.document;
        let published = &document["published"];
        let from = format!("from the {}", word(published, "source"));
        self.add(published, Kind::Published, word(published, "value"), from);
        let byline = &document["byline"];
        let names = list(&byline["names"]).iter().filter_map(Value::as_str);
        let names: Vec<&str> = names.chain(byline["agency"].as_str()).collect();
        self.add(byline, Kind::Byline, names.join(", "), String::new());
        let dateline = &document["dateline"];
        let place = &dateline["place"];
        let parts = [&place["name"], &place["country"], &dateline["date"], &dateline["agency"]];
        let parts: Vec<&str> = parts.into_iter().filter_map(Value::as_str).collect();
        self.add(dateline, Kind::Dateline, parts.join(", "), String::new());
    }

    fn entity(&mut self, entity: &Value) {
        let Some(kind) = Kind::of_entity(&word(entity, "kind")) else { return };
        let who = [&entity["id"], &entity["name"], &entity["country"]];
        let who: Vec<&str> = who.into_iter().filter_map(Value::as_str).collect();
        for mention in list(&entity["mentions"]) {
            let value = format!("{} ({})", who.join(" "), word(mention, "form"));
            self.add(mention, kind, value, by(mention));
        }
        for found in list(&entity["titles"]) {
            let inferred = if found["inferred"] == true { ", concluded" } else { "" };
            let value =
                format!("{} ({} {}{inferred})", title(found), word(entity, "id"), word(entity, "name"));
            self.add(found, Kind::Title, value, by(found));
        }
    }

    fn quotation(&mut self, quotation: &Value) {
        let who = speaker(self.document, quotation).unwrap_or_else(|| "an unknown speaker".to_owned());
        let concluded = if quotation["inferred"] == true { ", concluded" } else { "" };
        let cue =
            quotation["cue"]["text"].as_str().map_or_else(String::new, |cue| format!(", cue “{cue}”"));
        let value = format!("{}, by {who}{concluded}{cue}", word(quotation, "kind"));
        for content in list(&quotation["content"]) {
            self.add(content, Kind::Speech, value.clone(), by(quotation));
        }
        self.add(&quotation["cue"], Kind::Cue, format!("cue of what {who} said"), by(quotation));
        self.add(&quotation["speaker"], Kind::Speaker, who, by(quotation));
    }
}

fn by(finding: &Value) -> String {
    let confidence = finding["confidence"].as_f64().map_or_else(String::new, |c| format!(" {c:.2}"));
    format!("{}{confidence}", word(finding, "by"))
}

/// The words a mark covers.
pub(super) fn words(explained: &Explained<'_>, mark: &Mark) -> String {
    explained.text.get(mark.span.clone()).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const TEXT: &str = "Storm\n\nÄnne Berg said so.\n\nShe left.";

    /// A quotation that runs over two paragraphs, a name that crosses its start, and spans that lead nowhere.
    fn document() -> Value {
        json!({
            "text": TEXT,
            "headline": {"start": 0, "end": 5},
            "paragraphs": [{"start": 7, "end": 26}, {"start": 28, "end": 37}],
            "entities": [{"id": "e1", "kind": "person", "name": "Änne Berg", "mentions": [
                {"start": 7, "end": 17, "form": "name", "by": "tagger", "confidence": 0.9},
                {"start": 8, "end": 17, "form": "name", "by": "inside a letter"},
                {"start": 20, "end": 999, "form": "name", "by": "beyond the end"}]}],
            "quotations": [{"kind": "indirect", "content": [{"start": 13, "end": 31}], "by": "rule"}],
        })
    }

    #[test]
    fn segments_lose_nothing_and_know_their_marks() {
        let document = document();
        let explained = Explained::new(&document);
        assert_eq!(explained.marks.len(), 2, "spans that lead nowhere are left out");
        let labels: Vec<&str> = explained.blocks.iter().map(|block| block.label).collect();
        assert_eq!(labels, ["headline", "", ""]);
        for (block, segments) in explained.blocks.iter().zip(explained.segments()) {
            let joined: String = segments.iter().map(|segment| &TEXT[segment.span.clone()]).collect();
            assert_eq!(joined, TEXT[block.span.clone()]);
            let opened: usize = segments.iter().map(|segment| segment.begins.len()).sum();
            let closed: usize = segments.iter().map(|segment| segment.ends.len()).sum();
            assert_eq!(opened, closed, "each block stands by itself");
            for segment in segments {
                let covers = |mark: &Mark| {
                    mark.span.start <= segment.span.start && segment.span.end <= mark.span.end
                };
                let covering = explained.marks.iter().filter(|mark| covers(mark)).count();
                assert_eq!(segment.marks.len(), covering, "{segment:?}");
            }
        }
    }

    #[test]
    fn what_starts_in_a_block_is_listed_there() {
        let document = document();
        let explained = Explained::new(&document);
        let listed: Vec<usize> =
            explained.blocks.iter().map(|block| explained.starting_in(block).len()).collect();
        assert_eq!(listed, [0, 2, 0]);
        assert_eq!(explained.marks[0].by, "tagger 0.90");
    }
}
