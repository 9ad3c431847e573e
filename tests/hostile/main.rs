//! Every reader of bytes that somebody else may have written, on thousands of damaged inputs: none panics, and none takes
//! much more memory than it is given bytes. What it does is shared with the fuzz targets (`fuzz/`), which go on for as
//! long as one likes.
//!
//! A binary of its own, for it counts all memory that is taken. `PMSL_MUTATIONS` sets how many inputs each reader gets.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    clippy::missing_panics_doc
)]

#[path = "../../fuzz/src/readers.rs"]
mod readers;
#[path = "../../fuzz/src/reseal.rs"]
mod reseal;
#[path = "../../fuzz/src/seeds.rs"]
mod seeds;

mod mutate;

use std::path::Path;
use std::sync::Mutex;
use std::time::Instant;

use peak_alloc::PeakAlloc;

use mutate::Mutator;
use readers::READERS;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Inputs for each reader. Enough to have found what was mended, few enough for every run of the tests.
const MUTATIONS: usize = 3000;

/// One reader at a time, for the memory is counted of all together.
static ALONE: Mutex<()> = Mutex::new(());

fn damage(name: &str) {
    let _alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let reader = readers::named(name);
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let seeds = (reader.seeds)(repository);
    assert!(!seeds.is_empty());
    let count = std::env::var("PMSL_MUTATIONS").ok().and_then(|count| count.parse().ok()).unwrap_or(MUTATIONS);
    let begun = Instant::now();
    let (mut taken, mut most, mut slowest) = (0, 0.0_f64, 0.0_f64);
    let mut mutator = Mutator::new(seeds, 7);
    for number in 0..count {
        let input = mutator.next();
        let (before, started) = (MEMORY.current_usage(), Instant::now());
        MEMORY.reset_peak_usage();
        taken += usize::from((reader.read)(&input));
        let peak = MEMORY.peak_usage().saturating_sub(before);
        let limit = reader.besides + reader.per_byte * input.len();
        if peak > limit {
            let path = std::env::temp_dir().join(format!("{name}-{number}.hostile"));
            std::fs::write(&path, &input).unwrap();
            panic!(
                "input {number} of {} bytes took {peak} bytes, more than {limit}; it lies at {}",
                input.len(),
                path.display()
            );
        }
        most = most.max(peak as f64 / limit as f64);
        slowest = slowest.max(started.elapsed().as_secs_f64());
    }
    let whole = mutator.seeds().iter().filter(|seed| (reader.read)(seed)).count();
    eprintln!(
        "{name}: {count} inputs from {} seeds ({whole} of them taken), {taken} taken, at most {:.0} % of the memory allowed, \
         {:.1} s, the slowest {slowest:.3} s",
        mutator.seeds().len(),
        100.0 * most,
        begun.elapsed().as_secs_f64(),
    );
    // Seeds that no reader takes would test nothing.
    assert!(whole > 0, "no seed is taken");
}

/// The bound on memory is one that can be broken: by a reader that believes what a file says of its size.
#[test]
fn a_declared_size_that_is_believed_is_noticed() {
    let _alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let (before, declared) = (MEMORY.current_usage(), std::hint::black_box(64 << 20));
    MEMORY.reset_peak_usage();
    drop(std::hint::black_box(Vec::<u8>::with_capacity(declared)));
    let peak = MEMORY.peak_usage().saturating_sub(before);
    assert!(READERS.iter().all(|reader| peak > reader.besides + 1000 * reader.per_byte), "{peak}");
}

macro_rules! readers {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            damage(stringify!($name));
        })*

        #[test]
        fn every_reader_is_tried() {
            assert_eq!([$(stringify!($name)),*].as_slice(), READERS.iter().map(|reader| reader.name).collect::<Vec<_>>());
        }
    };
}

readers!(npy safetensors tf_checkpoint encoder_bundle index playlist library config report tags audio);
