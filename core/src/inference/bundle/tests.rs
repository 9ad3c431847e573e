use proptest::prelude::*;

use super::format::hash;
use super::*;
use crate::audio::ChunkOptions;
use crate::features::{FrontEndOptions, LogMelOptions, MusicnnMelOptions};
use crate::inference::{BundleError, Embedder, MusicnnLayer, NetworkOptions, Pooling};

fn tensor(shape: &[usize]) -> NamedTensor {
    let count = shape.iter().product::<usize>();
    NamedTensor { shape: shape.to_vec(), values: (0..count).map(|i| 0.3 + (i as f32 * 0.37).sin()).collect() }
}

/// A residual network of width 1 with a head.
fn bundle() -> EncoderBundle {
    let mut tensors = BTreeMap::new();
    let mut add = |name: String, shape: &[usize]| _ = tensors.insert(name, tensor(shape));
    let mut conv = |conv: &str, norm: &str, shape: [usize; 4]| {
        add(format!("backbone.Resnet18.{conv}.weight"), &shape);
        for part in ["gamma", "beta", "running_mean", "running_variance"] {
            add(format!("backbone.Resnet18.{norm}.{part}"), &shape[..1]);
        }
    };
    conv("stem", "stem_norm", [1, 1, 7, 7]);
    for block in 0..8 {
        let output = 1 << (block / 2);
        let first = block > 0 && block % 2 == 0;
        let input = if first { output / 2 } else { output };
        conv(&format!("blocks.{block}.conv_1"), &format!("blocks.{block}.norm_1"), [output, input, 3, 3]);
        conv(&format!("blocks.{block}.conv_2"), &format!("blocks.{block}.norm_2"), [output, output, 3, 3]);
        if first {
            let name = format!("blocks.{block}.shortcut");
            conv(&format!("{name}.conv"), &format!("{name}.norm"), [output, input, 1, 1]);
        }
    }
    add("head.layers.0.weight".to_owned(), &[8, 3]);
    add("head.layers.0.bias".to_owned(), &[3]);
    for tensor in tensors.iter_mut().filter(|(name, _)| name.ends_with("variance")) {
        tensor.1.values.iter_mut().for_each(|value| *value = value.abs() + 0.5);
    }
    EncoderBundle {
        options: EmbedderOptions {
            audio: ChunkOptions { chunk_s: 1.0, ..ChunkOptions::default() },
            front_end: FrontEndOptions::LogMel(LogMelOptions { mean: -4.0, std: 3.0 }),
            crop_frames: None,
            network: NetworkOptions::Resnet18 { width: 1 },
            pooling: Pooling::UnitMean,
        },
        tensors,
        scaling: None,
    }
}

fn bytes() -> Vec<u8> {
    bundle().encode("ab", WeightPrecision::Full).unwrap()
}

/// Puts the right hash behind changed bytes.
fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let at = bytes.len() - 8;
    let hash = hash(&bytes[..at]);
    bytes[at..].copy_from_slice(&hash.to_le_bytes());
    bytes
}

#[test]
fn a_bundle_comes_back_and_hears() {
    assert_eq!(EncoderBundle::decode(&bytes(), "ab").unwrap(), bundle());
    assert_eq!(bytes(), bytes());
    let half = EncoderBundle::decode(&bundle().encode("ab", WeightPrecision::Half).unwrap(), "ab").unwrap();
    for ((name, half), full) in half.tensors.iter().zip(bundle().tensors.values()) {
        assert_eq!(half.shape, full.shape);
        let exact = half.values == full.values;
        assert_eq!(exact, full.shape.len() == 1 || full.values.iter().all(|&value| value == 0.0), "{name}");
        assert!(half.values.iter().zip(&full.values).all(|(half, full)| (half - full).abs() <= 5e-4 * full.abs()));
    }
    let mut embedder = Embedder::new(bundle()).unwrap();
    let tone: Vec<f32> = (0..16_000).map(|n| (n as f32 * 0.2).sin() * 0.3).collect();
    let (loud, quiet) = (embedder.hear(&tone).unwrap(), embedder.hear(&tone[..4000]).unwrap());
    assert!(loud.len() == 3 && loud != quiet);
    let unit = embedder.pool(&[loud.clone(), quiet]).unwrap();
    assert!((unit.iter().map(|value| value * value).sum::<f32>() - 1.0).abs() < 1e-6);
    let opposite = loud.iter().map(|value| -value).collect();
    assert!(embedder.pool(&[loud, opposite]).is_err() && embedder.pool(&[]).is_err());
    assert!(embedder.embed(b"no sound".to_vec(), Some("mp3")).is_err());
}

#[test]
fn half_precision_is_for_what_it_can_hold() {
    let mut bundle = bundle();
    bundle.tensors.get_mut("head.layers.0.weight").unwrap().values[4] = 1e6;
    let half = EncoderBundle::decode(&bundle.encode("ab", WeightPrecision::Half).unwrap(), "ab").unwrap();
    assert_eq!(half.tensors["head.layers.0.weight"], bundle.tensors["head.layers.0.weight"]);
}

