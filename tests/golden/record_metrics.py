"""metrics.txt: every metric over a few update_state calls, and what result() says after each."""

import warnings

from record_losses import (binary, binary_logits, categorical, categorical_logits, distribution, positive, real, signed,
                           sparse, sparse_logits)
from recording import Numbers, Recorder, keras, np, tf


class Metrics:
    def __init__(self):
        self.recorder = Recorder("metrics")

    def record(self, metric, what, updates, hidden=None, **options):
        """`updates`: one (y_true, y_pred) or (y_true, y_pred, sample_weight) per update_state."""
        made = getattr(keras.metrics, metric)(**options)
        extra = {"hidden": hidden} if hidden else {}
        self.recorder.case(f"{metric}.{what}", metric=metric, updates=len(updates), **options, **extra)
        for index, (y_true, y_pred, *weight) in enumerate(updates):
            y_true = np.asarray(y_true, dtype=np.float32)
            given = tf.constant(np.asarray(y_pred, dtype=np.float32))
            y_pred = getattr(keras.activations, hidden)(given) if hidden else given
            weight = np.asarray(weight[0], dtype=np.float32) if weight and weight[0] is not None else None
            made.update_state(y_true, y_pred, sample_weight=weight)
            self.recorder.tensors(**{f"y_true_{index}": y_true, f"{'logits' if hidden else 'y_pred'}_{index}": given,
                                     f"sample_weight_{index}": weight, f"result_{index}": made.result()})

    def values(self, metric, what, updates):
        """Mean and Sum take values instead of y_true and y_pred."""
        made = getattr(keras.metrics, metric)()
        self.recorder.case(f"{metric}.{what}", metric=metric, updates=len(updates))
        for index, (values, *weight) in enumerate(updates):
            weight = np.asarray(weight[0], dtype=np.float32) if weight else None
            made.update_state(np.asarray(values, dtype=np.float32), sample_weight=weight)
            self.recorder.tensors(**{f"values_{index}": values, f"sample_weight_{index}": weight,
                                     f"result_{index}": made.result()})

    def sequences(self, metric, make, what="", trailing=True, **options):
        """Updates of unlike sizes without weights, with weights, and in turn; then other shapes."""
        prefix = f"{what}." if what else ""
        numbers = Numbers(71)
        sizes = (5, 3, 6)

        def pairs(*trailing):
            return [make(numbers, n, *trailing) for n in sizes]

        def weighted(some, *trailing):
            return [(*pair, numbers.uniform(n, *trailing, high=2.0)) for pair, n in zip(some, sizes)]

        self.record(metric, f"{prefix}plain", pairs(4), **options)
        self.record(metric, f"{prefix}weights_n", weighted(pairs(4)), **options)
        mixed = pairs(4)
        mixed[1] = (*mixed[1], numbers.uniform(sizes[1], high=2.0))
        self.record(metric, f"{prefix}weights_sometimes", mixed, **options)
        self.record(metric, f"{prefix}weights_zero", [(*pair, np.zeros(n)) for pair, n in zip(pairs(4), sizes)],
                    **options)
        if trailing:
            self.record(metric, f"{prefix}weights_n1", weighted(pairs(4), 1), **options)
            self.record(metric, f"{prefix}rank3", pairs(2, 4), **options)
            self.record(metric, f"{prefix}rank3.weights_n", weighted(pairs(2, 4)), **options)
            self.record(metric, f"{prefix}rank3.weights_n2", weighted(pairs(2, 4), 2), **options)


def equal(numbers, *shape):
    return numbers.labels(*shape, classes=3), numbers.labels(*shape, classes=3)


def halves(numbers, *shape):
    """Predictions of which some are exactly 0, 0.5 and 1."""
    return numbers.labels(*shape, classes=2), np.round(numbers.uniform(*shape) * 4) / 4


