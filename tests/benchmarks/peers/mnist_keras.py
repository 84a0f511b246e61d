"""The published MNIST run, timed by epoch: Keras 3 or TensorFlow 2.9's Keras."""

import time

from common import arguments, mnist, report
from keras_threads import keras_on

threads, epochs, folder = arguments("epochs folder")
name, keras = keras_on(threads)
(train_x, train_y), (test_x, test_y) = mnist(folder)

Input, Dense, Flatten = keras.layers.Input, keras.layers.Dense, keras.layers.Flatten
model = keras.Sequential([Input(shape=(28, 28)), Flatten(), Dense(units=84, activation="relu"), Dense(units=10, activation="softmax")])
model.compile(optimizer="adam", loss=keras.losses.SparseCategoricalCrossentropy(), metrics=["acc"])


class Clock(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        self.start = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        report(name, threads, seconds=time.perf_counter() - self.start, loss=logs["loss"], acc=logs["acc"])


model.fit(x=train_x, y=train_y, batch_size=256, epochs=int(epochs), verbose=0, callbacks=[Clock()])
report(name, threads, val_acc=model.evaluate(test_x, test_y, batch_size=256, verbose=0)[1])
