//! What the owner of a demo library can choose.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::DemoError;

/// Raised whenever the sound or the names change for the same options, so that older libraries are made anew.
const SYNTHESIZER_VERSION: u32 = 1;

/// Options of the demo library. The same options give the same bytes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DemoOptions {
    /// Tracks in each of the seven sub-genres, 1 to 128.
    pub tracks_per_sub_genre: usize,
    /// Length of every track in seconds, 8 to 120.
    pub seconds: f32,
    /// Sample rate of the files in hertz, 16000 to 48000.
    pub sample_rate_hz: u32,
    /// Seed of every musical choice.
    pub seed: u64,
}

impl Default for DemoOptions {
    fn default() -> Self {
        Self { tracks_per_sub_genre: 16, seconds: 24.0, sample_rate_hz: 24_000, seed: 1 }
    }
}

impl DemoOptions {
    /// Checks every range.
    pub fn validate(&self) -> Result<(), DemoError> {
        let checks = [
            ("tracks_per_sub_genre", "1 to 128", self.tracks_per_sub_genre as f64, 1.0, 128.0),
            ("seconds", "8 to 120", f64::from(self.seconds), 8.0, 120.0),
            ("sample_rate_hz", "16000 to 48000", f64::from(self.sample_rate_hz), 16_000.0, 48_000.0),
        ];
        for (field, expected, found, low, high) in checks {
            // Written so that NaN is refused too.
            if !(low..=high).contains(&found) {
                return Err(DemoError::Option { field, expected, found });
            }
        }
        Ok(())
    }

    /// Identifies the library that these options make: a hash of the options and of the synthesizer's version.
    pub fn fingerprint(&self) -> String {
        let Self { tracks_per_sub_genre, seconds, sample_rate_hz, seed } = self;
        let text = format!(
            "version {SYNTHESIZER_VERSION} tracks {tracks_per_sub_genre} seconds {:08x} rate {sample_rate_hz} seed {seed}",
            seconds.to_bits()
        );
        blake3::hash(text.as_bytes()).to_hex().to_string()
    }

    /// Samples per channel of every track.
    pub(super) fn frames(&self) -> usize {
        (f64::from(self.seconds) * f64::from(self.sample_rate_hz)).round() as usize
    }
}

#[cfg(test)]
mod tests {
    use super::DemoOptions;

    #[test]
    fn every_option_changes_the_fingerprint() {
        let base = DemoOptions::default();
        let variants = [
            DemoOptions { tracks_per_sub_genre: 15, ..base.clone() },
            DemoOptions { seconds: 25.0, ..base.clone() },
            DemoOptions { sample_rate_hz: 44_100, ..base.clone() },
            DemoOptions { seed: 2, ..base.clone() },
        ];
        for variant in variants {
            assert_ne!(variant.fingerprint(), base.fingerprint(), "{variant:?}");
        }
    }

    #[test]
    fn refuses_what_is_out_of_range_and_names_it() {
        let bad = [
            (DemoOptions { tracks_per_sub_genre: 0, ..DemoOptions::default() }, "tracks_per_sub_genre"),
            (DemoOptions { seconds: f32::NAN, ..DemoOptions::default() }, "seconds"),
            (DemoOptions { sample_rate_hz: 8_000, ..DemoOptions::default() }, "sample_rate_hz"),
        ];
        for (options, field) in bad {
            assert!(options.validate().unwrap_err().to_string().contains(field));
        }
        assert!(serde_json::from_str::<DemoOptions>(r#"{"tracks": 3}"#).is_err());
        DemoOptions::default().validate().unwrap();
    }
}
