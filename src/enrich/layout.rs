//! Sorts the lines of an article into headline, byline, metadata, sub-heads, credits and paragraphs.
//! Evidence: blank lines, line lengths, list and end marks, labels, the case and end of short lines.
//! Example: ` date 2024-03-05 Harbour opens` then a blank line → metadata, headline.
//! Misses: tables, which are paragraphs; a deck that ends in a full stop and has no byline or date after it.

use super::{byline, dateline, headline};
use crate::model::{Article, Span, limits};
use crate::text::calendar::{weekday, written_date};
use crate::text::{Token, lines, tokenize};

/// What each part of the text is.
#[derive(Debug, Default)]
pub(super) struct Layout {
    pub(super) headline: Option<Span>,
    /// The first line between headline and body that is neither: the standfirst.
    pub(super) deck: Option<Span>,
    /// The publication date's own words: `2024-03-05`.
    pub(super) date: Option<Span>,
    /// A byline of its own line, its `By` included.
    pub(super) byline: Option<Span>,
    /// The line under a byline that says whose writer it is.
    pub(super) affiliation: Option<Span>,
    /// `(Reporting by …)` and the like.
    pub(super) credit: Option<Span>,
    /// Paragraphs and sub-heads in order.
    pub(super) body: Vec<Part>,
    pub(super) is_truncated: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Part {
    Paragraph(Span),
    Heading(Span),
}

/// Longest line that wrapped text has, and the shortest width that counts as wrapped.
const WRAP_CHARS_MAX: usize = 100;
const WRAP_CHARS_MIN: usize = 50;
/// Longest sub-head, in characters and in words.
const HEADING_CHARS_MAX: usize = 80;
const HEADING_WORDS_MAX: usize = 12;
/// Longest line before the body: a label with its value, a deck.
const HEAD_LINE_BYTES_MAX: usize = 200;
/// How many blocks the head has at most, and how far ahead a byline or date shows that it goes on.
const HEAD_BLOCKS_MAX: usize = 12;
const HEAD_REACH_BLOCKS: usize = 3;

/// Sorts the article's lines.
#[inline(never)] // benches/linear.sh counts it by name
pub(super) fn find(article: &Article) -> Layout {
    let text = article.text.as_str();
    let from = article.envelope.body_start;
    let mut layout = Layout { headline: article.envelope.headline, ..Layout::default() };
    let mut blocks = blocks(text, from);
    let taken = head(text, &blocks, &mut layout);
    blocks.drain(..taken);
    body(text, &blocks, &mut layout);
    layout
}

/// Paragraph-sized pieces: wrapped lines joined, all else line by line.
fn blocks(text: &str, from: usize) -> Vec<Span> {
    let mut blocks = Vec::new();
    for mut run in lines::runs(text, from) {
        for line in &mut run {
            *line = without_wire_marks(text, *line);
        }
        run.retain(|line| !line.is_empty());
        let special = run.iter().take_while(|line| is_special(text, **line)).count();
        blocks.extend(&run[..special]);
        join(text, &run[special..], &mut blocks);
    }
    blocks
}

/// Wire services frame headlines and bylines as `^Headline<` and `^Byline=`.
fn without_wire_marks(text: &str, line: Span) -> Span {
    let Some(inner) = line.of(text).strip_prefix('^') else { return line };
    let inner = inner.trim_end_matches(['<', '=']);
    let start = line.start as usize + 1;
    Span::new(start, start + inner.len()).trimmed(text)
}

/// A line that never goes on in the next.
fn is_special(text: &str, line: Span) -> bool {
    let words = line.of(text);
    byline::is_line(words) || label(words).is_some() || is_slug(words)
}

/// Joins the lines of one run when they look wrapped: none long, all but the last nearly as wide as the
/// widest. A list mark starts a new piece.
fn join(text: &str, run: &[Span], blocks: &mut Vec<Span>) {
    let width = |line: &Span| line.of(text).chars().take(WRAP_CHARS_MAX + 1).count();
    let widest = run.iter().map(width).max().unwrap_or(0);
    let full = |line: &Span| width(line) * 10 >= widest * 6;
    let starts = |line: &Span| is_list_item(line.of(text)) || is_end_mark(line.of(text));
    let nearly_all = run.iter().rev().skip(1).filter(|line| !full(line)).count() * 8 <= run.len();
    let is_wrapped = run.len() > 1 && (WRAP_CHARS_MIN..=WRAP_CHARS_MAX).contains(&widest) && nearly_all;
    let mut previous: Option<Span> = None;
    for line in run {
        match previous {
            Some(open) if is_wrapped && !starts(line) && full(&last_line(text, open)) => {
                previous = Some(Span { start: open.start, end: line.end });
            }
            _ => {
                blocks.extend(previous);
                previous = Some(*line);
            }
        }
    }
    blocks.extend(previous);
}

fn last_line(text: &str, block: Span) -> Span {
    let from = block.of(text).rfind('\n').map_or(0, |at| at + 1);
    Span { start: block.start + u32::try_from(from).unwrap_or(0), end: block.end }
}

/// Reads what stands before the body; says how many blocks that takes.
fn head(text: &str, blocks: &[Span], layout: &mut Layout) -> usize {
    let mut taken = 0;
    while let Some(block) = blocks.get(taken).filter(|_| taken < HEAD_BLOCKS_MAX) {
        let rest = &blocks[taken + 1..];
        let is_taken = take_metadata(text, *block, layout)
            || take_headline(text, *block, rest, layout)
            || take_deck(text, *block, rest, layout);
        if !is_taken {
            break;
        }
        taken += 1;
    }
    taken
}

/// Takes a date, a labelled value, a slug, a byline or the line under it.
fn take_metadata(text: &str, block: Span, layout: &mut Layout) -> bool {
    let words = block.of(text);
    if let Some(dated) = dated(text, block) {
        layout.date = layout.date.or(Some(dated.date));
        layout.headline = layout.headline.or(dated.rest);
    } else if let Some((kind, value)) = label(words).filter(|_| words.len() <= HEAD_LINE_BYTES_MAX) {
        let span = Span::new(block.start as usize + value, block.end as usize).trimmed(text);
        match kind {
            Label::Headline => layout.headline = layout.headline.or(Some(span)),
            Label::Byline => layout.byline = layout.byline.or(Some(span)),
            Label::Date | Label::Other => {}
        }
    } else if layout.byline.is_none() && byline::is_line(words) {
        layout.byline = Some(block);
    } else if layout.byline.is_some() && layout.affiliation.is_none() && byline::is_affiliation(words) {
        layout.affiliation = Some(block);
    } else {
        return is_slug(words);
    }
    true
}

fn take_headline(text: &str, block: Span, rest: &[Span], layout: &mut Layout) -> bool {
    let is_headline = layout.headline.is_none() && headline::is_headline(text, block, rest);
    if is_headline {
        layout.headline = Some(block);
    }
    is_headline
}

/// Takes a line between headline and body: one without the end of a sentence, or any with a byline or date
/// close after it.
fn take_deck(text: &str, block: Span, rest: &[Span], layout: &mut Layout) -> bool {
    let words = block.of(text);
    let is_line = words.len() <= HEAD_LINE_BYTES_MAX && !words.contains('\n') && !is_list_item(words);
    if layout.headline.is_none() || !is_line || rest.is_empty() || dateline::opens(words) {
        return false;
    }
    let is_open =
        words.ends_with(char::is_alphanumeric) && !words.starts_with(|c: char| c.is_ascii_digit());
    let goes_on = |next: &Span| byline::is_line(next.of(text)) || dated(text, *next).is_some();
    let is_deck = is_open || rest.iter().take(HEAD_REACH_BLOCKS).any(goes_on);
    if is_deck {
        layout.deck = layout.deck.or(Some(block));
    }
    is_deck
}

struct Dated {
    date: Span,
    rest: Option<Span>,
}

/// ` date 2024-03-05 Headline`, `Published: March 5, 2024`, `2024-03-05 Headline`.
fn dated(text: &str, line: Span) -> Option<Dated> {
    let words = line.of(text);
    if words.len() > limits::HEADLINE_BYTES_MAX {
        return None;
    }
    let after_label = match label(words) {
        Some((Label::Date, at)) => at,
        Some(_) => return None,
        None => 0,
    };
    let value = Span::new(line.start as usize + after_label, line.end as usize).trimmed(text);
    let mut tokens = Vec::new();
    tokenize(value.of(text), &mut tokens);
    let opening = weekday_tokens(value.of(text), &tokens);
    let first = tokens.get(opening)?.span.start;
    let date = written_date(value.of(text), &tokens[opening..]);
    let date = date.filter(|date| date.year.is_some() && date.day.is_some())?;
    let end = tokens[opening + date.tokens - 1].span.end;
    let date = Span { start: value.start + first, end: value.start + end };
    let rest = Span { start: date.end, end: line.end };
    // After a label the time of day may follow, which is no headline.
    let time = rest.of(text).len() - rest.of(text).trim_start_matches(is_time_char).len();
    let skipped = if rest.of(text)[time..].starts_with(char::is_alphabetic) && time > 0 { time } else { 0 };
    let rest = Span::new(rest.start as usize + skipped, rest.end as usize).trimmed(text);
    let is_bare = after_label == 0;
    let has_headline = rest.of(text).split_whitespace().count() >= 2;
    // A date alone on its line is metadata; one that opens a sentence ("May 3 was …") is not.
    let starts_iso = date.of(text).starts_with(|c: char| c.is_ascii_digit());
    (!is_bare || rest.is_empty() || (starts_iso && has_headline))
        .then_some(Dated { date, rest: Some(rest).filter(|_| has_headline) })
}

/// How many tokens `Saturday,` takes up before its date.
fn weekday_tokens(text: &str, tokens: &[Token]) -> usize {
    match tokens {
        [day, comma, ..] if weekday(day.span.of(text)).is_some() => {
            1 + usize::from(comma.span.of(text) == ",")
        }
        _ => 0,
    }
}

fn is_time_char(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, ':' | ' ' | ',' | '-' | '|' | '–' | '—' | '.')
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Label {
    Headline,
    Date,
    Byline,
    Other,
}

const LABELS: [(&str, Label); 17] = [
    ("headline", Label::Headline),
    ("title", Label::Headline),
    ("date", Label::Date),
    ("dated", Label::Date),
    ("published", Label::Date),
    ("publication date", Label::Date),
    ("posted", Label::Date),
    ("updated", Label::Date),
    ("last updated", Label::Date),
    ("byline", Label::Byline),
    ("author", Label::Byline),
    ("by", Label::Byline),
    ("slug", Label::Other),
    ("keywords", Label::Other),
    ("category", Label::Other),
    ("section", Label::Other),
    ("source", Label::Other),
];

/// A label that opens a line, and where its value starts. `date` and its kin may do without the colon.
fn label(line: &str) -> Option<(Label, usize)> {
    LABELS.iter().find_map(|(name, label)| {
        let opening = line.get(..name.len()).filter(|opening| opening.eq_ignore_ascii_case(name))?;
        let rest = &line[opening.len()..];
        let after_colon =
            rest.trim_start_matches(' ').strip_prefix(':').map(|value| line.len() - value.len());
        let bare = *label == Label::Date
            && rest.starts_with(' ')
            && rest.trim_start().starts_with(|c: char| c.is_ascii_digit());
        after_colon.or(bare.then_some(opening.len())).map(|at| (*label, at))
    })
}

/// An agency's slug or urgency mark on a line of its own: `AM-Budget-Vote, 1st Ld`, `URGENT`.
fn is_slug(line: &str) -> bool {
    const MARKS: [&str; 10] = [
        "urgent",
        "bulletin",
        "flash",
        "alert",
        "breaking",
        "breaking news",
        "advisory",
        "exclusive",
        "for immediate release",
        "embargoed",
    ];
    const CYCLES: [&str; 5] = ["AM-", "PM-", "BC-", "AP-", "EU-"];
    let mark = line.trim_end_matches([':', '!', '.']);
    MARKS.iter().any(|known| mark.eq_ignore_ascii_case(known))
        || (line.len() <= 80 && CYCLES.iter().any(|cycle| line.starts_with(cycle)))
}

/// Sorts the blocks of the body up to the end mark.
fn body(text: &str, blocks: &[Span], layout: &mut Layout) {
    let mut kept: Vec<Span> = Vec::new();
    for block in blocks {
        let words = block.of(text);
        if is_end_mark(words) {
            break;
        }
        if is_credit(words) {
            layout.credit = layout.credit.or(Some(*block));
        } else if layout.byline.is_none() && kept.len() < HEAD_BLOCKS_MAX && byline::is_line(words) {
            layout.byline = Some(*block);
        } else if kept.len() == limits::PARAGRAPHS_MAX {
            layout.is_truncated = true;
        } else {
            kept.push(*block);
        }
    }
    // Credits may follow the end mark.
    let after = blocks.iter().rev().take(3).find(|block| is_credit(block.of(text)));
    layout.credit = layout.credit.or(after.copied());
    let short: Vec<bool> = kept.iter().map(|block| may_be_heading(block.of(text))).collect();
    for (at, block) in kept.iter().enumerate() {
        let before = at > 0 && short[at - 1];
        let is_heading = short[at] && !before && short.get(at + 1) == Some(&false);
        layout.body.push(if is_heading { Part::Heading(*block) } else { Part::Paragraph(*block) });
    }
}

/// A short line without the end of a sentence, that is no list item, quotation or dateline.
fn may_be_heading(words: &str) -> bool {
    let has_case = words.chars().any(|c| c.is_uppercase() || c.is_lowercase());
    let chars_max = if has_case { HEADING_CHARS_MAX } else { HEADING_CHARS_MAX / 2 };
    let starts_well =
        words.starts_with(|c: char| c.is_alphanumeric()) && !words.starts_with(char::is_lowercase);
    let ends_well = words.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '?' | '’' | ')' | '%'));
    starts_well
        && ends_well
        && !words.contains('\n')
        && words.chars().take(chars_max + 1).count() <= chars_max
        && words.split_whitespace().count() <= HEADING_WORDS_MAX
        && !is_list_item(words)
        && !dateline::opens(words)
}

