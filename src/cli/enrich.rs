//! `copydesk enrich FILE… | -`: one JSON line per input, without Kafka. Memory is bounded by one input.

use super::{ConfigArgs, DONE, Failure, PROBLEMS, pretty, say};
use crate::decode::Format;
use crate::enrich::Scratch;
use crate::model::{Offset, Outcome, Partition, RawRecord};
use crate::pipeline::{Options, Pipeline};
use clap::Args;
use std::fs::File;
use std::io::{BufWriter, ErrorKind, Read, Write};
use std::path::Path;

#[derive(Args, Debug)]
pub(super) struct EnrichArgs {
    /// Files to enrich, in order; `-` is standard input. Each is one article.
    #[arg(value_name = "FILE", default_value = "-")]
    files: Vec<String>,
    /// A view for people instead of JSON.
    #[arg(long)]
    pretty: bool,
    /// How to read the input; overrides `input.format`.
    #[arg(long, value_name = "FORMAT", value_parser = format)]
    format: Option<Format>,
    #[command(flatten)]
    config: ConfigArgs,
}

pub(super) fn format(word: &str) -> Result<Format, String> {
    match word {
        "auto" => Ok(Format::Auto),
        "text" => Ok(Format::Text),
        "json" => Ok(Format::Json),
        _ => Err("expected auto, text or json".to_owned()),
    }
}

pub(super) fn run(args: &EnrichArgs) -> Result<u8, Failure> {
    let mut options = args.config.load()?.config.pipeline_options();
    if let Some(format) = args.format {
        options.decode.format = format;
    }
    // An output topic's limit has no meaning without the topic.
    options.output_bytes_max = usize::MAX;
    // What a panic says may hold article text; the outcome says that there was one.
    std::panic::set_hook(Box::new(|_| {}));
    let mut desk = Desk::new(options, args.pretty);
    for file in &args.files {
        match desk.enrich(file) {
            Ok(()) => {}
            Err(Trouble::Input(why)) => {
                say(&format!("{}: {why}", pretty::safe(file)));
                desk.has_failed = true;
            }
            Err(Trouble::ReaderGone) => return Ok(DONE),
            Err(Trouble::Output(why)) => return Err(Failure { code: PROBLEMS, message: why }),
        }
    }
    match desk.out.flush() {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure { code: PROBLEMS, message: format!("standard output: {error}") })
        }
        _ => Ok(if desk.has_failed { PROBLEMS } else { DONE }),
    }
}

/// Why one input gave no line.
enum Trouble {
    Input(String),
    /// Whoever read our output has had enough (`| head`).
    ReaderGone,
    Output(String),
}

struct Desk {
    pipeline: Pipeline,
    scratch: Scratch,
    message_bytes_max: usize,
    is_pretty: bool,
    out: BufWriter<std::io::StdoutLock<'static>>,
    has_failed: bool,
}

impl Desk {
    fn new(options: Options, is_pretty: bool) -> Self {
        Self {
            message_bytes_max: options.decode.message_bytes_max,
            pipeline: Pipeline::new(options),
            scratch: Scratch::default(),
            is_pretty,
            out: BufWriter::new(std::io::stdout().lock()),
            has_failed: false,
        }
    }

    fn enrich(&mut self, file: &str) -> Result<(), Trouble> {
        let document = document(file, &self.pipeline, &mut self.scratch, self.message_bytes_max);
        self.write(&document.map_err(Trouble::Input)?)
    }

    fn write(&mut self, document: &[u8]) -> Result<(), Trouble> {
        let view;
        let bytes = if self.is_pretty {
            view = pretty::view(document);
            view.as_bytes()
        } else {
            document
        };
        self.out.write_all(bytes).and_then(|()| self.out.write_all(b"\n")).map_err(|error| {
            match error.kind() {
                ErrorKind::BrokenPipe => Trouble::ReaderGone,
                _ => Trouble::Output(format!("standard output: {error}")),
            }
        })
    }
}

/// The published document of one file, or why there is none.
pub(super) fn document(
    file: &str,
    pipeline: &Pipeline,
    scratch: &mut Scratch,
    message_bytes_max: usize,
) -> Result<Vec<u8>, String> {
    let value = read(file, message_bytes_max).map_err(|error| error.to_string())?;
    let name = if file == "-" { "stdin" } else { base_name(file) };
    let record = RawRecord {
        topic: name,
        partition: Partition(0),
        offset: Offset(0),
        timestamp_ms: None,
        value: Some(&value),
    };
    match pipeline.run(&record, scratch) {
        Outcome::Publish(document) => Ok(document.unwrap_or_default()),
        Outcome::DeadLetter(why) => Err(format!("{}: {}", why.reason.reason(), why.message)),
        // A value that is there is never a tombstone.
        Outcome::Skip(_) => Ok(Vec::new()),
    }
}

/// At most one byte more than the limit is read: enough for the pipeline to refuse it.
fn read(file: &str, message_bytes_max: usize) -> std::io::Result<Vec<u8>> {
    let limit = message_bytes_max as u64 + 1;
    let mut value = Vec::new();
    if file == "-" {
        std::io::stdin().lock().take(limit).read_to_end(&mut value)?;
    } else {
        File::open(file)?.take(limit).read_to_end(&mut value)?;
    }
    Ok(value)
}

fn base_name(file: &str) -> &str {
    Path::new(file).file_name().and_then(|name| name.to_str()).unwrap_or(file)
}
