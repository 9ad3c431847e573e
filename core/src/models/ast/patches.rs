//! Cutting a spectrogram into patches.

use burn::tensor::{Int, Tensor, TensorData, backend::Backend};

use super::AstConfig;

/// The values of the named patches, or of all: each patch row by row, a row being one mel band over time, as the
/// kernel of the convolution in `ASTPatchEmbeddings` lies in memory.
///
/// Gathering leaves out the patches that patchout drops before any arithmetic is spent on them.
///
/// # Shapes
/// - features: `[batch, frames, mels]`
/// - output: `[batch * patches, patch_size * patch_size]`
pub(super) fn gather_patches<B: Backend>(
    config: &AstConfig,
    features: Tensor<B, 3>,
    patches: Option<&[usize]>,
) -> Tensor<B, 2> {
    let [batch, frames, mels] = features.dims();
    let area = config.patch_size * config.patch_size;
    let places = match patches {
        Some(kept) => value_places(config, kept.iter().copied()),
        None => value_places(config, 0..config.grid().patches()),
    };
    let count = places.len() / area;
    let places = Tensor::<B, 1, Int>::from_data(TensorData::from(places.as_slice()), &features.device());
    features.reshape([batch, frames * mels]).select(1, places).reshape([batch * count, area])
}

/// Where each value of the patches lies in a flat `[frames, mels]` spectrogram.
fn value_places(config: &AstConfig, patches: impl Iterator<Item = usize>) -> Vec<i32> {
    let grid = config.grid();
    let [frequency_stride, time_stride] = config.patch_stride;
    let mut places = Vec::new();
    for patch in patches {
        let (mel, frame) = (patch / grid.time * frequency_stride, patch % grid.time * time_stride);
        for m in mel..mel + config.patch_size {
            places.extend((frame..frame + config.patch_size).map(|t| (t * config.mels + m) as i32));
        }
    }
    places
}
