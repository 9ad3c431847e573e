//! The proxy-anchor loss.

use burn::module::{Module, Param, ParamId};
use burn::tensor::{DType, Tensor, backend::Backend};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::distance::unit_rows;
use super::output::LossOutput;
use super::terms::{log_one_plus_sum_exp, masked_mean, membership};
use crate::miners::indicator;
use crate::models::init::{self, Initializer};
use crate::train::OptionError;

/// The proxy-anchor loss (Kim et al. 2020, "Proxy anchor loss for deep metric learning", equation 4): every sub-genre has a
/// proxy, a trained point that is compared with all items of the batch. With the cosines s of items and proxies, the mean
/// over the proxies that have items of `log(1 + Σ exp(-alpha (s - margin)))` over these, plus the mean over all proxies of
/// `log(1 + Σ exp(alpha (s + margin)))` over all other items.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ProxyAnchorOptions {
    /// How sharply the hardest items stand out.
    pub alpha: f64,
    /// How much more than 0 the cosine to the own proxy, and how much less those to the others, should be.
    pub margin: f64,
    /// Factor on the learning rate of the proxies, which start anywhere; the paper's is 100.
    pub proxy_learning_rate_factor: f64,
}

impl Default for ProxyAnchorOptions {
    fn default() -> Self {
        Self { alpha: 32.0, margin: 0.1, proxy_learning_rate_factor: 100.0 }
    }
}

impl ProxyAnchorOptions {
    pub(super) fn validate(&self) -> Result<(), OptionError> {
        let (alpha, margin, factor) = (self.alpha, self.margin, self.proxy_learning_rate_factor);
        if !(alpha > 0.0 && alpha <= 1e4) {
            return Err(OptionError::new("objective.alpha", format!("expected above 0 up to 10000, found {alpha}")));
        }
        if !(0.0..=1.0).contains(&margin) {
            return Err(OptionError::new("objective.margin", format!("expected from 0 to 1, found {margin}")));
        }
        if !(factor > 0.0 && factor <= 1e4) {
            let message = format!("expected above 0 up to 10000, found {factor}");
            return Err(OptionError::new("objective.proxy_learning_rate_factor", message));
        }
        Ok(())
    }

    /// A random proxy per sub-genre.
    pub(super) fn init<B: Backend>(
        &self,
        dim: usize,
        classes: usize,
        random: &mut Initializer,
        device: &B::Device,
    ) -> ProxyAnchor<B> {
        ProxyAnchor { proxies: init::directions(random, [classes, dim], device), options: self.clone() }
    }
}

/// The proxies of [`ProxyAnchorOptions`].
#[derive(Module, Debug)]
pub struct ProxyAnchor<B: Backend> {
    /// `[classes, dim]`; of any length.
    proxies: Param<Tensor<B, 2>>,
    #[module(skip)]
    options: ProxyAnchorOptions,
}

impl<B: Backend> ProxyAnchor<B> {
    pub(super) fn learning_rate_factor(&self) -> (ParamId, f64) {
        (self.proxies.id, self.options.proxy_learning_rate_factor)
    }

    /// The figures are the mean cosine distances to the own proxy and to the others.
    ///
    /// # Shapes
    /// - unit: `[n, dim]`, rows of unit length
    /// - `sub_genres`: `[n]`
    pub(super) fn loss(&self, unit: Tensor<B, 2>, sub_genres: &[u32]) -> LossOutput<B> {
        let ProxyAnchorOptions { alpha, margin, .. } = self.options;
        let proxies = unit_rows(self.proxies.val().cast(DType::F32));
        let [classes, _] = proxies.dims();
        let own = membership::<B>(sub_genres, classes, &unit.device());
        let other = own.clone().bool_not();
        let cosines = unit.matmul(proxies.transpose());
        let pull = cosines.clone().sub_scalar(margin).mul_scalar(-alpha);
        let push = cosines.clone().add_scalar(margin).mul_scalar(alpha);
        let with_items = indicator(own.clone().any_dim(0)).sum().clamp_min(1.0);
        let pull = log_one_plus_sum_exp(pull, own.clone(), 0).sum().div(with_items);
        let push = log_one_plus_sum_exp(push, other.clone(), 0).mean();
        let distances = cosines.detach().neg().add_scalar(1.0);
        LossOutput {
            loss: pull.add(push),
            active: None,
            positive_distance: Some(masked_mean(distances.clone(), own)),
            negative_distance: Some(masked_mean(distances, other)),
        }
    }
}
