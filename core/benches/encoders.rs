//! The convolutional encoders on the CPU, MusiCNN against burn's own operations as the baseline in the same process:
//! `cargo bench -p pmsl-core --features models --bench encoders`.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a program for the console")]

use std::time::Instant;

use burn::backend::autodiff::checkpoint::strategy::BalancedCheckpointing;
use burn::backend::flex::FlexDevice;
use burn::backend::{Autodiff, Flex};
use burn::module::Module;
use burn::tensor::backend::Backend;
use burn::tensor::{Distribution, Tensor};
use pmsl_core::models::{EncoderOptions, MusicnnOptions, Resnet18Options};

/// Median seconds of a call.
fn median(runs: usize, mut call: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..runs)
        .map(|_| {
            let start = Instant::now();
            call();
            start.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[runs / 2]
}

/// Seconds for one minute of audio in patches of three seconds.
fn musicnn<B: Backend<Device = FlexDevice>>(runs: usize) -> f64 {
    let options = EncoderOptions::Musicnn(MusicnnOptions::default());
    let network = options.init::<B>(1, &FlexDevice).unwrap().no_grad();
    let features = Tensor::<B, 3>::random([20, 187, 96], Distribution::Uniform(0.0, 3.0), &FlexDevice);
    median(runs, || drop(network.forward_with_tags(features.clone()).1.unwrap().into_data()))
}

/// Seconds of a forward pass, and of it with the backward pass.
fn resnet18(width: usize, batch: usize) -> [f64; 2] {
    type B = Autodiff<Flex>;
    let options = EncoderOptions::Resnet18(Resnet18Options { width, ..Resnet18Options::default() });
    let network = options.init::<B>(1, &FlexDevice).unwrap();
    let features = Tensor::<B, 3>::random([batch, 98, 128], Distribution::Normal(0.0, 1.0), &FlexDevice);
    let forward = || network.forward(features.clone(), None).powi_scalar(2).mean();
    [median(3, || drop(forward().into_data())), median(3, || drop(forward().backward()))]
}

fn main() {
    let fast = musicnn::<Flex>(5);
    let baseline = musicnn::<Autodiff<Flex, BalancedCheckpointing>>(3);
    let share = fast / baseline;
    println!("musicnn: {fast:.3} s per minute of audio, {share:.2} of burn's own operations' {baseline:.3} s");
    for width in [16, 32, 64] {
        let [forward, step] = resnet18(width, 32);
        println!("resnet18 of width {width}, 32 tiles of 98 x 128: forward {forward:.3} s, step {step:.3} s");
    }
}
