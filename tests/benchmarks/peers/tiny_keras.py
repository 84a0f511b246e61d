"""A training step of a tiny net (Input 4, Dense 8 tanh, Dense 1, batch 32, Adam, mse), inside fit and by train_on_batch, and one
row through 784-84-10: Keras 3 or TensorFlow 2.9's Keras."""

import time

import numpy as np

from common import arguments, microseconds, report
from keras_threads import keras_on

(threads,) = arguments("")
name, keras = keras_on(threads)
Input, Dense, Flatten = keras.layers.Input, keras.layers.Dense, keras.layers.Flatten
model = keras.Sequential([Input(shape=(4,)), Dense(8, activation="tanh"), Dense(1)])
model.compile(optimizer="adam", loss="mse")

steps = 1000
x, y = np.random.rand(32 * steps, 4).astype("float32"), np.random.rand(32 * steps, 1).astype("float32")
model.fit(x, y, batch_size=32, verbose=0)   # traces the graph
start = time.perf_counter()
model.fit(x, y, batch_size=32, verbose=0)
fit_us = (time.perf_counter() - start) / steps * 1e6

classifier = keras.Sequential([Input(shape=(28, 28)), Flatten(), Dense(84, activation="relu"), Dense(10, activation="softmax")])
row = np.random.rand(1, 28, 28).astype("float32")
report(name, threads, fit_us=fit_us, step_us=microseconds(lambda: model.train_on_batch(x[:32], y[:32])),
       predict_us=microseconds(lambda: classifier.predict_on_batch(row)))
