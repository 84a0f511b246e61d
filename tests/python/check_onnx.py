#!/usr/bin/env python3
"""check_onnx.py PROGRAM: ONNX's checker and onnxruntime on what PROGRAM (tests/python/write_onnx_models.cpp) exports.

Every file passes the full check, leaves the batch size open, and gives in onnxruntime what keratin predicts, to 1e-5.
Ends with 77 (skipped) where onnx or onnxruntime is missing.
"""

import pathlib
import subprocess
import sys
import tempfile

try:
    import numpy as np
    import onnx
    import onnxruntime
except ImportError as error:
    print(f"skipped: {error}; pip install onnx onnxruntime")
    sys.exit(77)

TOLERANCE = 1e-5  # relative to the output's size, or to 1


def check(folder, name):
    path = folder / f"{name}.onnx"
    onnx.checker.check_model(str(path), full_check=True)
    model = onnx.load(path)
    onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
    batch = model.graph.input[0].type.tensor_type.shape.dim[0]
    assert batch.dim_param == "batch" and not batch.dim_value, "the batch size is not open"
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    source, target = session.get_inputs()[0], session.get_outputs()[0]
    x = np.fromfile(folder / f"{name}.x", np.float32).reshape(-1, *source.shape[1:])
    y = np.fromfile(folder / f"{name}.y", np.float32).reshape(-1, *target.shape[1:])
    assert len(x) == len(y)
    for count in (len(x), 1):
        got = session.run(None, {source.name: x[:count]})[0]
        assert got.shape == y[:count].shape, f"got shape {got.shape}, wanted {y[:count].shape}"
        error = np.max(np.abs(got - y[:count]) / np.maximum(1, np.abs(y[:count])))
        assert error <= TOLERANCE, f"differs by {error}"
    return error


def main():
    with tempfile.TemporaryDirectory() as work:
        folder = pathlib.Path(work)
        names = subprocess.run([sys.argv[1], work], check=True, capture_output=True, text=True).stdout.split()
        failures, worst = 0, 0.0
        for name in names:
            try:
                worst = max(worst, check(folder, name))
            except Exception as error:  # all of them, then the count
                failures += 1
                print(f"{name}: {error}")
        print(f"{len(names)} models, {failures} failures, largest difference {worst:.2g}; "
              f"onnx {onnx.__version__}, onnxruntime {onnxruntime.__version__}")
        sys.exit(failures > 0 or not names)


main()
