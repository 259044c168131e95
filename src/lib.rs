//! copydesk: raw news articles in, structured stories out, exactly once.
//!
//! Modules in reading order. The first half is pure: no files, sockets, async, clock, environment or
//! randomness; the same bytes give the same bytes, on any thread, any day. The second half, behind the
//! feature `service`, touches the world. `docs/ARCHITECTURE.md` is the map; `tests/it/tidy.rs` guards it.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]
#![cfg_attr(test, allow(clippy::disallowed_methods))]

// Core.
pub mod audit;
pub mod decode;
pub mod encode;
pub mod engine;
pub mod enrich;
pub mod lexicon;
pub mod model;
pub mod pipeline;
pub mod text;

// Shell.
#[cfg(feature = "service")]
#[allow(clippy::disallowed_methods, clippy::disallowed_types)]
pub mod cli;
#[cfg(feature = "service")]
#[allow(clippy::disallowed_methods, clippy::disallowed_types)]
pub mod config;
#[cfg(feature = "service")]
#[allow(clippy::disallowed_methods, clippy::disallowed_types)]
pub mod kafka;
#[cfg(feature = "service")]
#[allow(clippy::disallowed_methods, clippy::disallowed_types)]
pub mod runtime;
#[cfg(feature = "service")]
#[allow(clippy::disallowed_methods, clippy::disallowed_types)]
pub mod sink;
#[cfg(feature = "service")]
#[allow(clippy::disallowed_methods, clippy::disallowed_types)]
pub mod source;
#[cfg(feature = "service")]
#[allow(clippy::disallowed_methods, clippy::disallowed_types)]
pub mod telemetry;
