//! Just enough of Rust's grammar for the tidy checks: tokens, code without its tests, paths, functions.
//!
//! The scanner knows strings, raw strings, characters beside lifetimes, and nested comments, so that no
//! check is fooled by a brace in a string or a word in a comment. It does not expand macros.

use std::ops::Range;

/// What an item or a `let` begins with, after its `pub`.
const ITEM_WORDS: [&str; 13] = [
    "async", "const", "enum", "extern", "fn", "impl", "let", "mod", "static", "struct", "trait", "type",
    "use",
];

/// Words that may stand before a path that begins with `::`, and are no part of it.
const KEYWORDS: [&str; 17] = [
    "as", "break", "const", "dyn", "else", "fn", "for", "if", "impl", "in", "let", "match", "mut",
    "return", "use", "where", "while",
];

/// One token and the line it starts on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Token<'a> {
    pub text: &'a str,
    pub kind: Kind,
    pub line: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A name or a keyword.
    Word,
    /// A string, a character or a number.
    Literal,
    Lifetime,
    Comment,
    /// `::`, or any other single character.
    Mark,
}

/// Every token of `source`, comments included.
pub fn tokens(source: &str) -> Vec<Token<'_>> {
    let (mut found, mut at, mut line) = (Vec::new(), 0, 1);
    while let Some(first) = source[at..].chars().next() {
        let (length, kind) = token(&source[at..], first);
        let text = &source[at..at + length];
        if !first.is_whitespace() {
            found.push(Token { text, kind, line });
        }
        line += text.matches('\n').count();
        at += length;
    }
    found
}

/// The length and kind of the token, or of the one white-space character, that `rest` starts with.
fn token(rest: &str, first: char) -> (usize, Kind) {
    if rest.starts_with("//") {
        return (rest.find('\n').unwrap_or(rest.len()), Kind::Comment);
    }
    if rest.starts_with("/*") {
        return (block_comment(rest), Kind::Comment);
    }
    if let Some(length) = raw_string(rest) {
        return (length, Kind::Literal);
    }
    for prefix in ["", "b", "c"] {
        if rest.strip_prefix(prefix).is_some_and(|r| r.starts_with('"')) {
            return (prefix.len() + quoted(&rest[prefix.len()..], '"'), Kind::Literal);
        }
    }
    if let Some(byte) = rest.strip_prefix('b').filter(|r| r.starts_with('\'')) {
        return (1 + quoted(byte, '\''), Kind::Literal);
    }
    if first == '\'' {
        return character_or_lifetime(rest);
    }
    if first.is_ascii_digit() {
        return (number(rest), Kind::Literal);
    }
    if is_word(first) {
        let prefix = if rest.starts_with("r#") { 2 } else { 0 };
        return (prefix + word(&rest[prefix..]), Kind::Word);
    }
    (if rest.starts_with("::") { 2 } else { first.len_utf8() }, Kind::Mark)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn word(rest: &str) -> usize {
    rest.find(|c| !is_word(c)).unwrap_or(rest.len())
}

/// Digits with their suffix, and a fraction: `0xff_u8`, `1.5`, but of `0..5` the `0` only.
fn number(rest: &str) -> usize {
    let whole = word(rest);
    let fraction = rest[whole..].strip_prefix('.').filter(|r| r.starts_with(|c: char| c.is_ascii_digit()));
    fraction.map_or(whole, |digits| whole + 1 + word(digits))
}

fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        let step = &rest[at..];
        if step.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if step.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                break;
            }
        } else {
            at += step.chars().next().map_or(1, char::len_utf8);
        }
    }
    at
}

/// `r"…"`, `br#"…"#` and their like.
fn raw_string(rest: &str) -> Option<usize> {
    let after = ["br", "cr", "r"].iter().find_map(|prefix| rest.strip_prefix(prefix))?;
    let hashes = after.len() - after.trim_start_matches('#').len();
    let open = rest.len() - after.len() + hashes + 1;
    after[hashes..].strip_prefix('"')?;
    let close = format!("\"{}", "#".repeat(hashes));
    Some(rest[open..].find(&close).map_or(rest.len(), |end| open + end + close.len()))
}

/// From the quotation mark at the start to the one that closes it.
fn quoted(rest: &str, mark: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == mark => return at + c.len_utf8(),
            _ => {}
        }
    }
    rest.len()
}

fn character_or_lifetime(rest: &str) -> (usize, Kind) {
    let mut inside = rest.chars().skip(1);
    let (first, second) = (inside.next(), inside.next());
    if first == Some('\\') || second == Some('\'') {
        return (quoted(rest, '\''), Kind::Literal);
    }
    (1 + word(&rest[1..]), Kind::Lifetime)
}

