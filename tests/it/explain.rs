//! `copydesk explain`: the marks, their reasons, and a page that no article can break.

use crate::program::{Folder, copydesk, stderr, stdout};

const KINDS: [&str; 17] = [
    "person",
    "organisation",
    "place",
    "group",
    "event",
    "title",
    "date",
    "amount",
    "anomaly",
    "published",
    "byline",
    "dateline",
    "cue",
    "speaker",
    "topic",
    "keyphrase",
    "speech",
];

/// What people have put into texts to break out of pages and terminals.
const HOSTILE: [&str; 10] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "'--></style></title><svg onload=alert(1)>",
    "<!-- <mark> ]]> </article>",
    "javascript:alert(1) &lt;b&gt; &#60;i&#62;",
    "\" onmouseover=\"alert(1)",
    "\u{202e}desrever\u{2066} zero\u{200b}width \u{feff}",
    "\u{1b}[31mred\u{1b}]0;title\u{7} bell\u{8}",
    "</p></details></table><iframe srcdoc='x'>",
    "{{7*7}} ${7*7} <%= 7*7 %>",
];

fn hostile_article() -> String {
    let paragraph = |text: &&str| {
        format!(
            "LONDON: “{text},” Prime Minister Anna {text} Berg said on Monday, 5 May 2023. She paid $5 million."
        )
    };
    let paragraphs: Vec<String> = HOSTILE.iter().map(paragraph).collect();
    format!("Mayor {} resigns\n\n{}\n", HOSTILE[0], paragraphs.join("\n\n"))
}

#[test]
fn the_explanation_names_every_kind_and_gives_reasons() {
    let output = copydesk(&["explain", "tests/feed/harbour-bridge.txt"], b"");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let view = stdout(&output);
    let legend: String = view.lines().take_while(|line| !line.is_empty()).collect();
    for kind in KINDS {
        assert!(legend.split_whitespace().any(|word| word == kind), "{kind} is missing in {legend}");
    }
    for part in [
        "headline\n",
        "sub-head\n  Ferries from [Wednesday]",
        "on [Monday]",
        "date         Monday → 2024-03-11 (day date, counted from published) · weekday",
        "published    2024-03-12 → 2024-03-12 · from the text",
        "dateline     COPENHAGEN: → Copenhagen, DK",
    ] {
        assert!(view.contains(part), "{part:?} is missing in\n{view}");
    }
    assert!(!view.contains('\u{1b}'), "no colour without a terminal");
}

#[test]
fn colour_can_be_asked_for_and_ends_on_its_line() {
    let output = copydesk(&["explain", "--color", "always", "tests/feed/harbour-bridge.txt"], b"");
    let view = stdout(&output);
    assert!(view.contains("\u{1b}["));
    for line in view.lines() {
        let last = line.rfind("\u{1b}[");
        assert!(last.is_none_or(|at| line[at..].starts_with("\u{1b}[0m")), "{line:?}");
    }
}

#[test]
fn no_article_rules_the_terminal() {
    let view = stdout(&copydesk(&["explain", "-"], hostile_article().as_bytes()));
    assert!(view.contains("\\u{1b}") && view.contains("\\u{202e}"), "{view}");
    assert!(view.chars().all(|c| c == '\n' || !c.is_control()), "{view:?}");
}

#[test]
fn what_cannot_be_explained_is_said() {
    let folder = Folder::new("explain-wrong");
    folder.write("blank.txt", " ");
    for (file, expected) in
        [(folder.file("blank.txt"), "blank.txt: empty: "), (folder.file("none"), "No such file")]
    {
        let output = copydesk(&["explain", &file], b"");
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr(&output).contains(expected), "{}", stderr(&output));
    }
}

#[test]
fn the_page_is_well_formed_for_every_article_and_keeps_its_text() {
    let folder = Folder::new("explain-page");
    for place in ["tests/articles", "tests/feed", "tests/poison"] {
        for entry in std::fs::read_dir(place).expect("a folder") {
            let path = entry.expect("an entry").path();
            let path = path.to_str().expect("UTF-8");
            let page = folder.file("page.html");
            let output = copydesk(&["explain", path, "--html", &page], b"");
            if output.status.code() == Some(0) {
                check_page(&std::fs::read_to_string(&page).expect("a page"), path);
            } else {
                assert!(place != "tests/articles", "{path}: {}", stderr(&output));
            }
        }
    }
}

#[test]
fn nothing_in_an_article_becomes_markup() {
    let page = stdout(&copydesk(&["explain", "-", "--html", "-"], hostile_article().as_bytes()));
    check_page(&page, "the hostile article");
    for part in ["<script", "<img", "<svg", "<iframe", "onerror=alert(1)>", "\u{202e}", "\u{1b}"] {
        assert!(!page.contains(part), "{part:?} got through");
    }
    for part in [
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "\\u{202e}desrever",
        "&amp;lt;b&amp;gt;",
        "&quot; onmouseover=&quot;",
    ] {
        assert!(page.contains(part), "{part:?} is missing");
    }
}

/// Checks policy, nesting and attributes, as a browser's parser would see them.
fn check_page(page: &str, of: &str) {
    assert!(page.starts_with("<!doctype html>\n<html lang=\"en\">"), "{of}");
    let policy = "content=\"default-src 'none'; style-src 'sha256-";
    assert!(
        page.contains(policy) && page.contains("=='; base-uri 'none'")
            || page.contains("='; base-uri 'none'"),
        "{of}"
    );
    assert_eq!(page.matches("<style>").count(), 1, "{of}");
    let (head, rest) = page.split_once("<style>").expect("a style");
    let (_, body) = rest.split_once("</style>").expect("its end");
    let mut open: Vec<String> = Vec::new();
    let mut kinds = 0;
    for markup in head.split('<').skip(2).chain(body.split('<').skip(1)) {
        let (tag, text) = markup.split_once('>').unwrap_or_else(|| panic!("{of}: an open tag: {markup:?}"));
        assert!(!text.contains('>'), "{of}: {text:?}");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "{of}: elements cross");
            continue;
        }
        let name = tag.split(' ').next().expect("a name");
        let known = "html head meta title body header h1 h2 p ul li mark main article sup a details summary div table \
                     thead tbody tr th td section footer code";
        assert!(known.split_whitespace().any(|known| known == name), "{of}: <{tag}>");
        check_attributes(tag, of);
        kinds += usize::from(name == "mark");
        if name != "meta" {
            open.push(name.to_owned());
        }
    }
    assert!(open.is_empty(), "{of}: {open:?} are left open");
    assert!(kinds >= KINDS.len(), "{of}: the legend");
}

fn check_attributes(tag: &str, of: &str) {
    // Values never hold a quotation mark of their own, so every second part is a value.
    for (at, part) in tag.split('"').enumerate() {
        let is_name = at % 2 == 0;
        let allowed = "class title href id lang charset http-equiv content name scope dir aria-label";
        if is_name && let Some((_, name)) = part.trim_end_matches('=').rsplit_once(' ') {
            assert!(
                part.is_empty() || !part.contains('=') || allowed.split(' ').any(|a| a == name),
                "{of}: <{tag}>"
            );
        }
    }
    assert_eq!(tag.matches('"').count() % 2, 0, "{of}: <{tag}>");
}
