//! What every sink works with: the client's settings, the topics, the group, the publisher.

use super::publish::Publisher;
use super::{Signals, Stopped};
use crate::config::Config;
use crate::kafka::{Group, Role, Topics, client_config};
use crate::telemetry::Metrics;
use rdkafka::config::ClientConfig;
use rdkafka::error::KafkaResult;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub(super) struct Outlet {
    pub(super) settings: ClientConfig,
    pub(super) topics: Topics,
    pub(super) group: Arc<dyn Group>,
    pub(super) signals: Arc<Signals>,
    pub(super) metrics: Arc<Metrics>,
    pub(super) publisher: Publisher,
}

impl Outlet {
    pub(super) fn new(
        config: &Config,
        topics: Topics,
        group: Arc<dyn Group>,
        signals: Arc<Signals>,
        metrics: Arc<Metrics>,
    ) -> Self {
        let settings = client_config(config, Role::Producer);
        let publisher = Publisher::new(config, topics.clone());
        Self { settings, topics, group, signals, metrics, publisher }
    }

    /// Reads the topics' partition counts anew.
    pub(super) fn learn_counts(&mut self) -> KafkaResult<()> {
        self.publisher.learn_counts(&*self.group)
    }

    /// Waits, unless the worker stops.
    pub(super) fn pause(&self, time: Duration) -> Result<(), Stopped> {
        let until = Instant::now() + time;
        while Instant::now() < until {
            if self.signals.is_stopping() {
                return Err(Stopped::ByRequest);
            }
            std::thread::sleep(Duration::from_millis(20).min(time));
        }
        Ok(())
    }
}
