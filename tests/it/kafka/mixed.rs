//! Everything at once: workers on a steady feed, one record in fifty of it poison, and every ten seconds a few faults drawn
//! anew, on the workers, on the broker and on the connections between them. Then quiet: the lag must be gone within a
//! minute, and everything must have come of the feed that had to, once, in order, with the right bytes.
//!
//! `COPYDESK_TEST_MIXED_SECONDS` sets how long the faults go on, `COPYDESK_TEST_SEEDS` how many runs follow each other,
//! `COPYDESK_TEST_MIXED_RATE` the records a second. `COPYDESK_TEST_SEED` draws the same faults again; when within the
//! work they strike is the machine's.

use super::audit::audit_is_clean;
use super::broker::{Broker, Message, Topics};
use super::feed::{article, poisoned};
use super::group::SHORT_SESSION;
use super::judge::{Ending, Judge, Seen, look_on};
use super::outage::Own;
use super::proxy::{Api, Fault as Cut, Proxy};
use super::report::{Run, reported};
use super::size::{Dice, number, seed, sizes};
use super::worker::{Worker, say};
use copydesk::pipeline::Options;
use std::collections::BTreeMap;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const PARTITIONS: i32 = 6;
/// The workers that are always there, but for the time of a fault.
const REGULAR: usize = 2;
const PERIOD: Duration = Duration::from_secs(10);
/// From the end of the faults to a lag of nothing.
const QUIET_MAX: Duration = Duration::from_secs(60);
/// A worker that was told to end; its own limit for draining is 25 s, and a fault may fall into it.
const LEAVING_MAX: Duration = Duration::from_secs(60);
const FEED_INTERVAL: Duration = Duration::from_millis(250);
const TICK: Duration = Duration::from_millis(20);
const POISON_EVERY: usize = 49;
const GONE: [&str; 3] = ["revoked", "shutdown", "held"];

fn is_poison(number: usize) -> bool {
    number % POISON_EVERY == POISON_EVERY - 1
}

/// A record of the feed, by its number.
fn record(number: usize, partitions: i32) -> Message {
    let good = article(number, partitions);
    if !is_poison(number) {
        return good;
    }
    let mut kinds = poisoned(number);
    let kind = kinds.swap_remove(number / POISON_EVERY % kinds.len());
    Message { partition: good.partition, timestamp_ms: good.timestamp_ms, ..kind }
}

/// What can happen in a period.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Fault {
    KillWorker,
    FreezeWorker,
    FreezePastSession,
    RestartWorker,
    AddWorker,
    KillBroker,
    FreezeBroker,
    ResetConnections,
    DelayRequests,
}

impl Fault {
    const ALL: [Self; 9] = [
        Self::KillWorker,
        Self::FreezeWorker,
        Self::FreezePastSession,
        Self::RestartWorker,
        Self::AddWorker,
        Self::KillBroker,
        Self::FreezeBroker,
        Self::ResetConnections,
        Self::DelayRequests,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::KillWorker => "kill -9",
            Self::FreezeWorker => "worker frozen",
            Self::FreezePastSession => "worker frozen past its session",
            Self::RestartWorker => "restart",
            Self::AddWorker => "worker added and removed",
            Self::KillBroker => "broker killed",
            Self::FreezeBroker => "broker frozen",
            Self::ResetConnections => "connection reset",
            Self::DelayRequests => "request delayed",
        }
    }
}

/// What is to be done at some moment, and for how long it lasts where it does.
#[derive(Clone, Copy, Debug)]
enum Action {
    Begin { fault: Fault, worker: usize, lasts: Duration, draw: u64 },
    Thaw(usize),
    Start(usize),
    Leave(usize),
    ReviveBroker,
    ThawBroker,
}

/// The faults of one period: a third of all kinds, on average, each at a moment of its own.
fn draw(dice: &mut Dice, is_first: bool) -> Vec<(Duration, Action)> {
    let mut drawn = Vec::new();
    for fault in Fault::ALL {
        // What the run must have seen for certain comes at its beginning.
        let is_certain = is_first && matches!(fault, Fault::KillWorker | Fault::AddWorker);
        let (chance, at) = (dice.between(1, 3), Duration::from_millis(dice.between(0, 7_000)));
        let worker = usize::from(dice.between(0, 1) == 1);
        let (least, most) = match fault {
            Fault::KillWorker | Fault::RestartWorker => (0, 1_000),
            Fault::FreezePastSession => (7_000, 9_000),
            Fault::AddWorker => (2_000, 6_000),
            _ => (500, 4_000),
        };
        let lasts = Duration::from_millis(dice.between(least, most));
        let action = Action::Begin { fault, worker, lasts, draw: dice.between(0, u64::MAX - 1) };
        if chance == 1 || is_certain {
            drawn.push((at, action));
        }
    }
    drawn
}

