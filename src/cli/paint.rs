//! Colour, width and line breaks of text for a terminal. Text from articles goes through [`safe`] on its way,
//! so that it can neither rule the terminal nor disguise itself.

use super::document::safe;
use clap::ValueEnum;
use std::io::IsTerminal;

/// Narrower is unreadable, wider is too long a line for the eye.
const WIDTH_MIN: usize = 40;
const WIDTH_MAX: usize = 100;

/// Whether to colour.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub(super) enum When {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    Always,
    Never,
}

/// How standard output is written to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Paint {
    pub(super) has_color: bool,
    pub(super) width: usize,
}

/// The terminal's own colours, which its owner has chosen to be readable.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Color {
    Red = 31,
    Green = 32,
    Yellow = 33,
    /// The bright one: the other cannot be read on black.
    Blue = 94,
    Magenta = 35,
    Cyan = 36,
}

/// How a piece of text looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Style {
    pub(super) color: Option<Color>,
    pub(super) is_bold: bool,
    pub(super) is_dim: bool,
    pub(super) is_italic: bool,
    pub(super) is_underlined: bool,
    /// On a shade of its own, with a light text that goes with it on any theme.
    pub(super) is_shaded: bool,
}

impl Style {
    pub(super) const PLAIN: Self = Self {
        color: None,
        is_bold: false,
        is_dim: false,
        is_italic: false,
        is_underlined: false,
        is_shaded: false,
    };
    pub(super) const BOLD: Self = Self { is_bold: true, ..Self::PLAIN };
    pub(super) const DIM: Self = Self { is_dim: true, ..Self::PLAIN };
    pub(super) const ITALIC: Self = Self { is_italic: true, ..Self::PLAIN };

    pub(super) const fn colored(color: Color) -> Self {
        Self { color: Some(color), ..Self::PLAIN }
    }

    pub(super) const fn bold(self) -> Self {
        Self { is_bold: true, ..self }
    }

    /// The sequence that switches it on; nothing for plain text.
    fn start(self) -> String {
        let mut codes: Vec<String> = Vec::new();
        for (is_on, code) in
            [(self.is_bold, "1"), (self.is_dim, "2"), (self.is_italic, "3"), (self.is_underlined, "4")]
        {
            if is_on {
                codes.push(code.to_owned());
            }
        }
        let color = self.color.map(|color| color as u8);
        if self.is_shaded {
            // On the shade a terminal's dark colours would not be readable, so its bright ones are taken.
            codes.push("48;5;236".to_owned());
            let bright = |code: u8| if code < 90 { code + 60 } else { code };
            codes.push(color.map_or_else(|| "38;5;252".to_owned(), |code| bright(code).to_string()));
        } else if let Some(code) = color {
            codes.push(code.to_string());
        }
        if codes.is_empty() { String::new() } else { format!("\u{1b}[{}m", codes.join(";")) }
    }
}

/// Text and how it looks.
pub(super) type Piece = (String, Style);

/// What stands before the first line of a wrapped text and before the others, and how wide each may get.
#[derive(Clone, Copy, Debug)]
pub(super) struct Margin<'a> {
    pub(super) first: &'a str,
    pub(super) rest: &'a str,
    /// Columns that either takes.
    pub(super) columns: usize,
}

impl Paint {
    pub(super) fn new(when: When) -> Self {
        let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let has_color = match when {
            When::Always => true,
            When::Never => false,
            When::Auto => std::io::stdout().is_terminal() && !is_set("NO_COLOR") && !is_dumb,
        };
        Self { has_color, width: columns().clamp(WIDTH_MIN, WIDTH_MAX) }
    }

    /// One piece of text, in its style.
    pub(super) fn styled(self, text: &str, style: Style) -> String {
        let start = if self.has_color { style.start() } else { String::new() };
        let text = safe(text);
        if start.is_empty() { text } else { format!("{start}{text}\u{1b}[0m") }
    }

    /// Pieces as lines that fit, broken at white space, or anywhere where there is none.
    pub(super) fn wrapped(self, pieces: &[Piece], margin: Margin<'_>) -> String {
        let room = self.width.saturating_sub(margin.columns).max(10);
        let mut wrapped = String::new();
        for (at, line) in broken(&letters(pieces), room).into_iter().enumerate() {
            wrapped.push_str(if at == 0 { margin.first } else { margin.rest });
            self.write_line(&mut wrapped, line);
            wrapped.push('\n');
        }
        wrapped
    }

