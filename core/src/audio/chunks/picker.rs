//! The choice of chunks while the sound streams by.
//!
//! The length of a track is not known before its end, and headers lie. So the picker keeps a sample of the grid that
//! stays even at any length: usable chunks are numbered as they come, every chunk whose number is a multiple of the
//! stride is held, and whenever more than `2 * max_chunks` are held the stride doubles and every second one is
//! dropped. At the end `max_chunks` of them are taken at even distances.
//!
//! In a mix more chunks are wanted the longer it gets, so that its stretches are all heard.
//!
//! Held at any time: the head of the track (until it is certain that the skips fit), the chunks that may still
//! belong to the outro, and at most twice as many candidates as chunks are wanted, and one.

use std::collections::VecDeque;

use super::super::stream::check_output_rate;
use super::{AudioChunk, AudioError, ChunkOptions};
use crate::features::samples_for;

/// Less than one analysis frame of 25 ms is no sound.
const SHORTEST_S: f64 = 0.025;

pub(super) struct Picker {
    sample_rate_hz: u32,
    chunk: usize,
    intro: usize,
    outro: usize,
    max_chunks: usize,
    mix_samples: u64,
    max_mix_chunks: usize,
    min_level_dbfs: f32,
    pad_short: bool,
    /// Samples seen.
    total: u64,
    /// Everything from the start on, until the track is long enough for the skips and one chunk.
    head: Option<Vec<f32>>,
    /// Start of `current` in the track.
    start: u64,
    current: Vec<f32>,
    /// Full chunks that end within the last `outro` samples seen so far.
    waiting: VecDeque<Candidate>,
    candidates: Vec<Candidate>,
    /// Usable chunks seen.
    usable: u64,
    stride: u64,
    loudest_dbfs: f32,
}

struct Candidate {
    start: u64,
    samples: Vec<f32>,
}

impl Picker {
    pub(super) fn new(options: &ChunkOptions, sample_rate_hz: u32) -> Result<Self, AudioError> {
        options.validate()?;
        check_output_rate(sample_rate_hz)?;
        Ok(Self {
            sample_rate_hz,
            chunk: options.chunk_samples(sample_rate_hz),
            intro: samples_for(options.skip_intro_s, sample_rate_hz),
            outro: samples_for(options.skip_outro_s, sample_rate_hz),
            max_chunks: options.max_chunks,
            mix_samples: samples_for(options.mix_s, sample_rate_hz) as u64,
            max_mix_chunks: options.max_mix_chunks,
            min_level_dbfs: options.min_level_dbfs,
            pad_short: options.pad_short,
            total: 0,
            head: Some(Vec::new()),
            start: 0,
            current: Vec::new(),
            waiting: VecDeque::new(),
            candidates: Vec::new(),
            usable: 0,
            stride: 1,
            loudest_dbfs: f32::NEG_INFINITY,
        })
    }

    /// Takes the next samples of the track.
    pub(super) fn push(&mut self, samples: &[f32]) {
        self.total += samples.len() as u64;
        let Some(head) = &mut self.head else { return self.fill(samples) };
        head.extend_from_slice(samples);
        if head.len() >= self.intro + self.chunk + self.outro {
            let head = self.head.take().unwrap_or_default();
            self.start = self.intro as u64;
            self.fill(&head[self.intro..]);
        }
    }

    /// Cuts the grid and lets go of the chunks that certainly lie before the outro.
    fn fill(&mut self, mut samples: &[f32]) {
        while !samples.is_empty() {
            let (taken, rest) = samples.split_at(samples.len().min(self.chunk - self.current.len()));
            self.current.reserve_exact(self.chunk - self.current.len());
            self.current.extend_from_slice(taken);
            samples = rest;
            if self.current.len() == self.chunk {
                let full = std::mem::take(&mut self.current);
                self.waiting.push_back(Candidate { start: self.start, samples: full });
                self.start += self.chunk as u64;
            }
        }
        let certain = self.total - self.outro as u64;
        while self.waiting.front().is_some_and(|c| c.start + self.chunk as u64 <= certain) {
            if let Some(candidate) = self.waiting.pop_front() {
                self.admit(candidate);
            }
        }
    }

    fn admit(&mut self, candidate: Candidate) {
        let level = level_dbfs(&candidate.samples);
        self.loudest_dbfs = self.loudest_dbfs.max(level);
        if level < self.min_level_dbfs {
            return;
        }
        if self.usable.is_multiple_of(self.stride) {
            self.candidates.push(candidate);
        }
        self.usable += 1;
        if self.candidates.len() > 2 * self.wanted() {
            self.stride *= 2;
            let mut index = 0;
            self.candidates.retain(|_| {
                index += 1;
                index % 2 == 1
            });
        }
    }

    /// Chunks wanted of a track that is as long as what was seen so far.
    fn wanted(&self) -> usize {
        let lengths = usize::try_from(self.total.div_ceil(self.mix_samples)).unwrap_or(usize::MAX).max(1);
        let of_mix = self.max_chunks.saturating_mul(lengths).min(self.max_mix_chunks);
        of_mix.max(self.max_chunks)
    }

    /// The chosen chunks, in order of time; at least one.
    pub(super) fn finish(mut self) -> Result<Vec<AudioChunk>, AudioError> {
        if let Some(head) = self.head.take() {
            let only = self.only_chunk(&head)?;
            self.admit(only);
        }
        if self.candidates.is_empty() {
            return Err(AudioError::Silent { found_dbfs: self.loudest_dbfs, min_dbfs: self.min_level_dbfs });
        }
        let rate_hz = f64::from(self.sample_rate_hz);
        let (held, wanted) = (self.candidates.len(), self.wanted().min(self.candidates.len()));
        let mut chosen = (0..wanted).map(|i| (2 * i + 1) * held / (2 * wanted)).peekable();
        let chunks = self.candidates.into_iter().enumerate().filter(|(i, _)| chosen.next_if_eq(i).is_some());
        Ok(chunks
            .map(|(_, candidate)| AudioChunk { start_s: candidate.start as f64 / rate_hz, samples: candidate.samples })
            .collect())
    }

    /// The chunk of a track too short for the skips, which shrink in proportion, or of one shorter than a chunk.
    fn only_chunk(&self, head: &[f32]) -> Result<Candidate, AudioError> {
        let shortest = if self.pad_short { samples_for(SHORTEST_S, self.sample_rate_hz) } else { self.chunk };
        if head.len() < shortest {
            let seconds = |samples: usize| samples as f64 / f64::from(self.sample_rate_hz);
            return Err(AudioError::TooShort { needed_s: seconds(shortest), found_s: seconds(head.len()) });
        }
        let spare = head.len().saturating_sub(self.chunk);
        let start = if spare == 0 { 0 } else { spare * self.intro / (self.intro + self.outro) };
        let end = head.len().min(start + self.chunk);
        Ok(Candidate { start: start as u64, samples: head[start..end].to_vec() })
    }

    /// Samples in memory.
    #[cfg(test)]
    pub(super) fn held_samples(&self) -> usize {
        let chunks = self.candidates.iter().chain(&self.waiting).map(|c| c.samples.len()).sum::<usize>();
        chunks + self.current.len() + self.head.as_ref().map_or(0, Vec::len)
    }
}

/// RMS level in dB relative to an RMS of 1; negative infinity for digital silence.
fn level_dbfs(samples: &[f32]) -> f32 {
    let power = samples.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>() / samples.len() as f64;
    (10.0 * power.log10()) as f32
}
