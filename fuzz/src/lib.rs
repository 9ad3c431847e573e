//! What is fuzzed: every reader of bytes that somebody else may have written.

pub mod readers;
pub mod reseal;
pub mod seeds;
