"""Whether real Keras 3 opens what keratin saves: python check_saving.py RESAVE

RESAVE is the program of resave.cpp. Each model of ../keras_files/models, which Keras saved, is loaded and saved again by keratin.
Keras must load that file without a warning, predict the same, and train on to the same predictions. Exits with 77 where Keras is
missing.
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import warnings

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
try:
    import keras
    import numpy as np
except ImportError as missing:
    print(f"skipped: {missing}. Install keras, tensorflow-cpu and numpy")
    sys.exit(77)

MODELS = pathlib.Path(__file__).parent.parent / "keras_files" / "models"
TOLERANCE = {"rtol": 1e-5, "atol": 2e-6}


def check(name, folder):
    recorded = np.load(MODELS / f"{name}.npz")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = keras.saving.load_model(folder / f"{name}.keras")
    np.testing.assert_allclose(model.predict(recorded["x"], verbose=0), recorded["y"], **TOLERANCE)
    if "later" in recorded:
        for _ in range(3):
            model.train_on_batch(recorded["x"], recorded["t"])
        np.testing.assert_allclose(model.predict(recorded["x"], verbose=0), recorded["later"], **TOLERANCE)
    original = keras.saving.load_model(MODELS / f"{name}.keras")
    # A Functional model lists its input, too, which the Sequential that keratin saves does not; a layer that was another's activation
    # is one of its own there.
    names = [layer.name for layer in original.layers if not isinstance(layer, keras.layers.InputLayer)]
    found = [layer.name for layer in model.layers if not (layer.name.endswith("_activation") and layer.name not in names)]
    assert found == names, f"the layers are {found}, wanted {names}"
    assert type(model.optimizer) is type(original.optimizer)


def main():
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.argv[1], MODELS, folder], check=True)
        for path in sorted(MODELS.glob("*.keras")):
            try:
                check(path.stem, pathlib.Path(folder))
                print(f"{path.stem}: ok")
            except Exception as error:  # each model is judged
                failed += 1
                print(f"{path.stem}: {error}")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
