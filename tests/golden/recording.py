"""What the recorders share: the text format, round seeded numbers, and Keras set up to repeat itself."""

import os
import pathlib
import sys

if "keras" in sys.modules or "tensorflow" in sys.modules:
    raise ImportError("take keras and tensorflow from this module: it sets them up")
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"  # oneDNN picks kernels by CPU
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"

import keras
import numpy as np
import tensorflow as tf

WANTED = {"keras": (keras.__version__, "3.15.1"), "tensorflow": (tf.__version__, "2.21.0")}
for package, (got, wanted) in WANTED.items():
    if got != wanted:
        raise SystemExit(f"{package} is {got}, the golden files are recorded from {wanted}")

# One thread: sums are taken in the same order each time.
tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)
tf.get_logger().setLevel("ERROR")

FOLDER = pathlib.Path(__file__).resolve().parent


def number(value):
    """The shortest text that reads back as the same float32 (at most %.9g)."""
    value = np.float32(value)
    if value == np.round(value) and 0 < abs(value) < 1e7:
        return str(int(value))
    for digits in range(1, 10):
        text = "%.*g" % (digits, value)
        if np.float32(text) == value:
            return text
    return "%.9g" % value  # nan


def option(value):
    """A Python value as an option's text: 1/0, numbers, comma lists, `none`."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, (list, tuple)):
        return ",".join(option(item) for item in value)
    return str(value)


class Recorder:
    """Collects the cases of one family and writes <family>.txt."""

    def __init__(self, family):
        self.family = family
        self.lines = []
        self.names = set()

    def case(self, name, **options):
        """Starts a case. An option given as `optimizer__momentum` is written `optimizer.momentum`."""
        if name in self.names:
            raise ValueError(f"{self.family}: two cases named {name}")
        self.names.add(name)
        pairs = [f"{key.replace('__', '.')}={option(value)}" for key, value in options.items()]
        self.lines += ["", " ".join(["case", name, *pairs])]

    def tensor(self, name, value):
        value = np.asarray(value, dtype=np.float32)
        shape = ",".join(map(str, value.shape))
        head = f"tensor {name} {shape}" if shape else f"tensor {name}"
        self.lines.append(" ".join([head, ":", *map(number, value.ravel())]))

    def tensors(self, **values):
        for name, value in values.items():
            if value is not None:
                self.tensor(name, value)

    def save(self):
        path = FOLDER / f"{self.family}.txt"
        head = f"# Recorded from Keras {keras.__version__} on TensorFlow {tf.__version__}; see README.md."
        path.write_text("\n".join([head, *self.lines]) + "\n")
        print(f"{path.name}: {len(self.names)} cases, {path.stat().st_size / 1024:.0f} KiB")


class Numbers:
    """Seeded numbers of few decimals: short in text, and the same for any NumPy (RandomState is frozen)."""

    def __init__(self, seed):
        self.random = np.random.RandomState(seed)

    def normal(self, *shape, scale=1.0, decimals=2):
        return np.round(self.random.normal(0, scale, shape), decimals).astype(np.float32)

    def uniform(self, *shape, low=0.0, high=1.0, decimals=2):
        return np.round(self.random.uniform(low, high, shape), decimals).astype(np.float32)

    def labels(self, *shape, classes):
        return self.random.randint(0, classes, shape).astype(np.float32)

    def one_hot(self, *shape, classes):
        return np.eye(classes, dtype=np.float32)[self.random.randint(0, classes, shape)]

    def probabilities(self, *shape):
        """Rows over the last axis that sum to about 1."""
        raw = self.random.uniform(0.05, 1, shape)
        return np.round(raw / raw.sum(-1, keepdims=True), 3).astype(np.float32)
