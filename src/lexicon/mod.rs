//! Gazetteers and tables, compiled in.

pub mod agencies;
pub mod currencies;
pub mod places;
pub mod units;
