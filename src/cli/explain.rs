//! `copydesk explain FILE`: one article with every finding marked where it stands, and beneath each paragraph
//! what was found, by which rule or model, and how surely. In the terminal, or as a page of its own.

mod html;
mod marks;
mod terminal;

use super::paint::{Paint, When};
use super::{ConfigArgs, DONE, Failure, PROBLEMS, document, enrich};
use crate::decode::Format;
use crate::enrich::Scratch;
use crate::pipeline::Pipeline;
use clap::Args;
use std::io::{ErrorKind, Write};

#[derive(Args, Debug)]
pub(super) struct ExplainArgs {
    /// The article; `-` is standard input.
    #[arg(value_name = "FILE", default_value = "-")]
    file: String,
    /// Write a page for the browser to this file instead; `-` is standard output.
    #[arg(long, value_name = "FILE")]
    html: Option<String>,
    /// How to read the input (auto, text or json); overrides `input.format`.
    #[arg(long, value_name = "FORMAT", value_parser = enrich::format)]
    format: Option<Format>,
    /// When to use colour.
    #[arg(long, value_name = "WHEN", default_value = "auto", conflicts_with = "html")]
    color: When,
    #[command(flatten)]
    config: ConfigArgs,
}

pub(super) fn run(args: &ExplainArgs) -> Result<u8, Failure> {
    let mut options = args.config.load()?.config.pipeline_options();
    if let Some(format) = args.format {
        options.decode.format = format;
    }
    // An output topic's limit has no meaning without the topic.
    options.output_bytes_max = usize::MAX;
    // What a panic says may hold article text; the outcome says that there was one.
    std::panic::set_hook(Box::new(|_| {}));
    let message_bytes_max = options.decode.message_bytes_max;
    let pipeline = Pipeline::new(options);
    let document = enrich::document(&args.file, &pipeline, &mut Scratch::default(), message_bytes_max);
    let document = document.map_err(|why| failure(&args.file, &why))?;
    // The document is our own; if it ever were no JSON, there would be nothing to show.
    let document = serde_json::from_slice(&document).unwrap_or_default();
    let explained = marks::Explained::new(&document);
    match args.html.as_deref() {
        None => print(&terminal::view(&explained, Paint::new(args.color))),
        Some("-") => print(&html::page(&explained)),
        Some(file) => {
            std::fs::write(file, html::page(&explained))
                .map_err(|error| failure(file, &error.to_string()))?;
            Ok(DONE)
        }
    }
}

fn failure(file: &str, why: &str) -> Failure {
    Failure { code: PROBLEMS, message: format!("{}: {why}", document::safe(file)) }
}

fn print(text: &str) -> Result<u8, Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(failure("standard output", &error.to_string()))
        }
        // A reader that has gone away wants no more.
        _ => Ok(DONE),
    }
}
