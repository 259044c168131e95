//! Runs the pipeline over one example article a given number of times, for `instructions.sh` to count.
//!
//!     instructions                       every example once, and nothing is counted
//!     instructions list                  the names and sizes of the examples
//!     instructions NAME ROUNDS COPIES    so many rounds over so many copies of the article, end to end
#![allow(clippy::disallowed_methods, clippy::print_stdout)]

#[path = "../tests/it/corpus.rs"]
mod corpus;

use copydesk::enrich::Scratch;
use copydesk::model::Outcome;
use copydesk::pipeline::{Options, Pipeline};
use corpus::{Example, examples};
use std::hint::black_box;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        [] => examples().iter().for_each(|example| run(example, 1)),
        ["list"] => {
            for example in examples() {
                println!("{} {}", example.name, example.value.len());
            }
        }
        [name, rounds, copies] => {
            let example = examples().into_iter().find(|example| example.name == name);
            let example = example.expect("the name of an example; `list` shows them");
            let number = |word: &str| word.parse().expect("rounds and copies are numbers");
            run(&copied(&example, number(copies)), number(rounds));
        }
        _ => panic!("expected: instructions [list | NAME ROUNDS COPIES]"),
    }
}

/// So many copies of the article as one article.
fn copied(example: &Example, copies: usize) -> Example {
    Example { value: example.value.repeat(copies), ..example.clone() }
}

fn run(example: &Example, rounds: usize) {
    let pipeline = Pipeline::new(Options::default());
    let mut scratch = Scratch::default();
    for _ in 0..rounds {
        let outcome = pipeline.run(black_box(&example.record()), &mut scratch);
        assert!(matches!(outcome, Outcome::Publish(Some(_))), "{} was not published", example.name);
        black_box(outcome);
    }
}
