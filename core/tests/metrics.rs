//! The metrics against scikit-learn and published figures.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod common;

use pmsl_core::Vectors;
use pmsl_core::metrics::{
    ConfusionMatrix, QueryProtocol, knn_accuracy, macro_f1, mean_average_precision, nearest_neighbors, silhouette,
    trustworthiness,
};
use serde_json::Value;

fn assert_close(found: Option<f64>, expected: &Value, tolerance: f64) {
    let (found, expected) = (found.unwrap(), expected.as_f64().unwrap());
    assert!((found - expected).abs() < tolerance, "found {found}, expected {expected}");
}

fn integers(values: &Value) -> Vec<usize> {
    serde_json::from_value(values.clone()).unwrap()
}

#[test]
fn agree_with_scikit_learn() {
    let golden = common::golden("metrics");
    let rows: Vec<Vec<f32>> = serde_json::from_value(golden["vectors"].clone()).unwrap();
    let layout: Vec<[f32; 2]> = serde_json::from_value(golden["layout"].clone()).unwrap();
    let (labels, predicted) = (integers(&golden["labels"]), integers(&golden["predicted"]));
    let vectors = Vectors::normalized(rows.concat(), rows[0].len()).unwrap();
    assert_close(silhouette(&vectors, &labels), &golden["silhouette"], 1e-6);
    assert_close(trustworthiness(&vectors, &layout, 5), &golden["trustworthiness_5"], 1e-12);
    assert_close(trustworthiness(&vectors, &layout, 15), &golden["trustworthiness_15"], 1e-12);
    assert_close(macro_f1(&ConfusionMatrix::of(&labels, &predicted, 6)), &golden["macro_f1"], 1e-12);
    let knn = knn_accuracy(&nearest_neighbors(&vectors, 1), &labels, 1);
    assert_eq!(Some(knn.correct as u64), golden["knn_1_correct"].as_u64());
}

/// The figures of the embeddings' authors, who leave the query in, and the same without it.
#[test]
fn mean_average_precision_of_published_embeddings() {
    let Some((vectors, labels)) = common::musicnn_gtzan() else { return };
    let neighbors = nearest_neighbors(&vectors, 100);
    let cutoffs = [10, 25, 50, 75, 100];
    let published = [
        (QueryProtocol::Counted, [0.8939, 0.8525, 0.7972, 0.7354, 0.6528]),
        (QueryProtocol::LeftOut, [0.8750, 0.8422, 0.7888, 0.7274, 0.6505]),
    ];
    for (protocol, figures) in published {
        for (k, figure) in cutoffs.into_iter().zip(figures) {
            let map = mean_average_precision(&neighbors, &labels, k, protocol).unwrap();
            assert!((map - figure).abs() < 1e-4, "{protocol:?} MAP@{k}: found {map}, published {figure}");
        }
    }
}
