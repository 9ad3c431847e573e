//! Embeddings made elsewhere, and the files that a run exports.

use std::fs;

use serde_json::{Value, json};

use crate::support::{Bench, pmsl, shared_data, stderr};

/// The mean average precisions that the authors of the embeddings give, at 10, 25, 50, 75 and 100.
const GTZAN: [(f64, f64); 5] =
    [(0.8750, 0.8939), (0.8422, 0.8525), (0.7888, 0.7972), (0.7274, 0.7354), (0.6505, 0.6528)];

#[test]
fn published_embeddings_give_the_published_figures() {
    let Some(data) = shared_data("musicnn-gtzan") else { return };
    let bench = Bench::new(0);
    let output = pmsl()
        .arg("--embeddings")
        .arg(data.join("embeddings.npy"))
        .arg("--labels")
        .arg(data.join("labels_decoded.npy"))
        .arg("--out")
        .arg(bench.site())
        .arg("--work")
        .arg(bench.path("work"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let report = bench.report();
    assert_eq!(report["tracks"].as_array().unwrap().len(), 1000);
    assert_eq!(report["sub_genres"].as_array().unwrap().len(), 10);
    let retrieval = &report["measures"]["retrieval"];
    assert_eq!(retrieval["tracks"], 1000);
    for (at, (without, with)) in retrieval["mean_average_precision"].as_array().unwrap().iter().zip(GTZAN) {
        assert!((at["value"].as_f64().unwrap() - without).abs() < 1e-4, "{at}");
        assert!((at["with_query"].as_f64().unwrap() - with).abs() < 1e-4, "{at}");
    }
    assert_eq!(retrieval["mean_average_precision"].as_array().unwrap().len(), GTZAN.len());
    assert_eq!(retrieval["curves"][3].as_array().unwrap().len(), 100);
    let judged: u64 =
        retrieval["average_precision_counts"].as_array().unwrap().iter().map(|count| count.as_u64().unwrap()).sum();
    assert_eq!(judged, 1000);
    let accuracy = |name: &str| {
        let classifiers = report["measures"]["classifiers"].as_array().unwrap();
        classifiers.iter().find(|c| c["name"] == name).unwrap()["score"]["accuracy"].as_f64().unwrap()
    };
    assert_eq!(report["measures"]["tracks"].as_array().unwrap().len(), 200);
    assert!(accuracy("Multilayer perceptron") >= 0.92, "{}", accuracy("Multilayer perceptron"));
}

#[test]
fn what_a_run_exports_can_be_read_again() {
    let bench = Bench::new(5);
    // Vectors of two lengths share one work folder.
    for dim in [16, 8] {
        bench.write_config(&json!({ "model": { "projection": { "dim": dim } } }));
        let output = bench.command().arg("--export").arg(bench.path("exported")).output().unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        let first = bench.report();
        let again = pmsl()
            .arg("--embeddings")
            .arg(bench.path("exported/embeddings.npy"))
            .arg("--labels")
            .arg(bench.path("exported/tracks.csv"))
            .arg("--out")
            .arg(bench.path("again"))
            .arg("--work")
            .arg(bench.path("work"))
            .output()
            .unwrap();
        assert!(again.status.success(), "{}", stderr(&again));
        let second: Value = serde_json::from_slice(&fs::read(bench.path("again/report.json")).unwrap()).unwrap();
        let of_tracks = |report: &Value, field: &str| -> Vec<Value> {
            let tracks = report["tracks"].as_array().unwrap().iter();
            tracks.map(|track| track.pointer(field).cloned().unwrap_or_default()).collect()
        };
        let meta = ["title", "bpm", "bpm_heard", "key", "key_heard", "energy"].map(|field| format!("/meta/{field}"));
        for field in meta.iter().map(String::as_str).chain(["/neighbours/0/track"]) {
            assert_eq!(of_tracks(&first, field), of_tracks(&second, field), "{field}");
        }
        assert!(of_tracks(&second, "/meta/energy").iter().all(Value::is_f64), "energy is known of every track");
        assert_eq!(second["build"]["embedding_dim"], dim);
        assert_eq!(second["build"]["front_end"], "none: the embeddings were made elsewhere");
    }
}

#[test]
fn files_that_do_not_belong_together_are_named() {
    let bench = Bench::new(0);
    fs::write(bench.path("labels.csv"), "label\na\nb\n").unwrap();
    fs::write(bench.path("vectors.npy"), b"no array").unwrap();
    let run = |arguments: &[&str]| {
        pmsl().args(arguments).current_dir(bench.path("")).args(["--out", "site"]).output().unwrap()
    };
    let damaged = run(&["--embeddings", "vectors.npy", "--labels", "labels.csv"]);
    assert_eq!(damaged.status.code(), Some(1));
    assert!(stderr(&damaged).contains("vectors.npy"), "{}", stderr(&damaged));
    let missing = run(&["--embeddings", "none.npy", "--labels", "labels.csv"]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(stderr(&missing).contains("there is no file none.npy"), "{}", stderr(&missing));
    assert_eq!(run(&["--embeddings", "vectors.npy"]).status.code(), Some(2), "labels are needed");
}
