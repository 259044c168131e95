//! Findings to published bytes. The only place that names published fields.

mod fields;
mod findings;
mod native;

pub use native::{ENRICHER, Provenance, SCHEMA, encode};

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string cannot fail");
        text
    })
}
