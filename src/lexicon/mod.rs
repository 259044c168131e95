//! Gazetteers and tables, compiled in.

pub mod agencies;
pub mod gazetteer;
pub mod demonyms;
pub mod places;
pub mod table;
pub mod tagger;
