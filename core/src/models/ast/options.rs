//! The size and shape of an AST, as configured and as checked.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Named sizes, after `DeiT` (Touvron et al. 2021, table 1), whose `base` is the size of the published AST.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AstPreset {
    /// 768 wide, 12 blocks, 12 heads: the published, pretrained size.
    #[default]
    Base,
    /// 384 wide, 12 blocks, 6 heads.
    Small,
    /// 192 wide, 12 blocks, 3 heads.
    Tiny,
    /// 96 wide, 4 blocks, 3 heads: for demonstrations on a small CPU.
    Nano,
}

impl AstPreset {
    /// `(hidden_size, depth, heads)`.
    const fn size(self) -> (usize, usize, usize) {
        match self {
            Self::Base => (768, 12, 12),
            Self::Small => (384, 12, 6),
            Self::Tiny => (192, 12, 3),
            Self::Nano => (96, 4, 3),
        }
    }
}

/// The audio spectrogram transformer as configured: a preset and what differs from it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AstOptions {
    /// The size to start from.
    pub preset: AstPreset,
    /// Width of the tokens; the preset's when absent.
    pub hidden_size: Option<usize>,
    /// Number of transformer blocks; the preset's when absent.
    pub depth: Option<usize>,
    /// Attention heads, which must divide the width; the preset's when absent.
    pub heads: Option<usize>,
    /// Width of the inner layer of each block as a multiple of `hidden_size`.
    pub mlp_ratio: usize,
    /// Side of the square patches, in mel bands and in frames.
    pub patch_size: usize,
    /// Steps between patches as `[frequency, time]`: 10 and 10 as published; 16 and 16 give far fewer tokens.
    pub patch_stride: [usize; 2],
    /// Mel bands of the features. Not read from configs: it follows from the front end.
    #[serde(skip)]
    pub mels: usize,
    /// Frames of one chunk of features. Not read from configs: it follows from the length of the chunks.
    #[serde(skip)]
    pub frames: usize,
    /// Share of the hidden values dropped in training, in `0..1`.
    pub dropout: f64,
}

impl Default for AstOptions {
    fn default() -> Self {
        Self {
            preset: AstPreset::Base,
            hidden_size: None,
            depth: None,
            heads: None,
            mlp_ratio: 4,
            patch_size: 16,
            patch_stride: [10, 10],
            mels: 128,
            frames: 1024,
            dropout: 0.0,
        }
    }
}

/// A value of [`AstOptions`] that no model can be built from.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum AstOptionsError {
    /// A number outside its range.
    #[error("`{field}` must be in {min}..={max}, found {found}")]
    Range {
        /// The option.
        field: &'static str,
        /// Smallest value accepted.
        min: usize,
        /// Largest value accepted.
        max: usize,
        /// Value found.
        found: usize,
    },
    /// The heads do not divide the width.
    #[error("`heads` must divide `hidden_size`: {heads} does not divide {hidden_size}")]
    Heads {
        /// Heads asked for.
        heads: usize,
        /// Width asked for.
        hidden_size: usize,
    },
    /// A share outside `0..1`.
    #[error("`dropout` must be at least 0 and below 1, found {0}")]
    Dropout(f64),
    /// More patches than attention, quadratic in their number, can serve.
    #[error(
        "{frames} frames of {mels} mels at strides {stride:?} give {found} patches, more than {max}; use shorter chunks \
         or a larger `patch_stride`"
    )]
    Patches {
        /// Frames asked for.
        frames: usize,
        /// Mel bands asked for.
        mels: usize,
        /// Strides asked for.
        stride: [usize; 2],
        /// Patches they give.
        found: usize,
        /// Most patches accepted.
        max: usize,
    },
}

/// Most patches of one chunk: twice the side of a 10.24 s chunk's attention matrix, tenfold.
const MAX_PATCHES: usize = 16_384;

