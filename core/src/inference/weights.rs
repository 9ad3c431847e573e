//! Tensors by name, handed out to the layers that they belong to.

use std::collections::BTreeMap;

use super::BundleError;
use super::filter_bank::FilterBank;
use super::norm::Norm;
use crate::named_tensor::NamedTensor;

/// The tensors that are not taken yet.
#[derive(Debug)]
pub(super) struct Weights(BTreeMap<String, NamedTensor>);

impl Weights {
    pub(super) fn new(tensors: BTreeMap<String, NamedTensor>) -> Self {
        Self(tensors)
    }

    /// The values of a tensor of this shape.
    pub(super) fn take(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f32>, BundleError> {
        let tensor = self.0.remove(name).unwrap_or_default();
        if tensor.shape != shape || tensor.values.len() != shape.iter().product::<usize>() {
            let (name, expected, found) = (name.to_owned(), shape.to_vec(), tensor.shape);
            return Err(BundleError::Tensor { name, expected, found });
        }
        Ok(tensor.values)
    }

    /// The shape of a matrix that can have any.
    pub(super) fn matrix_shape(&self, name: &str) -> Option<[usize; 2]> {
        self.0.get(name)?.shape.as_slice().try_into().ok()
    }

    /// A batch norm of `channels` channels.
    pub(super) fn norm(&mut self, name: &str, channels: usize) -> Result<Norm, BundleError> {
        let mut value = |part: &str| self.take(&format!("{name}.{part}"), &[channels]);
        let (gamma, beta) = (value("gamma")?, value("beta")?);
        Ok(Norm::new(&gamma, &beta, &value("running_mean")?, &value("running_variance")?))
    }

    /// The filters of a convolution: `[filters, channels, rows, columns]`.
    pub(super) fn filters(&mut self, name: &str, shape: [usize; 4]) -> Result<FilterBank, BundleError> {
        Ok(FilterBank::new(&self.take(name, &shape)?, shape[1..].iter().product()))
    }

    /// Refuses tensors that no layer asked for.
    pub(super) fn finish(self) -> Result<(), BundleError> {
        self.0.into_iter().next().map_or(Ok(()), |(name, tensor)| {
            Err(BundleError::Tensor { name, expected: Vec::new(), found: tensor.shape })
        })
    }
}
