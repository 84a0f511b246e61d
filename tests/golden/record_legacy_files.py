"""Writes .h5 files of models, packed together, and what their models do: tests/keras_files/tf2_models.zip and tf2_models.npz when run by
TF-Keras 2.9.3 (Python 3.10 with tensorflow-cpu==2.9.3, numpy==1.23.5, protobuf==3.19.6, h5py==3.11), keras3_models.zip and
keras3_models.npz when run by Keras 3.15.1. Each model is trained, asked for its predictions, saved, trained further and asked again."""

import os
import pathlib
import tempfile
import zipfile

os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"

import numpy as np
import tensorflow as tf
from tensorflow import keras

L = keras.layers
FILES = pathlib.Path(__file__).resolve().parent.parent / "keras_files"
VERSION = {"2.9.0": "tf2", "3.15.1": "keras3"}[keras.__version__]
recorded = {}
temporary = tempfile.TemporaryDirectory()
folder = pathlib.Path(temporary.name)


def numbers(*shape):
    return np.round(random.normal(0, 1, shape), 2).astype("float32")


def record(name, model, x, y=None):
    for weight in model.weights:
        scale = 1.0 / np.sqrt(max(weight.shape[0], 1))
        if "variance" not in weight.name:
            weight.assign(np.round(scale * numbers(*weight.shape), 2))
    fit = dict(batch_size=4, epochs=2, shuffle=False, verbose=0)
    recorded[f"{name}.x"] = x
    if y is not None:
        recorded[f"{name}.y"] = y
        model.fit(x, y, **fit)
    recorded[f"{name}.predictions"] = model.predict(x, verbose=0)
    for index, weight in enumerate(model.weights):
        recorded[f"{name}.weight{index}"] = np.asarray(weight)
    model.save(folder / f"{name}.h5", **({"save_format": "h5"} if VERSION == "tf2" else {}))
    if y is not None:
        history = model.fit(x, y, **fit)
        for key, values in history.history.items():
            recorded[f"{name}.history_{key}"] = np.array(values, "float32")
        recorded[f"{name}.later_predictions"] = model.predict(x, verbose=0)


random = np.random.RandomState(1)

# The shape given to the first layer; strings in compile.
model = keras.Sequential([L.Dense(4, "relu", input_shape=(3,), name="hidden"), L.BatchNormalization(), L.Dense(2, "softmax")],
                         name="classifier")
model.compile("adam", "sparse_categorical_crossentropy", metrics=["acc"])
record("dense", model, numbers(10, 3), random.randint(0, 2, 10).astype("float32"))
if VERSION == "tf2":
    model.save_weights(folder / "weights.h5")

# Objects in compile, a schedule, a momentum; layers of pictures. TF-Keras 2's fused normalization has another moving variance.
normalization = L.BatchNormalization(fused=False) if VERSION == "tf2" else L.BatchNormalization()
model = keras.Sequential([L.Input((6, 6, 2)), L.Conv2D(3, 3, padding="same", use_bias=False), normalization, L.LeakyReLU(),
                          L.MaxPooling2D(), L.SeparableConv2D(2, 2, activation="elu"), L.ZeroPadding2D(1), L.DepthwiseConv2D(2),
                          L.Dropout(0.0), L.Flatten(), L.LayerNormalization(), L.Dense(3)])
schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 4, 0.5)
model.compile(keras.optimizers.SGD(schedule, momentum=0.9, nesterov=True), keras.losses.CategoricalCrossentropy(from_logits=True),
              metrics=[keras.metrics.CategoricalAccuracy(name="right"), "mse"])
record("conv", model, numbers(9, 6, 6, 2), np.eye(3, dtype="float32")[random.randint(0, 3, 9)])

# A model in a model, frozen layers, regularizers and constraints. Only TF-Keras 2 adds penalties of frozen weights.
base = keras.Sequential([L.Dense(5, "tanh", kernel_regularizer=None if VERSION == "tf2" else "l2"), L.BatchNormalization(),
                         L.Dense(4, activation="swish", kernel_constraint=keras.constraints.MaxNorm(2))], name="base")
base.build((None, 3))
base.layers[0].trainable = False
model = keras.Sequential([L.Input((3,)), base, L.Dense(2, kernel_regularizer=keras.regularizers.L1L2(0.01, 0.02))])
model.compile(keras.optimizers.RMSprop(0.01, momentum=0.5, centered=True), loss="mse", metrics=["mae"])
record("nested", model, numbers(7, 3), numbers(7, 2))

# The other optimizers, on the smallest model. (Nadam has another constant in TF-Keras 2.)
for name, optimizer in {"sgd": keras.optimizers.SGD(0.1), "amsgrad": keras.optimizers.Adam(amsgrad=True),
                        "adamax": keras.optimizers.Adamax(), "nadam": keras.optimizers.Nadam(), "ftrl": keras.optimizers.Ftrl(),
                        "adagrad": keras.optimizers.Adagrad(0.1), "adadelta": keras.optimizers.Adadelta(0.1),
                        "decay": keras.optimizers.SGD(0.1, decay=0.25) if VERSION == "tf2" else keras.optimizers.Lion(),
                        "rmsprop": keras.optimizers.RMSprop()}.items():
    model = keras.Sequential([L.Dense(2, input_shape=(3,)), L.Dense(1)])
    model.compile(optimizer, keras.losses.MeanSquaredError())
    record(name, model, numbers(6, 3), numbers(6, 1))

# Never compiled.
model = keras.Sequential([L.Input((4,)), L.Embedding(6, 3), L.GlobalAveragePooling1D(), L.Dense(2, "sigmoid")])
record("embedding", model, random.randint(0, 6, (5, 4)).astype("float32"))

np.savez_compressed(FILES / f"{VERSION}_models.npz", **recorded)
with zipfile.ZipFile(FILES / f"{VERSION}_models.zip", "w", zipfile.ZIP_DEFLATED) as archive:
    for path in sorted(folder.iterdir()):
        archive.writestr(zipfile.ZipInfo(path.name), path.read_bytes(), zipfile.ZIP_DEFLATED)
