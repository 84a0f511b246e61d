"""regularizers.txt: every regularizer's penalty and its gradient."""

from recording import Numbers, Recorder, keras, np, tf


def record(recorder, name, regularizer, x, **options):
    x = tf.constant(np.asarray(x, dtype=np.float32))
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = getattr(keras.regularizers, regularizer)(**options)(x)
    gradient = tape.gradient(value, x, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    recorder.case(name, regularizer=regularizer, **options)
    recorder.tensors(x=x, value=value, gradient=gradient)


def main():
    recorder = Recorder("regularizers")
    numbers = Numbers(11)
    inputs = {
        "vector": [0.5, -1.5, 0, 2],
        "matrix": numbers.normal(5, 4),
        "kernel": numbers.normal(2, 3, 2, 4),
        "large": numbers.normal(16, 24, scale=30),
        "small": numbers.normal(4, 3, scale=1e-3, decimals=5),
    }
    sums = [
        ("L1", {}), ("L1", {"l1": 0.25}), ("L1", {"l1": 0.0}), ("L2", {}), ("L2", {"l2": 1e-5}), ("L1L2", {}),
        ("L1L2", {"l1": 0.01}), ("L1L2", {"l2": 0.02}), ("L1L2", {"l1": 0.01, "l2": 0.02}),
    ]
    for regularizer, options in sums:
        for shape, x in inputs.items():
            name = "_".join([regularizer, *(f"{key}_{value}" for key, value in options.items()), shape])
            record(recorder, name, regularizer, x, **options)

    matrices = {
        "wide": numbers.normal(3, 6), "tall": numbers.normal(6, 3), "large": numbers.normal(16, 24, scale=30),
        "small": numbers.normal(4, 3, scale=1e-3, decimals=5), "orthogonal": [[3, 4, 0], [-4, 3, 0], [0, 0, 2]],
        "pair": [[1, -2], [3, 4]],
    }
    for shape, x in matrices.items():
        for mode in ("rows", "columns"):
            record(recorder, f"Orthogonal_{mode}_{shape}", "OrthogonalRegularizer", x, mode=mode)
    record(recorder, "Orthogonal_factor", "OrthogonalRegularizer", matrices["tall"], factor=0.5)
    record(recorder, "Orthogonal.quirk.one_row", "OrthogonalRegularizer", [[1, 2, 3]])
    record(recorder, "Orthogonal_zero_row", "OrthogonalRegularizer", [[1, 2, 3], [0, 0, 0], [1, 0, -2]])
    recorder.save()


if __name__ == "__main__":
    main()
