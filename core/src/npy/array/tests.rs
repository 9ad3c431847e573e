// Values are read back bit by bit.
#![allow(clippy::float_cmp)]

use proptest::prelude::*;

use super::*;

/// A file of `tests/parity/npy`, as NumPy saved it.
fn numpy(name: &str) -> Result<Array, NpyError> {
    Array::from_bytes(&file(name))
}

fn file(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/parity/npy").join(name).with_extension("npy");
    std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// A file of one header and some values.
fn with_header(text: &str, values: &[u8]) -> Vec<u8> {
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend((text.len() as u16).to_le_bytes());
    file.extend(text.bytes());
    file.extend(values);
    file
}

#[test]
fn what_numpy_saved_is_read() {
    let array = |shape: &[usize], values| Array { shape: shape.to_vec(), values };
    let matrix: Vec<f32> = (0..12u8).map(|n| f32::from(n) / 8.0 - 0.5).collect();
    let text = ["House", "", "Drum 'n' Bass", "Größenwahn 音楽 🎧"].map(String::from).to_vec();
    for (name, expected) in [
        ("f32", array(&[4, 3], Values::F32(matrix))),
        ("f64", array(&[4], Values::F64(vec![1.0, -2.5, 1e-300, f64::INFINITY]))),
        ("i32", array(&[3], Values::I32(vec![7, -1, i32::MAX]))),
        ("i64", array(&[2, 2], Values::I64(vec![1, -2, 1 << 40, 0]))),
        ("text", array(&[4], Values::Text(text))),
        ("scalar", array(&[], Values::F32(vec![1.5]))),
        ("version_3", array(&[2], Values::F32(vec![1.0, 2.0]))),
    ] {
        assert_eq!(numpy(name).unwrap(), expected, "{name}");
    }
}

#[test]
fn matrices_and_labels_are_asked_for_by_kind() {
    assert_eq!(numpy("f32").unwrap().into_matrix().unwrap().1, 3);
    let wide = Array { shape: vec![1, 2], values: Values::F64(vec![0.1, 2.0]) };
    assert_eq!(wide.into_matrix().unwrap(), (vec![0.1f32, 2.0], 2));
    assert_eq!(numpy("i32").unwrap().into_labels().unwrap(), ["7", "-1", "2147483647"]);
    assert_eq!(numpy("text").unwrap().into_labels().unwrap()[2], "Drum 'n' Bass");
    assert!(matches!(numpy("i64").unwrap().into_matrix(), Err(NpyError::Kind { found: "integers", .. })));
    assert!(matches!(numpy("f64").unwrap().into_matrix(), Err(NpyError::Rank { .. })));
    assert!(matches!(numpy("f64").unwrap().into_labels(), Err(NpyError::Kind { found: "floats", .. })));
    assert!(matches!(numpy("i64").unwrap().into_labels(), Err(NpyError::Rank { .. })));
}

#[test]
fn what_is_not_read_is_named() {
    for (name, named) in [("big_endian", ">f4"), ("records", "[("), ("bytes", "|S5"), ("objects", "|O")] {
        let error = numpy(name).unwrap_err();
        assert!(matches!(&error, NpyError::Type { found } if found.starts_with(named)), "{name}: {error}");
    }
    assert!(matches!(numpy("fortran"), Err(NpyError::FortranOrder)));
    assert!(matches!(Array::from_bytes(b"PK\x03\x04"), Err(NpyError::NotNpy)));
    assert!(matches!(Array::from_bytes(b"\x93NUMPY\x04\x00"), Err(NpyError::Version { found: 4 })));
    assert!(matches!(Array::open(Path::new("/none.npy")), Err(NpyError::Read(_))));
    let file = |kind: &str, shape: &str, values: &[u8]| {
        let text = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}}}");
        Array::from_bytes(&with_header(&text, values))
    };
    assert_eq!(file("<f4", "(1,)", &[0; 4]).unwrap().values, Values::F32(vec![0.0]));
    assert!(matches!(file("<f4", "(0, 200)", &[]), Err(NpyError::Empty { .. })));
    assert!(matches!(file("<f4", "(2,)", &[0; 4]), Err(NpyError::Length { expected: 8, found: 4, .. })));
    assert!(matches!(file("<f4", "(1,)", &[0; 5]), Err(NpyError::Length { .. })), "something follows");
    let huge = "(18446744073709551615, 18446744073709551615, 18446744073709551615)";
    assert!(matches!(file("<f4", huge, &[0; 4]), Err(NpyError::Length { expected: u128::MAX, .. })));
    for kind in ["<U0", "<U", "<U-1", "<U99999999999", "<f2", "|u1", ""] {
        assert!(matches!(file(kind, "(1099511627776,)", &[]), Err(NpyError::Type { .. })), "{kind}");
    }
    let surrogate = [0x41, 0, 0, 0, 0, 0xd8, 0, 0];
    assert!(matches!(file("<U1", "(2,)", &surrogate), Err(NpyError::Text { index: 1 })));
}

#[test]
fn damaged_files_are_errors_or_other_values() {
    for name in ["f32", "text", "records", "version_3", "fortran"] {
        let whole = file(name);
        for length in 0..whole.len() {
            assert!(Array::from_bytes(&whole[..length]).is_err(), "{name}, {length} bytes");
        }
        for position in 0..whole.len() {
            for mask in [1, 2, 4, 8, 0x10, 0x20, 0x40, 0x80, 0xff] {
                let mut damaged = whole.clone();
                damaged[position] ^= mask;
                if let Ok(array) = Array::from_bytes(&damaged) {
                    assert_eq!(array.shape.iter().product::<usize>(), count(&array.values), "{name}, byte {position}");
                }
            }
        }
    }
}

fn count(values: &Values) -> usize {
    match values {
        Values::F32(values) => values.len(),
        Values::F64(values) => values.len(),
        Values::I32(values) => values.len(),
        Values::I64(values) => values.len(),
        Values::Text(values) => values.len(),
    }
}

proptest! {
    #[test]
    fn any_header_is_an_error_or_an_array(text in r"[{}()':,a-z0-9<>|US TrueFalse\[\]]{0,80}", values in any::<[u8; 16]>()) {
        if let Ok(array) = Array::from_bytes(&with_header(&text, &values)) {
            prop_assert_eq!(array.shape.iter().product::<usize>(), count(&array.values));
        }
    }
}

/// The published embeddings, where they are: see `data/README.md` beside the repository.
#[test]
fn published_embeddings_are_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/musicnn-gtzan");
    if !folder.is_dir() {
        // The tests are the one place that may print: a skipped case has to be seen.
        #[expect(clippy::print_stderr)]
        {
            eprintln!("skipped: {} is not there", folder.display());
        }
        return;
    }
    let open = |name: &str| Array::open(&folder.join(name)).unwrap();
    let (values, dim) = open("embeddings.npy").into_matrix().unwrap();
    assert_eq!((values.len(), dim, values[0], values[199_999]), (200_000, 200, -2.227_668_8, -20.751_648));
    let labels = open("labels.npy").into_labels().unwrap();
    assert_eq!((labels.len(), labels[0].as_str(), labels[999].as_str()), (1000, "1", "6"));
    let names = open("labels_decoded.npy").into_labels().unwrap();
    assert_eq!((names.len(), names[0].as_str(), names[999].as_str()), (1000, "classical", "metal"));
    assert_eq!(open("track_ids.npy").into_labels().unwrap()[999], "metal.00099");
}
