//! What can be done with finished runs: their pages again, and what changed between two.

use std::fs;

use serde_json::{Value, json};

use crate::support::{Bench, pmsl, snapshot, stderr, stdout};

/// Small libraries hold tracks out by cross-validation.
fn folds() -> Value {
    json!({ "cross_validation": { "k": 3 } })
}

#[test]
fn pages_made_again_from_the_report_are_the_same_bytes() {
    let bench = Bench::new(6);
    bench.write_config(&json!({ "site": { "timings": true, "audio": "copy" }, "split": folds() }));
    bench.run();
    let again = bench.path("again");
    for run in [bench.site(), bench.site().join("report.json")] {
        let output = pmsl().arg("render").arg(&run).arg("--out").arg(&again).output().unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        assert!(stdout(&output).contains("index.html"), "{}", stdout(&output));
        let (first, second) = (snapshot(&bench.site()), snapshot(&again));
        assert!(first.keys().any(|path| path.starts_with("audio")), "{:?}", first.keys());
        assert_eq!(first.keys().collect::<Vec<_>>(), second.keys().collect::<Vec<_>>());
        for (path, bytes) in &first {
            assert!(second[path] == *bytes, "{} differs", path.display());
        }
    }
}

#[test]
fn a_report_alone_makes_pages_without_an_explorer() {
    let bench = Bench::new(6);
    bench.run();
    fs::copy(bench.site().join("report.json"), bench.path("kept.json")).unwrap();
    let output =
        pmsl().arg("render").arg(bench.path("kept.json")).arg("--out").arg(bench.path("again")).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let page = fs::read_to_string(bench.path("again/index.html")).unwrap();
    assert!(page.contains("Bench") && !page.contains("explorer.html") && !page.contains("timings.html"));
    assert!(!bench.path("again/explorer.html").exists());
}

#[test]
fn a_report_of_another_format_is_refused() {
    let bench = Bench::new(2);
    fs::write(bench.path("old.json"), r#"{"format": 1, "title": "Old"}"#).unwrap();
    for command in ["render", "diff"] {
        let other = if command == "render" { "--out" } else { "old.json" };
        let mut run = pmsl();
        run.current_dir(bench.path("")).args([command, "old.json", other]);
        if command == "render" {
            run.arg("again");
        }
        let output = run.output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        let message = stderr(&output);
        assert!(message.contains("old.json") && message.contains("found 1: make the site again"), "{message}");
    }
    assert!(!bench.path("again").exists());
}

#[test]
fn what_changed_between_two_runs_is_printed() {
    let bench = Bench::new(6);
    bench.write_config(&json!({ "split": folds() }));
    bench.run();
    fs::rename(bench.site(), bench.path("before")).unwrap();
    bench.write_config(&json!({ "train": { "epochs": 1 }, "split": folds() }));
    bench.add_track("House/Chill", 2, 9);
    bench.run();
    let diff = |arguments: &[&str]| {
        let output =
            pmsl().current_dir(bench.path("")).args(["diff", "before", "site"]).args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        stdout(&output)
    };
    let text = diff(&[]);
    assert!(text.contains("train.epochs") && text.contains("Tracks: 24 in both, 1 added"), "{text}");
    assert!(!text.contains('\u{1b}'), "no colours where nobody sees them");
    let changes: Value = serde_json::from_str(&diff(&["--json"])).unwrap();
    assert_eq!(changes["tracks"]["added"][0]["sub_genre"], "Chill");
    assert_eq!((&changes["settings"][0]["before"], &changes["settings"][0]["after"]), (&json!(3), &json!(1)));
    assert_eq!(changes["measures"][0]["name"], "accuracy");
}
