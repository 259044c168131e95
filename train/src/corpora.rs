//! Reads texts with marked names, and news without marks, into one form.

use copydesk::lexicon::tagger::Kind;
use std::error::Error;
use std::path::{Path, PathBuf};

pub type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// A text whose sentences are paragraphs.
#[derive(Clone, Default)]
pub struct Document {
    pub text: String,
    pub sentences: Vec<(usize, usize)>,
    /// Byte ranges of names.
    pub names: Vec<(usize, usize, Kind)>,
    /// Byte ranges of which nothing is known.
    pub unknown: Vec<(usize, usize)>,
    /// Whether names of no other kind are marked, so that what is unmarked may be one.
    pub is_without_other: bool,
}

/// What a corpus says of a token.
#[derive(Clone, Copy, PartialEq)]
enum Mark {
    Outside,
    Name(Kind, bool),
    Unknown,
}

/// All marked corpora that may train what ships.
pub fn marked(data: &Path) -> Result<Vec<(&'static str, Vec<Document>)>> {
    let bundle = data.join("ner-bundle");
    let mut all = vec![
        ("wikigold", conll(&[bundle.join("wikigold/CONLL-format/data/wikigold.conll.txt")], 0, 20)?),
        ("uner", conll(&[data.join("uner-ewt/en_ewt-ud-dev.iob2")], 1, 1000)?),
        ("re3d", re3d(&data.join("re3d"))?),
    ];
    let wnut = ["train/wnut17train.conll", "dev/emerging.dev.conll"];
    all.push(("wnut", conll(&wnut.map(|f| bundle.join("WNUT17/CONLL-format/data").join(f)), 0, 1)?));
    let btc = ["a", "b", "e", "f", "g", "h"];
    all.push(("btc", conll(&btc.map(|f| bundle.join(format!("BTC/CONLL-format/data/{f}.conll"))), 0, 1)?));
    for (name, topic) in [("crossner-politics", "politics"), ("crossner-science", "science")] {
        let files =
            ["train", "dev", "test"].map(|f| data.join(format!("crossner/ner_data/{topic}/{f}.txt")));
        all.push((name, conll(&files, 0, 1)?));
    }
    for (name, documents) in &mut all {
        let is_without_other = matches!(*name, "uner" | "btc" | "re3d");
        documents.iter_mut().for_each(|document| document.is_without_other = is_without_other);
    }
    Ok(all)
}

/// Files of one token a line; the tag is the third column of many with tabs, else the last.
fn conll(files: &[PathBuf], token_column: usize, sentences_each: usize) -> Result<Vec<Document>> {
    let mut documents = Vec::new();
    for file in files {
        let mut builder = Builder::default();
        let mut sentence = Vec::new();
        let mut count = 0;
        for line in std::fs::read_to_string(file)?.lines().chain(["", "# newdoc"]) {
            let is_break = line.starts_with("# newdoc") || line.starts_with("-DOCSTART-");
            if is_break || line.trim().is_empty() {
                count += usize::from(!sentence.is_empty());
                builder.sentence(&std::mem::take(&mut sentence));
                if is_break || count >= sentences_each {
                    documents.extend(std::mem::take(&mut builder).finish());
                    count = 0;
                }
                continue;
            }
            if line.starts_with("# ") && token_column > 0 {
                continue;
            }
            let columns: Vec<&str> = line.split(['\t', ' ']).collect();
            let tag = if token_column > 0 { columns[2] } else { columns[columns.len() - 1] };
            sentence.push((columns[token_column].to_owned(), mark(tag)));
        }
    }
    Ok(documents)
}

fn mark(tag: &str) -> Mark {
    let Some((prefix, kind)) = tag.split_once('-') else { return Mark::Outside };
    let kind = match kind {
        "PER" | "person" | "politician" | "scientist" => Kind::Person,
        "LOC" | "location" | "country" => Kind::Place,
        "ORG" | "corporation" | "group" | "organisation" | "politicalparty" | "university" => {
            Kind::Organisation
        }
        "MISC" | "misc" | "event" | "election" | "award" | "academicjournal" | "creative-work"
        | "product" => Kind::Other,
        _ => return Mark::Unknown,
    };
    Mark::Name(kind, prefix == "B")
}

