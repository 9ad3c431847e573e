//! A small encoder, so that tests of the loop are fast.

use burn::module::{Module, Param, ParamId};
use burn::nn::{Dropout, DropoutConfig};
use burn::tensor::{Int, Tensor, TensorData, backend::Backend};

use crate::dataset::rng::{CounterRng, Purpose};
use crate::models::Encoder;

/// The mean over the frames, two layers, a head. Frames are its patches.
#[derive(Module, Debug)]
pub(crate) struct Toy<B: Backend> {
    pub(crate) input: Param<Tensor<B, 2>>,
    pub(crate) shift: Param<Tensor<B, 1>>,
    pub(crate) block: Param<Tensor<B, 2>>,
    pub(crate) class_token: Param<Tensor<B, 2>>,
    pub(crate) head: Param<Tensor<B, 2>>,
    pub(crate) dropout: Dropout,
}

impl<B: Backend> Toy<B> {
    pub(crate) fn new(mels: usize, hidden: usize, dim: usize, seed: u64) -> Self {
        let device = B::Device::default();
        let mut rng = CounterRng::new(seed, Purpose::Crop, [0, 0]);
        let mut matrix = |rows: usize, columns: usize| {
            let values: Vec<f32> = (0..rows * columns).map(|_| rng.unit() - 0.5).collect();
            Param::from_tensor(Tensor::<B, 2>::from_data(TensorData::new(values, [rows, columns]), &device))
        };
        Self {
            input: matrix(mels, hidden),
            shift: Param::from_tensor(Tensor::zeros([hidden], &device)),
            block: matrix(hidden, hidden),
            class_token: matrix(1, hidden),
            head: matrix(hidden, dim),
            dropout: DropoutConfig::new(0.0).init(),
        }
    }
}

impl<B: Backend> Encoder<B> for Toy<B> {
    fn forward(&self, features: Tensor<B, 3>, patches: Option<&[usize]>) -> Tensor<B, 2> {
        let features = match patches {
            Some(patches) => {
                let patches: Vec<i32> = patches.iter().map(|&patch| patch as i32).collect();
                let places = Tensor::<B, 1, Int>::from_ints(patches.as_slice(), &features.device());
                features.select(1, places)
            }
            None => features,
        };
        let mean = features.mean_dim(1).squeeze_dim::<2>(1);
        let hidden = mean.matmul(self.input.val()).add(self.shift.val().unsqueeze()).tanh();
        let hidden = hidden.matmul(self.block.val()).add(self.class_token.val()).tanh();
        self.dropout.forward(hidden).matmul(self.head.val())
    }

    fn patch_count(&self, frames: usize) -> usize {
        frames
    }

    fn embedding_dim(&self) -> usize {
        self.head.dims()[1]
    }

    fn parameter_depths(&self) -> Vec<(ParamId, usize)> {
        vec![(self.input.id, 0), (self.shift.id, 0), (self.block.id, 1), (self.class_token.id, 1), (self.head.id, 2)]
    }

    fn max_depth(&self) -> usize {
        2
    }
}
