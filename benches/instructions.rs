//! Runs the pipeline over one example article a given number of times, for `instructions.sh` to count.
//!
//!     instructions                       every example once, and nothing is counted
//!     instructions ROUNDS                every example so many times
//!     instructions list                  the names and sizes of the examples
//!     instructions NAME ROUNDS           so many rounds over one example
//!     instructions shapes                the names of the shapes that `linear.sh` counts
//!     instructions shape NAME BYTES      one round over a shape of that size
//!
//! Other words are filters, as cargo hands them to every bench (`cargo bench pipeline`): the examples whose
//! names hold one of them run once, so that the binary works without valgrind and beside other benches.
#![allow(clippy::disallowed_methods, clippy::print_stdout)]

#[path = "../tests/it/corpus.rs"]
mod corpus;
#[path = "../tests/it/shapes.rs"]
mod shapes;

use copydesk::enrich::Scratch;
use copydesk::model::Outcome;
use copydesk::pipeline::{Options, Pipeline};
use corpus::{Example, examples};
use std::hint::black_box;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match (&words[..], &numbers(&words)[..]) {
        ([], _) => every(|_| true, 1),
        (["list"], _) => list(),
        (["shapes"], _) => shapes::SHAPES.iter().for_each(|(name, _)| println!("{name}")),
        (["shape", name, _], [_, _, Some(bytes)]) => run(&shape(name, *bytes), 1),
        ([_], [Some(rounds)]) => every(|_| true, *rounds),
        ([name, _], [None, Some(rounds)]) => {
            let example = examples().into_iter().find(|example| example.name == *name);
            let example = example.expect("the name of an example; `list` shows them");
            run(&example, *rounds);
        }
        (filters, _) => every(|name| filters.iter().any(|filter| name.contains(filter)), 1),
    }
}

fn numbers(words: &[&str]) -> Vec<Option<usize>> {
    words.iter().map(|word| word.parse().ok()).collect()
}

fn list() {
    for example in examples() {
        println!("{} {}", example.name, example.value.len());
    }
}

fn every(is_wanted: impl Fn(&str) -> bool, rounds: usize) {
    examples().iter().filter(|example| is_wanted(&example.name)).for_each(|example| run(example, rounds));
}

fn shape(name: &str, bytes: usize) -> Example {
    let (_, phrase) =
        shapes::SHAPES.iter().find(|(known, _)| *known == name).expect("a shape; `shapes` lists them");
    let value = shapes::shaped(phrase, bytes).into_bytes();
    Example { name: name.to_owned(), value, timestamp_ms: Some(1_700_000_000_000) }
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
