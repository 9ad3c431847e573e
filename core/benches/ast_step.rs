//! A training step (forward and backward) of small transformers on the CPU, against burn's own operations as the
//! baseline in the same process: `cargo bench -p pmsl-core --features models --bench ast_step`.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a program for the console")]

use std::time::Instant;

use burn::backend::autodiff::checkpoint::strategy::BalancedCheckpointing;
use burn::backend::flex::FlexDevice;
use burn::backend::{Autodiff, Flex};
use burn::tensor::{Distribution, Tensor, backend::AutodiffBackend};
use pmsl_core::models::{AstOptions, AstPreset, AudioEncoder, Encoder, EncoderOptions, ProjectionOptions};

/// Median seconds of a forward pass, and of it with the backward pass.
fn step<B: AutodiffBackend<Device = FlexDevice>>(options: &AstOptions, batch: usize, kept: Option<usize>) -> [f64; 2] {
    let config = options.resolve().unwrap();
    let encoder =
        AudioEncoder::<B>::init(&EncoderOptions::Ast(options.clone()), &ProjectionOptions::default(), 1, &FlexDevice)
            .unwrap();
    let count = config.grid().patches();
    let patches: Option<Vec<usize>> = kept.map(|kept| (0..kept).map(|i| i * count / kept).collect());
    let shape = [batch, config.frames(), config.mels()];
    let features = Tensor::<B, 3>::random(shape, Distribution::Normal(0.0, 1.0), &FlexDevice);
    let mut times = [vec![], vec![]];
    for _ in 0..5 {
        let start = Instant::now();
        let loss = encoder.forward(features.clone(), patches.as_deref()).powi_scalar(2).mean();
        times[0].push(start.elapsed().as_secs_f64());
        drop(loss.backward());
        times[1].push(start.elapsed().as_secs_f64());
    }
    times.map(|mut times| {
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    })
}

fn main() {
    let whole = AstOptions { preset: AstPreset::Tiny, depth: Some(4), ..AstOptions::default() };
    let short = AstOptions { patch_stride: [16, 16], frames: 512, ..whole.clone() };
    for (name, options, batch, kept) in [
        ("192 x 4, 1214 tokens, batch 4", &whole, 4, None),
        ("192 x 4, 258 tokens, batch 28", &short, 28, None),
        ("192 x 4, 130 tokens, batch 28", &short, 28, Some(128)),
    ] {
        let [forward, step_time] = step::<Autodiff<Flex>>(options, batch, kept);
        // Another type than the one that has operations of its own, and so the baseline.
        let [_, baseline] = step::<Autodiff<Flex, BalancedCheckpointing>>(options, batch, kept);
        println!(
            "{name}: forward {forward:.3} s, step {step_time:.3} s, {:.2} of burn's own operations' {baseline:.3} s",
            step_time / baseline
        );
    }
}
