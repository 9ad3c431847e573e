//! All objectives against their references, and what holds for all of them.

use std::collections::BTreeMap;

use burn::backend::flex::FlexDevice;
use burn::backend::{Autodiff, Flex};
use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Tensor, TensorData};
use serde::Deserialize;

use super::{Objective, ObjectiveOptions};
use crate::dataset::Targets;
use crate::models::{NamedTensor, load_module_tensors, module_tensors};

type B = Autodiff<Flex>;

#[derive(Deserialize)]
struct Golden {
    sub_genres: Vec<u32>,
    tracks: Vec<u32>,
    classes: usize,
    draws: Vec<(u32, f64)>,
    dim: usize,
    embeddings: Vec<f32>,
    others: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    objective: ObjectiveOptions,
    triplets: bool,
    parameters: BTreeMap<String, Parameter>,
    loss: f32,
    gradient: Vec<f32>,
}

#[derive(Deserialize)]
struct Parameter {
    shape: Vec<usize>,
    values: Vec<f32>,
    gradient: Vec<f32>,
}

impl Golden {
    fn read() -> Self {
        serde_json::from_str(include_str!("../../../tests/parity/losses/golden.json")).unwrap()
    }

    fn targets(&self, case: &Case) -> Targets {
        if case.triplets {
            return Targets::Triplets;
        }
        Targets::Labelled { sub_genres: self.sub_genres.clone(), tracks: self.tracks.clone() }
    }

    /// The embeddings that the case looks at: of eleven items, nine are three triplets.
    fn embeddings(&self, case: &Case) -> Vec<f32> {
        let items = if case.triplets { 9 } else { self.sub_genres.len() };
        self.embeddings[..items * self.dim].to_vec()
    }

    fn objective(&self, case: &Case) -> Objective<B> {
        let mut objective = case.objective.init::<B>(self.dim, self.classes, 3, &FlexDevice);
        objective.balance(&self.draws);
        let tensor = |p: &Parameter| NamedTensor { shape: p.shape.clone(), values: p.values.clone() };
        let tensors = case.parameters.iter().map(|(name, p)| (name.clone(), tensor(p))).collect();
        load_module_tensors(objective, &tensors, "").unwrap()
    }
}

struct Run {
    loss: f32,
    gradient: Vec<f32>,
    /// Of the objective's parameters, in their order.
    parameter_gradients: Vec<Vec<f32>>,
    figures: [Option<f32>; 3],
}

fn run(objective: &Objective<B>, values: &[f32], dim: usize, targets: &Targets) -> Run {
    struct Reader<'a, G>(&'a G, Vec<Vec<f32>>);
    impl ModuleVisitor<B> for Reader<'_, <B as burn::tensor::backend::AutodiffBackend>::Gradients> {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<B, D>>) {
            let gradient = param.val().grad(self.0).unwrap();
            self.1.push(gradient.into_data().to_vec().unwrap());
        }
    }
    let data = TensorData::new(values.to_vec(), [values.len() / dim, dim]);
    let embeddings = Tensor::<B, 2>::from_data(data, &FlexDevice).require_grad();
    let output = objective.loss(embeddings.clone(), targets).unwrap();
    let gradients = output.loss.backward();
    let mut reader = Reader(&gradients, Vec::new());
    objective.visit(&mut reader);
    let parameter_gradients = reader.1;
    Run {
        loss: output.loss.into_scalar(),
        gradient: embeddings.grad(&gradients).unwrap().into_data().to_vec().unwrap(),
        parameter_gradients,
        figures: [output.active, output.positive_distance, output.negative_distance]
            .map(|figure| figure.map(Tensor::into_scalar)),
    }
}

fn assert_close(what: &str, found: &[f32], expected: &[f32], tolerance: f32) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let scale = expected.iter().fold(1.0f32, |scale, value| scale.max(value.abs()));
    for (place, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!((found - expected).abs() <= tolerance * scale, "{what} at {place}: {found} != {expected}");
    }
}

