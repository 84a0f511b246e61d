"""losses.txt: every loss, its value and its gradient with respect to y_pred.

Where a case has `hidden`, Keras was given that activation of `logits`, and the gradient is with respect to `logits`:
the cross-entropies find the logits behind a softmax or sigmoid and do not clip.
"""

import warnings

from recording import Numbers, Recorder, keras, np, tf

REDUCTIONS = ["sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none"]
SHAPES = {"rank1": (4,), "rank2": (3, 4), "rank3": (2, 3, 4), "rank4": (2, 2, 3, 3)}


class Losses:
    def __init__(self):
        self.recorder = Recorder("losses")

    def record(self, loss, what, y_true, y_pred, sample_weight=None, hidden=None, **options):
        numbers = Numbers(97)
        y_true = np.asarray(y_true, dtype=np.float32)
        given = tf.constant(np.asarray(y_pred, dtype=np.float32))
        weight = None if sample_weight is None else np.asarray(sample_weight, dtype=np.float32)
        upstream = None
        with tf.GradientTape() as tape:
            tape.watch(given)
            y_pred = getattr(keras.activations, hidden)(given) if hidden else given
            value = getattr(keras.losses, loss)(**options)(y_true, y_pred, sample_weight=weight)
            target = value
            if value.shape.rank:
                upstream = numbers.uniform(*value.shape, low=0.5, high=2.0)
                target = tf.reduce_sum(value * upstream)
        gradient = tape.gradient(target, given)

        extra = {"hidden": hidden} if hidden else {}
        self.recorder.case(f"{loss}.{what}", loss=loss, **options, **extra)
        self.recorder.tensors(**{"y_true": y_true, "logits" if hidden else "y_pred": given, "sample_weight": weight,
                                 "value": value, "upstream": upstream, "gradient": gradient})

    def everywhere(self, loss, make, what="", **options):
        """Ranks 1 to 4, and at rank 2 and 3 every reduction with every shape of weights. `make(numbers, *shape)`
        gives (y_true, y_pred)."""
        prefix = f"{what}." if what else ""
        for rank, shape in SHAPES.items():
            for reduction in ("none", "sum_over_batch_size"):
                y_true, y_pred = make(Numbers(1), *shape)
                self.record(loss, f"{prefix}{rank}.{reduction}", y_true, y_pred, reduction=reduction, **options)

        numbers = Numbers(2)
        y_true, y_pred = make(numbers, *SHAPES["rank2"])
        weights = {"n": numbers.uniform(3, high=2.0), "n1": numbers.uniform(3, 1, high=2.0),
                   "zeros": np.zeros(3), "some_zeros": np.array([0, 1, 0])}
        for reduction in REDUCTIONS:
            for name, weight in weights.items():
                if name in ("n", "n1") or reduction in ("mean_with_sample_weight", "sum_over_batch_size"):
                    self.record(loss, f"{prefix}weights_{name}.{reduction}", y_true, y_pred, weight,
                                reduction=reduction, **options)
            if reduction not in ("none", "sum_over_batch_size"):
                self.record(loss, f"{prefix}rank2.{reduction}", y_true, y_pred, reduction=reduction, **options)

        y_true, y_pred = make(numbers, *SHAPES["rank3"])
        weights = {"2_3": numbers.uniform(2, 3, high=2.0), "2_1": numbers.uniform(2, 1, high=2.0),
                   "3": numbers.uniform(3, high=2.0), "2_3_1": numbers.uniform(2, 3, 1, high=2.0)}
        for name, weight in weights.items():
            for reduction in ("none", "sum_over_batch_size", "mean_with_sample_weight"):
                self.record(loss, f"{prefix}rank3.weights_{name}.{reduction}", y_true, y_pred, weight,
                            reduction=reduction, **options)


# Pairs (y_true, y_pred) by the kind of loss.

def real(numbers, *shape):
    return numbers.normal(*shape), numbers.normal(*shape)


def positive(numbers, *shape):
    return numbers.uniform(*shape, low=0.1, high=4), numbers.uniform(*shape, low=0.1, high=4)


def binary(numbers, *shape):
    return numbers.labels(*shape, classes=2), numbers.uniform(*shape, low=0.05, high=0.95)


