//! Probes and clusters against scikit-learn.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod common;

use pmsl_core::cluster::{KMeansOptions, adjusted_rand_index, k_means, normalized_mutual_information, purity};
use pmsl_core::metrics::{
    ConfusionMatrix, accuracy, average_precision_by_class, class_scores, log_loss, macro_average_precision,
};
use pmsl_core::probes::{
    KNearestOptions, Labelled, Lda, LdaOptions, LogisticRegression, LogisticRegressionOptions, MlpOptions,
    NearestCentroidOptions, Predictions, ProbeOptions,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

fn values<T: DeserializeOwned>(value: &Value) -> T {
    serde_json::from_value(value.clone()).unwrap()
}

fn rows(value: &Value) -> Vec<f32> {
    values::<Vec<Vec<f32>>>(value).concat()
}

fn assert_close(found: &[f64], expected: &[f64], tolerance: f64, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!((found - expected).abs() <= tolerance, "{what} [{i}]: {found}, expected {expected}");
    }
}

#[test]
fn probabilities_equal_scikit_learn_on_small_data() {
    let golden = &common::golden("probes")["small"];
    let rows = rows(&golden["rows"]);
    let labels: Vec<usize> = values(&golden["labels"]);
    let split = 5 * values::<usize>(&golden["train"]);
    let (train, test) = rows.split_at(split);
    let labelled = Labelled::new(train, 5, &labels[..split / 5], 3).unwrap();
    for c in [0.01, 1.0, 100.0] {
        let options = LogisticRegressionOptions { c, tolerance: 1e-9, ..LogisticRegressionOptions::default() };
        let model = LogisticRegression::fit(&labelled, &options).unwrap();
        assert!(model.converged(), "C = {c}");
        let name = format!("logistic_{c}");
        assert_close(&model.predict_proba(test).unwrap(), &values::<Vec<f64>>(&golden[&name]), 1e-6, &name);
    }
    for (name, shrinkage) in [("lda_auto", None), ("lda_0.3", Some(0.3))] {
        let model = Lda::fit(&labelled, &LdaOptions { shrinkage }).unwrap();
        assert_close(&model.predict_proba(test).unwrap(), &values::<Vec<f64>>(&golden[name]), 1e-8, name);
    }
    // Two classes have a penalty of their own in scikit-learn.
    let kept: Vec<usize> = (0..split / 5).filter(|&i| labels[i] < 2).collect();
    let two: Vec<f32> = kept.iter().flat_map(|&i| &train[5 * i..5 * i + 5]).copied().collect();
    let two_labels: Vec<usize> = kept.iter().map(|&i| labels[i]).collect();
    let labelled = Labelled::new(&two, 5, &two_labels, 2).unwrap();
    let options = LogisticRegressionOptions { tolerance: 1e-9, ..LogisticRegressionOptions::default() };
    let found = LogisticRegression::fit(&labelled, &options).unwrap().predict_proba(test).unwrap();
    assert_close(&found, &values::<Vec<f64>>(&golden["logistic_two_classes"]), 1e-6, "logistic_two_classes");
}

#[test]
fn inertia_is_that_of_scikit_learn_on_small_data() {
    let golden = &common::golden("probes")["clusters"];
    let rows = rows(&golden["rows"]);
    for k in [2, 4, 7] {
        let expected: f64 = values(&golden["inertia"][k.to_string()]);
        let found = k_means(&rows, 3, &KMeansOptions::new(k), 1).unwrap();
        assert!((found.inertia / expected - 1.0).abs() < 0.01, "{k}: {} of {expected}", found.inertia);
    }
}

#[test]
fn agreement_of_clusters_equals_scikit_learn() {
    let golden = &common::golden("probes")["clusters"];
    let (truth, found): (Vec<usize>, Vec<usize>) = (values(&golden["truth"]), values(&golden["found"]));
    let measures = [purity, normalized_mutual_information, adjusted_rand_index].map(|m| m(&truth, &found).unwrap());
    let expected = ["purity", "nmi", "ari"].map(|name| values::<f64>(&golden[name]));
    assert_close(&measures, &expected, 1e-12, "purity, NMI, ARI");
}

#[test]
fn measures_of_scores_equal_scikit_learn() {
    let golden = &common::golden("probes")["scores"];
    let (truth, predicted): (Vec<usize>, Vec<usize>) = (values(&golden["truth"]), values(&golden["predicted"]));
    let probabilities: Vec<f64> = values::<Vec<Vec<f64>>>(&golden["probabilities"]).concat();
    let by_class = average_precision_by_class(&truth, &probabilities, 4).into_iter().map(Option::unwrap);
    let expected: Vec<f64> = values(&golden["average_precisions"]);
    assert_close(&by_class.collect::<Vec<_>>(), &expected, 1e-12, "average precisions");
    let found = [macro_average_precision(&truth, &probabilities, 4), log_loss(&truth, &probabilities, 4)];
    let expected = ["macro_average_precision", "log_loss"].map(|name| values::<f64>(&golden[name]));
    assert_close(&found.map(Option::unwrap), &expected, 1e-12, "macro average precision, log-loss");
    let scores = class_scores(&ConfusionMatrix::of(&truth, &predicted, 4));
    let column = |name: &str, value: fn(&pmsl_core::metrics::ClassScores) -> Option<f64>| {
        let found: Vec<f64> = scores.iter().map(|scores| value(scores).unwrap()).collect();
        assert_close(&found, &values::<Vec<f64>>(&golden[name]), 1e-12, name);
    };
    column("precision", |scores| scores.precision);
    column("recall", |scores| scores.recall);
    column("f1", |scores| scores.f1);
    column("support", |scores| Some(scores.support as f64));
}

