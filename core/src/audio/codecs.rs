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

/// Makes a decoder that trims encoder delay and padding where the format tells them.
pub(super) fn decoder_for(parameters: &AudioCodecParameters) -> Result<Box<dyn AudioDecoder>, AudioError> {
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
