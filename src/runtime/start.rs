//! Starts the worker, waits for a signal or a failure, drains, and takes everything down in order.

use super::coordinator::{Coordinator, Desk, Message};
use super::sink_thread;
use super::workers::Workshop;
use crate::config::{Config, DeadLetter};
use crate::engine::{Breaker, BreakerLimits, Engine, Limits};
use crate::kafka::{Group, Role, Topics, topic_counts, why_stop};
use crate::pipeline::Pipeline;
use crate::sink::{self, Signals};
use crate::source::{Budget, Context, Intake, KafkaSource, Lanes, SourceEnd};
use crate::telemetry::{Health, Loop, Metrics, http};
use anyhow::Context as _;
use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use rdkafka::consumer::{BaseConsumer, Consumer};
use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::oneshot;

/// How long leaving the group may take at most: librdkafka's close can hang (rust-rdkafka issue 453).
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);
/// How long the brokers may take to tell of a topic; also how long a stop may wait for that.
const TOPICS_TIMEOUT: Duration = Duration::from_secs(2);
/// How often missing topics are looked for again.
const TOPICS_RETRY: Duration = Duration::from_secs(2);

/// What a command decides that runs the worker as a part of itself.
pub struct Setting {
    pub intake: Intake,
    pub metrics: Arc<Metrics>,
    /// The admin port, where it is open already; else it is opened as configured.
    pub admin: Option<std::net::TcpListener>,
    /// Stops the worker as a signal does, when something is sent or the sender is dropped.
    pub stop: oneshot::Receiver<()>,
}

/// Runs the worker until SIGTERM or SIGINT; everything dispatched is committed before it returns. A second
/// signal ends the process at once.
///
/// # Errors
/// What an operator must mend: a port in use, offsets lost to retention, a shared identity, a drain that
/// took too long.
pub fn run(config: Config) -> anyhow::Result<()> {
    let (_never, stop) = oneshot::channel();
    run_in(Setting { intake: Intake::Group, metrics: Metrics::new(), admin: None, stop }, config)
}

/// The same inside another command.
///
/// # Errors
/// As [`run`].
pub fn run_in(setting: Setting, config: Config) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .context("the async runtime cannot start")?;
    let done = runtime.block_on(supervise(config, setting));
    runtime.shutdown_timeout(Duration::from_millis(200));
    done
}

async fn supervise(config: Config, setting: Setting) -> anyhow::Result<()> {
    let Setting { intake, metrics, admin, stop } = setting;
    let health = Arc::new(Health::default());
    let mut signals = Interrupts::new()?;
    let (close_http, closed) = oneshot::channel();
    let http = match admin {
        Some(open) => {
            open.set_nonblocking(true).context("the admin port cannot be used")?;
            let open = tokio::net::TcpListener::from_std(open).context("the admin port cannot be used")?;
            Some(http::serve(open, Arc::clone(&metrics), Arc::clone(&health), closed))
        }
        None => http::start(&config.admin, Arc::clone(&metrics), Arc::clone(&health), closed).await?,
    };
    let worker = Worker::start(&config, intake, &metrics, &health)?;
    let asked_to_stop = async {
        tokio::select! {
            () = signals.next() => {}
            _ = stop => {}
        }
    };
    let outcome = worker.watch(&config, &health, asked_to_stop).await;
    // Nobody listens when the port is switched off.
    let _ = close_http.send(());
    if let Some(http) = http {
        let _ = tokio::time::timeout(Duration::from_millis(500), http).await;
    }
    outcome
}

/// SIGTERM and SIGINT, told apart from nothing: both mean to drain.
struct Interrupts {
    term: tokio::signal::unix::Signal,
    int: tokio::signal::unix::Signal,
}

impl Interrupts {
    fn new() -> anyhow::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let hint = "signal handlers cannot be installed";
        Ok(Self {
            term: signal(SignalKind::terminate()).context(hint)?,
            int: signal(SignalKind::interrupt()).context(hint)?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.term.recv() => {}
            _ = self.int.recv() => {}
        }
    }
}

/// A signal after the first. Some senders (coreutils' `timeout`, a terminal with its whole process group)
/// deliver one wish twice, so what comes within half a second is still the first.
async fn second_signal() {
    tokio::time::sleep(Duration::from_millis(500)).await;
    match Interrupts::new() {
        Ok(mut again) => again.next().await,
        Err(_) => std::future::pending().await,
    }
}

/// The threads of a running worker.
struct Worker {
    consumer: Arc<BaseConsumer<Context>>,
    is_stopping: Arc<AtomicBool>,
    signals: Arc<Signals>,
    finished: oneshot::Receiver<Result<(), String>>,
    threads: Vec<JoinHandle<()>>,
}