def means(metrics):
    numbers = Numbers(72)
    for metric in ("Mean", "Sum"):
        metrics.values(metric, "vectors", [([1, 3, 5, 7],), ([2.5, -1],), ([10],)])
        metrics.values(metric, "scalars", [(3.0,), (5.0,), (-1.0,)])
        metrics.values(metric, "scalars.weighted", [(3.0, 2.0), (5.0, 0.5), (1.0, 0.0)])
        metrics.values(metric, "weights_n", [([1, 3, 5, 7], [1, 1, 0, 0]), ([2.5, -1], [0.25, 2])])
        metrics.values(metric, "weight_for_all", [([1, 3, 5, 7], 0.5), ([2, 4], 2.0)])
        metrics.values(metric, "rank2", [([[1, 3], [5, 7]],), ([[2, 0]],)])
        metrics.values(metric, "rank2.weights_n", [([[1, 3], [5, 7]], [1, 0]), ([[2, 0]], [0.5])])
        metrics.values(metric, "rank2.weights_n1", [([[1, 3], [5, 7]], [[1], [0.25]])])
        metrics.values(metric, "rank2.weights_n2", [([[1, 3], [5, 7]], [[1, 0], [0, 1]]), ([[2, 0]], [[0.5, 3]])])
        metrics.values(metric, "rank3", [(numbers.normal(2, 3, 4),), (numbers.normal(3, 3, 4), numbers.uniform(3)),
                                         (numbers.normal(2, 3, 4), numbers.uniform(2, 3))])
        metrics.values(metric, "weights_zero", [([1, 2], [0, 0]), ([1, 2], [0, 1])])


def accuracies(metrics):
    metrics.sequences("Accuracy", equal)
    metrics.sequences("BinaryAccuracy", binary)
    metrics.sequences("BinaryAccuracy", binary, what="threshold", threshold=0.7)
    metrics.sequences("BinaryAccuracy", halves, what="halves")
    metrics.sequences("CategoricalAccuracy", categorical)
    metrics.sequences("SparseCategoricalAccuracy", sparse)
    for k in (1, 2, 3, 4):
        metrics.sequences("TopKCategoricalAccuracy", categorical_logits, what=f"k_{k}", k=k)
        metrics.sequences("SparseTopKCategoricalAccuracy", sparse_logits, what=f"k_{k}", k=k)
    numbers = Numbers(73)
    ten = lambda make: [make(numbers, 6, 10), make(numbers, 9, 10)]
    metrics.record("TopKCategoricalAccuracy", "default_k", ten(categorical_logits))
    metrics.record("SparseTopKCategoricalAccuracy", "default_k", ten(sparse_logits))

    for metric in ("Accuracy", "BinaryAccuracy"):
        make = equal if metric == "Accuracy" else binary
        t, p = make(numbers, 5)
        metrics.record(metric, "vectors", [(t, p), (t[:3], p[:3], [1, 0.5, 2])])
        metrics.record(metric, "y_true_n.y_pred_n1", [(t, p[:, None]), (t, p[:, None], [1, 0.5, 2, 0, 1])])
        metrics.record(metric, "y_true_n1.y_pred_n1", [(t[:, None], p[:, None]), (t[:, None], p[:, None], p)])
        metrics.record(metric, "y_true_n1.y_pred_n", [(t[:, None], p)])
    t, p = sparse(numbers, 5, 4)
    for metric in ("SparseCategoricalAccuracy", "SparseTopKCategoricalAccuracy"):
        options = {} if metric == "SparseCategoricalAccuracy" else {"k": 2}
        metrics.record(metric, "column", [(t[:, None], p), (t[:3, None], p[:3], [1, 0.5, 2])], **options)
    ties = [[0.4, 0.4, 0.2], [0.2, 0.4, 0.4], [1 / 3] * 3, [0.5, 0, 0.5]]
    metrics.record("CategoricalAccuracy", "ties", [([t], [p]) for t in np.eye(3) for p in ties])
    metrics.record("SparseCategoricalAccuracy", "ties", [([t], [p]) for t in range(3) for p in ties])
    metrics.record("SparseTopKCategoricalAccuracy", "ties", [([t], [p]) for t in range(3) for p in ties], k=1)
    metrics.record("TopKCategoricalAccuracy", "ties", [([t], [p]) for t in np.eye(3) for p in ties], k=2)
    metrics.record("BinaryAccuracy", "soft_labels", [([0, 1, 0.5, 1], [0.2, 0.8, 0.9, 0.5])])