def binary_logits(numbers, *shape):
    return numbers.labels(*shape, classes=2), numbers.normal(*shape, scale=2.0)


def signed(numbers, *shape):
    return 2 * numbers.labels(*shape, classes=2) - 1, numbers.normal(*shape)


def categorical(numbers, *shape):
    return numbers.one_hot(*shape[:-1], classes=shape[-1]), numbers.probabilities(*shape)


def categorical_logits(numbers, *shape):
    return numbers.one_hot(*shape[:-1], classes=shape[-1]), numbers.normal(*shape, scale=2.0)


def distribution(numbers, *shape):
    return numbers.probabilities(*shape), numbers.probabilities(*shape)


def sparse(numbers, *shape):
    return numbers.labels(*shape[:-1], classes=shape[-1]), numbers.probabilities(*shape)


def sparse_logits(numbers, *shape):
    return numbers.labels(*shape[:-1], classes=shape[-1]), numbers.normal(*shape, scale=2.0)


BIG = [[1e4, -1e4, 0], [-1e4, -1e4, -1e4], [0, 0, 0], [1e4, 1e4, -1e4], [20, -20, 5]]
BIG_HOT = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 1], [0, 1, 0]]
BIG_IDS = [0, 1, 2, 2, 1]
EDGES = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0.5, 0.5, 0], [0, 0, 0]]


def regression(losses):
    for loss in ("MeanSquaredError", "MeanAbsoluteError", "Huber", "LogCosh", "CosineSimilarity"):
        losses.everywhere(loss, real)
    for loss in ("MeanAbsolutePercentageError", "MeanSquaredLogarithmicError", "Poisson"):
        losses.everywhere(loss, positive)
    losses.everywhere("Huber", real, what="delta", delta=0.5)

    for loss in ("MeanSquaredError", "MeanAbsoluteError", "MeanAbsolutePercentageError",
                 "MeanSquaredLogarithmicError", "Huber", "LogCosh", "CosineSimilarity", "Poisson", "KLDivergence",
                 "Hinge", "SquaredHinge", "CategoricalHinge"):
        for reduction in ("none", "sum_over_batch_size"):
            numbers = Numbers(3)
            column, row = numbers.uniform(4, 1, low=0.1), numbers.uniform(4, low=0.1)
            losses.record(loss, f"y_true_n.y_pred_n1.{reduction}", row, column, reduction=reduction)
            losses.record(loss, f"y_true_n1.y_pred_n.{reduction}", column, row, reduction=reduction)
            losses.record(loss, f"y_true_n.y_pred_n1.weights_n.{reduction}", row, column, [1, 0.5, 2, 0],
                          reduction=reduction)
            losses.record(loss, f"y_true_231.y_pred_23.{reduction}", numbers.uniform(2, 3, 1, low=0.1),
                          numbers.uniform(2, 3, low=0.1), reduction=reduction)
            # A vector's per-sample value is one number; weights make n of it.
            losses.record(loss, f"vectors.weights_n.{reduction}", row, numbers.uniform(4, low=0.1), [1, 0.5, 2, 0],
                          reduction=reduction)
    losses.record("MeanSquaredError", "y_pred_broadcast", [[1, 2, 3], [4, 5, 7]], [[1], [2]])

    # Kinks, zeros and sizes.
    t = [[0, 0, 1, -1], [1e4, -1e4, 1e-8, 0], [2, 2, 2, 2]]
    p = [[0, 1, 1, 1], [-1e4, 1e4, 0, 1e-8], [1, 3, 2, 100]]
    for loss in ("MeanSquaredError", "MeanAbsoluteError", "MeanAbsolutePercentageError",
                 "MeanSquaredLogarithmicError", "Huber", "LogCosh", "CosineSimilarity"):
        losses.record(loss, "extremes", t, p, reduction="none")
    losses.record("Poisson", "extremes", [[0, 1, 0, 5], [2, 0, 3, 1]], [[0, 0, 1e4, 1e-8], [1e4, 0, 1, 1e-4]],
                  reduction="none")
    losses.record("Poisson", "negative_is_nan", [[1, 2], [1, 1]], [[-0.5, 1], [1, 2]], reduction="none")
    losses.record("CosineSimilarity", "zero_vectors", [[0, 0], [1, 0], [0, 0], [3, 4]],
                  [[1, 2], [0, 0], [0, 0], [3, 4]], reduction="none")
    losses.record("CosineSimilarity", "tiny_vectors", [[1e-6, 0], [1e-8, 1e-8], [1, 1]],
                  [[1, 1], [1, 1], [1e-7, 0]], reduction="none")
    for axis in (0, 1, -2):
        losses.record("CosineSimilarity", f"axis_{axis}", *real(Numbers(4), 2, 3, 4), axis=axis, reduction="none")
    losses.record("Huber", "at_delta", [[0, 0, 0, 0]], [[0.5, -0.5, 0.75, 0.25]], delta=0.5, reduction="none")


