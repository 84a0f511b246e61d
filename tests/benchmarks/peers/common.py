"""What the peers' scripts share: reading MNIST and the lines that compare.py reads."""

import gzip
import os
import sys
import time

import numpy as np


def mnist(folder):
    """The two halves as ((images, labels), (images, labels)): uint8, images (rows, 28, 28), not scaled."""

    def read(name, header, shape):
        with gzip.open(os.path.join(folder, name)) as file:
            return np.frombuffer(file.read(), np.uint8, offset=header).reshape(shape).copy()

    return tuple((read(half + "-images-idx3-ubyte.gz", 16, (-1, 28, 28)), read(half + "-labels-idx1-ubyte.gz", 8, (-1,)))
                 for half in ("train", "t10k"))


def arguments(usage):
    """threads, then whatever `usage` names."""
    if len(sys.argv) != 2 + len(usage.split()):
        sys.exit(f"usage: {sys.argv[0]} threads {usage}")
    return [int(sys.argv[1])] + sys.argv[2:]


def flag(name):
    """Whether `name` is among the arguments, from which it is removed."""
    given = name in sys.argv
    if given:
        sys.argv.remove(name)
    return given


def report(name, threads, **values):
    print(name, f"threads={threads}", *(f"{key}={value:.4f}" for key, value in values.items()), flush=True)


def microseconds(work, seconds=2.0):
    """The time of one call of `work`, the median of many, after a warm-up."""
    for _ in range(20):
        work()
    times, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return sorted(times)[len(times) // 2] * 1e6
