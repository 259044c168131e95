//! Finds characters that a reader cannot see or that show damage, one finding per run of a kind.
//! Evidence: the character alone; for joiners and zero-width spaces also the character before it, since
//! Arabic, Indic and South-East Asian scripts and emoji sequences need them.
//! Example: `pay\u{202e}lap` → `bidi_control` at 3..6.
//! Misses: look-alike letters (Cyrillic `а` for Latin `a`); marks that Arabic and Hebrew text puts in for
//! good reason are reported like any other; a joiner after an emoji that joins nothing is not.

use crate::model::{Anomaly, AnomalyCode, Article, Enriched, Span, limits::ANOMALIES_MAX};

/// Bytes looked at in one step; the compiler turns the test of a block into a few vector instructions.
const BLOCK_BYTES: usize = 64;

/// Everything odd about the article: its bytes, its characters, what is missing or was left out.
#[inline(never)] // benches/linear.sh counts it by name
pub(super) fn all(article: &Article, found: &Enriched, is_truncated: bool) -> Vec<Anomaly> {
    let whole = |code| Anomaly { code, span: None };
    let mut anomalies = article.anomalies.clone();
    anomalies.extend(find(&article.text));
    if is_truncated {
        anomalies.push(whole(AnomalyCode::Truncated));
    }
    if found.headline.is_none() {
        anomalies.push(whole(AnomalyCode::MissingHeadline));
    }
    if found.paragraphs.is_empty() {
        anomalies.push(whole(AnomalyCode::MissingBody));
    }
    anomalies
}

/// The odd characters of `text` in order, and one `truncated` when there are more than the limit.
fn find(text: &str) -> Vec<Anomaly> {
    let mut found: Vec<Anomaly> = Vec::new();
    let mut at = 0;
    while let Some(start) = next_suspect(text.as_bytes(), at) {
        let c = text[start..].chars().next().expect("a suspect byte starts a character");
        at = start + c.len_utf8();
        let Some(code) = kind(c, &text[..start]) else { continue };
        let span = Span::new(start, at);
        if let Some(run) = found.last_mut().filter(|last| last.code == code)
            && let Some(before) = run.span.as_mut()
            && before.end == span.start
        {
            before.end = span.end;
        } else if found.len() == ANOMALIES_MAX {
            found.push(Anomaly { code: AnomalyCode::Truncated, span: None });
            break;
        } else {
            found.push(Anomaly { code, span: Some(span) });
        }
    }
    found
}

/// Where, from `at` on, the next byte stands that an odd character may start with.
fn next_suspect(bytes: &[u8], at: usize) -> Option<usize> {
    let mut start = at;
    for block in bytes[at..].chunks(BLOCK_BYTES) {
        if !block.iter().fold(true, |plain, byte| plain & is_plain(*byte))
            && let Some(inside) = block.iter().position(|byte| is_suspect(*byte))
        {
            return Some(start + inside);
        }
        start += block.len();
    }
    None
}

/// Printable ASCII and the usual white space.
fn is_plain(byte: u8) -> bool {
    byte.wrapping_sub(0x20) < 0x5f || matches!(byte, b'\t' | b'\n' | b'\r')
}

/// Control characters, and the first bytes of U+0080–U+00BF, U+0600–U+063F, U+2000–U+2FFF, U+F000–U+FFFF
/// and U+C0000–U+FFFFF.
fn is_suspect(byte: u8) -> bool {
    matches!(byte, 0xc2 | 0xd8 | 0xe2 | 0xef | 0xf3) || (byte < 0x80 && !is_plain(byte))
}

fn kind(c: char, before: &str) -> Option<AnomalyCode> {
    match c {
        '\t' | '\n' | '\r' => None,
        '\u{fffd}' => Some(AnomalyCode::ReplacementCharacter),
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            Some(AnomalyCode::BidiControl)
        }
        '\u{200b}'..='\u{200d}' => {
            (!before.chars().next_back().is_some_and(takes_joiners)).then_some(AnomalyCode::ZeroWidth)
        }
        '\u{e0020}'..='\u{e007f}' => (!ends_in_flag(before)).then_some(AnomalyCode::ZeroWidth),
        '\u{ad}' | '\u{2060}'..='\u{2064}' | '\u{206a}'..='\u{206f}' | '\u{feff}' | '\u{e0001}' => {
            Some(AnomalyCode::ZeroWidth)
        }
        c if c.is_control() => Some(AnomalyCode::ControlCharacter),
        _ => None,
    }
}

