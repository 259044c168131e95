//! `copydesk audit`: reads the input, output and dead-letter topics up to where they end at the start, and says
//! which input records have no outcome, more than one, one out of order, and which outcomes have no record.

mod progress;
mod read;
mod refusal;
mod report;
mod snapshot;

use super::{ConfigArgs, DONE, Failure, PROBLEMS, USAGE};
use crate::audit::{Channel, Channels, Claim, Heard, Ledger, Verdict};
use crate::config::{Config, HeaderFamily};
use crate::kafka::{DEAD_LETTER_PREFIX, DeadLetterNote, SOURCE, last_header, owned_headers, read_note};
use crate::model::{Offset, Partition};
use crate::telemetry::logs;
use clap::Args;
use progress::Progress;
use rdkafka::message::{BorrowedMessage, Message};
use read::Item;
use refusal::Refusal;
use snapshot::{Snapshot, TopicSpans};
use std::io::Write;

const AFTER_HELP: &str = "\
What it looks for, by the headers that say where each record comes from:
  missing        an input record that was neither published nor dead-lettered
  duplicate      one more outcome of a record that had one
  out_of_order   an outcome after that of a later record of its partition, in one output partition
  unknown        a record of the output that names no record of the input
  not_skipped    an outcome of a record that the configuration skips (input.tombstones)

It reads committed records only, from the beginning to where the topics end when it starts, and changes nothing: \
no group is joined, no offset committed. Topics, brokers and security are those of `copydesk run`. Memory is half \
a byte for each input record. A topic that is compacted, or whose oldest records are gone, is refused, since what \
is not there cannot be judged. Each job (a replay, say) needs output and dead-letter topics of its own.

Examples:
  After a stop: is everything there, once, in order?
      copydesk audit --config copydesk.toml
  While workers run: judge what they have committed so far
      copydesk audit --config copydesk.toml --committed
  A replay into a topic of its own
      copydesk audit --config copydesk.toml --output replay --dead-letter replay.dead
  In a script
      copydesk audit --json --brokers broker:9092 > audit.json || jq .findings audit.json

Exit codes: 0 clean, 1 something was found, 2 no verdict: wrong usage, or topics that cannot be judged or read.";

#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(super) struct AuditArgs {
    /// Bootstrap brokers instead of kafka.brokers.
    #[arg(long, value_name = "HOST:PORT,…")]
    brokers: Option<String>,
    /// Input topic instead of input.topics; may be repeated.
    #[arg(long, value_name = "TOPIC")]
    input: Vec<String>,
    /// Output topic instead of output.topic.
    #[arg(long, value_name = "TOPIC")]
    output: Option<String>,
    /// Dead-letter topic instead of `dead_letter.topic`.
    #[arg(long, value_name = "TOPIC")]
    dead_letter: Option<String>,
    /// Expect outcomes only of records before the group's committed offsets: for a worker that is behind or running.
    #[arg(long)]
    committed: bool,
    /// Judge an input whose oldest records are gone from its first record on; outcomes of older ones are counted.
    #[arg(long)]
    truncated_input: bool,
    /// Count outcomes of topics that are no inputs, instead of refusing to judge.
    #[arg(long)]
    other_inputs: bool,
    /// List the first N findings of each kind.
    #[arg(long, value_name = "N", default_value_t = 20)]
    list: usize,
    /// One JSON object on standard output instead of text.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

pub(super) fn run(args: &AuditArgs) -> Result<u8, Failure> {
    let config = overridden(args).load()?.config;
    logs::start(config.log.level, config.log.format);
    match audit(args, &config) {
        Ok((snapshot, verdict)) => {
            let text = if args.json {
                report::json(&snapshot, &verdict)
            } else {
                report::text(&snapshot, &verdict)
            };
            print(&text)?;
            Ok(if verdict.is_clean() { DONE } else { PROBLEMS })
        }
        Err(refusal) => {
            if args.json {
                print(&report::refused(&refusal))?;
            }
            Err(Failure { code: USAGE, message: refusal.to_string() })
        }
    }
}

/// A verdict that nobody can read is none.
fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|error| Failure { code: USAGE, message: format!("standard output: {error}") })
}