/// A place for a worker.
struct Slot {
    name: String,
    worker: Option<Worker>,
    is_frozen: bool,
    /// Since when it has been told to end.
    leaving: Option<Instant>,
    /// Whether a new one takes its place.
    returns: bool,
}

impl Slot {
    fn can_be_struck(&self) -> bool {
        self.worker.is_some() && !self.is_frozen && self.leaving.is_none()
    }
}

/// The workers, the broker and the proxy between them.
struct Stage<'a> {
    own: &'a Own,
    proxy: &'a Proxy,
    behind: Broker,
    topics: &'a Topics,
    run: &'a mut Run,
    slots: Vec<Slot>,
    is_broker_killed: bool,
    is_broker_frozen: bool,
    agenda: Vec<(Instant, Action)>,
    drawn: BTreeMap<Fault, usize>,
    done: BTreeMap<Fault, usize>,
    /// Partitions revoked or lost, as far as it could be read before workers died.
    rebalances: f64,
}

impl<'a> Stage<'a> {
    fn new(own: &'a Own, proxy: &'a Proxy, topics: &'a Topics, run: &'a mut Run) -> Self {
        let behind = Broker { brokers: proxy.brokers.clone() };
        let mut stage = Self {
            own,
            proxy,
            behind,
            topics,
            run,
            slots: Vec::new(),
            is_broker_killed: false,
            is_broker_frozen: false,
            agenda: Vec::new(),
            drawn: BTreeMap::new(),
            done: BTreeMap::new(),
            rebalances: 0.0,
        };
        (0..REGULAR).for_each(|number| stage.add(format!("regular-{number}"), true));
        stage
    }

    fn add(&mut self, name: String, returns: bool) {
        self.slots.push(Slot { name, worker: None, is_frozen: false, leaving: None, returns });
        self.start(self.slots.len() - 1);
    }

    fn start(&mut self, at: usize) {
        let slot = &mut self.slots[at];
        let mut environment = SHORT_SESSION.to_vec();
        environment.push(("COPYDESK_KAFKA__INSTANCE", slot.name.as_str()));
        slot.worker = Some(Worker::start(&self.behind, self.topics, &environment));
        slot.leaving = None;
    }

    /// Faults for so long, or until the judge has found something.
    fn torment(&mut self, dice: &mut Dice, time: Duration, has_found: impl Fn() -> bool) {
        let begun = Instant::now();
        let mut period = begun;
        let mut is_first = true;
        while begun.elapsed() < time && !has_found() {
            let now = Instant::now();
            if now >= period {
                for (at, action) in draw(dice, is_first) {
                    self.agenda.push((period + at, action));
                }
                (period, is_first) = (period + PERIOD, false);
            }
            self.go_on(now);
            std::thread::sleep(TICK);
        }
    }

    /// Does what is due, and looks after the workers.
    fn go_on(&mut self, now: Instant) {
        while let Some(due) = self.agenda.iter().position(|(at, _)| *at <= now) {
            let (_, action) = self.agenda.swap_remove(due);
            self.act(action, now);
        }
        for at in 0..self.slots.len() {
            self.look_after(at);
        }
    }

    fn look_after(&mut self, at: usize) {
        let slot = &mut self.slots[at];
        let Some(worker) = &slot.worker else { return };
        match (worker.ended(), slot.leaving) {
            (None, Some(since)) => {
                assert!(
                    since.elapsed() < LEAVING_MAX,
                    "{} does not end; log:\n{}",
                    slot.name,
                    worker.log()
                );
            }
            (None, None) => {}
            (Some(status), since) => {
                // One that was told to end while the broker was away may not have been able to commit.
                let log = worker.log();
                let is_right =
                    since.is_some() && (status.success() || log.contains("the drain was not done"));
                assert!(is_right, "{} has ended ({since:?}), {status}; log:\n{log}", slot.name);
                slot.worker = None;
                if slot.returns {
                    self.start(at);
                }
            }
        }
    }

