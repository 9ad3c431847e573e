//! Made-up advice about a made-up library.

use super::Noise;
use crate::render::report::{
    Advice, BlurredPair, Copies, CopyKind, Interval, Misfiled, Mix, MixSegment, Outlier, Report,
};

/// Something of every kind, `times` as much as fits on a page.
pub(super) fn advice(report: &Report, times: usize) -> Advice {
    let mut noise = Noise(31);
    let (tracks, classes) = (report.tracks.len() as u32, report.sub_genres.len() as u32);
    let track = |i: usize| (i as u32 * 37 + 11) % tracks;
    let misfiled = |i: usize| {
        let track = track(i);
        Misfiled {
            track,
            suggested: (report.tracks[track as usize].meta.sub_genre + 1) % classes,
            confidence: 0.97 - 0.6 * i as f64 / (3 * times) as f64,
            margin: -0.21 + 0.2 * i as f64 / (3 * times) as f64,
            neighbours_agreeing: 9 - (i % 4) as u32,
            neighbours: 10,
            classifiers_agreeing: 4 - (i % 2) as u32,
            classifiers: 4,
        }
    };
    let blurred = |i: u32| BlurredPair {
        a: i % classes,
        b: (i + 1) % classes,
        a_as_b: 3 - i % 2,
        b_as_a: 2,
        tracks: 24,
        confused: f64::from(5 - i % 2) / 24.0,
        interval: Interval { low: 0.08, high: 0.4 },
        mixed_neighbours: 0.31,
    };
    let copies = |i: usize| Copies {
        kind: if i.is_multiple_of(2) { CopyKind::Recording } else { CopyKind::Song },
        tracks: (0..2 + i as u32 % 2)
            .map(|k| (2 * i as u32 + 5 + 20 * k) % tracks)
            .collect::<std::collections::BTreeSet<_>>()
            .into_iter()
            .collect(),
    };
    let mut mix = |i: usize| {
        let mut start_s = 0.0;
        let segments = (0..6).map(|k| {
            let end_s = start_s + 300.0 + 900.0 * noise.next();
            let segment = MixSegment {
                start_s,
                end_s,
                sub_genre: (i + k * 2) as u32 % classes,
                confidence: 0.45 + 0.5 * noise.next(),
            };
            start_s = end_s;
            segment
        });
        Mix { track: track(i + 50), segments: segments.collect() }
    };
    Advice {
        judged: tracks / 4,
        misfiled: (0..3 * times).map(misfiled).collect(),
        blurred: (0..2).map(blurred).collect(),
        copies: (0..2 * times).map(copies).collect(),
        mixes: (0..2 * times).map(&mut mix).collect(),
        outliers: (0..2 * times)
            .map(|i| Outlier { track: track(i + 20), factor: 2.9 - 0.8 * i as f64 / (2 * times) as f64, nearest: 0.41 })
            .collect(),
    }
}
