//! Turns a compiled program into what the page loads: `bindgen WASM OUT_DIR NAME`. NAME is that of its files and of the
//! global that the page finds it by.
//!
//! The work is done by the library behind wasm-bindgen's command line, taken as a dev-dependency so that Cargo.lock
//! pins it to the very version of the macros (the two must agree exactly) and nothing has to be installed.

use std::{env, fs, path::Path};

use anyhow::{Context, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [wasm, out, name] = &arguments[..] else { bail!("usage: bindgen WASM OUT_DIR NAME") };
    let (wasm, out) = (Path::new(wasm), Path::new(out));
    Bindgen::new()
        .input_path(wasm)
        .out_name(name)
        // Modules do not load from file://, classic scripts do.
        .no_modules(true)?
        .no_modules_global(name)?
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(out)
        .with_context(|| format!("binding {}", wasm.display()))?;
    // The listener's browser has no use for the documentation, which is a third of the script.
    let script = out.join(format!("{name}.js"));
    let text = fs::read_to_string(&script)?;
    Ok(fs::write(&script, without_documentation(&text))?)
}

/// The script without its `/** ... */` comments, each of which the generator writes on lines of its own.
fn without_documentation(text: &str) -> String {
    let mut inside = false;
    let mut kept = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        inside |= line.trim_start().starts_with("/**");
        if !inside {
            kept.push_str(line);
        }
        inside &= !line.trim_end().ends_with("*/");
    }
    kept
}
