//! What a track costs before a model sees it. `ast_fbank` stands beside `fft_only`, the transforms that it cannot do
//! without: their ratio is what windows, triangles and logarithms add.

#![allow(clippy::unwrap_used, reason = "a bench may stop where it stands")]

use std::f64::consts::TAU;
use std::io::Write;
use std::sync::atomic::AtomicBool;

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use pmsl_core::audio::stream_mono;
use pmsl_core::features::FrontEndOptions;
use realfft::RealFftPlanner;

/// Seconds of one chunk of AST.
const CHUNK_S: f64 = 10.24;

fn main() {
    divan::main();
}

/// A tone with overtones and noise, so that no branch of the arithmetic is special.
fn chunk(rate_hz: f64, seconds: f64) -> Vec<f32> {
    let mut state = 1u32;
    (0..(rate_hz * seconds) as usize)
        .map(|n| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let t = n as f64 / rate_hz;
            let tone: f64 = (1..6).map(|k| (TAU * 110.0 * f64::from(k) * t).sin() / f64::from(k)).sum();
            (0.2 * tone + 0.05 * (f64::from(state) / f64::from(u32::MAX) - 0.5)) as f32
        })
        .collect()
}

#[divan::bench]
fn ast_fbank(bencher: Bencher<'_, '_>) {
    let samples = chunk(16_000.0, CHUNK_S);
    let mut plan = FrontEndOptions::default().plan(CHUNK_S).unwrap();
    let mut out = Vec::new();
    bencher.counter(ItemsCount::new(1022usize)).bench_local(|| plan.compute(black_box(&samples), &mut out));
}

#[divan::bench]
fn fft_only(bencher: Bencher<'_, '_>) {
    let samples = chunk(16_000.0, CHUNK_S);
    let plan = RealFftPlanner::<f32>::new().plan_fft_forward(512);
    let (mut input, mut output, mut scratch) = (plan.make_input_vec(), plan.make_output_vec(), plan.make_scratch_vec());
    bencher.counter(ItemsCount::new(1022usize)).bench_local(|| {
        for frame in black_box(&samples).windows(400).step_by(160) {
            input[..400].copy_from_slice(frame);
            input[400..].fill(0.0);
            plan.process_with_scratch(&mut input, &mut output, &mut scratch).unwrap();
        }
    });
}

/// One minute of 16-bit stereo at 44.1 kHz: reading, mixing down and resampling.
#[divan::bench(sample_count = 20)]
fn wav_minute_to_16_khz(bencher: Bencher<'_, '_>) {
    let samples = chunk(44_100.0, 60.0);
    let data: Vec<u8> = samples.iter().flat_map(|x| [(x * 32_767.0) as i16; 2]).flat_map(i16::to_le_bytes).collect();
    let mut file = tempfile::Builder::new().suffix(".wav").tempfile().unwrap();
    let mut header = b"RIFF".to_vec();
    header.extend((data.len() as u32 + 36).to_le_bytes());
    header.extend(b"WAVEfmt \x10\0\0\0\x01\0\x02\0");
    header.extend(44_100u32.to_le_bytes());
    header.extend(176_400u32.to_le_bytes());
    header.extend([4, 0, 16, 0]);
    header.extend(b"data");
    header.extend((data.len() as u32).to_le_bytes());
    file.write_all(&header).unwrap();
    file.write_all(&data).unwrap();
    bencher.bench_local(|| {
        stream_mono(file.path(), 16_000, &AtomicBool::new(false), &mut |block| {
            black_box(block);
        })
    });
}
