//! An MP4 file whose only chunk of sound lies where it says.

/// Samples of the file: one second.
const SAMPLES: u32 = 16_000;

/// One second of uncompressed sound, found at `offset` bytes; `None` tells the truth. An offset of more than 2^63 makes the
/// reader of symphonia 0.6.1 panic.
pub(crate) fn movie(offset: Option<u64>) -> Vec<u8> {
    let brand = atom(*b"ftyp", &[b"isom", &words(&[0]), b"isom"]);
    let whole = |offset: u64| [brand.clone(), header(offset)].concat();
    // The length does not depend on the offset, after which come eight bytes of the next atom.
    let truth = whole(0).len() as u64 + 8;
    let mut file = whole(offset.unwrap_or(truth));
    file.extend(atom(*b"mdat", &[&b"\0\x10".repeat(SAMPLES as usize)]));
    file
}

fn header(offset: u64) -> Vec<u8> {
    let none = words(&[0]);
    let format = atom(*b"sowt", &[&[0; 6], b"\0\x01", &[0; 8], b"\0\x01\0\x10", &[0; 4], &words(&[SAMPLES << 16])]);
    let table = atom(
        *b"stbl",
        &[
            &atom(*b"stsd", &[&none, &words(&[1]), &format]),
            &atom(*b"stts", &[&none, &words(&[1, SAMPLES, 1])]),
            &atom(*b"stsc", &[&none, &words(&[1, 1, SAMPLES, 1])]),
            &atom(*b"stsz", &[&none, &words(&[2, SAMPLES])]),
            &atom(*b"co64", &[&none, &words(&[1]), &offset.to_be_bytes()]),
        ],
    );
    let media = atom(
        *b"mdia",
        &[
            &atom(*b"mdhd", &[&none, &words(&[0, 0, SAMPLES, SAMPLES, 0])]),
            &atom(*b"hdlr", &[&none, &none, b"soun", &[0; 13]]),
            &atom(*b"minf", &[&atom(*b"smhd", &[&none, &none]), &table]),
        ],
    );
    let track = atom(*b"tkhd", &[&none, &words(&[0, 0, 1, 0, SAMPLES]), &[0; 60]]);
    let movie = atom(*b"mvhd", &[&none, &words(&[0, 0, SAMPLES, SAMPLES]), &[0; 80]]);
    atom(*b"moov", &[&movie, &atom(*b"trak", &[&track, &media])])
}

fn atom(kind: [u8; 4], parts: &[&[u8]]) -> Vec<u8> {
    let body = parts.concat();
    [&words(&[8 + body.len() as u32]), kind.as_slice(), &body].concat()
}

fn words(values: &[u32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_be_bytes()).collect()
}