/// Joins tokens into running text as a newspaper would set them.
#[derive(Default)]
struct Builder {
    document: Document,
}

impl Builder {
    fn sentence(&mut self, tokens: &[(String, Mark)]) {
        if tokens.is_empty() {
            return;
        }
        let document = &mut self.document;
        if !document.text.is_empty() {
            document.text.push_str("\n\n");
        }
        let sentence_start = document.text.len();
        let (mut is_glued, mut is_quote_open, mut before) = (true, false, Mark::Outside);
        for (word, mark) in tokens {
            let is_straight = word == "\"";
            let closes = is_straight && is_quote_open;
            if !is_glued && !stands_close(word) && !closes {
                document.text.push(' ');
            }
            let start = document.text.len();
            document.text.push_str(word);
            let end = document.text.len();
            is_glued = "([{$£€“‘``#".contains(word.as_str()) || is_straight && !is_quote_open;
            is_quote_open ^= is_straight;
            // A handle of a social network is not how news names people.
            let mark =
                if document.text[..start].ends_with('@') || word == "@" { Mark::Unknown } else { *mark };
            match mark {
                Mark::Name(kind, begins) => match document.names.last_mut() {
                    Some(last) if !begins && matches!(before, Mark::Name(k, _) if k == kind) => {
                        last.1 = end
                    }
                    _ => document.names.push((start, end, kind)),
                },
                Mark::Unknown => document.unknown.push((start, end)),
                Mark::Outside => {}
            }
            before = mark;
        }
        document.sentences.push((sentence_start, document.text.len()));
    }

    fn finish(self) -> Option<Document> {
        (!self.document.sentences.is_empty()).then_some(self.document)
    }
}

fn stands_close(word: &str) -> bool {
    const CLOSE: [&str; 36] = [
        ",", ".", ";", ":", "!", "?", "%", ")", "]", "}", "”", "’", "'s", "’s", "n't", "n’t", "'re", "'ve",
        "'ll", "'d", "'m", "’re", "’ve", "’ll", "’d", "’m", "''", "...", "…", "'S", "’S", "N'T", "N’T",
        "'RE", "'VE", "'LL",
    ];
    CLOSE.contains(&word)
}

/// A token of a CoNLL-U file.
struct Node {
    word: String,
    universal: String,
    head: usize,
    relation: String,
    space: bool,
}

struct Mention {
    group: String,
    kind: String,
    head: usize,
    start: usize,
    end: usize,
}

fn sorted_files(folder: &Path, ends: &str) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(sorted_files(&path, ends)?);
        } else if path.to_string_lossy().ends_with(ends) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// GUM marks whole noun phrases; names are cut out of them by parts of speech and dependencies.
pub fn gum(data: &Path) -> Result<Vec<Document>> {
    let mut documents = Vec::new();
    for file in sorted_files(&data.join("gum/dep"), ".conllu")? {
        let text = std::fs::read_to_string(&file)?;
        let mut document = Document::default();
        for block in text.split("\n\n") {
            gum_sentence(block, &mut document);
        }
        documents.push(document);
    }
    Ok(documents)
}

