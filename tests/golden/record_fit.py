"""fit.txt: whole runs of fit, evaluate and the *_on_batch calls from fixed weights, without shuffling.

A case says everything needed to build and train the model again; `build` and `run` below are how to read it.
"""

import warnings

from networks import build_network, initial_weights
from recording import Numbers, Recorder, keras, np


def build(options):
    """The compiled model a case describes."""
    model = build_network(options)

    def arguments(kind):  # optimizer__momentum=0.9 -> {"momentum": 0.9}
        return {key.split("__")[1]: value for key, value in options.items() if key.startswith(kind + "__")}

    def named(kind, get):  # an object where it has arguments, the string itself where it has none
        if not arguments(kind) and not (kind == "optimizer" and "schedule" in options):
            return options[kind]
        made = get({"class_name": options[kind], "config": arguments(kind)})
        made.get_config()  # a loss function's name (not its class's) would drop the arguments without a word
        return made

    optimizer = named("optimizer", keras.optimizers.get)
    if "schedule" in options:
        optimizer.learning_rate = getattr(keras.optimizers.schedules, options["schedule"])(**arguments("schedule"))
    # jit_compile: the plain kernels are the same on every machine, what XLA fuses is not.
    model.compile(
        optimizer=optimizer,
        loss=named("loss", keras.losses.get),
        metrics=list(options.get("metrics", [])),
        weighted_metrics=list(options.get("weighted_metrics", [])),
        jit_compile=False,
    )
    return model


