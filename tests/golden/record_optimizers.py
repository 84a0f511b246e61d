"""optimizers.txt: ten steps of each optimizer with given gradients."""

from recording import Numbers, Recorder, keras, np, tf

STEPS = 10
SHAPES = [(3, 2), (4,)]


def smooth(numbers, shape):
    return numbers.normal(STEPS, *shape, scale=0.5)


def rough(numbers, shape):
    """Zeros, sign changes, and sizes from 1e-6 to 1e3."""
    gradients = numbers.normal(STEPS, *shape, scale=0.5).reshape(STEPS, -1)
    gradients[::3, 0] = 0
    gradients[:, 1] *= np.float32(1e3)
    gradients[:, 2] *= np.float32(1e-6)
    gradients[:4, 3] = 0
    return gradients.reshape(STEPS, *shape)


GRADIENTS = {"smooth": smooth, "rough": rough}


def record(recorder, name, optimizer, gradients="smooth", shapes=SHAPES, **options):
    numbers = Numbers(5)
    variables = [keras.Variable(numbers.normal(*shape), name=f"v{i}") for i, shape in enumerate(shapes)]
    steps = [GRADIENTS[gradients](numbers, shape) for shape in shapes]
    recorder.case(name, optimizer=optimizer, **options)
    for index, variable in enumerate(variables):
        recorder.tensor(f"initial_{index}", variable.numpy())
        recorder.tensor(f"gradients_{index}", steps[index])

    if optimizer == "lamb":  # get() does not know it
        made = keras.optimizers.Lamb(**options)
    else:
        made = keras.optimizers.get({"class_name": optimizer, "config": dict(options)})
    values = [[] for _ in variables]
    for step in range(STEPS):
        made.apply([tf.constant(gradient[step]) for gradient in steps], variables)
        for index, variable in enumerate(variables):
            values[index].append(variable.numpy())
    for index in range(len(variables)):
        recorder.tensor(f"values_{index}", np.stack(values[index]))
    if options.get("use_ema"):
        made.finalize_variable_values(variables)
        for index, variable in enumerate(variables):
            recorder.tensor(f"finalized_{index}", variable.numpy())


VARIANTS = {
    "sgd": [{}, {"momentum": 0.9}, {"momentum": 0.9, "nesterov": True}],
    "rmsprop": [{}, {"momentum": 0.8}, {"centered": True}, {"momentum": 0.8, "centered": True},
                {"rho": 0.5, "epsilon": 0.01}],
    "adam": [{}, {"amsgrad": True}, {"beta_1": 0.5, "beta_2": 0.9, "epsilon": 0.01}],
    "adamw": [{}, {"weight_decay": 0.1}, {"amsgrad": True}],
    "adamax": [{}, {"beta_1": 0.5, "beta_2": 0.9, "epsilon": 0.01}],
    "nadam": [{}, {"beta_1": 0.5, "beta_2": 0.9, "epsilon": 0.01}],
    "adagrad": [{}, {"initial_accumulator_value": 0.5, "epsilon": 0.01}],
    "adadelta": [{}, {"rho": 0.5, "epsilon": 0.01}],
    "lion": [{}, {"beta_1": 0.5, "beta_2": 0.9}],
    "ftrl": [{}, {"l1_regularization_strength": 0.05}, {"l2_regularization_strength": 0.05},
             {"l2_shrinkage_regularization_strength": 0.05}, {"beta": 0.1}, {"learning_rate_power": -0.7},
             {"learning_rate_power": 0.0}, {"initial_accumulator_value": 0.5, "l1_regularization_strength": 0.01}],
    "lamb": [{}, {"beta_1": 0.5, "beta_2": 0.9, "epsilon": 0.01}],
    "adafactor": [{}, {"beta_2_decay": -0.5, "epsilon_2": 0.5, "clip_threshold": 0.5}, {"relative_step": False}],
    "muon": [{}, {"nesterov": False, "momentum": 0.8}, {"rms_rate": None, "ns_steps": 2},
             {"muon_a": 1.875, "muon_b": -1.25, "muon_c": 0.375, "adam_lr_ratio": 0.5, "adam_weight_decay": 0.1},
             {"exclude_layers": ["^v0"]}, {"adam_weight_decay": None, "weight_decay": None}],
}

# Shapes of which some optimizers make more than others do: matrices wider than tall, more axes than two.
OTHER_SHAPES = [(2, 5), (2, 3, 4), (3, 3)]

# What every optimizer takes, on one plain and one adaptive.
COMMON = [
    {"weight_decay": 0.05}, {"clipnorm": 0.5}, {"clipvalue": 0.25}, {"global_clipnorm": 0.75},
    {"weight_decay": 0.05, "clipnorm": 0.5},
    {"use_ema": True, "ema_momentum": 0.8},
    {"use_ema": True, "ema_momentum": 0.8, "ema_overwrite_frequency": 3},
    {"gradient_accumulation_steps": 2}, {"gradient_accumulation_steps": 3, "global_clipnorm": 0.75},
    {"loss_scale_factor": 16.0},
]


def title(optimizer, options):
    words = []
    for key, value in options.items():
        words += [key] if value is True or isinstance(value, list) else [key, str(value)]
    return "_".join([optimizer, *words])


def main():
    recorder = Recorder("optimizers")
    for optimizer, variants in VARIANTS.items():
        for options in variants:
            name = title(optimizer, options)
            record(recorder, name, optimizer, **options)
            record(recorder, name + "_rough", optimizer, gradients="rough", **options)
            record(recorder, name + "_fast", optimizer, **{"learning_rate": 0.1, **options})
    for optimizer in ("sgd", "adam"):
        for options in COMMON:
            options = {"learning_rate": 0.1, **options}
            record(recorder, title(optimizer, options), optimizer, **options)
            record(recorder, title(optimizer, options) + "_rough", optimizer, gradients="rough", **options)
    for optimizer in ("rmsprop", "adagrad", "lion", "ftrl"):
        record(recorder, f"{optimizer}_weight_decay", optimizer, learning_rate=0.1, weight_decay=0.05)
    for optimizer in ("lamb", "adafactor", "muon"):
        record(recorder, f"{optimizer}_other_shapes", optimizer, shapes=OTHER_SHAPES, learning_rate=0.1,
               weight_decay=0.05)
    recorder.save()


if __name__ == "__main__":
    main()