def binary_crossentropies(losses):
    loss = "BinaryCrossentropy"
    losses.everywhere(loss, binary)
    losses.everywhere(loss, binary_logits, what="logits", from_logits=True)
    focal = "BinaryFocalCrossentropy"
    losses.everywhere(focal, binary)
    losses.everywhere(focal, binary_logits, what="logits", from_logits=True)

    for name in (loss, focal):
        numbers = Numbers(5)
        soft = numbers.uniform(3, 4)
        for options in ({}, {"label_smoothing": 0.2}, {"from_logits": True},
                        {"from_logits": True, "label_smoothing": 0.2}):
            what = "_".join(options) or "plain"
            make = binary_logits if "from_logits" in options else binary
            t, p = make(numbers, 3, 4)
            losses.record(name, f"{what}.hard", t, p, reduction="none", **options)
            losses.record(name, f"{what}.soft", soft, p, reduction="none", **options)
            losses.record(name, f"{what}.axis_1", *make(numbers, 2, 3, 4), axis=1, reduction="none", **options)
            losses.record(name, f"{what}.axis_0", *make(numbers, 3, 2), axis=0, reduction="none", **options)
            losses.record(name, f"{what}.column", *make(numbers, 4, 1), **options)
            t, p = make(numbers, 4, 1)
            losses.record(name, f"{what}.y_true_n", t[:, 0], p, [1, 0.5, 2, 0], **options)
        every = [[0, 1, 0, 1, 0.5, 0.5]]
        losses.record(name, "probabilities_0_and_1", every, [[0, 0, 1, 1, 0, 1]], reduction="none")
        losses.record(name, "probabilities_0_and_1.smoothed", every, [[0, 0, 1, 1, 0, 1]], label_smoothing=0.1,
                      reduction="none")
        losses.record(name, "each_edge", np.transpose(every), [[0], [0], [1], [1], [0], [1]], reduction="none")
        losses.record(name, "tiny", [[0, 1, 0, 1]], [[1e-8, 1e-8, 1e-6, 1 - 1e-6]], reduction="none")
        losses.record(name, "outside_0_1", [[0, 1, 0, 1]], [[-0.5, -0.5, 1.5, 1.5]], reduction="none")
        big = np.array([[1e4, -1e4, 0, 1e4, -1e4, 30, -30, 100, -100]])
        hard = np.array([[1, 1, 1, 0, 0, 0, 1, 0, 1]])
        losses.record(name, "big_logits", hard, big, from_logits=True, reduction="none")
        losses.record(name, "each_big_logit", hard.T, big.T, from_logits=True, reduction="none")
        losses.record(name, "hidden.big_logits", hard, big, hidden="sigmoid", reduction="none")
        losses.record(name, "hidden.each_big_logit", hard.T, big.T, hidden="sigmoid", reduction="none")
        # The focal loss takes the sigmoid of a sigmoid here, the plain one finds the logits.
        quirk = "quirk." if name == focal else ""
        losses.record(name, f"{quirk}hidden.from_logits", hard, big, hidden="sigmoid", from_logits=True,
                      reduction="none")
        for reduction in REDUCTIONS:
            t, p = binary_logits(Numbers(6), 3, 4)
            losses.record(name, f"hidden.{reduction}", t, p, [1, 0.5, 2], hidden="sigmoid", reduction=reduction)
        losses.record(name, "hidden.smoothed", t, p, hidden="sigmoid", label_smoothing=0.2, reduction="none")
        losses.record(name, "hidden.rank3", *binary_logits(Numbers(7), 2, 3, 4), hidden="sigmoid", reduction="none")

    for options in ({"gamma": 0.0}, {"gamma": 1.0}, {"gamma": 3.5}, {"apply_class_balancing": True},
                    {"apply_class_balancing": True, "alpha": 0.6, "gamma": 1.5}, {"alpha": 0.6}):
        what = "_".join(f"{key}_{value}" for key, value in options.items())
        losses.record(focal, what, *binary(Numbers(8), 3, 4), reduction="none", **options)
        losses.record(focal, f"{what}.logits", *binary_logits(Numbers(8), 3, 4), from_logits=True, reduction="none",
                      **options)
        losses.record(focal, f"{what}.smoothed", *binary(Numbers(8), 3, 4), label_smoothing=0.1, **options)


