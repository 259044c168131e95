//! Gazetteers and tables, compiled in.