/// Whether a joiner or a zero-width space after `c` belongs to its script: Arabic to Myanmar, Khmer and
/// Mongolian, Arabic presentation forms, and the symbols that emoji sequences are made of.
fn takes_joiners(c: char) -> bool {
    matches!(c,
        '\u{600}'..='\u{109f}' | '\u{1780}'..='\u{18af}' | '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}'
        | '\u{2190}'..='\u{2bff}' | '\u{fe0f}' | '\u{20e3}' | '\u{1f000}'..='\u{1faff}')
}

/// Whether the text so far ends in a flag that a tag continues; elsewhere tags hide text. A flag has six
/// tags and one that ends it at most.
fn ends_in_flag(before: &str) -> bool {
    before.chars().rev().take(7).find(|c| !matches!(c, '\u{e0020}'..='\u{e007e}')) == Some('\u{1f3f4}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[(AnomalyCode, &str)]) {
        let found = find(text);
        let spans: Vec<(AnomalyCode, &str)> =
            found.iter().map(|a| (a.code, a.span.map_or("", |span| span.of(text)))).collect();
        assert_eq!(spans, expected, "anomalies of {text:?}");
    }

    #[test]
    fn clean_text_has_none() {
        check("", &[]);
        check("Prices rose 3 % – “slightly”, he said…\r\n\tNext: café, naïve, 东京, Киев.\n", &[]);
        check(&"A long clean line of news. ".repeat(100), &[]);
        check("non\u{a0}breaking and thin\u{2009}spaces, a line\u{2028}separator", &[]);
    }

    #[test]
    fn one_finding_per_run() {
        check(
            "a\u{202e}\u{202c}b\u{200e}",
            &[(AnomalyCode::BidiControl, "\u{202e}\u{202c}"), (AnomalyCode::BidiControl, "\u{200e}")],
        );
        check(
            "\0\0\u{fffd}\u{fffd}\u{200b}",
            &[
                (AnomalyCode::ControlCharacter, "\0\0"),
                (AnomalyCode::ReplacementCharacter, "\u{fffd}\u{fffd}"),
                (AnomalyCode::ZeroWidth, "\u{200b}"),
            ],
        );
        check(
            "page\u{c}break, next\u{85}line, del\u{7f}",
            &[
                (AnomalyCode::ControlCharacter, "\u{c}"),
                (AnomalyCode::ControlCharacter, "\u{85}"),
                (AnomalyCode::ControlCharacter, "\u{7f}"),
            ],
        );
    }

    #[test]
    fn invisible_characters_are_found_at_any_distance() {
        for distance in [0, 1, 62, 63, 64, 65, 127, 128, 500] {
            for c in ["\u{ad}", "\u{2060}", "\u{feff}", "\u{200b}", "\u{200d}", "\u{e0041}"] {
                check(&format!("{}{c} end", "x".repeat(distance)), &[(AnomalyCode::ZeroWidth, c)]);
            }
        }
    }

    #[test]
    fn joiners_belong_to_some_scripts_and_to_emoji() {
        check("می\u{200c}خواهم", &[]);
        check("क्\u{200d}ष", &[]);
        check("ខ្មែរ\u{200b}ភាសា", &[]);
        check("👩\u{200d}👩\u{200d}👧 and 🏳\u{fe0f}\u{200d}🌈", &[]);
        check("🏴\u{e0067}\u{e0062}\u{e007f} flag", &[]);
        check("pass\u{200c}word", &[(AnomalyCode::ZeroWidth, "\u{200c}")]);
        check("hidden\u{e0068}\u{e0069}", &[(AnomalyCode::ZeroWidth, "\u{e0068}\u{e0069}")]);
    }

    #[test]
    fn the_number_is_bounded_and_says_so() {
        let at_limit = "a\u{200b}".repeat(ANOMALIES_MAX);
        assert_eq!(find(&at_limit).len(), ANOMALIES_MAX);
        assert_eq!(find(&(at_limit.clone() + "clean end")).len(), ANOMALIES_MAX);
        assert_eq!(find(&(at_limit.clone() + "\u{200b}")).len(), ANOMALIES_MAX, "the last run only grew");
        let over = find(&at_limit.repeat(50));
        assert_eq!(over.len(), ANOMALIES_MAX + 1);
        assert_eq!(over[ANOMALIES_MAX], Anomaly { code: AnomalyCode::Truncated, span: None });
    }
}
