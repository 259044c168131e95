//! Gazetteers and tables, compiled in.

pub mod agencies;
pub mod cue_verbs;
pub mod currencies;
pub mod demonyms;
pub mod first_names;
pub mod gazetteer;
pub mod media_topics;
pub mod organisations;
pub mod places;
mod sorted;
pub mod stop_words;
pub mod table;
pub mod tagger;
pub mod titles;
pub mod topic_model;
pub mod units;
pub mod word_frequencies;
