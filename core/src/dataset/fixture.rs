//! Features in memory, for tests.

use std::io;

use super::rng::{CounterRng, Purpose};
use super::source::FeatureSource;

/// Chunks held in memory; they start 5 s apart.
pub(crate) struct Fixture {
    chunks: Vec<Vec<Vec<f32>>>,
    frames: usize,
    mels: usize,
}

impl Fixture {
    pub(crate) fn new(frames: usize, mels: usize, chunks: Vec<Vec<Vec<f32>>>) -> Self {
        Self { chunks, frames, mels }
    }

    pub(crate) fn zeros(tracks: usize, chunks: usize, frames: usize, mels: usize) -> Self {
        Self::new(frames, mels, vec![vec![vec![0.0; frames * mels]; chunks]; tracks])
    }

    /// Every value is its own place in the whole source, from 1.
    pub(crate) fn numbered(tracks: usize, chunks: usize, frames: usize, mels: usize) -> Self {
        let mut source = Self::zeros(tracks, chunks, frames, mels);
        for (place, value) in source.chunks.iter_mut().flatten().flatten().enumerate() {
            *value = (place + 1) as f32;
        }
        source
    }

    /// Every track is a pattern of its own, and every chunk a variation of it.
    pub(crate) fn waves(tracks: usize, chunks: usize, frames: usize, mels: usize) -> Self {
        let value = |track: usize, chunk: usize, place: usize| {
            let (track, chunk, place) = (track as f32, chunk as f32, place as f32);
            (place * (0.7 + 0.31 * track) + chunk).sin() + 0.1 * (place * (chunk + 2.0)).cos()
        };
        let chunk = |track, chunk| (0..frames * mels).map(|place| value(track, chunk, place)).collect();
        let track = |track| (0..chunks).map(|index| chunk(track, index)).collect();
        Self::new(frames, mels, (0..tracks).map(track).collect())
    }

    /// Tracks of `classes` sub-genres, `per_class` of each in turn, that differ by the mel band that sounds, under
    /// noise of the given level. The last band tells nothing and is the loudest.
    pub(crate) fn tones(classes: usize, per_class: usize, chunks: usize, noise: f32) -> (Self, Vec<u32>) {
        let (frames, mels) = (6, 8);
        let labels: Vec<u32> = (0..classes * per_class).map(|track| (track / per_class) as u32).collect();
        let mut source = Self::zeros(labels.len(), chunks, frames, mels);
        for (track, label) in labels.iter().enumerate() {
            let mut rng = CounterRng::new(99, Purpose::Augment, [track as u64, 0]);
            for chunk in &mut source.chunks[track] {
                let hum = 4.0 * noise * (rng.unit() * 2.0 - 1.0);
                for (place, value) in chunk.iter_mut().enumerate() {
                    let band = place % mels;
                    let level = if band == mels - 1 { hum } else { f32::from(u8::from(band == *label as usize)) };
                    *value = level + noise * (rng.unit() * 2.0 - 1.0);
                }
            }
        }
        (source, labels)
    }

    /// Tracks of `classes` sub-genres, `per_class` of each in turn, that differ by the mels that sound loudest.
    pub(crate) fn bands(
        classes: usize,
        per_class: usize,
        chunks: usize,
        frames: usize,
        mels: usize,
    ) -> (Self, Vec<u32>) {
        let labels: Vec<u32> = (0..classes * per_class).map(|track| (track / per_class) as u32).collect();
        let mut source = Self::waves(labels.len(), chunks, frames, mels);
        for (chunks, &label) in source.chunks.iter_mut().zip(&labels) {
            for (place, value) in chunks.iter_mut().flat_map(|chunk| chunk.iter_mut().enumerate()) {
                *value += f32::from(u8::from(place % mels * classes / mels == label as usize));
            }
        }
        (source, labels)
    }

    pub(crate) fn chunk(&self, track: usize, chunk: usize) -> &[f32] {
        &self.chunks[track][chunk]
    }

    /// Makes the first chunk of a track one value too short.
    pub(crate) fn truncate(&mut self, track: usize) {
        self.chunks[track][0].pop();
    }
}

impl FeatureSource for Fixture {
    fn track_count(&self) -> usize {
        self.chunks.len()
    }

    fn chunk_count(&self, track: usize) -> usize {
        self.chunks[track].len()
    }

    fn chunk_start_s(&self, _: usize, chunk: usize) -> f64 {
        5.0 * chunk as f64
    }

    fn frames(&self) -> usize {
        self.frames
    }

    fn mels(&self) -> usize {
        self.mels
    }

    fn read_chunk(&self, track: usize, chunk: usize, out: &mut Vec<f32>) -> io::Result<()> {
        out.clear();
        out.extend_from_slice(&self.chunks[track][chunk]);
        Ok(())
    }
}
