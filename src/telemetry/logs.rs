//! Logs on standard error: text for a terminal, JSON lines for everything else. Never a body, never a secret.

use super::metrics::log_events;
use crate::config::{LogFormat, LogLevel};
use std::io::IsTerminal;
use std::sync::atomic::{AtomicU64, Ordering};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

/// Starts logging, and makes panics say where and no more: a slicing panic's message holds article text.
pub fn start(level: LogLevel, format: LogFormat) {
    let is_terminal = std::io::stderr().is_terminal();
    let is_json = match format {
        LogFormat::Json => true,
        LogFormat::Text => false,
        LogFormat::Auto => !is_terminal,
    };
    let has_color = is_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(false);
    let lines = if is_json {
        lines.json().flatten_event(true).with_current_span(false).with_span_list(false).boxed()
    } else {
        lines.with_ansi(has_color).boxed()
    };
    let filter = filter(level);
    // A second start in one process (tests) keeps the first.
    let _ = tracing_subscriber::registry()
        .with(lines.with_filter(filter))
        .with(Counted.with_filter(filter))
        .try_init();
    let seen = AtomicU64::new(0);
    std::panic::set_hook(Box::new(move |panic| {
        // Hostile records could make the log as long as the feed: the first few, then each thousandth.
        let count = seen.fetch_add(1, Ordering::Relaxed) + 1;
        if count <= PANICS_LOGGED || count.is_multiple_of(1000) {
            let place = panic.location().map_or_else(|| "unknown".to_owned(), ToString::to_string);
            tracing::error!(place, count, "panic");
        }
    }));
}

/// Panics that are all logged.
const PANICS_LOGGED: u64 = 20;

fn filter(level: LogLevel) -> LevelFilter {
    match level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    }
}

/// Counts lines by level.
struct Counted;

impl<S: Subscriber> Layer<S> for Counted {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let level = match *event.metadata().level() {
            tracing::Level::ERROR => "error",
            tracing::Level::WARN => "warn",
            tracing::Level::INFO => "info",
            tracing::Level::DEBUG => "debug",
            tracing::Level::TRACE => "trace",
        };
        log_events().with_label_values(&[level]).inc();
    }
}
