"""Whether TensorBoard's own reader finds what keratin writes: python check_tensorboard.py WRITE_EVENTS

WRITE_EVENTS is the program of write_events.cpp. Tags, steps and histograms must be those that Keras writes. Exits with 77 where
tensorboard is missing.
"""

import pathlib
import subprocess
import sys
import tempfile

try:
    import numpy as np
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.plugins.histogram import summary_v2
    from tensorboard.util import tensor_util
except ImportError as missing:
    print(f"skipped: {missing}. Install tensorboard and numpy")
    sys.exit(77)

EPOCHS = {"epoch_loss": [0, 1, 2], "epoch_mae": [0, 1, 2]}
TRAIN = {
    **EPOCHS,
    "epoch_learning_rate": [0, 1, 2],
    "epoch_steps_per_second": [0, 1, 2],
    "batch_loss": [2, 4, 6, 8],
    "batch_mae": [2, 4, 6, 8],
    "batch_steps_per_second": [2, 4, 6, 8],
}
SHAPES = {"base/hidden/kernel": (3, 4), "base/hidden/bias": (4,), "net/out/kernel": (4, 1), "net/out/bias": (1,)}
VALIDATION = {**EPOCHS, "evaluation_loss_vs_iterations": [3, 6, 9], "evaluation_mae_vs_iterations": [3, 6, 9]}


def read(folder):
    accumulator = EventAccumulator(str(folder), size_guidance={"tensors": 0})
    accumulator.Reload()
    tags = accumulator.Tags()["tensors"]
    return accumulator, {tag: [event.step for event in accumulator.Tensors(tag)] for tag in tags}


def check_histograms(accumulator):
    assert set(accumulator.PluginTagToContent("histograms")) == {f"{path}/histogram" for path in SHAPES}
    for path, shape in SHAPES.items():
        weight = (np.arange(np.prod(shape)) % 11 / 8 - 0.5).astype(np.float32)
        wanted = tensor_util.make_ndarray(summary_v2.histogram_pb("", weight).value[0].tensor)
        for event in accumulator.Tensors(f"{path}/histogram"):
            np.testing.assert_array_equal(tensor_util.make_ndarray(event.tensor_proto), wanted)


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        subprocess.run([sys.argv[1], name], check=True)
        train, steps = read(folder / "train")
        graph = steps.pop("keras", [0])  # not there where keratin is built without Keras's files
        assert graph == [0], graph
        assert steps == {**TRAIN, **{f"{path}/histogram": [0, 2] for path in SHAPES}}, steps
        assert set(train.PluginTagToContent("scalars")) == set(TRAIN)
        check_histograms(train)
        _, steps = read(folder / "validation")
        assert steps == VALIDATION, steps

        # A run that was killed while it wrote: all but the last event.
        (file,) = (folder / "validation").iterdir()
        file.write_bytes(file.read_bytes()[:-5])
        _, steps = read(folder / "validation")
        assert steps == {**VALIDATION, "epoch_mae": [0, 1]}, steps
    print("tensorboard finds all tags, steps and histograms")


main()
