"""constraints.txt: what every constraint makes of weights."""

from recording import Numbers, Recorder, keras, np

VARIANTS = [
    ("NonNeg", {}), ("UnitNorm", {}), ("MaxNorm", {}), ("MaxNorm", {"max_value": 0.5}), ("MaxNorm", {"max_value": 0.0}),
    ("MinMaxNorm", {}), ("MinMaxNorm", {"min_value": 0.5, "max_value": 1.5}),
    ("MinMaxNorm", {"min_value": 1.5, "max_value": 2.0, "rate": 0.25}),
]


def main():
    recorder = Recorder("constraints")
    numbers = Numbers(17)
    weights = {
        "vector": ([0.5, -1.5, 0, 2], [0]),
        "matrix": (numbers.normal(5, 4), [0, 1, -1, (0, 1)]),
        "zero_column": ([[0, 1, -2], [0, 3, 4]], [0]),
        "kernel": (numbers.normal(2, 3, 2, 4), [(0, 1, 2), 2]),
        "large": (numbers.normal(16, 24, scale=30), [0]),
        "small": (numbers.normal(4, 3, scale=1e-3, decimals=5), [0]),
    }
    for constraint, options in VARIANTS:
        for shape, (w, axes) in weights.items():
            w = np.asarray(w, dtype=np.float32)
            for axis in [None] if constraint == "NonNeg" else axes:
                given = options if axis is None else {**options, "axis": axis}
                words = (f"{key}_{value}" for key, value in given.items())
                name = "_".join([constraint, *words, shape]).replace(" ", "").replace(",", "_")
                made = getattr(keras.constraints, constraint)(**given)
                recorder.case(name.replace("(", "").replace(")", ""), constraint=constraint, **given)
                recorder.tensors(w=w, value=made(w))
    recorder.save()


if __name__ == "__main__":
    main()