fn gum_sentence(block: &str, document: &mut Document) {
    let mut nodes: Vec<Node> = Vec::new();
    let mut mentions: Vec<Mention> = Vec::new();
    let mut open: Vec<Mention> = Vec::new();
    let mut glued_until = 0;
    for line in block.lines().filter(|line| !line.starts_with('#')) {
        let columns: Vec<&str> = line.split('\t').collect();
        if columns.len() < 10 || columns[0].contains('.') {
            continue;
        }
        if let Some((_, end)) = columns[0].split_once('-') {
            glued_until = end.parse().unwrap_or(0);
            continue;
        }
        let id: usize = columns[0].parse().unwrap_or(0);
        let misc = columns[9];
        let space = !misc.contains("SpaceAfter=No") && id >= glued_until;
        nodes.push(Node {
            word: columns[1].to_owned(),
            universal: columns[3].to_owned(),
            head: columns[6].parse().unwrap_or(0),
            relation: columns[7].to_owned(),
            space,
        });
        let entity = misc.split('|').find_map(|field| field.strip_prefix("Entity=")).unwrap_or("");
        brackets(entity, nodes.len() - 1, &mut open, &mut mentions);
    }
    if nodes.is_empty() {
        return;
    }
    let marks = gum_marks(&nodes, &mentions);
    if !document.text.is_empty() {
        document.text.push_str("\n\n");
    }
    let sentence_start = document.text.len();
    let mut before = None;
    for (index, node) in nodes.iter().enumerate() {
        let start = document.text.len();
        document.text.push_str(&node.word);
        let end = document.text.len();
        match marks[index] {
            Some((kind, number)) if before == Some(number) => {
                if let Some(last) = document.names.last_mut() {
                    last.1 = end;
                    debug_assert!(last.2 == kind);
                }
            }
            Some((kind, _)) => document.names.push((start, end, kind)),
            // A proper noun that no mention gave a kind.
            None if node.universal == "PROPN" => document.unknown.push((start, end)),
            None => {}
        }
        before = marks[index].map(|(_, number)| number);
        if node.space && index + 1 < nodes.len() {
            document.text.push(' ');
        }
    }
    document.sentences.push((sentence_start, document.text.len()));
}

/// `(1-person-new-sssss-cf2-1-coref-NASA)`, `(2-event-…`, `2)`.
fn brackets(entity: &str, at: usize, open: &mut Vec<Mention>, done: &mut Vec<Mention>) {
    let mut rest = entity;
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix('(') {
            let end = inner.find(['(', ')']).unwrap_or(inner.len());
            let fields: Vec<&str> = inner[..end].splitn(7, '-').collect();
            let head = fields
                .get(5)
                .and_then(|f| f.split(',').next())
                .and_then(|f| f.parse::<usize>().ok())
                .unwrap_or(1);
            let mention = Mention {
                group: fields[0].to_owned(),
                kind: (*fields.get(1).unwrap_or(&"")).to_owned(),
                head: at + head - 1,
                start: at,
                end: at + 1,
            };
            if inner[end..].starts_with(')') {
                done.push(mention);
                rest = &inner[end + 1..];
            } else {
                open.push(mention);
                rest = &inner[end..];
            }
        } else {
            let end = rest.find(')').unwrap_or(rest.len());
            let group = &rest[..end];
            if let Some(index) = open.iter().rposition(|mention| mention.group == group) {
                let mut mention = open.remove(index);
                mention.end = at + 1;
                done.push(mention);
            }
            rest = rest.get(end + 1..).unwrap_or("");
        }
    }
}

fn gum_marks(nodes: &[Node], mentions: &[Mention]) -> Vec<Option<(Kind, usize)>> {
    let mut marks: Vec<Option<(Kind, usize)>> = vec![None; nodes.len()];
    let mut order: Vec<usize> = (0..mentions.len()).collect();
    order.sort_by_key(|index| (mentions[*index].start, usize::MAX - mentions[*index].end));
    for index in order {
        let mention = &mentions[index];
        let Some(node) = nodes.get(mention.head) else { continue };
        let kind = match mention.kind.as_str() {
            "person" => Kind::Person,
            "place" => Kind::Place,
            "organization" => Kind::Organisation,
            "object" | "event" | "abstract" => Kind::Other,
            _ => continue,
        };
        if node.universal != "PROPN" {
            continue;
        }
        let range = name_around(nodes, mention, kind);
        if marks[range.clone()].iter().all(Option::is_none) {
            marks[range].iter_mut().for_each(|mark| *mark = Some((kind, index)));
        }
    }
    marks
}

