use burn::backend::flex::FlexDevice;
use burn::backend::{Autodiff, Flex};
use burn::tensor::{Tensor, TensorData};
use proptest::prelude::*;
use serde::Deserialize;

use crate::dataset::Targets;
use crate::losses::ObjectiveOptions;

type B = Autodiff<Flex>;

#[derive(Deserialize)]
struct Golden {
    sub_genres: Vec<u32>,
    dim: usize,
    embeddings: Vec<f32>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    objective: ObjectiveOptions,
    loss: f32,
    gradient: Vec<f32>,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("../../../tests/parity/losses/golden.json")).unwrap()
}

/// Loss, gradient, active share and mean distances.
fn run(options: &ObjectiveOptions, values: &[f32], dim: usize, sub_genres: &[u32]) -> (f32, Vec<f32>, [f32; 3]) {
    let data = TensorData::new(values.to_vec(), [values.len() / dim, dim]);
    let embeddings = Tensor::<B, 2>::from_data(data, &FlexDevice).require_grad();
    let targets = Targets::Labelled { sub_genres: sub_genres.to_vec(), tracks: (0..sub_genres.len() as u32).collect() };
    let output = options.init::<B>(dim, 0, 0, &FlexDevice).loss(embeddings.clone(), &targets).unwrap();
    let gradients = output.loss.backward();
    let gradient = embeddings.grad(&gradients).map(|g| g.into_data().to_vec().unwrap());
    let figures =
        [output.active, output.positive_distance, output.negative_distance].map(|figure| figure.unwrap().into_scalar());
    (output.loss.into_scalar(), gradient.unwrap_or_else(|| vec![0.0; values.len()]), figures)
}

fn options(json: &str) -> ObjectiveOptions {
    serde_json::from_str(&format!(r#"{{"kind": "triplet", {json}}}"#)).unwrap()
}

#[test]
fn losses_and_gradients_follow_the_reference() {
    let golden = golden();
    assert_eq!(golden.cases.len(), 15);
    for case in &golden.cases {
        let (loss, gradient, _) = run(&case.objective, &golden.embeddings, golden.dim, &golden.sub_genres);
        assert!((loss - case.loss).abs() < 2e-6, "{:?}: {loss} != {}", case.objective, case.loss);
        assert_eq!(gradient.len(), case.gradient.len());
        for (value, expected) in gradient.iter().zip(&case.gradient) {
            assert!((value - expected).abs() < 2e-6, "{:?}: {value} != {expected}", case.objective);
        }
    }
}

#[test]
fn gradients_are_those_of_finite_differences() {
    let golden = golden();
    for case in &golden.cases {
        let loss = |values: &[f32]| run(&case.objective, values, golden.dim, &golden.sub_genres).0;
        let (_, gradient, _) = run(&case.objective, &golden.embeddings, golden.dim, &golden.sub_genres);
        for place in [0, 7, 13, 28, 41] {
            let step = 4e-3;
            let moved = |by: f32| {
                let mut values = golden.embeddings.clone();
                values[place] += by;
                loss(&values)
            };
            let difference = (moved(step) - moved(-step)) / (2.0 * step);
            let error = (difference - gradient[place]).abs();
            assert!(error < 2e-4, "{:?} at {place}: {difference} != {}", case.objective, gradient[place]);
        }
    }
}

#[test]
fn equal_embeddings_have_finite_gradients() {
    for mining in ["batch_hard", "semi_hard", "all"] {
        for distance in ["euclidean", "squared_euclidean", "cosine"] {
            let options = options(&format!(r#""mining": "{mining}", "margin": 0.2, "distance": "{distance}""#));
            for values in [vec![0.5; 12], vec![0.0; 12]] {
                let (loss, gradient, _) = run(&options, &values, 3, &[0, 0, 1, 1]);
                assert!((loss - 0.2).abs() < 1e-6, "{options:?}: {loss}");
                assert!(gradient.iter().all(|value| value.is_finite()), "{options:?}: {gradient:?}");
            }
        }
    }
}

#[test]
fn a_batch_without_triplets_costs_nothing() {
    for mining in ["batch_hard", "semi_hard", "all"] {
        let options = options(&format!(r#""mining": "{mining}", "margin": 0.2"#));
        for sub_genres in [[0, 0, 0], [0, 1, 2]] {
            let values = [1.0, 0.0, 0.0, 1.0, -1.0, 0.5];
            let (loss, gradient, figures) = run(&options, &values, 2, &sub_genres);
            assert_eq!((loss, figures), (0.0, [0.0; 3]), "{options:?}");
            assert_eq!(gradient, [0.0; 6]);
        }
    }
}

#[test]
fn figures_describe_the_triplets() {
    // Two pairs at right angles: every positive is at distance 0, every negative at the root of 2.
    let values = [1.0, 0.0, 2.0, 0.0, 0.0, 1.0, 0.0, 3.0];
    let hard = options(r#""margin": 0.2"#);
    let (loss, _, figures) = run(&hard, &values, 2, &[0, 0, 1, 1]);
    assert_eq!(loss, 0.0);
    assert_eq!(figures[..2], [0.0, 0.0]);
    assert!((figures[2] - 2f32.sqrt()).abs() < 1e-6);
    let (loss, _, figures) = run(&hard, &values, 2, &[0, 1, 0, 1]);
    assert!((loss - (2f32.sqrt() + 0.2)).abs() < 1e-6, "{loss}");
    assert_eq!(figures[0], 1.0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn order_and_names_do_not_matter(
        items in prop::collection::vec((0u32..4, prop::array::uniform3(-2.0f32..2.0)), 4..10),
        rotation in 0usize..10,
        case in 0usize..15,
    ) {
        let options = &golden().cases[case].objective;
        let flat = |items: &[(u32, [f32; 3])]| {
            let values: Vec<f32> = items.iter().flat_map(|(_, values)| *values).collect();
            let sub_genres: Vec<u32> = items.iter().map(|(sub_genre, _)| 10 - sub_genre).collect();
            (values, sub_genres)
        };
        let (values, sub_genres) = flat(&items);
        let mut rotated = items.clone();
        let places = rotation % items.len();
        rotated.rotate_left(places);
        for (sub_genre, _) in &mut rotated {
            *sub_genre += 3;
        }
        let (rotated_values, rotated_sub_genres) = flat(&rotated);
        let (loss, mut gradient, _) = run(options, &values, 3, &sub_genres);
        let (rotated_loss, rotated_gradient, _) = run(options, &rotated_values, 3, &rotated_sub_genres);
        prop_assert!((loss - rotated_loss).abs() < 1e-5, "{} != {}", loss, rotated_loss);
        gradient.rotate_left(places * 3);
        let scale = gradient.iter().fold(1.0f32, |scale, value| scale.max(value.abs()));
        for (value, rotated) in gradient.iter().zip(&rotated_gradient) {
            prop_assert!((value - rotated).abs() < 1e-3 * scale, "{} != {}", value, rotated);
        }
    }
}
