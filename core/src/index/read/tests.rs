use proptest::prelude::*;

use super::*;
use crate::index::{Chunk, IndexInput, encode, write::frame};
use crate::{SubGenre, TrackMeta, Vectors};

/// What an index is made from, owned.
#[derive(Clone)]
struct Input {
    build_id: BuildId,
    tracks: Vec<TrackMeta>,
    sub_genres: Vec<SubGenre>,
    vectors: Vectors,
    positions: Vec<[f32; 2]>,
}

impl PartialEq<Input> for Index {
    fn eq(&self, input: &Input) -> bool {
        self.catalog.build_id == input.build_id
            && self.catalog.tracks().eq(input.tracks.iter().cloned())
            && self.catalog.len() == input.tracks.len()
            && self.catalog.sub_genres == input.sub_genres
            && self.catalog.positions == input.positions
            && self.rows == UnitRows::from(&input.vectors)
    }
}

fn index(n: usize, dim: usize) -> Input {
    let data = (0..n * dim).map(|i| ((i * 7919 + 13) as f32).sin() + 0.01).collect();
    let tracks = (0..n).map(|i| TrackMeta {
        title: format!("Träck \"{i}\" \u{1f3b5}"),
        artist: (i % 2 == 0).then(|| "Á".into()),
        bpm: (i % 3 == 0).then_some(128.13),
        duration_s: i as f32 + 0.1,
        sub_genre: (i % 2) as u32,
        path: (i % 5 == 0).then(|| format!("a/b/{i}.wav")),
        tags: ["slow", "ruhig ö"].iter().take(i % 3).map(|&tag| tag.into()).collect(),
        ..TrackMeta::default()
    });
    Input {
        build_id: BuildId([7; 16]),
        tracks: tracks.collect(),
        sub_genres: ["x", "y"].map(|name| SubGenre { genre: None, name: name.into() }).to_vec(),
        vectors: if n == 0 { Vectors::default() } else { Vectors::normalized(data, dim).unwrap() },
        positions: (0..n).map(|i| [i as f32, -0.5]).collect(),
    }
}

fn written(index: &Input) -> Vec<Chunk> {
    let Input { build_id, tracks, sub_genres, vectors, positions } = index;
    encode(&IndexInput { build_id: *build_id, tracks, sub_genres, vectors, positions }).unwrap()
}

fn read(chunks: &[Chunk]) -> Result<Index, IndexError> {
    decode(chunks.iter().map(|chunk| &chunk.bytes[..]))
}

#[test]
fn what_was_written_is_read_bit_for_bit() {
    for (n, dim) in [(0, 1), (1, 1), (37, 5)] {
        let index = index(n, dim);
        assert!(read(&written(&index)).unwrap() == index, "{n} {dim}");
    }
}

#[test]
fn large_indexes_are_cut_and_read_in_any_order() {
    let index = index(4000, 200);
    let mut chunks = written(&index);
    assert!(chunks.len() >= 3 && chunks.iter().all(|chunk| chunk.bytes.len() <= CHUNK_BYTES_MAX));
    chunks.reverse();
    assert!(read(&chunks).unwrap() == index);
    let missing = chunks.remove(1);
    let count = chunks.len() as u32 + 1;
    assert_eq!(read(&chunks), Err(IndexError::MissingChunk { number: missing.number, count }));
    chunks.push(chunks[0].clone());
    assert!(matches!(read(&chunks), Err(IndexError::MissingChunk { .. } | IndexError::StrayChunk { .. })));
    chunks.push(missing);
    assert!(matches!(read(&chunks), Err(IndexError::StrayChunk { .. })));
    chunks.pop();
    chunks.pop();
    let other = Input { build_id: BuildId([8; 16]), ..index_of_chunks() };
    chunks.extend(written(&other));
    assert!(matches!(read(&chunks), Err(IndexError::MixedBuilds { .. })));
}

#[test]
fn names_come_before_the_vectors_are_there() {
    for (n, dim) in [(3, 4), (4000, 200), (30_000, 2)] {
        let index = index(n, dim);
        let chunks = written(&index);
        // However short they are, the vectors begin in a chunk of their own.
        let named = chunks.len() - (2 * n * dim).div_ceil(PAYLOAD_BYTES_MAX) - 1;
        let mut reader = Reader::default();
        let mut catalogs: Vec<_> = chunks.iter().map(|chunk| reader.push(&chunk.bytes).unwrap()).collect();
        let catalog = catalogs.remove(named).expect("the names are complete");
        assert!(catalog.tracks().eq(index.tracks.iter().cloned()));
        assert!(!catalogs.is_empty() && catalogs.iter().all(Option::is_none));
        assert_eq!(reader.finish(), Ok(UnitRows::from(&index.vectors)));
    }
    let chunks = written(&index(4000, 200));
    let mut reader = Reader::default();
    assert_eq!(reader.push(&chunks[1].bytes), Err(IndexError::MissingChunk { number: 0, count: 4 }));
    assert!(reader.push(&chunks[0].bytes).unwrap().is_some());
    assert_eq!(reader.push(&chunks[0].bytes), Err(IndexError::StrayChunk { number: 0 }));
    assert_eq!(reader.finish(), Err(IndexError::MissingChunk { number: 1, count: 4 }));
}

