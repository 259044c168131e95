//! The reorder ring of one partition: batches finished in any order become visible in receive order.

use super::{Batch, BatchId, Epoch};
use crate::model::Offset;
use std::collections::BTreeMap;

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct Ring {
    epoch: Epoch,
    waiting: BTreeMap<u64, Batch>,
    next_visible: u64,
    settled: u64,
    committed: Option<Offset>,
}

impl Ring {
    pub(super) fn new(epoch: Epoch) -> Self {
        Self { epoch, waiting: BTreeMap::new(), next_visible: 0, settled: 0, committed: None }
    }

    pub(super) fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// Takes in a finished batch.
    pub(super) fn put(&mut self, batch: Batch) {
        assert!(batch.sequence >= self.next_visible, "{batch:?} was visible already");
        let twin = self.waiting.insert(batch.sequence, batch);
        assert!(twin.is_none(), "two batches have the sequence of {batch:?}");
    }

    /// The next batch in receive order, if it is finished.
    pub(super) fn take(&mut self) -> Option<Batch> {
        let batch = self.waiting.remove(&self.next_visible)?;
        self.next_visible += 1;
        Some(batch)
    }

    /// Notes that a batch is committed; batches are committed in order.
    pub(super) fn settle(&mut self, batch: &Batch) {
        assert_eq!(batch.sequence, self.settled, "{batch:?} was settled out of order");
        assert!(self.committed < Some(batch.next_offset), "{batch:?} moves the offset backwards");
        self.settled += 1;
        self.committed = Some(batch.next_offset);
    }

    pub(super) fn settled(&self) -> u64 {
        self.settled
    }

    pub(super) fn committed(&self) -> Option<Offset> {
        self.committed
    }

    /// What was finished but never became visible.
    pub(super) fn into_waiting(self) -> impl Iterator<Item = BatchId> {
        self.waiting.into_values().map(|batch| batch.id)
    }
}
