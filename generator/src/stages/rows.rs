//! What is compared without training.

use anyhow::Context;
use pmsl_core::Vectors;
use pmsl_core::probes::Standardizer;

use super::features::UsableLibrary;
use crate::cache::mean_of_chunks;

/// One row a track, `[tracks, dim]`, before it is scaled to unit length.
#[derive(Clone)]
pub(super) struct Rows {
    values: Vec<f32>,
    dim: usize,
}

impl Rows {
    /// Collects a row for each of `tracks` tracks.
    pub(super) fn of(tracks: usize, row: impl Fn(usize) -> anyhow::Result<Vec<f32>>) -> anyhow::Result<Self> {
        let mut values = Vec::new();
        for track in 0..tracks {
            values.extend(row(track)?);
        }
        let dim = values.len() / tracks.max(1);
        Ok(Self { values, dim })
    }

    /// The mean of the encoder's output over the chunks of each track.
    pub(super) fn of_output(library: &UsableLibrary) -> anyhow::Result<Self> {
        Self::of(library.tracks.len(), |track| {
            mean_of_chunks(&library.features, track).context("the encoder's output cannot be read")
        })
    }

    /// All values, row by row.
    pub(super) fn values(&self) -> &[f32] {
        &self.values
    }

    /// Values of a row.
    pub(super) fn dim(&self) -> usize {
        self.dim
    }

    /// The rows of some tracks.
    pub(super) fn select(&self, tracks: &[usize]) -> Vec<f32> {
        tracks.iter().flat_map(|&track| &self.values[track * self.dim..][..self.dim]).copied().collect()
    }

    /// Scaled to unit length.
    pub(super) fn normalized(self) -> anyhow::Result<Vectors> {
        Vectors::normalized(self.values, self.dim).context("the encoder's output before training cannot be compared")
    }

    /// Scaled to mean 0 and deviation 1 over some tracks, then to unit length.
    pub(super) fn standardized(&self, tracks: &[usize]) -> anyhow::Result<Vectors> {
        let scales = Standardizer::fit(&self.select(tracks), self.dim).context("the training tracks give no scale")?;
        Self { values: scales.transform(&self.values).context("standardising")?, dim: self.dim }.normalized()
    }
}
