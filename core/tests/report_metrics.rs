//! Every figure of a report against scikit-learn and `SciPy` on the same published embeddings.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod common;

use pmsl_core::Vectors;
use pmsl_core::advice::{Temperature, local_outlier_factors};
use pmsl_core::cluster::{adjusted_rand_index, normalized_mutual_information};
use pmsl_core::metrics::{
    Centroids, ConfusionMatrix, Hubness, HubnessCorrection, NearestNeighbors, QueryProtocol, accuracy,
    balanced_accuracy, corrected_neighbors, expected_calibration_error, knn_accuracy, log_loss,
    macro_average_precision, macro_f1, mean_average_precision, nearest_neighbors, r_precision, recall_at_k, silhouette,
};
use pmsl_core::probes::{Labelled, LdaOptions, LdaProjection, NearestCentroidOptions, ProbeOptions, Standardizer};
use serde_json::Value;

/// The embeddings, split as the script splits them.
struct Data {
    golden: Value,
    rows: Vec<f32>,
    vectors: Vectors,
    labels: Vec<usize>,
    train: Vec<usize>,
    validation: Vec<usize>,
    test: Vec<usize>,
}

impl Data {
    fn read() -> Option<Self> {
        let (rows, labels) = common::musicnn_gtzan_rows()?;
        let vectors = Vectors::normalized(rows.clone(), 200).unwrap();
        let of = |wanted: fn(usize) -> bool| (0..labels.len()).filter(|&i| wanted(i % 5)).collect();
        let (train, validation, test) = (of(|r| r > 1), of(|r| r == 1), of(|r| r == 0));
        let golden = common::golden("report_metrics");
        Some(Self { golden, rows, vectors, labels, train, validation, test })
    }

    fn rows_of(&self, tracks: &[usize]) -> Vec<f32> {
        tracks.iter().flat_map(|&i| &self.rows[200 * i..200 * (i + 1)]).copied().collect()
    }

    fn labels_of(&self, tracks: &[usize]) -> Vec<usize> {
        tracks.iter().map(|&i| self.labels[i]).collect()
    }
}

fn assert_close(found: impl Into<Option<f64>>, expected: &Value, what: &str) {
    assert_within(found.into().unwrap(), expected, 1e-6, what);
}

fn assert_within(found: f64, expected: &Value, tolerance: f64, what: &str) {
    let expected = expected.as_f64().unwrap();
    assert!((found - expected).abs() < tolerance, "{what}: found {found}, expected {expected}");
}

#[test]
fn classification() {
    let Some(data) = Data::read() else { return };
    let golden = &data.golden["nearest_centroid"];
    let (train, test) = (data.vectors.select(&data.train), data.vectors.select(&data.test));
    let (train_labels, truth) = (data.labels_of(&data.train), data.labels_of(&data.test));
    let labelled = Labelled::new(train.as_slice(), 200, &train_labels, 10).unwrap();
    let probe = ProbeOptions::NearestCentroid(NearestCentroidOptions { temperature: 0.1 });
    let found = probe.fit_predict(&labelled, test.as_slice(), 0).unwrap();
    let matrix = ConfusionMatrix::of(&truth, &found.labels, 10);
    let expected: Vec<Vec<usize>> = serde_json::from_value(golden["confusion"].clone()).unwrap();
    for (class, row) in expected.iter().enumerate() {
        assert_eq!(matrix.row(class), row, "{class}");
    }
    let confidence: Vec<f64> =
        found.probabilities.chunks_exact(10).map(|row| row.iter().copied().fold(0.0, f64::max)).collect();
    let right: Vec<bool> = found.labels.iter().zip(&truth).map(|(a, b)| a == b).collect();
    for (name, value) in [
        ("accuracy", accuracy(&truth, &found.labels).value()),
        ("balanced_accuracy", balanced_accuracy(&matrix)),
        ("macro_f1", macro_f1(&matrix)),
        ("log_loss", log_loss(&truth, &found.probabilities, 10)),
        ("macro_average_precision", macro_average_precision(&truth, &found.probabilities, 10)),
        ("ece_15", expected_calibration_error(&confidence, &right, 15)),
        ("nmi", normalized_mutual_information(&truth, &found.labels)),
        ("ari", adjusted_rand_index(&truth, &found.labels)),
    ] {
        assert_close(value, &golden[name], name);
    }
}

#[test]
fn neighbours_and_hubs() {
    let Some(data) = Data::read() else { return };
    let all: Vec<usize> = (0..1000).collect();
    for (case, queries, gallery) in [("leave_one_out", &all, &all), ("held_out", &data.test, &data.train)] {
        for correction in HubnessCorrection::ALL {
            let name = serde_json::to_value(correction).unwrap();
            let golden = &data.golden[case][name.as_str().unwrap()];
            let found = corrected_neighbors(&data.vectors, queries, gallery, 999, correction);
            check_retrieval(&found, &data.labels, golden, &format!("{case}, {name}"));
        }
    }
    let found = knn_accuracy(&nearest_neighbors(&data.vectors, 5), &data.labels, 5);
    assert_close(found.value(), &data.golden["knn_5_leave_one_out"], "5-NN");
    let held_out = corrected_neighbors(&data.vectors, &data.test, &data.train, 1, HubnessCorrection::None);
    assert_close(knn_accuracy(&held_out, &data.labels, 1).value(), &data.golden["knn_1_held_out"], "1-NN");
}

