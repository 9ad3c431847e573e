//! Turns the compiled viewer, or the compiled encoder, into what the page loads: `bindgen WASM OUT_DIR`.
//!
//! The work is done by the library behind wasm-bindgen's command line, taken as a dev-dependency so that Cargo.lock
//! pins it to the very version of the macros (the two must agree exactly) and nothing has to be installed.

use std::{env, path::PathBuf};

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<()> {
    let mut arguments = env::args_os().skip(1).map(PathBuf::from);
    let (wasm, out) = arguments.next().zip(arguments.next()).context("usage: bindgen WASM OUT_DIR")?;
    let name = wasm.file_stem().and_then(|name| name.to_str()).context("the file has no name")?;
    Bindgen::new()
        .input_path(&wasm)
        .out_name(name)
        // Modules do not load from file://, classic scripts do.
        .no_modules(true)?
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(&out)
        .with_context(|| format!("binding {}", wasm.display()))
}
