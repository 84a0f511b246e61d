"""Records models that real Keras saved: python record_models.py, in an environment with Keras 3.

Writes ../keras_files/models/NAME.keras and NAME.npz for each model: inputs x, its predictions y, targets
t, and for those without random layers the predictions `later` after three more steps of training on (x, t).
configs.json has how Keras describes losses, metrics, optimizers, schedules, initializers, regularizers and
constraints.
"""

import json
import os
import pathlib
import zipfile

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np
from keras import constraints, initializers, layers, losses, metrics, optimizers, regularizers

FOLDER = pathlib.Path(__file__).parent.parent / "keras_files" / "models"
rng = np.random.default_rng(4)


def array(*shape):
    return rng.uniform(-1, 1, shape).astype("float32")


def pack(path):
    """Compresses the members of an archive, which are mostly empty space."""
    with zipfile.ZipFile(path) as archive:
        members = [(info.filename, archive.read(info)) for info in archive.infolist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, data in members:
            archive.writestr(member, data)


def record(name, model, x, t, random=False, steps=3):
    for _ in range(steps):
        model.train_on_batch(x, t)
    model.save(FOLDER / f"{name}.keras")
    if name != "dense":  # which stays as Keras wrote it
        pack(FOLDER / f"{name}.keras")
    saved = {"x": x, "t": t, "y": model.predict(x, verbose=0)}
    if not random:
        loaded = keras.saving.load_model(FOLDER / f"{name}.keras")  # some options do not come back
        for _ in range(3):
            loaded.train_on_batch(x, t)
        saved["later"] = loaded.predict(x, verbose=0)
    np.savez_compressed(FOLDER / f"{name}.npz", **saved)


def dense():
    model = keras.Sequential(
        [
            keras.Input((6,)),
            layers.Dense(5, "gelu", kernel_regularizer="l2", bias_regularizer=regularizers.L1L2(0.01, 0.02)),
            layers.LeakyReLU(0.2),
            layers.Dense(
                6,
                activation="swish",
                kernel_initializer=initializers.VarianceScaling(2.0, "fan_avg", "uniform", seed=3),
                kernel_constraint=constraints.MaxNorm(1.5, axis=[0]),
                activity_regularizer=regularizers.L1(0.001),
            ),
            layers.PReLU(),
            layers.ELU(0.7),
            layers.ReLU(6.0, 0.1, 0.05),
            layers.Activation("tanh", name="bend"),
            layers.Dense(4, use_bias=False, name="second"),
            layers.Softmax(),
            layers.Dense(1, "sigmoid"),
        ],
        name="dense_layers",
    )
    model.compile(
        optimizers.Adam(optimizers.schedules.CosineDecay(0.01, 100, warmup_target=0.02, warmup_steps=10), clipnorm=1.0),
        losses.BinaryCrossentropy(label_smoothing=0.1),
        metrics=["acc", metrics.AUC(num_thresholds=50), metrics.Precision(thresholds=0.4)],
        weighted_metrics=["mae"],
    )
    record("dense", model, array(8, 6), rng.integers(0, 2, (8, 1)).astype("float32"))


def images():
    model = keras.Sequential(
        [
            keras.Input((12, 12, 3), name="pictures"),
            layers.Rescaling(0.5, [0.1, 0.2, 0.3]),
            layers.RandomFlip("horizontal"),
            layers.RandomTranslation(0.1, 0.1),
            layers.RandomRotation(0.1),
            layers.RandomZoom(0.1),
            layers.RandomContrast(0.1),
            layers.ZeroPadding2D(((1, 0), (0, 1))),
            layers.Conv2D(4, 3, strides=2, padding="same", activation="relu"),
            layers.BatchNormalization(),
            layers.SpatialDropout2D(0.1),
            layers.DepthwiseConv2D(3, depth_multiplier=2),
            layers.SeparableConv2D(6, (2, 3), padding="same", activation="elu"),
            layers.AveragePooling2D((2, 1), strides=1),
            layers.UpSampling2D((2, 1)),
            layers.Conv2DTranspose(4, 3, strides=2),
            layers.Cropping2D(((1, 1), (0, 2))),
            layers.MaxPooling2D(2),
            layers.GlobalAveragePooling2D(keepdims=True),
            layers.Flatten(),
            layers.Dropout(0.2, seed=5),
            layers.Dense(3, "softmax"),
        ]
    )
    model.compile("rmsprop", "sparse_categorical_crossentropy", metrics=["accuracy"])
    record("images", model, array(4, 12, 12, 3), rng.integers(0, 3, 4).astype("float32"), random=True)


def convolutions():
    model = keras.Sequential(
        [
            keras.Input((9, 8, 4)),
            layers.Conv2D(4, (3, 2), dilation_rate=2, groups=2),
            layers.BatchNormalization(scale=False, momentum=0.9),
            layers.Conv2D(3, 1, use_bias=False),
            layers.GlobalMaxPooling2D(),
            layers.Dense(2),
        ]
    )
    model.compile(optimizers.SGD(0.05, momentum=0.9, nesterov=True), losses.Huber(delta=0.7))
    record("convolutions", model, array(4, 9, 8, 4), array(4, 2))


def sequences():
    model = keras.Sequential(
        [
            keras.Input((12,)),
            layers.Embedding(20, 4, embeddings_regularizer="l1"),
            layers.Conv1D(5, 3, padding="causal", activation="relu"),
            layers.MaxPooling1D(2),
            layers.ZeroPadding1D((1, 2)),
            layers.Conv1D(4, 2, strides=2),
            layers.Cropping1D((1, 0)),
            layers.UpSampling1D(3),
            layers.AveragePooling1D(3),
            layers.Permute((2, 1)),
            layers.Reshape((-1, 4)),
            layers.GlobalAveragePooling1D(),
            layers.RepeatVector(3),
            layers.GlobalMaxPooling1D(),
            layers.Dense(2),
        ]
    )
    model.compile(optimizers.AdamW(0.01), "mse", metrics=["mae", "RootMeanSquaredError"])
    record("sequences", model, rng.integers(0, 20, (6, 12)).astype("float32"), array(6, 2))


def normalizations():
    adapted = layers.Normalization()
    adapted.adapt(array(20, 6) * 3 + 1)
    model = keras.Sequential(
        [
            keras.Input((6,)),
            adapted,
            layers.Normalization(mean=[0.1] * 6, variance=[2.0] * 6),
            layers.Dense(8),
            layers.LayerNormalization(),
            layers.GroupNormalization(2),
            layers.Dense(8),
            layers.RMSNormalization(),
            layers.BatchNormalization(center=False),
            layers.UnitNormalization(),
            layers.GaussianNoise(0.1),
            layers.GaussianDropout(0.1),
            layers.AlphaDropout(0.1),
            layers.Dense(2),
        ]
    )
    model.compile("nadam", "mean_squared_error")
    record("normalizations", model, array(5, 6), array(5, 2), random=True)


def preparation():
    bins = layers.Discretization(num_bins=5, output_mode="one_hot")
    bins.adapt(array(100, 1))
    model = keras.Sequential([keras.Input((1,)), bins, layers.Dense(3)])
    model.compile("adam", "mse")
    record("discretization", model, array(6, 1), array(6, 3))
    model = keras.Sequential([keras.Input((3,)), layers.CategoryEncoding(7, output_mode="multi_hot"), layers.Dense(3)])
    model.compile("adam", "mse")
    record("categories", model, rng.integers(0, 7, (6, 3)).astype("float32"), array(6, 3))


def nested():
    base = keras.Sequential([keras.Input((5,)), layers.Dense(4, "relu"), layers.BatchNormalization()], name="base")
    base.trainable = False
    head = keras.Sequential([layers.Dense(3, "tanh"), layers.Dense(2)])
    model = keras.Sequential([base, head, layers.Dense(2, name="last-layer")])
    model.compile(optimizers.Adam(0.01, use_ema=True, gradient_accumulation_steps=2), "mse")
    record("nested", model, array(6, 5), array(6, 2), steps=5)


def optimizer(name, member):
    model = keras.Sequential([keras.Input((4,)), layers.Dense(6, "tanh"), layers.Dense(2)])
    model.compile(member, "mse")
    record(name, model, array(6, 4), array(6, 2))


def functional():
    """A Functional whose layers form a chain, and another one in it."""
    image = keras.Input((5,), name="features")
    inner = keras.Model(image, layers.BatchNormalization()(layers.Dense(4, "tanh")(image)), name="inner")
    first = keras.Input((5,))
    hidden = layers.Dense(3, activation=layers.LeakyReLU(0.1))(inner(first))
    hidden = layers.Activation(layers.ReLU(6.0, negative_slope=0.2))(hidden)
    model = keras.Model(inputs=first, outputs=layers.Dense(2, name="last")(hidden))
    model.compile(
        optimizers.AdamW(0.01, use_ema=True, ema_momentum=0.9, gradient_accumulation_steps=2),
        {"last": losses.mean_squared_error},
        metrics={"last": ["mae", metrics.mean_squared_error]},
        weighted_metrics=[[metrics.RootMeanSquaredError()]],
        steps_per_execution=2,
        auto_scale_loss=False,
    )
    record("functional", model, array(6, 5), array(6, 2), steps=5)


def described(family, members):
    return [keras.saving.serialize_keras_object(member) for member in members]


def configs():
    schedules = optimizers.schedules
    missing = ("Loss", "CTC", "Circle", "CategoricalGeneralizedCrossEntropy")  # of which keratin has none
    every_loss = [
        getattr(losses, name)()
        for name in sorted(dir(losses))
        if isinstance(getattr(losses, name), type) and name not in missing
    ]
    needs = {
        "IoU": {"num_classes": 3, "target_class_ids": [0, 2]},
        "OneHotIoU": {"num_classes": 3, "target_class_ids": [0]},
        "MeanIoU": {"num_classes": 3},
        "OneHotMeanIoU": {"num_classes": 3},
        "SensitivityAtSpecificity": {"specificity": 0.5},
        "SpecificityAtSensitivity": {"sensitivity": 0.5},
        "PrecisionAtRecall": {"recall": 0.5},
        "RecallAtPrecision": {"precision": 0.5},
    }
    left_out = ("Metric", "MeanMetricWrapper")
    every_metric = [
        getattr(metrics, name)(**needs.get(name, {}))
        for name in sorted(dir(metrics))
        if isinstance(getattr(metrics, name), type) and name not in left_out
    ]
    every_optimizer = [
        getattr(optimizers, name)(clipvalue=0.5)
        for name in ("SGD RMSprop Adam AdamW Adagrad Adadelta Adamax Nadam Ftrl Lion Adafactor Lamb Muon").split()
    ]
    text = {
        "loss": described("loss", every_loss + [losses.Huber(2.0), losses.Tversky(0.3, 0.7)]),
        "metric": described("metric", every_metric + [metrics.Precision(thresholds=[0.2, 0.6], top_k=None)]),
        "optimizer": described("optimizer", every_optimizer),
        "learning rate schedule": described(
            "schedule",
            [
                schedules.ExponentialDecay(0.1, 10, 0.5, staircase=True),
                schedules.PiecewiseConstantDecay([3, 6], [0.1, 0.01, 0.001]),
                schedules.PolynomialDecay(0.1, 10, power=2.0),
                schedules.InverseTimeDecay(0.1, 10, 0.5),
                schedules.CosineDecay(0.1, 10, warmup_target=0.2, warmup_steps=5),
                schedules.CosineDecayRestarts(0.1, 10),
            ],
        ),
        "initializer": described(
            "initializer",
            [
                initializers.GlorotUniform(seed=2), initializers.GlorotNormal(), initializers.HeNormal(),
                initializers.HeUniform(), initializers.LecunNormal(), initializers.LecunUniform(),
                initializers.RandomNormal(0.1, 0.2, seed=1), initializers.RandomUniform(-0.3, 0.4),
                initializers.TruncatedNormal(), initializers.Orthogonal(0.5), initializers.Constant(0.3),
                initializers.Zeros(), initializers.Ones(), initializers.Identity(),
                initializers.VarianceScaling(0.3, "fan_out", "untruncated_normal"),
            ],
        ),
        "regularizer": described(
            "regularizer",
            [regularizers.L1(0.1), regularizers.L2(0.2), regularizers.L1L2(0.1, 0.2), regularizers.OrthogonalRegularizer(0.1)],
        ),
        "constraint": described(
            "constraint",
            [constraints.NonNeg(), constraints.UnitNorm(1), constraints.MaxNorm(3, [0, 1]), constraints.MinMaxNorm(0.1, 0.9)],
        ),
    }
    (FOLDER / "configs.json").write_text(json.dumps(text, indent=1) + "\n")


def main():
    keras.utils.set_random_seed(1)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for model in dense, images, convolutions, sequences, normalizations, preparation, nested, functional:
        model()
    optimizer("sgd", optimizers.SGD(0.1))
    optimizer("rmsprop", optimizers.RMSprop(0.01, momentum=0.5, centered=True))
    optimizer("amsgrad", optimizers.Adam(0.01, amsgrad=True, weight_decay=0.01))
    optimizer("adagrad", optimizers.Adagrad(0.1))
    optimizer("adadelta", optimizers.Adadelta(1.0))
    optimizer("adamax", optimizers.Adamax(0.01))
    optimizer("nadam", optimizers.Nadam(0.01))
    optimizer("ftrl", optimizers.Ftrl(0.1, l1_regularization_strength=0.01))
    optimizer("lion", optimizers.Lion(0.01))
    optimizer("adafactor", optimizers.Adafactor(0.05))
    optimizer("lamb", optimizers.Lamb(0.01))
    optimizer("muon", optimizers.Muon(0.01))
    optimizer("decay", optimizers.SGD(optimizers.schedules.ExponentialDecay(0.1, 2, 0.9), momentum=0.9))
    configs()


if __name__ == "__main__":
    main()
