//! `copydesk demo`: the real worker on a Kafka broker inside this process, fed with sample articles, and each
//! story it publishes as a card. Nothing to install, nothing left behind.

mod broker;
mod feed;
mod tally;

use super::card::{dead_letter, story};
use super::paint::{Paint, When};
use super::{DONE, Failure, PROBLEMS, USAGE, say};
use crate::config::{Config, Sources};
use crate::runtime::Setting;
use crate::source::Intake;
use crate::telemetry::Metrics;
use broker::{Answer, Broker};
use clap::Args;
use feed::Item;
use std::collections::{BTreeMap, VecDeque};
use std::io::{ErrorKind, IsTerminal, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tally::Tally;
use tokio::sync::oneshot;

/// Where `/metrics` is, unless somebody else has the port.
const ADMIN_PORT: u16 = 9464;
/// Articles a second on a terminal: as fast as one can glance at them.
const GLANCE_RATE: f64 = 2.0;
/// The mock broker keeps 5 MiB of a partition and forgets what is older, read or not. So no more is on its way
/// than this, whose output is about five times as much.
const UNDER_WAY_BYTES_MAX: usize = 256 * 1024;
const UNDER_WAY_MAX: usize = 256;
const READ_TIME: Duration = Duration::from_millis(20);
/// A broker in this very process that has nothing to say for so long will not say it any more.
const STALLED_AFTER: Duration = Duration::from_secs(30);

#[derive(Args, Debug)]
pub(super) struct DemoArgs {
    /// Articles of your own instead of the sample feed: a file, or a folder whose files are one article each.
    #[arg(long, value_name = "FILE|DIR")]
    input: Vec<PathBuf>,
    /// Articles a second; 0 is as fast as it goes [default: 2 on a terminal, else 0]
    #[arg(long, value_name = "NUMBER", value_parser = rate)]
    rate: Option<f64>,
    /// How often to send them all.
    #[arg(long, value_name = "NUMBER", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    rounds: u32,
    /// End after the summary, as it does without a terminal, instead of waiting for Ctrl-C.
    #[arg(long)]
    once: bool,
    /// When to use colour.
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    color: When,
}

fn rate(text: &str) -> Result<f64, String> {
    let rate = text.parse().ok().filter(|rate| (0.0..=1e6).contains(rate));
    rate.ok_or_else(|| "expected a number from 0 to 1000000".to_owned())
}

pub(super) fn run(args: &DemoArgs) -> Result<u8, Failure> {
    let started = Instant::now();
    // Panics of a pass become dead letters; any other ends its thread, which is noticed and said.
    std::panic::set_hook(Box::new(|_| {}));
    let is_own = !args.input.is_empty();
    let items = if is_own { feed::files(&args.input) } else { Ok(feed::samples()) };
    let items = items.map_err(|message| Failure { code: USAGE, message })?;
    let broker =
        Broker::start().map_err(|error| failure(format!("the demo's broker cannot start: {error}")))?;
    let (admin, listen) = admin_port()?;
    let config = config(&broker.address())?;
    let is_watched = std::io::stdout().is_terminal() && !args.once;
    let mut show = Show {
        paint: Paint::new(args.color),
        tally: Tally::new(started),
        message_bytes_max: config.input.message_bytes_max,
        pause: pause(args, is_watched),
        items,
        rounds: args.rounds,
        sent: 0,
        unreadable: 0,
        next_at: started,
        under_way: VecDeque::new(),
        early: BTreeMap::new(),
        broker,
    };
    let worker = Running::start(config, admin)?;
    let ended = show.run(&worker, listen).and_then(|()| show.finish(worker, listen, is_watched));
    match ended {
        Ok(()) if show.unreadable > 0 || (is_own && show.tally.rejected() > 0) => Ok(PROBLEMS),
        Ok(()) | Err(Ended::ReaderGone) => Ok(DONE),
        Err(Ended::Because(message)) => Err(failure(message)),
    }
}

fn failure(message: String) -> Failure {
    Failure { code: PROBLEMS, message }
}

fn pause(args: &DemoArgs, is_watched: bool) -> Duration {
    let rate = args.rate.unwrap_or(if is_watched { GLANCE_RATE } else { 0.0 });
    if rate > 0.0 { Duration::from_secs_f64((1.0 / rate).min(3600.0)) } else { Duration::ZERO }
}

/// The usual port, or a free one where that is taken; open from now on, so that nobody else takes it.
fn admin_port() -> Result<(TcpListener, SocketAddr), Failure> {
    let open = |port| {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    };
    open(ADMIN_PORT)
        .or_else(|_: std::io::Error| open(0))
        .map_err(|error| failure(format!("no port on 127.0.0.1 is free: {error}")))
}

/// The worker's configuration: the defaults, on the demo's broker.
fn config(brokers: &str) -> Result<Config, Failure> {
    let flags = [
        ("kafka.brokers", brokers),
        ("kafka.group", "copydesk-demo"),
        ("kafka.instance", "demo"),
        ("input.topics", broker::INPUT),
        ("output.topic", broker::OUTPUT),
        ("dead_letter.topic", broker::DEAD_LETTERS),
    ]
    .map(|(option, value)| (option.to_owned(), value.to_owned()));
    let sources = Sources { file: None, environment: std::iter::empty(), flags: &flags };
    crate::config::load(sources).map(|loaded| loaded.config).map_err(|error| failure(error.to_string()))
}

/// The worker on a thread of its own.
struct Running {
    metrics: Arc<Metrics>,
    stop: oneshot::Sender<()>,
    thread: JoinHandle<anyhow::Result<()>>,
}

impl Running {
    fn start(config: Config, admin: TcpListener) -> Result<Self, Failure> {
        let metrics = Metrics::new();
        let (stop, stopped) = oneshot::channel();
        let setting = Setting {
            intake: Intake::Everything,
            metrics: Arc::clone(&metrics),
            admin: Some(admin),
            stop: stopped,
        };
        let started = std::thread::Builder::new()
            .name("demo-worker".to_owned())
            .spawn(move || crate::runtime::run_in(setting, config));
        let thread = started.map_err(|error| failure(format!("no thread for the worker: {error}")))?;
        Ok(Self { metrics, stop, thread })
    }

    fn has_ended(&self) -> bool {
        self.thread.is_finished()
    }

    /// Stops it as a signal does and waits until everything is committed.
    fn stop(self) -> Result<(), String> {
        let Self { stop, thread, .. } = self;
        // It may have ended by itself, on Ctrl-C.
        let _ = stop.send(());
        match thread.join() {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(format!("the worker had to stop: {error:#}")),
            Err(_) => Err("the worker has panicked, which is a bug; please report it".to_owned()),
        }
    }
}

/// Why the show ends before its time.
enum Ended {
    /// Whoever read our output has had enough (`| head`).
    ReaderGone,
    Because(String),
}

/// The feed going out and the cards coming in, on one thread.
struct Show {
    paint: Paint,
    tally: Tally,
    message_bytes_max: usize,
    pause: Duration,
    items: Vec<Item>,
    rounds: u32,
    sent: usize,
    unreadable: usize,
    next_at: Instant,
    /// Sizes of what was sent and is not answered, oldest first.
    under_way: VecDeque<usize>,
    /// Answers that are there before their turn: dead letters come by a topic of their own.
    early: BTreeMap<u64, Answer>,
    broker: Broker,
}

impl Show {
    /// Sends and shows until everything is answered, or the worker has ended.
    fn run(&mut self, worker: &Running, listen: SocketAddr) -> Result<(), Ended> {
        let head = self.head(listen);
        print(&head)?;
        let mut news_at = Instant::now();
        while !worker.has_ended() && !self.is_done() {
            let has_sent = self.send_due()?;
            let has_shown = self.show_next(READ_TIME)?;
            if has_sent || has_shown || self.under_way.is_empty() {
                news_at = Instant::now();
            } else if news_at.elapsed() > STALLED_AFTER {
                let seconds = STALLED_AFTER.as_secs();
                let why =
                    format!("nothing has come back for {seconds} s, which is a bug; please report it");
                return Err(Ended::Because(why));
            }
        }
        Ok(())
    }

    /// The summary, and where somebody watches, time to look at the metrics.
    fn finish(&mut self, worker: Running, listen: SocketAddr, is_watched: bool) -> Result<(), Ended> {
        if !is_watched || worker.has_ended() {
            let metrics = Arc::clone(&worker.metrics);
            worker.stop().map_err(Ended::Because)?;
            while !self.under_way.is_empty() && self.show_next(READ_TIME * 5)? {}
            return print(&self.tally.summary(self.paint, &metrics));
        }
        self.wait_for_commit(&worker);
        print(&self.tally.summary(self.paint, &worker.metrics))?;
        print(&tally::invitation(self.paint, listen))?;
        while !worker.has_ended() {
            std::thread::sleep(READ_TIME);
        }
        worker.stop().map_err(Ended::Because)?;
        print("\nstopped, with everything committed\n")
    }

    /// The mock shows records before their transaction is committed; the books are right after it.
    fn wait_for_commit(&self, worker: &Running) {
        let until = Instant::now() + Duration::from_secs(2);
        let shown = self.tally.records() as u64;
        while worker.metrics.messages_consumed_total.get() < shown && Instant::now() < until {
            std::thread::sleep(READ_TIME / 4);
        }
    }

    fn head(&self, listen: SocketAddr) -> String {
        let records = self.items.len() * self.rounds as usize;
        let noun = if records == 1 { "article" } else { "articles" };
        let lines = [
            (
                "copydesk demo",
                format!("{records} {noun} through a Kafka broker inside this process and the real worker"),
            ),
            (
                "broker",
                format!("{} (librdkafka's mock); nothing leaves this machine", self.broker.address()),
            ),
            ("topics", format!("{} → {}, {}", broker::INPUT, broker::OUTPUT, broker::DEAD_LETTERS)),
            ("delivery", "exactly once: outputs, dead letters and offsets in one transaction".to_owned()),
            ("metrics", format!("http://{listen}/metrics")),
        ];
        tally::lines(self.paint, &lines)
    }

    fn is_done(&self) -> bool {
        self.is_all_sent() && self.under_way.is_empty()
    }

    fn is_all_sent(&self) -> bool {
        self.sent == self.items.len() * self.rounds as usize
    }

    /// Sends what is due and has room; says whether anything was sent.
    fn send_due(&mut self) -> Result<bool, Ended> {
        let before = self.sent;
        while !self.is_all_sent() && self.has_room() && Instant::now() >= self.next_at {
            let item = &self.items[self.sent % self.items.len()];
            match item.read(self.message_bytes_max) {
                Ok(value) => {
                    let sent = self.broker.send(&item.name, &value);
                    if !sent
                        .map_err(|error| Ended::Because(format!("the record cannot be sent: {error}")))?
                    {
                        break;
                    }
                    self.under_way.push_back(value.len());
                }
                Err(error) => {
                    self.unreadable += 1;
                    say(&format!("{}: {error}", super::document::safe(&item.name)));
                }
            }
            self.sent += 1;
            self.next_at = Instant::now() + self.pause;
        }
        Ok(self.sent > before)
    }

    fn has_room(&self) -> bool {
        self.under_way.is_empty()
            || (self.under_way.len() < UNDER_WAY_MAX
                && self.under_way.iter().sum::<usize>() < UNDER_WAY_BYTES_MAX)
    }

    /// Takes the next answer in and shows all whose turn it is, in the order of the feed; says whether there was
    /// one. What has been shown is not shown again: the mock does not hide a transaction that is sent twice.
    fn show_next(&mut self, time: Duration) -> Result<bool, Ended> {
        let read = self.broker.read(time);
        let read =
            read.map_err(|error| Ended::Because(format!("the stories cannot be read back: {error}")))?;
        let Some(answer) = read else { return Ok(false) };
        self.early.insert(answer.offset, answer);
        while let Some(first) = self.early.first_entry()
            && *first.key() <= self.tally.records() as u64
        {
            let (offset, answer) = first.remove_entry();
            if offset == self.tally.records() as u64 {
                self.under_way.pop_front();
                let card = self.card(&answer);
                print(&card)?;
                self.tally.shown(Instant::now());
            }
        }
        Ok(true)
    }

    fn card(&mut self, answer: &Answer) -> String {
        let number = self.tally.records() + 1;
        match &answer.rejection {
            Some(why) => {
                self.tally.reject();
                dead_letter(self.paint, number, &answer.name, why, answer.value.len())
            }
            None => {
                // It is our own document; if it ever were no JSON, the card would be empty.
                let document = serde_json::from_slice(&answer.value).unwrap_or_default();
                self.tally.add(&document);
                story(self.paint, number, &answer.name, &document)
            }
        }
    }
}

/// Writes and flushes, so that each card is seen when it is there.
fn print(text: &str) -> Result<(), Ended> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|error| match error.kind() {
        ErrorKind::BrokenPipe => Ended::ReaderGone,
        _ => Ended::Because(format!("standard output: {error}")),
    })
}
