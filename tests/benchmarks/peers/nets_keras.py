"""The nets of ../nets.cpp through Keras's fit.

nets_keras.py threads NET VARIANT FOLDER EPOCHS ROWS

VARIANT: plain, jit, nojit, spe (steps_per_execution=50), or several joined by +. fit sees ROWS rows; each line is the time of one of
the EPOCHS, scaled to all rows.
"""

import time

import numpy as np

from common import arguments, mnist, report
from keras_threads import keras_on

threads, net, variant, folder, epochs, rows = arguments("NET VARIANT FOLDER EPOCHS ROWS")
_, keras = keras_on(threads)
L = keras.layers


def build():
    if net == "embed":
        return [L.Input((256,)), L.Embedding(10000, 64), L.GlobalAveragePooling1D(), L.Dense(16, "relu"), L.Dense(1, "sigmoid")]
    if net == "lenet":
        return [L.Input((28, 28, 1)), L.Conv2D(6, 5, padding="same", activation="relu"), L.MaxPooling2D(),
                L.Conv2D(16, 5, activation="relu"), L.MaxPooling2D(), L.Flatten(), L.Dense(120, "relu"), L.Dense(84, "relu"),
                L.Dense(10, "softmax")]
    if net == "convnet":
        return [L.Input((28, 28, 1)), L.Conv2D(32, 3, activation="relu"), L.MaxPooling2D(), L.Conv2D(64, 3, activation="relu"),
                L.MaxPooling2D(), L.Flatten(), L.Dropout(0.5), L.Dense(10, "softmax")]
    assert net == "bnmlp", net
    return [L.Input((28, 28)), L.Flatten(), L.Dense(512), L.BatchNormalization(), L.ReLU(), L.Dropout(0.2), L.Dense(512),
            L.BatchNormalization(), L.ReLU(), L.Dense(10, "softmax")]


class Clock(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        self.start = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        report("keras", threads, seconds=(time.perf_counter() - self.start) * scale, loss=logs["loss"])


if net == "embed":
    batch, loss = 512, "binary_crossentropy"
    random = np.random.default_rng(1)
    x, y = random.integers(0, 10000, (25000, 256), np.int32), random.integers(0, 2, 25000).astype(np.float32)
else:
    batch, loss = 128, "sparse_categorical_crossentropy"
    x, y = mnist(folder)[0]
    x, y = x.astype(np.float32) / 255, y.astype(np.int64)
    if net != "bnmlp":
        x = x[..., None]
kinds = variant.split("+")
how = {"steps_per_execution": 50} if "spe" in kinds else {}
if "jit" in kinds or "nojit" in kinds:
    how["jit_compile"] = "jit" in kinds
scale = len(x) / min(len(x), int(rows))
model = keras.Sequential(build())
model.compile(optimizer="adam", loss=loss, metrics=["accuracy"], **how)
model.fit(x[:int(rows)], y[:int(rows)], batch_size=batch, epochs=int(epochs), verbose=0, callbacks=[Clock()])