#[test]
fn losses_and_gradients_follow_the_references() {
    let golden = Golden::read();
    assert_eq!(golden.others.len(), 17);
    for case in &golden.others {
        let what = format!("{:?}", case.objective);
        let objective = golden.objective(case);
        let found = run(&objective, &golden.embeddings(case), golden.dim, &golden.targets(case));
        assert_close(&what, &[found.loss], &[case.loss], 2e-6);
        // Of triplets the golden gradient covers the items that are left out, too.
        assert_close(&what, &found.gradient, &case.gradient[..found.gradient.len()], 5e-6);
        let expected = module_tensors(&objective, "").into_keys().map(|name| &case.parameters[&name].gradient);
        let mut order: Vec<String> = crate::models::parameter_names(&objective).into_iter().map(|(n, _)| n).collect();
        let gradients: BTreeMap<String, Vec<f32>> = order.drain(..).zip(found.parameter_gradients).collect();
        assert_eq!(gradients.len(), case.parameters.len(), "{what}");
        for (gradient, expected) in gradients.values().zip(expected) {
            assert_close(&what, gradient, expected, 5e-6);
        }
    }
}

#[test]
fn gradients_are_those_of_finite_differences() {
    let golden = Golden::read();
    for case in &golden.others {
        let (objective, targets) = (golden.objective(case), golden.targets(case));
        let values = golden.embeddings(case);
        let found = run(&objective, &values, golden.dim, &targets);
        let check = |what: &str, moved: &dyn Fn(f32) -> f32, gradient: f32| {
            let step = 2e-3;
            let difference = (moved(step) - moved(-step)) / (2.0 * step);
            let error = (difference - gradient).abs();
            // Rounding of the loss, and the third derivative of sharp losses.
            let allowed = 5e-4 * found.loss.max(1.0) + 2e-2 * gradient.abs();
            assert!(error < allowed, "{what} of {:?}: {difference} != {gradient}", case.objective);
        };
        for place in [0, 7, 13, 28, 41] {
            let moved = |by: f32| {
                let mut values = values.clone();
                values[place] += by;
                run(&objective, &values, golden.dim, &targets).loss
            };
            check(&format!("value {place}"), &moved, found.gradient[place]);
        }
        let tensors = module_tensors(&objective, "");
        let names = crate::models::parameter_names(&objective);
        for ((name, _), gradient) in names.iter().zip(&found.parameter_gradients) {
            for place in [0, gradient.len() / 2, gradient.len() - 1] {
                let moved = |by: f32| {
                    let mut tensors = tensors.clone();
                    tensors.get_mut(name).unwrap().values[place] += by;
                    let moved = load_module_tensors(objective.clone(), &tensors, "").unwrap();
                    run(&moved, &values, golden.dim, &targets).loss
                };
                check(&format!("{name} {place}"), &moved, gradient[place]);
            }
        }
    }
}

#[test]
fn equal_embeddings_and_zeros_have_finite_gradients() {
    let golden = Golden::read();
    for case in &golden.others {
        let objective = golden.objective(case);
        let targets = golden.targets(case);
        let len = golden.embeddings(case).len();
        for value in [0.0, 0.5] {
            let found = run(&objective, &vec![value; len], golden.dim, &targets);
            let all = found.gradient.iter().chain(found.parameter_gradients.iter().flatten());
            assert!(found.loss.is_finite() && all.clone().all(|v| v.is_finite()), "{:?}", case.objective);
        }
    }
}

#[test]
fn batches_of_one_sub_genre_and_of_one_item_have_finite_losses() {
    let golden = Golden::read();
    for case in golden.others.iter().filter(|case| !case.triplets) {
        let objective = golden.objective(case);
        for sub_genres in [vec![1, 1, 1], vec![0, 1, 2], vec![3]] {
            let tracks = (0..sub_genres.len() as u32).collect();
            let values = &golden.embeddings[..sub_genres.len() * golden.dim];
            let found = run(&objective, values, golden.dim, &Targets::Labelled { sub_genres, tracks });
            let all = found.gradient.iter().chain(found.parameter_gradients.iter().flatten());
            assert!(found.loss.is_finite() && all.clone().all(|v| v.is_finite()), "{:?}", case.objective);
        }
    }
}