    fn act(&mut self, action: Action, now: Instant) {
        match action {
            Action::Begin { fault, worker, lasts, draw } => {
                *self.drawn.entry(fault).or_default() += 1;
                if self.begin(fault, worker, now + lasts, draw) {
                    *self.done.entry(fault).or_default() += 1;
                    // What the proxy does is counted there, when it has happened.
                    let is_cut = matches!(fault, Fault::ResetConnections | Fault::DelayRequests);
                    self.run.fault(fault.name(), usize::from(!is_cut));
                }
            }
            Action::Thaw(at) => self.thaw(at),
            Action::Start(at) => self.start(at),
            Action::Leave(at) => self.leave(at),
            Action::ReviveBroker => self.revive_broker(),
            Action::ThawBroker => self.thaw_broker(),
        }
    }

    /// Begins a fault; says whether there was anything for it to strike.
    fn begin(&mut self, fault: Fault, worker: usize, until: Instant, draw: u64) -> bool {
        // The one that was drawn, or else the other.
        let mut order = [worker, 1 - worker].into_iter();
        let struck = order.find(|at| self.slots[*at].can_be_struck());
        let is_broker_well = !self.is_broker_killed && !self.is_broker_frozen;
        match (fault, struck) {
            (Fault::KillWorker, Some(at)) => {
                self.note_rebalances(at);
                self.slots[at].worker.take().expect("it is there").kill();
                self.agenda.push((until, Action::Start(at)));
            }
            (Fault::FreezeWorker | Fault::FreezePastSession, Some(at)) => {
                self.slots[at].worker.as_ref().expect("it is there").freeze();
                self.slots[at].is_frozen = true;
                self.agenda.push((until, Action::Thaw(at)));
            }
            (Fault::RestartWorker, Some(at)) => self.leave(at),
            (Fault::AddWorker, _) => {
                self.add(format!("extra-{}", self.slots.len()), false);
                self.agenda.push((until, Action::Leave(self.slots.len() - 1)));
            }
            (Fault::KillBroker, _) if is_broker_well => {
                self.own.kill();
                self.is_broker_killed = true;
                self.agenda.push((until, Action::ReviveBroker));
            }
            (Fault::FreezeBroker, _) if is_broker_well => {
                self.own.signal("-STOP");
                self.is_broker_frozen = true;
                self.agenda.push((until, Action::ThawBroker));
            }
            (Fault::ResetConnections, _) => self.cut(&mut Dice(draw), |_| Cut::Reset),
            (Fault::DelayRequests, _) => {
                self.cut(&mut Dice(draw), |dice| {
                    Cut::Delay(Duration::from_millis(dice.between(100, 6_000)))
                });
            }
            _ => return false,
        }
        true
    }

    /// The next few requests of some kinds meet this.
    fn cut(&self, dice: &mut Dice, how: impl Fn(&mut Dice) -> Cut) {
        let apis = [Api::Produce, Api::AddPartitionsToTxn, Api::EndTxn, Api::TxnOffsetCommit];
        for _ in 0..dice.between(2, 6) {
            let api = apis[usize::try_from(dice.between(0, 3)).expect("small")];
            let fault = how(dice);
            self.proxy.once(api, fault);
        }
    }

    fn leave(&mut self, at: usize) {
        if self.slots[at].leaving.is_none() {
            self.note_rebalances(at);
            self.slots[at].worker.as_ref().expect("it was started").terminate();
            self.slots[at].leaving = Some(Instant::now());
        }
    }

    fn thaw(&mut self, at: usize) {
        let slot = &mut self.slots[at];
        if let (Some(worker), true) = (&slot.worker, slot.is_frozen) {
            worker.thaw();
        }
        slot.is_frozen = false;
    }

    fn revive_broker(&mut self) {
        if self.is_broker_killed {
            self.own.come_back();
        }
        self.is_broker_killed = false;
    }

    fn thaw_broker(&mut self) {
        if self.is_broker_frozen {
            self.own.signal("-CONT");
        }
        self.is_broker_frozen = false;
    }

