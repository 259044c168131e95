//! The explanation as a page that needs nothing but itself: no script, nothing fetched, everything of the article
//! escaped. Where marks lie on each other the text is cut, so that elements never cross.

use super::super::document::{amount_value, broader, covered, list, safe, speaker, summary, title, word};
use super::marks::{Block, Explained, Kind, Mark, Segment, words};
use serde_json::Value;
use sha2::{Digest, Sha256};

const STYLE: &str = include_str!("page.css");

/// The whole page.
pub(super) fn page(explained: &Explained<'_>) -> String {
    let document = explained.document;
    let headline = covered(&document["headline"], explained.text).unwrap_or_else(|| "Article".to_owned());
    let mut page = Page::default();
    page.raw("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    let policy =
        format!("default-src 'none'; style-src '{}'; base-uri 'none'; form-action 'none'", style_digest());
    page.raw(&format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n"));
    page.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
    page.text(&headline);
    page.raw(" – explained</title>\n<style>");
    page.raw(STYLE);
    page.raw("</style>\n</head>\n<body>\n");
    page.head(explained);
    page.article(explained);
    page.tables(explained);
    page.foot(document);
    page.raw("</body>\n</html>\n");
    page.0
}

/// What the policy allows: this very style and no other.
fn style_digest() -> String {
    format!("sha256-{}", base64(&Sha256::digest(STYLE)))
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let at = |index: usize| u32::from(three.get(index).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for place in 0..4 {
            let letter = ALPHABET[(bits >> (18 - 6 * place) & 63) as usize];
            text.push(if place > three.len() { '=' } else { char::from(letter) });
        }
    }
    text
}

#[derive(Default)]
struct Page(String);

impl Page {
    /// Markup of our own.
    fn raw(&mut self, markup: &str) {
        self.0.push_str(markup);
    }

    /// Text from the article: control and bidirectional characters are shown by number, markup is escaped. Fit for
    /// content and for attributes in double quotes.
    fn text(&mut self, text: &str) {
        for letter in safe(text).chars() {
            match letter {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                letter => self.0.push(letter),
            }
        }
    }

    fn element(&mut self, name: &str, text: &str) {
        self.raw(&format!("<{name}>"));
        self.text(text);
        self.raw(&format!("</{name}>"));
    }

    fn head(&mut self, explained: &Explained<'_>) {
        let document = explained.document;
        self.raw("<header>\n");
        self.element("h1", &format!("What was found in {}", word(document, "id")));
        let words = document["counts"]["words"].as_u64().unwrap_or_default();
        let count = explained.marks.iter().filter(|mark| mark.number.is_some()).count();
        self.raw("\n");
        self.element(
            "p",
            &format!(
                "{words} words, {count} findings. Point at a mark, or open the list beneath its paragraph."
            ),
        );
        self.raw("\n<ul class=\"legend\" aria-label=\"Marks\">\n");
        for kind in Kind::ALL {
            let word = kind.word();
            self.raw(&format!("<li><mark class=\"{word}\">{word}</mark></li>\n"));
        }
        self.raw("</ul>\n</header>\n");
    }

    fn article(&mut self, explained: &Explained<'_>) {
        self.raw("<main>\n<article");
        if let Some(language) = explained.document["language"]["tag"].as_str() {
            self.raw(" lang=\"");
            self.text(language);
            self.raw("\"");
        }
        self.raw(">\n");
        for (block, segments) in explained.blocks.iter().zip(explained.segments()) {
            if !block.label.is_empty() {
                self.raw(&format!("<p class=\"label\">{}</p>\n", block.label));
            }
            let class = if matches!(block.label, "headline" | "sub-head") { block.label } else { "" };
            self.raw(&format!("<p class=\"block {class}\" dir=\"auto\">"));
            for segment in &segments {
                self.segment(explained, segment);
            }
            self.raw("</p>\n");
            self.findings(explained, block);
        }
        self.raw("</article>\n");
    }

    fn segment(&mut self, explained: &Explained<'_>, segment: &Segment) {
        let text = explained.text.get(segment.span.clone()).unwrap_or_default();
        if segment.marks.is_empty() {
            self.text(text);
            return;
        }
        let marks: Vec<&Mark> = segment.marks.iter().map(|mark| &explained.marks[*mark]).collect();
        let mut classes: Vec<&str> = marks.iter().map(|mark| mark.kind.word()).collect();
        classes.sort_unstable();
        classes.dedup();
        self.raw(&format!("<mark class=\"{}\" title=\"", classes.join(" ")));
        for (at, mark) in marks.iter().enumerate() {
            if at > 0 {
                self.raw("&#10;");
            }
            self.text(&tip(mark));
        }
        self.raw("\">");
        self.text(text);
        self.raw("</mark>");
        let numbers = segment.ends.iter().filter_map(|mark| explained.marks[*mark].number);
        for (at, number) in numbers.enumerate() {
            let comma = if at > 0 { "," } else { "" };
            self.raw(&format!("<sup>{comma}<a href=\"#f{number}\">{number}</a></sup>"));
        }
    }

    fn findings(&mut self, explained: &Explained<'_>, block: &Block) {
        let listed: Vec<&Mark> =
            explained.starting_in(block).iter().filter(|mark| mark.number.is_some()).collect();
        if listed.is_empty() {
            return;
        }
        let noun = if listed.len() == 1 { "finding" } else { "findings" };
        self.raw(&format!("<details>\n<summary>{} {noun}</summary>\n", listed.len()));
        self.table_head(&["", "kind", "text", "taken for", "by"]);
        for mark in listed {
            let number = mark.number.unwrap_or_default();
            self.raw(&format!("<tr id=\"f{number}\"><td class=\"number\">{number}</td>"));
            for cell in [mark.kind.word(), &words(explained, mark), &mark.value, &mark.by] {
                self.element("td", cell);
            }
            self.raw("</tr>\n");
        }
        self.raw("</tbody></table></div>\n</details>\n");
    }

    fn table_head(&mut self, names: &[&str]) {
        self.raw("<div class=\"wide\"><table><thead><tr>");
        for name in names {
            self.raw(&format!("<th scope=\"col\">{name}</th>"));
        }
        self.raw("</tr></thead><tbody>\n");
    }

    /// A table with a heading, unless it would be empty.
    fn table(&mut self, heading: &str, names: &[&str], rows: &[Vec<String>]) {
        if rows.is_empty() {
            return;
        }
        self.raw(&format!("<section>\n<h2>{heading}</h2>\n"));
        self.table_head(names);
        for row in rows {
            self.raw("<tr>");
            for cell in row {
                self.element("td", cell);
            }
            self.raw("</tr>\n");
        }
        self.raw("</tbody></table></div>\n</section>\n");
    }

    fn tables(&mut self, explained: &Explained<'_>) {
        let document = explained.document;
        let of = |group: &str, row: &dyn Fn(&Value) -> Vec<String>| -> Vec<Vec<String>> {
            list(&document[group]).iter().map(row).collect()
        };
        let entities = of("entities", &entity);
        self.table("Entities", &["id", "kind", "name", "titles, country, more", "mentions"], &entities);
        let quotations = of("quotations", &|found| quotation(explained, found));
        self.table("Who said what", &["kind", "speaker", "cue", "content", "by"], &quotations);
        let dates = of("dates", &|date| {
            vec![
                word(date, "text"),
                word(date, "value"),
                word(date, "type"),
                word(date, "grain"),
                word(date, "by"),
            ]
        });
        self.table("Dates", &["text", "value", "type", "grain", "by"], &dates);
        let amounts = of("amounts", &|amount| {
            vec![word(amount, "text"), amount_value(amount), word(amount, "kind"), word(amount, "by")]
        });
        self.table("Amounts", &["text", "value", "kind", "by"], &amounts);
        self.table("Topics", &["topic", "under", "code", "score", "by"], &of("topics", &topic));
        let phrases = of("keyphrases", &|phrase| vec![word(phrase, "text"), phrase["score"].to_string()]);
        self.table("Keyphrases", &["phrase", "score"], &phrases);
        let summary: Vec<Vec<String>> =
            summary(document, explained.text).into_iter().map(|text| vec![text]).collect();
        self.table("Summary", &["sentence"], &summary);
        self.raw("</main>\n");
    }

    fn foot(&mut self, document: &Value) {
        let provenance = &document["provenance"];
        let part = |key: &str| word(provenance, key);
        self.raw("<footer>\n");
        self.element("p", &format!("Made by {}, configuration {}.", part("enricher"), part("config")));
        self.raw("<p>Input SHA-256 ");
        self.element("code", &part("input_sha256"));
        self.raw("</p>\n</footer>\n");
    }
}

/// What a mark says when it is pointed at.
fn tip(mark: &Mark) -> String {
    let by = if mark.by.is_empty() { String::new() } else { format!(" · {}", mark.by) };
    format!("{}: {}{by}", mark.kind.word(), mark.value)
}

fn entity(entity: &Value) -> Vec<String> {
    let mut more: Vec<String> = list(&entity["titles"]).iter().map(title).collect();
    let facts = ["acronym", "subkind", "country", "subdivision", "evidence"];
    more.extend(facts.iter().filter_map(|key| entity[*key].as_str()).map(str::to_owned));
    let mentions = list(&entity["mentions"]).len().to_string();
    vec![word(entity, "id"), word(entity, "kind"), word(entity, "name"), more.join(", "), mentions]
}

fn quotation(explained: &Explained<'_>, quotation: &Value) -> Vec<String> {
    let content = list(&quotation["content"]).iter().filter_map(|span| covered(span, explained.text));
    let mut who = speaker(explained.document, quotation).unwrap_or_default();
    if quotation["inferred"] == true {
        who.push_str(" (concluded)");
    }
    let content = content.collect::<Vec<_>>().join(" … ");
    vec![word(quotation, "kind"), who, word(&quotation["cue"], "text"), content, word(quotation, "by")]
}

fn topic(topic: &Value) -> Vec<String> {
    vec![
        word(topic, "name"),
        broader(topic),
        word(topic, "code"),
        topic["score"].to_string(),
        word(topic, "by"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_rfc() {
        for (bytes, text) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")]
        {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }
}