def categorical_crossentropies(losses):
    loss = "CategoricalCrossentropy"
    losses.everywhere(loss, categorical)
    losses.everywhere(loss, categorical_logits, what="logits", from_logits=True)
    focal = "CategoricalFocalCrossentropy"
    losses.everywhere(focal, categorical)
    losses.everywhere(focal, categorical_logits, what="logits", from_logits=True)

    for name in (loss, focal):
        for options in ({}, {"label_smoothing": 0.2}, {"from_logits": True},
                        {"from_logits": True, "label_smoothing": 0.2}):
            numbers = Numbers(9)
            what = "_".join(options) or "plain"
            make = categorical_logits if "from_logits" in options else categorical
            t, p = make(numbers, 3, 4)
            losses.record(name, f"{what}.hard", t, p, reduction="none", **options)
            losses.record(name, f"{what}.soft", numbers.probabilities(3, 4), p, reduction="none", **options)
            losses.record(name, f"{what}.y_true_sums_to_2", 2 * t, p, reduction="none", **options)
            losses.record(name, f"{what}.y_true_zeros", 0 * t, p, reduction="none", **options)
            # Classes on axis 1, of 3, while the last axis has 4.
            t, p = make(numbers, 2, 4, 3)
            losses.record(name, f"{what}.axis_1", np.swapaxes(t, 1, 2), np.swapaxes(p, 1, 2), axis=1,
                          reduction="none", **options)
            t, p = make(numbers, 3, 3)
            losses.record(name, f"{what}.axis_0", t.T, p.T, axis=0, reduction="none", **options)
        losses.record(name, "unnormalized", [[0, 1, 0], [1, 0, 0]], [[1, 2, 3], [0.2, 0.1, 0.1]], reduction="none")
        losses.record(name, "edges.right", np.eye(3), np.eye(3), reduction="none")
        losses.record(name, "edges.wrong", np.eye(3), np.eye(3)[[1, 2, 0]], reduction="none")
        losses.record(name, "edges.half", np.eye(3), [[0.5, 0.5, 0], [1e-8, 0, 1], [1, 1e-8, 1e-6]], reduction="none")
        losses.record(name, "edges.smoothed", np.eye(3), np.eye(3)[[1, 2, 0]], label_smoothing=0.1, reduction="none")
        losses.record(name, "zero_vector", [[0, 1, 0], [0, 1, 0]], [[0, 0, 0], [0.5, 0.5, 0]], reduction="none")
        losses.record(name, "big_logits", BIG_HOT, BIG, from_logits=True, reduction="none")
        losses.record(name, "big_logits.smoothed", BIG_HOT, BIG, from_logits=True, label_smoothing=0.1,
                      reduction="none")
        losses.record(name, "hidden.big_logits", BIG_HOT, BIG, hidden="softmax", reduction="none")
        # The focal loss takes the softmax of a softmax here, the plain one finds the logits.
        quirk = "quirk." if name == focal else ""
        losses.record(name, f"{quirk}hidden.from_logits", BIG_HOT, BIG, hidden="softmax", from_logits=True,
                      reduction="none")
        for reduction in REDUCTIONS:
            t, p = categorical_logits(Numbers(10), 3, 4)
            losses.record(name, f"hidden.{reduction}", t, p, [1, 0.5, 2], hidden="softmax", reduction=reduction)
        losses.record(name, "hidden.smoothed", t, p, hidden="softmax", label_smoothing=0.2, reduction="none")
        losses.record(name, "hidden.rank3", *categorical_logits(Numbers(11), 2, 3, 4), hidden="softmax",
                      reduction="none")

    for options in ({"gamma": 0.0}, {"gamma": 1.0}, {"gamma": 3.5}, {"alpha": 0.6, "gamma": 1.5},
                    {"alpha": [0.25, 0.5, 0.75, 1.0]}):
        what = "_".join(options) + "_" + "_".join(str(value).replace(" ", "") for value in options.values())
        losses.record(focal, what, *categorical(Numbers(12), 3, 4), reduction="none", **options)
        losses.record(focal, f"{what}.logits", *categorical_logits(Numbers(12), 3, 4), from_logits=True,
                      reduction="none", **options)
        losses.record(focal, f"{what}.smoothed", *categorical(Numbers(12), 3, 4), label_smoothing=0.1, **options)


