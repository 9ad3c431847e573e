"""Makes small arrays as NumPy saves them.

    pip install -r requirements.txt && python make.py
"""

import pathlib

import numpy as np

folder = pathlib.Path(__file__).parent
for name, array in {
    "f32": np.arange(12, dtype="<f4").reshape(4, 3) / 8 - 0.5,
    "f64": np.array([1.0, -2.5, 1e-300, np.inf], dtype="<f8"),
    "i32": np.array([7, -1, 2**31 - 1], dtype="<i4"),
    "i64": np.array([[1, -2], [2**40, 0]], dtype="<i8"),
    "text": np.array(["House", "", "Drum 'n' Bass", "Größenwahn 音楽 🎧"]),
    "scalar": np.array(1.5, dtype="<f4"),
    # What is refused.
    "big_endian": np.array([1.0], dtype=">f4"),
    "fortran": np.asfortranarray(np.ones((2, 3), dtype="<f4")),
    "records": np.array([(1, 2.0)], dtype=[("a", "<i4"), ("b", "<f4")]),
    "bytes": np.array([b"House"]),
}.items():
    np.save(folder / f"{name}.npy", array)
np.save(folder / "objects.npy", np.array(["House", None], dtype=object))
with open(folder / "version_3.npy", "wb") as file:
    np.lib.format.write_array(file, np.array([1.0, 2.0], dtype="<f4"), version=(3, 0))
