//! Audio files that the tests write themselves.

use std::f64::consts::TAU;
use std::path::{Path, PathBuf};
use std::process::Command;

/// How a WAV file stores its samples.
#[derive(Clone, Copy, Debug)]
pub(crate) enum WavFormat {
    U8,
    I16,
    I24,
    I32,
    F32,
    F64,
}

impl WavFormat {
    fn tag_and_bits(self) -> (u16, u16) {
        match self {
            Self::U8 => (1, 8),
            Self::I16 => (1, 16),
            Self::I24 => (1, 24),
            Self::I32 => (1, 32),
            Self::F32 => (3, 32),
            Self::F64 => (3, 64),
        }
    }

    fn write(self, x: f64, out: &mut Vec<u8>) {
        match self {
            Self::U8 => out.push((x * 127.0 + 128.0).round() as u8),
            Self::I16 => out.extend(((x * 32_767.0).round() as i16).to_le_bytes()),
            Self::I24 => out.extend(&((x * 8_388_607.0).round() as i32).to_le_bytes()[..3]),
            Self::I32 => out.extend(((x * 2_147_483_647.0).round() as i32).to_le_bytes()),
            Self::F32 => out.extend((x as f32).to_le_bytes()),
            Self::F64 => out.extend(x.to_le_bytes()),
        }
    }
}

/// The 44 bytes before the samples of a WAV file.
pub(crate) fn wav_header(format: WavFormat, rate_hz: u32, channels: u16, data_bytes: u32) -> Vec<u8> {
    let (tag, bits) = format.tag_and_bits();
    let frame = channels * (bits / 8);
    let mut out = Vec::new();
    out.extend(b"RIFF");
    out.extend(data_bytes.saturating_add(36).to_le_bytes());
    out.extend(b"WAVEfmt ");
    out.extend(16u32.to_le_bytes());
    out.extend(tag.to_le_bytes());
    out.extend(channels.to_le_bytes());
    out.extend(rate_hz.to_le_bytes());
    out.extend(rate_hz.wrapping_mul(u32::from(frame)).to_le_bytes());
    out.extend(frame.to_le_bytes());
    out.extend(bits.to_le_bytes());
    out.extend(b"data");
    out.extend(data_bytes.to_le_bytes());
    out
}

/// A whole WAV file; `samples` are interleaved.
pub(crate) fn wav(format: WavFormat, rate_hz: u32, channels: u16, samples: &[f64]) -> Vec<u8> {
    let mut data = Vec::new();
    for &x in samples {
        format.write(x, &mut data);
    }
    let mut out = wav_header(format, rate_hz, channels, data.len() as u32);
    out.extend(data);
    out
}

/// `[n]` samples of a sine.
pub(crate) fn sine(frequency_hz: f64, amplitude: f64, rate_hz: u32, seconds: f64) -> Vec<f64> {
    let samples = (seconds * f64::from(rate_hz)).round() as usize;
    (0..samples).map(|n| amplitude * (TAU * frequency_hz * n as f64 / f64::from(rate_hz)).sin()).collect()
}

/// Writes `bytes` as `folder/name`.
pub(crate) fn write(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

/// Converts `from` with ffmpeg. `false`, with a message, where ffmpeg or its encoder is missing.
pub(crate) fn ffmpeg(from: &Path, to: &Path, arguments: &[&str]) -> bool {
    let status = Command::new("ffmpeg")
        .args(["-v", "error", "-y", "-i"])
        .arg(from)
        .args(arguments)
        .arg(to)
        .stderr(std::process::Stdio::null())
        .status();
    let done = status.is_ok_and(|status| status.success());
    if !done {
        // The tests are the one place that may print: a skipped case has to be seen.
        #[expect(clippy::print_stderr)]
        {
            eprintln!("skipped {}: ffmpeg or its encoder is missing", to.display());
        }
    }
    done
}
