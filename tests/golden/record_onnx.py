"""onnx.txt and tests/onnx_files: small models as the exporters of PyTorch, scikit-learn and Keras write them.

Needs, besides what recording.py wants: torch 2.14, onnx, onnxruntime, onnxscript, scikit-learn, skl2onnx, tf2onnx.
What exporters note about their own source (documentation, stack traces) is taken out of the files to keep them small.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "onnx_files"


def keras_models():
    import keras
    from keras import layers

    keras.utils.set_random_seed(0)
    mlp = keras.Sequential([keras.Input((3, 2)), layers.Rescaling(0.5, -0.25), layers.Flatten(), layers.Dense(5, "gelu"),
                            layers.Dropout(0.3), layers.Dense(3, "softmax")])
    cnn = keras.Sequential([keras.Input((8, 8, 1)), layers.Conv2D(2, 3, padding="same", activation="relu"),
                            layers.BatchNormalization(), layers.MaxPooling2D(2), layers.Conv2D(3, 3, strides=2, padding="same"),
                            layers.LeakyReLU(0.3), layers.GlobalAveragePooling2D(), layers.LayerNormalization(),
                            layers.Dense(2, "silu")])
    rng = np.random.RandomState(0)
    for model in (mlp, cnn):
        for weight in model.weights:
            if "seed" not in weight.path:
                value = np.round(rng.normal(0, 0.5, weight.shape), 2)
                weight.assign(np.abs(value) + 0.1 if "variance" in weight.path else value)
    return {"mlp": mlp, "cnn": cnn}


def export_keras_through_torch(work):
    network = keras_models()["mlp"]
    network(np.zeros((1, 3, 2), np.float32))
    network.export(str(work / "keras_torch_mlp.onnx"), format="onnx", verbose=False)


def export_torch(work):
    import torch
    from torch import nn

    class View(nn.Module):
        """A module that reshapes with the batch's own size."""

        def __init__(self):
            super().__init__()
            self.linear = nn.Linear(12, 3)

        def forward(self, x):
            return torch.log_softmax(self.linear(x.view(x.size(0), -1)), 1)

    torch.manual_seed(0)
    x = torch.randn
    functions = [nn.Hardsigmoid(), nn.CELU(), nn.SELU(), nn.Softplus(), nn.Softsign(), nn.LogSigmoid(), nn.Tanhshrink(),
                 nn.Softshrink(), nn.Hardshrink(), nn.ReLU6()]
    models = {
        "mlp": (nn.Sequential(nn.Linear(4, 5), nn.GELU(), nn.LayerNorm(5), nn.Linear(5, 4), nn.Mish(), nn.LeakyReLU(0.1),
                              nn.ELU(0.5), nn.Hardswish(), nn.PReLU(), nn.BatchNorm1d(4), nn.Linear(4, 2, bias=False),
                              nn.LogSoftmax(1)), x(2, 4)),
        "cnn": (nn.Sequential(nn.Conv2d(2, 3, 3, padding=1), nn.BatchNorm2d(3), nn.ReLU(), nn.MaxPool2d(3, 2, 1),
                              nn.Conv2d(3, 4, 3, stride=2, padding=1), nn.SiLU(), nn.AvgPool2d(2), nn.Flatten(),
                              nn.Dropout(0.3), nn.Linear(4, 3), nn.Softmax(1)), x(2, 2, 8, 8)),
        "decoder": (nn.Sequential(nn.Conv2d(2, 4, 3, groups=2), nn.ReLU6(), nn.ConvTranspose2d(4, 2, 3, stride=2, padding=1),
                                  nn.Tanh(), nn.Upsample(scale_factor=2), nn.ZeroPad2d(1), nn.Conv2d(2, 1, 3),
                                  nn.Hardtanh(-0.5, 2)), x(2, 2, 6, 6)),
        "sequence": (nn.Sequential(nn.Conv1d(3, 4, 3), nn.ReLU(), nn.MaxPool1d(2), nn.GroupNorm(2, 4), nn.Flatten(),
                                   nn.Linear(8, 1), nn.Sigmoid()), x(2, 3, 6)),
        "functions": (nn.Sequential(nn.Linear(3, 8), *(layer for function in functions for layer in (function, nn.Linear(8, 8)))),
                      x(2, 3)),
        "embedding": (nn.Sequential(nn.Embedding(7, 3), nn.Flatten(), nn.Linear(12, 2)), torch.randint(0, 7, (2, 4))),
        "view": (View(), x(2, 3, 4)),
    }
    for model, _ in models.values():
        for module in model.modules():
            if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
                nn.init.normal_(module.running_mean)
                nn.init.uniform_(module.running_var, 0.5, 2)
            if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d, nn.LayerNorm, nn.GroupNorm)):
                nn.init.normal_(module.weight)
                nn.init.normal_(module.bias)
        model.eval()
    for name, (model, x) in models.items():
        torch.onnx.export(model, (x,), str(work / f"torch_script_{name}.onnx"), dynamo=False, input_names=["x"],
                          dynamic_axes={"x": {0: "batch"}})
        torch.onnx.export(model, (x,), str(work / f"torch_dynamo_{name}.onnx"), dynamo=True, external_data=False, verbose=False,
                          dynamic_shapes=({0: torch.export.Dim("batch")},))


