//! Batch norm in evaluation.

/// What is added to a variance, as in [`crate::models`].
const EPSILON: f32 = 1e-3;

/// Batch norm in evaluation: every channel is multiplied and shifted.
#[derive(Clone, Debug)]
pub(super) struct Norm {
    /// Of every channel: what it is multiplied by, and what is then added.
    channels: Vec<[f32; 2]>,
}

impl Norm {
    /// # Shapes
    /// - all: `[channels]`
    pub(super) fn new(gamma: &[f32], beta: &[f32], mean: &[f32], variance: &[f32]) -> Self {
        let channels =
            gamma.iter().zip(beta).zip(mean.iter().zip(variance)).map(|((gamma, beta), (mean, variance))| {
                let scale = gamma / (variance + EPSILON).sqrt();
                [scale, beta - mean * scale]
            });
        Self { channels: channels.collect() }
    }

    /// Of every channel: what it is multiplied by, and what is then added.
    pub(super) fn channels(&self) -> &[[f32; 2]] {
        &self.channels
    }

    /// Normalises `[channels]` values.
    pub(super) fn apply(&self, values: &mut [f32]) {
        for (value, [scale, shift]) in values.iter_mut().zip(&self.channels) {
            *value = *value * scale + shift;
        }
    }
}