#[test]
fn every_truncation_and_change_is_refused() {
    let bytes = bytes();
    for length in (0..bytes.len()).step_by(7) {
        assert!(EncoderBundle::decode(&bytes[..length], "ab").is_err(), "{length} of {} bytes", bytes.len());
    }
    for place in (0..bytes.len()).step_by(5) {
        let mut changed = bytes.clone();
        changed[place] ^= 0x10;
        assert!(EncoderBundle::decode(&changed, "ab").is_err(), "byte {place}");
    }
    assert!(matches!(EncoderBundle::decode(b"something else...", "ab"), Err(BundleError::NotABundle)));
    let mut newer = bytes.clone();
    newer[8] = 9;
    assert!(matches!(EncoderBundle::decode(&newer, "ab"), Err(BundleError::Version { found: 9 })));
    let error = EncoderBundle::decode(&bytes, "cd").unwrap_err().to_string();
    assert_eq!(error, "the page belongs to build cd and its encoder to build ab; copy the site again");
}

#[test]
fn what_contradicts_itself_is_refused() {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let length = u32::from_le_bytes(bytes()[12..16].try_into().unwrap()) as usize;
    let json = text(&bytes()[16..16 + length]);
    let with = |from: &str, to: &str| {
        assert!(json.contains(from) && from.len() == to.len(), "{json}");
        let mut changed = bytes();
        changed[16..16 + length].copy_from_slice(json.replacen(from, to, 1).as_bytes());
        EncoderBundle::decode(&sealed(changed), "ab")
    };
    assert!(matches!(
        with("\"feature_version\":1", "\"feature_version\":7"),
        Err(BundleError::FeatureVersion { found: 7 })
    ));
    for (from, to) in [("[1,1,7,7]", "[1,1,7,9]"), ("[1,1,7,7]", "[9,9,9,9]"), ("\"shape\"", "\"shaqe\""), ("{", "[")] {
        assert!(matches!(with(from, to), Err(BundleError::Options(_))), "{from} as {to}");
    }
    assert!(Embedder::new(with("\"width\":1", "\"width\":2").unwrap()).is_err());
    assert!(Embedder::new(with("\"width\":1", "\"width\":0").unwrap()).is_err());
    assert!(Embedder::new(with("\"std\":3", "\"std\":0").unwrap()).is_err());
}

#[test]
fn missing_and_stray_tensors_are_named() {
    let problem = |change: &dyn Fn(&mut EncoderBundle)| {
        let mut bundle = bundle();
        change(&mut bundle);
        Embedder::new(bundle).map(|_| ()).unwrap_err().to_string()
    };
    let missing = problem(&|bundle| _ = bundle.tensors.remove("backbone.Resnet18.stem_norm.beta"));
    assert_eq!(missing, "the tensor `backbone.Resnet18.stem_norm.beta` should have the shape [1], found []");
    let stray = problem(&|bundle| _ = bundle.tensors.insert("x".to_owned(), tensor(&[2])));
    assert_eq!(stray, "the tensor `x` should have the shape [], found [2]");
    let head = problem(&|bundle| _ = bundle.tensors.insert("head.layers.0.weight".to_owned(), tensor(&[24])));
    assert!(head.contains("head.layers.0"), "{head}");
    let bands = problem(&|bundle| bundle.options.network = NetworkOptions::Musicnn { layer: MusicnnLayer::MaxPool });
    assert!(bands.contains("128 bands"), "{bands}");
    problem(&|bundle| {
        bundle.options.front_end = FrontEndOptions::MusicnnMel(MusicnnMelOptions { mean: 0.0, std: 0.0 });
    });
    problem(&|bundle| bundle.options.crop_frames = Some(0));
    problem(&|bundle| bundle.options.audio.chunk_s = 1e9);
}

#[test]
fn what_is_too_large_or_not_finite_is_not_written() {
    let mut large = bundle();
    large.tensors.insert("head.layers.1.weight".to_owned(), tensor(&[2000, 2000]));
    let error = large.encode("ab", WeightPrecision::Full).unwrap_err().to_string();
    assert!(error.starts_with("the encoder takes 16.0 MB; at most 12.0 MB"), "{error}");
    assert!(large.encode("ab", WeightPrecision::Half).is_ok());
    let mut damaged = bundle();
    damaged.tensors.get_mut("head.layers.0.bias").unwrap().values[1] = f32::NAN;
    let error = damaged.encode("ab", WeightPrecision::Full).unwrap_err().to_string();
    assert!(error.contains("`head.layers.0.bias`"), "{error}");
}

#[test]
fn only_what_the_encoder_needs_is_collected() {
    let mut weights = bundle().tensors;
    weights.insert("objective.proxies".to_owned(), tensor(&[4, 3]));
    weights.insert("backbone.Musicnn.tags.weight".to_owned(), tensor(&[4, 3]));
    let collected = EncoderBundle::collect(bundle().options, weights, None);
    assert_eq!(collected, bundle());
    let scaling = Standardizer::fit(&[1.0; 8], 8).unwrap();
    let scaled = EncoderBundle::collect(bundle().options, bundle().tensors, Some(scaling));
    assert_eq!(EncoderBundle::decode(&scaled.encode("", WeightPrecision::Full).unwrap(), "").unwrap(), scaled);
    Embedder::new(scaled).unwrap();
    let narrow = Standardizer::fit(&[1.0; 7], 7).unwrap();
    assert!(Embedder::new(EncoderBundle::collect(bundle().options, bundle().tensors, Some(narrow))).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn bytes_with_a_right_hash_never_do_harm(place in 12usize..2000, value: u8, cut in 0usize..200) {
        let mut bytes = bytes();
        let place = place.min(bytes.len() - 9);
        bytes[place] = value;
        bytes.truncate(bytes.len() - cut.min(bytes.len() / 2));
        if let Ok(bundle) = EncoderBundle::decode(&sealed(bytes), "ab") {
            drop(Embedder::new(bundle));
        }
    }
}