    fn note_rebalances(&mut self, at: usize) {
        let slot = &self.slots[at];
        let Some(worker) = slot.worker.as_ref().filter(|_| !slot.is_frozen) else { return };
        let kinds = ["revoke", "lost"].map(|kind| format!("copydesk_rebalances_total{{kind=\"{kind}\"}}"));
        self.rebalances += kinds.iter().filter_map(|name| worker.try_metric(name)).sum::<f64>();
    }

    /// Ends every fault. Extra workers are told to go; the regular ones are there again.
    fn heal(&mut self) {
        self.agenda.clear();
        self.proxy.forget();
        let cuts = self.proxy.counts();
        self.run.fault(Fault::ResetConnections.name(), cuts.reset);
        self.run.fault(Fault::DelayRequests.name(), cuts.delayed);
        self.thaw_broker();
        self.revive_broker();
        for at in 0..self.slots.len() {
            self.thaw(at);
            if !self.slots[at].returns {
                self.leave(at);
            } else if self.slots[at].worker.is_none() {
                self.start(at);
            }
        }
    }

    /// Waits until all that was written is committed, the workers say so themselves, and the extra ones have gone.
    fn wait_for_quiet(&mut self, written: usize, has_found: impl Fn() -> bool) -> Duration {
        let begun = Instant::now();
        let ends = ends(written);
        loop {
            self.go_on(Instant::now());
            let is_alone = self.slots.iter().all(|slot| slot.returns || slot.worker.is_none());
            let committed = self.own.broker.committed(self.topics, PARTITIONS);
            let lag = self.lag();
            if has_found() || (is_alone && committed == ends && lag == Some(0.0)) {
                return begun.elapsed();
            }
            assert!(
                begun.elapsed() < QUIET_MAX,
                "the lag is {lag:?} after {QUIET_MAX:?} of quiet: committed {committed:?} of {ends:?}, group {}; logs:\n{}",
                self.own.broker.members(&self.topics.group),
                self.logs()
            );
            std::thread::sleep(10 * TICK);
        }
    }

    /// The lag as the workers give it, once each partition has one.
    fn lag(&self) -> Option<f64> {
        let mut lags = Vec::new();
        for worker in self.slots.iter().filter_map(|slot| slot.worker.as_ref()) {
            lags.extend(worker.try_series("copydesk_lag_messages")?);
        }
        (lags.len() == usize::try_from(PARTITIONS).expect("small")).then(|| lags.iter().sum())
    }

    fn logs(&self) -> String {
        let workers = self.slots.iter().filter_map(|slot| Some((&slot.name, slot.worker.as_ref()?)));
        workers.fold(String::new(), |logs, (name, worker)| {
            logs + name + ":\n" + &worker.counts() + "\n" + &worker.log() + "\n"
        })
    }

    /// Each worker's books balance: what it polled is committed or given up, what is committed has one outcome.
    fn judge_books(&self) {
        for worker in self.slots.iter().filter_map(|slot| slot.worker.as_ref()) {
            let of = |name: &str| worker.metric(&format!("copydesk_{name}"));
            let consumed = of("messages_consumed_total");
            let outcomes =
                ["published", "dead_lettered", "skipped"].map(|kind| of(&format!("messages_{kind}_total")));
            let gone: f64 =
                GONE.iter().map(|why| of(&format!("discarded_total{{reason=\"{why}\"}}"))).sum();
            let (polled, flight) = (of("polled_total"), of("in_flight_messages"));
            let is_balanced = [polled - consumed - gone, consumed - outcomes.iter().sum::<f64>(), flight];
            assert!(
                is_balanced.iter().all(|difference| difference.abs() < 0.5),
                "the books of a worker do not balance: polled {polled}, consumed {consumed} as {outcomes:?}, given up \
                 {gone}, in flight {flight}"
            );
        }
    }

    /// The faults that were drawn did strike, and left their marks.
    fn judge_faults(&self, aborted: usize) {
        for (fault, drawn) in &self.drawn {
            let done = self.done.get(fault).copied().unwrap_or(0);
            // A single one may find nothing that it could strike: a broker that is down cannot hang.
            assert!(*drawn < 3 || done * 2 >= *drawn, "{}: {drawn} drawn, {done} happened", fault.name());
        }
        assert!(
            self.rebalances > 0.0 || aborted > 0,
            "no partition was revoked and no transaction aborted: the faults hit nothing"
        );
    }
}