fn check_retrieval(found: &NearestNeighbors, labels: &[usize], golden: &Value, case: &str) {
    let map = |k| mean_average_precision(found, labels, k, QueryProtocol::LeftOut);
    let hubness = Hubness::of(found, 10).unwrap().summary();
    for (name, value) in [
        ("map_10", map(10)),
        ("recall_1", recall_at_k(found, labels, 1)),
        ("recall_5", recall_at_k(found, labels, 5)),
        ("r_precision", r_precision(found, labels)),
        ("hub_skewness", Some(hubness.skewness)),
        ("orphans", Some(hubness.orphans as f64)),
        ("largest", Some(hubness.largest.count as f64)),
    ] {
        assert_close(value, &golden[name], &format!("{case}, {name}"));
    }
    // Far down, scores of one correction are so alike that as f32 some are equal.
    let tolerance = if case.contains("mutual_proximity") { 1e-5 } else { 1e-6 };
    assert_within(map(found.k()).unwrap(), &golden["map_all"], tolerance, &format!("{case}, map_all"));
}

#[test]
fn groups_outliers_and_temperature() {
    let Some(data) = Data::read() else { return };
    let golden = &data.golden;
    assert_close(silhouette(&data.vectors, &data.labels), &golden["silhouette"], "silhouette");
    let factors = local_outlier_factors(&data.vectors, &nearest_neighbors(&data.vectors, 10));
    for (i, factor) in factors.iter().take(10).enumerate() {
        assert_close(*factor, &golden["lof_10"]["first"][i], "local outlier factor");
    }
    assert_close(factors.iter().sum::<f64>() / 1000.0, &golden["lof_10"]["mean"], "mean local outlier factor");
    assert_close(factors.iter().copied().fold(0.0, f64::max), &golden["lof_10"]["max"], "largest local outlier factor");
    let centroids = Centroids::of(&data.vectors, &data.labels, 10, data.train.iter().copied()).unwrap();
    let scores: Vec<f64> =
        data.validation.iter().flat_map(|&track| centroids.similarities(data.vectors.row(track))).collect();
    let fitted = Temperature::fit(&scores, &data.labels_of(&data.validation), 10).unwrap();
    assert_close(fitted.temperature, &golden["temperature"], "temperature");
}

/// Compares points with a golden's, axis by axis up to its sign.
fn check_points(found: &[f32], axes: usize, golden: &Value, tolerance: f64, what: &str) {
    let expected: Vec<Vec<f64>> = serde_json::from_value(golden.clone()).unwrap();
    assert!(!expected.is_empty() && expected[0].len() == axes, "{what}: {axes} axes");
    for axis in 0..axes {
        let errors = [1.0, -1.0].map(|sign| {
            let pairs = expected.iter().zip(found.chunks_exact(axes));
            pairs.map(|(e, f)| (sign * f64::from(f[axis]) - e[axis]).abs()).fold(0.0, f64::max)
        });
        assert!(errors[0].min(errors[1]) < tolerance, "{what}, axis {axis}: {errors:?}");
    }
}

#[test]
fn closed_form_spaces() {
    let Some(data) = Data::read() else { return };
    let train_labels = data.labels_of(&data.train);
    let train_rows = data.rows_of(&data.train);
    let labelled = Labelled::new(&train_rows, 200, &train_labels, 10).unwrap();
    let lda = |shrinkage| {
        let projection = LdaProjection::fit(&labelled, &LdaOptions { shrinkage }).unwrap();
        (projection.transform(&data.rows).unwrap(), projection.axes())
    };
    // Coordinates of some units, as f32.
    let (plain, axes) = lda(Some(0.0));
    check_points(&plain, axes, &data.golden["lda"]["plain"], 2e-6, "plain");
    let (shrunk, axes) = lda(None);
    check_points(&shrunk, axes, &data.golden["lda"]["shrunk"], 2e-6, "shrunk");
    let scaled = Standardizer::fit(&train_rows, 200).unwrap().transform(&data.rows).unwrap();
    for (name, rows, dim) in [("raw", &data.rows, 200), ("standardized", &scaled, 200), ("lda", &shrunk, 9)] {
        let golden = &data.golden["spaces"][name];
        let vectors = Vectors::normalized(rows.clone(), dim).unwrap();
        let centroids = Centroids::of(&vectors, &data.labels, 10, data.train.iter().copied()).unwrap();
        let nearest: Vec<usize> =
            data.test.iter().map(|&track| centroids.predict(vectors.row(track)).unwrap().label).collect();
        let right = accuracy(&data.labels_of(&data.test), &nearest);
        let found = corrected_neighbors(&vectors, &data.test, &data.train, 10, HubnessCorrection::None);
        let map = mean_average_precision(&found, &data.labels, 10, QueryProtocol::LeftOut);
        println!("{name}: nearest centroid {:.3}, MAP@10 {:.3}", right.value().unwrap(), map.unwrap());
        assert_close(right.value(), &golden["nearest_centroid"], name);
        assert_close(map, &golden["map_10"], name);
    }
}

#[cfg(feature = "analysis")]
#[test]
fn principal_components() {
    let Some(data) = Data::read() else { return };
    let points = pmsl_core::project::pca(&data.vectors);
    check_points(points.as_flattened(), 2, &data.golden["pca"], 1e-6, "principal components");
}
