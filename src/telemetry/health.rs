//! Whether the event loops turn, and whether the worker is ready to do its work.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A loop that has not turned for this long is stuck. Longer than any wait inside one: the poll thread
/// holds its breath for a rebalance, which has deadlines of its own.
const STUCK_AFTER: Duration = Duration::from_secs(60);

const _: () = assert!(crate::config::REVOKE_TIMEOUT_MS_MAX + 2_000 < STUCK_AFTER.as_secs() * 1_000);

/// The loops that must turn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Loop {
    Poll,
    Coordinator,
}

/// Written by the loops, read by the admin port.
#[derive(Debug)]
pub struct Health {
    started: Instant,
    /// Milliseconds since the start when each loop last turned.
    poll_ms: AtomicU64,
    coordinator_ms: AtomicU64,
    state: Mutex<State>,
    /// What keeps a loop's part of the work from being done until an operator has acted, by [`Loop`].
    troubles: Mutex<[Option<String>; 2]>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum State {
    Waiting(String),
    Ready,
    /// Not ready until a person has acted and the worker was started anew.
    Held(String),
    Stopping,
}

impl Default for Health {
    fn default() -> Self {
        Self {
            started: Instant::now(),
            poll_ms: AtomicU64::new(0),
            coordinator_ms: AtomicU64::new(0),
            state: Mutex::new(State::Waiting("the worker is starting".to_owned())),
            troubles: Mutex::default(),
        }
    }
}

impl Health {
    /// The loop has turned.
    pub fn tick(&self, turned: Loop) {
        self.cell(turned).store(self.now_ms(), Ordering::Relaxed);
    }

    pub fn set_ready(&self) {
        self.set(State::Ready);
    }

    /// Not ready, and why.
    pub fn set_waiting(&self, why: &str) {
        self.set(State::Waiting(why.to_owned()));
    }

    /// Not ready for this reason until the worker is started anew.
    pub fn set_held(&self, why: &str) {
        self.set(State::Held(why.to_owned()));
    }

    /// Not ready while this is so; news go to the log.
    pub fn set_trouble(&self, of: Loop, why: Option<String>) {
        let own = &mut self.troubles.lock().expect("no holder of this lock panics")[of as usize];
        if *own != why {
            match &why {
                Some(why) => tracing::error!("{why}; the worker waits, and goes on by itself"),
                None => tracing::info!("the trouble is over"),
            }
            *own = why;
        }
    }

    /// Not ready ever again.
    pub fn set_stopping(&self) {
        self.set(State::Stopping);
    }

    /// Why the process should be restarted, if it should. Never depends on the broker.
    pub fn not_alive(&self) -> Option<String> {
        let now_ms = self.now_ms();
        let stuck = |turned: Loop| {
            let still_ms = now_ms.saturating_sub(self.cell(turned).load(Ordering::Relaxed));
            (u128::from(still_ms) > STUCK_AFTER.as_millis())
                .then(|| format!("the {turned:?} loop has not turned for {} s", still_ms / 1000))
        };
        stuck(Loop::Poll).or_else(|| stuck(Loop::Coordinator))
    }

    /// Why the worker is not ready, if it is not.
    pub fn not_ready(&self) -> Option<String> {
        let trouble = || {
            let troubles = self.troubles.lock().expect("no holder of this lock panics");
            troubles.iter().flatten().next().cloned()
        };
        match &*self.state.lock().expect("no holder of this lock panics") {
            State::Waiting(why) => Some(trouble().unwrap_or_else(|| why.clone())),
            State::Held(why) => Some(why.clone()),
            State::Ready => trouble(),
            State::Stopping => Some("the worker is stopping".to_owned()),
        }
    }

    fn set(&self, state: State) {
        let mut own = self.state.lock().expect("no holder of this lock panics");
        let is_final = match *own {
            State::Waiting(_) | State::Ready => false,
            State::Held(_) => state != State::Stopping,
            State::Stopping => true,
        };
        if !is_final {
            *own = state;
        }
    }

    fn cell(&self, turned: Loop) -> &AtomicU64 {
        match turned {
            Loop::Poll => &self.poll_ms,
            Loop::Coordinator => &self.coordinator_ms,
        }
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}
