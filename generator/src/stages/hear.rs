//! One track, from its file to its features and what is measured of it.

use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use pmsl_core::analysis::{TrackAnalysis, analyse, read_chunks_and_analysis};
use pmsl_core::audio::{AudioError, ChunkOptions, TrackAudio, read_chunks};
use pmsl_core::features::{FeatureError, FrontEnd, MfccStatistics, encode_f16};

use crate::cache::{Remembered, StoredChunks, StoredValues};
use crate::limits::{OutOfTime, within};
use crate::plan::Plan;

/// The name of this stage in the table of failures.
const AUDIO_STAGE: &str = "audio";
/// What a decoder and the meters that listen to it take besides the chunks, in bytes: buffers of packets, resamplers and
/// fingerprints, as measured on long files.
const FIXED_BYTES: u64 = 24 << 20;

/// What is wanted of a track.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    /// The features.
    pub(super) features: bool,
    /// Tempo, key, loudness and fingerprint.
    pub(super) analysis: bool,
}

/// What a track gave; nothing where it was not asked for.
pub(super) struct Heard {
    /// Its features, or why there are none although it could be decoded.
    pub(super) chunks: Option<Result<StoredChunks, Unheard>>,
    /// What was measured of it.
    pub(super) analysis: Option<TrackAnalysis>,
}

/// Why a track was not heard.
#[derive(Debug)]
pub(super) enum Unheard {
    /// The sound is at fault, and will be until the file changes.
    Sound(String),
    /// It took longer than so many seconds.
    Slow(f64),
    /// The file could not be reached or read: that says nothing of the sound, and may have passed by the next run.
    Reach(String),
}

impl Unheard {
    /// The row in the table of failures.
    pub(super) fn row(self) -> Remembered {
        let (reason, time_limit_s) = match self {
            Self::Sound(reason) | Self::Reach(reason) => (reason, None),
            Self::Slow(limit_s) => (
                format!(
                    "not decoded within {limit_s} s: the file is damaged, or very long; to try again raise \
                     `file_time_limit_s`, or give --force"
                ),
                Some(limit_s),
            ),
        };
        Remembered { stage: AUDIO_STAGE.into(), reason, time_limit_s }
    }

    /// Whether the next run would find the same.
    pub(super) fn lasts(&self) -> bool {
        !matches!(self, Self::Reach(_))
    }
}

impl From<AudioError> for Unheard {
    fn from(error: AudioError) -> Self {
        let passing = matches!(error, AudioError::Open(_) | AudioError::NotAFile | AudioError::Read { .. });
        let reason = format!("{:#}", anyhow::Error::from(error));
        if passing { Self::Reach(reason) } else { Self::Sound(reason) }
    }
}

impl From<FeatureError> for Unheard {
    fn from(error: FeatureError) -> Self {
        Self::Sound(format!("{:#}", anyhow::Error::from(error)))
    }
}

/// What turns sound into numbers: one for each thread.
pub(super) struct Ears {
    front_end: Box<dyn FrontEnd>,
    statistics: MfccStatistics,
    chunks: ChunkOptions,
    sample_rate_hz: u32,
    time_limit: Duration,
}

impl Ears {
    pub(super) fn new(plan: &Plan) -> Result<Self, FeatureError> {
        let options = plan.config.front_end();
        let (chunk_s, sample_rate_hz) = (plan.config.audio.chunk_s, options.sample_rate_hz());
        Ok(Self {
            front_end: options.plan(chunk_s)?,
            statistics: MfccStatistics::new(sample_rate_hz, chunk_s)?,
            chunks: plan.config.audio.clone(),
            sample_rate_hz,
            time_limit: plan.file_time_limit(),
        })
    }

    /// Most memory that hearing one file takes, however long it is, in bytes.
    pub(super) fn bytes(plan: &Plan) -> u64 {
        let held = plan.config.audio.held_samples(plan.config.front_end().sample_rate_hz());
        FIXED_BYTES + (held * size_of::<f32>()) as u64
    }

    /// Decodes a file once, measures it and computes its features, whichever is wanted.
    ///
    /// # Errors
    /// When no thread can be started.
    pub(super) fn hear(
        &mut self,
        path: &Path,
        wanted: Wanted,
        cancel: &AtomicBool,
    ) -> anyhow::Result<Result<Heard, Unheard>> {
        let (path, options, rate_hz) = (path.to_owned(), self.chunks.clone(), self.sample_rate_hz);
        let decoded = within(self.time_limit, cancel, move |stop| decode(&path, &options, rate_hz, wanted, stop))?;
        Ok(match decoded {
            Err(OutOfTime) => Err(Unheard::Slow(self.time_limit.as_secs_f64())),
            Ok(Err(error)) => Err(error.into()),
            Ok(Ok((chunks, analysis))) => {
                let chunks = chunks.map(|audio| self.extract(&audio?));
                Ok(Heard { chunks, analysis })
            }
        })
    }

    /// Computes the features of a track's chunks.
    fn extract(&mut self, audio: &TrackAudio) -> Result<StoredChunks, Unheard> {
        let (frames, bands) = (self.front_end.frames(), self.front_end.bands());
        let mut values = Vec::with_capacity(2 * audio.chunks.len() * frames * bands);
        let mut features = Vec::with_capacity(frames * bands);
        for chunk in &audio.chunks {
            self.front_end.compute(&chunk.samples, &mut features)?;
            self.statistics.push(&chunk.samples)?;
            encode_f16(&features, &mut values);
        }
        Ok(StoredChunks {
            frames,
            bands,
            starts_s: audio.chunks.iter().map(|chunk| chunk.start_s as f32).collect(),
            tags: Vec::new(),
            statistics: self.statistics.finish(),
            values: StoredValues::Half(values),
            duration_s: audio.duration_s as f32,
            decode_errors: audio.decode_errors,
        })
    }
}

/// The chunks, or why there are none, and what was measured.
type Decoded = (Option<Result<TrackAudio, AudioError>>, Option<TrackAnalysis>);

fn decode(
    path: &Path,
    options: &ChunkOptions,
    rate_hz: u32,
    wanted: Wanted,
    stop: &AtomicBool,
) -> Result<Decoded, AudioError> {
    Ok(match wanted {
        Wanted { features: true, analysis: true } => {
            let (chunks, analysis) = read_chunks_and_analysis(path, options, rate_hz, stop)?;
            (Some(chunks), Some(analysis))
        }
        Wanted { features: true, analysis: false } => (Some(read_chunks(path, options, rate_hz, stop)), None),
        Wanted { features: false, analysis: true } => (None, Some(analyse(path, stop)?)),
        Wanted { features: false, analysis: false } => (None, None),
    })
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[test]
    fn only_what_lies_in_the_file_lasts() {
        let gone = || io::Error::from(io::ErrorKind::NotFound);
        assert!(!Unheard::from(AudioError::Open(gone())).lasts());
        assert!(!Unheard::from(AudioError::Read { at_s: 3.0, source: gone() }).lasts());
        assert!(Unheard::from(AudioError::Empty).lasts());
        let slow = Unheard::Slow(1.5);
        assert!(slow.lasts());
        assert_eq!(slow.row().time_limit_s, Some(1.5));
    }
}
