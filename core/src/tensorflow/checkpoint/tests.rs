use super::super::sstable::tests::table;
use super::*;

/// The checkpoint that TensorFlow wrote, by `tests/parity/tf_checkpoint/make.py`.
fn tiny() -> (Vec<u8>, Vec<u8>) {
    let prefix = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/parity/tf_checkpoint/tiny");
    let read = |suffix| std::fs::read(with_suffix(&prefix, suffix)).unwrap();
    (read(INDEX_SUFFIX), read(DATA_SUFFIX))
}

/// The variables of the script.
fn expected() -> Vec<(String, Vec<usize>)> {
    let mut shapes: Vec<(String, Vec<usize>)> = vec![
        ("beta1_power".into(), vec![]),
        ("conv2d/bias".into(), vec![5]),
        ("conv2d/bias/Adam".into(), vec![5]),
        ("conv2d/kernel".into(), vec![7, 2, 1, 5]),
        ("empty".into(), vec![0, 3]),
    ];
    shapes.extend((1..=20).map(|i| (format!("dense_{i}/kernel"), vec![i, 3])));
    shapes
}

/// Every tensor that can be read.
fn read_all(index: &[u8], data: Vec<u8>) -> Result<Vec<(String, Tensor)>, CheckpointError> {
    let checkpoint = Checkpoint::from_bytes(index, data)?;
    let names: Vec<String> = checkpoint.names().map(String::from).collect();
    names.into_iter().filter(|n| n != "global_step").map(|n| Ok((n.clone(), checkpoint.tensor(&n)?))).collect()
}

#[test]
fn what_tensorflow_wrote_is_read() {
    let prefix = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/parity/tf_checkpoint/tiny");
    let checkpoint = Checkpoint::open(&prefix).unwrap();
    let variables = expected();
    assert_eq!(checkpoint.names().len(), variables.len() + 1);
    assert!(checkpoint.names().is_sorted());
    for (k, (name, shape)) in (1u16..).zip(&variables) {
        let tensor = checkpoint.tensor(name).unwrap();
        let values: Vec<f32> = (0..shape.iter().product::<usize>()).map(|n| f32::from(k) + n as f32 / 256.0).collect();
        assert_eq!((tensor.shape, tensor.values), (shape.clone(), values), "{name}");
    }
    assert!(matches!(checkpoint.tensor("global_step"), Err(CheckpointError::Type { found: 9, .. })), "int64");
    assert!(matches!(checkpoint.tensor("conv2d"), Err(CheckpointError::Missing { count: 26, .. })));
    let error = Checkpoint::open(&prefix.join("none")).unwrap_err();
    assert!(matches!(&error, CheckpointError::Read { path, .. } if path.ends_with("none.index")), "{error}");
}

/// Every bit of the index is under a checksum but those of the footer, whose padding says nothing.
#[test]
fn damage_of_the_index_is_noticed() {
    let (index, data) = tiny();
    let whole = read_all(&index, data.clone()).unwrap();
    for position in 0..index.len() {
        for bit in 0..8 {
            let mut damaged = index.clone();
            damaged[position] ^= 1 << bit;
            match read_all(&damaged, data.clone()) {
                Ok(read) => assert!(position >= index.len() - 48 && read == whole, "byte {position}, bit {bit}"),
                Err(CheckpointError::Damaged { .. } | CheckpointError::Checksum { .. }) => {}
                Err(error) => panic!("byte {position}, bit {bit}: {error}"),
            }
        }
    }
    for length in 0..index.len() {
        assert!(read_all(&index[..length], data.clone()).is_err(), "{length} bytes");
    }
}

#[test]
fn damage_of_the_data_is_noticed() {
    let (index, data) = tiny();
    let mut unnoticed = 0;
    for position in 0..data.len() {
        let mut damaged = data.clone();
        damaged[position] ^= 0x10;
        match read_all(&index, damaged) {
            Ok(_) => unnoticed += 1,
            Err(error) => assert!(matches!(error, CheckpointError::Checksum { .. }), "byte {position}: {error}"),
        }
    }
    assert_eq!(unnoticed, 8, "the bytes of the variable of another type are not read");
    for length in [0, 1, 100, data.len() - 9] {
        let result = read_all(&index, data[..length].to_vec());
        assert!(matches!(result, Err(CheckpointError::Size { .. })), "{length} bytes");
    }
}

