//! Estimated tempi against the true ones of real recordings.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod common;

use std::sync::atomic::AtomicBool;

use pmsl_core::analysis::analyse;

/// Factors that count as octave and triplet errors.
const RELATED: [f32; 7] = [1.0, 2.0, 0.5, 3.0, 1.0 / 3.0, 1.5, 2.0 / 3.0];

#[test]
fn tempi_of_real_recordings_are_found() {
    let paths = common::recordings("styles");
    if paths.is_empty() {
        return;
    }
    let count = paths.len() as f32;
    let (mut exact, mut related) = (0.0, 0.0);
    for path in &paths {
        let name = path.file_name().unwrap().to_string_lossy();
        let truth: f32 = name.split("bpm").next().unwrap().parse().unwrap();
        let found = analyse(path, &AtomicBool::new(false)).unwrap().descriptors.tempo.map_or(0.0, |tempo| tempo.bpm);
        let is = |factor: f32| (found - factor * truth).abs() <= 0.04 * factor * truth;
        exact += f32::from(u8::from(is(1.0)));
        related += f32::from(u8::from(RELATED.into_iter().any(is)));
        if !is(1.0) {
            println!("{name}: {found:.1} BPM, {:.2} times the truth", found / truth);
        }
    }
    println!("of {count} recordings {:.3} exact, {:.3} exact or related", exact / count, related / count);
    assert!(exact / count >= 0.80);
    assert!(related / count >= 0.95);
}
