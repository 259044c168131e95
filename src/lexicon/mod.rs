//! Gazetteers and tables, compiled in.

pub mod agencies;
pub mod media_topics;
pub mod places;
pub mod topic_model;
