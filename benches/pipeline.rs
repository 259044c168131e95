//! Bytes per second through the whole pipeline, by article size: `cargo bench --bench pipeline`.
//!
//! The articles are put together from paragraphs of `tests/articles`. Under `cargo test` the smallest one
//! runs once, untimed. Figures hold for the machine they were taken on; `instructions.sh` counts instead.
#![allow(clippy::disallowed_methods)]

#[path = "../tests/it/corpus.rs"]
mod corpus;

use copydesk::enrich::Scratch;
use copydesk::model::Outcome;
use copydesk::pipeline::{Options, Pipeline};
use corpus::{Example, examples};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;

/// The second and third are the sizes other systems were measured with.
const SIZES: [(&str, usize); 5] =
    [("0.5 kB", 512), ("2.3 kB", 2_300), ("4.65 kB", 4_650), ("50 kB", 50_000), ("1 MB", 1_000_000)];

fn pipeline_by_size(criterion: &mut Criterion) {
    let is_timed = std::env::args().any(|argument| argument == "--bench");
    let sizes = if is_timed { &SIZES[..] } else { &SIZES[..1] };
    let pipeline = Pipeline::new(Options::default());
    let mut scratch = Scratch::default();
    let mut group = criterion.benchmark_group("pipeline");
    for (name, size) in sizes {
        let example = article(name, *size);
        let bytes = example.value.len().try_into().expect("a size fits into 64 bits");
        group.throughput(Throughput::Bytes(bytes));
        group.bench_with_input(BenchmarkId::from_parameter(name), &example, |bencher, example| {
            bencher.iter(|| run(&pipeline, example, &mut scratch));
        });
    }
    group.finish();
}

/// Runs one record and gives its output back, so that dropping it is timed as a worker would.
fn run(pipeline: &Pipeline, example: &Example, scratch: &mut Scratch) -> Vec<u8> {
    match pipeline.run(black_box(&example.record()), scratch) {
        Outcome::Publish(Some(bytes)) => bytes,
        other => panic!("{} was not published: {other:?}", example.name),
    }
}

/// The head of the first example, and then paragraphs of all English plain-text ones in turn, up to `size`.
fn article(name: &str, size: usize) -> Example {
    let texts: Vec<String> = examples()
        .into_iter()
        .filter(|example| !example.name.contains("json"))
        .filter_map(|example| String::from_utf8(example.value).ok())
        .filter(|text| text.is_ascii() || text.contains('’'))
        .collect();
    let paragraphs = texts.iter().flat_map(|text| text.split("\n\n")).cycle();
    let mut article = String::new();
    for paragraph in paragraphs {
        if !article.is_empty() && article.len() + paragraph.len() > size {
            break;
        }
        article.push_str(paragraph);
        article.push_str("\n\n");
    }
    Example { name: name.to_owned(), value: article.into_bytes(), timestamp_ms: Some(1_700_000_000_000) }
}

criterion_group!(benches, pipeline_by_size);
criterion_main!(benches);
