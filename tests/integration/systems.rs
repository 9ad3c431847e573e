//! The reference systems from end to end on a small library, and the commands around them.

use std::fs;

use serde_json::{Value, json};

use crate::support::{Bench, pmsl, repository, shared_data, stderr, stdout};

fn run(bench: &Bench, config: &Value) -> Value {
    bench.write_whole_config(config);
    let output = bench.run();
    assert!(!stderr(&output).contains("warning: the"), "{}", stderr(&output));
    bench.report()
}

fn base() -> Value {
    let mut config = Bench::config();
    config["model"] = json!({});
    config
}

/// A config of a reference system on the bench's tones.
fn system(model: Value, audio: Value, train: &Value) -> Value {
    let mut config = base();
    (config["model"], config["audio"]) = (model, audio);
    for (key, value) in train.as_object().unwrap() {
        config["train"][key] = value.clone();
    }
    config
}

#[test]
fn tile2vec_learns_without_labels() {
    let bench = Bench::new(5);
    let report = run(
        &bench,
        &system(
            json!({ "encoder": { "kind": "resnet18", "width": 4 }, "projection": { "kind": "linear", "dim": 8 } }),
            json!({ "chunk_s": 0.5, "max_chunks": 6 }),
            &json!({
                "sampling": { "kind": "temporal", "anchors": 8, "neighbourhood_s": 1.0 },
                "objective": { "kind": "triplet", "mining": "all", "margin": 1.0, "distance": "squared_euclidean" },
                "schedule": { "exponential": { "factor": 0.95, "every": 4 } },
                "optimizer": "adam", "l2_penalty": 1e-4
            }),
        ),
    );
    assert!(report["build"]["front_end"].as_str().unwrap().starts_with("log_mel"), "{}", report["build"]);
    assert!(report["build"]["model"].as_str().unwrap().starts_with("resnet18"), "{}", report["build"]);
    let names: Vec<&str> =
        report["measures"]["classifiers"].as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Nearest centroid", "Nearest neighbours", "Logistic regression", "Multilayer perceptron"]);
}

#[test]
fn siamese_networks_tell_pairs_apart() {
    // Two held-out tracks of each sub-genre, so that there are pairs of one sub-genre.
    let bench = Bench::new(10);
    for encoder in
        [json!({ "kind": "dense", "hidden": 32, "layers": 2 }), json!({ "kind": "cnn", "channels": [8, 16] })]
    {
        let report = run(
            &bench,
            &system(
                json!({ "encoder": encoder, "projection": { "kind": "none" } }),
                json!({ "chunk_s": 1.0, "max_chunks": 3 }),
                &json!({ "objective": { "kind": "contrastive", "margin": 1.0 } }),
            ),
        );
        assert!(report["build"]["front_end"].as_str().unwrap().starts_with("mfcc"), "{}", report["build"]);
        let pairs = &report["measures"]["pairs"];
        assert!(pairs["pairs"].as_u64().unwrap() > 0, "{pairs}");
    }
}

#[test]
fn a_classifier_is_judged_on_segments_and_tracks_and_predicts_files() {
    let bench = Bench::new(10);
    let mut config = Bench::config();
    config["train"]["objective"] = json!({ "kind": "cross_entropy", "label_smoothing": 0.1 });
    config["train"]["sampling"] =
        json!({ "kind": "shuffle", "batch_size": 8, "oversample": { "exponent": 1.0, "cap": 4 } });
    config["train"]["epochs"] = json!(25);
    config["train"]["steps_per_epoch"] = json!(10);
    let report = run(&bench, &config);
    let own = &report["measures"]["classifiers"][1];
    assert_eq!(own["name"], "Network's own");
    assert!(own["macro_average_precision"].as_f64().unwrap() > 0.5, "{own}");
    assert!(report["measures"]["segments"]["count"].as_u64().unwrap() > 4, "{}", report["measures"]["segments"]);

    let file = bench.library().join("Techno/1_Dark/track 0.wav");
    let predict = |extra: &[&str]| {
        let mut command = pmsl();
        command.args(["predict", "--config"]).arg(bench.path("config.json"));
        command.arg("--work").arg(bench.path("work")).args(extra).arg(&file).output().unwrap()
    };
    let json = predict(&["--json"]);
    assert!(json.status.success(), "{}", stderr(&json));
    let said: Value = serde_json::from_str(&stdout(&json)).unwrap();
    let classes = said["predictions"][0]["sub_genres"].as_array().unwrap();
    let sum: f64 = classes.iter().map(|class| class["probability"].as_f64().unwrap()).sum();
    assert!((sum - 1.0).abs() < 1e-4, "{said}");
    assert!(said["method"].as_str().unwrap().contains("network's own classifier"), "{said}");
    let text = predict(&[]);
    assert!(stdout(&text).contains(" %  "), "{}", stdout(&text));
}

#[test]
fn a_frozen_encoder_runs_once_and_its_head_is_trained() {
    let bench = Bench::new(4);
    let mut config = Bench::config();
    config["model"]["frozen"] = json!(true);
    config["model"]["standardize"] = json!(true);
    run(&bench, &config);
    config["train"]["epochs"] = json!(5);
    bench.write_whole_config(&config);
    let again = bench.command().arg("-v").output().unwrap();
    assert!(again.status.success(), "{}", stderr(&again));
    let frozen = fs::read_dir(bench.path("work/features")).unwrap().flatten();
    let outputs = frozen
        .flat_map(|folder| fs::read_dir(folder.path()).unwrap().flatten())
        .filter(|file| file.path().extension().is_some_and(|extension| extension == "f32"))
        .count();
    assert_eq!(outputs, 16, "one file a track, whatever is trained on it");
    // Without training the encoder's output is used as it comes.
    config["train"]["epochs"] = json!(0);
    config["model"]["projection"] = json!({ "kind": "none" });
    let report = run(&bench, &config);
    assert_eq!(report["training"]["planned_epochs"], 0);
    assert_eq!(report["measures"]["retrieval"]["gallery"], "all tracks");
}

