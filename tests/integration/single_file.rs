//! The explorer as one file.

use std::fs;

use serde_json::json;

use crate::support::{Bench, pmsl, stderr};

/// A link to the file.
const LINK: &str = "href=\"explorer-single.html\"";

#[test]
fn it_is_made_where_it_is_asked_for_and_only_then_linked() {
    let bench = Bench::new(3);
    let page = |name: &str| fs::read_to_string(bench.site().join(name)).unwrap();
    bench.run();
    assert!(!bench.site().join("explorer-single.html").exists());
    assert!(!page("index.html").contains(LINK) && !page("explorer.html").contains(LINK));
    let output = bench.command().arg("--single-file").output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(page("index.html").contains(LINK) && page("explorer.html").contains(LINK));
    let single = page("explorer-single.html");
    assert!(!single.contains(LINK) && !single.contains("assets/"), "it needs and names no other file");
    bench.run();
    assert!(!bench.site().join("explorer-single.html").exists(), "nobody asks for it any more");
    bench.write_config(&json!({ "site": { "single_file": true, "audio": "copy" } }));
    bench.run();
    assert!(page("explorer-single.html").contains("It holds no sound"));
}

#[test]
fn a_large_library_is_refused_before_anything_is_computed() {
    let bench = Bench::new(0);
    let tracks = 10_001;
    let header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({tracks}, 2), }}");
    let padded = format!("{header:<117}\n");
    let mut npy = b"\x93NUMPY\x01\x00".to_vec();
    npy.extend((padded.len() as u16).to_le_bytes());
    npy.extend(padded.bytes());
    npy.extend((0..2 * tracks).flat_map(|i| (1.0 + (i as f32).sin()).to_le_bytes()));
    fs::write(bench.path("vectors.npy"), npy).unwrap();
    let labels: String = (0..tracks).map(|i| ["0\n", "1\n", "2\n"][i % 3]).collect();
    fs::write(bench.path("labels.csv"), format!("label\n{labels}")).unwrap();
    let output = pmsl()
        .current_dir(bench.path(""))
        .args(["--embeddings", "vectors.npy", "--labels", "labels.csv", "--out", "site", "--single-file"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    let message = stderr(&output);
    assert!(message.contains("at most 10000 tracks") && message.contains("10001: leave out"), "{message}");
    assert!(!bench.site().exists());
}
