"""callbacks.txt: when callbacks act on given series of logs, what they print and what they write."""

import contextlib
import glob
import io
import os
import tempfile
import urllib.parse

from recording import Recorder, keras, np, tf

callbacks = keras.callbacks

FALLING = [1.0, 0.9, 0.95, 0.93, 0.92, 0.91, 0.8, 0.85]
RISING = [0.5, 0.6, 0.55, 0.58, 0.59, 0.6, 0.7, 0.65]
SLOW = [1.0, 0.97, 0.96, 0.94, 0.93, 0.89, 0.885, 0.88]
FLAT = [1.0] * 9
WAVE = [1.0, 1.1, 0.8, 0.9, 0.85, 0.7, 0.75, 0.72, 0.71, 0.705, 0.6, 0.65]
NAN_FIRST = [float("nan"), 0.9, 0.8, 0.7]
NAN_LATER = [1.0, 0.9, float("nan"), 0.95, float("nan"), 0.8]

EARLY_STOPPING = [
    *[(FALLING, dict(patience=patience, restore_best_weights=True)) for patience in (0, 1, 2, 3, 5, 9)],
    (FALLING, dict(patience=2)),
    (FALLING, dict(patience=2, mode="max", restore_best_weights=True)),
    (RISING, dict(monitor="val_accuracy", patience=2, restore_best_weights=True)),
    (RISING, dict(monitor="accuracy", patience=4)),
    (RISING, dict(monitor="val_accuracy", patience=5, restore_best_weights=True)),
    (FALLING, dict(monitor="mae", patience=3)),
    (FALLING, dict(monitor="loss", patience=3)),
    (RISING, dict(monitor="chosen", mode="max", patience=2, min_delta=0.04, restore_best_weights=True)),
    (SLOW, dict(patience=2, min_delta=0.05)),
    (SLOW, dict(patience=2, min_delta=-0.05, restore_best_weights=True)),
    (SLOW, dict(patience=3, min_delta=0.05, restore_best_weights=True)),
    (SLOW, dict(patience=1, min_delta=0.03)),
    ([1.0, 0.9, 0.8, 0.7], dict(patience=2, baseline=0.5)),
    ([1.0, 0.9, 0.8, 0.85, 0.7], dict(patience=2, baseline=0.5, restore_best_weights=True)),
    (WAVE, dict(patience=3, baseline=0.82, restore_best_weights=True)),
    (WAVE, dict(patience=3, baseline=0.75, min_delta=0.01)),
    (FALLING, dict(patience=1, start_from_epoch=2, restore_best_weights=True)),
    (FALLING, dict(patience=2, start_from_epoch=4, restore_best_weights=True)),
    (FALLING, dict(patience=0, start_from_epoch=20, restore_best_weights=True)),
    (NAN_FIRST, dict(patience=2, restore_best_weights=True)),
    (NAN_LATER, dict(patience=3, restore_best_weights=True)),
    (FLAT, dict(patience=4, restore_best_weights=True)),
    ([1.0, 1.0 - 1e-9, 1.0 - 2e-9, 1.0 - 3e-9], dict(patience=2)),  # compared as float32
]
REDUCE_LR = [
    (FLAT, dict(factor=0.5, patience=2)),
    (FLAT, dict(factor=0.5, patience=2, cooldown=2)),
    (FLAT, dict(factor=0.5, patience=1, cooldown=1)),
    (FLAT, dict(factor=0.5, patience=0)),
    (FLAT, dict(factor=0.5, patience=1, min_lr=0.03)),
    (FLAT, dict(patience=3)),
    (FLAT, dict()),
    (WAVE, dict(factor=0.2, patience=1)),
    (WAVE, dict(factor=0.2, patience=2, cooldown=3)),
    (WAVE, dict(factor=0.3, patience=2, min_delta=0.05)),
    (WAVE, dict(factor=0.3, patience=2, min_delta=0.0)),
    (WAVE, dict(factor=0.5, patience=1, mode="max", cooldown=1, min_lr=0.001)),
    (RISING, dict(monitor="accuracy", factor=0.1, patience=2)),
    (RISING, dict(monitor="val_accuracy", factor=0.1, patience=1, min_delta=0.02)),
    (FALLING, dict(monitor="val_mae", factor=0.7, patience=1)),
    ([1.0, 0.99995, 0.9999, 0.99985, 0.9998, 0.9], dict(factor=0.5, patience=2)),
    (NAN_FIRST, dict(factor=0.5, patience=1)),
    (NAN_LATER, dict(factor=0.5, patience=1)),
]
SCHEDULES = {
    "by_epoch": lambda epoch: 0.1 / (epoch + 1),
    "by_rate": lambda epoch, rate: rate * 0.5 if epoch > 1 else rate,
}
# Names, the separator, append, what is in the file before, and the values of each epoch (None: not logged).
CSV = [
    (["loss", "mae"], ",", False, None, [[0.0, 0.5], [0.1, 1e-05]]),
    (["val_loss", "loss", "val_b", "b"], ",", False, "old text\n", [[0.1, 123456789.125, 1e16, 3.0], [2.5e-7, 100000.0, 1e22, -0.0]]),
    (["loss"], ";", False, None, [[float("nan")], [float("inf")], [float("-inf")]]),
    (["loss", "val_loss"], ",", False, None, [[1.0, 2.0], [0.3333333333333333, None], [None, 0.1 + 0.2]]),
    (["loss", "late"], ",", False, None, [[1.0, None], [2.0, 3.0]]),
    (["a,b", 'say "x"', "c;d", "two\nlines"], ",", False, None, [[1.5, 2.5, 3.5, 4.5]]),
    (["a,b", "c;d"], ";", False, None, [[1.5, 2.5]]),
    (["a"], ".", False, None, [[1.5], [2e-05]]),
    (["a"], "\t", False, None, [[1.5]]),
    (["loss"], ",", True, None, [[1.0], [2.0]]),
    (["loss"], ",", True, "", [[1.0]]),
    (["loss"], ",", True, "epoch,loss,val_loss\r\n0,4.0,NA\r\n", [[1.0], [2.0]]),
    (["loss"], ",", True, "\n", [[1.0]]),
]
# The inputs of four batches of one row.
BATCHES = [[0, 1, np.nan, 1], [np.nan, 0, 0, 0], [0, 1, 2, np.inf], [0, 1, 2, 3]]