# PyTorch does not share a process with TensorFlow here: `record_onnx.py torch FOLDER` exports from it, and from Keras through it.
if __name__ == "__main__" and sys.argv[1:2] == ["torch"]:
    os.environ["KERAS_BACKEND"] = "torch"
    import numpy as np

    export_torch(pathlib.Path(sys.argv[2]))
    export_keras_through_torch(pathlib.Path(sys.argv[2]))
    sys.exit()

import onnx
import onnxruntime
from recording import Numbers, Recorder, np
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

ROWS = 3


def export_sklearn(work):
    from skl2onnx import to_onnx

    rng = np.random.RandomState(0)
    x = rng.randn(60, 4).astype(np.float32)
    three = rng.randint(0, 3, 60)
    models = {
        "binary": (MLPClassifier((5,), max_iter=30, random_state=0), x[:, 0] > 0),
        "classes": (MLPClassifier((5, 4), activation="tanh", max_iter=30, random_state=0), three),
        "pipeline": (make_pipeline(StandardScaler(), MLPClassifier((5,), max_iter=30, random_state=0)), three),
        "regressor": (MLPRegressor(hidden_layer_sizes=(5,), activation="logistic", max_iter=30, random_state=0), x[:, 0] * 2),
    }
    for name, (model, y) in models.items():
        model.fit(x, y.astype(int) if name != "regressor" else y)
        (work / f"sklearn_{name}.onnx").write_bytes(to_onnx(model, x[:1]).SerializeToString())


def export_keras(work):
    model = keras_models()["cnn"]
    model(np.zeros((1, 8, 8, 1), np.float32))
    model.export(str(work / "keras_tf2onnx_cnn.onnx"), format="onnx", verbose=False)


def strip(model):
    model.doc_string = ""
    del model.metadata_props[:]
    graph = model.graph
    del graph.value_info[:], graph.metadata_props[:]
    for node in graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
    for tensor in graph.initializer:
        tensor.doc_string = ""
        del tensor.metadata_props[:]


def predictions(path, x):
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    source = session.get_inputs()[0]
    y = session.run(None, {source.name: x.astype(np.int64) if "int64" in source.type else x})[-1]
    if isinstance(y, list):  # scikit-learn's dictionaries: class to probability
        y = np.array([list(row.values()) for row in y], np.float32)
        if y.shape[1] == 2:
            y = y[:, 1:]
    return y


def main():
    onnxruntime.set_default_logger_severity(4)
    numbers, recorder = Numbers(5), Recorder("onnx")
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        subprocess.run([sys.executable, __file__, "torch", str(work)], check=True)
        export_sklearn(work)
        export_keras(work)
        for path in sorted(work.glob("*.onnx")):
            model = onnx.load(path)
            strip(model)
            onnx.save(model, FOLDER / path.name)
            source = model.graph.input[0].type.tensor_type
            shape = [ROWS] + [dim.dim_value for dim in source.shape.dim[1:]]
            x = numbers.labels(*shape, classes=7) if source.elem_type == onnx.TensorProto.INT64 else numbers.normal(*shape)
            recorder.case(path.stem)
            recorder.tensors(x=x, y=predictions(FOLDER / path.name, x))
    recorder.save()


if __name__ == "__main__":
    main()
