//! One byte budget for everything in flight: input copied out of librdkafka, and output not yet committed.

use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::Duration;

/// A semaphore of bytes.
#[derive(Debug)]
pub struct Budget {
    max: usize,
    used: Mutex<usize>,
    freed: Condvar,
}

impl Budget {
    pub fn new(max: usize) -> Self {
        Self { max, used: Mutex::new(0), freed: Condvar::new() }
    }

    /// Takes `bytes` when they fit, or when nothing else is in flight, so that no batch is too large to go.
    /// Waits for at most `timeout`; says whether it took them.
    pub fn acquire(&self, bytes: usize, timeout: Duration) -> bool {
        let full = |used: &mut usize| *used > 0 && *used + bytes > self.max;
        let (mut used, _) = self
            .freed
            .wait_timeout_while(self.lock(), timeout, full)
            .expect("no holder of this lock panics");
        let fits = !full(&mut used);
        if fits {
            *used += bytes;
        }
        fits
    }

    /// Takes more for what is in flight already: its output is known now. May pass the maximum; the next
    /// acquisition waits the longer.
    pub fn charge(&self, bytes: usize) {
        *self.lock() += bytes;
    }

    /// Gives back what was acquired and charged.
    pub fn release(&self, bytes: usize) {
        let mut used = self.lock();
        *used = used.checked_sub(bytes).expect("no more is released than was taken");
        drop(used);
        self.freed.notify_all();
    }

    pub fn used(&self) -> usize {
        *self.lock()
    }

    fn lock(&self) -> MutexGuard<'_, usize> {
        self.used.lock().expect("no holder of this lock panics")
    }
}
