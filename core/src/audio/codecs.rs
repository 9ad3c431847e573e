//! The decoders of this build.

use std::sync::LazyLock;

use symphonia::core::codecs::audio::well_known::CODEC_ID_OPUS;
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::codecs::registry::CodecRegistry;

use super::AudioError;

static REGISTRY: LazyLock<CodecRegistry> = LazyLock::new(|| {
    let mut registry = CodecRegistry::new();
    symphonia::default::register_enabled_codecs(&mut registry);
    #[cfg(feature = "opus")]
    registry.register_audio_decoder::<symphonia_adapter_libopus::OpusDecoder>();
    registry
});

/// Most channels of a file: 64 are those of the largest formats for cinemas and studios.
const MOST_CHANNELS: u64 = 64;
/// Most frames of a packet. The largest of any codec are the 65,535 of FLAC; decoders take memory for it before they read.
const MOST_FRAMES: u64 = 1 << 16;

/// Makes a decoder that trims encoder delay and padding where the format tells them.
pub(super) fn decoder_for(parameters: &AudioCodecParameters) -> Result<Box<dyn AudioDecoder>, AudioError> {
    let channels = parameters.channels.as_ref().map_or(0, |channels| channels.count() as u64);
    let frames = parameters.max_frames_per_packet.unwrap_or(0);
    for (what, found, limit) in [("channels", channels, MOST_CHANNELS), ("frames in a packet", frames, MOST_FRAMES)] {
        if found > limit {
            return Err(AudioError::Oversized { what, limit, found });
        }
    }
    let options = AudioDecoderOptions::default().gapless(true);
    REGISTRY.make_audio_decoder(parameters, &options).map_err(|error| {
        if parameters.codec == CODEC_ID_OPUS && cfg!(not(feature = "opus")) {
            return AudioError::OpusNotBuilt;
        }
        let name = REGISTRY.get_audio_decoder(parameters.codec).map(|known| known.codec.info.long_name);
        let codec = name.map_or_else(|| parameters.codec.to_string(), |name| format!("{name} ({error})"));
        AudioError::UnsupportedCodec { codec }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use symphonia::core::audio::Channels;
    use symphonia::core::codecs::audio::well_known::CODEC_ID_PCM_S16LE;

    #[test]
    fn no_header_gets_more_memory_than_a_recording_needs() {
        let decoder = |channels: u16, frames: u64| {
            let mut parameters = AudioCodecParameters::new();
            parameters.for_codec(CODEC_ID_PCM_S16LE).with_sample_rate(44_100);
            parameters.with_channels(Channels::Discrete(channels)).with_max_frames_per_packet(frames);
            decoder_for(&parameters).map(drop)
        };
        assert!(decoder(64, 1152).is_ok());
        for (channels, frames) in [(65, 1152), (u16::MAX, 1152), (2, u64::from(u32::MAX)), (2, u64::MAX)] {
            let refused = decoder(channels, frames);
            assert!(matches!(refused, Err(AudioError::Oversized { .. })), "{channels} channels, {frames} frames");
        }
    }
}