/// The proper nouns around a mention's head that are part of its name.
fn name_around(nodes: &[Node], mention: &Mention, kind: Kind) -> std::ops::Range<usize> {
    let is_part = |at: usize| {
        let node = &nodes[at];
        let is_title = kind == Kind::Person && (node.relation.starts_with("nmod") || is_title(&node.word));
        let is_modifier =
            node.relation == "nmod:poss" || node.relation == "det" || node.relation == "appos";
        let is_inside = node.head > mention.start && node.head <= mention.end;
        (node.universal == "PROPN" || node.word == "-" || node.word == "&")
            && is_inside
            && !is_title
            && !is_modifier
    };
    let (mut start, mut end) = (mention.head, mention.head + 1);
    while start > mention.start && is_part(start - 1) {
        start -= 1;
    }
    while start < mention.head && nodes[start].universal != "PROPN" {
        start += 1;
    }
    loop {
        if end < mention.end && is_part(end) && nodes[end].relation != "appos" {
            end += 1;
            continue;
        }
        // `Ministry of the Interior`
        let linked = (end..mention.end.min(end + 3)).find(|at| nodes[*at].universal == "PROPN");
        let is_link =
            |at: usize| matches!(nodes[at].word.as_str(), "of" | "the" | "and" | "for" | "de" | "la");
        match linked {
            Some(at)
                if kind != Kind::Person
                    && at > end
                    && (end..at).all(is_link)
                    && nodes[end].word != "the" =>
            {
                end = at + 1
            }
            _ => break,
        }
    }
    while end > mention.head + 1 && matches!(nodes[end - 1].word.as_str(), "-" | "&") {
        end -= 1;
    }
    start..end
}

fn is_title(word: &str) -> bool {
    const TITLES: [&str; 30] = [
        "Administrator",
        "Ambassador",
        "Archbishop",
        "Bishop",
        "Captain",
        "Chairman",
        "Chief",
        "Colonel",
        "Congressman",
        "Dr",
        "Dr.",
        "General",
        "Governor",
        "Judge",
        "Justice",
        "King",
        "Mayor",
        "Minister",
        "Miss",
        "Mr",
        "Mr.",
        "Mrs",
        "Mrs.",
        "Ms",
        "Ms.",
        "President",
        "Prof.",
        "Professor",
        "Queen",
        "Senator",
    ];
    TITLES.contains(&word)
}

/// Spans of phrases; those that are not plainly names are unknown.
fn re3d(folder: &Path) -> Result<Vec<Document>> {
    let mut documents = Vec::new();
    for file in sorted_files(folder, "documents.json")? {
        let entities = std::fs::read_to_string(file.with_file_name("entities.json"))?;
        let entities: Vec<serde_json::Value> =
            entities.lines().map(serde_json::from_str).collect::<std::result::Result<_, _>>()?;
        for line in std::fs::read_to_string(&file)?.lines() {
            let source: serde_json::Value = serde_json::from_str(line)?;
            let text = source["text"].as_str().unwrap_or_default().to_owned();
            let offsets: Vec<usize> = utf16_offsets(&text);
            let mut document = Document { sentences: sentences(&text), ..Document::default() };
            let mut spans: Vec<(usize, usize, &str)> = entities
                .iter()
                .filter(|entity| entity["documentId"] == source["_id"])
                .filter_map(|entity| {
                    let at =
                        |key: &str| entity[key].as_u64().and_then(|n| offsets.get(n as usize)).copied();
                    Some((at("begin")?, at("end")?, entity["type"].as_str()?))
                })
                .collect();
            spans.sort_by_key(|(start, end, _)| (*start, usize::MAX - end));
            let mut covered = 0;
            for (start, end, kind) in spans {
                let kind = match kind {
                    "Person" => Some(Kind::Person),
                    "Location" => Some(Kind::Place),
                    "Organisation" => Some(Kind::Organisation),
                    "Nationality" | "MilitaryPlatform" | "Vehicle" | "Weapon" | "DocumentReference" => None,
                    _ => continue,
                };
                if start < covered || start >= end {
                    continue;
                }
                let trimmed = start + leading_article(&text[start..end]);
                match kind.filter(|_| is_plain_name(&text[trimmed..end])) {
                    Some(kind) => {
                        document.names.push((trimmed, end, kind));
                        covered = end;
                    }
                    None => document.unknown.push((start, end)),
                }
            }
            document
                .unknown
                .retain(|(start, end)| !document.names.iter().any(|name| name.0 < *end && *start < name.1));
            document.text = text;
            documents.push(document);
        }
    }
    Ok(documents)
}

