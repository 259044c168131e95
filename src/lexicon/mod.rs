//! Gazetteers and tables, compiled in.

pub mod agencies;
pub mod first_names;
pub mod organisations;
pub mod places;
mod sorted;
pub mod titles;
