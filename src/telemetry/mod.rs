//! What is seen from outside: metrics, logs, the admin port, and whether the worker is alive and ready.

mod connections;
mod health;
pub mod http;
pub mod logs;
mod metrics;

pub use health::{Health, Loop};
pub use metrics::Metrics;
