//! `copydesk dead show PARTITION/OFFSET`: one dead letter, its headers, and its value when asked for.

use super::super::document::safe;
use super::super::{ConfigArgs, DONE, Failure, PROBLEMS, USAGE};
use super::letter::shown;
use super::{Letter, Place, Reader, written};
use clap::Args;
use std::fmt::Write as _;
use std::io::{IsTerminal, Write};

#[derive(Args, Debug)]
pub(super) struct ShowArgs {
    /// Where it stands in the dead-letter topic, as `dead list` says.
    #[arg(value_name = "PARTITION/OFFSET")]
    place: Place,
    /// The article, too, with whatever could rule a terminal shown by its number.
    #[arg(long)]
    value: bool,
    /// Nothing but the bytes of the article, as they came; for a file or a pipe.
    #[arg(long, conflicts_with = "value")]
    raw: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

pub(super) fn run(args: &ShowArgs) -> Result<u8, Failure> {
    let config = args.config.load()?.config;
    if args.raw && std::io::stdout().is_terminal() {
        let message = "--raw writes bytes as they came, which could rule the terminal: use --value, or send them \
                       to a file";
        return Err(Failure { code: USAGE, message: message.to_owned() });
    }
    let topic = &config.dead_letter.topic;
    let Some(stored) = Reader::new(&config)?.at(topic, args.place)? else {
        let message = format!("there is no dead letter at {} of {topic}", args.place);
        return Err(Failure { code: PROBLEMS, message });
    };
    let letter = Letter::new(stored, config.dead_letter.headers);
    let bytes = match (&letter.stored.value, args.raw) {
        (Some(value), true) => value.clone(),
        (None, true) => {
            let message = format!("the dead letter at {} has no value: {}", args.place, omitted(&letter));
            return Err(Failure { code: PROBLEMS, message });
        }
        (_, false) => view(&letter, topic, args.value).into_bytes(),
    };
    let mut out = std::io::stdout().lock();
    let _ = written(out.write_all(&bytes).and_then(|()| out.flush()))?;
    Ok(DONE)
}

fn omitted(letter: &Letter) -> String {
    if letter.note.as_ref().is_some_and(|note| note.last_offset.is_some()) {
        return format!("{} could not be read", safe(&letter.source()));
    }
    let omitted = letter.note.as_ref().and_then(|note| note.value_omitted.as_ref());
    omitted.map_or_else(
        || "it came without one".to_owned(),
        |omitted| format!("it did not fit ({}); its source is {}", safe(omitted), safe(&letter.source())),
    )
}

fn view(letter: &Letter, topic: &str, has_value: bool) -> String {
    let mut text = String::new();
    let mut field = |name: &str, value: &str| {
        writeln!(text, "{name:<10} {value}").expect("writing to a string cannot fail");
    };
    field("place", &format!("{topic}/{}", letter.place));
    field("time", &letter.time());
    field("reason", &safe(letter.reason()));
    if let Some(note) = &letter.note {
        field("stage", &safe(&note.stage));
        field("message", &safe(&note.message));
        field("came from", &safe(&letter.source()));
        field("group", &safe(&note.group));
    }
    field("retries", &letter.retries.to_string());
    field("key", &letter.stored.key.as_deref().map_or_else(|| "none".to_owned(), bytes));
    let size = letter.value_bytes().map_or_else(|| omitted(letter), |bytes| format!("{bytes} bytes"));
    field("value", &size);
    text.push_str("headers\n");
    for (name, value) in &letter.stored.headers {
        let value = value.as_deref().map_or_else(|| "none".to_owned(), bytes);
        writeln!(text, "  {}: {value}", safe(name)).expect("writing to a string cannot fail");
    }
    if let Some(value) = letter.stored.value.as_ref().filter(|_| has_value) {
        write!(text, "\n{}\n", shown(value)).expect("writing to a string cannot fail");
    }
    text
}

/// Text where it is text, else hexadecimal: Spring's numbers, Avro keys.
fn bytes(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.chars().any(char::is_control) => safe(text),
        _ => format!("0x{}", crate::encode::hex(bytes)),
    }
}
