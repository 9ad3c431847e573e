//! Synthesizes the demo library: `cargo run --release -p pmsl-core --features demo --example synthesize_demo -- DIR`.
#![allow(clippy::print_stdout, clippy::print_stderr, missing_docs, reason = "an example talks to its user")]

use std::path::Path;
use std::sync::atomic::AtomicBool;

use pmsl_core::demo::{DemoOptions, synthesize_library};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let root = arguments.next().ok_or("usage: synthesize_demo DIR [TRACKS_PER_SUB_GENRE]")?;
    let mut options = DemoOptions::default();
    if let Some(tracks) = arguments.next() {
        options.tracks_per_sub_genre = tracks.parse()?;
    }
    let library = synthesize_library(
        Path::new(&root),
        &options,
        &mut |progress| println!("{}/{} {}", progress.done, progress.total, progress.path),
        &AtomicBool::new(false),
    )?;
    println!("{} tracks, {} of them new", library.tracks.len(), library.synthesized);
    Ok(())
}