    fn write_line(self, out: &mut String, letters: &[Letter]) {
        let mut now = Style::PLAIN;
        for (letter, style) in letters {
            if self.has_color && *style != now {
                if now != Style::PLAIN {
                    out.push_str("\u{1b}[0m");
                }
                out.push_str(&style.start());
                now = *style;
            }
            out.push(*letter);
        }
        if now != Style::PLAIN {
            out.push_str("\u{1b}[0m");
        }
    }
}

/// How wide the terminal is; without one, what `COLUMNS` says.
fn columns() -> usize {
    if let Some((terminal_size::Width(width), _)) = terminal_size::terminal_size() {
        return usize::from(width);
    }
    std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).unwrap_or(WIDTH_MAX)
}

type Letter = (char, Style);

/// The letters of all pieces, made safe, with white space folded.
fn letters(pieces: &[Piece]) -> Vec<Letter> {
    let mut letters: Vec<Letter> = Vec::new();
    for (text, style) in pieces {
        for letter in safe(text).chars() {
            let is_second_space = letter == ' ' && letters.last().is_some_and(|(before, _)| *before == ' ');
            if !is_second_space {
                letters.push((letter, *style));
            }
        }
    }
    letters
}

/// Breaks before the word that passes `room`; a word that is longer than that is cut.
fn broken(letters: &[Letter], room: usize) -> Vec<&[Letter]> {
    let mut lines = Vec::new();
    let (mut start, mut columns, mut space) = (0, 0, None);
    let mut at = 0;
    while at < letters.len() {
        let letter = letters[at].0;
        columns += columns_of(letter);
        if columns > room && at > start {
            let (end, next) = match space {
                _ if letter == ' ' => (at, at + 1),
                Some(space) => (space, space + 1),
                None => (at, at),
            };
            lines.push(&letters[start..end]);
            (start, columns, space, at) = (next, 0, None, next);
            continue;
        }
        if letter == ' ' {
            space = Some(at);
        }
        at += 1;
    }
    lines.push(&letters[start..]);
    lines
}

/// Columns a text takes.
pub(super) fn columns_in(text: &str) -> usize {
    text.chars().map(columns_of).sum()
}

/// Columns a letter takes: none for marks that sit on another, two for East Asian letters and pictures. The
/// common ranges only; an error costs a ragged line.
fn columns_of(letter: char) -> usize {
    match letter {
        '\u{300}'..='\u{36f}'
        | '\u{591}'..='\u{5bd}'
        | '\u{64b}'..='\u{65f}'
        | '\u{93a}'
        | '\u{93c}'
        | '\u{941}'..='\u{948}'
        | '\u{94d}'
        | '\u{fe00}'..='\u{fe0f}' => 0,
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}'
        | '\u{1f300}'..='\u{1faff}'
        | '\u{20000}'..='\u{3fffd}' => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NARROW: Paint = Paint { has_color: false, width: 20 };
    const MARGIN: Margin<'_> = Margin { first: "| ", rest: "| ", columns: 2 };

    #[test]
    fn lines_fit_and_nothing_is_lost() {
        let pieces = [
            ("The harbour bridge at ".to_owned(), Style::PLAIN),
            ("Esterby".to_owned(), Style::BOLD),
            (" closes forweeksandweeksandweeks.".to_owned(), Style::PLAIN),
        ];
        let wrapped = NARROW.wrapped(&pieces, MARGIN);
        assert_eq!(wrapped, "| The harbour bridge\n| at Esterby closes\n| forweeksandweeksan\n| dweeks.\n");
        assert!(wrapped.lines().all(|line| columns_in(line) <= 20));
    }

    #[test]
    fn colour_ends_with_its_line_and_control_characters_do_not_get_through() {
        let paint = Paint { has_color: true, width: 60 };
        let pieces = [("bad\u{1b}[31m\u{202e}".to_owned(), Style::colored(Color::Red))];
        let wrapped = paint.wrapped(&pieces, MARGIN);
        assert_eq!(wrapped, "| \u{1b}[31mbad\\u{1b}[31m\\u{202e}\u{1b}[0m\n");
    }
}