#[test]
fn musicnn_is_frozen_and_names_what_it_hears() {
    if std::env::var_os("PMSL_MUSICNN").is_none() {
        eprintln!("skipped: PMSL_MUSICNN does not name the wheel of musicnn 0.1.0");
        return;
    }
    let bench = Bench::new(5);
    // The shipped config for CPUs prefers MusiCNN where its weights are found.
    let output = pmsl()
        .arg("--config")
        .arg(repository().join("configs/cpu.json"))
        .arg("--library")
        .arg(bench.library())
        .arg("--out")
        .arg(bench.site())
        .arg("--work")
        .arg(bench.path("work"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stdout(&output).contains("musicnn.json"), "{}", stdout(&output));
    let report = bench.report();
    assert_eq!(report["build"]["model"].as_str().unwrap().split(' ').next(), Some("musicnn"));
    for track in report["tracks"].as_array().unwrap() {
        assert_eq!(track["meta"]["tags"].as_array().unwrap().len(), 5, "{}", track["meta"]);
    }
    let page = fs::read_to_string(bench.site().join("index.html")).unwrap();
    let tag = report["tracks"][0]["meta"]["tags"][0].as_str().unwrap();
    assert!(page.contains(tag), "the report does not name {tag}");
    assert!(!page.contains(std::env::var("PMSL_MUSICNN").unwrap().as_str()), "the report names a path");
}

#[test]
fn every_track_is_held_out_once_in_cross_validation() {
    let bench = Bench::new(6);
    let mut config = Bench::config();
    config["split"] = json!({ "cross_validation": { "k": 3 } });
    let report = run(&bench, &config);
    assert_eq!(report["test"]["overall"]["n"], 24);
    assert_eq!(report["cross_validation"]["folds"], 3);
    assert_eq!(report["measures"]["tracks"].as_array().unwrap().len(), 24);
    let again = bench.command().arg("-v").output().unwrap();
    assert!(stderr(&again).contains("training 3 of 3: nothing to do"), "{}", stderr(&again));
}

#[test]
fn official_folds_are_read_from_file_names() {
    let Some(esc10) = shared_data("esc10") else { return };
    let bench = Bench::new(0);
    let config = json!({
        "title": "Folds",
        "library": { "scan": { "fold_pattern": "^(\\d)-" } },
        "audio": { "chunk_s": 1.0, "max_chunks": 1 },
        "features": { "kind": "mfcc" },
        "model": { "encoder": { "kind": "dense", "hidden": 8 }, "projection": { "kind": "none" } },
        "train": { "epochs": 0 },
        "split": { "cross_validation": "official", "on_leak": "warn" },
        "evaluate": { "probes": [], "clusters": false }
    });
    bench.write_whole_config(&config);
    let output = bench.command().arg("--library").arg(esc10).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let report = bench.report();
    assert_eq!((&report["test"]["overall"]["n"], &report["cross_validation"]["folds"]), (&json!(400), &json!(5)));
    assert_eq!(report["cross_validation"]["official"], true);
    // Two clips of one crying baby are in folds 3 and 5: the run refuses such folds unless it is told to go on.
    assert_eq!((&report["grouping"]["recordings"], &report["grouping"]["divided"]), (&json!(2), &json!(2)));
    bench.write_whole_config(&{
        let mut strict = config;
        strict["split"]["on_leak"] = "fail".into();
        strict
    });
    let output = bench.command().arg("--library").arg(shared_data("esc10").unwrap()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("3-151080-A.ogg"), "{}", stderr(&output));
}

#[test]
fn norm_measures_the_front_end() {
    let bench = Bench::new(3);
    let output = pmsl()
        .args(["norm", "--json", "--config"])
        .arg(bench.path("config.json"))
        .arg("--work")
        .arg(bench.path("work"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let found: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!((&found["front_end"], &found["tracks"]), (&json!("ast_fbank"), &json!(12)));
    let (mean, std) = (found["mean"].as_f64().unwrap(), found["std"].as_f64().unwrap());
    // 12 tracks of three chunks of 96 frames of 128 bands; the last two of each chunk are padding.
    assert_eq!(found["values"].as_u64().unwrap(), 12 * 3 * 94 * 128);
    assert!((-16.0..0.0).contains(&mean) && std > 0.5, "{found}");
}

#[test]
fn runs_on_one_split_are_compared_and_others_refused() {
    let bench = Bench::new(5);
    let compare = |runs: [&str; 2]| {
        pmsl()
            .arg("compare")
            .args(runs.map(|run| bench.path(run)))
            .arg("--out")
            .arg(bench.path("comparison"))
            .output()
            .unwrap()
    };
    bench.run();
    fs::rename(bench.site(), bench.path("first")).unwrap();
    bench.write_config(&json!({ "train": { "epochs": 1 } }));
    bench.run();
    fs::rename(bench.site(), bench.path("second")).unwrap();
    let output = compare(["first", "second"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let page = fs::read_to_string(bench.path("comparison/index.html")).unwrap();
    assert!(page.contains("first") && page.contains("second") && page.contains("Logistic regression"));
    bench.write_config(&json!({ "seed": 99 }));
    bench.run();
    let refused = compare(["first", "site"]);
    assert_eq!(refused.status.code(), Some(2), "{}", stdout(&refused));
    assert!(stderr(&refused).contains("judged on different tracks"), "{}", stderr(&refused));
}
