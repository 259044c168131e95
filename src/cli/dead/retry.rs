//! `copydesk dead retry`: dead letters back to the topics they came from, all of them in one transaction.
//!
//! Key, value, time and headers go as they came; our error headers come off and the count of retries goes up.
//! The transactional id is the command's own, so the worker's is left alone and two retries at a time cannot
//! both succeed. A dead letter whose value was omitted is read again from its source.

use super::super::document::safe;
use super::super::{ConfigArgs, DONE, Failure, PROBLEMS, USAGE, say};
use super::letter::Stored;
use super::list::Tally;
use super::{Filter, Letter, Place, Reader, each_letter, written};
use crate::config::Config;
use crate::encode::hex;
use crate::kafka::{
    DeadLetterNote, ProducerWatch, Role, Verdict, client_config, is_full, retried_headers, verdict,
};
use anyhow::Context as _;
use clap::Args;
use rdkafka::config::FromClientConfigAndContext;
use rdkafka::error::KafkaResult;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::Write;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

const CALL_TIMEOUT: Duration = Duration::from_secs(30);
/// How long reports may take, or a call be repeated, before the transaction is given up.
const PATIENCE: Duration = Duration::from_secs(120);
/// All of it is one transaction; the broker's own limit is 15 minutes unless it was changed.
const TRANSACTION_TIMEOUT_MS: &str = "600000";

#[derive(Args, Debug)]
pub(super) struct RetryArgs {
    /// Only the dead letters at these places, as `dead list` says; without any, all that the filters take.
    #[arg(value_name = "PARTITION/OFFSET")]
    places: Vec<Place>,
    #[command(flatten)]
    filter: Filter,
    /// Say what would be copied, and copy nothing.
    #[arg(long)]
    dry_run: bool,
    /// Yes, write to the input topics. A dead letter stays where it is, so retrying it twice copies it twice.
    #[arg(long, conflicts_with = "dry_run")]
    yes: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

pub(super) fn run(args: &RetryArgs) -> Result<u8, Failure> {
    if !args.dry_run && !args.yes {
        let message = "this writes to the input topics: see what with --dry-run, then say --yes";
        return Err(Failure { code: USAGE, message: message.to_owned() });
    }
    let config = args.config.load()?.config;
    let reader = Reader::new(&config)?;
    let mut retry = Retry {
        reader: Reader::new(&config)?,
        courier: args.yes.then(|| Courier::new(&config)).transpose()?,
        inputs: &config.input.topics,
        counts: BTreeMap::new(),
        tally: Tally::default(),
        gone: 0,
    };
    each_letter(&config, &reader, |letter| {
        if retry.is_done(args) {
            return Ok(ControlFlow::Break(()));
        }
        let is_meant = args.places.is_empty() || args.places.contains(&letter.place);
        if is_meant && args.filter.takes(&letter) {
            retry.take(&letter)
        } else {
            Ok(ControlFlow::Continue(()))
        }
    })?;
    if let Some(courier) = retry.courier.take() {
        courier.commit()?;
    }
    let done = if args.yes { "copied" } else { "would be copied" };
    say(&format!("{done}: {}", retry.tally.summary(&config.dead_letter.topic)));
    if retry.gone > 0 {
        say(&format!("{} cannot be retried; see above", retry.gone));
    }
    Ok(if retry.gone > 0 { PROBLEMS } else { DONE })
}

struct Retry<'a> {
    /// A second reader: the first stands in the middle of the dead letters.
    reader: Reader,
    /// None in a dry run.
    courier: Option<Courier>,
    /// Nothing else is written to, whatever a header says.
    inputs: &'a [String],
    counts: BTreeMap<String, i32>,
    tally: Tally,
    gone: u64,
}