def errors(metrics):
    for metric in ("MeanSquaredError", "RootMeanSquaredError", "MeanAbsoluteError", "LogCoshError", "CosineSimilarity"):
        metrics.sequences(metric, real)
    for metric in ("MeanAbsolutePercentageError", "MeanSquaredLogarithmicError", "Poisson"):
        metrics.sequences(metric, positive)
    metrics.sequences("KLDivergence", distribution)
    metrics.sequences("CosineSimilarity", real, what="axis_1", axis=1, trailing=False)
    metrics.record("CosineSimilarity", "zero_vectors", [([[0, 0], [1, 0], [3, 4]], [[1, 2], [0, 0], [3, 4]])])
    for metric in ("Hinge", "SquaredHinge"):
        metrics.sequences(metric, signed)
        # Whether labels are 0/1 is asked of each update by itself.
        metrics.record(metric, "labels_0_1", [([[0, 1], [1, 1]], [[0.5, -1], [2, 0.1]]),
                                              ([[0, -1], [1, 1]], [[0.5, -1], [2, 0.1]])])
    metrics.sequences("CategoricalHinge", categorical)
    numbers = Numbers(74)
    for metric in ("MeanSquaredError", "RootMeanSquaredError", "MeanAbsoluteError", "MeanAbsolutePercentageError",
                   "MeanSquaredLogarithmicError", "LogCoshError", "Poisson", "Hinge", "SquaredHinge"):
        t, p = positive(numbers, 5)
        # A vector is one value, which Keras refuses to spread over weights.
        metrics.record(metric, "vectors", [(t, p), (t[:3], p[:3])])
        # These do not fit ranks by themselves: (N) with (N, 1) becomes (N, N), where their losses would give (N).
        quirk = "quirk." if metric in ("Poisson", "Hinge", "SquaredHinge") else ""
        metrics.record(metric, f"{quirk}y_true_n.y_pred_n1", [(t, p[:, None]), (t, p[:, None], [1, 0.5, 2, 0, 1])])
        metrics.record(metric, "y_true_n1.y_pred_n1", [(t[:, None], p[:, None]), (t[:, None], p[:, None], p)])


def crossentropies(metrics):
    family = [("BinaryCrossentropy", binary, binary_logits, "sigmoid"),
              ("CategoricalCrossentropy", categorical, categorical_logits, "softmax"),
              ("SparseCategoricalCrossentropy", sparse, sparse_logits, "softmax")]
    for metric, make, make_logits, activation in family:
        metrics.sequences(metric, make)
        metrics.sequences(metric, make_logits, what="logits", from_logits=True)
        numbers = Numbers(75)
        metrics.record(metric, "hidden", [make_logits(numbers, 4, 3), (*make_logits(numbers, 3, 3), [1, 0.5, 2])],
                       hidden=activation)
        t, p = make_logits(numbers, 4, 3)
        metrics.record(metric, "hidden.big_logits", [(t, 1000 * p)], hidden=activation)
    for metric, make, make_logits, _ in family[:2]:
        metrics.sequences(metric, make, what="smoothed", label_smoothing=0.1, trailing=False)
        metrics.record(metric, "logits_smoothed", [make_logits(Numbers(76), 4, 3)], from_logits=True,
                       label_smoothing=0.1)
    for ignored in (0, 3):
        metrics.sequences("SparseCategoricalCrossentropy", sparse, what=f"ignore_{ignored}", ignore_class=ignored,
                          trailing=False)
    metrics.sequences("SparseCategoricalCrossentropy", sparse_logits, what="logits_ignore_1", ignore_class=1,
                      from_logits=True, trailing=False)


