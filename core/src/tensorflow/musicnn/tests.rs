// Values are read back bit by bit.
#![allow(clippy::float_cmp)]

use std::io::Write;

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;

/// The checkpoint of `tests/parity/tf_checkpoint`, which has names like those of the package.
fn tiny(suffix: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/parity/tf_checkpoint");
    std::fs::read(folder.join(format!("tiny{suffix}"))).unwrap()
}

/// Writes a wheel with one network.
fn write_wheel(path: &Path, index: &[u8], data: &[u8]) {
    let mut wheel = ZipWriter::new(File::create(path).unwrap());
    for (suffix, bytes) in [(INDEX_SUFFIX, index), (DATA_SUFFIX, data)] {
        wheel.start_file(format!("musicnn/MSD_musicnn/{suffix}"), SimpleFileOptions::default()).unwrap();
        wheel.write_all(bytes).unwrap();
    }
    wheel.finish().unwrap();
}

#[test]
fn weights_are_found_wherever_the_package_lies() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (downloads, site) = (folder.join("downloads"), folder.join("site-packages"));
    let network = site.join("musicnn").join("MSD_musicnn");
    std::fs::create_dir_all(&downloads).unwrap();
    std::fs::create_dir_all(&network).unwrap();
    let wheel = downloads.join("musicnn-0.1.0-py3-none-any.whl");
    write_wheel(&wheel, &tiny(INDEX_SUFFIX), &tiny(DATA_SUFFIX));
    std::fs::write(downloads.join("musicnn-0.0.9.whl"), "an older one, which is not opened").unwrap();
    std::fs::write(network.join(INDEX_SUFFIX), tiny(INDEX_SUFFIX)).unwrap();
    std::fs::write(network.join(DATA_SUFFIX), tiny(DATA_SUFFIX)).unwrap();

    let renamed = folder.join("weights.zip");
    std::fs::copy(&wheel, &renamed).unwrap();
    let first = read_musicnn(&wheel, MusicnnWeights::Msd).unwrap();
    let names: Vec<&str> = first.keys().map(String::as_str).take(4).collect();
    assert_eq!(names, ["conv2d/bias", "conv2d/kernel", "dense_1/kernel", "dense_10/kernel"], "no slots");
    assert_eq!(
        (first["conv2d/kernel"].shape.as_slice(), first["conv2d/bias"].values[1]),
        (&[7, 2, 1, 5][..], 2.003_906_3)
    );
    for place in [&downloads, &site, &site.join("musicnn"), &renamed] {
        assert_eq!(read_musicnn(place, MusicnnWeights::Msd).unwrap(), first, "{}", place.display());
    }
}

#[test]
fn what_is_missing_or_damaged_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let read = |path: &Path| read_musicnn(path, MusicnnWeights::Msd).unwrap_err();
    assert!(matches!(read(folder), MusicnnError::NotFound { .. }), "an empty folder");
    assert!(matches!(read(&folder.join("none")), MusicnnError::NotFound { .. }));

    let wheel = folder.join("musicnn-0.1.0-py3-none-any.whl");
    std::fs::write(&wheel, "This is no archive. ".repeat(100)).unwrap();
    assert!(matches!(read(&wheel), MusicnnError::Archive { .. }));
    write_wheel(&wheel, &tiny(INDEX_SUFFIX), &tiny(DATA_SUFFIX));
    let other = read_musicnn(&wheel, MusicnnWeights::Mtt).unwrap_err();
    assert!(matches!(other, MusicnnError::NotFound { .. }), "a wheel without that network: {other}");
    let whole = std::fs::read(&wheel).unwrap();
    let good = read_musicnn(&wheel, MusicnnWeights::Msd).unwrap();
    for position in (0..whole.len()).step_by(5) {
        let mut damaged = whole.clone();
        damaged[position] ^= 0x24;
        std::fs::write(&wheel, &damaged).unwrap();
        // An archive says many things twice, and not all of them matter.
        if let Ok(read) = read_musicnn(&wheel, MusicnnWeights::Msd) {
            assert_eq!(read, good, "byte {position}");
        }
    }
    for length in (0..whole.len()).step_by(7) {
        std::fs::write(&wheel, &whole[..length]).unwrap();
        assert!(read_musicnn(&wheel, MusicnnWeights::Msd).is_err(), "{length} bytes");
    }
    write_wheel(&wheel, &vec![0; INDEX_LIMIT as usize + 1], &[]);
    let error = read(&wheel);
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(matches!(error, MusicnnError::Checkpoint { .. }) && source.contains("4194304 bytes"), "{source}");
}

/// Name, first and last value, and sum of the squares, as TensorFlow 2.15 reads them.
type Expected = [(&'static str, f32, f32, f64); 3];

const EXPECTED: [(MusicnnWeights, Expected); 2] = [
    (
        MusicnnWeights::Msd,
        [
            ("conv2d_5/kernel", 6.165_264_7e-31, 2.089_184_4e-6, 26.781_989_982_972_824),
            ("dense_1/bias", -1.270_874_6, -5.386_199, 734.396_198_433_889_5),
            ("batch_normalization/moving_mean", 2.197_803, 2.197_803, 4.830_338_116_819_121),
        ],
    ),
    (
        MusicnnWeights::Mtt,
        [
            ("conv2d_5/kernel", -2.751_921_6e-32, 0.108_469_374, 97.061_759_315_283_75),
            ("dense_1/bias", -1.237_626, -2.631_483_8, 264.436_566_325_852_3),
            ("batch_normalization/moving_mean", 1.593_989, 1.593_989, 2.540_800_978_746_929_7),
        ],
    ),
];

/// Needs the package: `PMSL_MUSICNN` is the path of the wheel or of a folder that holds it.
#[test]
fn the_package_is_read_as_tensorflow_reads_it() {
    let Some(path) = std::env::var_os("PMSL_MUSICNN") else {
        // The tests are the one place that may print: a skipped case has to be seen.
        #[expect(clippy::print_stderr)]
        {
            eprintln!("skipped: PMSL_MUSICNN does not name the wheel of musicnn 0.1.0");
        }
        return;
    };
    for (weights, expected) in EXPECTED {
        let tensors = read_musicnn(Path::new(&path), weights).unwrap();
        assert_eq!(tensors.len(), 64);
        assert_eq!(tensors.values().map(|tensor| tensor.values.len()).sum::<usize>(), 792_079);
        for (name, first, last, squares) in expected {
            let values = &tensors[name].values;
            let sum: f64 = values.iter().map(|&x| f64::from(x) * f64::from(x)).sum();
            assert_eq!((values[0], values[values.len() - 1]), (first, last), "{weights:?} {name}");
            assert!((sum / squares - 1.0).abs() < 1e-9, "{weights:?} {name}: {sum}");
        }
    }
}