/// The configuration's arguments with the flags of this command, which win.
fn overridden(args: &AuditArgs) -> ConfigArgs {
    let inputs = (!args.input.is_empty()).then(|| args.input.join(","));
    let flags = [
        ("kafka.brokers", args.brokers.clone()),
        ("input.topics", inputs),
        ("output.topic", args.output.clone()),
        ("dead_letter.topic", args.dead_letter.clone()),
    ];
    let mut set = args.config.set.clone();
    set.extend(flags.into_iter().filter_map(|(option, value)| Some((option.to_owned(), value?))));
    ConfigArgs { config: args.config.config.clone(), set }
}

fn audit(args: &AuditArgs, config: &Config) -> Result<(Snapshot, Verdict), Refusal> {
    let snapshot = Snapshot::take(config, args.committed, args.truncated_input)?;
    let mut progress = Progress::new(config.log.format, snapshot.offsets());
    let mut ledger = Ledger::new(
        snapshot.inputs.iter().map(|input| (input.topic.clone(), input.spans.clone())).collect(),
        Channels { output: config.output.topic.clone(), dead_letter: config.dead_letter.topic.clone() },
        args.list,
    );
    let pipeline = config.pipeline_options();
    for (index, input) in snapshot.inputs.iter().enumerate() {
        read::read(config, input, &mut progress, |item| {
            match item {
                Item::Record(message) => {
                    let is_skipped = pipeline.skip(message.payload()).is_some();
                    ledger.input(
                        index,
                        Partition(message.partition()),
                        Offset(message.offset()),
                        is_skipped,
                    );
                }
                // Nobody can tell which of them hold records, so each is one that must have an outcome.
                Item::Unreadable(partition, offsets) => {
                    for offset in offsets {
                        ledger.input(index, Partition(partition), Offset(offset), false);
                    }
                }
            }
            Ok(())
        })?;
    }
    let mut hear = |topic: &TopicSpans, channel| {
        read::read(config, topic, &mut progress, |item| match item {
            Item::Record(message) => {
                hear(&mut ledger, channel, message, config.dead_letter.headers, args.other_inputs)
            }
            Item::Unreadable(partition, offsets) => Err(Refusal::Unreadable(format!(
                "offsets {} to {} of {}/{partition} cannot be read, and what stands there may be of any input",
                offsets.start(),
                offsets.end(),
                topic.topic
            ))),
        })
    };
    hear(&snapshot.output, Channel::Output)?;
    hear(&snapshot.dead_letter, Channel::DeadLetter)?;
    snapshot.check_untouched(config)?;
    drop(progress);
    Ok((snapshot, ledger.verdict()))
}

/// What a dead letter says, in whatever family of headers.
fn claim_of(note: &DeadLetterNote) -> Claim<'_> {
    let last = note.last_offset.unwrap_or(note.offset);
    if note.partition < 0 || note.offset < 0 || last < note.offset {
        return Claim::Unreadable;
    }
    let (partition, offset) = (Partition(note.partition), Offset(note.offset));
    Claim::Of { topic: &note.topic, partition, offset, last: Offset(last) }
}

/// What is wrong with headers of our own that cannot be read as a whole, or that there are none.
fn own_claim<'a>(message: &'a BorrowedMessage<'_>) -> Claim<'a> {
    let header = |name| last_header(message, &format!("{DEAD_LETTER_PREFIX}{name}"));
    Claim::of_dead_letter(header("topic"), header("partition"), header("offset"))
}

/// Tells the ledger of one record of the output or the dead-letter topic.
fn hear(
    ledger: &mut Ledger,
    channel: Channel,
    message: &BorrowedMessage<'_>,
    family: HeaderFamily,
    takes_others: bool,
) -> Result<(), Refusal> {
    let note;
    let claim = match channel {
        Channel::Output => Claim::of_output(last_header(message, SOURCE)),
        Channel::DeadLetter => {
            // The configured family first: headers of another may have come with the record from upstream.
            note = read_note(&owned_headers(message), family);
            note.as_ref().map_or_else(|| own_claim(message), claim_of)
        }
    };
    let (partition, offset) = (Partition(message.partition()), Offset(message.offset()));
    match (ledger.outcome(channel, partition, offset, claim), claim) {
        (Heard::OtherInput, Claim::Of { topic, .. }) if !takes_others => Err(Refusal::OtherInput {
            at: format!("{}/{}/{}", message.topic(), partition.0, offset.0),
            input: topic.to_owned(),
        }),
        _ => Ok(()),
    }
}