impl Retry<'_> {
    fn is_done(&self, args: &RetryArgs) -> bool {
        let looked_at = self.tally.shown + self.gone;
        args.filter.is_full(looked_at) || (!args.places.is_empty() && looked_at >= args.places.len() as u64)
    }

    fn take(&mut self, letter: &Letter) -> Result<ControlFlow<()>, Failure> {
        let (note, record) = match self.record(letter)? {
            Ok(found) => found,
            Err(why) => {
                self.gone += 1;
                say(&format!("{} cannot be retried: {why}", letter.place));
                return Ok(ControlFlow::Continue(()));
            }
        };
        let retries = letter.retries + 1;
        let count = match self.counts.get(&note.topic) {
            Some(count) => *count,
            None => self.reader.partitions(&note.topic)?,
        };
        self.counts.insert(note.topic.clone(), count);
        let partition = (note.partition < count).then_some(note.partition);
        if let Some(courier) = &self.courier {
            courier.send(note, &record, partition, retries)?;
        }
        self.tally.count(letter, true);
        let line = format!(
            "{} → {}  {}, retry {retries}",
            letter.place,
            partition.map_or_else(|| note.topic.clone(), |partition| format!("{}/{partition}", note.topic)),
            letter.reason(),
        );
        let _ = written(writeln!(std::io::stdout().lock(), "{}", safe(&line)))?;
        Ok(ControlFlow::Continue(()))
    }

    /// The record to send, or why there is none.
    fn record<'l>(
        &self,
        letter: &'l Letter,
    ) -> anyhow::Result<Result<(&'l DeadLetterNote, Stored), String>> {
        let Some(note) = &letter.note else {
            return Ok(Err("no header of any known family says where it came from".to_owned()));
        };
        if note.last_offset.is_some() {
            return Ok(Err(format!(
                "it stands for {}, which could not be read; where the broker's copy was mended, read these offsets \
                 with a group of their own",
                safe(&letter.source())
            )));
        }
        if !self.inputs.contains(&note.topic) {
            let topic = safe(&note.topic);
            return Ok(Err(format!("it came from {topic}, which is no input topic of this configuration")));
        }
        let Some(omitted) = &note.value_omitted else { return Ok(Ok((note, letter.stored.clone()))) };
        let place = Place { partition: note.partition, offset: note.offset };
        let source = self.reader.at(&note.topic, place)?;
        let Some(source) = source else {
            return Ok(Err(format!(
                "its value did not fit the dead-letter topic, and its source {} is gone (retention, compaction or a \
                 topic made anew)",
                safe(&letter.source())
            )));
        };
        let digest = hex(&Sha256::digest(source.value.as_deref().unwrap_or_default()));
        if !omitted.ends_with(&digest) {
            return Ok(Err(format!(
                "its value did not fit the dead-letter topic, and {} holds another record now",
                safe(&letter.source())
            )));
        }
        Ok(Ok((note, source)))
    }
}

/// Sends records in one transaction.
struct Courier {
    producer: BaseProducer<ProducerWatch>,
}

impl Courier {
    fn new(config: &Config) -> anyhow::Result<Self> {
        let mut settings = client_config(config, Role::Producer);
        settings.set("transactional.id", format!("{}-dead-retry", config.kafka.group));
        settings.set("transaction.timeout.ms", TRANSACTION_TIMEOUT_MS);
        let producer = BaseProducer::from_config_and_context(&settings, ProducerWatch::default())
            .context("the producer cannot be made")?;
        let courier = Self { producer };
        courier.until_done("open", |producer| producer.init_transactions(CALL_TIMEOUT))?;
        courier.until_done("begin", |producer| producer.begin_transaction())?;
        Ok(courier)
    }

    fn send(
        &self,
        note: &DeadLetterNote,
        source: &Stored,
        partition: Option<i32>,
        retries: u64,
    ) -> anyhow::Result<()> {
        let headers = retried_headers(&source.headers, note.family, retries);
        let mut record: BaseRecord<'_, [u8], [u8], usize> =
            BaseRecord::with_opaque_to(&note.topic, 0).headers(headers);
        record.key = source.key.as_deref();
        record.payload = source.value.as_deref();
        record.timestamp = source.timestamp_ms;
        record.partition = partition;
        let started = Instant::now();
        loop {
            self.producer.context().sent();
            let Err((error, returned)) = self.producer.send(record) else { break };
            self.producer.context().unsent();
            record = returned;
            if !is_full(&error) || started.elapsed() > PATIENCE {
                return Err(error).context("nothing was copied: the transaction is undone");
            }
            self.producer.poll(Duration::from_millis(10));
        }
        self.producer.poll(Duration::ZERO);
        self.check_reports()
    }

    fn check_reports(&self) -> anyhow::Result<()> {
        match self.producer.context().take_failed().first() {
            Some((_, code)) => {
                anyhow::bail!(
                    "nothing was copied: the broker refused a record ({code}); the transaction is undone"
                )
            }
            None => Ok(()),
        }
    }

    fn commit(&self) -> anyhow::Result<()> {
        let started = Instant::now();
        while self.producer.context().outstanding() > 0 {
            self.producer.poll(Duration::from_millis(10));
            if started.elapsed() > PATIENCE {
                anyhow::bail!("nothing was copied: the broker did not take the records in time");
            }
        }
        self.check_reports()?;
        self.until_done("commit", |producer| producer.commit_transaction(CALL_TIMEOUT))
    }

    /// Repeats a call while its error says so.
    fn until_done(
        &self,
        call: &str,
        f: impl Fn(&BaseProducer<ProducerWatch>) -> KafkaResult<()>,
    ) -> anyhow::Result<()> {
        let started = Instant::now();
        loop {
            let Err(error) = f(&self.producer) else { return Ok(()) };
            if verdict(&error) != Verdict::Retry || started.elapsed() > PATIENCE {
                return Err(error).with_context(|| format!("the transaction could not {call}"));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Courier {
    fn drop(&mut self) {
        // After a commit there is nothing to abort, which is an error nobody needs to hear of; without this an
        // undone transaction would hold readers up until its time is over.
        let _ = self.producer.abort_transaction(CALL_TIMEOUT);
    }
}
