//! `copydesk config`: the documented defaults, or what is in force.

use super::{ConfigArgs, DONE, Failure};
use clap::Args;
use std::fmt::Write as _;
use std::io::Write;

#[derive(Args, Debug)]
pub(super) struct ShowArgs {
    #[command(flatten)]
    config: ConfigArgs,
    /// Print the documented default file.
    #[arg(long, conflicts_with = "effective")]
    default: bool,
    /// Print every value in force and where it comes from, secrets redacted (the usual output).
    #[arg(long)]
    effective: bool,
}

pub(super) fn run(args: &ShowArgs) -> Result<u8, Failure> {
    let text = if args.default { crate::config::default_file() } else { effective(&args.config)? };
    // A reader that has gone away wants no more.
    let _ = std::io::stdout().write_all(text.as_bytes());
    Ok(DONE)
}

fn effective(args: &ConfigArgs) -> Result<String, Failure> {
    let loaded = args.load()?;
    let width =
        loaded.effective.iter().map(|(path, value, _)| path.len() + value.len() + 3).max().unwrap_or(0);
    Ok(loaded.effective.iter().fold(String::new(), |mut text, (path, value, origin)| {
        let setting = format!("{path} = {value}");
        writeln!(text, "{setting:<width$}  # {origin}").expect("writing to a string cannot fail");
        text
    }))
}
