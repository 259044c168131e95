# The common commands, for `just`; each line works without it too.

# What is there.
default:
    @just --list

# The core alone: fast, needs neither librdkafka nor a broker.
core:
    cargo clippy --no-default-features --all-targets -- -D warnings
    cargo test --no-default-features

# Everything that needs no broker.
test:
    cargo test

# Everything, against a real broker that is started for it.
broker:
    #!/usr/bin/env bash
    set -euo pipefail
    eval "$(tests/kafka/start)"
    trap tests/kafka/stop EXIT
    cargo test

# Each process of docker-compose.yml, natively.
compose:
    #!/usr/bin/env bash
    set -euo pipefail
    cargo build
    eval "$(tests/kafka/start)"
    trap tests/kafka/stop EXIT
    tests/kafka/compose

# Form and lints.
lint:
    cargo fmt --check
    cargo clippy --all-targets -- -D warnings

# One article, for people.
enrich file="tests/feed/harbour-bridge.txt":
    cargo run --release -- enrich {{file}} --pretty

# Pipeline time by article size, and the instruction count against its recorded figure.
bench:
    cargo bench --no-default-features
    benches/instructions.sh

# Licences, advisories, duplicates and sources of dependencies.
deny:
    cargo deny --locked check

# What lands is what this passes.
ci:
    .ci/run
