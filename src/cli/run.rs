//! `copydesk run`: the worker.

use super::{ConfigArgs, DONE, Failure, PROBLEMS};
use crate::telemetry::logs;

pub(super) fn run(args: &ConfigArgs) -> Result<u8, Failure> {
    let config = args.load()?.config;
    logs::start(config.log.level, config.log.format);
    match crate::runtime::run(config) {
        Ok(()) => Ok(DONE),
        Err(error) => {
            tracing::error!(reason = format!("{error:#}"), "the worker has stopped");
            Ok(PROBLEMS)
        }
    }
}
