"""TensorFlow's Keras 2 or Keras 3 on TensorFlow, whichever this Python has, on a number of threads."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["KERAS_BACKEND"] = "tensorflow"

import tensorflow as tf  # noqa: E402


def keras_on(threads):
    """(the name for reports, the keras module)"""
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    keras = tf.keras
    keras.utils.set_random_seed(1)
    return "k3" if keras.__version__ >= "3" else "tf29", keras