#[test]
fn figures_are_there_where_they_mean_something() {
    let golden = Golden::read();
    // Two sub-genres of two tracks at right angles, each in one point.
    let values = [1.0, 0.0, 2.0, 0.0, 0.0, 1.0, 0.0, 3.0];
    let figures = |json: &str| {
        let options: ObjectiveOptions = serde_json::from_str(json).unwrap();
        let targets = Targets::Labelled { sub_genres: vec![0, 0, 1, 1], tracks: vec![0, 1, 2, 3] };
        run(&options.init(2, 2, 1, &FlexDevice), &values, 2, &targets).figures
    };
    let near = |found: [Option<f32>; 3], expected: [Option<f32>; 3]| {
        for (found, expected) in found.into_iter().zip(expected) {
            assert_eq!(found.is_some(), expected.is_some());
            assert!((found.unwrap_or(0.0) - expected.unwrap_or(0.0)).abs() < 1e-6, "{found:?} != {expected:?}");
        }
    };
    let root = 2f32.sqrt();
    near(figures(r#"{"kind": "contrastive", "margin": 1.5}"#), [Some(1.0), Some(0.0), Some(root)]);
    near(figures(r#"{"kind": "contrastive", "margin": 1.4}"#), [Some(0.0), Some(0.0), Some(root)]);
    near(figures(r#"{"kind": "sup_con"}"#), [None, Some(0.0), Some(1.0)]);
    near(figures(r#"{"kind": "multi_similarity"}"#), [Some(0.0), Some(0.0), Some(1.0)]);
    near(figures(r#"{"kind": "cross_entropy"}"#), [None; 3]);
    for kind in ["proxy_anchor", "arc_face"] {
        let [active, own, other] = figures(&format!(r#"{{"kind": "{kind}"}}"#));
        assert!(active.is_none() && own.unwrap() > 0.0 && other.unwrap() > 0.0);
    }
    // A sum has those of the first term that has any.
    let sum = r#"{"kind": "sum", "terms": [{"weight": 1, "objective": {"kind": "cross_entropy"}},
        {"weight": 1, "objective": {"kind": "contrastive"}}]}"#;
    near(figures(sum), [Some(0.0), Some(0.0), Some(root)]);
    assert_eq!(golden.classes, 5);
}

#[test]
fn two_chunks_of_one_track_are_no_pair_of_the_contrastive_loss() {
    let options: ObjectiveOptions = serde_json::from_str(r#"{"kind": "contrastive", "margin": 1.0}"#).unwrap();
    let loss = |tracks: [u32; 3]| {
        let targets = Targets::Labelled { sub_genres: vec![0, 0, 1], tracks: tracks.to_vec() };
        run(&options.init(2, 2, 1, &FlexDevice), &[1.0, 0.0, 0.0, 1.0, -1.0, 0.0], 2, &targets).loss
    };
    // Two tracks of one sub-genre at a right angle cost half of 2; the third is farther than the margin from both.
    assert!((loss([0, 1, 2]) - 1.0).abs() < 1e-6);
    assert!(loss([0, 0, 2]).abs() < 1e-6);
}

#[test]
fn classifiers_classify_and_others_do_not() {
    let golden = Golden::read();
    for case in &golden.others {
        let objective = golden.objective(case);
        let embeddings = Tensor::<B, 2>::ones([3, golden.dim], &FlexDevice);
        let found = objective.logits(embeddings).map(|logits| logits.dims());
        let json = serde_json::to_string(&case.objective).unwrap();
        let classifies = json.contains("cross_entropy") || json.contains("arc_face");
        assert_eq!(found, classifies.then_some([3, golden.classes]), "{json}");
        assert_eq!(objective.is_classifier(), json.starts_with(r#"{"kind":"cross_entropy""#), "{json}");
    }
}
