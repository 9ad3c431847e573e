//! Tests across crates, on the built binary and on the site it makes.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::print_stderr)]

mod advice;
mod bad_audio;
mod browser;
mod caches;
mod cli;
mod clips;
mod configs;
mod crashes;
mod embeddings;
mod finished;
mod movie;
mod pipeline;
mod privacy;
mod single_file;
mod supply_chain;
mod support;
mod systems;
