//! The one test binary. Core tests run everywhere; those of the shell need the feature `service`.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, clippy::print_stderr, clippy::print_stdout)]

#[cfg(feature = "service")]
mod admin;
mod audit;
#[cfg(feature = "service")]
mod cli;
#[cfg(feature = "service")]
mod config;
mod corpus;
mod decode;
#[cfg(feature = "service")]
mod demo;
mod engine;
mod engine_search;
#[cfg(feature = "service")]
mod eval;
#[cfg(feature = "service")]
mod explain;
mod fingerprint;
mod golden;
#[cfg(feature = "service")]
mod kafka;
mod models;
#[cfg(feature = "service")]
mod program;
mod robust;
mod shapes;
mod spec;
#[cfg(feature = "service")]
mod sweep;
mod tidy;
mod validity;
#[cfg(feature = "service")]
mod verdict;
