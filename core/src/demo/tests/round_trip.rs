//! The files, read back by the decoders that the rest of the project uses.

use std::fs::File;
use std::sync::atomic::AtomicBool;

use lofty::file::{AudioFile as _, TaggedFileExt as _};
use lofty::tag::{Accessor as _, ItemKey};
use symphonia::core::codecs::audio::AudioDecoderOptions;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, TrackType};
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;

use crate::demo::encode::flac;
use crate::demo::{DemoOptions, synthesize_library};

/// All samples of a file, interleaved, and its sample rate.
fn decode(path: &std::path::Path) -> (Vec<f32>, u32) {
    let stream = MediaSourceStream::new(Box::new(File::open(path).unwrap()), MediaSourceStreamOptions::default());
    let mut format = symphonia::default::get_probe()
        .probe(&Hint::new(), stream, FormatOptions::default(), MetadataOptions::default())
        .unwrap();
    let track = format.default_track(TrackType::Audio).unwrap();
    let parameters = track.codec_params.as_ref().unwrap().audio().unwrap().clone();
    let mut decoder =
        symphonia::default::get_codecs().make_audio_decoder(&parameters, &AudioDecoderOptions::default()).unwrap();
    let (mut samples, mut block, mut rate) = (Vec::new(), Vec::new(), 0);
    while let Some(packet) = format.next_packet().unwrap() {
        let buffer = decoder.decode(&packet).unwrap();
        rate = buffer.spec().rate();
        buffer.copy_to_vec_interleaved(&mut block);
        samples.extend_from_slice(&block);
    }
    (samples, rate)
}

#[test]
fn flac_gives_back_every_sample() {
    let frames: Vec<[f32; 2]> = (0..30_001)
        .map(|index| {
            let time = index as f32;
            [(0.02 * time).sin() * 0.9, ((0.37 * time).sin() * (0.001 * time).cos()).clamp(-1.0, 1.0)]
        })
        .collect();
    let bytes = flac("test", &frames, 24_000, &[("TITLE", "Piña".to_owned())]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.flac");
    std::fs::write(&path, bytes).unwrap();
    let (decoded, rate) = decode(&path);
    assert_eq!(rate, 24_000);
    assert_eq!(decoded.len(), 2 * frames.len());
    let worst = decoded.iter().zip(frames.iter().flatten()).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    // Half a step of 16 bits, and the difference between a full scale of 32767 and 32768.
    assert!(worst < 0.5 / 32_767.0 + 1.0 / 32_768.0 + 1e-6, "{worst}");
}

#[test]
fn tags_and_length_read_back_as_planned() {
    let folder = tempfile::tempdir().unwrap();
    let options = DemoOptions { tracks_per_sub_genre: 1, seconds: 8.0, sample_rate_hz: 16_000, seed: 5 };
    let library = synthesize_library(folder.path(), &options, &mut |_| (), &AtomicBool::new(false)).unwrap();
    for track in &library.tracks {
        let path = folder.path().join(&track.path);
        let file = lofty::read_from_path(&path).unwrap();
        assert!((file.properties().duration().as_secs_f32() - 8.0).abs() < 0.01);
        assert_eq!(file.properties().sample_rate(), Some(16_000));
        let tag = file.primary_tag().unwrap();
        assert_eq!(tag.title().as_deref(), Some(track.title.as_str()));
        assert_eq!(tag.artist().as_deref(), Some(track.artist.as_str()));
        assert_eq!(tag.album().as_deref(), Some(track.album.as_str()));
        assert_eq!(tag.genre().as_deref(), Some(track.sub_genre));
        assert_eq!(tag.get_string(ItemKey::InitialKey), Some(track.key.as_str()));
        let bpm = tag.get_string(ItemKey::Bpm).or_else(|| tag.get_string(ItemKey::IntegerBpm)).unwrap();
        assert!((bpm.parse::<f32>().unwrap() - track.bpm).abs() < f32::EPSILON * track.bpm);
        let (samples, _) = decode(&path);
        assert_eq!(samples.len(), 2 * 8 * 16_000);
    }
}