/// Where each partition ends when so many records were dealt out in turn.
fn ends(written: usize) -> BTreeMap<i32, i64> {
    let partitions = usize::try_from(PARTITIONS).expect("small");
    let end = |at: usize| (written + partitions - 1 - at) / partitions;
    (0..partitions)
        .map(|at| (i32::try_from(at).expect("small"), i64::try_from(end(at)).expect("small")))
        .collect()
}

/// Writes the feed at a steady rate, past the proxy, until told to stop; how many records it was.
fn feed_on(broker: &Broker, topics: &Topics, seen: &Seen, is_fed: &AtomicBool) -> usize {
    let rate: u128 = number("MIXED_RATE").unwrap_or(150);
    let (begun, mut written) = (Instant::now(), 0);
    while !is_fed.load(Ordering::Acquire) && !seen.is_over() {
        // While the broker is away nothing is written; then what is due comes at once.
        let due = usize::try_from(begun.elapsed().as_millis() * rate / 1000).expect("small");
        let part: Vec<Message> = (written..due).map(|number| record(number, PARTITIONS)).collect();
        broker.produce(&topics.input, &part);
        written = due;
        std::thread::sleep(FEED_INTERVAL);
    }
    // The last of each partition is an article, so that the reader knows when it has seen everything.
    let partitions = usize::try_from(PARTITIONS).expect("small");
    while (written.saturating_sub(partitions)..written).any(is_poison) {
        broker.produce(&topics.input, &[record(written, PARTITIONS)]);
        written += 1;
    }
    written
}

#[test]
fn mixed_faults_lose_nothing_and_repeat_nothing() {
    let (first, sizes) = (seed(), sizes());
    if sizes.mixed_runs == 0 {
        say("SKIPPED mixed faults: COPYDESK_TEST_SEEDS=1, or COPYDESK_TEST_SIZE=nightly, runs them");
    }
    for seed in first..first.saturating_add(sizes.mixed_runs) {
        reported("mixed faults", Some(seed), |run| {
            if let Some(own) = Own::start(&format!("mixed-{seed}")) {
                say(&format!("mixed faults: COPYDESK_TEST_SEED={seed} draws the same again"));
                torment_and_judge(&own, seed, sizes.mixed, run);
            }
        });
    }
}

fn torment_and_judge(own: &Own, seed: u64, time: Duration, run: &mut Run) {
    let proxy = Proxy::start(&own.broker.brokers);
    let topics = own.broker.topics("mixed", PARTITIONS);
    let judge = Judge::new(&topics, PARTITIONS, record, Options::default());
    let (seen, is_fed) = (Seen::default(), AtomicBool::new(false));
    let mut stage = Stage::new(own, &proxy, &topics, run);
    let (written, (published, dead), quiet) = std::thread::scope(|scope| {
        let reader = scope.spawn(|| look_on(&own.broker, judge, &seen));
        let feeder = scope.spawn(|| feed_on(&own.broker, &topics, &seen, &is_fed));
        let _ending = Ending(&seen);
        stage.torment(&mut Dice(seed), time, || reader.is_finished());
        stage.heal();
        is_fed.store(true, Ordering::Release);
        let written = feeder.join().unwrap_or_else(|panic| resume_unwind(panic));
        stage.run.judged(written);
        let quiet = stage.wait_for_quiet(written, || reader.is_finished());
        seen.end(written);
        (written, reader.join().unwrap_or_else(|finding| resume_unwind(finding)), quiet)
    });
    stage.run.recovered(quiet);
    stage.judge_books();
    for at in 0..REGULAR {
        stage.note_rebalances(at);
        stage.slots[at].worker.take().expect("it is there").stops_within(Duration::from_secs(8));
    }
    audit_is_clean(&own.broker, &topics, published, dead);
    let aborted = own.broker.count_uncommitted(&topics.output, PARTITIONS) - published;
    stage.judge_faults(aborted);
    say(&format!(
        "mixed faults, seed {seed}: {written} records, {published} published, {dead} dead letters, 0 lost, 0 twice; \
         faults {:?}; {} rebalances and {aborted} records of aborted transactions seen; lag gone {:.1} s after the faults",
        stage.done,
        stage.rebalances,
        quiet.as_secs_f64(),
    ));
}