/// `- item`, `• item`, `1. item`, `2) item`.
pub(super) fn is_list_item(line: &str) -> bool {
    let mut chars = line.chars();
    match chars.next() {
        Some('-' | '*' | '•' | '–' | '·' | '▪' | '◦') => {
            chars.next().is_some_and(char::is_whitespace)
        }
        Some(digit) if digit.is_ascii_digit() => {
            let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
            line.len() - rest.len() <= 2 && (rest.starts_with(". ") || rest.starts_with(") "))
        }
        _ => false,
    }
}

/// The line that ends a text: `###`, `-30-`, `ENDS`, `(END)`.
fn is_end_mark(line: &str) -> bool {
    let is_frame = |c: char| matches!(c, '-' | '–' | '—' | '*' | '(' | ')' | '[' | ']' | ' ' | '=' | '.');
    let inner = line.trim_matches(is_frame);
    let is_row = line.len() >= 3 && line.chars().all(|c| matches!(c, '#' | ' ' | '*' | '=' | '_'));
    let is_framed = inner.len() < line.len() && matches!(inner, "30" | "0");
    is_row
        || is_framed
        || ["end", "ends", "ende", "fin", "end it"].iter().any(|word| inner.eq_ignore_ascii_case(word))
}

/// `(Reporting by …)`, `© 2024 …`, `Copyright …`.
fn is_credit(line: &str) -> bool {
    const OPENINGS: [&str; 9] = [
        "(reporting by",
        "(additional reporting",
        "(writing by",
        "(editing by",
        "reporting by",
        "© ",
        "(c) ",
        "copyright ",
        "all rights reserved",
    ];
    line.len() <= 600
        && OPENINGS.iter().any(|opening| {
            line.get(..opening.len())
                .is_some_and(|own| own.eq_ignore_ascii_case(opening) || own.to_lowercase() == *opening)
        })
}