impl AstOptions {
    /// Fills in the preset and checks every value.
    ///
    /// # Errors
    /// Names the first option that no model can be built from.
    pub fn resolve(&self) -> Result<AstConfig, AstOptionsError> {
        let (hidden_size, depth, heads) = self.preset.size();
        let config = AstConfig {
            hidden_size: self.hidden_size.unwrap_or(hidden_size),
            depth: self.depth.unwrap_or(depth),
            heads: self.heads.unwrap_or(heads),
            mlp_size: 0,
            patch_size: self.patch_size,
            patch_stride: self.patch_stride,
            mels: self.mels,
            frames: self.frames,
            dropout: self.dropout,
        };
        in_range("hidden_size", config.hidden_size, 1, 4096)?;
        in_range("depth", config.depth, 1, 64)?;
        in_range("heads", config.heads, 1, config.hidden_size)?;
        in_range("mlp_ratio", self.mlp_ratio, 1, 16)?;
        in_range("mels", config.mels, 1, 1024)?;
        in_range("frames", config.frames, 1, 1 << 20)?;
        in_range("patch_size", config.patch_size, 1, config.mels.min(config.frames))?;
        // A stride above the patch size would leave parts of the spectrogram that no patch sees.
        for stride in config.patch_stride {
            in_range("patch_stride", stride, 1, config.patch_size)?;
        }
        if !config.hidden_size.is_multiple_of(config.heads) {
            return Err(AstOptionsError::Heads { heads: config.heads, hidden_size: config.hidden_size });
        }
        if !(0.0..1.0).contains(&config.dropout) {
            return Err(AstOptionsError::Dropout(config.dropout));
        }
        let found = config.grid().patches();
        if found > MAX_PATCHES {
            return Err(AstOptionsError::Patches {
                frames: config.frames,
                mels: config.mels,
                stride: config.patch_stride,
                found,
                max: MAX_PATCHES,
            });
        }
        Ok(AstConfig { mlp_size: config.hidden_size * self.mlp_ratio, ..config })
    }
}

fn in_range(field: &'static str, found: usize, min: usize, max: usize) -> Result<(), AstOptionsError> {
    if (min..=max).contains(&found) { Ok(()) } else { Err(AstOptionsError::Range { field, min, max, found }) }
}

/// The audio spectrogram transformer as checked; made by [`AstOptions::resolve`].
#[derive(Clone, Debug, PartialEq)]
pub struct AstConfig {
    pub(crate) hidden_size: usize,
    pub(crate) depth: usize,
    pub(crate) heads: usize,
    pub(crate) mlp_size: usize,
    pub(crate) patch_size: usize,
    pub(crate) patch_stride: [usize; 2],
    pub(crate) mels: usize,
    pub(crate) frames: usize,
    pub(crate) dropout: f64,
}

impl AstConfig {
    /// Width of the tokens and of the pooled output.
    pub fn hidden_size(&self) -> usize {
        self.hidden_size
    }

    /// Number of transformer blocks.
    pub fn depth(&self) -> usize {
        self.depth
    }

    /// Mel bands of the features.
    pub fn mels(&self) -> usize {
        self.mels
    }

    /// Frames of one chunk of features.
    pub fn frames(&self) -> usize {
        self.frames
    }

    /// Tokens of one chunk: the patches and the class and distillation tokens.
    pub fn tokens(&self) -> usize {
        self.grid().patches() + 2
    }

    /// The patches of one chunk.
    pub fn grid(&self) -> PatchGrid {
        let count = |size: usize, stride: usize| (size - self.patch_size) / stride + 1;
        let [frequency_stride, time_stride] = self.patch_stride;
        PatchGrid { frequency: count(self.mels, frequency_stride), time: count(self.frames, time_stride) }
    }
}

/// How many patches lie along each axis of a spectrogram; patch `f * time + t` is the one at `(f, t)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PatchGrid {
    /// Patches along the mel bands.
    pub frequency: usize,
    /// Patches along the frames.
    pub time: usize,
}

impl PatchGrid {
    /// All patches.
    pub fn patches(self) -> usize {
        self.frequency * self.time
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_size_has_1214_tokens() {
        let config = AstOptions::default().resolve().unwrap();
        assert_eq!(config.grid(), PatchGrid { frequency: 12, time: 101 });
        assert_eq!((config.tokens(), config.mlp_size, config.depth()), (1214, 3072, 12));
    }

    #[test]
    fn a_preset_can_be_overridden() {
        let json = r#"{"preset": "tiny", "depth": 4, "patch_stride": [16, 16]}"#;
        let options: AstOptions = serde_json::from_str(json).unwrap();
        let config = AstOptions { frames: 512, ..options }.resolve().unwrap();
        assert_eq!((config.hidden_size, config.depth, config.heads, config.mlp_size), (192, 4, 3, 768));
        assert_eq!(config.tokens(), 8 * 32 + 2);
    }

    #[test]
    fn impossible_options_are_named() {
        let refuse = |json: &str| serde_json::from_str::<AstOptions>(json).unwrap().resolve().unwrap_err().to_string();
        assert!(refuse(r#"{"heads": 7}"#).contains("7 does not divide 768"));
        let refuse_frames = |frames| AstOptions { frames, ..AstOptions::default() }.resolve().unwrap_err().to_string();
        assert!(refuse_frames(8).contains("`patch_size` must be in 1..=8, found 16"));
        assert!(refuse(r#"{"patch_stride": [10, 0]}"#).contains("`patch_stride` must be in 1..=16, found 0"));
        assert!(refuse(r#"{"dropout": 1.0}"#).contains("`dropout`"));
        assert!(refuse_frames(100_000).contains("larger `patch_stride`"));
        assert!(serde_json::from_str::<AstOptions>(r#"{"widht": 3}"#).is_err());
    }
}
