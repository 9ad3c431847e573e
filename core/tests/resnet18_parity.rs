//! The residual network against PyTorch with random weights.
//!
//! The goldens and the script that made them are in `tests/parity/resnet18`.
#![cfg(feature = "models")]
#![allow(clippy::unwrap_used, reason = "a test that fails where it must")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use burn::backend::flex::FlexDevice;
use burn::backend::{Autodiff, Flex};
use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::backend::{AutodiffBackend, Backend};
use burn::tensor::{Tensor, TensorData};
use pmsl_core::models::{
    Backbone, Checkpoint, EncoderOptions, NamedTensor, Resnet18Options, load_module, module_tensors,
};

const TOLERANCE: f32 = 1e-4;

fn goldens() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/parity/resnet18")
}

fn network<B: Backend>(device: &B::Device) -> Backbone<B> {
    let options = EncoderOptions::Resnet18(Resnet18Options { width: 4, dropout: 0.0 });
    load_module(options.init(1, device).unwrap(), &goldens().join("model.safetensors")).unwrap().0
}

struct Cases(BTreeMap<String, NamedTensor>);

impl Cases {
    fn read() -> Self {
        Self(Checkpoint::read(&goldens().join("cases.safetensors")).unwrap().tensors)
    }

    fn tensor<B: Backend, const D: usize>(&self, name: &str, device: &B::Device) -> Tensor<B, D> {
        let tensor = &self.0[name];
        Tensor::from_data(TensorData::new(tensor.values.clone(), tensor.shape.clone()), device)
    }
}

/// The largest difference relative to the largest value expected.
#[track_caller]
fn assert_close(what: &str, found: &[f32], expected: &NamedTensor) {
    assert_eq!(found.len(), expected.values.len(), "{what}");
    assert!(found.iter().chain(&expected.values).all(|v| v.is_finite()), "{what}");
    let scale = expected.values.iter().fold(1e-6f32, |max, v| max.max(v.abs()));
    let difference = found.iter().zip(&expected.values).fold(0.0f32, |max, (a, b)| max.max((a - b).abs())) / scale;
    assert!(difference < TOLERANCE, "{what}: relative difference {difference:e}");
}

#[test]
fn outputs_are_those_of_pytorch_for_any_shape() {
    let cases = Cases::read();
    let network = network::<Flex>(&FlexDevice);
    for case in ["even", "odd", "tiny"] {
        let output = network.forward(cases.tensor(&format!("{case}.features"), &FlexDevice), None);
        let expected = &cases.0[&format!("{case}.output")];
        assert_eq!(output.dims().as_slice(), expected.shape);
        assert_close(case, &output.into_data().to_vec::<f32>().unwrap(), expected);
    }
}

/// The gradients of a module's parameters by name.
struct Gradients<'a, B: AutodiffBackend> {
    path: Vec<String>,
    values: &'a B::Gradients,
    found: BTreeMap<String, Vec<f32>>,
}

impl<B: AutodiffBackend> ModuleVisitor<B> for Gradients<'_, B> {
    fn enter_module(&mut self, name: &str, _: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<B, D>>) {
        if let Some(gradient) = param.val().grad(self.values) {
            self.found.insert(self.path.join("."), gradient.into_data().to_vec().unwrap());
        }
    }
}

#[test]
fn a_training_step_gives_the_gradients_and_statistics_of_pytorch() {
    type B = Autodiff<Flex>;
    let cases = Cases::read();
    let network = network::<B>(&FlexDevice);
    let output = network.forward(cases.tensor("odd.features", &FlexDevice), None);
    let gradients = (output.clone() * cases.tensor("training.weights", &FlexDevice)).sum().backward();
    assert_close("output", &output.into_data().to_vec::<f32>().unwrap(), &cases.0["training.output"]);
    let mut visitor = Gradients::<B> { path: vec![], values: &gradients, found: BTreeMap::new() };
    network.visit(&mut visitor);
    let (after, mut compared) = (module_tensors(&network, ""), [0, 0]);
    for (name, expected) in &cases.0 {
        if let Some(name) = name.strip_prefix("gradient.") {
            assert_close(name, &visitor.found[name], expected);
            compared[0] += 1;
        } else if let Some(name) = name.strip_prefix("after.") {
            assert_close(name, &after[name].values, expected);
            compared[1] += 1;
        }
    }
    assert_eq!(compared, [12, 40]);
    // Statistics have no gradient, all else has.
    assert_eq!(visitor.found.len(), after.len() - 40);
}
