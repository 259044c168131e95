//! Every error at every request that the worker depends on, from librdkafka's mock broker: what is done about it, that
//! the next transaction commits, and that nothing panics or hangs.
//!
//! A case is a request, an error and a place: the first such request, one in the second transaction, several in
//! a row. What must come of it is written down in `sink.rs` and `source.rs` by kind of request and kind of
//! error. Where librdkafka mends an error by itself nothing is to be seen of it, so such a case is run once more
//! with a loud error behind the quiet one, which only comes up when the quiet one was met.
//!
//! The mock does not isolate transactions: that nothing is lost or doubled is shown elsewhere, on a real broker.
//! `COPYDESK_TEST_SWEEP=all` runs all cases; else every tenth is run, beginning at the one that
//! `COPYDESK_TEST_SEED` names.

mod rig;
mod settings;
mod sink;
mod source;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// No case takes longer; those that do hang.
const CASE_TIMEOUT: Duration = Duration::from_secs(30);
/// Cases mostly wait.
const AT_ONCE: usize = 20;
/// One case in this many is run, unless all are.
const SAMPLE: usize = 10;

/// One case: what must come of it, and what does.
struct Case {
    name: String,
    expected: &'static str,
    run: Box<dyn FnOnce() -> Result<Seen, String> + Send>,
}

/// What has come of a case, and by what that was told.
struct Seen {
    reaction: &'static str,
    detail: String,
}

#[test]
fn each_error_at_each_request_of_the_sink_has_its_reaction() {
    sweep("sink", sink::cases());
}

#[test]
fn each_error_at_each_request_of_the_source_has_its_reaction() {
    sweep("source", source::cases());
}

/// Runs the cases, several at once, and tells how many there were of each reaction.
fn sweep(name: &str, cases: Vec<Case>) {
    show_log();
    let all = cases.len();
    let chosen = choose(cases);
    let (count, started) = (chosen.len(), Instant::now());
    let queue = Mutex::new(chosen.into_iter());
    let (reactions, failures) = (Mutex::new(BTreeMap::new()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(case) = { queue.lock().expect("unpoisoned").next() } {
                    match judge(case) {
                        Ok(reaction) => {
                            *reactions.lock().expect("unpoisoned").entry(reaction).or_insert(0_usize) += 1;
                        }
                        Err(failure) => failures.lock().expect("unpoisoned").push(failure),
                    }
                }
            });
        }
    });
    let (reactions, mut failures) =
        (reactions.into_inner().expect("unpoisoned"), failures.into_inner().expect("unpoisoned"));
    failures.sort();
    let seconds = started.elapsed().as_secs_f64();
    say(&format!(
        "sweep of the {name}: {count} of {all} cases in {seconds:.1} s; reactions: {reactions:?}"
    ));
    assert!(failures.is_empty(), "{} of {count} cases failed:\n{}", failures.len(), failures.join("\n"));
    assert_eq!(reactions.values().sum::<usize>(), count);
}

fn choose(cases: Vec<Case>) -> Vec<Case> {
    if std::env::var("COPYDESK_TEST_SWEEP").is_ok_and(|sweep| sweep == "all") {
        return cases;
    }
    if let Ok(word) = std::env::var("COPYDESK_TEST_SWEEP") {
        return cases.into_iter().filter(|case| case.name.contains(&word)).collect();
    }
    let seed = std::env::var("COPYDESK_TEST_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(0);
    cases.into_iter().skip(seed % SAMPLE).step_by(SAMPLE).collect()
}

/// Runs a case on a thread of its own and does not wait for ever. The mock must stay on the thread that made it.
fn judge(case: Case) -> Result<&'static str, String> {
    let Case { name, expected, run } = case;
    let (done, is_done) = sync_channel(1);
    let thread = std::thread::spawn(move || {
        // A case that took too long has nobody who listens any more.
        let _ = done.send(run());
    });
    match is_done.recv_timeout(CASE_TIMEOUT) {
        Ok(Ok(Seen { reaction, .. })) if reaction == expected => Ok(reaction),
        Ok(Ok(Seen { reaction, detail })) => {
            Err(format!("{name}: {reaction} ({detail}), expected {expected}"))
        }
        Ok(Err(why)) => Err(format!("{name}: {why}, expected {expected}")),
        Err(RecvTimeoutError::Timeout) => Err(format!("{name}: hangs, expected {expected}")),
        Err(RecvTimeoutError::Disconnected) => {
            Err(format!("{name}: {}, expected {expected}", panic_of(thread)))
        }
    }
}

fn panic_of(thread: JoinHandle<()>) -> String {
    let payload = match thread.join() {
        Ok(()) => return "ended without a word".to_owned(),
        Err(payload) => payload,
    };
    let text = payload.downcast_ref::<String>().cloned();
    let text = text.or_else(|| payload.downcast_ref::<&str>().map(|text| (*text).to_owned()));
    format!("panicked: {}", text.unwrap_or_default())
}

/// What the sink says of each case, to one who asks for it with `COPYDESK_TEST_LOG`.
fn show_log() {
    if std::env::var_os("COPYDESK_TEST_LOG").is_some() {
        // The other sweep may have done so already.
        let _ = tracing_subscriber::fmt().with_writer(std::io::stderr).try_init();
    }
}

/// Prints past the test harness's capture.
fn say(text: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "{text}");
}
