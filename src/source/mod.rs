//! Records in: the poll thread of the consumer group, the byte budget it keeps to.

mod budget;
mod context;
mod kafka;
mod probe;
mod standstill;
mod start;

pub use budget::Budget;
pub use context::{Context, Lanes, Notice};
pub use kafka::{Intake, KafkaSource, SourceEnd};
pub use probe::{Probe, Unreadable};
pub use start::go_on_at;
