use super::*;
use crate::random::SplitMix64;

/// Frames that hold together as those of sound do: each differs from the last in a few bits.
fn recording(seed: u64, frames: usize) -> Vec<u32> {
    let mut random = SplitMix64 { state: seed };
    let mut frame = random.next() as u32;
    (0..frames)
        .map(|_| {
            for _ in 0..4 {
                frame ^= 1 << (random.next() % 32);
            }
            frame
        })
        .collect()
}

fn fingerprint(frames: &[u32]) -> Fingerprint {
    Fingerprint { frames: frames.to_vec(), duration_s: frames.len() as f32 * 512.0 / 11_025.0 }
}

/// Flips bits at random, one in `one_in`.
fn damaged(frames: &[u32], seed: u64, one_in: u64) -> Vec<u32> {
    let mut random = SplitMix64 { state: seed };
    let flips = |random: &mut SplitMix64| {
        (0..32).fold(0u32, |x, bit| x | u32::from(random.next().is_multiple_of(one_in)) << bit)
    };
    frames.iter().map(|frame| frame ^ flips(&mut random)).collect()
}

fn find(tracks: &[Fingerprint]) -> Vec<Duplicate> {
    find_duplicates(&tracks.iter().collect::<Vec<_>>())
}

#[test]
fn copies_are_found_with_their_offset_and_nothing_else_is() {
    let mut tracks: Vec<Fingerprint> = (0..200).map(|seed| fingerprint(&recording(seed, 600))).collect();
    let copied = tracks[17].frames.clone();
    tracks.push(fingerprint(&damaged(&copied[20..], 1, 12)));
    tracks.push(fingerprint(&[recording(999, 30), damaged(&copied, 2, 12)].concat()));
    let found = find(&tracks);
    let pairs: Vec<(usize, usize)> = found.iter().map(|d| (d.a, d.b)).collect();
    assert_eq!(pairs, [(17, 200), (17, 201), (200, 201)]);
    for (duplicate, frames) in found.iter().zip([20.0f32, -30.0, -50.0]) {
        assert!((duplicate.offset_s - frames * 512.0 / 11_025.0).abs() < 1e-4, "{duplicate:?}");
        assert!(duplicate.similarity > 0.6 && duplicate.similarity < 0.9, "{duplicate:?}");
    }
    assert_eq!(find(&tracks), found);
}

#[test]
fn identical_tracks_are_identical() {
    let track = fingerprint(&recording(1, 100));
    let found = find(&[track.clone(), track.clone(), track]);
    assert_eq!(found.iter().map(|d| (d.a, d.b)).collect::<Vec<_>>(), [(0, 1), (0, 2), (1, 2)]);
    assert!(found.iter().all(|d| d.similarity >= 1.0 && d.offset_s.abs() < f32::EPSILON), "{found:?}");
}

#[test]
fn silence_is_no_recording() {
    let silent = fingerprint(&[0; 500]);
    let mut faint = vec![0; 500];
    faint[200..220].copy_from_slice(&recording(3, 20));
    assert_eq!(find(&[silent.clone(), silent, fingerprint(&faint), fingerprint(&faint)]), []);
    assert_eq!(find(&[]), []);
    assert_eq!(find(&[fingerprint(&[]), fingerprint(&[7])]), []);
    // Silence between does not make tracks alike, and is not held against copies.
    let padded = |seed| fingerprint(&[recording(seed, 100), vec![0; 400]].concat());
    let pairs: Vec<_> = find(&[padded(1), padded(2), padded(1)]).iter().map(|d| (d.a, d.b)).collect();
    assert_eq!(pairs, [(0, 2)]);
}

#[test]
fn excerpts_and_longer_versions_are_no_duplicates() {
    let whole = recording(5, 1000);
    assert_eq!(find(&[fingerprint(&whole), fingerprint(&whole[..400])]), []);
    let mut extended = fingerprint(&whole);
    extended.duration_s *= 1.5;
    assert_eq!(find(&[fingerprint(&whole), extended]), []);
}

#[test]
fn many_copies_of_one_track_stay_bounded() {
    let track = fingerprint(&recording(8, 300));
    let found = find(&vec![track; 300]);
    // From each track at most `TRIALS` others are tried.
    assert!(found.len() <= 300 * TRIALS && found.len() >= 299, "{}", found.len());
}