/// The tokens without comments and without what only tests see: items under `#[cfg(test)]` or `#[test]`.
pub fn without_tests<'a>(tokens: &[Token<'a>]) -> Vec<Token<'a>> {
    let code = without_comments(tokens);
    let mut at = 0;
    let mut kept = Vec::new();
    for item in test_items(&code) {
        kept.extend_from_slice(&code[at..item.start]);
        at = item.end;
    }
    kept.extend_from_slice(&code[at..]);
    kept
}

/// How many lines those items take up.
pub fn test_lines(tokens: &[Token<'_>]) -> usize {
    let code = without_comments(tokens);
    test_items(&code).iter().map(|item| code[item.end - 1].line - code[item.start].line + 1).sum()
}

fn without_comments<'a>(tokens: &[Token<'a>]) -> Vec<Token<'a>> {
    tokens.iter().filter(|token| token.kind != Kind::Comment).copied().collect()
}

fn test_items(code: &[Token<'_>]) -> Vec<Range<usize>> {
    let (mut items, mut at) = (Vec::new(), 0);
    while at < code.len() {
        let start = at;
        if is_test_attribute(&code[at..]) && is_item(code, at) {
            at = item_end(code, at);
            items.push(start..at);
        } else {
            at += 1;
        }
    }
    items
}

fn is_test_attribute(rest: &[Token<'_>]) -> bool {
    let starts =
        |words: &[&str]| rest.len() >= words.len() && rest.iter().zip(words).all(|(t, w)| t.text == *w);
    starts(&["#", "[", "cfg", "(", "test", ")", "]"])
        || starts(&["#", "[", "cfg", "(", "all", "(", "test", ","])
        || starts(&["#", "[", "test", "]"])
}

/// Where the attributes that start at `at` end.
fn attributes_end(code: &[Token<'_>], mut at: usize) -> usize {
    while code.get(at).is_some_and(|t| t.text == "#") {
        at = closing(code, at + 1) + 1;
    }
    at
}

/// Whether the attributes at `at` stand before something whose end is known: an item, a `let` or a block.
/// A field, a variant or an arm ends at a comma, which an item may hold as well; they are kept as code.
fn is_item(code: &[Token<'_>], at: usize) -> bool {
    let mut at = attributes_end(code, at);
    if code.get(at).is_some_and(|t| t.text == "pub") {
        at += 1;
        if code.get(at).is_some_and(|t| t.text == "(") {
            at = closing(code, at) + 1;
        }
    }
    code.get(at).is_some_and(|t| t.text == "{" || ITEM_WORDS.contains(&t.text))
}

/// Where the item whose attributes start at `at` ends.
fn item_end(code: &[Token<'_>], at: usize) -> usize {
    let mut at = attributes_end(code, at);
    while let Some(token) = code.get(at) {
        match token.text {
            ";" => return at + 1,
            "{" => {
                let end = closing(code, at) + 1;
                return end + usize::from(code.get(end).is_some_and(|t| t.text == ";"));
            }
            "(" | "[" => at = closing(code, at) + 1,
            _ => at += 1,
        }
    }
    at
}

/// The place of the bracket that closes the one at `open`; the last token when nothing does.
pub fn closing(code: &[Token<'_>], open: usize) -> usize {
    let mut depth = 0;
    for (at, token) in code.iter().enumerate().skip(open) {
        match token.text {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => {
                depth -= 1;
                if depth == 0 {
                    return at;
                }
            }
            _ => {}
        }
    }
    code.len().saturating_sub(1)
}

/// A path as written, with `use` groups multiplied out: `a::{b, c::d}` is `a::b` and `a::c::d`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PathUse<'a> {
    pub segments: Vec<&'a str>,
    pub line: usize,
    /// How many inline `mod name { … }` stand around it.
    pub inline_modules: usize,
}

/// Every path in `code`; a lone name is a path of one segment.
pub fn paths<'a>(code: &[Token<'a>]) -> Vec<PathUse<'a>> {
    let (mut found, mut at) = (Vec::new(), 0);
    let mut inline: Vec<usize> = Vec::new();
    while at < code.len() {
        inline.retain(|end| at < *end);
        if code[at].text == "mod" && code.get(at + 2).is_some_and(|t| t.text == "{") {
            inline.push(closing(code, at + 2));
        }
        if code[at].kind == Kind::Word && !KEYWORDS.contains(&code[at].text) {
            let first = found.len();
            at = path(code, at, &[], &mut found);
            found[first..].iter_mut().for_each(|path| path.inline_modules = inline.len());
        } else {
            at += 1;
        }
    }
    found
}

/// Reads the path at `at`, below `above`, and returns where the reading goes on.
fn path<'a>(code: &[Token<'a>], mut at: usize, above: &[&'a str], found: &mut Vec<PathUse<'a>>) -> usize {
    let mut segments = above.to_vec();
    let line = code[at].line;
    loop {
        segments.push(code[at].text);
        at += 1;
        let is_joined = code.get(at).is_some_and(|t| t.text == "::");
        match code.get(at + 1) {
            Some(next) if is_joined && (next.kind == Kind::Word || next.text == "*") => at += 1,
            Some(next) if is_joined && next.text == "{" => return group(code, at + 1, &segments, found),
            _ => break,
        }
    }
    found.push(PathUse { segments, line, inline_modules: 0 });
    at
}

/// Reads the group whose brace stands at `open`.
fn group<'a>(code: &[Token<'a>], open: usize, above: &[&'a str], found: &mut Vec<PathUse<'a>>) -> usize {
    let end = closing(code, open);
    let mut at = open + 1;
    while at < end {
        at = path(code, at, above, found);
        // What follows up to the comma is `as another_name`.
        while at < end && code[at].text != "," {
            at += 1;
        }
        at += 1;
    }
    end + 1
}

