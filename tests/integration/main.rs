//! Tests across crates.

