//! `copydesk run`: the worker.

use super::{ConfigArgs, DONE, Failure, PROBLEMS};
use crate::telemetry::logs;

pub(super) fn run(args: &ConfigArgs) -> Result<u8, Failure> {
    let config = args.load()?.config;
    keep_arenas_few();
    logs::start(config.log.level, config.log.format);
    match crate::runtime::run(config) {
        Ok(()) => Ok(DONE),
        Err(error) => {
            tracing::error!(reason = format!("{error:#}"), "the worker has stopped");
            Ok(PROBLEMS)
        }
    }
}

/// Starts this very process anew with two allocation arenas, unless the environment says how many.
///
/// Batches are filled on one thread and freed on another. glibc keeps an arena for almost every thread, none of
/// which can shrink while another thread's batch sits at its end: a third of the worker's memory was such
/// waste. The number of arenas can only be set before the process starts. Where that fails, it goes on as it is.
#[cfg(target_os = "linux")]
fn keep_arenas_few() {
    use std::os::unix::process::CommandExt;
    const ARENAS: &str = "MALLOC_ARENA_MAX";
    let mut arguments = std::env::args_os();
    let (Some(name), Ok(program)) = (arguments.next(), std::env::current_exe()) else { return };
    if std::env::var_os(ARENAS).is_none() {
        // `exec` returns only when it has failed.
        let _ = std::process::Command::new(program).arg0(name).args(arguments).env(ARENAS, "2").exec();
    }
}

#[cfg(not(target_os = "linux"))]
fn keep_arenas_few() {}
