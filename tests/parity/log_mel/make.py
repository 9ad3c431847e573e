"""Makes the goldens of the log-mel front end of Tile2Vec with TensorFlow, whose `tf.signal` it was written in.

    pip install -r requirements.txt && python make.py

Writes one raw little-endian float32 file [rows, 128] per case. The inputs are formulas, repeated in
core/src/features/fixtures.rs.
"""

import math
import pathlib

import numpy as np
import tensorflow as tf

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


def log_mel(samples):
    magnitudes = tf.abs(tf.signal.stft(samples, frame_length=480, frame_step=160, fft_length=1024))
    mel = tf.signal.linear_to_mel_weight_matrix(128, 513, RATE, lower_edge_hertz=50.0, upper_edge_hertz=8000.0)
    return tf.math.log(tf.tensordot(magnitudes, mel, 1) + 1e-6).numpy()


# 0.8 s with a quarter of digital silence.
write("mix", log_mel(signal(RATE, 12_800, chirp=0.5, noise=0.01, silence=(6_400, 9_600))))
# The length of a tile: first, middle and last frames.
tile = log_mel(signal(RATE, 80_000, chirp=0.3, noise=0.05))
assert tile.shape == (498, 128), tile.shape
write("tile", tile, [0, 1, 249, 496, 497])