/// An index with right checksums and one entry.
fn one_entry(header: &[u8], entry: &[u8]) -> Result<Tensor, CheckpointError> {
    let index = table(&[&[(b"", header), (b"a", entry)]], 0);
    Checkpoint::from_bytes(&index, vec![0; 64])?.tensor("a")
}

#[test]
fn claims_of_the_index_are_not_believed() {
    const HEADER: &[u8] = &[8, 1];
    const HUGE: [u8; 9] = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f];
    let crc = masked_crc(&[&[0; 8]]).to_le_bytes();
    let entry = |shape: &[u8], rest: &[u8]| {
        let mut bytes = vec![8, 1, 0x12, shape.len() as u8];
        bytes.extend_from_slice(shape);
        bytes.extend_from_slice(rest);
        bytes.push(0x35);
        bytes.extend(crc);
        bytes
    };
    let two = [0x12, 2, 8, 2];
    let good = one_entry(HEADER, &entry(&two, &[0x28, 8])).unwrap();
    assert_eq!(good, Tensor { shape: vec![2], values: vec![0.0; 2] });

    let huge_dimension = [&[0x12, 10, 8][..], &HUGE].concat();
    let many_dimensions = [0x12, 2, 8, 1].repeat(9);
    let huge_offset = [&[0x28, 8, 0x20][..], &HUGE].concat();
    for (what, shape, rest) in [
        ("a size of its own", &two[..], &[0x28, 12][..]),
        ("a huge dimension", &huge_dimension, &[0x28, 8]),
        ("an overflow", &huge_dimension.repeat(3), &[0x28, 8]),
        ("beyond the data", &two, &[0x28, 8, 0x20, 60]),
        ("a huge offset", &two, &huge_offset),
        ("another shard", &two, &[0x28, 8, 0x18, 1]),
    ] {
        let result = one_entry(HEADER, &entry(shape, rest));
        assert!(matches!(result, Err(CheckpointError::Size { .. })), "{what}: {result:?}");
    }
    let ranks = one_entry(HEADER, &entry(&many_dimensions, &[0x28, 8]));
    assert!(matches!(ranks, Err(CheckpointError::Damaged { .. })));
    let slices = one_entry(HEADER, &entry(&two, &[0x28, 8, 0x3a, 0]));
    assert!(matches!(slices, Err(CheckpointError::Unsupported { .. })));
    for header in [&[8, 2][..], &[8, 1, 0x10, 1], &[]] {
        let result = one_entry(header, &entry(&two, &[0x28, 8]));
        assert!(matches!(result, Err(CheckpointError::Unsupported { .. })), "{header:?}");
    }
    let (first, second) = (entry(&two, &[0x28, 8]), entry(&two, &[0x28, 8, 0x20, 8]));
    for (data, fits) in [(64, true), (8, false)] {
        // Of 8 bytes the second tensor would lie beyond the end: both are the first.
        let other = if fits { &second } else { &first };
        let index = table(&[&[(b"", HEADER), (b"a", &first), (b"b", other)]], 0);
        let read = Checkpoint::from_bytes(&index, vec![0; data]);
        assert_eq!(read.is_ok(), fits);
        let overlap = CheckpointError::Damaged { what: "its tensors overlap" }.to_string();
        assert!(read.map_or_else(|error| error.to_string() == overlap, |_| true));
    }
    let no_header = table(&[&[(b"a", b"")]], 0);
    assert!(matches!(Checkpoint::from_bytes(&no_header, vec![]), Err(CheckpointError::Damaged { .. })));
    let too_large = Checkpoint::from_bytes(&vec![0; INDEX_LIMIT as usize + 1], vec![]);
    assert!(matches!(too_large, Err(CheckpointError::TooLarge { .. })));
}
