//! Tests across crates, on the built binary and on the site it makes.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::print_stderr)]

mod advice;
mod browser;
mod cli;
mod clips;
mod configs;
mod embeddings;
mod finished;
mod pipeline;
mod single_file;
mod support;
mod systems;
