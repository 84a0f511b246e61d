"""checkpoints.txt: when ModelCheckpoint saves and what it prints, and numbers in the format of Python's str.format."""

import os
import tempfile

from record_callbacks import FALLING, NAN_FIRST, NAN_LATER, RISING, Feed, callbacks, fit, quoted
from recording import Recorder

EPOCHS = [
    (FALLING, "{epoch:02d}-{val_loss:.2f}.keras", {}),
    (FALLING, "best.keras", dict(save_best_only=True)),
    (FALLING, "best-{epoch}.weights.h5", dict(save_best_only=True, save_weights_only=True)),
    (FALLING, "{epoch}/{val_loss:06.3f}.keras", dict(save_best_only=True, initial_value_threshold=0.94)),
    (FALLING, "{epoch:4d}{loss}{mae:10.1e}.keras", dict(monitor="mae", save_best_only=True)),
    (RISING, "{epoch}-{val_accuracy:g}.keras", dict(monitor="val_accuracy", save_best_only=True)),
    (RISING, "{epoch}-{{x}}.keras", dict(monitor="chosen", save_best_only=True, mode="max", initial_value_threshold=0.5)),
    (RISING, "{epoch:.1f}-{chosen}.keras", dict(monitor="chosen", save_best_only=True, mode="min")),
    (NAN_FIRST, "{epoch}-{val_loss}.keras", dict(save_best_only=True)),
    (NAN_LATER, "{epoch}-{val_loss:08.2f}.keras", dict(save_best_only=True)),
]
# Three epochs of four batches.
BATCHES = [
    ("{epoch}-{batch}.keras", dict(save_freq=3)),
    ("{epoch:03d}-{batch:02d}-{loss:.1f}.weights.h5", dict(save_freq=5, save_weights_only=True)),
    ("x.keras", dict(save_freq=13)),
]
FORMATS = ["", "3", "03", "12", "012", ".0f", ".2f", "f", "8.3f", "08.3f", ".3e", "e", "012.2e", ".4g", "g", "010.3g", ".0g", "06.1f"]
FLOATS = [0.0, -0.0, 1.0, -1.5, 0.125, 2.675, 1234567.0, 1e-5, -1e-7, 1e16, 1e22, 123456789.125, float("nan"), float("inf"),
          float("-inf")]
WHOLE = [0, 1, 7, 123, 100000]


def record_run(recorder, path, options, *before, epochs, **case):
    with tempfile.TemporaryDirectory() as folder:
        old = os.getcwd()
        os.chdir(folder)
        callback = callbacks.ModelCheckpoint(path, **options, verbose=1)
        printed, _, _ = fit(*before, callback, epochs=epochs)
        os.chdir(old)
        files = sorted(os.path.relpath(os.path.join(root, name), folder) for root, _, names in os.walk(folder) for name in names)
    if "save_freq" in options:
        case["batches"] = options.pop("save_freq")
    recorder.case(f"ModelCheckpoint_{len(recorder.names)}", path=quoted(path), **options, verbose=1, epochs=epochs, **case,
                  printed=printed, files=[quoted(file) for file in files])


def main():
    recorder = Recorder("checkpoints")
    for series, path, options in EPOCHS:
        monitor = options.get("monitor", "val_loss")
        record_run(recorder, path, dict(options), Feed(monitor, series), epochs=len(series), series=series)
    for path, options in BATCHES:
        record_run(recorder, path, dict(options), epochs=3)
    for spec in FORMATS:
        recorder.case(f"format_{len(recorder.names)}", spec=quoted(spec), floats=[repr(value) for value in FLOATS],
                      texts=[quoted(format(value, spec)) for value in FLOATS])
    for spec in [spec for spec in FORMATS if spec != ".0g"] + ["d", "2d", "02d", "12d"]:
        recorder.case(f"format_{len(recorder.names)}", spec=quoted(spec), whole=WHOLE, texts=[quoted(format(value, spec)) for value in WHOLE])
    recorder.save()


if __name__ == "__main__":
    main()
