//! Findings to published bytes. The only place that names published fields.

mod native;

pub use native::{Provenance, encode};
