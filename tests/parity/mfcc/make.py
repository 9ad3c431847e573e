"""Makes the goldens of the MFCC front end with librosa's defaults.

    pip install -r requirements.txt && python make.py

Writes one raw little-endian float32 file [rows, 13] (or [rows, 20]) per case. The inputs are formulas, repeated in
core/src/features/fixtures.rs.
"""

import math
import pathlib

import librosa
import numpy as np


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


def mfcc(samples, rate=22_050, count=13):
    return librosa.feature.mfcc(y=samples, sr=rate, n_mfcc=count).T


# Three seconds, a sixth of them digital silence: there the floor is 80 dB below the loudest band of the segment.
segment = mfcc(signal(22_050, 66_150, chirp=0.5, noise=0.01, silence=(22_050, 33_075)))
assert segment.shape == (130, 13), segment.shape
write("segment", segment)
# So quiet that the absolute floor of 1e-10 is reached before the relative one.
write("quiet", mfcc(signal(22_050, 11_025, chirp=0.0, noise=5e-6)))
# Another rate and number of coefficients.
write("wide", mfcc(signal(16_000, 8_000, chirp=0.3, noise=0.05), rate=16_000, count=20))
