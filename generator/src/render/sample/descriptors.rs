//! Made-up tempo, key, loudness and energy.

use super::{Noise, wilson};
use crate::render::report::{DescriptorSummary, Distribution, Quartiles, Report, Score, TrackDescriptors};

/// Name, unit, method, and the value of a track.
type Ordered = (&'static str, &'static str, &'static str, fn(&TrackDescriptors) -> Option<f32>);

const DISTRIBUTIONS: [Ordered; 5] = [
    ("Tempo", "BPM", "comb of the onset envelope's autocorrelation, folded to 70 to 180", |d| d.tempo_bpm),
    ("Loudness", "LUFS", "integrated, gated (EBU R 128, ITU-R BS.1770-5)", |d| d.loudness_lufs),
    ("Loudness range", "LU", "spread of short-term loudness (EBU Tech 3342)", |d| d.loudness_range_lu),
    ("Energy", "", "loudness, onsets and brightness, each by its rank, 0 to 1", |d| Some(d.energy)),
    ("Onsets", "1/s", "peaks of the spectral flux", |d| Some(d.onset_density_hz)),
];

/// Gives every track its descriptors, and sums them up.
pub(super) fn descriptors(report: &mut Report) -> DescriptorSummary {
    let mut noise = Noise(41);
    let classes = report.sub_genres.len();
    for (i, track) in report.tracks.iter_mut().enumerate() {
        let class = track.meta.sub_genre as f32;
        let number = 1 + (noise.next() * 12.0) as usize;
        track.descriptors = Some(TrackDescriptors {
            tempo_bpm: (i % 19 != 7).then(|| 104.0 + 7.0 * (class % 9.0) + 6.0 * noise.next() as f32),
            tempo_confidence: (i % 19 != 7).then_some(0.8),
            key: Some("A minor".into()),
            camelot: Some(format!("{number}{}", if i % 3 == 0 { "B" } else { "A" })),
            key_confidence: Some(0.6),
            loudness_lufs: Some(-14.0 + class % 5.0 + 3.0 * noise.next() as f32),
            loudness_range_lu: Some(3.0 + 6.0 * noise.next() as f32),
            true_peak_dbtp: Some(-0.3),
            energy: (0.2 + 0.1 * (class % 7.0) + 0.15 * noise.next() as f32).min(1.0),
            onset_density_hz: 2.0 + (class % 4.0) + 2.0 * noise.next() as f32,
        });
    }
    let of = |class: usize| {
        let own = report.tracks.iter().filter(move |track| track.meta.sub_genre as usize == class);
        own.filter_map(|track| track.descriptors.as_ref())
    };
    let distribution = |(name, unit, method, value): Ordered| Distribution {
        name: name.into(),
        unit: unit.into(),
        method: method.into(),
        sub_genres: (0..classes).map(|class| quartiles(of(class).filter_map(value).map(f64::from).collect())).collect(),
    };
    let keys = (0..classes).map(|class| {
        let mut counts = vec![0; 24];
        for camelot in of(class).filter_map(|own| own.camelot.as_deref()) {
            let (number, side) = camelot.split_at(camelot.len() - 1);
            counts[number.parse::<usize>().unwrap() - 1 + if side == "B" { 12 } else { 0 }] += 1;
        }
        counts
    });
    let n = report.tracks.len() as u32;
    DescriptorSummary {
        distributions: DISTRIBUTIONS.map(distribution).into(),
        keys: keys.collect(),
        tempo_tags: Some(Score::new(n * 9 / 10, n, wilson)),
        tempo_tags_octave: Some(Score::new(n * 97 / 100, n, wilson)),
        key_tags: Some(Score::new(n * 7 / 10, n, wilson)),
    }
}

fn quartiles(mut values: Vec<f64>) -> Option<Quartiles> {
    values.sort_by(f64::total_cmp);
    let at = |part: f64| {
        let place = part * (values.len() - 1) as f64;
        let (below, rest) = (place as usize, place.fract());
        values[below] + rest * (values[(below + 1).min(values.len() - 1)] - values[below])
    };
    (!values.is_empty()).then(|| Quartiles {
        n: values.len() as u32,
        min: at(0.0),
        q1: at(0.25),
        median: at(0.5),
        q3: at(0.75),
        max: at(1.0),
    })
}