def confusions(metrics):
    numbers = Numbers(78)
    t, p = binary(numbers, 8)
    edges = ([0, 1, 0, 1, 0, 1], [0, 0, 0.5, 0.5, 1, 1])
    many = [0.2, 0.5, 0.8]
    for metric in ("TruePositives", "TrueNegatives", "FalsePositives", "FalseNegatives", "Precision", "Recall"):
        for what, options in {"default": {}, "threshold": {"thresholds": 0.7}, "thresholds": {"thresholds": many},
                              "thresholds_0_1": {"thresholds": [0.0, 0.5, 1.0]},
                              "thresholds_uneven": {"thresholds": [0.1, 0.15, 0.9]}}.items():
            metrics.sequences(metric, binary, what=what, trailing=False, **options)
            metrics.record(metric, f"{what}.vectors", [(t, p), (t[:5], p[:5], [1, 0.5, 2, 0, 1])], **options)
            metrics.record(metric, f"{what}.columns", [(t, p[:, None]), (t[:, None], p[:, None], p)], **options)
            metrics.record(metric, f"{what}.edges", [edges], **options)
        some = [binary(numbers, 4, 3), binary(numbers, 2, 3)]
        metrics.record(metric, "weights_same_shape", [(*pair, numbers.uniform(*pair[0].shape)) for pair in some])
        metrics.record(metric, "rank3",
                       [binary(numbers, 2, 3, 2), (*binary(numbers, 2, 3, 2), numbers.uniform(2, 3, 2))])
        metrics.record(metric, "none_found", [([0, 0, 0], [0.1, 0.2, 0.3]), ([1, 0, 0], [0.1, 0.2, 0.3])])
    for metric in ("Precision", "Recall"):
        for options in ({"class_id": 2}, {"class_id": 0, "thresholds": many}, {"top_k": 1}, {"top_k": 2},
                        {"top_k": 2, "class_id": 1}, {"top_k": 2, "thresholds": 0.5},
                        {"top_k": 3, "thresholds": many}):
            what = "_".join(f"{key}_{value}" for key, value in options.items()).replace(" ", "")
            metrics.sequences(metric, categorical, what=what, trailing=False, **options)
            metrics.record(metric, f"{what}.several_labels", [binary(numbers, 5, 4), binary(numbers, 3, 4)], **options)
        metrics.record(metric, "top_k.ties", [([[1, 0, 1, 0]], [[0.5, 0.5, 0.5, 0.2]])], top_k=2)

    targets = {"SensitivityAtSpecificity": "specificity", "SpecificityAtSensitivity": "sensitivity",
               "PrecisionAtRecall": "recall", "RecallAtPrecision": "precision"}
    known = ([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8])
    for metric, target in targets.items():
        for value in (0.25, 0.5, 0.8, 1.0):
            metrics.sequences(metric, binary, what=f"{value}", trailing=False, **{target: value})
        metrics.record(metric, "vectors", [known, (*known, [1, 1, 2, 2, 0.5])], **{target: 0.5})
        metrics.record(metric, "few_thresholds", [(t, p), known], **{target: 0.5}, num_thresholds=7)
        metrics.record(metric, "one_threshold", [(t, p)], **{target: 0.5}, num_thresholds=1)
        metrics.record(metric, "edges", [edges], **{target: 0.5})
        metrics.record(metric, "class_id", [binary(numbers, 6, 3), binary(numbers, 6, 3)], **{target: 0.5}, class_id=1)
        metrics.record(metric, "never", [([0, 0, 0], [0.1, 0.9, 1.0])], **{target: 0.9})


def areas(metrics):
    numbers = Numbers(79)
    known = ([0, 0, 1, 1], [0, 0.5, 0.3, 0.9])
    t, p = binary(numbers, 40)
    better = np.round(np.clip(0.6 * p + 0.35 * t, 0, 1), 2)
    edges = ([0, 1, 0, 1, 0, 1], [0, 0, 0.5, 0.5, 1, 1])
    for curve in ("ROC", "PR"):
        for summation in ("interpolation", "minoring", "majoring"):
            options = {"curve": curve, "summation_method": summation}
            what = f"{curve}.{summation}"
            metrics.record("AUC", f"{what}.known", [known], **options)
            metrics.record("AUC", f"{what}.known_3", [known], num_thresholds=3, **options)
            metrics.record("AUC", f"{what}.many", [(t, p), (t, better), (t, better, numbers.uniform(40))], **options)
            metrics.record("AUC", f"{what}.few", [(t, p), (t, better)], num_thresholds=7, **options)
            metrics.record("AUC", f"{what}.two", [(t, p), (t, better)], num_thresholds=2, **options)
            metrics.record("AUC", f"{what}.edges", [edges], **options)
            metrics.record("AUC", f"{what}.thresholds", [(t, better), (t, p)], thresholds=[0.3, 0.45, 0.9], **options)
            metrics.record("AUC", f"{what}.thresholds_unsorted_even", [(t, better), (t, p)],
                           thresholds=[0.75, 0.25, 0.5], **options)
            metrics.record("AUC", f"{what}.logits", [binary_logits(numbers, 12), binary_logits(numbers, 8, 1)],
                           from_logits=True, **options)
            metrics.record("AUC", f"{what}.one_class_only", [([1, 1, 1], [0.2, 0.5, 0.7]), ([0, 0], [0.1, 0.6])],
                           **options)
            metrics.record("AUC", f"{what}.columns", [(t, p[:, None]), (t[:, None], better[:, None], p)], **options)
            labels = [binary(numbers, 10, 3), (*binary(numbers, 6, 3), [1, 0.5, 2, 0, 1, 0.25])]
            metrics.record("AUC", f"{what}.matrix", labels, **options)
            metrics.record("AUC", f"{what}.multi_label", labels, multi_label=True, **options)
            metrics.record("AUC", f"{what}.multi_label.weights", labels, multi_label=True, num_labels=3,
                           label_weights=[1.0, 0.5, 2.0], **options)
            metrics.record("AUC", f"{what}.multi_label.thresholds", labels, multi_label=True, thresholds=[0.3, 0.45],
                           **options)
    metrics.record("AUC", "PRGAIN.interpolation.many", [(t, p), (t, better)], curve="PRGAIN")


