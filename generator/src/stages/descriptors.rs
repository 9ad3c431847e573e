//! Tempo, key, loudness and energy in the report.

use pmsl_core::Key;
use pmsl_core::advice::five_numbers_by_class;
use pmsl_core::descriptors::Descriptors;

use super::features::UsableLibrary;
use super::report::score_of;
use crate::render;

/// Tempi within this share of each other are the same.
const TEMPO_TOLERANCE: f64 = 0.04;
/// What a tempo may be taken for: its halves and doubles, thirds and triples, and triplets against straight beats.
const TEMPO_FACTORS: [f64; 9] = [1.0, 2.0, 0.5, 3.0, 1.0 / 3.0, 1.5, 2.0 / 3.0, 4.0 / 3.0, 0.75];

/// What the report says of one track.
pub(crate) fn of_track(library: &UsableLibrary, track: usize) -> Option<render::TrackDescriptors> {
    let heard = library.descriptors[track].as_ref()?;
    Some(render::TrackDescriptors {
        tempo_bpm: heard.tempo.as_ref().map(|tempo| tempo.bpm),
        tempo_confidence: heard.tempo.as_ref().map(|tempo| tempo.confidence),
        key: heard.key.as_ref().map(|found| found.key.to_string()),
        camelot: heard.key.as_ref().map(|found| found.key.camelot()),
        key_confidence: heard.key.as_ref().map(|found| found.confidence),
        loudness_lufs: heard.loudness_lufs,
        loudness_range_lu: heard.loudness_range_lu,
        true_peak_dbtp: heard.true_peak_dbtp,
        energy: heard.energy,
        onset_density_hz: heard.onset_density_hz,
    })
}

/// The descriptors by sub-genre, and how far they agree with the tags; nothing where no track has sound.
pub(crate) fn summary(library: &UsableLibrary) -> Option<render::DescriptorSummary> {
    let heard: Vec<Option<&Descriptors>> = library.descriptors.iter().map(Option::as_ref).collect();
    heard.iter().flatten().next()?;
    let labels = library.labels();
    let classes = library.sub_genres.len();
    let distribution = |name: &str, unit: &str, method: &str, value: &dyn Fn(&Descriptors) -> Option<f32>| {
        let values: Vec<Option<f64>> = heard.iter().map(|heard| value((*heard)?).map(f64::from)).collect();
        render::Distribution {
            name: name.into(),
            unit: unit.into(),
            method: method.into(),
            sub_genres: five_numbers_by_class(&values, &labels, classes)
                .into_iter()
                .map(|numbers| {
                    numbers.map(|numbers| render::Quartiles {
                        n: numbers.n as u32,
                        min: numbers.min,
                        q1: numbers.q1,
                        median: numbers.median,
                        q3: numbers.q3,
                        max: numbers.max,
                    })
                })
                .collect(),
        }
    };
    let distributions = vec![
        distribution("Tempo", "BPM", "the pulse that onsets follow; tracks without one are left out", &|heard| {
            heard.tempo.as_ref().map(|tempo| tempo.bpm)
        }),
        distribution("Loudness", "LUFS", "integrated loudness by EBU R128 (ITU-R BS.1770-4)", &|heard| {
            heard.loudness_lufs
        }),
        distribution("Loudness range", "LU", "how far loud and quiet passages are apart (EBU Tech 3342)", &|heard| {
            heard.loudness_range_lu
        }),
        distribution(
            "Energy",
            "",
            "0 to 1: loudness (a half), onset density (a third) and brightness (a sixth), each on a fixed scale",
            &|heard| Some(heard.energy),
        ),
        distribution("Onset density", "onsets per second", "drum hits and note starts", &|heard| {
            Some(heard.onset_density_hz)
        }),
    ];
    let mut keys = vec![vec![0; 24]; classes];
    for (heard, &label) in heard.iter().zip(&labels) {
        if let Some(place) = heard.and_then(|heard| camelot_place(heard.key.as_ref()?.key)) {
            keys[label][place] += 1;
        }
    }
    let tempi: Vec<(f64, f64)> = library
        .tracks
        .iter()
        .zip(&heard)
        .filter_map(|(track, heard)| {
            let tag = track.stamp.tags.bpm.filter(|bpm| *bpm > 0.0)?;
            Some((f64::from(tag), f64::from((*heard)?.tempo.as_ref()?.bpm)))
        })
        .collect();
    let is_near = |a: f64, b: f64| (a / b - 1.0).abs() <= TEMPO_TOLERANCE;
    let agreeing = |factors: &[f64]| {
        let right = tempi.iter().filter(|(tag, heard)| factors.iter().any(|factor| is_near(heard * factor, *tag)));
        (!tempi.is_empty()).then(|| score_of(right.count(), tempi.len()))
    };
    let tagged_keys: Vec<bool> = library
        .tracks
        .iter()
        .zip(&heard)
        .filter_map(|(track, heard)| {
            let tag: Key = track.stamp.tags.key.as_deref()?.parse().ok()?;
            Some(tag == (*heard)?.key.as_ref()?.key)
        })
        .collect();
    Some(render::DescriptorSummary {
        distributions,
        keys,
        tempo_tags: agreeing(&TEMPO_FACTORS[..1]),
        tempo_tags_octave: agreeing(&TEMPO_FACTORS),
        key_tags: (!tagged_keys.is_empty())
            .then(|| score_of(tagged_keys.iter().filter(|right| **right).count(), tagged_keys.len())),
    })
}

/// Where a key stands among 1A to 12A, then 1B to 12B.
fn camelot_place(key: Key) -> Option<usize> {
    let name = key.camelot();
    let (number, letter) = name.split_at(name.len().checked_sub(1)?);
    Some(number.parse::<usize>().ok()?.checked_sub(1)? + if letter == "B" { 12 } else { 0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_a_place_of_its_own_on_the_wheel() {
        let mut places: Vec<usize> = Key::all().filter_map(camelot_place).collect();
        places.sort_unstable();
        assert_eq!(places, (0..24).collect::<Vec<_>>());
        assert_eq!(camelot_place("Am".parse().unwrap()), Some(7));
        assert_eq!(camelot_place("C major".parse().unwrap()), Some(19));
    }
}
