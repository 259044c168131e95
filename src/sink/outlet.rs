//! What every sink works with: the client's settings, the topics, the group, the publisher.

use super::publish::Publisher;
use super::{Signals, Stopped};
use crate::config::Config;
use crate::kafka::{Access, Concerned, Group, Role, Topics, client_config, remedy, remedy_of_log};
use crate::telemetry::Metrics;
use rdkafka::config::ClientConfig;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The smallest produce batch that makes sense: few articles are smaller.
const BATCH_BYTES_MIN: u32 = 10_000;

pub(super) struct Outlet {
    pub(super) settings: ClientConfig,
    pub(super) topics: Topics,
    pub(super) group: Arc<dyn Group>,
    pub(super) signals: Arc<Signals>,
    pub(super) metrics: Arc<Metrics>,
    pub(super) publisher: Publisher,
    group_id: String,
    transaction_timeout: Duration,
}

/// Why a producer cannot be had.
#[derive(Debug)]
pub(super) enum Unready {
    Topic(String, RDKafkaErrorCode),
    Kafka(KafkaError),
}

impl From<KafkaError> for Unready {
    fn from(error: KafkaError) -> Self {
        Self::Kafka(error)
    }
}

impl std::fmt::Display for Unready {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Topic(topic, code) => write!(to, "topic `{topic}`: {code}"),
            Self::Kafka(error) => error.fmt(to),
        }
    }
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
        let group_id = config.kafka.group.clone();
        let transaction_timeout = Duration::from_millis(config.delivery.transaction_timeout_ms);
        Self { settings, topics, group, signals, metrics, publisher, group_id, transaction_timeout }
    }

    /// After how long the broker gives an unfinished transaction up.
    pub(super) fn transaction_timeout(&self) -> Duration {
        self.transaction_timeout
    }

    /// Reads the topics' partition counts anew.
    pub(super) fn learn_counts(&mut self) -> Result<(), Unready> {
        let counts = self.counts()?;
        self.publisher.set_counts(counts);
        Ok(())
    }

    /// Whether a topic has gone, or has other partitions than when the counts were learnt. A broker that does not
    /// answer says nothing about its topics.
    pub(super) fn has_changed(&self) -> bool {
        match self.counts() {
            Ok(counts) => self.publisher.is_outdated(&counts),
            Err(Unready::Topic(..)) => true,
            Err(Unready::Kafka(_)) => false,
        }
    }

    fn counts(&self) -> Result<BTreeMap<String, i32>, Unready> {
        let mut names: Vec<&str> = self.topics.inputs.iter().map(|topic| &**topic).collect();
        names.extend([self.topics.output.as_str(), self.topics.dead_letter.as_str()]);
        let named = |(topic, count): (String, Result<i32, RDKafkaErrorCode>)| match count {
            Ok(count) => Ok((topic, count)),
            Err(code) => Err(Unready::Topic(topic, code)),
        };
        self.group.counts(&names)?.into_iter().map(named).collect()
    }

    /// Tells what an operator must do about this, if it is that kind of trouble. `log` is what librdkafka has said about
    /// the transaction.
    pub(super) fn tell(&self, trouble: &Unready, log: &[String]) {
        let both = [self.topics.output.as_str(), self.topics.dead_letter.as_str()];
        let (code, topics) = match trouble {
            Unready::Topic(topic, code) => (Some(*code), vec![topic.as_str()]),
            Unready::Kafka(error) => (error.rdkafka_error_code(), both.to_vec()),
        };
        let is_input = matches!(trouble, Unready::Topic(topic, _) if self.topics.index(topic).is_some());
        let concerned = Concerned {
            access: if is_input { Access::Read } else { Access::Write },
            topics: &topics,
            group: &self.group_id,
            transactional_id: self.settings.get("transactional.id"),
        };
        let what = remedy_of_log(log, concerned).or_else(|| remedy(code?, concerned));
        if what.is_some() {
            self.signals.set_trouble(what);
        }
    }

    /// Makes produce batches smaller from the next producer on, if that is what refusals call for: the broker takes none
    /// that is larger than the topic's limit, and librdkafka does not divide one that was refused. Says whether it did.
    pub(super) fn shrink_batches(&mut self) -> bool {
        let bytes: u32 = self.settings.get("batch.size").and_then(|bytes| bytes.parse().ok()).unwrap_or(0);
        if bytes <= BATCH_BYTES_MIN || !self.publisher.wants_smaller_batches() {
            return false;
        }
        let bytes = (bytes / 4).max(BATCH_BYTES_MIN);
        tracing::warn!(
            bytes,
            "a topic takes only small batches (max.message.bytes): they are made smaller"
        );
        self.settings.set("batch.size", bytes.to_string());
        self.publisher.clear_suspects();
        true
    }

    /// The work goes on.
    pub(super) fn all_is_well(&self) {
        self.signals.set_trouble(None);
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
