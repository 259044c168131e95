//! Splits paragraphs into sentences.
//! Evidence: a full stop, question or exclamation mark, with the quotes and brackets that close after it, before
//! white space and something that can start a sentence; abbreviations and initials do not end one.
//! Example: `He met Gen. Lee. “Go,” he said.` → two sentences.
//! Misses: an abbreviation that ends a sentence before a name (`… of Acme Inc. Smith said`).

use crate::model::Span;

/// Titles and the like: what follows belongs to them.
const NEVER_FINAL: [&str; 46] = [
    "adm", "amb", "approx", "atty", "brig", "capt", "cf", "cmdr", "col", "cpl", "dr", "drs", "eg", "fr",
    "ft", "gen", "gov", "hon", "ie", "lt", "maj", "messrs", "mme", "mr", "mrs", "ms", "msgr", "mt", "no",
    "nos", "pfc", "pres", "prof", "pvt", "rep", "reps", "rev", "sen", "sens", "sgt", "spc", "st", "supt",
    "v", "vs", "viz",
];
/// Abbreviations that may end a sentence: they do before a word that often starts one.
const MAYBE_FINAL: [&str; 62] = [
    "a.m", "ala", "apr", "ariz", "ark", "assn", "assoc", "aug", "ave", "bldg", "blvd", "bros", "calif",
    "co", "colo", "conn", "corp", "d.c", "dec", "del", "dept", "dist", "e.g", "etc", "feb", "fla", "fri",
    "ga", "i.e", "ill", "inc", "ind", "jan", "jr", "kan", "ky", "la", "ltd", "mass", "md", "mich", "minn",
    "miss", "mo", "mon", "nov", "oct", "okla", "ont", "ore", "p.m", "pa", "ph.d", "plc", "rd", "sept",
    "sr", "tenn", "tex", "va", "wash", "wis",
];
const STARTERS: [&str; 48] = [
    "a",
    "after",
    "all",
    "also",
    "although",
    "an",
    "and",
    "another",
    "as",
    "asked",
    "at",
    "because",
    "before",
    "both",
    "but",
    "during",
    "each",
    "even",
    "for",
    "he",
    "her",
    "his",
    "however",
    "i",
    "if",
    "in",
    "it",
    "its",
    "meanwhile",
    "most",
    "no",
    "officials",
    "on",
    "one",
    "our",
    "she",
    "since",
    "some",
    "that",
    "the",
    "their",
    "there",
    "these",
    "they",
    "this",
    "we",
    "when",
    "while",
];
/// Longest word looked at before a full stop.
const WORD_CHARS_MAX: usize = 12;

/// Appends the sentences of `paragraph`, trimmed and in order.
#[inline(never)] // benches/linear.sh counts it by name
pub(super) fn split(text: &str, paragraph: Span, sentences: &mut Vec<Span>) {
    let words = paragraph.of(text);
    let base = paragraph.start as usize;
    let mut start = 0;
    let mut at = 0;
    while let Some(found) = words[at..].find(is_terminator) {
        let stop = at + found;
        let end = closing_end(words, stop);
        if ends_here(&words[start..], stop - start, end - start) {
            push(text, base + start, base + end, sentences);
            start = end;
        }
        at = end;
    }
    push(text, base + start, base + words.len(), sentences);
}

fn push(text: &str, start: usize, end: usize, sentences: &mut Vec<Span>) {
    let span = Span::new(start, end).trimmed(text);
    if !span.is_empty() {
        sentences.push(span);
    }
}

fn is_terminator(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '…') || is_wide_terminator(c)
}

/// Marks of scripts that put no space after them, or that are never part of an abbreviation.
fn is_wide_terminator(c: char) -> bool {
    matches!(c, '。' | '！' | '？' | '।' | '॥' | '۔' | '؟' | '։' | '።')
}

/// The end of a run of terminators and of what closes after it.
fn closing_end(words: &str, stop: usize) -> usize {
    let rest = &words[stop..];
    let marks = rest.trim_start_matches(is_terminator);
    let closed = marks.trim_start_matches(['”', '’', '"', '\'', ')', ']', '»', '」', '』']);
    stop + (rest.len() - closed.len())
}

/// Whether the sentence that starts `words` ends with the marks from `stop` to `end`.
fn ends_here(words: &str, stop: usize, end: usize) -> bool {
    let mark = words[stop..].chars().next().unwrap_or('.');
    if is_wide_terminator(mark) {
        return true;
    }
    let rest = &words[end..];
    if !rest.starts_with(char::is_whitespace) {
        return rest.is_empty();
    }
    let next = rest.trim_start();
    if !starts_sentence(next) {
        return false;
    }
    let is_single_stop = mark == '.' && !words[stop + 1..end].starts_with(['.', '!', '?']);
    !is_single_stop || !is_abbreviated(&words[..stop], next)
}

/// Capital letters, digits, opening marks and letters without case can start a sentence.
fn starts_sentence(next: &str) -> bool {
    let first =
        next.chars().find(|c| !matches!(c, '“' | '‘' | '"' | '\'' | '(' | '[' | '«' | '¿' | '¡' | '„'));
    first.is_some_and(|c| {
        !c.is_lowercase()
            && (c.is_alphanumeric() || matches!(c, '—' | '–' | '-' | '$' | '€' | '£' | '•' | '#' | '@'))
    })
}

/// Whether the full stop after `before` belongs to an abbreviation, an initial or a list number.
fn is_abbreviated(before: &str, next: &str) -> bool {
    let tail = before.char_indices().rev().nth(WORD_CHARS_MAX).map_or(before, |(at, _)| &before[at..]);
    let word = tail
        .rsplit(|c: char| c.is_whitespace() || matches!(c, '(' | '“' | '"' | '—' | '/'))
        .next()
        .unwrap_or(tail);
    if word.is_empty() {
        return false;
    }
    // "1. First item": the number opens the sentence.
    if word.len() <= 2
        && word.bytes().all(|b| b.is_ascii_digit())
        && word.len() == before.trim_start().len()
    {
        return true;
    }
    let lower = word.to_lowercase();
    if NEVER_FINAL.contains(&lower.as_str())
        && (word.starts_with(char::is_uppercase) || lower == "v" || lower == "vs")
    {
        // "No." ends a sentence of its own ("Did he? No. He ran."); before a number it is "number".
        return lower != "no" || next.starts_with(|c: char| c.is_ascii_digit());
    }
    let is_initial = word.chars().count() == 1 && word.starts_with(char::is_uppercase);
    let is_dotted = word.contains('.') && word.split('.').all(|part| part.chars().count() <= 2);
    if is_initial && !is_dotted {
        return word != "I" || !opens_like_a_sentence(next);
    }
    (is_dotted || MAYBE_FINAL.contains(&lower.as_str())) && !opens_like_a_sentence(next)
}

/// Whether the next word is one that often starts a sentence.
fn opens_like_a_sentence(next: &str) -> bool {
    let is_opening = |c: char| matches!(c, '“' | '‘' | '"' | '(');
    let word: String = next
        .trim_start_matches(is_opening)
        .chars()
        .take_while(|c| c.is_alphabetic())
        .take(WORD_CHARS_MAX)
        .collect();
    STARTERS.contains(&word.to_lowercase().as_str())
}
