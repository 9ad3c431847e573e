//! The run's encoder for the explorer: with it a page gives a listener's own file the vector that the run would give it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::Context;
use pmsl_core::inference::{
    BUNDLE_FORMAT_VERSION, BundleError, Embedder, EmbedderOptions, EncoderBundle, NetworkOptions, Pooling,
    WeightPrecision,
};
use pmsl_core::models::Checkpoint;
use rayon::prelude::*;

use super::features::UsableLibrary;
use super::folds::FoldRun;
use super::frozen::backbone;
use crate::cache::{KeyBuilder, read_if_present, write_atomic};
use crate::console::Console;
use crate::outcome::RunError;
use crate::plan::Plan;

/// Farthest that the page's vector of a track may be from the run's.
const FARTHEST: f64 = 1e-3;
/// The same with weights of 16 bits: other tracks may be farther off than those that are tried.
const FARTHEST_HALF: f64 = FARTHEST / 2.0;
/// Tracks that are tried.
const TRIED: usize = 4;

/// The encoder as the page loads it, where the config asks for it and it can give what the run gave. `build` is the
/// site's.
///
/// # Errors
/// When weights cannot be read, or the work folder cannot be written.
pub(crate) fn encoder(
    plan: &Plan,
    console: &Console,
    library: &UsableLibrary,
    run: &FoldRun,
    build: &str,
) -> Result<Option<Vec<u8>>, RunError> {
    if !plan.config.site.encoder {
        return Ok(None);
    }
    let options = options(plan, run).map_err(RunError::usage)?;
    // The build stands for the vectors, and these for the weights.
    let key = KeyBuilder::new("browser encoder", BUNDLE_FORMAT_VERSION)
        .text("build", build)
        .text("model", &run.model.key.to_string())
        .options("options", &options)
        .map_err(anyhow::Error::from)?
        .finish();
    let path = plan.work.join("encoders").join(format!("{key}.bin"));
    if let Some(bytes) = read_if_present(&path)?
        && EncoderBundle::decode(&bytes, build).is_ok()
    {
        return Ok(Some(bytes));
    }
    let bundle = bundle(plan, run, options)?;
    let tried = spread(library.tracks.len());
    let mut farthest = f64::INFINITY;
    for (precision, limit) in [(WeightPrecision::Half, FARTHEST_HALF), (WeightPrecision::Full, FARTHEST)] {
        let bytes = match bundle.encode(build, precision) {
            Ok(bytes) => bytes,
            Err(error @ BundleError::TooLarge { .. }) => {
                console.warn(&format!("the explorer gets no encoder: {error}"));
                return Ok(None);
            }
            Err(error) => return Err(RunError::Failed(error.into())),
        };
        farthest = distance(library, run, &bytes, build, &tried)?;
        if farthest <= limit {
            console
                .detail(&format!("encoder for the page: {} bytes, {farthest:.1e} from the run at most", bytes.len()));
            write_atomic(&path, |out| out.write_all(&bytes))?;
            return Ok(Some(bytes));
        }
    }
    console.warn(&format!(
        "the explorer gets no encoder: a page would place the same files {farthest:.4} away from where this run placed \
         them, more than {FARTHEST}; a run on the CPU is near enough"
    ));
    Ok(None)
}

/// Everything that decides an embedding besides the weights.
fn options(plan: &Plan, run: &FoldRun) -> Result<EmbedderOptions, BundleError> {
    let config = &plan.config;
    Ok(EmbedderOptions {
        audio: config.audio.clone(),
        front_end: config.front_end(),
        // A frozen encoder hears whole chunks.
        crop_frames: config.train.crop_frames.filter(|_| !config.is_frozen()),
        network: NetworkOptions::of(&config.encoder())?,
        pooling: if run.model.trained.is_some() { Pooling::UnitMean } else { Pooling::Mean },
    })
}

fn bundle(plan: &Plan, run: &FoldRun, options: EmbedderOptions) -> Result<EncoderBundle, RunError> {
    let mut weights = match &run.model.trained {
        Some(trained) => Checkpoint::read(&trained.weights).context("the weights cannot be read")?.tensors,
        None => BTreeMap::new(),
    };
    if plan.config.is_frozen() {
        weights.extend(backbone(plan)?.backbone_tensors().context("the encoder cannot be read")?);
    }
    let scaling = run.model.scaling.as_ref().map(|scaling| scaling.standardizer().clone());
    Ok(EncoderBundle::collect(options, weights, scaling))
}

/// A few tracks all over the library.
fn spread(tracks: usize) -> Vec<usize> {
    let tried = TRIED.min(tracks);
    (0..tried).map(|i| (2 * i + 1) * tracks / (2 * tried)).collect()
}

/// How far at most the vectors of tracks are from those of the run, when their files are heard as the page does.
fn distance(
    library: &UsableLibrary,
    run: &FoldRun,
    bundle: &[u8],
    build: &str,
    tracks: &[usize],
) -> anyhow::Result<f64> {
    let distances = tracks.par_iter().map(|&track| -> anyhow::Result<f64> {
        let mut embedder = Embedder::new(EncoderBundle::decode(bundle, build)?)?;
        let path: &Path = &library.tracks[track].entry.path;
        let bytes = fs::read(path).with_context(|| format!("could not read {}", path.display()))?;
        let found = embedder
            .embed(bytes, path.extension().and_then(|extension| extension.to_str()))
            .with_context(|| format!("could not hear {}", path.display()))?;
        let pairs = found.iter().zip(run.vectors.row(track));
        Ok(pairs.map(|(&a, &b)| (f64::from(a) - f64::from(b)).powi(2)).sum::<f64>().sqrt())
    });
    Ok(distances.collect::<anyhow::Result<Vec<_>>>()?.into_iter().fold(0.0, f64::max))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tracks_are_tried_all_over_the_library() {
        assert_eq!(spread(100), [12, 37, 62, 87]);
        assert_eq!((spread(2), spread(1)), (vec![0, 1], vec![0]));
        assert!(spread(0).is_empty());
    }
}
