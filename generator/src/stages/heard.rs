//! Tempo, key and energy as listeners see them: the tags, and what was heard where tags are silent.

use pmsl_core::Key;
use pmsl_core::descriptors::Descriptors;
use pmsl_core::track::TrackMeta;

/// Confidence from which on a tempo is a steady pulse. Of 144 recordings of known tempo (drum loops and ragtime), none
/// of the five below it has its true tempo, its half or its double, and 137 of the others do.
const STEADY: f32 = 0.2;

/// Fills in what no tag tells. A tag that names no key counts as none where a key was heard.
pub(super) fn fill_in(meta: &mut TrackMeta, heard: &Descriptors) {
    if meta.bpm.is_none() {
        // A tenth of a beat is finer than any tempo is heard.
        meta.bpm =
            heard.tempo.filter(|tempo| tempo.confidence >= STEADY).map(|tempo| (tempo.bpm * 10.0).round() / 10.0);
        meta.bpm_heard = meta.bpm.is_some();
    }
    let is_tagged = meta.key.as_deref().is_some_and(|tag| tag.parse::<Key>().is_ok());
    if let Some(found) = heard.key.filter(|_| !is_tagged) {
        meta.key = Some(found.key.short());
        meta.key_heard = true;
    }
}

/// Places every track among those of the library: 0 for the calmest, 1 for the most energetic, evenly spaced. Equal
/// tracks share the middle of their places, and a track alone is in the middle.
pub(super) fn ranked(energies: &[Option<f32>]) -> Vec<Option<f32>> {
    let mut order: Vec<(f32, usize)> =
        energies.iter().enumerate().filter_map(|(track, energy)| Some(((*energy)?, track))).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut places = vec![None; energies.len()];
    let mut below = 0;
    for same in order.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()) {
        let middle = below as f64 + (same.len() - 1) as f64 / 2.0;
        let place = if order.len() == 1 { 0.5 } else { middle / (order.len() - 1) as f64 };
        for &(_, track) in same {
            places[track] = Some(place as f32);
        }
        below += same.len();
    }
    places
}

#[cfg(test)]
mod tests {
    use pmsl_core::descriptors::{EstimatedKey, Tempo};

    use super::*;

    fn heard(tempo_confidence: f32) -> Descriptors {
        Descriptors {
            tempo: Some(Tempo { bpm: 127.96, confidence: tempo_confidence }),
            key: Some(EstimatedKey { key: "8A".parse().unwrap(), confidence: 0.4 }),
            loudness_lufs: Some(-9.0),
            loudness_range_lu: None,
            true_peak_dbtp: None,
            onset_density_hz: 4.0,
            spectral_centroid_hz: 900.0,
            energy: 0.7,
        }
    }

    fn filled(bpm: Option<f32>, key: Option<&str>, heard: &Descriptors) -> TrackMeta {
        let mut meta = TrackMeta { bpm, key: key.map(str::to_owned), ..TrackMeta::default() };
        fill_in(&mut meta, heard);
        meta
    }

    #[test]
    fn tags_go_before_what_was_heard() {
        let meta = filled(Some(64.0), Some("1d"), &heard(0.9));
        assert_eq!((meta.bpm, meta.bpm_heard), (Some(64.0), false));
        assert_eq!((meta.key.as_deref(), meta.key_heard), (Some("1d"), false));
    }

    #[test]
    fn what_no_tag_tells_is_heard() {
        let meta = filled(None, None, &heard(0.2));
        assert_eq!((meta.bpm, meta.bpm_heard), (Some(128.0), true));
        assert_eq!((meta.key.as_deref(), meta.key_heard), (Some("Am"), true));
        let meta = filled(None, Some("unknown"), &heard(0.2));
        assert_eq!((meta.key.as_deref(), meta.key_heard), (Some("Am"), true));
    }

    #[test]
    fn what_is_unsure_stays_unknown() {
        let meta = filled(None, Some("odd"), &Descriptors { key: None, ..heard(0.19) });
        assert_eq!((meta.bpm, meta.bpm_heard), (None, false));
        assert_eq!((meta.key.as_deref(), meta.key_heard), (Some("odd"), false));
    }

    #[test]
    fn energy_is_the_place_within_the_library() {
        let places = ranked(&[Some(0.9), None, Some(0.1), Some(0.5), Some(0.5), Some(0.2)]);
        assert_eq!(places, [Some(1.0), None, Some(0.0), Some(0.625), Some(0.625), Some(0.25)]);
        assert_eq!(ranked(&[Some(0.3)]), [Some(0.5)]);
        assert_eq!(ranked(&[Some(0.3), Some(0.3)]), [Some(0.5), Some(0.5)]);
        assert_eq!(ranked(&[None]), [None]);
    }
}
