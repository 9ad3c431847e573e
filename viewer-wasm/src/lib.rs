//! The explorer engine.