impl Worker {
    fn start(
        config: &Config,
        intake: Intake,
        metrics: &Arc<Metrics>,
        health: &Arc<Health>,
    ) -> anyhow::Result<Self> {
        let topics = Topics {
            inputs: config.input.topics.iter().map(|topic| Arc::from(topic.as_str())).collect(),
            output: config.output.topic.clone(),
            dead_letter: config.dead_letter.topic.clone(),
        };
        let (say, messages) = unbounded();
        let is_stopping = Arc::new(AtomicBool::new(false));
        let is_held = Arc::new(AtomicBool::new(false));
        let lanes = Arc::new(Lanes::default());
        let flags = (&is_stopping, &is_held);
        let context = context(config, &topics, (metrics, health), &lanes, flags, say.clone());
        let consumer = KafkaSource::consumer(config, context)
            .map_err(|error| anyhow::anyhow!(why_stop(Role::Consumer, &error)))?;
        let signals = Arc::new(Signals::default());
        let budget = Arc::new(Budget::new(config.delivery.in_flight_bytes_max));
        let busy_ns = Arc::new(AtomicU64::new(0));
        let workers = config.worker.threads;

        let (batches, to_work) = unbounded();
        let workshop = Workshop {
            pipeline: Arc::new(Pipeline::new(config.pipeline_options())),
            batches: to_work,
            finished: say.clone(),
            budget: Arc::clone(&budget),
            metrics: Arc::clone(metrics),
            is_stopping: Arc::clone(&is_stopping),
            is_held: Arc::clone(&is_held),
            busy_ns: Arc::clone(&busy_ns),
        };
        let mut threads = workshop.start(workers);
        let (orders, to_send) = unbounded();
        let (ready, is_ready) = bounded(1);
        let desk = Desk {
            messages,
            orders,
            ready,
            signals: Arc::clone(&signals),
            budget: Arc::clone(&budget),
            lanes,
            topics: topics.clone(),
            metrics: Arc::clone(metrics),
            busy_ns,
            workers,
            health: Arc::clone(health),
            is_held,
        };
        let group: Arc<dyn Group> = consumer.clone();
        let sink = sink::new(config, topics, group, Arc::clone(&signals), Arc::clone(metrics));
        let (go, may_go) = bounded(1);
        threads.push(sink_thread::start(sink, may_go, to_send, say.clone()));
        let (finish, finished) = oneshot::channel();
        threads.push(start_coordinator(
            Coordinator::new(desk, engine(config), breaker(config)),
            health,
            finish,
        ));
        let source = KafkaSource::new(Arc::clone(&consumer), budget, batches, config);
        threads.push(start_source((source, intake), config, health, (go, is_ready), say));
        Ok(Self { consumer, is_stopping, signals, finished, threads })
    }

    /// Waits for the end, whatever brings it, and takes the threads down.
    async fn watch(
        mut self,
        config: &Config,
        health: &Health,
        asked_to_stop: impl Future<Output = ()>,
    ) -> anyhow::Result<()> {
        let outcome = tokio::select! {
            outcome = &mut self.finished => outcome,
            () = asked_to_stop => {
                tracing::info!("stopping: what is in flight is finished and committed first");
                health.set_stopping();
                self.is_stopping.store(true, Ordering::Release);
                let drain = Duration::from_millis(config.delivery.drain_timeout_ms);
                tokio::select! {
                    outcome = &mut self.finished => outcome,
                    () = tokio::time::sleep(drain) => Ok(Err(format!(
                        "the drain was not done in {} ms; what was in flight will be read again at the next \
                         start (delivery.drain_timeout_ms)",
                        drain.as_millis()
                    ))),
                    () = second_signal() => Ok(Err("stopped at once by a second signal".to_owned())),
                }
            }
        };
        health.set_stopping();
        self.is_stopping.store(true, Ordering::Release);
        self.signals.stop();
        let is_clean = matches!(outcome, Ok(Ok(())));
        self.close(is_clean).await;
        match outcome {
            Ok(Ok(())) => {
                tracing::info!("stopped");
                Ok(())
            }
            Ok(Err(why)) => Err(anyhow::anyhow!(why)),
            Err(_) => Err(anyhow::anyhow!("the coordinator ended unexpectedly; see the log")),
        }
    }

    /// Joins the threads and leaves the group, on a thread of its own with a limit.
    async fn close(self, is_clean: bool) {
        let Self { consumer, threads, .. } = self;
        let (done, closed) = oneshot::channel();
        std::thread::spawn(move || {
            if is_clean {
                for thread in threads {
                    // A panic there has been reported by the hook already.
                    let _ = thread.join();
                }
            }
            drop(consumer);
            let _ = done.send(());
        });
        if tokio::time::timeout(CLOSE_TIMEOUT, closed).await.is_err() {
            tracing::warn!("leaving the group took too long; the process ends without it");
        }
    }
}

