//! A published story as a card in the terminal: what a reader wants to see first, a few of each kind. It is read
//! from the published JSON alone, as any reader of the output topic would.

use super::document::{amount_value, broader, covered, list, speaker, summary, title, word};
use super::paint::{Color, Margin, Paint, Piece, Style, columns_in};
use serde_json::Value;

/// Columns of the names of the rows.
const LABEL_COLUMNS: usize = 15;
/// Shown of each kind; the rest is counted.
const SHOWN_MAX: usize = 6;
const QUOTATIONS_SHOWN_MAX: usize = 4;
/// Letters of a quotation or a sentence that are shown.
const LETTERS_MAX: usize = 220;

pub(super) const PERSON: Style = Style::colored(Color::Cyan).bold();
pub(super) const ORGANISATION: Style = Style::colored(Color::Magenta);
pub(super) const PLACE: Style = Style::colored(Color::Green);
pub(super) const GROUP: Style = Style::colored(Color::Blue);
pub(super) const EVENT: Style = Style::colored(Color::Red);
pub(super) const DATE: Style = Style::colored(Color::Yellow);
pub(super) const AMOUNT: Style = Style::colored(Color::Blue).bold();

/// One card in the making.
pub(super) struct Card {
    paint: Paint,
    bar: Style,
    text: String,
}

/// The card of a story. `number` counts the cards, `name` is the record's key.
pub(super) fn story(paint: Paint, number: usize, name: &str, document: &Value) -> String {
    let text = document["text"].as_str().unwrap_or_default();
    let mut card = Card::open(paint, Style::colored(Color::Cyan), number, name, "");
    let headline = covered(&document["headline"], text).unwrap_or_else(|| "(no headline)".to_owned());
    card.line(&[(headline, Style::BOLD)]);
    if let Some(deck) = covered(&document["deck"], text) {
        card.line(&[(deck, Style::ITALIC)]);
    }
    card.line(&[(origin(document), Style::DIM)]);
    card.entities(document);
    card.joined("dates", dates(document), DATE);
    card.joined("amounts", amounts(document), AMOUNT);
    card.speech(document, text);
    card.topics(document);
    card.joined("keyphrases", texts(&document["keyphrases"]), Style::PLAIN);
    card.summary(document, text);
    card.joined("anomalies", codes(&document["anomalies"]), Style::colored(Color::Red));
    card.close()
}

/// Why a record was not taken, and where.
#[derive(Clone, Debug, Default)]
pub(super) struct Rejection {
    pub(super) reason: String,
    pub(super) stage: String,
    pub(super) message: String,
}

/// The card of a dead letter.
pub(super) fn dead_letter(
    paint: Paint,
    number: usize,
    name: &str,
    why: &Rejection,
    bytes: usize,
) -> String {
    let red = Style::colored(Color::Red);
    let mut card = Card::open(paint, red, number, name, "dead letter");
    card.line(&[(why.reason.clone(), red.bold()), (format!(": {}", why.message), Style::PLAIN)]);
    let kept = format!("given up at stage {}; kept as it came, {bytes} bytes", why.stage);
    card.line(&[(kept, Style::DIM)]);
    card.close()
}

impl Card {
    fn open(paint: Paint, bar: Style, number: usize, name: &str, mark: &str) -> Self {
        let mut text = paint.styled("┌─", bar);
        let name = format!(" {number} {name} ");
        let mark = if mark.is_empty() { String::new() } else { format!("─ {mark} ") };
        let rest = paint.width.saturating_sub(2 + columns_in(&name) + columns_in(&mark));
        text.push_str(&paint.styled(&name, bar.bold()));
        text.push_str(&paint.styled(&format!("{mark}{}", "─".repeat(rest)), bar));
        text.push('\n');
        Self { paint, bar, text }
    }

    fn close(mut self) -> String {
        let foot = format!("└{}", "─".repeat(self.paint.width - 1));
        self.text.push_str(&self.paint.styled(&foot, self.bar));
        self.text.push('\n');
        self.text
    }

    /// Lines across the whole card.
    fn line(&mut self, pieces: &[Piece]) {
        let margin = format!("{} ", self.paint.styled("│", self.bar));
        let margin = Margin { first: &margin, rest: &margin, columns: 2 };
        self.text.push_str(&self.paint.wrapped(pieces, margin));
    }

    /// A row with its name before it.
    fn row(&mut self, label: &str, pieces: &[Piece]) {
        let bar = self.paint.styled("│", self.bar);
        let label = self.paint.styled(&format!("{label:<LABEL_COLUMNS$}"), Style::DIM);
        let (first, rest) = (format!("{bar} {label}"), format!("{bar} {}", " ".repeat(LABEL_COLUMNS)));
        let margin = Margin { first: &first, rest: &rest, columns: LABEL_COLUMNS + 2 };
        self.text.push_str(&self.paint.wrapped(pieces, margin));
    }

    /// Findings of one kind on as few lines as they take.
    fn joined(&mut self, label: &str, items: Vec<(String, String)>, style: Style) {
        let count = items.len();
        let mut pieces: Vec<Piece> = Vec::new();
        for (item, detail) in items.into_iter().take(SHOWN_MAX) {
            if !pieces.is_empty() {
                pieces.push((" · ".to_owned(), Style::DIM));
            }
            pieces.push((item, style));
            pieces.push((detail, Style::PLAIN));
        }
        if count > SHOWN_MAX {
            pieces.push((format!(" · {} more", count - SHOWN_MAX), Style::DIM));
        }
        if count > 0 {
            self.row(label, &pieces);
        }
    }