fn utf16_offsets(text: &str) -> Vec<usize> {
    let mut offsets = Vec::with_capacity(text.len() + 1);
    for (at, c) in text.char_indices() {
        offsets.extend(std::iter::repeat_n(at, c.len_utf16()));
    }
    offsets.push(text.len());
    offsets
}

fn leading_article(text: &str) -> usize {
    ["the ", "The "].iter().find(|article| text.starts_with(**article)).map_or(0, |article| article.len())
}

/// Every long word has a capital, and none is a common noun that follows a name.
fn is_plain_name(text: &str) -> bool {
    let first = text.split(' ').next().unwrap_or_default();
    let is_capital = |word: &str| word.chars().next().is_some_and(char::is_uppercase);
    let is_link = |word: &str| matches!(word, "of" | "the" | "and" | "for" | "al" | "de" | "&" | "in");
    let is_foreign =
        ["ese", "ish", "ian", "ean"].iter().any(|end| first.ends_with(end)) && text.contains(' ');
    !is_foreign && is_capital(first) && text.split([' ', '-']).all(|word| is_capital(word) || is_link(word))
}

/// Cuts running text at line breaks and at full stops before capitals.
pub fn sentences(text: &str) -> Vec<(usize, usize)> {
    let mut all = Vec::new();
    let mut start = 0;
    let bytes = text.as_bytes();
    let mut cut = |start: &mut usize, end: usize| {
        if !text[*start..end].trim().is_empty() {
            let lead = text[*start..end].len() - text[*start..end].trim_start().len();
            all.push((*start + lead, end));
        }
        *start = end;
    };
    for (at, c) in text.char_indices() {
        if c == '\n' {
            cut(&mut start, at);
        }
        let is_stop = matches!(c, '.' | '!' | '?') && bytes.get(at + 1) == Some(&b' ');
        if is_stop && text[at + 2..].chars().next().is_some_and(|c| c.is_uppercase() || "\"“'‘".contains(c))
        {
            let word = text[start..at].rsplit(' ').next().unwrap_or_default();
            let is_short = word.chars().count() <= 1
                || word.contains('.')
                || matches!(
                    word,
                    "Mr" | "Mrs"
                        | "Ms"
                        | "Dr"
                        | "Gen"
                        | "Sen"
                        | "Rep"
                        | "Gov"
                        | "St"
                        | "Col"
                        | "Lt"
                        | "Maj"
                        | "Sgt"
                        | "Capt"
                        | "Prof"
                        | "Rev"
                        | "No"
                        | "vs"
                        | "Jr"
                        | "Maj.-Gen"
                );
            if !is_short {
                cut(&mut start, at + 1);
            }
        }
    }
    cut(&mut start, text.len());
    all
}

/// A document of running text without marks.
fn plain(text: String) -> Document {
    Document { sentences: sentences(&text), text, ..Document::default() }
}

