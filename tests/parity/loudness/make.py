"""Makes the goldens of loudness: integrated loudness and range with pyloudnorm, true peak with ffmpeg.

    pip install -r requirements.txt && python make.py

Needs ffmpeg 5 or later on the path. The signal is a formula, repeated in core/src/descriptors/loudness/tests.rs.
"""

import json
import pathlib
import re
import subprocess

import numpy as np
import pyloudnorm


def signal(rate, channels, seconds):
    """Tones that differ by channel and noise of an LCG, at three levels in turn. [frames, channels]"""
    frames = int(seconds * rate)
    noise, state = np.zeros(frames * channels), 1
    for n in range(frames * channels):
        state = (state * 1664525 + 1013904223) % 2**32
        noise[n] = state / 2**31 - 1.0
    t = np.arange(frames) / rate
    level = np.select([t % 10 < 4, t % 10 < 8], [0.5, 0.125], 0.0005)
    tones = np.stack([np.sin(2 * np.pi * (200 + 700 * c) * t) for c in range(channels)], 1)
    return (level[:, None] * (0.7 * tones + 0.3 * noise.reshape(frames, channels))).astype(np.float32)


def true_peak(samples, rate):
    command = f"ffmpeg -hide_banner -nostats -f f32le -ar {rate} -ac {samples.shape[1]} -i - -af ebur128=peak=true -f null -"
    report = subprocess.run(command.split(), input=samples.tobytes(), capture_output=True, check=True).stderr.decode()
    return float(re.findall(r"Peak:\s+(-?[\d.]+) dBFS", report)[-1])


cases = []
for name, rate, channels, seconds in [
    ("mono", 44100, 1, 20.0),
    ("stereo", 48000, 2, 20.0),
    ("low rate", 22050, 2, 20.0),
    ("high rate", 96000, 2, 12.0),
]:
    samples = signal(rate, channels, seconds)
    meter = pyloudnorm.Meter(rate, filter_class="DeMan")
    # It appends silence for the range, which matters for short signals and which other meters leave out.
    meter._append_silence = lambda data, **_: data
    cases.append({
        "name": name,
        "sample_rate_hz": rate,
        "channels": channels,
        "seconds": seconds,
        "integrated_lufs": round(meter.integrated_loudness(samples.astype(np.float64)), 4),
        "range_lu": round(float(meter.loudness_range(samples.astype(np.float64))), 4),
        "true_peak_dbtp": true_peak(samples, rate),
    })
path = pathlib.Path(__file__).with_name("golden.json")
path.write_text(json.dumps({"cases": cases}, indent=1) + "\n")
