//! wiring

pub mod render;