/// News without marks: a day of current events, or an article, is a document.
pub fn news(data: &Path) -> Result<Vec<Document>> {
    let mut documents = Vec::new();
    for file in sorted_files(&data.join("current-events-2002-2020"), ".yaml")? {
        documents.push(plain(yaml_items(&std::fs::read_to_string(file)?).join("\n")));
    }
    for file in sorted_files(&data.join("current-events-2025-2026"), ".md")? {
        documents.push(linked(&std::fs::read_to_string(file)?).0);
    }
    let english = std::fs::read_to_string(data.join("wikinews-dimitrakatseli/data/english.json"))?;
    let articles: serde_json::Value = serde_json::from_str(&english)?;
    for article in articles.as_array().into_iter().flatten() {
        let text = article["content"].as_str().unwrap_or_default().replace("''", "");
        let text = text.split("==Sources").next().unwrap_or_default();
        documents.push(plain(format!("{}\n{text}", article["bestTitle"].as_str().unwrap_or_default())));
    }
    for file in sorted_files(&data.join("wikinews-vanatteveldt"), ".csv")? {
        let text = std::fs::read_to_string(file)?.replace("\"\"", "\"");
        documents.extend(text.split("https://en.wikinews.org").skip(1).map(|article| {
            let body = article.splitn(3, ',').nth(2).unwrap_or_default();
            plain(body.replace(",\"", "\n"))
        }));
    }
    Ok(documents)
}

/// The items of a day, folded lines joined, without the sources in brackets at their ends.
fn yaml_items(yaml: &str) -> Vec<String> {
    let mut items: Vec<String> = Vec::new();
    for line in yaml.lines() {
        let trimmed = line.trim_start();
        let indent = line.len() - trimmed.len();
        if let Some(item) = trimmed.strip_prefix("- ").filter(|_| indent == 2) {
            items.push(item.to_owned());
        } else if let Some(last) = items.last_mut().filter(|_| indent >= 4) {
            last.push(' ');
            last.push_str(trimmed);
        }
    }
    items
        .into_iter()
        .map(|item| without_sources(&unquoted(&item)).to_owned())
        .filter(|item| item.contains(' '))
        .collect()
}

fn unquoted(item: &str) -> String {
    if let Some(inner) = item.strip_prefix('\'').and_then(|item| item.strip_suffix('\'')) {
        return inner.replace("''", "'");
    }
    match item.strip_prefix('"').and_then(|item| item.strip_suffix('"')) {
        Some(inner) => inner.replace("\\\"", "\"").replace("\\n", " "),
        None => item.to_owned(),
    }
}

fn without_sources(item: &str) -> &str {
    let mut item = item.trim_end();
    while item.ends_with(')') {
        let Some(open) = item.rfind('(') else { break };
        let is_after_sentence = item[..open].trim_end().ends_with(['.', ')', ',', '"', '”', '!', '?']);
        if !is_after_sentence {
            break;
        }
        item = item[..open].trim_end().trim_end_matches(',');
    }
    item
}

/// A link of a text: its byte range and the title it leads to.
pub type Link = (usize, usize, String);

/// Markdown with links to an encyclopedia: the text, and the links.
pub fn linked(markdown: &str) -> (Document, Vec<Link>) {
    let mut text = String::new();
    let mut links: Vec<Link> = Vec::new();
    for line in markdown.lines() {
        let Some(item) = line.trim_start().strip_prefix("* ") else { continue };
        if !text.is_empty() {
            text.push('\n');
        }
        let mut rest = item;
        while let Some(open) = rest.find('[') {
            text.push_str(&rest[..open]);
            let Some((anchor, target, after)) = link(&rest[open..]) else {
                rest = &rest[open + 1..];
                continue;
            };
            rest = after;
            if anchor.starts_with('(') {
                continue;
            }
            let start = text.len();
            text.push_str(&anchor.replace(['*', '\\'], ""));
            if let Some(title) = target.split_once(" \"").map(|(_, title)| title.trim_end_matches('"')) {
                links.push((start, text.len(), title.to_owned()));
            }
        }
        text.push_str(rest);
        let kept = text.trim_end().len();
        text.truncate(kept);
    }
    (plain(text), links)
}

