//! Which tracks are looked at.

use crate::Key;
use crate::playlist::Song;

/// Bounds on what is known of a track. What is not known is outside of every bound that was set.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    /// Lowest and highest tempo, in beats per minute.
    pub bpm: Option<[f32; 2]>,
    /// Whether half and double of a tempo also count.
    pub any_octave: bool,
    /// The key must mix with this one ([`Key::compatible_with`]).
    pub key: Option<Key>,
    /// Shortest and longest duration, in seconds.
    pub duration_s: Option<[f32; 2]>,
    /// The track must be in one of these sub-genres.
    pub sub_genres: Option<Vec<u32>>,
}

impl Filter {
    /// Whether a track is within all bounds.
    pub fn accepts(&self, song: &Song) -> bool {
        let within = |[low, high]: [f32; 2], value: f32| (low..=high).contains(&value);
        self.bpm.is_none_or(|bounds| song.tempo_within(bounds, self.any_octave))
            && self.key.is_none_or(|key| song.key.is_some_and(|other| key.compatible_with(other)))
            && self.duration_s.is_none_or(|bounds| within(bounds, song.duration_s))
            && self.sub_genres.as_ref().is_none_or(|listed| listed.contains(&song.sub_genre))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TrackMeta;

    fn accepted(filter: &Filter, bpm: Option<f32>, key: Option<&str>) -> bool {
        let key = key.map(str::to_owned);
        filter.accepts(&Song::new(&TrackMeta { bpm, key, duration_s: 100.0, sub_genre: 3, ..TrackMeta::default() }))
    }

    #[test]
    fn bounds_are_inclusive_and_the_unknown_is_outside() {
        let filter = Filter { bpm: Some([120.0, 130.0]), ..Filter::default() };
        assert!(accepted(&filter, Some(120.0), None) && accepted(&filter, Some(130.0), None));
        assert!(!accepted(&filter, Some(130.1), None) && !accepted(&filter, None, None));
        assert!(!accepted(&filter, Some(62.0), None));
        let octaves = Filter { any_octave: true, ..filter };
        assert!(accepted(&octaves, Some(62.0), None) && accepted(&octaves, Some(250.0), None));
        assert!(accepted(&Filter::default(), None, None));
    }

    #[test]
    fn keys_mix_by_the_camelot_wheel() {
        let filter = Filter { key: "8A".parse().ok(), ..Filter::default() };
        for (key, mixes) in [("Am", true), ("C", true), ("Em", true), ("9A", true), ("10A", false), ("9B", false)] {
            assert_eq!(accepted(&filter, None, Some(key)), mixes, "{key}");
        }
        assert!(!accepted(&filter, None, None));
    }

    #[test]
    fn durations_and_sub_genres_bound_too() {
        let lasting = |low, high| Filter { duration_s: Some([low, high]), ..Filter::default() };
        assert!(accepted(&lasting(100.0, 200.0), None, None) && !accepted(&lasting(101.0, 200.0), None, None));
        let within = |listed: &[u32]| Filter { sub_genres: Some(listed.to_vec()), ..Filter::default() };
        assert!(accepted(&within(&[1, 3]), None, None) && !accepted(&within(&[]), None, None));
    }
}
