"""Makes a small TensorFlow checkpoint, named and written like those of the `musicnn` package.

    pip install -r requirements.txt && python make.py

Value n of the k-th variable (in the order below, from 1) is k + n / 256. There are also the slots of an optimizer and
a variable of another type.
"""

import pathlib

import numpy as np
import tensorflow as tf

tf.compat.v1.disable_eager_execution()

shapes = {"beta1_power": (), "conv2d/bias": (5,), "conv2d/bias/Adam": (5,), "conv2d/kernel": (7, 2, 1, 5), "empty": (0, 3)}
shapes |= {f"dense_{i}/kernel": (i, 3) for i in range(1, 21)}
variables = []
for k, (name, shape) in enumerate(shapes.items(), 1):
    values = k + np.arange(np.prod(shape, dtype=int), dtype=np.float32).reshape(shape) / 256
    variables.append(tf.compat.v1.Variable(values, name=name, dtype=tf.float32))
variables.append(tf.compat.v1.Variable(np.int64(42), name="global_step"))

with tf.compat.v1.Session() as session:
    session.run(tf.compat.v1.global_variables_initializer())
    saver = tf.compat.v1.train.Saver(variables)
    saver.save(session, str(pathlib.Path(__file__).parent / "tiny"), write_meta_graph=False, write_state=False)
