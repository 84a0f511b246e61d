"""activations.txt: every activation and its gradient, over a grid with extremes and kinks."""

from recording import Numbers, Recorder, keras, np, tf

# The kinks of relu6, the hard family and the shrinks among them. 88.7 is where e^x leaves float32.
GRID = [-1e4, -1000, -100, -88.5, -50, -30, -16, -8, -6.5, -6, -3.5, -3, -2.5, -2, -1.5, -1.25, -1, -0.75, -0.5, -0.3,
        -0.1, -1e-3, -1e-6, 0, 1e-6, 1e-3, 0.1, 0.3, 0.5, 0.75, 1, 1.25, 1.5, 2, 2.5, 3, 3.5, 6, 6.5, 8, 16, 30, 50,
        88.5, 100, 1000, 1e4]

ELEMENTWISE = [
    ("linear", {}), ("relu", {}), ("relu", {"negative_slope": 0.1}), ("relu", {"max_value": 2.0}),
    ("relu", {"threshold": 0.75}), ("relu", {"negative_slope": 0.1, "max_value": 2.0, "threshold": 0.75}),
    ("relu6", {}), ("leaky_relu", {}), ("leaky_relu", {"negative_slope": 0.3}), ("elu", {}), ("elu", {"alpha": 0.5}),
    ("selu", {}), ("celu", {}), ("celu", {"alpha": 0.5}), ("gelu", {}), ("gelu", {"approximate": True}),
    ("silu", {}), ("mish", {}), ("sigmoid", {}), ("hard_sigmoid", {}), ("hard_silu", {}), ("tanh", {}),
    ("hard_tanh", {}), ("softplus", {}), ("softsign", {}), ("exponential", {}), ("log_sigmoid", {}),
    ("hard_shrink", {}), ("hard_shrink", {"threshold": 1.0}), ("soft_shrink", {}), ("soft_shrink", {"threshold": 1.0}),
    ("tanh_shrink", {}), ("squareplus", {}), ("squareplus", {"b": 1}), ("sparse_plus", {}), ("sparse_sigmoid", {}),
    ("threshold", {"threshold": 0.5, "default_value": 0.25}),
]

ROWS = {
    "rows": [[1, 2, 3, 4], [-1, 0, 0.5, -0.5], [0, 0, 0, 0], [1e4, -1e4, 0, 1], [-1e4, -1e4, -1e4, -9999],
             [100, 100, 99, -100]],
    "vector": [0.5, -1.5, 2, 0],
    "one_column": [[3], [-1e4], [0]],
    "rank3": [[[1, -2], [0.5, 0.25]], [[10, 9], [-7, 7]], [[0, 1e4], [-1, 1]]],
}


def record(recorder, name, fn, x, numbers, **options):
    x = tf.constant(np.asarray(x, dtype=np.float32))
    shape = getattr(keras.activations, fn)(x, **options).shape
    upstream = numbers.uniform(*shape, low=0.5, high=2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = getattr(keras.activations, fn)(x, **options)
    gradient = tape.gradient(y, x, output_gradients=tf.constant(upstream))
    recorder.case(name, fn=fn, **options)
    recorder.tensors(x=x, upstream=upstream, y=y, gradient=gradient)


def main():
    recorder = Recorder("activations")
    numbers = Numbers(3)
    for fn, options in ELEMENTWISE:
        name = "_".join([fn, *(f"{key}_{value}" for key, value in options.items())])
        record(recorder, name, fn, GRID, numbers, **options)
        record(recorder, name + "_random", fn, numbers.normal(4, 5, scale=3.0), numbers, **options)
    for fn in ("softmax", "log_softmax"):
        for shape, x in ROWS.items():
            record(recorder, f"{fn}_{shape}", fn, x, numbers)
        record(recorder, f"{fn}_rank3_axis_1", fn, ROWS["rank3"], numbers, axis=1)
        record(recorder, f"{fn}_rows_axis_0", fn, ROWS["rows"], numbers, axis=0)
        record(recorder, f"{fn}_random", fn, numbers.normal(5, 10, scale=3.0), numbers)
    record(recorder, "sparsemax_rows", "sparsemax", ROWS["rows"], numbers)
    record(recorder, "sparsemax_one_column", "sparsemax", ROWS["one_column"], numbers)
    record(recorder, "sparsemax_rank3_axis_1", "sparsemax", ROWS["rank3"], numbers, axis=1)
    record(recorder, "sparsemax_random", "sparsemax", numbers.normal(5, 10, scale=0.3), numbers)
    record(recorder, "glu_rows", "glu", ROWS["rows"], numbers)
    record(recorder, "glu_rank3_axis_0", "glu", numbers.normal(4, 3, 2), numbers, axis=0)
    record(recorder, "glu_random", "glu", numbers.normal(5, 10, scale=3.0), numbers)
    recorder.save()


if __name__ == "__main__":
    main()
