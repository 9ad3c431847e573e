//! What a run would do, without doing it.

use std::sync::atomic::AtomicBool;

use super::features::missing_features;
use super::library::candidates;
use crate::config::Config;
use crate::console::Console;
use crate::outcome::RunError;
use crate::plan::{LibrarySource, Plan};
use crate::render::explorer::check_size;

/// Prints the plan of a run: the library, what is cached, the device.
pub(crate) fn describe(plan: &Plan, console: &Console, cancel: &AtomicBool) -> Result<(), RunError> {
    let mut lines = vec![format!("title     {}", plan.title())];
    match &plan.source {
        LibrarySource::Demo(demo) => {
            lines.push(format!("library   a demo of {} tracks, to be synthesized", 7 * demo.tracks_per_sub_genre));
        }
        LibrarySource::Embeddings(files) => {
            lines.push(format!("library   embeddings of {}", files.embeddings.display()));
        }
        LibrarySource::Path(path) => {
            let library = candidates(plan, console, cancel)?.result;
            if plan.config.site.single_file {
                check_size(library.tracks.len()).map_err(RunError::usage)?;
            }
            lines.push(format!(
                "library   {}: {} tracks in {} sub-genres",
                path.display(),
                library.tracks.len(),
                library.sub_genres.len()
            ));
            for (index, sub_genre) in library.sub_genres.iter().enumerate() {
                let tracks = library.tracks.iter().filter(|track| track.entry.sub_genre == index).count();
                let genre = sub_genre.genre.as_ref().map_or_else(String::new, |genre| format!("{genre} / "));
                lines.push(format!("          {tracks:>6}  {genre}{}", sub_genre.name));
            }
            lines.push(format!("features  {} tracks to decode", missing_features(plan, &library)?));
            for failure in &library.failures {
                lines.push(format!("unusable  {}: {}", failure.path, failure.reason));
            }
        }
    }
    let config = &plan.config;
    lines.push(format!("model     {}", model(config)));
    lines.push(if config.is_trained() {
        format!("training  at most {} epochs", config.train.epochs)
    } else {
        "training  none: the encoder is used as it comes".to_owned()
    });
    lines.push(format!("device    {}, {} threads", plan.device.kind(), plan.threads));
    lines.push(format!("work      {}", plan.work.display()));
    if let Some(out) = &plan.out {
        lines.push(format!("site      {}", out.display()));
    }
    console.output(&lines.join("\n"));
    Ok(())
}

/// The encoder in a few words.
fn model(config: &Config) -> String {
    let pretrained = config.model.pretrained.as_ref().map_or_else(String::new, |name| format!(", pretrained {name}"));
    let frozen = if config.is_frozen() { ", frozen" } else { "" };
    format!("{}{pretrained}{frozen}", config.model.encoder.kind())
}