def sparse_crossentropies(losses):
    loss = "SparseCategoricalCrossentropy"
    losses.everywhere(loss, sparse)
    losses.everywhere(loss, sparse_logits, what="logits", from_logits=True)
    for what, make, options in (("plain", sparse, {}), ("logits", sparse_logits, {"from_logits": True})):
        t, p = make(Numbers(13), 3, 4)
        for reduction in REDUCTIONS:
            losses.record(loss, f"{what}.column.{reduction}", t[:, None], p, reduction=reduction, **options)
            losses.record(loss, f"{what}.column.weights_n.{reduction}", t[:, None], p, [1, 0.5, 2],
                          reduction=reduction, **options)
        t3, p3 = make(Numbers(14), 2, 3, 4)
        losses.record(loss, f"{what}.rank3_column", t3[..., None], p3, reduction="none", **options)
        t, p = make(Numbers(15), 6, 3)
        for ignored, labels in ((0, t), (2, t), (-1, np.where(t == 1, -1, t)), (255, np.where(t == 1, 255, t))):
            for reduction in REDUCTIONS:
                losses.record(loss, f"{what}.ignore_{ignored}.{reduction}", labels, p, ignore_class=ignored,
                              reduction=reduction, **options)
                losses.record(loss, f"{what}.ignore_{ignored}.weights_n.{reduction}", labels, p,
                              [1, 0.5, 2, 0, 1.5, 0.25], ignore_class=ignored, reduction=reduction, **options)
        for reduction in REDUCTIONS:
            losses.record(loss, f"{what}.ignore_all.{reduction}", np.ones(6), p, ignore_class=1, reduction=reduction,
                          **options)
        t, p = make(Numbers(16), 2, 3, 4)
        losses.record(loss, f"{what}.ignore_rank3.none", t, p, ignore_class=1, reduction="none", **options)
        losses.record(loss, f"{what}.ignore_rank3.mean", t, p, ignore_class=1, **options)
    losses.record(loss, "float_labels_are_cut", [0.9, 1.5, 2.0], sparse(Numbers(17), 3, 4)[1], reduction="none")
    losses.record(loss, "unnormalized", [1, 0], [[1, 2, 3], [0.2, 0.1, 0.1]], reduction="none")
    losses.record(loss, "edges.right", [0, 1, 2], np.eye(3), reduction="none")
    losses.record(loss, "edges.wrong", [1, 2, 0], np.eye(3), reduction="none")
    losses.record(loss, "edges.half", [0, 1, 2], [[0.5, 0.5, 0], [1e-8, 0, 1], [1, 1e-8, 1e-6]], reduction="none")
    losses.record(loss, "zero_vector", [1, 1], [[0, 0, 0], [0.5, 0.5, 0]], reduction="none")
    losses.record(loss, "big_logits", BIG_IDS, BIG, from_logits=True, reduction="none")
    losses.record(loss, "hidden.big_logits", BIG_IDS, BIG, hidden="softmax", reduction="none")
    losses.record(loss, "hidden.from_logits", BIG_IDS, BIG, hidden="softmax", from_logits=True, reduction="none")
    for reduction in REDUCTIONS:
        t, p = sparse_logits(Numbers(18), 3, 4)
        losses.record(loss, f"hidden.{reduction}", t, p, [1, 0.5, 2], hidden="softmax", reduction=reduction)
    losses.record(loss, "hidden.column", t[:, None], p, hidden="softmax", reduction="none")
    losses.record(loss, "hidden.rank3", *sparse_logits(Numbers(19), 2, 3, 4), hidden="softmax", reduction="none")


