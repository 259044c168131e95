# The worker's image, and a small one that feeds it sample articles (docker-compose.yml).
#   docker build --target worker -t copydesk .

# -- feeder: kcat, and nothing of ours; the articles are mounted
FROM debian:bookworm-slim AS feeder
RUN apt-get update \
    && apt-get install -y --no-install-recommends kcat \
    && rm -rf /var/lib/apt/lists/*
USER 65532:65532
CMD ["/feed/send"]

# -- build: librdkafka needs make and a C++ compiler, the vendored OpenSSL needs perl
FROM rust:1.95-slim-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends g++ make perl \
    && rm -rf /var/lib/apt/lists/*
# zlib goes into the binary too: the last stage has the C library and little else.
ENV LIBZ_SYS_STATIC=1
WORKDIR /build
# First the dependencies alone, with an empty program: this layer outlives changes of our code. The benches and
# an empty test are never built here, but cargo wants every target that Cargo.toml names to exist.
COPY Cargo.toml Cargo.lock ./
COPY benches ./benches
RUN mkdir -p src tests/it \
    && touch src/lib.rs \
    && echo 'fn main() {}' | tee src/main.rs > tests/it/main.rs \
    && cargo build --release --locked \
    && rm -r src
COPY config ./config
# The sample feed of `copydesk demo` is compiled in.
COPY tests/feed ./tests/feed
COPY src ./src
# Copied files keep their dates, which may lie before the empty program's: touch, so that cargo builds them.
RUN touch src/lib.rs src/main.rs && cargo build --release --locked

# -- worker: no shell, no package manager, no root
FROM gcr.io/distroless/cc-debian12:nonroot AS worker
COPY --from=build /build/target/release/copydesk /usr/local/bin/copydesk
COPY LICENSE NOTICE /usr/share/doc/copydesk/
# Inside a container 127.0.0.1 is nobody's address; who reaches the port is up to what publishes it.
ENV COPYDESK_ADMIN__LISTEN=0.0.0.0:9464
EXPOSE 9464
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/copydesk"]
CMD ["run"]
