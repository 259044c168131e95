//! Gazetteers and tables, compiled in.

pub mod agencies;
pub mod cue_verbs;
pub mod places;