    fn entities(&mut self, document: &Value) {
        let of_kind = |kind: &'static str| {
            list(&document["entities"]).iter().filter(move |entity| entity["kind"] == kind)
        };
        let people: Vec<&Value> = of_kind("person").collect();
        for (at, person) in people.iter().take(SHOWN_MAX).enumerate() {
            let titles: Vec<String> = list(&person["titles"]).iter().map(title).collect();
            let mut pieces = vec![(word(person, "name"), PERSON)];
            if !titles.is_empty() {
                pieces.push((format!(", {}", titles.join(", ")), Style::PLAIN));
            }
            self.row(if at == 0 { "people" } else { "" }, &pieces);
        }
        if people.len() > SHOWN_MAX {
            self.row("", &[(format!("{} more", people.len() - SHOWN_MAX), Style::DIM)]);
        }
        for (label, kind, style) in [
            ("organisations", "organisation", ORGANISATION),
            ("places", "place", PLACE),
            ("groups", "group", GROUP),
            ("events", "event", EVENT),
        ] {
            self.joined(label, of_kind(kind).map(named).collect(), style);
        }
    }

    fn speech(&mut self, document: &Value, text: &str) {
        let quotations = list(&document["quotations"]);
        for (at, quotation) in quotations.iter().take(QUOTATIONS_SHOWN_MAX).enumerate() {
            let content: Vec<String> =
                list(&quotation["content"]).iter().filter_map(|span| covered(span, text)).collect();
            let speaker = speaker(document, quotation).unwrap_or_else(|| "somebody".to_owned());
            let content = match quotation["kind"].as_str() {
                Some("indirect") => {
                    let cue = quotation["cue"]["text"].as_str().unwrap_or("said");
                    (format!(" {cue}: {}", shortened(&content.join(" … "))), Style::PLAIN)
                }
                _ => (format!(": {}", shortened(&content.join(" … "))), Style::ITALIC),
            };
            self.row(if at == 0 { "who said what" } else { "" }, &[(speaker, PERSON), content]);
        }
        if quotations.len() > QUOTATIONS_SHOWN_MAX {
            let more = format!("{} more", quotations.len() - QUOTATIONS_SHOWN_MAX);
            self.row("", &[(more, Style::DIM)]);
        }
    }

    fn topics(&mut self, document: &Value) {
        for (at, topic) in list(&document["topics"]).iter().take(SHOWN_MAX).enumerate() {
            let broader = broader(topic);
            let broader = if broader.is_empty() { broader } else { format!("  in {broader}") };
            let pieces = [
                (word(topic, "name"), Style::BOLD),
                (broader, Style::PLAIN),
                (format!("  {} {}", word(topic, "code"), topic["score"]), Style::DIM),
            ];
            self.row(if at == 0 { "topics" } else { "" }, &pieces);
        }
    }

    fn summary(&mut self, document: &Value, text: &str) {
        for (at, sentence) in summary(document, text).iter().enumerate() {
            self.row(if at == 0 { "summary" } else { "" }, &[(shortened(sentence), Style::PLAIN)]);
        }
    }
}

/// Place, date, writers, language, length: what stands under a headline in a paper.
fn origin(document: &Value) -> String {
    let dateline = &document["dateline"];
    let place = [dateline["place"]["name"].as_str(), dateline["place"]["country"].as_str()];
    let place: Vec<&str> = place.into_iter().flatten().collect();
    let byline = &document["byline"];
    let names: Vec<&str> = list(&byline["names"]).iter().filter_map(Value::as_str).collect();
    let agency = byline["agency"].as_str().or(dateline["agency"].as_str());
    let parts = [
        (!place.is_empty()).then(|| place.join(", ")),
        document["published"]["value"].as_str().map(str::to_owned),
        (!names.is_empty()).then(|| format!("by {}", names.join(" and "))),
        agency.map(str::to_owned),
        document["language"]["tag"].as_str().map(|tag| format!("language {tag}")),
        document["counts"]["words"].as_u64().map(|words| format!("{words} words")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn named(entity: &Value) -> (String, String) {
    let details = [entity["acronym"].as_str(), entity["country"].as_str()];
    let details: Vec<&str> = details.into_iter().flatten().collect();
    let details = if details.is_empty() { String::new() } else { format!(" ({})", details.join(", ")) };
    (word(entity, "name"), details)
}

/// Dates with what they come to.
fn dates(document: &Value) -> Vec<(String, String)> {
    let valued = |date: &Value| (word(date, "text"), word(date, "value"));
    distinct(list(&document["dates"]).iter().map(valued))
}

/// Amounts with what they come to; of a percentage the words say it all.
fn amounts(document: &Value) -> Vec<(String, String)> {
    let valued = |amount: &Value| {
        let text = word(amount, "text");
        let value = if amount["kind"] == "percent" { text.clone() } else { amount_value(amount) };
        (text, value)
    };
    distinct(list(&document["amounts"]).iter().map(valued))
}

/// Each finding once, its value only where it says more than the words.
fn distinct(found: impl Iterator<Item = (String, String)>) -> Vec<(String, String)> {
    let mut distinct: Vec<(String, String)> = Vec::new();
    for (text, value) in found {
        let value = if text == value { String::new() } else { format!(" = {value}") };
        let item = (text, value);
        // Beyond what is shown only the count matters, and comparing each with all would be slow.
        if distinct.len() > 50 || !distinct.contains(&item) {
            distinct.push(item);
        }
    }
    distinct
}

fn texts(items: &Value) -> Vec<(String, String)> {
    list(items).iter().map(|item| (word(item, "text"), String::new())).collect()
}

/// Each code once.
fn codes(items: &Value) -> Vec<(String, String)> {
    let mut codes: Vec<String> = list(items).iter().map(|item| word(item, "code")).collect();
    codes.dedup();
    codes.into_iter().map(|code| (code, String::new())).collect()
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(LETTERS_MAX) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}
