//! The explanation in the terminal: the text with its marks underlined in the colour of their kind, or in
//! brackets where there is no colour, and beneath each block a line for each finding.

use super::super::card;
use super::super::document::{broader, list, summary, word};
use super::super::paint::{Color, Margin, Paint, Piece, Style};
use super::marks::{Block, Explained, Kind, Mark, Segment, words};
use std::fmt::Write;

const INDENT: &str = "  ";
/// Columns of a finding's number and kind.
const NUMBER_COLUMNS: usize = 5;
const KIND_COLUMNS: usize = 13;

/// The whole explanation.
pub(super) fn view(explained: &Explained<'_>, paint: Paint) -> String {
    let mut view = legend(paint);
    for (block, segments) in explained.blocks.iter().zip(explained.segments()) {
        view.push('\n');
        if !block.label.is_empty() {
            writeln!(view, "{}", paint.styled(block.label, Style::DIM))
                .expect("writing to a string cannot fail");
        }
        view.push_str(&paint.wrapped(&pieces(explained, &segments, paint), margin(INDENT, INDENT, 2)));
        findings(&mut view, explained, block, paint);
    }
    view.push('\n');
    article(&mut view, explained, paint);
    view
}

fn legend(paint: Paint) -> String {
    let mut pieces: Vec<Piece> = vec![("marks: ".to_owned(), Style::DIM)];
    for (at, kind) in Kind::ALL.into_iter().enumerate() {
        if at > 0 {
            pieces.push(("  ".to_owned(), Style::PLAIN));
            pieces.push((" ".to_owned(), Style::PLAIN));
        }
        pieces.push((kind.word().to_owned(), style(kind)));
    }
    paint.wrapped(&pieces, margin("", "       ", 7))
}

fn margin<'a>(first: &'a str, rest: &'a str, columns: usize) -> Margin<'a> {
    Margin { first, rest, columns }
}

/// How a kind looks.
fn style(kind: Kind) -> Style {
    let underlined = |style: Style| Style { is_underlined: true, ..style };
    match kind {
        Kind::Person => underlined(card::PERSON),
        Kind::Organisation => underlined(card::ORGANISATION),
        Kind::Place => underlined(card::PLACE),
        Kind::Group => underlined(card::GROUP),
        Kind::Event => underlined(card::EVENT),
        Kind::Title => underlined(Style::colored(Color::Cyan)),
        Kind::Date => underlined(card::DATE),
        Kind::Amount => underlined(card::AMOUNT),
        Kind::Anomaly => underlined(Style::colored(Color::Red).bold()),
        Kind::Published | Kind::Byline | Kind::Dateline => underlined(Style::BOLD),
        Kind::Cue => Style { is_italic: true, ..Style::BOLD },
        Kind::Speaker | Kind::Topic | Kind::Keyphrase => underlined(Style::PLAIN),
        Kind::Speech => Style { is_shaded: true, ..Style::PLAIN },
    }
}

/// The looks of all marks on each other; of colours the first kind's shows.
fn looks(marks: &[usize], explained: &Explained<'_>) -> Style {
    let mut kinds: Vec<Kind> = marks.iter().map(|mark| explained.marks[*mark].kind).collect();
    kinds.sort_unstable();
    kinds.into_iter().map(style).fold(Style::PLAIN, |all, one| Style {
        color: all.color.or(one.color),
        is_bold: all.is_bold || one.is_bold,
        is_dim: all.is_dim || one.is_dim,
        is_italic: all.is_italic || one.is_italic,
        is_underlined: all.is_underlined || one.is_underlined,
        is_shaded: all.is_shaded || one.is_shaded,
    })
}

fn pieces(explained: &Explained<'_>, segments: &[Segment], paint: Paint) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for segment in segments {
        let text = explained.text.get(segment.span.clone()).unwrap_or_default();
        let numbers = |marks: &[usize]| -> Vec<usize> {
            marks.iter().filter_map(|mark| explained.marks[*mark].number).collect()
        };
        if !paint.has_color {
            pieces.push(("[".repeat(numbers(&segment.begins).len()), Style::PLAIN));
        }
        pieces.push((text.to_owned(), looks(&segment.marks, explained)));
        for (at, number) in numbers(&segment.ends).into_iter().enumerate() {
            let before = match (paint.has_color, at) {
                (false, _) => "]",
                (true, 0) => "",
                // Two numbers must not look like one.
                (true, _) => "·",
            };
            pieces.push((format!("{before}{}", raised(number)), Style::DIM));
        }
    }
    pieces
}

/// A number in raised digits.
fn raised(number: usize) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let digit = |c: char| DIGITS[c.to_digit(10).map_or(0, |digit| digit as usize)];
    number.to_string().chars().map(digit).collect()
}

/// A line for each finding that starts in the block.
fn findings(view: &mut String, explained: &Explained<'_>, block: &Block, paint: Paint) {
    for mark in explained.starting_in(block) {
        if let Some(number) = mark.number {
            finding(view, explained, mark, number, paint);
        }
    }
}

fn finding(view: &mut String, explained: &Explained<'_>, mark: &Mark, number: usize, paint: Paint) {
    let number = paint.styled(&format!("{number:>NUMBER_COLUMNS$}"), Style::DIM);
    let kind = mark.kind.word();
    let padding = " ".repeat(KIND_COLUMNS - kind.len());
    let first = format!("{number} {}{padding}", paint.styled(kind, style(mark.kind)));
    let columns = NUMBER_COLUMNS + 1 + KIND_COLUMNS;
    let rest = " ".repeat(columns);
    let said =
        if mark.kind == Kind::Speech { shortened(&words(explained, mark)) } else { words(explained, mark) };
    let mut pieces = vec![(said, Style::BOLD), (format!(" → {}", mark.value), Style::PLAIN)];
    if !mark.by.is_empty() {
        pieces.push((format!(" · {}", mark.by), Style::DIM));
    }
    view.push_str(&paint.wrapped(&pieces, margin(&first, &rest, columns)));
}

/// What belongs to the article as a whole.
fn article(view: &mut String, explained: &Explained<'_>, paint: Paint) {
    let document = explained.document;
    for topic in list(&document["topics"]) {
        let (name, by) = (word(topic, "name"), word(topic, "by"));
        let (code, broader) = (word(topic, "code"), broader(topic));
        row(view, paint, "topic", &format!("{name} ({broader}) {code} {} · {by}", topic["score"]));
    }
    for sentence in summary(document, explained.text) {
        row(view, paint, "summary", &sentence);
    }
    for focus in list(&document["focus_countries"]) {
        let country = focus["country"].as_str().unwrap_or_default();
        row(view, paint, "about", &format!("{country} {}", focus["score"]));
    }
    if let Some(language) = document["language"]["tag"].as_str() {
        let source = document["language"]["source"].as_str().unwrap_or_default();
        row(view, paint, "language", &format!("{language}, from the {source}"));
    }
}

fn row(view: &mut String, paint: Paint, label: &str, text: &str) {
    let first = paint.styled(&format!("{label:<KIND_COLUMNS$}"), Style::DIM);
    let rest = " ".repeat(KIND_COLUMNS);
    view.push_str(&paint.wrapped(&[(text.to_owned(), Style::PLAIN)], margin(&first, &rest, KIND_COLUMNS)));
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}
