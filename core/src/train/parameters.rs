//! The parameters of a module as a flat list: named, in the order in which burn visits them, each `[n]` in `f32`.
//!
//! burn's parameter identifiers differ from run to run, so state is kept by place in this list and stored by name.

use std::collections::BTreeMap;

use burn::module::{AutodiffModule, Module, ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::tensor::backend::{AutodiffBackend, Backend};
use burn::tensor::{DType, Tensor};

use super::learner::Learner;
use super::options::TrainOptions;
use crate::models::Encoder;

/// What training does with a parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Role {
    /// Changed by the optimizer.
    Trained {
        /// Factor on the learning rate.
        rate: f64,
        /// Whether it is a matrix or a kernel, to which weight decay and the L2 penalty apply.
        is_kernel: bool,
    },
    /// Left as it is.
    Frozen,
    /// Changed by the encoder itself, as running statistics are.
    Buffer,
}

/// A parameter.
#[derive(Clone, Debug)]
pub(super) struct Parameter {
    /// Path in the module, joined by dots.
    pub(super) name: String,
    pub(super) len: usize,
    pub(super) role: Role,
    /// Whether the encoder holds it in `f32`.
    pub(super) full_precision: bool,
}

impl Parameter {
    pub(super) fn is_trained(&self) -> bool {
        matches!(self.role, Role::Trained { .. })
    }
}

/// Lists the parameters of a learner with what the options make of them. Those of the objective are as deep as the head.
pub(super) fn list<B: Backend, E: Encoder<B>>(learner: &Learner<B, E>, options: &TrainOptions) -> Vec<Parameter> {
    let mut lister = Lister {
        depths: learner.encoder.parameter_depths().into_iter().collect(),
        max_depth: learner.encoder.max_depth(),
        factors: learner.objective.learning_rate_factors().into_iter().collect(),
        options,
        path: Vec::new(),
        parameters: Vec::new(),
    };
    learner.visit(&mut lister);
    lister.parameters
}

struct Lister<'a> {
    depths: BTreeMap<ParamId, usize>,
    max_depth: usize,
    /// Factors on the learning rate besides those of depth.
    factors: BTreeMap<ParamId, f64>,
    options: &'a TrainOptions,
    path: Vec<String>,
    parameters: Vec<Parameter>,
}

impl<B: Backend> ModuleVisitor<B> for Lister<'_> {
    fn enter_module(&mut self, name: &str, _: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<B, D>>) {
        let name = self.path.join(".");
        let depth = self.depths.get(&param.id).copied().unwrap_or(self.max_depth);
        let role = if depth < self.options.freeze_depths {
            Role::Frozen
        } else if !param.is_require_grad() {
            Role::Buffer
        } else {
            let below = self.max_depth.saturating_sub(depth) as i32;
            let rate = self.options.layer_decay.powi(below) * self.factors.get(&param.id).unwrap_or(&1.0);
            Role::Trained { rate, is_kernel: D > 1 && !is_points(&name) }
        };
        let (len, full_precision) = (param.shape().num_elements(), param.dtype() == DType::F32);
        self.parameters.push(Parameter { name, len, role, full_precision });
    }
}

/// Tokens, position embeddings, proxies and class centres are points, no matrices, whatever their rank.
fn is_points(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    ["token", "position", "proxies", "centres"].iter().any(|points| last.contains(points))
}

/// The values of all parameters.
pub(super) fn values<B: Backend, M: Module<B>>(module: &M) -> Vec<Tensor<B, 1>> {
    struct Reader<B: Backend>(Vec<Tensor<B, 1>>);
    impl<B: Backend> ModuleVisitor<B> for Reader<B> {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<B, D>>) {
            self.0.push(flat(param.val()));
        }
    }
    let mut reader = Reader(Vec::new());
    module.visit(&mut reader);
    reader.0
}

/// The gradients of all parameters; `None` for those that have none.
pub(super) fn gradients<B: AutodiffBackend, M: AutodiffModule<B>>(
    module: &M,
    gradients: B::Gradients,
) -> Vec<Option<Tensor<B::InnerBackend, 1>>> {
    struct Reader<B: AutodiffBackend>(B::Gradients, Vec<Option<Tensor<B::InnerBackend, 1>>>);
    impl<B: AutodiffBackend> ModuleVisitor<B> for Reader<B> {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<B, D>>) {
            self.1.push(param.val().grad_remove(&mut self.0).map(flat));
        }
    }
    let mut reader = Reader::<B>(gradients, Vec::new());
    module.visit(&mut reader);
    reader.1
}

/// Passes every parameter of a module through `change`, with its place.
pub(super) fn map<B: AutodiffBackend, M: AutodiffModule<B>>(
    module: M,
    change: impl FnMut(usize, Tensor<B::InnerBackend, 1>) -> Tensor<B::InnerBackend, 1>,
) -> M {
    struct Mapper<F>(F, usize);
    impl<B, F> ModuleMapper<B> for Mapper<F>
    where
        B: AutodiffBackend,
        F: FnMut(usize, Tensor<B::InnerBackend, 1>) -> Tensor<B::InnerBackend, 1>,
    {
        fn map_float<const D: usize>(&mut self, param: Param<Tensor<B, D>>) -> Param<Tensor<B, D>> {
            let (id, tensor, mapper) = param.consume();
            let (shape, dtype, trained) = (tensor.shape(), tensor.dtype(), tensor.is_require_grad());
            let values = (self.0)(self.1, flat(tensor.inner()));
            self.1 += 1;
            let tensor = Tensor::from_inner(values.reshape(shape).cast(dtype)).set_require_grad(trained);
            Param::from_mapped_value(id, tensor, mapper)
        }
    }
    module.map(&mut Mapper(change, 0))
}

/// A module with the given values, `None` leaving a parameter as it is.
pub(super) fn with_values<B: Backend, M: Module<B>>(module: M, values: &[Option<Tensor<B, 1>>]) -> M {
    struct Mapper<'a, B: Backend>(std::slice::Iter<'a, Option<Tensor<B, 1>>>);
    impl<B: Backend> ModuleMapper<B> for Mapper<'_, B> {
        fn map_float<const D: usize>(&mut self, param: Param<Tensor<B, D>>) -> Param<Tensor<B, D>> {
            let (id, tensor, mapper) = param.consume();
            let tensor = match self.0.next() {
                Some(Some(values)) => values.clone().reshape(tensor.shape()).cast(tensor.dtype()),
                _ => tensor,
            };
            Param::from_mapped_value(id, tensor, mapper)
        }
    }
    module.map(&mut Mapper(values.iter()))
}

/// Stops gradients from being computed for parameters that are not trained.
pub(super) fn freeze<B: AutodiffBackend, M: AutodiffModule<B>>(module: M, parameters: &[Parameter]) -> M {
    struct Freezer<'a>(std::slice::Iter<'a, Parameter>);
    impl<B: AutodiffBackend> ModuleMapper<B> for Freezer<'_> {
        fn map_float<const D: usize>(&mut self, param: Param<Tensor<B, D>>) -> Param<Tensor<B, D>> {
            let trained = self.0.next().is_none_or(Parameter::is_trained);
            param.map(|tensor| tensor.detach().set_require_grad(trained))
        }
    }
    module.map(&mut Freezer(parameters.iter()))
}

fn flat<B: Backend, const D: usize>(tensor: Tensor<B, D>) -> Tensor<B, 1> {
    let len = tensor.shape().num_elements();
    tensor.reshape([len]).cast(DType::F32)
}