# What TensorBoard is given, the learning rate, and whether evaluate is called after fit.
TENSOR_BOARD = [
    (dict(), 0.1, True),
    (dict(histogram_freq=2, write_steps_per_second=True), 0.0, False),
    (dict(update_freq="batch"), 0.1, False),
    (dict(update_freq=3, write_steps_per_second=True), 0.1, False),
]


def quoted(text):
    """Text as an option: blanks, line ends, commas and the like as %20, %0A, %2C."""
    return urllib.parse.quote(text, safe="")


class Feed(callbacks.Callback):
    """Logs a series as `monitor`, and gives the model's one weight the number of the epoch."""

    def __init__(self, monitor, series):
        super().__init__()
        self.monitor, self.series = monitor, series

    def on_epoch_end(self, epoch, logs):
        logs[self.monitor] = self.series[epoch]
        self.model.set_weights([np.full((1, 1), epoch + 1.0)])


def fit(*given, x=np.zeros((4, 1)), epochs=1):
    """What was printed, the history, and the weight that is left."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    model.compile(optimizer=keras.optimizers.SGD(0.1), loss="mse", metrics=["mae", "accuracy"])
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        history = model.fit(x, np.zeros((4, 1)), batch_size=1, epochs=epochs, verbose=0, shuffle=False, callbacks=list(given))
    return quoted(printed.getvalue()), history, model.get_weights()[0][0, 0]


def record_series(recorder, name, series, options, verbose=1):
    callback = getattr(callbacks, name)(**options, verbose=verbose)
    printed, history, weight = fit(Feed(callback.monitor, series), callback, epochs=len(series))
    recorder.case(f"{name}_{len(recorder.names)}", callback=name, **options, verbose=verbose, series=series, printed=printed)
    recorder.tensors(epochs=len(history.epoch), weight=weight, rates=history.history.get("learning_rate"))


def record_csv(recorder, names, separator, append, before, epochs):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "log.csv")
        if before is not None:
            with open(path, "w", newline="") as file:
                file.write(before)
        logger = callbacks.CSVLogger(path, separator=separator, append=append)
        logger.on_train_begin()
        for epoch, values in enumerate(epochs):
            logger.on_epoch_end(epoch, {k: v for k, v in zip(names, values) if v is not None})
        logger.on_train_end()
        with open(path, newline="") as file:
            written = file.read()
    rows = {f"epoch_{i}": [v if v is None else repr(v) for v in values] for i, values in enumerate(epochs)}
    before = {} if before is None else dict(before=quoted(before))
    recorder.case(f"CSVLogger_{len(recorder.names)}", callback="CSVLogger", names=[quoted(name) for name in names],
                  separator=quoted(separator), append=append, **before, **rows, file=quoted(written))


def small_net(learning_rate, **optimizer):
    """A model inside a model, with weights that are multiples of 1/8; ten rows."""
    hidden = keras.layers.Dense(4, activation="tanh", name="hidden")
    base = keras.Sequential([keras.Input((3,)), hidden], name="base")
    model = keras.Sequential([keras.Input((3,)), base, keras.layers.Dense(1, name="out")], name="net")
    model.compile(optimizer=keras.optimizers.SGD(learning_rate, **optimizer), loss="mse", metrics=["mae"])
    model.set_weights([(np.arange(w.size) % 11 / 8 - 0.5).reshape(w.shape) for w in model.get_weights()])
    x = np.arange(30, dtype=np.float32).reshape(10, 3) / 32
    return model, x, x[:, :1] * 2


def events_of(folder):
    """Step, tag, plugin, type and shape of what is written there, and the tensors; without file versions."""
    events, tensors = [], []
    for path in sorted(glob.glob(os.path.join(folder, "*.v2")), key=lambda name: int(name.split(".")[-2])):
        for event in tf.compat.v1.train.summary_iterator(path):
            for value in event.summary.value:
                shape = "x".join(str(size.size) for size in value.tensor.tensor_shape.dim)
                events.append(f"{event.step} {value.tag} {value.metadata.plugin_data.plugin_name} {value.tensor.dtype} {shape}")
                tensors.append(tf.make_ndarray(value.tensor))
    return events, tensors


def always_recorded(hook):
    """As in TF-Keras. Keras 3 leaves out what is not about batches unless the last batch was due."""

    def recorded(*arguments, **named):
        with tf.summary.record_if(True):
            return hook(*arguments, **named)

    return recorded


def record_tensor_board(recorder, options, learning_rate, evaluates):
    model, x, y = small_net(learning_rate)
    with tempfile.TemporaryDirectory() as folder:
        callback = callbacks.TensorBoard(folder, write_graph=False, **options)
        for name in ("_log_epoch_metrics", "_log_weights", "on_test_end"):
            setattr(callback, name, always_recorded(getattr(callback, name)))
        model.fit(x, y, batch_size=4, epochs=3, verbose=0, shuffle=False, validation_data=(x[:6], y[:6]), callbacks=[callback])
        if evaluates:
            model.evaluate(x, y, verbose=0, callbacks=[callback])
        recorder.case(f"TensorBoard_{len(recorder.names)}", callback="TensorBoard", **options, learning_rate=learning_rate,
                      evaluates=evaluates, **{part: [quoted(event) for event in events_of(os.path.join(folder, part))[0]]
                                              for part in ("train", "validation")})
        for part in ("train", "validation"):
            events, tensors = events_of(os.path.join(folder, part))
            for index, (event, tensor) in enumerate(zip(events, tensors)):
                if "steps_per_second" not in event:
                    recorder.tensor(f"{part}_{index}", tensor)


class Weights(callbacks.Callback):
    """What the weights are in the hooks of the callbacks behind it."""

    def __init__(self):
        super().__init__()
        self.hidden = {}

    def note(self, hook):
        self.hidden.setdefault(hook, []).append(self.model.get_weights()[0])

    def on_epoch_end(self, epoch, logs=None):
        self.note("epoch_end")

    def on_test_begin(self, logs=None):
        self.note("test_begin")

    def on_train_batch_begin(self, batch, logs=None):
        self.note("train_batch_begin")

    def on_predict_begin(self, logs=None):
        self.note("predict_begin")


def record_swap(recorder):
    for swap_on_epoch in (False, True):
        model, x, y = small_net(0.1, use_ema=True, ema_momentum=0.5)
        weights = Weights()
        given = [callbacks.SwapEMAWeights(swap_on_epoch), weights]
        history = model.fit(x, y, batch_size=4, epochs=3, verbose=0, shuffle=False, validation_data=(x[:6], y[:6]), callbacks=given)
        fitted = model.get_weights()
        evaluated = model.evaluate(x, y, verbose=0, callbacks=given)
        predicted = model.predict(x, verbose=0, callbacks=given)
        recorder.case(f"SwapEMAWeights_{swap_on_epoch}", callback="SwapEMAWeights", swap_on_epoch=swap_on_epoch)
        recorder.tensors(loss=history.history["loss"], val_loss=history.history["val_loss"], evaluated=evaluated, predicted=predicted)
        recorder.tensors(**{hook: np.stack(values) for hook, values in weights.hidden.items()})
        recorder.tensors(**{f"final_{i}": value for i, value in enumerate(fitted)})


def noted(name, notes):
    """A callback that notes the hooks it gets, with the number and the names that are logged."""
    hooks = [hook for hook in dir(callbacks.Callback) if hook.startswith("on_") and not hook.startswith("on_batch")]

    def hook_of(hook):
        def note(self, *arguments, **named):
            arguments += tuple(named.values())
            number = [argument for argument in arguments if isinstance(argument, int)]
            names = sorted(set().union(*(argument for argument in arguments if isinstance(argument, dict))) - {"outputs"})
            params = [f"epochs={self.params.get('epochs', 1)}", f"steps={self.params['steps']}"] if "begin" in hook else []
            notes.append(" ".join([name, hook, *map(str, number), *names, *params]))

        return note

    return type("Noted", (callbacks.Callback,), {hook: hook_of(hook) for hook in hooks})()


def record_hooks(recorder):
    model, x, y = small_net(0.1)
    for call in ("fit", "evaluate", "predict"):
        notes = []
        given = [noted("first", notes), callbacks.ReduceLROnPlateau(), noted("second", notes)]
        if call == "fit":
            model.fit(x, y, batch_size=4, epochs=2, verbose=0, validation_data=(x[:6], y[:6]), validation_freq=2, callbacks=given)
        elif call == "evaluate":
            model.evaluate(x, y, batch_size=4, verbose=0, callbacks=given)
        else:
            model.predict(x, batch_size=4, verbose=0, callbacks=given)
        recorder.case(f"hooks_{call}", callback="hooks", call=call, hooks=[quoted(note) for note in notes])


def main():
    keras.utils.set_random_seed(1)
    recorder = Recorder("callbacks")
    for series, options in EARLY_STOPPING:
        record_series(recorder, "EarlyStopping", series, options)
    for series, options in REDUCE_LR:
        record_series(recorder, "ReduceLROnPlateau", series, options)
    for name, schedule in SCHEDULES.items():
        printed, history, _ = fit(callbacks.LearningRateScheduler(schedule, verbose=1), epochs=5)
        recorder.case(f"LearningRateScheduler_{name}", callback="LearningRateScheduler", schedule=name, printed=printed)
        recorder.tensors(rates=history.history["learning_rate"])
    for case in CSV:
        record_csv(recorder, *case)
    for index, x in enumerate(BATCHES):
        printed, history, _ = fit(callbacks.TerminateOnNaN(), x=np.reshape(x, (4, 1)), epochs=2)
        recorder.case(f"TerminateOnNaN_{index}", callback="TerminateOnNaN", printed=printed)
        recorder.tensors(x=x, epochs=len(history.epoch), loss=history.history["loss"])
    for case in TENSOR_BOARD:
        record_tensor_board(recorder, *case)
    record_swap(recorder)
    record_hooks(recorder)
    recorder.save()


if __name__ == "__main__":
    main()
