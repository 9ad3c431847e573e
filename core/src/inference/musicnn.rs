//! MusiCNN: [`crate::models::Musicnn`] in evaluation, without burn.

use super::BundleError;
use super::filter_bank::{FilterBank, PLACES, whole_tiles};
use super::head::Linear;
use super::norm::Norm;
use super::weights::Weights;
use crate::musicnn_shape::{
    BANDS, FRONT, MID, MID_FRAMES, MusicnnLayer, PATCH_FRAMES, PENULTIMATE, POOLED, TEMPORAL, TEMPORAL_FRAMES, TIMBRAL,
    TIMBRAL_BANDS, TIMBRAL_FRAMES,
};

/// The network up to the layer that is asked for.
#[derive(Clone, Debug)]
pub(super) struct Musicnn {
    input_norm: Norm,
    front: Vec<Block>,
    mid: Vec<Block>,
    dense: Option<Dense>,
    layer: MusicnnLayer,
}

/// What leads from the pooled channels to the layer before the tags.
#[derive(Clone, Debug)]
struct Dense {
    pooled_norm: Norm,
    layer: Linear,
    norm: Norm,
}

impl Musicnn {
    /// What leads the names of the network's tensors.
    pub(super) const PREFIX: &str = "backbone.Musicnn.";

    /// The tensors that a layer needs, without the prefix.
    pub(super) fn needs(layer: MusicnnLayer, name: &str) -> bool {
        let dense = ["pooled_norm.", "dense.", "dense_norm."].iter().any(|part| name.starts_with(part));
        !name.starts_with("tags.") && (!dense || layer == MusicnnLayer::Penultimate)
    }

    pub(super) fn read(weights: &mut Weights, layer: MusicnnLayer) -> Result<Self, BundleError> {
        let mut block =
            |name: String, shape: [usize; 4]| Block::read(weights, &format!("{}{name}", Self::PREFIX), shape);
        let timbral = TIMBRAL_BANDS
            .iter()
            .enumerate()
            .map(|(i, &bands)| (format!("timbral.{i}"), [TIMBRAL, 1, TIMBRAL_FRAMES, bands]));
        let temporal =
            TEMPORAL_FRAMES.iter().enumerate().map(|(i, &frames)| (format!("temporal.{i}"), [TEMPORAL, 1, frames, 1]));
        let front = timbral.chain(temporal).map(|(name, shape)| block(name, shape)).collect::<Result<_, _>>()?;
        let mid = [FRONT, MID, MID]
            .iter()
            .enumerate()
            .map(|(i, &channels)| block(format!("mid.{i}"), [MID, channels, MID_FRAMES, 1]));
        let mid = mid.collect::<Result<_, _>>()?;
        let name = |part: &str| format!("{}{part}", Self::PREFIX);
        let dense = match layer {
            MusicnnLayer::Penultimate => Some(Dense {
                pooled_norm: weights.norm(&name("pooled_norm"), 2 * POOLED)?,
                layer: Linear::read(weights, &name("dense"), [2 * POOLED, PENULTIMATE])?,
                norm: weights.norm(&name("dense_norm"), PENULTIMATE)?,
            }),
            MusicnnLayer::MaxPool | MusicnnLayer::MeanPool | MusicnnLayer::MaxMean => None,
        };
        Ok(Self { input_norm: weights.norm(&name("input_norm"), 1)?, front, mid, dense, layer })
    }

    pub(super) fn dim(&self) -> usize {
        self.layer.dim()
    }

    /// # Shapes
    /// - features: `[frames, 96]`
    /// - output: `[dim]`, the mean over the whole patches of the chunk
    pub(super) fn forward(&self, features: &[f32]) -> Vec<f32> {
        let patch = PATCH_FRAMES * BANDS;
        if features.len() < patch {
            return self.patch(features);
        }
        let mut mean = vec![0.0; self.dim()];
        let patches = features.chunks_exact(patch);
        let count = patches.len() as f32;
        for patch in patches {
            mean.iter_mut().zip(self.patch(patch)).for_each(|(sum, value)| *sum += value);
        }
        for value in &mut mean {
            *value /= count;
        }
        mean
    }

    fn patch(&self, features: &[f32]) -> Vec<f32> {
        let frames = features.len() / BANDS;
        let [scale, shift] = self.input_norm.channels()[0];
        let plane: Vec<f32> = features.iter().map(|value| value * scale + shift).collect();
        let mut channels: Vec<f32> = self.front.iter().flat_map(|block| block.over_bands(&plane)).collect();
        // The channels of the layer before: those of the front end first, then those of a layer of the mid-end.
        let mut before = 0;
        for (place, block) in self.mid.iter().enumerate() {
            let mut next = block.along_time(&channels[before..], frames);
            if place > 0 {
                next.iter_mut().zip(&channels[before..]).for_each(|(value, kept)| *value += kept);
            }
            before = channels.len();
            channels.extend(next);
        }
        let (max, mean): (Vec<f32>, Vec<f32>) = channels.chunks_exact(frames).map(over_time).unzip();
        match (&self.dense, self.layer) {
            (Some(dense), _) => dense.forward(&max, &mean),
            (None, MusicnnLayer::MeanPool) => mean,
            (None, MusicnnLayer::MaxMean) => [max, mean].concat(),
            (None, MusicnnLayer::MaxPool | MusicnnLayer::Penultimate) => max,
        }
    }
}

