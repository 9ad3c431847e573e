//! What ffmpeg makes of a file, to compare with.

use std::path::Path;
use std::process::{Command, Stdio};

/// What ffmpeg decoded.
pub(crate) struct Reference {
    /// Seconds.
    pub(crate) duration_s: f64,
    /// Root mean square over all samples of all channels.
    pub(crate) rms: f64,
}

/// Whether there is an ffmpeg on the path.
pub(crate) fn is_there() -> bool {
    let status = Command::new("ffmpeg").arg("-version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

/// Decodes the first audio stream of a file, at its own rate and with its own channels. Nothing where ffmpeg refuses it.
pub(crate) fn decode(path: &Path) -> Option<Reference> {
    let output = Command::new("ffmpeg")
        .args(["-v", "quiet", "-nostdin", "-i"])
        .arg(path)
        .args(["-map", "0:a:0", "-f", "wav", "-c:a", "pcm_f32le", "-"])
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let wav = output.stdout;
    let find = |name: &[u8]| wav.get(..1024.min(wav.len()))?.windows(4).position(|four| four == name);
    let format = wav.get(find(b"fmt ")? + 8..)?;
    let channels = u16::from_le_bytes(format.get(2..4)?.try_into().ok()?);
    let rate_hz = u32::from_le_bytes(format.get(4..8)?.try_into().ok()?);
    let data = wav.get(find(b"data")? + 8..)?;
    let samples = data.len() / size_of::<f32>();
    if samples == 0 {
        return None;
    }
    let squares: f64 = data.as_chunks::<4>().0.iter().map(|&bytes| f64::from(f32::from_le_bytes(bytes)).powi(2)).sum();
    let frames = samples as f64 / f64::from(channels.max(1));
    Some(Reference { duration_s: frames / f64::from(rate_hz.max(1)), rms: (squares / samples as f64).sqrt() })
}
