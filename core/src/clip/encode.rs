//! Samples as an MP3 file.

use rusty_mp3::{Error, Mp3Encoder, Mp3EncoderConfig};

use super::ClipError;
use crate::audio::contain_panic;

/// Encodes mono samples in -1 to 1 at a constant bit rate. Players leave out the silence that the codec puts before the
/// sound, for the file says how long it is.
///
/// # Errors
/// [`ClipError::Encode`].
pub(super) fn mp3(samples: &[f32], sample_rate_hz: u32, kbps: u32) -> Result<Vec<u8>, ClipError> {
    contain_panic(|| encode(samples, sample_rate_hz, kbps).map_err(|error| error.to_string()))
        .and_then(|encoded| encoded)
        .map_err(|reason| ClipError::Encode { reason })
}

fn encode(samples: &[f32], sample_rate_hz: u32, kbps: u32) -> Result<Vec<u8>, Error> {
    let mut encoder = Mp3Encoder::new(Mp3EncoderConfig { bitrate_kbps: kbps, vbr_quality: None });
    encoder.push_pcm_f32(samples, 1, sample_rate_hz)?;
    encoder.finish();
    let mut file = Vec::with_capacity(samples.len() / sample_rate_hz as usize * kbps as usize * 125 + 4096);
    loop {
        match encoder.next_packet() {
            Ok(packet) => file.extend_from_slice(&packet),
            Err(Error::Again | Error::Eof) => return Ok(file),
            Err(error) => return Err(error),
        }
    }
}
