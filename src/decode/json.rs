//! Reads a JSON record through the field map: which key holds the headline, the body, the date.
//! Evidence: the first mapped name with a usable value; unusable ones (wrong type, blank) are passed over.
//! Example: `{"title": "Rain stops play", "body": ["One.", "Two."]}` → text `Rain stops play`, a blank
//! line, `One.`, a blank line, `Two.`; headline and body start are known.
//! Misses: HTML in fields stays as it is; several articles in one record (an array) are refused; of equal
//! keys the last one counts; fields that are not mapped are read for their shape alone, so that half a
//! surrogate pair in one of them goes unnoticed.

use super::{DecodeError, DecodeOptions, FieldMap, is_blank};
use crate::model::{Article, ArticleFormat, Envelope, Reason, Span, limits};
use memchr::memchr2;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::fmt;

/// Longest date, byline, language, URL or id that is believed; longer ones are no such thing.
const ENVELOPE_BYTES_MAX: usize = 2048;
/// Between headline and body, and between the parts of a body.
const BLANK_LINE: &str = "\n\n";

/// Whether text is meant as a JSON object, or as an array of them: `{` and then a key, a `}` or nothing.
/// `{Adds quotes}` and `[UPDATE]` are prose. Broken JSON must not pass as prose, so nothing is parsed here.
pub fn looks_like_json(text: &str) -> bool {
    let text = text.trim_start();
    let object = text.strip_prefix('[').map_or(text, str::trim_start);
    object.strip_prefix('{').is_some_and(|inside| {
        let inside = inside.trim_start();
        inside.is_empty() || inside.starts_with(['"', '}'])
    })
}

/// The article that the JSON `text` holds.
pub fn read(text: &str, options: &DecodeOptions) -> Result<Article, DecodeError> {
    check_depth(text, options.json_depth_max.min(limits::JSON_DEPTH_CEILING))?;
    let fields = &options.fields;
    let Some(object) = parse(text, fields).map_err(|error| invalid(&error))? else {
        return Err(missing("the JSON is no object; send one object per record"));
    };
    let headline = first(&object, &fields.headline, string);
    let Some((text, headline, body_start)) = assemble(headline, first(&object, &fields.body, body)) else {
        let names = fields.body.iter().chain(&fields.headline).map(|name| format!("`{name}`"));
        let names = names.collect::<Vec<_>>().join(", ");
        return Err(missing(format!("no article text under {names}; see `input.fields`")));
    };
    let short = |names: &[String], read: fn(&Value) -> Option<String>| {
        first(&object, names, read).filter(|value| value.len() <= ENVELOPE_BYTES_MAX)
    };
    let envelope = Envelope {
        headline,
        body_start,
        published: short(&fields.date, string_or_number),
        byline: short(&fields.byline, names),
        language: short(&fields.language, string),
        url: short(&fields.url, string),
        id: short(&fields.id, string_or_number),
    };
    Ok(Article { text, format: ArticleFormat::Json, envelope, anomalies: Vec::new() })
}

/// Refuses nesting deeper than `limit` before the parser sees it; one scan, whatever the nesting.
fn check_depth(text: &str, limit: usize) -> Result<(), DecodeError> {
    let bytes = text.as_bytes();
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'"' => at = after_string(bytes, at),
            b'{' | b'[' if depth == limit => {
                let message = format!(
                    "the JSON nests deeper than {limit} levels at byte {at}; `input.json_depth_max` sets the limit"
                );
                return Err(DecodeError::new(Reason::TooDeep, message));
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    Ok(())
}

/// The place after the quote that closes the string whose inside starts at `at`.
fn after_string(bytes: &[u8], mut at: usize) -> usize {
    while let Some(hit) = bytes.get(at..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
        at += hit + 1;
        if bytes[at - 1] == b'"' {
            return at;
        }
        at += 1; // the escaped character
    }
    bytes.len()
}

/// The top-level object with its mapped fields alone; `None` when the JSON is something else.
fn parse(text: &str, fields: &FieldMap) -> Result<Option<Value>, serde_json::Error> {
    let wanted = fields.all().map(|name| top_level_key(name)).collect();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let object = TopLevel { wanted }.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(object)
}

/// The key of the top-level object that a mapped name starts with.
fn top_level_key(name: &str) -> Cow<'_, str> {
    let Some(pointer) = name.strip_prefix('/') else { return Cow::Borrowed(name) };
    let key = pointer.split('/').next().unwrap_or_default();
    if key.contains('~') {
        Cow::Owned(key.replace("~1", "/").replace("~0", "~"))
    } else {
        Cow::Borrowed(key)
    }
}

