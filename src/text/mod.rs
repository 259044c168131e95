//! Text as passes see it: tokens, calendar words. Finds nothing of its own; gives spans and values.

pub mod calendar;
pub mod lines;
pub mod numbers;
mod tokens;

pub use tokens::{Token, TokenKind, tokenize};