fn context(
    config: &Config,
    topics: &Topics,
    (metrics, health): (&Arc<Metrics>, &Arc<Health>),
    lanes: &Arc<Lanes>,
    (is_stopping, is_held): (&Arc<AtomicBool>, &Arc<AtomicBool>),
    say: Sender<Message>,
) -> Context {
    let health = Arc::clone(health);
    Context {
        topics: topics.clone(),
        lanes: Arc::clone(lanes),
        notify: Box::new(move |notice| say.send(Message::Notice(notice)).is_ok()),
        tell_trouble: Box::new(move |why| health.set_trouble(Loop::Poll, why)),
        metrics: Arc::clone(metrics),
        group: config.kafka.group.clone(),
        start: config.input.start,
        lost: config.input.lost_offsets,
        revoke_timeout: Duration::from_millis(config.delivery.revoke_timeout_ms),
        is_stopping: Arc::clone(is_stopping),
        is_held: Arc::clone(is_held),
        is_joined: AtomicBool::new(false),
        failure: Mutex::new(None),
    }
}

fn engine(config: &Config) -> Engine {
    let delivery = &config.delivery;
    Engine::new(Limits {
        linger_ms: delivery.transaction_linger_ms,
        transaction_bytes_max: delivery.transaction_bytes_max,
        transaction_records_max: delivery.transaction_records_max,
        revoke_timeout_ms: delivery.revoke_timeout_ms,
    })
}

fn breaker(config: &Config) -> Breaker {
    let DeadLetter { breaker_percent: percent, breaker_in_a_row: in_a_row, .. } = config.dead_letter;
    Breaker::new(BreakerLimits { percent, in_a_row })
}

fn start_coordinator(
    coordinator: Coordinator,
    health: &Arc<Health>,
    finish: oneshot::Sender<Result<(), String>>,
) -> JoinHandle<()> {
    let health = Arc::clone(health);
    let body = move || {
        let outcome = coordinator.run(|| health.tick(Loop::Coordinator));
        // The supervisor may have ended first.
        let _ = finish.send(outcome);
    };
    let started = std::thread::Builder::new().name("coordinator".to_owned()).spawn(body);
    started.expect("the system can start a thread")
}

/// The poll thread: waits for the topics and for the sink (whose `init_transactions` settles what a dead
/// predecessor left open, before any committed offset is read), then subscribes.
fn start_source(
    (source, intake): (KafkaSource, Intake),
    config: &Config,
    health: &Arc<Health>,
    (go, is_ready): (Sender<()>, Receiver<()>),
    say: Sender<Message>,
) -> JoinHandle<()> {
    let health = Arc::clone(health);
    let mut topics: Vec<String> = config.input.topics.clone();
    topics.extend([config.output.topic.clone(), config.dead_letter.topic.clone()]);
    let body = move || {
        let tick = || health.tick(Loop::Poll);
        let is_sink_ready = || go.send(()).is_ok() && wait_for_sink(&source, &is_ready, &tick);
        let end = if wait_for_topics(&source, &topics, &health) && is_sink_ready() {
            health.set_waiting("the worker is joining its group");
            let consumer = source.consumer_handle();
            let is_joined = Cell::new(false);
            source.run(intake, || {
                tick();
                if !is_joined.get() && consumer.context().is_joined() {
                    is_joined.set(true);
                    health.set_ready();
                }
            })
        } else {
            SourceEnd::Asked { dispatched: 0 }
        };
        // The coordinator may have ended first.
        let _ = say.send(Message::SourceEnded(end));
    };
    let started = std::thread::Builder::new().name("poll".to_owned()).spawn(body);
    started.expect("the system can start a thread")
}

fn wait_for_sink(source: &KafkaSource, is_ready: &Receiver<()>, tick: &impl Fn()) -> bool {
    while !source.is_stopping() {
        tick();
        if is_ready.recv_timeout(Duration::from_millis(100)).is_ok() {
            return true;
        }
    }
    false
}

/// Waits until every topic is there and may be read; says so while it waits.
fn wait_for_topics(source: &KafkaSource, topics: &[String], health: &Health) -> bool {
    let names: Vec<&str> = topics.iter().map(String::as_str).collect();
    while !source.is_stopping() {
        health.tick(Loop::Poll);
        let problem = match topic_counts(source.client(), &names, TOPICS_TIMEOUT) {
            Err(error) => format!("the brokers do not answer: {error}"),
            Ok(counts) => {
                let missing =
                    counts.iter().filter_map(|(topic, count)| Some((topic, count.as_ref().err()?)));
                let named: Vec<String> = missing.map(|(topic, code)| format!("{topic} ({code})")).collect();
                if named.is_empty() {
                    return true;
                }
                format!("topics must be created, or may not be described: {}", named.join(", "))
            }
        };
        tracing::warn!("{problem}; trying again");
        health.set_waiting(&problem);
        source.serve(TOPICS_RETRY);
    }
    false
}