/// The largest value and the mean.
fn over_time(channel: &[f32]) -> (f32, f32) {
    let max = channel.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    (max, channel.iter().sum::<f32>() / channel.len() as f32)
}

impl Dense {
    fn forward(&self, max: &[f32], mean: &[f32]) -> Vec<f32> {
        // The largest value and the mean of a channel stand side by side.
        let mut pairs: Vec<f32> = max.iter().zip(mean).flat_map(|(&max, &mean)| [max, mean]).collect();
        self.pooled_norm.apply(&mut pairs);
        let mut values = self.layer.forward(&pairs);
        for value in &mut values {
            *value = value.max(0.0);
        }
        self.norm.apply(&mut values);
        values
    }
}

/// A convolution over time and bands, or over time alone, with `ReLU` and then batch norm.
#[derive(Clone, Debug)]
struct Block {
    filters: FilterBank,
    bias: Vec<f32>,
    norm: Norm,
    /// Frames and bands that a filter sees.
    kernel: [usize; 2],
}

impl Block {
    fn read(weights: &mut Weights, name: &str, shape: [usize; 4]) -> Result<Self, BundleError> {
        let [filters, _, frames, bands] = shape;
        Ok(Self {
            filters: weights.filters(&format!("{name}.weight"), shape)?,
            bias: weights.take(&format!("{name}.bias"), &[filters])?,
            norm: weights.norm(&format!("{name}.norm"), filters)?,
            kernel: [frames, bands],
        })
    }

    /// The largest value over the places along the bands.
    ///
    /// # Shapes
    /// - plane: `[frames, 96]`
    /// - output: `[filters, frames]`
    fn over_bands(&self, plane: &[f32]) -> Vec<f32> {
        let [kernel_frames, kernel_bands] = self.kernel;
        let (frames, places) = (plane.len() / BANDS, BANDS - kernel_bands + 1);
        let width = whole_tiles(places);
        let mut padded = vec![0.0; (frames + kernel_frames - 1) * BANDS + PLACES];
        padded[(kernel_frames - 1) / 2 * BANDS..][..plane.len()].copy_from_slice(plane);
        let rows = (0..kernel_frames).map(|frame| frame * BANDS);
        let offsets: Vec<usize> = rows.flat_map(|row| row..row + kernel_bands).collect();
        let mut sums = vec![0.0; self.filters.filters() * width];
        let mut output = vec![0.0; self.filters.filters() * frames];
        for frame in 0..frames {
            self.filters.correlate(&padded[frame * BANDS..], &offsets, width, &mut sums);
            for (filter, sums) in sums.chunks_exact(width).enumerate() {
                let values = sums[..places].iter().map(|&sum| self.activate(filter, sum));
                output[filter * frames + frame] = values.fold(f32::NEG_INFINITY, f32::max);
            }
        }
        output
    }

    /// # Shapes
    /// - input: `[channels, frames]`
    /// - output: `[filters, frames]`
    fn along_time(&self, input: &[f32], frames: usize) -> Vec<f32> {
        let [kernel, _] = self.kernel;
        let (row, width) = (frames + kernel - 1, whole_tiles(frames));
        let mut padded = Vec::with_capacity(input.len() / frames * row + PLACES);
        for channel in input.chunks_exact(frames) {
            padded.extend(std::iter::repeat_n(0.0, kernel / 2));
            padded.extend_from_slice(channel);
            padded.extend(std::iter::repeat_n(0.0, kernel / 2));
        }
        let channels = padded.len() / row;
        padded.extend([0.0; PLACES]);
        let offsets: Vec<usize> = (0..channels).flat_map(|channel| channel * row..channel * row + kernel).collect();
        let mut sums = vec![0.0; self.filters.filters() * width];
        self.filters.correlate(&padded, &offsets, width, &mut sums);
        let rows = sums.chunks_exact(width).enumerate();
        rows.flat_map(|(filter, sums)| sums[..frames].iter().map(move |&sum| self.activate(filter, sum))).collect()
    }

    fn activate(&self, filter: usize, sum: f32) -> f32 {
        let [scale, shift] = self.norm.channels()[filter];
        (sum + self.bias[filter]).max(0.0) * scale + shift
    }
}
