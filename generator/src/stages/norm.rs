//! Mean and standard deviation of a library's features: what a front end's normalisation should be set to.

use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::anyhow;
use pmsl_core::audio::read_chunks;
use pmsl_core::features::FrontEnd;
use rayon::prelude::*;
use serde::Serialize;

use super::library::{Candidate, CandidateLibrary};
use crate::console::Console;
use crate::limits::{OutOfTime, within};
use crate::outcome::RunError;
use crate::plan::Plan;

/// Sums over values, which add up in any order of files as the files are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Moments {
    count: u64,
    sum: f64,
    squares: f64,
}

impl Moments {
    fn of(values: &[f32]) -> Self {
        values.iter().fold(Self::default(), |moments, &value| {
            let value = f64::from(value);
            Self { count: moments.count + 1, sum: moments.sum + value, squares: moments.squares + value * value }
        })
    }

    fn add(self, other: Self) -> Self {
        Self { count: self.count + other.count, sum: self.sum + other.sum, squares: self.squares + other.squares }
    }

    fn mean(self) -> f64 {
        self.sum / self.count as f64
    }

    fn std(self) -> f64 {
        (self.squares / self.count as f64 - self.mean().powi(2)).max(0.0).sqrt()
    }
}

/// What `norm` prints.
#[derive(Serialize)]
struct Normalisation<'a> {
    front_end: &'a serde_json::Value,
    mean: f64,
    std: f64,
    tracks: usize,
    skipped: usize,
    values: u64,
}

/// Measures the features of a library as they are before any normalisation, and prints their mean and standard
/// deviation. Padding does not count. Files are read one after another and forgotten.
///
/// # Errors
/// When no track can be read.
pub(crate) fn norm(
    plan: &Plan,
    console: &Console,
    cancel: &AtomicBool,
    library: &CandidateLibrary,
    as_json: bool,
) -> Result<(), RunError> {
    let options = plan.config.front_end().unnormalized();
    let progress = console.progress("norm", library.tracks.len() as u64);
    let measured: Vec<Option<Moments>> = library
        .tracks
        .par_iter()
        .map_init(
            || options.plan(plan.config.audio.chunk_s),
            |front_end, track| -> anyhow::Result<Option<Moments>> {
                if cancel.load(Ordering::Relaxed) {
                    return Ok(None);
                }
                let front_end = front_end.as_mut().map_err(|error| anyhow!("{error}"))?;
                let moments = measure(plan, &mut **front_end, options.sample_rate_hz(), track, cancel);
                progress.advance(&track.entry.relative_path);
                Ok(moments
                    .inspect_err(|error| progress.line(&format!("skipped: {}: {error:#}", track.entry.relative_path)))
                    .ok())
            },
        )
        .collect::<anyhow::Result<_>>()?;
    progress.finish();
    if cancel.load(Ordering::Relaxed) {
        return Err(RunError::Interrupted);
    }
    let tracks = measured.iter().flatten().count();
    let moments = measured.into_iter().flatten().fold(Moments::default(), Moments::add);
    if moments.count == 0 {
        return Err(RunError::Failed(anyhow!("none of the library's {} tracks could be read", library.tracks.len())));
    }
    let config = serde_json::to_value(plan.config.front_end()).map_err(anyhow::Error::from)?;
    let found = Normalisation {
        front_end: &config["kind"],
        mean: moments.mean(),
        std: moments.std(),
        tracks,
        skipped: library.tracks.len() - tracks + library.failures.len(),
        values: moments.count,
    };
    if as_json {
        console.output(&serde_json::to_string_pretty(&found).map_err(anyhow::Error::from)?);
    } else {
        console.output(&format!(
            "mean {:.4}, standard deviation {:.4} over {} values of {tracks} tracks\n\
             in the config: \"features\": {{ \"kind\": {}, \"mean\": {:.4}, \"std\": {:.4} }}",
            found.mean, found.std, found.values, found.front_end, found.mean, found.std
        ));
    }
    Ok(())
}

fn measure(
    plan: &Plan,
    front_end: &mut dyn FrontEnd,
    sample_rate_hz: u32,
    track: &Candidate,
    cancel: &AtomicBool,
) -> anyhow::Result<Moments> {
    let (path, options) = (track.entry.path.clone(), plan.config.audio.clone());
    let read = within(plan.file_time_limit(), cancel, move |stop| read_chunks(&path, &options, sample_rate_hz, stop))?;
    let audio = read.map_err(|OutOfTime| anyhow!("not decoded within {} s", plan.config.file_time_limit_s))??;
    let mut features = Vec::new();
    let mut moments = Moments::default();
    for chunk in &audio.chunks {
        front_end.compute(&chunk.samples, &mut features)?;
        let real = front_end.real_frames(chunk.samples.len()) * front_end.bands();
        moments = moments.add(Moments::of(&features[..real.min(features.len())]));
    }
    Ok(moments)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_add_up() {
        let whole = Moments::of(&[1.0, 2.0, 3.0, 6.0]);
        assert_eq!(Moments::of(&[1.0, 2.0]).add(Moments::of(&[3.0, 6.0])), whole);
        assert!((whole.mean() - 3.0).abs() < 1e-12 && (whole.std() - 3.5_f64.sqrt()).abs() < 1e-12);
        assert!(Moments::of(&[4.0; 3]).std().abs() < 1e-9);
    }
}