/// A function with a body, measured from its `fn` to its closing brace.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Function<'a> {
    pub name: &'a str,
    pub line: usize,
    pub lines: usize,
}

pub fn functions<'a>(tokens: &[Token<'a>]) -> Vec<Function<'a>> {
    let code = without_comments(tokens);
    let starts = code.windows(2).enumerate().filter(|(_, w)| w[0].text == "fn" && w[1].kind == Kind::Word);
    starts
        .filter_map(|(at, pair)| {
            let open = body(&code, at)?;
            let lines = code[closing(&code, open)].line - pair[0].line + 1;
            Some(Function { name: pair[1].text, line: pair[0].line, lines })
        })
        .collect()
}

/// The brace that opens the body of the function at `at`; a declaration has none.
fn body(code: &[Token<'_>], mut at: usize) -> Option<usize> {
    loop {
        match code.get(at)?.text {
            "{" => return Some(at),
            ";" => return None,
            "(" | "[" => at = closing(code, at) + 1,
            _ => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(source: &str) -> Vec<&str> {
        tokens(source).iter().map(|token| token.text).collect()
    }

    #[test]
    fn strings_hide_their_braces() {
        assert_eq!(words(r#"f("{ \" }")"#), ["f", "(", r#""{ \" }""#, ")"]);
        assert_eq!(words("r#\"a \" {\"# x"), ["r#\"a \" {\"#", "x"]);
        assert_eq!(words("br\"\\\" y b\"\\\"{\" z"), ["br\"\\\"", "y", "b\"\\\"{\"", "z"]);
        assert_eq!(words("r#type rest"), ["r#type", "rest"]);
    }

    #[test]
    fn characters_are_told_from_lifetimes() {
        assert_eq!(words("'{' b'}' '\\'' '\\u{7b}' 'é'"), ["'{'", "b'}'", "'\\''", "'\\u{7b}'", "'é'"]);
        assert_eq!(words("&'a str"), ["&", "'a", "str"]);
        assert_eq!(words("<'a, 'b>"), ["<", "'a", ",", "'b", ">"]);
    }

    #[test]
    fn comments_nest_and_numbers_end() {
        assert_eq!(words("/* a /* } */ b */ c // {\nd"), ["/* a /* } */ b */", "c", "// {", "d"]);
        assert_eq!(words("0..5 1.5 0xff_u8"), ["0", ".", ".", "5", "1.5", "0xff_u8"]);
        assert_eq!(tokens("a\n\"b\nc\"\nd").iter().map(|t| t.line).collect::<Vec<_>>(), [1, 2, 4]);
    }

    #[test]
    fn test_items_are_left_out() {
        let source = "fn a() {} #[cfg(test)] #[x] mod tests { fn b() {} } #[cfg(test)] use c::{d}; \
                      #[cfg(not(test))] fn e() {} #[test] fn f() {} #[cfg(all(test, g))] const H: [u8; 1] = [0]; i";
        let kept: Vec<&str> = without_tests(&tokens(source)).iter().map(|t| t.text).collect();
        assert_eq!(kept.join(" "), "fn a ( ) { } # [ cfg ( not ( test ) ) ] fn e ( ) { } i");
    }

    #[test]
    fn groups_are_multiplied_out() {
        let source = "use crate::{a, b::{c as d, e::*}, f}; mod m { fn g(x: super::h) {} } i::j(k)";
        let found = paths(&tokens(source));
        let shown: Vec<String> = found
            .iter()
            .filter(|path| path.segments.len() > 1)
            .map(|path| format!("{}{}", "m/".repeat(path.inline_modules), path.segments.join("::")))
            .collect();
        assert_eq!(shown, ["crate::a", "crate::b::c", "crate::b::e::*", "crate::f", "m/super::h", "i::j"]);
    }

    #[test]
    fn functions_are_measured() {
        let source = "fn a(x: [u8; 3]) -> fn(u8) {\n '{'\n}\ntrait T { fn b(); fn c() {\n } }";
        let found: Vec<_> = functions(&tokens(source)).iter().map(|f| (f.name, f.line, f.lines)).collect();
        assert_eq!(found, [("a", 1, 3), ("c", 4, 2)]);
    }
}
