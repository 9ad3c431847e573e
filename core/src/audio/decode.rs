//! One file as a stream of mono blocks at its own sample rate.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use symphonia::core::audio::GenericAudioBufferRef;
use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::AudioDecoder;
use symphonia::core::errors::Error as SymphoniaError;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;

use super::AudioError;
use super::codecs::decoder_for;
use super::source::SourceBlock;

/// Failures of the container in a row after which the rest of the file is given up. Readers usually resume after
/// damaged bytes at the next call.
const READER_RETRIES: u32 = 32;
/// Packets in a row that give no samples after which a file is taken for damaged, so that no file reads forever.
const EMPTY_PACKETS_LIMIT: u32 = 20_000;

/// Reads and decodes the default audio track of a file.
pub(super) struct Decoder {
    format: Box<dyn FormatReader>,
    codec: Box<dyn AudioDecoder>,
    track_id: u32,
    interleaved: Vec<f32>,
    mono: Vec<f32>,
    packets: u32,
    errors: u32,
}

impl Decoder {
    /// Opens a file.
    pub(super) fn open(path: &Path) -> Result<Self, AudioError> {
        // Asked before opening: opening a pipe would wait for its writer.
        if !std::fs::metadata(path).map_err(AudioError::Open)?.is_file() {
            return Err(AudioError::NotAFile);
        }
        let file = File::open(path).map_err(AudioError::Open)?;
        let decoder = Self::of(Box::new(file), path.extension().and_then(|extension| extension.to_str()));
        decoder.map_err(|error| match error {
            AudioError::UnknownFormat(_) if is_lfs_pointer(path) => AudioError::LfsPointer,
            error => error,
        })
    }

    /// Reads what `source` holds; the extension of its name says what to try first.
    pub(super) fn of(source: Box<dyn MediaSource>, extension: Option<&str>) -> Result<Self, AudioError> {
        let mut hint = Hint::new();
        if let Some(extension) = extension {
            hint.with_extension(extension);
        }
        let stream = MediaSourceStream::new(source, MediaSourceStreamOptions::default());
        let format = symphonia::default::get_probe()
            .probe(&hint, stream, FormatOptions::default(), MetadataOptions::default())
            .map_err(AudioError::UnknownFormat)?;
        let (track_id, codec) = default_track(format.as_ref())?;
        Ok(Self { format, codec, track_id, interleaved: Vec::new(), mono: Vec::new(), packets: 0, errors: 0 })
    }

    /// Packets that could not be decoded so far.
    pub(super) fn errors(&self) -> u32 {
        self.errors
    }

    /// The next packet that decodes to at least one sample. `None` at the end of the file.
    ///
    /// # Errors
    /// [`AudioError::Corrupt`] at the end of a file that failed for the most part. The position of a
    /// [`AudioError::Read`] is left at zero for the caller to fill in.
    pub(super) fn next_block(&mut self) -> Result<Option<SourceBlock<'_>>, AudioError> {
        let (mut reader_failures, mut empty_packets) = (0, 0);
        while reader_failures < READER_RETRIES && empty_packets < EMPTY_PACKETS_LIMIT {
            empty_packets += 1;
            let packet = match self.format.next_packet() {
                Ok(Some(packet)) => packet,
                Ok(None) => break,
                // Another logical stream follows (chained Ogg): it may have another codec and sample rate.
                Err(SymphoniaError::ResetRequired) => {
                    (self.track_id, self.codec) = default_track(self.format.as_ref())?;
                    continue;
                }
                Err(SymphoniaError::IoError(e)) if e.kind() == io::ErrorKind::UnexpectedEof => break,
                Err(SymphoniaError::IoError(source)) => return Err(AudioError::Read { at_s: 0.0, source }),
                Err(_) => {
                    reader_failures += 1;
                    self.packets += 1;
                    self.errors += 1;
                    continue;
                }
            };
            if packet.track_id != self.track_id {
                continue;
            }
            self.packets += 1;
            match self.codec.decode(&packet) {
                Ok(buffer) if buffer.frames() > 0 && buffer.num_planes() > 0 => {
                    let (sample_rate_hz, channels) = (buffer.spec().rate(), buffer.num_planes());
                    mix_down(&buffer, &mut self.interleaved, &mut self.mono);
                    let (interleaved, mono) = (&self.interleaved, &self.mono);
                    return Ok(Some(SourceBlock { interleaved, mono, channels, sample_rate_hz }));
                }
                Ok(_) => {}
                Err(SymphoniaError::ResetRequired) => {
                    self.codec.reset();
                    self.errors += 1;
                }
                Err(_) => self.errors += 1,
            }
        }
        if self.errors > self.packets / 2 {
            return Err(AudioError::Corrupt { errors: self.errors, packets: self.packets });
        }
        Ok(None)
    }
}

/// Whether a file is the text that Git LFS leaves in place of a large file.
fn is_lfs_pointer(path: &Path) -> bool {
    const BEGINNING: &[u8] = b"version https://git-lfs.github.com/spec/";
    let mut beginning = [0; BEGINNING.len()];
    File::open(path).and_then(|mut file| file.read_exact(&mut beginning)).is_ok() && beginning == *BEGINNING
}

fn default_track(format: &dyn FormatReader) -> Result<(u32, Box<dyn AudioDecoder>), AudioError> {
    let track = format
        .default_track(TrackType::Audio)
        .or_else(|| format.first_track(TrackType::Audio))
        .ok_or(AudioError::NoAudioTrack)?;
    match &track.codec_params {
        Some(CodecParameters::Audio(parameters)) => Ok((track.id, decoder_for(parameters)?)),
        _ => Err(AudioError::NoAudioTrack),
    }
}

/// Replaces `mono` by the mean of the channels.
fn mix_down(buffer: &GenericAudioBufferRef<'_>, interleaved: &mut Vec<f32>, mono: &mut Vec<f32>) {
    buffer.copy_to_vec_interleaved(interleaved);
    mono.clear();
    let channels = buffer.num_planes();
    match channels {
        1 => mono.extend_from_slice(interleaved),
        2 => mono.extend(interleaved.as_chunks::<2>().0.iter().map(|[left, right]| 0.5 * (left + right))),
        _ => mono.extend(interleaved.chunks_exact(channels).map(|c| c.iter().sum::<f32>() / channels as f32)),
    }
}