/// Rows and labels of the parts of a split: `(train, labels, test, labels)`.
type Parts = (Vec<f32>, Vec<usize>, Vec<f32>, Vec<usize>);

fn parts(rows: &[f32], labels: &[usize], is_test: impl Fn(usize) -> bool) -> Parts {
    let of = |wanted: bool| {
        let kept: Vec<usize> = (0..labels.len()).filter(|&i| is_test(i) == wanted).collect();
        let rows = kept.iter().flat_map(|&i| &rows[200 * i..200 * (i + 1)]).copied().collect();
        (rows, kept.iter().map(|&i| labels[i]).collect())
    };
    let ((train, train_labels), (test, test_labels)) = (of(false), of(true));
    (train, train_labels, test, test_labels)
}

#[test]
fn gtzan_probes_equal_scikit_learn() {
    let golden = &common::golden("probes")["gtzan"];
    let Some((rows, labels)) = common::musicnn_gtzan_rows() else { return };
    let (train, train_labels, test, truth) = parts(&rows, &labels, |i| i % 5 == 0);
    let labelled = Labelled::new(&train, 200, &train_labels, 10).unwrap();
    let loss = |predictions: &Predictions, truth: &[usize]| log_loss(truth, &predictions.probabilities, 10).unwrap();
    for c in [0.01, 1.0] {
        let expected = &golden[format!("logistic_{c}")];
        let options = LogisticRegressionOptions { c, ..LogisticRegressionOptions::default() };
        let probe = ProbeOptions::LogisticRegression(options).fit(&labelled, 0).unwrap();
        let (on_train, on_test) = (probe.predict(&train).unwrap(), probe.predict(&test).unwrap());
        let losses = [loss(&on_train, &train_labels), loss(&on_test, &truth)];
        let expected_losses = ["train_log_loss", "test_log_loss"].map(|name| values::<f64>(&expected[name]));
        println!("C = {c}: log-losses {losses:?}, expected {expected_losses:?}");
        for (loss, expected) in losses.iter().zip(expected_losses) {
            assert!((loss / expected - 1.0).abs() < 1e-3, "C = {c}: {loss}, expected {expected}");
        }
        assert_eq!(accuracy(&truth, &on_test.labels).correct, values::<usize>(&expected["correct"]));
    }
    let lda = ProbeOptions::Lda(LdaOptions::default()).fit_predict(&labelled, &test, 0).unwrap();
    let expected: f64 = values(&golden["lda"]["test_log_loss"]);
    assert!((loss(&lda, &truth) / expected - 1.0).abs() < 1e-6, "{} of {expected}", loss(&lda, &truth));
    assert_eq!(accuracy(&truth, &lda.labels).correct, values::<usize>(&golden["lda"]["correct"]));
}

#[test]
fn gtzan_inertia_is_that_of_scikit_learn() {
    let Some((rows, _)) = common::musicnn_gtzan_rows() else { return };
    let expected: f64 = values(&common::golden("probes")["gtzan"]["inertia_10"]);
    let found = k_means(&rows, 200, &KMeansOptions::new(10), 3).unwrap();
    println!("inertia {}, expected {expected}", found.inertia);
    assert!((found.inertia / expected - 1.0).abs() < 0.01, "{} of {expected}", found.inertia);
}

#[test]
fn gtzan_genres_are_read_by_every_probe() {
    let Some((rows, labels)) = common::musicnn_gtzan_rows() else { return };
    let probes = [
        (ProbeOptions::Mlp(MlpOptions::default()), 0.92),
        (ProbeOptions::default(), 0.92),
        (ProbeOptions::KNearest(KNearestOptions::default()), 0.85),
        (ProbeOptions::NearestCentroid(NearestCentroidOptions::default()), 0.80),
        (ProbeOptions::Lda(LdaOptions::default()), 0.88),
    ];
    for (probe, bar) in probes {
        // Tracks are sorted by genre, a hundred each: 20 of each are held out, every track once.
        let correct = (0..5).map(|fold| {
            let (train, train_labels, test, truth) = parts(&rows, &labels, |i| (7 * i + i / 5 * 3 + fold) % 5 == 0);
            let labelled = Labelled::new(&train, 200, &train_labels, 10).unwrap();
            accuracy(&truth, &probe.fit_predict(&labelled, &test, 11).unwrap().labels).correct
        });
        let found = correct.sum::<usize>() as f64 / 1000.0;
        println!("{probe:?}: {found}");
        assert!(found >= bar, "{probe:?}: {found} below {bar}");
    }
}
