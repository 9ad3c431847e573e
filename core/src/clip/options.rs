//! What a clip is like.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ClipError;

/// Bit rates of MPEG-1 Layer III that suit mono sound, in kbit/s (ISO/IEC 11172-3, table of `bitrate_index`).
const BIT_RATES: [u32; 9] = [48, 56, 64, 80, 96, 112, 128, 160, 192];

/// Which stretch of every track is cut out, and how it is encoded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ClipOptions {
    /// Length of a clip, in seconds (5 to 120).
    pub seconds: u32,
    /// Where a clip begins, as a share of its track (0 to 1). Without it, the loudest stretch of the track is cut out: of
    /// most music that is the chorus or the drop, by which a track is recognised, while a fixed place may well be a break.
    pub at: Option<f32>,
    /// Bit rate in kbit/s: 48, 56, 64, 80, 96, 112, 128, 160 or 192. At 96 a clip of 30 seconds takes 360 kB.
    pub kbps: u32,
}

impl Default for ClipOptions {
    fn default() -> Self {
        Self { seconds: 30, at: None, kbps: 96 }
    }
}

impl ClipOptions {
    /// Checks every field.
    ///
    /// # Errors
    /// [`ClipError::Option`].
    pub fn validate(&self) -> Result<(), ClipError> {
        let refuse = |field, expected, found: String| Err(ClipError::Option { field, expected, found });
        if !(5..=120).contains(&self.seconds) {
            return refuse("seconds", "from 5 to 120", self.seconds.to_string());
        }
        if let Some(at) = self.at.filter(|at| !(0.0..=1.0).contains(at)) {
            return refuse("at", "from 0 to 1, or left out for the loudest stretch", at.to_string());
        }
        if !BIT_RATES.contains(&self.kbps) {
            return refuse("kbps", "48, 56, 64, 80, 96, 112, 128, 160 or 192", self.kbps.to_string());
        }
        Ok(())
    }
}
