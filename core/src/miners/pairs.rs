//! Which items of a batch belong together.

use burn::tensor::{Bool, DType, Tensor, TensorData, backend::Backend};

/// Masks over all pairs of a batch.
#[derive(Clone, Debug)]
pub struct Pairs<B: Backend> {
    /// True for two different items of the same sub-genre: `[n, n]`.
    pub positive: Tensor<B, 2, Bool>,
    /// True for two items of different sub-genres: `[n, n]`.
    pub negative: Tensor<B, 2, Bool>,
}

impl<B: Backend> Pairs<B> {
    /// The masks of a batch with the given sub-genres: `[n]`.
    pub fn new(sub_genres: &[u32], device: &B::Device) -> Self {
        Self::filtered(sub_genres, device, &|i, j| i != j)
    }

    /// The masks of a batch with the given sub-genres and tracks, both `[n]`, in which two chunks of one track are no
    /// pair.
    pub fn across_tracks(sub_genres: &[u32], tracks: &[u32], device: &B::Device) -> Self {
        Self::filtered(sub_genres, device, &|i, j| tracks[i] != tracks[j])
    }

    fn filtered(sub_genres: &[u32], device: &B::Device, is_pair: &dyn Fn(usize, usize) -> bool) -> Self {
        let n = sub_genres.len();
        let mask = |holds: &dyn Fn(usize, usize) -> bool| {
            let values: Vec<bool> = (0..n * n).map(|pair| holds(pair / n, pair % n)).collect();
            Tensor::from_data(TensorData::new(values, [n, n]), device)
        };
        Self {
            positive: mask(&|i, j| is_pair(i, j) && sub_genres[i] == sub_genres[j]),
            negative: mask(&|i, j| is_pair(i, j) && sub_genres[i] != sub_genres[j]),
        }
    }
}

/// 1 where a mask holds and 0 elsewhere, in `f32` like the losses: a backend of half precision could not count beyond 256.
pub(crate) fn indicator<B: Backend, const D: usize>(mask: Tensor<B, D, Bool>) -> Tensor<B, D> {
    mask.float().cast(DType::F32)
}
