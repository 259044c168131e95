//! Threads, channels and signals: feeds the engine its events and carries out its commands.
//!
//! ```text
//! poll thread → workers → coordinator (engine, rings) → sink thread
//! ```
//!
//! The coordinator never blocks on any of the others. tokio carries signals and the admin port only.

mod coordinator;
mod sink_thread;
mod start;
mod workers;

pub use start::{Setting, run, run_in};