class CountBatches(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        self.model.batches.append(0)

    def on_train_batch_end(self, batch, logs=None):
        self.model.batches[-1] += 1


FIT_OPTIONS = ["batch_size", "epochs", "initial_epoch", "validation_split", "validation_batch_size", "validation_freq",
               "steps_per_epoch"]


def call_fit(model, options, data):
    arguments = {key: options[key] for key in FIT_OPTIONS if key in options}
    if "class_weight" in options:
        arguments["class_weight"] = dict(enumerate(options["class_weight"]))
    if "val_x" in data:
        arguments["validation_data"] = tuple(data[k] for k in ("val_x", "val_y", "val_sample_weight") if k in data)
    model.batches = []
    logs = {}
    for _ in range(options.get("times", 1)):
        history = model.fit(data["x"], data["y"], sample_weight=data.get("sample_weight"), shuffle=False, verbose=0,
                            callbacks=[CountBatches()], **arguments)
        for key, values in history.history.items():
            logs.setdefault(key, []).extend(values)
    return logs


def call_on_batches(call, model, options, data):
    """One call per `batch_size` rows of x, in order."""
    logs = {}
    for first in range(0, len(data["x"]), options["batch_size"]):
        rows = slice(first, first + options["batch_size"])
        arguments = {"sample_weight": data["sample_weight"][rows]} if "sample_weight" in data else {}
        if "class_weight" in options:
            arguments["class_weight"] = dict(enumerate(options["class_weight"]))
        result = getattr(model, call)(data["x"][rows], data["y"][rows], return_dict=True, **arguments)
        for key, value in result.items():
            logs.setdefault(key, []).append(float(value))
    return logs


def call_evaluate(model, options, data):
    result = model.evaluate(data["x"], data["y"], batch_size=options.get("batch_size"), verbose=0,
                            sample_weight=data.get("sample_weight"), return_dict=True)
    return {key: [value] for key, value in result.items()}


def run(options, data, weights):
    model = build(options)
    model.set_weights(weights)
    call = options["call"]
    if call == "fit":
        logs = call_fit(model, options, data)
    elif call == "evaluate":
        logs = call_evaluate(model, options, data)
    else:
        logs = call_on_batches(call, model, options, data)
    result = {f"history_{key}": np.array(values) for key, values in logs.items()}
    if call == "fit":
        result["batches"] = np.array(model.batches)
    for index, weight in enumerate(model.get_weights()):
        result[f"final_{index}"] = weight
    result["prediction"] = model.predict(data["x"], verbose=0)
    return list(logs), result


def jitter(weights, seed):
    random = np.random.RandomState(seed)
    return [(w * (1 + 1e-6 * random.uniform(-1, 1, w.shape))).astype(np.float32) for w in weights]


WORST = {}


def record(recorder, name, data, numbers, scale=1.0, **options):
    options = {"call": "fit", **options}
    keras.utils.set_random_seed(1)
    weights = initial_weights(numbers, build(options), scale)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "your input ran out of data" is what some cases are about
        logs, result = run(options, data, weights)
        # A run that amplifies rounding is no use for comparing two programs: refuse it.
        moved = 0.0
        for seed in (1, 2):
            _, other = run(options, data, jitter(weights, seed))
            for key, value in result.items():
                difference = np.abs(value - other[key]) / (1 + np.abs(value))
                moved = max(moved, float(difference.max()))
    WORST[name] = moved
    if not moved < 3e-5:
        raise SystemExit(f"{name}: 1e-6 in the weights became {moved:.2g}")

    recorder.case(name, **options, logs=logs)
    recorder.tensors(**{f"weight_{index}": weight for index, weight in enumerate(weights)})
    recorder.tensors(**data)
    recorder.tensors(**result)
    return result


def regression(numbers, rows, features=3, outputs=1):
    x = numbers.normal(rows, features)
    y = np.round(np.tanh(x @ numbers.normal(features, outputs)) + numbers.normal(rows, outputs, scale=0.1), 2)
    return {"x": x, "y": y.astype(np.float32)}


def classes(numbers, rows, features=5, count=3, one_hot=False):
    labels = numbers.labels(rows, classes=count)
    x = numbers.normal(rows, features) + np.eye(count, features, dtype=np.float32)[labels.astype(int)]
    y = np.eye(count, dtype=np.float32)[labels.astype(int)] if one_hot else labels
    return {"x": np.round(x, 2), "y": y}


def binary(numbers, rows, features=4, column=True):
    x = numbers.normal(rows, features)
    y = (x[:, :1] + x[:, 1:2] > 0.2).astype(np.float32)
    return {"x": x, "y": y if column else y[:, 0]}


def pixels(numbers, rows, count):
    """Raw 0..255 inputs of shape (rows, 4, 4): with them logits are in the hundreds."""
    return {"x": numbers.labels(rows, 4, 4, classes=256), "y": numbers.labels(rows, classes=count)}


def optimizers(recorder):
    small = dict(input="3", layers="dense:6:tanh,dense:1", loss="mse", metrics=["mae"], batch_size=5, epochs=3)

    def case(name, **options):
        numbers = Numbers(11)
        record(recorder, name, regression(numbers, 17), numbers, **{**small, **options})

    case("mse_sgd_short_last_batch", optimizer="sgd", optimizer__learning_rate=0.05)
    case("mse_momentum", optimizer="sgd", optimizer__learning_rate=0.05, optimizer__momentum=0.9)
    case("mse_nesterov", optimizer="sgd", optimizer__learning_rate=0.05, optimizer__momentum=0.9,
         optimizer__nesterov=True)
    case("mse_rmsprop", optimizer="rmsprop")
    case("mse_rmsprop_momentum_centered", optimizer="rmsprop", optimizer__learning_rate=0.01,
         optimizer__momentum=0.5, optimizer__centered=True)
    case("mse_adam", optimizer="adam")
    case("mse_adam_fast", optimizer="adam", optimizer__learning_rate=0.05, epochs=4)
    case("mse_adam_amsgrad", optimizer="adam", optimizer__learning_rate=0.02, optimizer__amsgrad=True)
    case("mse_adamw", optimizer="adamw", optimizer__learning_rate=0.01, optimizer__weight_decay=0.02)
    case("mse_adamax", optimizer="adamax", optimizer__learning_rate=0.02)
    case("mse_nadam", optimizer="nadam", optimizer__learning_rate=0.02)
    case("mse_adagrad", optimizer="adagrad", optimizer__learning_rate=0.05)
    case("mse_adadelta", optimizer="adadelta", optimizer__learning_rate=0.5)
    case("mse_ftrl", optimizer="ftrl", optimizer__learning_rate=0.05)
    case("mse_sgd_clipnorm", optimizer="sgd", optimizer__learning_rate=0.1, optimizer__clipnorm=0.2)
    case("mse_sgd_global_clipnorm", optimizer="sgd", optimizer__learning_rate=0.1, optimizer__global_clipnorm=0.3)
    case("mse_sgd_ema", optimizer="sgd", optimizer__learning_rate=0.1, optimizer__use_ema=True,
         optimizer__ema_momentum=0.8)
    case("mse_sgd_ema_overwrite", optimizer="sgd", optimizer__learning_rate=0.1, optimizer__use_ema=True,
         optimizer__ema_momentum=0.8, optimizer__ema_overwrite_frequency=3)
    case("mse_adam_accumulation", optimizer="adam", optimizer__learning_rate=0.05,
         optimizer__gradient_accumulation_steps=3, optimizer__use_ema=True, optimizer__ema_momentum=0.5)
    case("mse_sgd_loss_scale", optimizer="sgd", optimizer__learning_rate=0.1, optimizer__loss_scale_factor=8.0,
         optimizer__clipnorm=0.2)
    case("mse_lion", optimizer="lion", optimizer__learning_rate=0.01)
    case("mse_adafactor", optimizer="adafactor", optimizer__learning_rate=0.05)
    case("mse_muon", optimizer="muon", optimizer__learning_rate=0.05)
    case("mse_adam_cosine_decay", optimizer="adam", schedule="CosineDecay", schedule__initial_learning_rate=0.01,
         schedule__decay_steps=6, schedule__alpha=0.1, schedule__warmup_target=0.05, schedule__warmup_steps=4)
    case("mse_sgd_piecewise", optimizer="sgd", optimizer__momentum=0.5, optimizer__gradient_accumulation_steps=2,
         schedule="PiecewiseConstantDecay", schedule__boundaries=[3, 7], schedule__values=[0.1, 0.02, 0.005])
    case("mse_two_fits_one_adam", optimizer="adam", optimizer__learning_rate=0.01, epochs=2, times=2)


def losses(recorder):
    adam = dict(optimizer="adam", optimizer__learning_rate=0.01)

    numbers = Numbers(21)
    record(recorder, "sparse_categorical_crossentropy", classes(numbers, 32), numbers, input="5",
           layers="dense:16:tanh,dense:3:softmax", loss="sparse_categorical_crossentropy", metrics=["acc"],
           batch_size=8, epochs=3, **adam)
    numbers = Numbers(22)
    record(recorder, "categorical_crossentropy_one_hot", classes(numbers, 30, one_hot=True), numbers, input="5",
           layers="dense:8:sigmoid,dense:3:softmax", loss="categorical_crossentropy", metrics=["accuracy", "mse"],
           batch_size=8, epochs=3, **adam)
    numbers = Numbers(23)
    record(recorder, "categorical_crossentropy_label_smoothing", classes(numbers, 20, one_hot=True), numbers,
           input="5", layers="dense:3:softmax", loss="CategoricalCrossentropy", loss__label_smoothing=0.1,
           metrics=["acc"], batch_size=7, epochs=3, **adam)
    numbers = Numbers(24)
    record(recorder, "sparse_crossentropy_from_logits", classes(numbers, 20), numbers, input="5",
           layers="dense:8:tanh,dense:3", loss="SparseCategoricalCrossentropy", loss__from_logits=True,
           metrics=["acc"], batch_size=6, epochs=3, **adam)
    numbers = Numbers(25)
    record(recorder, "binary_crossentropy", binary(numbers, 24), numbers, input="4",
           layers="dense:8:tanh,dense:1:sigmoid", loss="binary_crossentropy", metrics=["acc", "auc", "precision"],
           batch_size=8, epochs=3, **adam)
    numbers = Numbers(26)
    record(recorder, "binary_crossentropy_labels_of_rank_1", binary(numbers, 21, column=False), numbers, input="4",
           layers="dense:8:tanh,dense:1:sigmoid", loss="bce", metrics=["acc"], batch_size=8, epochs=2, **adam)
    numbers = Numbers(27)
    record(recorder, "mse_labels_of_rank_1", {**regression(numbers, 13), "y": numbers.normal(13)}, numbers,
           input="3", layers="dense:4:tanh,dense:1", optimizer="sgd", loss="mse", metrics=["mae"], batch_size=5,
           epochs=3)
    for loss in ["huber", "mae", "log_cosh", "cosine_similarity"]:
        numbers = Numbers(28)
        record(recorder, f"{loss}_two_outputs", regression(numbers, 14, outputs=2), numbers, input="3",
               layers="dense:4:tanh,dense:2", optimizer="sgd", optimizer__learning_rate=0.05, loss=loss,
               metrics=["mse"], batch_size=5, epochs=3)
    for loss in ["hinge", "squared_hinge"]:
        numbers = Numbers(29)
        record(recorder, f"{loss}_labels_0_1", binary(numbers, 16), numbers, input="4",
               layers="dense:4:tanh,dense:1:tanh", optimizer="sgd", optimizer__learning_rate=0.05, loss=loss,
               batch_size=6, epochs=3)
    for loss in ["categorical_focal_crossentropy", "categorical_hinge", "kl_divergence"]:
        numbers = Numbers(30)
        record(recorder, loss, classes(numbers, 16, one_hot=True), numbers, input="5",
               layers="dense:6:tanh,dense:3:softmax", loss=loss, metrics=["acc"], batch_size=6, epochs=3, **adam)
    numbers = Numbers(31)
    record(recorder, "poisson_counts", {"x": numbers.normal(16, 3), "y": numbers.labels(16, 1, classes=4)}, numbers,
           input="3", layers="dense:6:tanh,dense:1:softplus", loss="poisson", batch_size=6, epochs=3, **adam)

    # Losses beyond -ln(1e-7) = 16.1: only the logits hidden behind the softmax or sigmoid give them.
    numbers = Numbers(32)
    result = record(recorder, "pixels_sparse_crossentropy", pixels(numbers, 24, 6), numbers, scale=2, input="4x4",
                    layers="flatten,dense:8:relu,dense:6:softmax", optimizer="sgd", optimizer__learning_rate=1e-6,
                    loss="sparse_categorical_crossentropy", metrics=["acc", "sparse_top_k_categorical_accuracy"],
                    batch_size=8, epochs=3)
    assert result["history_loss"].min() > 17
    numbers = Numbers(33)
    result = record(recorder, "pixels_sparse_crossentropy_adam", pixels(numbers, 24, 6), numbers, scale=2,
                    input="4x4", layers="flatten,dense:6:softmax", optimizer="adam",
                    loss="sparse_categorical_crossentropy", metrics=["acc"], batch_size=10, epochs=3)
    assert result["history_loss"].min() > 17
    numbers = Numbers(34)
    data = pixels(numbers, 20, 6)
    result = record(recorder, "pixels_categorical_crossentropy_activation_layer",
                    {"x": data["x"], "y": np.eye(6, dtype=np.float32)[data["y"].astype(int)]}, numbers, scale=2,
                    input="4x4", layers="flatten,dense:6,activation:softmax", optimizer="sgd",
                    optimizer__learning_rate=1e-6, loss="categorical_crossentropy",
                    metrics=["acc", "top_k_categorical_accuracy", "mae"], batch_size=8, epochs=3)
    assert result["history_loss"].min() > 17
    numbers = Numbers(35)
    result = record(recorder, "pixels_binary_crossentropy", pixels(numbers, 20, 2), numbers, scale=2, input="4x4",
                    layers="flatten,dense:1:sigmoid", optimizer="sgd", optimizer__learning_rate=1e-6,
                    loss="binary_crossentropy", metrics=["acc", "mse"], batch_size=8, epochs=3)
    assert result["history_loss"].min() > 17
    numbers = Numbers(36)
    record(recorder, "pixels_rescaled", pixels(numbers, 24, 3), numbers, input="4x4",
           layers="rescaling:0.00392156862745098,flatten,dense:8:relu,dense:3:softmax",
           loss="sparse_categorical_crossentropy", metrics=["acc"], batch_size=7, epochs=3, **adam)
    numbers = Numbers(37)
    record(recorder, "pixels_of_flat_rows_reshaped", {"x": numbers.uniform(10, 12), "y": numbers.normal(10, 3, 2)},
           numbers, input="12", layers="reshape:3x4,dense:2:tanh", optimizer="sgd", optimizer__learning_rate=0.1,
           loss="mse", metrics=["mae"], batch_size=4, epochs=3)


def fit_arguments(recorder):
    softmax = dict(input="5", layers="dense:8:tanh,dense:3:softmax", optimizer="adam", optimizer__learning_rate=0.02,
                   loss="sparse_categorical_crossentropy", metrics=["acc"], batch_size=8)
    line = dict(input="3", layers="dense:4:tanh,dense:1", optimizer="sgd", optimizer__learning_rate=0.05, loss="mse",
                metrics=["mae"], batch_size=4)

    def case(name, options, rows=22, data=lambda numbers: {}, **more):
        numbers = Numbers(41)
        made = classes(numbers, rows) if options is softmax else regression(numbers, rows)
        record(recorder, name, {**made, **data(numbers)}, numbers, **{**options, **more})

    def weights(rows, name="sample_weight"):
        return lambda numbers: {name: numbers.uniform(rows, high=2.0)}

    case("sample_weight", softmax, data=weights(22), epochs=3,
         weighted_metrics=["acc", "sparse_categorical_crossentropy"])
    case("sample_weight_with_zeros", line, data=lambda n: {"sample_weight": n.labels(22, classes=2)}, epochs=3,
         weighted_metrics=["mse", "mae"])
    case("class_weight", softmax, class_weight=[1.0, 2.5, 0.5], epochs=3, weighted_metrics=["acc"])
    case("validation_split", softmax, validation_split=0.3, epochs=3)
    case("validation_split_with_sample_weight", line, data=weights(22), validation_split=0.25, epochs=3,
         weighted_metrics=["mse"])
    case("validation_data", softmax, data=lambda n: {"val_" + k: v for k, v in classes(n, 11).items()}, epochs=3,
         validation_batch_size=4)
    case("validation_data_with_sample_weight", line, epochs=3, weighted_metrics=["mae"], data=lambda n: {
        **{"val_" + k: v for k, v in regression(n, 9).items()}, "val_sample_weight": n.uniform(9, high=2.0)})
    case("class_weight_not_applied_to_validation", softmax, class_weight=[3.0, 1.0, 0.25], validation_split=0.3,
         epochs=2, weighted_metrics=["acc"])
    case("steps_per_epoch_goes_on_across_epochs", line, rows=20, steps_per_epoch=2, epochs=4)
    case("steps_per_epoch_decides_batch_size", {k: v for k, v in line.items() if k != "batch_size"}, rows=20,
         steps_per_epoch=3, epochs=3)
    case("default_batch_size", {k: v for k, v in line.items() if k != "batch_size"}, rows=40, epochs=3)
    case("validation_freq_2", line, validation_split=0.3, validation_freq=2, epochs=5)
    case("validation_freq_list", line, validation_split=0.3, validation_freq=[1, 4], epochs=5)
    case("initial_epoch", line, initial_epoch=2, epochs=5)
    case("frozen_layer", line, layers="dense:4:tanh:trainable=0,dense:1", epochs=3)
    case("batch_larger_than_data", line, batch_size=64, epochs=3)
    case("no_bias", line, layers="dense:4:tanh:use_bias=0,dense:1:use_bias=0", epochs=3)
    case("regularized", line, epochs=3, validation_split=0.3,
         layers="dense:4:tanh:kernel_regularizer=l2*0.01:bias_regularizer=l1*0.02,dense:1:activity_regularizer=l2*0.05")
    case("constrained", {**line, "optimizer__learning_rate": 0.2}, epochs=3, layers=
         "dense:4:tanh:kernel_constraint=max_norm*0.5:bias_constraint=non_neg,dense:1:kernel_constraint=unit_norm")


def single_calls(recorder):
    softmax = dict(input="5", layers="dense:8:tanh,dense:3:softmax", optimizer="adam", optimizer__learning_rate=0.02,
                   loss="sparse_categorical_crossentropy", metrics=["acc"], weighted_metrics=["acc"])

    def case(name, call, data=lambda numbers: {}, **more):
        numbers = Numbers(51)
        record(recorder, name, {**classes(numbers, 20), **data(numbers)}, numbers, call=call, **{**softmax, **more})

    weights = lambda numbers: {"sample_weight": numbers.uniform(20, high=2.0)}
    case("train_on_batch", "train_on_batch", batch_size=4)
    case("train_on_batch_sample_weight", "train_on_batch", data=weights, batch_size=4)
    case("train_on_batch_class_weight", "train_on_batch", class_weight=[1.0, 2.0, 0.5], batch_size=4)
    case("test_on_batch", "test_on_batch", batch_size=4)
    case("test_on_batch_sample_weight", "test_on_batch", data=weights, batch_size=4)
    case("evaluate", "evaluate", batch_size=8)
    case("evaluate_sample_weight", "evaluate", data=weights, batch_size=8)


def other_layers(recorder):
    """Runs through layers beyond the dense ones."""
    sgd = dict(optimizer="sgd", optimizer__learning_rate=0.05, loss="sparse_categorical_crossentropy",
               metrics=["acc"], batch_size=6, epochs=2, validation_split=0.25)
    numbers = Numbers(61)
    record(recorder, "batch_normalization", classes(numbers, 24), numbers, input="5",
           layers="dense:6:tanh,batch_normalization,dense:3:softmax", **sgd)
    numbers = Numbers(62)
    record(recorder, "layer_normalization", classes(numbers, 24), numbers, input="5",
           layers="dense:6:tanh,layer_normalization,dense:3:softmax", **sgd)
    numbers = Numbers(63)
    record(recorder, "convolution", {"x": numbers.uniform(16, 6, 6, 1), "y": numbers.labels(16, classes=3)}, numbers,
           input="6x6x1",
           layers="conv2d:3:3:tanh:padding=same,max_pooling2d:2,conv2d:2:2:relu,flatten,dense:3:softmax", **sgd)


def main():
    recorder = Recorder("fit")
    for family in (optimizers, losses, fit_arguments, single_calls, other_layers):
        family(recorder)
    recorder.save()
    name = max(WORST, key=WORST.get)
    print(f"fit.txt: weights off by 1e-6 move no number by more than {WORST[name]:.1e} ({name})")


if __name__ == "__main__":
    main()
