//! The one transaction that is open or closing, and what is in it.

use super::{Batch, Fence, Limits, TopicPartition};
use crate::model::Offset;
use std::collections::BTreeMap;

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum Transaction {
    Idle,
    Open(Contents),
    /// The sink was told to commit and has not answered.
    Closing(Contents),
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct Contents {
    opened_ms: u64,
    fence: Fence,
    records: usize,
    bytes: usize,
    batches: Vec<Batch>,
}

impl Transaction {
    pub(super) fn is_idle(&self) -> bool {
        matches!(self, Self::Idle)
    }

    /// When it was opened, while it is open.
    pub(super) fn opened_ms(&self) -> Option<u64> {
        match self {
            Self::Open(contents) => Some(contents.opened_ms),
            _ => None,
        }
    }

    pub(super) fn batches(&self) -> &[Batch] {
        match self {
            Self::Idle => &[],
            Self::Open(contents) | Self::Closing(contents) => &contents.batches,
        }
    }

    /// Whether there is room for the batch: always in an empty one, so that no batch is too large to go.
    pub(super) fn takes(&self, batch: &Batch, limits: &Limits) -> bool {
        match self {
            Self::Idle => true,
            Self::Closing(_) => false,
            Self::Open(contents) => {
                contents.records + batch.records <= limits.transaction_records_max
                    && contents.bytes + batch.bytes <= limits.transaction_bytes_max
            }
        }
    }

    pub(super) fn add(&mut self, batch: Batch, now_ms: u64, fence: Fence) {
        if self.is_idle() {
            let batches = Vec::new();
            *self = Self::Open(Contents { opened_ms: now_ms, fence, records: 0, bytes: 0, batches });
        }
        let Self::Open(contents) = self else { panic!("a batch was added to a closing transaction") };
        contents.records += batch.records;
        contents.bytes += batch.bytes;
        contents.batches.push(batch);
    }

    /// Starts to close: the offsets to commit, one per partition, and the fence it was begun under.
    pub(super) fn commit(&mut self) -> (Vec<(TopicPartition, Offset)>, Fence) {
        let Self::Open(contents) = std::mem::replace(self, Self::Idle) else {
            panic!("only an open transaction can be committed")
        };
        let offsets: BTreeMap<_, _> = contents.batches.iter().map(|b| (b.at, b.next_offset)).collect();
        let fence = contents.fence;
        *self = Self::Closing(contents);
        (offsets.into_iter().collect(), fence)
    }

    /// The sink has answered: what was in it.
    pub(super) fn close(&mut self) -> Vec<Batch> {
        let Self::Closing(contents) = std::mem::replace(self, Self::Idle) else {
            panic!("the sink answered without a commit under way")
        };
        contents.batches
    }
}