fn index_of_chunks() -> Input {
    index(3, 4)
}

#[test]
fn each_kind_of_wrong_chunk_is_named() {
    let chunks = written(&index(3, 4));
    let changed = |at: usize, value: u8| {
        let mut chunks = chunks.clone();
        chunks[0].bytes[at] = value;
        read(&chunks)
    };
    assert_eq!(read(&[]), Err(IndexError::Empty));
    assert_eq!(changed(0, b'X'), Err(IndexError::NotAnIndex { chunk: 0 }));
    assert_eq!(changed(8, 9), Err(IndexError::Version { found: 9 }));
    for at in [12, 28, 36, 60, chunks[0].bytes.len() - 1] {
        assert_eq!(changed(at, 0xee), Err(IndexError::Damaged { chunk: 0 }), "byte {at}");
    }
}

#[test]
fn lists_that_do_not_belong_together_are_not_written() {
    let good = index(3, 4);
    let refused = |change: &dyn Fn(&mut Input)| {
        let mut index = good.clone();
        change(&mut index);
        let Input { build_id, tracks, sub_genres, vectors, positions } = &index;
        encode(&IndexInput { build_id: *build_id, tracks, sub_genres, vectors, positions }).unwrap_err().to_string()
    };
    assert_eq!(refused(&|i| i.positions.truncate(2)), "the index needs one position per track: expected 3, found 2");
    assert_eq!(
        refused(&|i| i.tracks[1].sub_genre = 2),
        "the tracks of the index cannot be read: track 1 is in sub-genre 2 of 2"
    );
    assert!(refused(&|i| i.positions[2][1] = f32::NAN).contains("track 2 has a position that is not finite"));
    assert!(refused(&|i| i.vectors = index(2, 4).vectors).contains("one vector per track"));
}

/// The stream of a small index, framed anew after a change, so that the hash does not hide what the reader does next.
fn reframed(change: impl Fn(&mut Vec<u8>)) -> Result<Index, IndexError> {
    let chunks = written(&index(5, 3));
    let payloads: Vec<&[u8]> =
        chunks.iter().map(|chunk| &chunk.bytes[HEADER_BYTES..chunk.bytes.len() - HASH_BYTES]).collect();
    let mut stream = payloads.concat();
    change(&mut stream);
    let (names, vectors) = stream.split_at(payloads[0].len().min(stream.len()));
    let framed = [(0, names), (1, vectors)].map(|(number, payload)| frame(BuildId([7; 16]), number, 2, payload));
    decode(framed.iter().map(|chunk| &chunk[..]))
}

#[test]
fn declared_sizes_are_bounded_before_anything_is_allocated() {
    for place in 0..7 {
        let result = reframed(|stream| stream[place * 4..place * 4 + 4].fill(0xff));
        assert!(
            matches!(result, Err(IndexError::TooLarge { .. } | IndexError::Content { .. })),
            "size {place}: {result:?}"
        );
    }
    assert!(reframed(|_| {}).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_changed_byte_is_always_found(at in any::<prop::sample::Index>(), bits in 1_u8..) {
        let mut chunks = written(&index(4, 3));
        let at = at.index(chunks[0].bytes.len());
        chunks[0].bytes[at] ^= bits;
        prop_assert!(read(&chunks).is_err());
    }

    #[test]
    fn no_stream_makes_the_reader_panic(
        places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let result = reframed(|stream| {
            for (at, value) in &places {
                let at = at.index(stream.len());
                stream[at] = *value;
            }
            if let Some(cut) = cut {
                stream.truncate(cut.index(stream.len()));
            }
        });
        // What is still accepted has to be consistent.
        if let Ok(index) = result {
            prop_assert_eq!(index.catalog.tracks().count(), index.rows.len());
            prop_assert_eq!(index.catalog.len(), index.rows.len());
        }
    }

    #[test]
    fn arbitrary_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..STREAM_HEADER_BYTES * 4)) {
        prop_assert!(decode([&bytes[..]]).is_err());
        prop_assert!(decode([&frame(BuildId([0; 16]), 0, 1, &bytes)[..]]).is_err());
    }
}