/// `[anchor](target "Title")` at the start: anchor, target, what follows.
fn link(text: &str) -> Option<(&str, &str, &str)> {
    let middle = text.find("](")?;
    let anchor = &text[1..middle];
    let target = &text[middle + 2..];
    // Titles may hold brackets; they are quoted.
    let end = match target.find([' ', ')']) {
        Some(at) if target[at..].starts_with(" \"") => {
            let closed = target[at + 2..].find("\")")?;
            at + 2 + closed + 1
        }
        Some(at) => at,
        None => return None,
    };
    Some((anchor, &target[..end], target.get(end + 1..)?))
}

/// A development set: the names of 120 articles, two readings of the marks put together.
pub fn meantime(data: &Path) -> Result<Vec<Document>> {
    let mut documents = Vec::new();
    for file in sorted_files(&data.join("meantime/intra-doc_annotation"), ".xml")? {
        documents.push(meantime_document(&std::fs::read_to_string(file)?));
    }
    Ok(documents)
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    tag[start..].split('"').next()
}

fn meantime_document(xml: &str) -> Document {
    let mut tokens: Vec<(String, String)> = Vec::new();
    for part in xml.split("<token ").skip(1) {
        let Some((head, rest)) = part.split_once('>') else { continue };
        let head = format!(" {head}");
        let word = rest.split('<').next().unwrap_or_default().replace("&amp;", "&").replace("&quot;", "\"");
        tokens.push((attribute(&head, "sentence").unwrap_or("0").to_owned(), word));
    }
    let mut kinds = std::collections::BTreeMap::new();
    for part in xml.split("<ENTITY ").skip(1) {
        let tag = format!(" {}", part.split("/>").next().unwrap_or_default());
        if let (Some(id), Some(kind)) = (attribute(&tag, "m_id"), attribute(&tag, "ent_type")) {
            kinds.insert(id.to_owned(), kind.to_owned());
        }
    }
    let mut target = std::collections::BTreeMap::new();
    for part in xml.split("<REFERS_TO").skip(1) {
        let body = part.split("</REFERS_TO>").next().unwrap_or_default();
        let Some(to) = body.split("<target").nth(1).and_then(|tag| attribute(tag, "m_id")) else {
            continue;
        };
        for source in body.split("<source").skip(1) {
            if let Some(from) = attribute(source, "m_id") {
                target.insert(from.to_owned(), to.to_owned());
            }
        }
    }
    let mut marks = vec![Mark::Outside; tokens.len()];
    for part in xml.split("<ENTITY_MENTION").skip(1) {
        let body = part.split("</ENTITY_MENTION>").next().unwrap_or_default();
        let id = attribute(body, "m_id").unwrap_or_default();
        let is_name = matches!(attribute(body, "syntactic_type"), Some("NAM" | "PRE.NAM"));
        let kind = target.get(id).and_then(|to| kinds.get(to)).map(String::as_str);
        let kind = match kind {
            Some("PER") => Kind::Person,
            Some("LOC") => Kind::Place,
            Some("ORG") => Kind::Organisation,
            Some("PRO") => Kind::Other,
            _ => continue,
        };
        if !is_name {
            continue;
        }
        for (index, anchor) in body.split("<token_anchor").skip(1).enumerate() {
            let at = attribute(anchor, "t_id").and_then(|id| id.parse::<usize>().ok()).unwrap_or(0);
            if let Some(mark) = marks.get_mut(at.wrapping_sub(1)) {
                *mark = Mark::Name(kind, index == 0);
            }
        }
    }
    let mut builder = Builder::default();
    let mut sentence: Vec<(String, Mark)> = Vec::new();
    let mut open = String::new();
    for ((number, word), mark) in tokens.into_iter().zip(marks) {
        // Marks end with the fifth sentence after the headline.
        if number.parse::<usize>().unwrap_or(0) > 5 {
            break;
        }
        if number != open {
            builder.sentence(&std::mem::take(&mut sentence));
            open = number;
        }
        sentence.push((word, mark));
    }
    builder.sentence(&sentence);
    builder.document
}
