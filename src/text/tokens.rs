//! Splits text into words, numbers and single marks, once per article, for every pass to read.
//!
//! A word is a run of letters, with inner apostrophes (`O’Brien`, `don't`) and, where each part is one
//! letter, inner full stops (`U.S.`). A possessive `’s` is a token of its own. A number keeps inner
//! commas and points (`1,000.50`). Letters and digits together are one mixed token (`3rd`, `G20`).
//! Hyphens, dashes, quotes and all else are single marks, so `2021-05-17` is five tokens.
//! One pass over the text, no allocation but the output.

use crate::model::Span;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Token {
    pub span: Span,
    pub kind: TokenKind,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TokenKind {
    /// Letters.
    Word,
    /// Digits, with inner commas and points.
    Number,
    /// Letters and digits.
    Mixed,
    /// A possessive `'s`.
    Clitic,
    /// One character that is none of the above and no white space.
    Mark,
}

/// Appends the tokens of `text` to `tokens`, which is cleared first.
pub fn tokenize(text: &str, tokens: &mut Vec<Token>) {
    tokens.clear();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let end = if first.is_whitespace() {
            at + first.len_utf8()
        } else {
            let (end, kind) = token_at(text, at, first);
            tokens.push(Token { span: Span::new(at, end), kind });
            end
        };
        at = end;
    }
}

fn token_at(text: &str, start: usize, first: char) -> (usize, TokenKind) {
    if is_apostrophe(first) && is_possessive(text, start + first.len_utf8()) {
        return (start + first.len_utf8() + 1, TokenKind::Clitic);
    }
    if !is_word_char(first) {
        return (start + first.len_utf8(), TokenKind::Mark);
    }
    let (mut letters, mut digits) = (false, false);
    let mut end = start;
    while let Some(next) = text[end..].chars().next() {
        if is_word_char(next) {
            if next.is_numeric() {
                digits = true;
            } else {
                letters = true;
            }
            end += next.len_utf8();
        } else if joins(text, start, end, next) {
            end += next.len_utf8();
        } else {
            break;
        }
    }
    let kind = match (letters, digits) {
        (true, true) => TokenKind::Mixed,
        (false, true) => TokenKind::Number,
        _ => TokenKind::Word,
    };
    if kind == TokenKind::Word && is_initialism(&text[start..end]) && text[end..].starts_with('.') {
        end += 1;
    }
    (end, kind)
}

/// Whether the mark at `at` holds the token together with what follows it.
fn joins(text: &str, start: usize, at: usize, mark: char) -> bool {
    let Some(before) = text[start..at].chars().next_back() else { return false };
    let after_at = at + mark.len_utf8();
    let Some(after) = text[after_at..].chars().next() else { return false };
    if is_apostrophe(mark) {
        return before.is_alphabetic() && after.is_alphabetic() && !is_possessive(text, after_at);
    }
    if before.is_ascii_digit() && after.is_ascii_digit() {
        return matches!(mark, ',' | '.');
    }
    mark == '.' && is_initialism(&text[start..at]) && single_letter_then_stop(text, after_at)
}

fn is_word_char(c: char) -> bool {
    c.is_alphanumeric() || is_combining(c)
}

/// Marks that combine with the letter before them and so belong to its word.
fn is_combining(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{93c}'..='\u{94d}' | '\u{64b}'..='\u{65f}' | '\u{200c}' | '\u{200d}')
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | 'ʼ')
}

/// Whether an `s` that ends its word stands at `at`.
fn is_possessive(text: &str, at: usize) -> bool {
    let mut rest = text[at..].chars();
    matches!(rest.next(), Some('s' | 'S')) && !rest.next().is_some_and(is_word_char)
}

/// Longest initialism believed in; without a bound `A.A.A.…` would be scanned anew at every full stop.
const INITIALISM_BYTES_MAX: usize = 32;

/// `U`, `U.S`: single letters with full stops between them.
fn is_initialism(word: &str) -> bool {
    if word.len() > INITIALISM_BYTES_MAX {
        return false;
    }
    let mut letter_expected = true;
    for c in word.chars() {
        if letter_expected != c.is_alphabetic() || (!letter_expected && c != '.') {
            return false;
        }
        letter_expected = !letter_expected;
    }
    !letter_expected && word.contains('.')
        || word.chars().count() == 1 && word.chars().all(char::is_uppercase)
}

fn single_letter_then_stop(text: &str, at: usize) -> bool {
    let mut rest = text[at..].chars();
    rest.next().is_some_and(char::is_alphabetic) && !rest.next().is_some_and(is_word_char)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let mut tokens = Vec::new();
        tokenize(text, &mut tokens);
        let words: Vec<&str> = tokens.iter().map(|t| t.span.of(text)).collect();
        assert_eq!(words, expected, "tokens of {text:?}");
    }

    #[test]
    fn words_numbers_and_marks() {
        check("He paid $1,000.50.", &["He", "paid", "$", "1,000.50", "."]);
        check("2021-05-17 at 10:30", &["2021", "-", "05", "-", "17", "at", "10", ":", "30"]);
        check("the 3rd G20", &["the", "3rd", "G20"]);
    }

    #[test]
    fn apostrophes_and_initialisms() {
        check("Pakistan’s O’Brien don't", &["Pakistan", "’s", "O’Brien", "don't"]);
        check("the U.S. said. I.", &["the", "U.S.", "said", ".", "I."]);
        check("parties’ ‘s", &["parties", "’", "‘", "s"]);
        check("", &[]);
        check("ab.c", &["ab", ".", "c"]);
    }
}
