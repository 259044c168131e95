//! Gazetteers and tables, compiled in.

pub mod agencies;
pub mod demonyms;
pub mod places;