def hinges(losses):
    for loss in ("Hinge", "SquaredHinge"):
        losses.everywhere(loss, signed)
        _, p = signed(Numbers(20), 3, 4)
        labels = {"labels_0_1": [[0, 1, 1, 0], [1, 1, 0, 0], [0, 0, 0, 1]],
                  "labels_mixed": [[0, 1, 1, 0], [1, -1, 0, 0], [0, 0, 0, 1]],
                  "labels_real": [[0, 1, 1, 0.5], [1, 1, 0, 0], [2, 0, 0, 1]],
                  "labels_all_1": np.ones((3, 4)), "labels_all_0": np.zeros((3, 4))}
        for what, t in labels.items():
            losses.record(loss, what, t, p, reduction="none")
            losses.record(loss, f"{what}.mean", t, p, [1, 0.5, 2])
        losses.record(loss, "kinks", [[1, -1, 1, -1]], [[1, -1, 1e4, 1e4]], reduction="none")
    loss = "CategoricalHinge"
    losses.everywhere(loss, categorical)
    losses.record(loss, "real", *categorical_logits(Numbers(21), 3, 4), reduction="none")
    losses.record(loss, "ties", [[0, 1, 0], [1, 0, 0], [0, 0, 1], [1, 1, 1]],
                  [[2, 1, 2], [2, 1, 1], [-1, -1, -1], [1, 2, 3]], reduction="none")
    losses.record(loss, "extremes", [[0, 1, 0], [1, 0, 0]], [[1e4, -1e4, 0], [1e4, 0, 1]], reduction="none")


def distributions_and_overlaps(losses):
    loss = "KLDivergence"
    losses.everywhere(loss, distribution)
    losses.record(loss, "one_hot", *categorical(Numbers(22), 3, 4), reduction="none")
    losses.record(loss, "edges", EDGES, [[1, 0, 0], [1, 0, 0], [0.5, 0.5, 0], [0, 0.5, 0.5], [0, 0, 0]],
                  reduction="none")
    losses.record(loss, "outside_0_1", [[-1, 2, 0.5]], [[0.5, 0.5, 2]], reduction="none")

    # Over everything the value is one number, over some axes one per place on the others.
    for loss, variants in (("Dice", [{}]), ("Tversky", [{}, {"alpha": 0.3, "beta": 0.7}, {"alpha": 0.8, "beta": 0.1}])):
        for options in variants:
            what = "_".join(f"{key}_{value}" for key, value in options.items()) or "plain"
            for rank, shape in SHAPES.items():
                losses.record(loss, f"{what}.{rank}", *binary(Numbers(23), *shape), **options)
                losses.record(loss, f"{what}.{rank}.none", *binary(Numbers(23), *shape), reduction="none", **options)
            for axis in ([1], [0], [-1], [1, 2], [1, 2, 3], [2, 3]):
                for reduction in ("none", "sum_over_batch_size", "sum"):
                    losses.record(loss, f"{what}.axis_{'_'.join(map(str, axis))}.{reduction}",
                                  *binary(Numbers(24), *SHAPES["rank4"]), axis=axis, reduction=reduction, **options)
            for reduction in REDUCTIONS:
                t, p = binary(Numbers(25), 3, 4)
                losses.record(loss, f"{what}.weights_n.{reduction}", t, p, [1, 0.5, 2], axis=[1], reduction=reduction,
                              **options)
                losses.record(loss, f"{what}.scalar.weights_n.{reduction}", t, p, [1, 0.5, 2], reduction=reduction,
                              **options)
            losses.record(loss, f"{what}.soft", *distribution(Numbers(26), 3, 4), axis=[1], reduction="none", **options)
            losses.record(loss, f"{what}.edges", [[0, 0], [1, 1], [0, 0], [1, 0], [1, 1]],
                          [[0, 0], [1, 1], [1, 1], [0, 1], [0, 0]], axis=[1], reduction="none", **options)


def main():
    warnings.simplefilter("ignore")  # "softmax over an axis of size 1" and the like
    losses = Losses()
    for family in (regression, binary_crossentropies, categorical_crossentropies, sparse_crossentropies, hinges,
                   distributions_and_overlaps):
        family(losses)
    losses.recorder.save()


if __name__ == "__main__":
    main()
