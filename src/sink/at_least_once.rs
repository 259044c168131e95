//! At least once: records go out as they come; offsets are committed when the broker has acknowledged every
//! output and dead letter before them. After a failure the whole round is sent again.

use super::link::Link;
use super::outlet::{Outlet, Unready};
use super::publish::SendError;
use super::{Answer, Refused, Sink, Stopped};
use crate::engine::{BatchId, Fence, TopicPartition};
use crate::kafka::{FinishedBatch, Role, Verdict, verdict, why_stop};
use crate::model::Offset;
use rdkafka::error::KafkaError;
use std::sync::Arc;
use std::time::Duration;

const BACKOFF_MIN: Duration = Duration::from_millis(200);
const BACKOFF_MAX: Duration = Duration::from_secs(5);

/// The at-least-once sink.
pub struct AtLeastOnce {
    outlet: Outlet,
    link: Option<Link>,
    broken: Option<SendError>,
    failures_in_a_row: u32,
}

impl AtLeastOnce {
    pub(super) fn new(outlet: Outlet) -> Self {
        Self { outlet, link: None, broken: None, failures_in_a_row: 0 }
    }

    fn connect(&mut self) -> Result<Link, Unready> {
        self.outlet.learn_counts()?;
        Ok(Link::new(&self.outlet.settings)?)
    }

    /// Waits for the reports, then commits the offsets.
    fn try_commit(&mut self, offsets: &[(TopicPartition, Offset)], fence: Fence) -> Result<(), Failure> {
        let link = self.link.as_ref().expect("the sink is prepared before it is used");
        link.wait_deliveries(&self.outlet.signals).map_err(Failure::Stopped)?;
        let settled = self.outlet.publisher.settle(link);
        self.broken.take().map_or(settled, Err).map_err(|error| match error {
            SendError::Refused(refused) => Failure::Refused(refused),
            SendError::Kafka(error) => Failure::Kafka("produce", error),
        })?;
        if self.outlet.signals.fence() != fence {
            return Err(Failure::Rebalance);
        }
        self.outlet
            .group
            .commit(&self.outlet.topics, offsets)
            .map_err(|error| Failure::Kafka("commit", error))
    }

    fn pause(&self) -> Result<(), Stopped> {
        let backoff = BACKOFF_MIN * 2u32.pow(self.failures_in_a_row.min(6));
        self.outlet.pause(backoff.min(BACKOFF_MAX))
    }
}

/// Why a round was not committed.
enum Failure {
    Stopped(Stopped),
    Refused(Vec<Refused>),
    /// Offsets of partitions that have left would be refused; their next owner reads them again.
    Rebalance,
    Kafka(&'static str, KafkaError),
}

impl Sink for AtLeastOnce {
    fn prepare(&mut self) -> Result<(), Stopped> {
        loop {
            match self.connect() {
                Ok(link) => {
                    self.link = Some(link);
                    self.failures_in_a_row = 0;
                    return Ok(());
                }
                Err(Unready::Kafka(error)) if verdict(&error) == Verdict::Stop => {
                    return Err(Stopped::Because(why_stop(Role::Producer, &error)));
                }
                Err(error) => {
                    tracing::warn!(%error, "the producer is not ready; trying again");
                    self.outlet.tell(&error, &[]);
                }
            }
            self.failures_in_a_row += 1;
            self.pause()?;
        }
    }

    fn send(&mut self, id: BatchId, batch: Arc<FinishedBatch>) {
        if self.broken.is_none() {
            let link = self.link.as_ref().expect("the sink is prepared before it is used");
            self.broken = self.outlet.publisher.send(link, id, &batch, &self.outlet.signals).err();
        }
    }

    fn commit(&mut self, offsets: &[(TopicPartition, Offset)], fence: Fence) -> Result<Answer, Stopped> {
        let failure = match self.try_commit(offsets, fence) {
            Ok(()) => {
                self.failures_in_a_row = 0;
                self.outlet.all_is_well();
                return Ok(Answer::Committed);
            }
            Err(failure) => failure,
        };
        self.outlet.publisher.forget();
        let mut refused = Vec::new();
        match failure {
            Failure::Stopped(stopped) => return Err(stopped),
            Failure::Refused(records) => {
                refused = records;
                if self.outlet.shrink_batches() {
                    self.prepare()?;
                }
            }
            Failure::Rebalance => self.outlet.metrics.transaction_aborted("rebalance"),
            Failure::Kafka(call, error) => {
                tracing::warn!(%error, call, "a round of records has failed and will be sent again");
                self.outlet.metrics.transaction_aborted(call);
                self.outlet.tell(&Unready::Kafka(error), &[]);
                self.failures_in_a_row += 1;
                self.pause()?;
                // A fatal error leaves the idempotent producer useless; a new one costs little.
                self.prepare()?;
            }
        }
        Ok(Answer::Failed { committed: Vec::new(), refused })
    }
}
