//! Records in: the poll thread of the consumer group, the byte budget it keeps to.

mod budget;
mod context;
mod kafka;
mod start;

pub use budget::Budget;
pub use context::{Context, Lanes, Notice};
pub use kafka::{Intake, KafkaSource, SourceEnd};
