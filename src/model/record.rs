//! One Kafka record as it arrived, borrowed from its batch.

/// A Kafka partition number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Partition(pub i32);

/// A Kafka offset: the place of a record in its partition.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Offset(pub i64);

/// What the pipeline is given: coordinates, time and bytes. A record without a value is a tombstone.
#[derive(Clone, Copy, Debug)]
pub struct RawRecord<'a> {
    pub topic: &'a str,
    pub partition: Partition,
    pub offset: Offset,
    /// Milliseconds since 1970, as the broker or the producer stamped it.
    pub timestamp_ms: Option<i64>,
    pub value: Option<&'a [u8]>,
}
