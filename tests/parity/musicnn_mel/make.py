"""Makes the goldens of the log-mel front end of MusiCNN: the call of `musicnn.extractor.batch_data`, in float32.

    pip install -r requirements.txt && python make.py

The package casts to float16 before the logarithm, which overflows on loud bass; this does not. It requires a NumPy
older than 1.17, so its librosa is 0.7 or 0.8, which mirrors the sound at the ends: `pad_mode="reflect"`, said here
because later versions of librosa pad with zeros by default. Writes one raw little-endian float32 file [rows, 96] per
case. The inputs are formulas, repeated in core/src/features/fixtures.rs.
"""

import math
import pathlib

import librosa
import numpy as np

RATE = 16_000


def signal(rate, samples, chirp, noise, silence=(0, 0)):
    """A linear chirp from 50 to 7500 Hz, a 220 Hz tone at 0.4 of its level, and uniform noise of an LCG."""
    seconds, state, out = samples / rate, 1, np.zeros(samples, np.float32)
    for n in range(samples):
        state = (state * 1664525 + 1013904223) % 2**32
        if silence[0] <= n < silence[1]:
            continue
        t = n / rate
        sweep = math.sin(math.tau * (50.0 * t + (7500.0 - 50.0) / (2.0 * seconds) * t * t))
        tone = math.sin(math.tau * 220.0 * t)
        out[n] = chirp * (sweep + 0.4 * tone) + noise * (state / 2**31 - 1.0)
    return out


def write(name, features, rows=slice(None)):
    path = pathlib.Path(__file__).parent / f"{name}.f32"
    features[rows].astype("<f4").tofile(path)
    print(path.name, features.shape, features[rows].shape, features.min(), features.max())


def musicnn_mel(samples):
    power = librosa.feature.melspectrogram(
        y=samples, sr=RATE, hop_length=256, n_fft=512, n_mels=96, pad_mode="reflect"
    ).T
    return np.log10(10000 * power + 1)


# 0.8 s with a quarter of digital silence.
write("mix", musicnn_mel(signal(RATE, 12_800, chirp=0.5, noise=0.01, silence=(6_400, 9_600)))[:-1])
# Three seconds: the network takes 187 of the 188 frames.
patch = musicnn_mel(signal(RATE, 48_000, chirp=0.3, noise=0.05))
assert patch.shape == (188, 96), patch.shape
write("patch", patch, [0, 1, 93, 185, 186])
