//! Features on a common scale: mean 0 and standard deviation 1 over the training tracks.

use std::io;

use pmsl_core::dataset::FeatureSource;
use pmsl_core::probes::Standardizer;
use serde::{Deserialize, Serialize};

use super::features::FeatureStore;

/// How every value of a frozen encoder's output is scaled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Scaling(Standardizer);

impl Scaling {
    /// Measures the scale over tracks, each of which counts as the mean of its chunks.
    ///
    /// # Errors
    /// Features that cannot be read or are not finite, and no tracks.
    pub(crate) fn of(features: &FeatureStore, tracks: &[usize]) -> io::Result<Self> {
        let means = tracks.iter().map(|&track| mean_of_chunks(features, track)).collect::<io::Result<Vec<_>>>()?;
        Standardizer::fit(&means.concat(), features.frames() * features.mels()).map(Self).map_err(io::Error::other)
    }

    /// The means and deviations.
    pub(crate) fn standardizer(&self) -> &Standardizer {
        &self.0
    }

    /// Scales the values of a chunk.
    pub(crate) fn apply(&self, values: &[f32]) -> io::Result<Vec<f32>> {
        self.0.transform(values).map_err(io::Error::other)
    }
}

/// The mean of a track's chunks, `[frames * bands]`.
pub(crate) fn mean_of_chunks(features: &dyn FeatureSource, track: usize) -> io::Result<Vec<f32>> {
    let mut sums = vec![0.0_f64; features.frames() * features.mels()];
    let mut chunk = Vec::with_capacity(sums.len());
    let chunks = features.chunk_count(track);
    for index in 0..chunks {
        features.read_chunk(track, index, &mut chunk)?;
        sums.iter_mut().zip(&chunk).for_each(|(sum, &value)| *sum += f64::from(value));
    }
    Ok(sums.into_iter().map(|sum| (sum / chunks.max(1) as f64) as f32).collect())
}

/// A feature store seen through a scaling.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scaled<'a> {
    features: &'a FeatureStore,
    scaling: Option<&'a Scaling>,
}

impl<'a> Scaled<'a> {
    /// The store as it is without a scaling.
    pub(crate) fn new(features: &'a FeatureStore, scaling: Option<&'a Scaling>) -> Self {
        Self { features, scaling }
    }
}

impl FeatureSource for Scaled<'_> {
    fn track_count(&self) -> usize {
        self.features.track_count()
    }

    fn chunk_count(&self, track: usize) -> usize {
        self.features.chunk_count(track)
    }

    fn chunk_start_s(&self, track: usize, chunk: usize) -> f64 {
        self.features.chunk_start_s(track, chunk)
    }

    fn frames(&self) -> usize {
        self.features.frames()
    }

    fn mels(&self) -> usize {
        self.features.mels()
    }

    fn read_chunk(&self, track: usize, chunk: usize, out: &mut Vec<f32>) -> io::Result<()> {
        self.features.read_chunk(track, chunk, out)?;
        if let Some(scaling) = self.scaling {
            *out = scaling.apply(out)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn training_tracks_have_mean_0_and_deviation_1() {
        let features = FeatureStore::ready(&[1.0, 10.0, 3.0, 30.0, 100.0, 50.0], 2);
        let scaling = Scaling::of(&features, &[0, 1]).unwrap();
        let scaled = Scaled::new(&features, Some(&scaling));
        let row = |track| mean_of_chunks(&scaled, track).unwrap();
        assert_eq!((row(0), row(1)), (vec![-1.0, -1.0], vec![1.0, 1.0]));
        // What was not measured is scaled by what was.
        assert_eq!(row(2), [98.0, 3.0]);
        assert_eq!(mean_of_chunks(&Scaled::new(&features, None), 2).unwrap(), [100.0, 50.0]);
    }
}
