"""Makes golden.safetensors with the package `musicnn` 0.1.0 itself, run by TensorFlow.

    pip download --no-deps musicnn==0.1.0     (its own pins are too old to install)
    python make.py musicnn-0.1.0-py3-none-any.whl

Holds the log-mel patch of three seconds of a synthetic signal, which the package rounds to half precision on the way,
and for each model what `extractor` gives for it. Versions: requirements.txt beside this script.
"""

import os
import sys
import tempfile
import zipfile
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np
import soundfile
from safetensors.numpy import save_file

RATE = 16_000


def signal():
    """Chords with a beat and noise, quiet enough for half precision."""
    random = np.random.default_rng(7)
    time = np.arange(3 * RATE) / RATE
    tones = sum(np.sin(2 * np.pi * f * time) / (i + 1) for i, f in enumerate([110, 220, 329.6, 554.4, 1760, 3520]))
    beat = np.exp(-12 * (time % 0.5))
    noise = random.standard_normal(len(time))
    return (0.02 * tones * (1 + np.sin(2 * np.pi * 0.7 * time)) + 0.1 * beat * noise).astype(np.float32)


def main(wheel):
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder)
        sys.path.insert(0, folder)
        from musicnn import extractor

        path = os.path.join(folder, "signal.wav")
        soundfile.write(path, signal(), RATE, subtype="FLOAT")
        patches, _ = extractor.batch_data(path, 187, 187)
        assert patches.shape == (1, 187, 96) and np.isfinite(patches).all()
        golden = {"features": patches}
        for model in ["MSD", "MTT"]:
            taggram, tags, features = extractor.extractor(path, f"{model}_musicnn", input_length=3)
            assert len(tags) == 50
            print(model, [tags[i] for i in np.argsort(-taggram[0])[:5]])
            golden[f"{model.lower()}.tags"] = taggram
            for layer in ["penultimate", "max_pool", "mean_pool"]:
                golden[f"{model.lower()}.{layer}"] = features[layer]
    save_file(golden, Path(__file__).with_name("golden.safetensors"))


main(sys.argv[1])
