//! The command line: what it says, and how it exits.

use std::fs;

use serde_json::{Value, json};

use crate::support::{Bench, pmsl, stderr, stdout};

#[test]
fn help_has_examples_and_exit_codes() {
    let output = pmsl().arg("--help").output().unwrap();
    assert!(output.status.success());
    let help = stdout(&output);
    for part in
        ["--config", "--out", "--library", "--dry-run", "--threads", "Examples:", "Exit codes:", "schema", "check"]
    {
        assert!(help.contains(part), "no {part} in:\n{help}");
    }
}

#[test]
fn wrong_usage_exits_with_2_and_says_what_to_do() {
    let bench = Bench::new(2);
    let cases: [(&[&str], &str); 4] = [
        (&["--out", "site"], "--config FILE"),
        (&["--config", "absent.json", "--out", "site"], "absent.json"),
        (&["--nonsense"], "--nonsense"),
        (&["--config", "x", "--device", "tpu"], "tpu"),
    ];
    for (arguments, expected) in cases {
        let output = pmsl().args(arguments).current_dir(bench.path("")).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(expected), "{arguments:?}: {}", stderr(&output));
    }
}

#[test]
fn an_unknown_key_is_named_with_the_nearest_one() {
    let bench = Bench::new(2);
    bench.write_config(&json!({ "train": { "epoch": 3 } }));
    let output = bench.command().output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let message = stderr(&output);
    assert!(message.contains("train.epoch") && message.contains("did you mean `epochs`?"), "{message}");
    assert!(!bench.site().exists() && !bench.path("work").exists(), "a refused config must leave nothing behind");
}

#[test]
fn impossible_values_name_their_field() {
    let bench = Bench::new(2);
    bench.write_config(&json!({ "site": { "neighbours": 0 } }));
    let output = bench.command().output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("site.neighbours"), "{}", stderr(&output));
}

#[test]
fn asking_for_cuda_without_one_exits_with_2() {
    let bench = Bench::new(2);
    let output = bench.command().args(["--device", "cuda"]).output().unwrap();
    if output.status.success() {
        eprintln!("skipped: this machine has a CUDA device");
        return;
    }
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).to_lowercase().contains("cuda"), "{}", stderr(&output));
    assert!(!stderr(&output).contains("panicked"), "{}", stderr(&output));
}

#[test]
fn the_schema_is_json_and_knows_every_section() {
    let output = pmsl().arg("schema").output().unwrap();
    assert!(output.status.success());
    let schema: Value = serde_json::from_slice(&output.stdout).unwrap();
    for section in ["library", "audio", "features", "split", "model", "train", "device", "map", "evaluate", "site"] {
        let property = &schema["properties"][section];
        assert!(property.is_object(), "no {section} in the schema");
        assert!(property["description"].is_string(), "{section} is not described");
    }
}

#[test]
fn the_schema_of_the_report_is_json_too() {
    let output = pmsl().args(["schema", "--report"]).output().unwrap();
    assert!(output.status.success());
    let schema: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(schema["properties"]["sub_genres"]["description"].is_string());
}

#[test]
fn check_and_dry_run_say_what_would_run_and_do_nothing() {
    let bench = Bench::new(2);
    let check = pmsl()
        .arg("check")
        .arg("--config")
        .arg(bench.path("config.json"))
        .arg("--work")
        .arg(bench.path("work"))
        .output()
        .unwrap();
    assert!(check.status.success(), "{}", stderr(&check));
    let plan = stdout(&check);
    assert!(plan.contains("8 tracks") && plan.contains("4 sub-genres"), "{plan}");
    let dry = bench.command().arg("--dry-run").output().unwrap();
    assert!(dry.status.success(), "{}", stderr(&dry));
    assert!(stdout(&dry).contains("8 tracks"), "{}", stdout(&dry));
    assert!(!bench.site().exists(), "nothing may be written");
}

#[test]
fn a_library_without_audio_fails_with_a_sentence() {
    let bench = Bench::new(2);
    fs::remove_dir_all(bench.library()).unwrap();
    fs::create_dir_all(bench.library().join("Empty")).unwrap();
    let output = bench.command().output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(stderr(&output).contains("music"), "{}", stderr(&output));
}

#[test]
fn the_site_is_never_written_over_the_music() {
    let bench = Bench::new(2);
    let output = pmsl()
        .arg("--config")
        .arg(bench.path("config.json"))
        .arg("--out")
        .arg(bench.library().join("site"))
        .arg("--work")
        .arg(bench.path("work"))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("inside each other"), "{}", stderr(&output));
}