def f_scores(metrics):
    numbers = Numbers(80)
    for average in (None, "micro", "macro", "weighted"):
        for threshold in (None, 0.5, 0.3):
            options = {"average": average, "threshold": threshold}
            what = f"{average}.{threshold}".lower()
            make = binary if threshold else categorical
            for metric, more in (("F1Score", {}), ("FBetaScore", {"beta": 2.0}), ("FBetaScore", {"beta": 0.5})):
                name = f"{what}.beta_{more['beta']}" if more else what
                metrics.sequences(metric, make, what=name, trailing=False, **options, **more)
                metrics.record(metric, f"{name}.several_labels", [binary(numbers, 5, 3), binary(numbers, 4, 3)],
                               **options, **more)
    known = ([[1, 1, 1], [1, 0, 0], [1, 1, 0]], [[0.2, 0.6, 0.7], [0.2, 0.6, 0.6], [0.6, 0.8, 0]])
    metrics.record("F1Score", "known", [known], threshold=0.5)
    metrics.record("F1Score", "ties_and_zeros", [([[1, 0], [0, 1], [1, 0]], [[0.5, 0.5], [0, 0], [1e-10, 0]])])
    metrics.record("F1Score", "one_column", [(*map(lambda a: a[:, None], binary(numbers, 6)),)], threshold=0.5)
    metrics.record("F1Score", "empty_class", [([[1, 0], [1, 0]], [[1, 0], [0.9, 0.2]])], threshold=0.5)


def regressions_and_overlaps(metrics):
    numbers = Numbers(81)
    known = ([[1], [4], [3]], [[2], [4], [4]])
    metrics.record("R2Score", "known", [known])
    metrics.record("R2Score", "constant", [([[2], [2]], [[2], [2]]), ([[2], [2]], [[1], [2]])])
    for aggregation in ("uniform_average", "variance_weighted_average", None):
        options = {"class_aggregation": aggregation}
        metrics.sequences("R2Score", real, what=str(aggregation).lower(), trailing=False, **options)
        metrics.record("R2Score", f"{aggregation}.weights_same_shape".lower(), [
            (*real(numbers, 5, 3), numbers.uniform(5, 3)), (*real(numbers, 4, 3), numbers.uniform(4, 1))], **options)
        metrics.record("R2Score", f"{aggregation}.one_constant_class".lower(),
                       [([[1, 2], [2, 2], [4, 2]], [[1.5, 2], [2, 1], [3, 2]])], **options)
    metrics.record("R2Score", "adjusted_1", [real(numbers, 6, 1), (*real(numbers, 5, 1), numbers.uniform(5))],
                   num_regressors=1)
    metrics.record("R2Score", "adjusted_2.classes_3", [real(numbers, 6, 3)], num_regressors=2)

    def masks(*shape):
        return numbers.labels(*shape, classes=4), numbers.labels(*shape, classes=4)

    metrics.record("MeanIoU", "known", [([0, 0, 1, 1], [0, 1, 0, 1])], num_classes=2)
    metrics.record("MeanIoU", "vectors", [masks(12), masks(9), (*masks(5), [1, 2, 0, 1, 3])], num_classes=4)
    metrics.record("MeanIoU", "pictures", [masks(2, 3, 4), masks(3, 3, 4)], num_classes=4)
    metrics.record("MeanIoU", "weights_same_shape", [(*masks(3, 4), numbers.labels(3, 4, classes=3))], num_classes=4)
    metrics.record("MeanIoU", "quirk.weights_are_cut_to_integers", [(*masks(6), [0.9, 1.9, 1, 2, 0.1, 1])],
                   num_classes=4)
    metrics.record("MeanIoU", "a_class_never_seen", [masks(8), masks(8)], num_classes=6)
    metrics.record("MeanIoU", "ignore_class", [masks(12), masks(9)], num_classes=4, ignore_class=2)
    metrics.record("MeanIoU", "ignore_class_outside", [([0, 1, 255, 3, 255], [0, 1, 2, 3, 3])], num_classes=4,
                   ignore_class=255)


def main():
    warnings.simplefilter("ignore")
    metrics = Metrics()
    for family in (means, accuracies, errors, crossentropies, confusions, areas, f_scores, regressions_and_overlaps):
        family(metrics)
    metrics.recorder.save()


if __name__ == "__main__":
    main()