/// Reads an object and keeps what is wanted of it, so that a record's bulk of metadata is never held.
struct TopLevel<'a> {
    wanted: Vec<Cow<'a, str>>,
}

impl<'de> DeserializeSeed<'de> for TopLevel<'_> {
    type Value = Option<Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<Value>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for TopLevel<'_> {
    type Value = Option<Value>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Option<Value>, A::Error> {
        let mut object = Map::new();
        while let Some(key) = access.next_key::<String>()? {
            if self.wanted.iter().any(|wanted| *wanted == key) {
                object.insert(key, access.next_value()?);
            } else {
                access.next_value::<IgnoredAny>()?;
            }
        }
        Ok(Some(Value::Object(object)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Option<Value>, A::Error> {
        while access.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_str<E>(self, _: &str) -> Result<Option<Value>, E> {
        Ok(None)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Option<Value>, E> {
        Ok(None)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Option<Value>, E> {
        Ok(None)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Option<Value>, E> {
        Ok(None)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Option<Value>, E> {
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Option<Value>, E> {
        Ok(None)
    }
}

/// The first of the mapped names under which `read` finds something.
fn first<T>(object: &Value, names: &[String], read: impl Fn(&Value) -> Option<T>) -> Option<T> {
    names.iter().filter_map(|name| lookup(object, name)).find_map(read)
}

fn lookup<'a>(object: &'a Value, name: &str) -> Option<&'a Value> {
    if name.starts_with('/') { object.pointer(name) } else { object.get(name) }
}

fn string(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !is_blank(text)).map(|text| text.trim().to_owned())
}

fn string_or_number(value: &Value) -> Option<String> {
    if value.is_number() { Some(value.to_string()) } else { string(value) }
}

/// A byline: a string, a person (an object with a `name`), or a list of either, written `A, B`.
fn names(value: &Value) -> Option<String> {
    let name = |value: &Value| string(value).or_else(|| value.get("name").and_then(string));
    let Value::Array(list) = value else { return name(value) };
    let names: Vec<String> = list.iter().filter_map(name).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

/// A body: a string, kept to the byte; a block (an object with `text`, `content` or `body`); or a list of
/// either, one paragraph each.
fn body(value: &Value) -> Option<String> {
    let Value::Array(list) = value else { return block(value).map(str::to_owned) };
    let blocks: Vec<&str> = list.iter().filter_map(block).collect();
    (!blocks.is_empty()).then(|| blocks.join(BLANK_LINE))
}

fn block(value: &Value) -> Option<&str> {
    let texts = ["text", "content", "body"].into_iter().filter_map(|key| value.get(key)?.as_str());
    value.as_str().into_iter().chain(texts).find(|text| !is_blank(text))
}

/// The article's text, where its headline stands and where its body starts; nothing from nothing.
fn assemble(headline: Option<String>, body: Option<String>) -> Option<(String, Option<Span>, usize)> {
    let Some(headline) = headline else { return body.map(|body| (body, None, 0)) };
    let at_start = Some(Span::new(0, headline.len()));
    let Some(body) = body else {
        // A flash: the headline is all there is.
        let body_start = headline.len();
        return Some((headline, at_start, body_start));
    };
    if let Some(span) = opening(&body, &headline) {
        let rest = &body[span.end as usize..];
        let body_start = body.len() - rest.trim_start().len();
        return Some((body, Some(span), body_start));
    }
    let body_start = headline.len() + BLANK_LINE.len();
    Some((headline + BLANK_LINE + &body, at_start, body_start))
}

/// Where the body repeats the headline as its first line.
fn opening(body: &str, headline: &str) -> Option<Span> {
    let opened = body.trim_start();
    let rest = opened.strip_prefix(headline)?.trim_start_matches([' ', '\t']);
    let start = body.len() - opened.len();
    (rest.is_empty() || rest.starts_with(['\n', '\r'])).then(|| Span::new(start, start + headline.len()))
}

/// Where the JSON breaks. The parser's own message may quote the article and stays out.
fn invalid(error: &serde_json::Error) -> DecodeError {
    let what = match error.classify() {
        Category::Eof => "the JSON ends too early",
        Category::Syntax | Category::Data | Category::Io => "the JSON does not parse",
    };
    let message = format!("{what}, at line {} column {}", error.line(), error.column());
    DecodeError::new(Reason::InvalidJson, message)
}

fn missing(message: impl Into<String>) -> DecodeError {
    DecodeError::new(Reason::MissingBody, message)
}
