"""Makes the goldens of the AST filterbank with Hugging Face's ASTFeatureExtractor (torchaudio's Kaldi fbank).

    pip install -r requirements.txt && python make.py

Writes one raw little-endian float32 file [rows, 128] per case. The inputs are formulas, repeated in
core/src/features/fixtures.rs.
"""

import math
import pathlib

import numpy as np
from transformers import ASTFeatureExtractor
from transformers.utils import is_speech_available

RATE = 16_000


def signal(samples, chirp, noise, offset, silence):
    """A linear chirp from 50 to 7500 Hz, a 220 Hz tone at 0.4 of its level, uniform noise of an LCG, an offset."""
    seconds, state, out = samples / RATE, 1, np.zeros(samples, np.float32)
    for n in range(samples):
        state = (state * 1664525 + 1013904223) % 2**32
        if silence[0] <= n < silence[1]:
            continue
        t = n / RATE
        sweep = math.sin(math.tau * (50.0 * t + (7500.0 - 50.0) / (2.0 * seconds) * t * t))
        tone = math.sin(math.tau * 220.0 * t)
        out[n] = chirp * (sweep + 0.4 * tone) + noise * (state / 2**31 - 1.0) + offset
    return out


def make(name, max_length, rows, **arguments):
    extractor = ASTFeatureExtractor(max_length=max_length)
    features = extractor(signal(**arguments), sampling_rate=RATE, return_tensors="np")["input_values"][0]
    assert features.shape == (max_length, 128), features.shape
    path = pathlib.Path(__file__).parent / f"{name}.f32"
    features[rows].astype("<f4").tofile(path)
    print(path.name, features[rows].shape, features.min(), features.max())


assert is_speech_available(), "torchaudio is missing: the extractor would fall back to another implementation"
# 2.4 s with half a second of digital silence; 238 full frames and 2 rows of padding.
make("mix", 240, slice(None), samples=38_400, chirp=0.5, noise=0.01, offset=0.0, silence=(16_000, 24_000))
# Very quiet noise on a large offset: the mean has to go before anything else.
make("quiet", 16, slice(None), samples=2_800, chirp=0.0, noise=1e-3, offset=0.25, silence=(0, 0))
# AST's own length: first, middle, last full and the two padded rows.
make("ast", 1024, [0, 1, 511, 1020, 1021, 1022, 1023], samples=163_840, chirp=0.3, noise=0.05, offset=0.0, silence=(0, 0))
# Longer than AST's length: cut.
make("long", 1024, [0, 1022, 1023], samples=180_000, chirp=0.3, noise=0.05, offset=0.0, silence=(0, 0))
