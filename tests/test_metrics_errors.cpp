// What metrics refuse, by the exact text.
#include <string>

#include "keratin/metrics.hpp"
#include "keratin/ops.hpp"
#include "support/catch.hpp"
#include "support/message.hpp"

namespace keratin {
namespace {

using namespace metrics;
using test::message;

template <class T>
double value(T metric, const Tensor& y_true, const Tensor& y_pred,
             const Tensor& sample_weight = {}) {
  metric.update_state(y_true, y_pred, sample_weight);
  return metric.result();
}

TEST_CASE("metrics refuse what does not fit, and say why", "[metrics]") {
  const Tensor four = {1, 2, 3, 4}, ids = {1, 0}, table = {{.1, .9, 0}, {.2, .3, .5}};
  CHECK(message([&] { value(Accuracy(), four, ids); }) ==
        "[accuracy] y_true has shape (4,), y_pred (2,): the same shape was wanted");
  CHECK(message([&] { value(BinaryAccuracy({.name = "acc"}), table, ids); }) ==
        "[acc] y_true has shape (2, 3), y_pred (2,): the same shape was wanted");
  CHECK(message([&] { value(CategoricalAccuracy(), ids, table); }) ==
        "[categorical_accuracy] y_true has shape (2,), y_pred (2, 3): one-hot labels of y_pred's "
        "shape were wanted (class ids are for "
        "the sparse accuracies)");
  CHECK(message([&] { value(SparseCategoricalAccuracy(), table, table); }) ==
        "[sparse_categorical_accuracy] y_true has shape (2, 3), y_pred (2, 3): a class id for each "
        "row of scores was wanted (one-hot "
        "labels are for the categorical accuracies)");
  CHECK(message([&] {
          value(SparseCategoricalAccuracy(), ids, table, {1, 1, 1});
        }) ==
        "[sparse_categorical_accuracy] sample_weight has shape (3,), which does not fit values of "
        "shape (2,)");
  CHECK(message([&] { value(SparseCategoricalAccuracy(), ids, table, Tensor{1}); }) ==
        "[sparse_categorical_accuracy] sample_weight has shape (1,), which does not fit values of "
        "shape (2,)");
  CHECK(
      message([&] {
        value(RootMeanSquaredError(), four, {{1, 2}, {3, 4}});
      }) ==
      "[root_mean_squared_error] y_true has shape (4,), y_pred (2, 2): the same shape was wanted");
  CHECK(message([&] {
          Mean().update_state(four, {1, 2});
        }) == "[mean] sample_weight has shape (2,), which does not fit values of shape (4,)");
  CHECK(message([&] { metrics::get("mean")->update_state(ids, ids); }) ==
        "[mean] takes values and weights: for y_true and y_pred give a function of them instead");

  CHECK(message([] {
          Precision({.thresholds = {0.5, 1.5}});
        }) == "[Precision] threshold 1.5 is outside of [0, 1]");
  CHECK(message([] { TruePositives({.thresholds = -0.1}); }) ==
        "[TruePositives] threshold -0.1 is outside of [0, 1]");
  CHECK(message([&] { value(Precision({.class_id = 3, .name = "p"}), table, table); }) ==
        "[p] class_id is 3, which is no column of shape (2, 3)");
  CHECK(message([&] { value(Recall({.top_k = 4, .name = "r"}), table, table); }) ==
        "[r] top_k is 4, but rows have 3 values");
  CHECK(message([&] { value(Recall({.name = "r"}), ids, table); }) ==
        "[r] y_true has shape (2,), y_pred (2, 3): the same shape was wanted");
  CHECK(message([] { AUC({.curve = "PRC"}); }) ==
        "[curve] there is no curve 'PRC' among: ROC, PR, PRGAIN");
  CHECK(message([] { AUC({.summation_method = "middle"}); }) ==
        "[summation_method] there is no summation_method 'middle' among: interpolation, minoring, "
        "majoring");
  CHECK(message([] { AUC({.num_thresholds = 1}); }) ==
        "[AUC] num_thresholds is 1, wanted 2 or more");
  CHECK(message([] { AUC({.num_labels = 2}); }) == "[AUC] num_labels is for multi_label only");
  CHECK(message([&] { value(AUC({.name = "auc", .multi_label = true}), ids, ids); }) ==
        "[auc] multi_label wants shape (samples, labels), got (2,)");
  CHECK(message([] { SensitivityAtSpecificity({.num_thresholds = 10}); }) ==
        "[SensitivityAtSpecificity] specificity is -1, wanted a value in [0, 1]");
  CHECK(message([] { RecallAtPrecision(0.5, {.num_thresholds = 0}); }) ==
        "[RecallAtPrecision] num_thresholds is 0, wanted 1 or more");
  CHECK(message([] { F1Score({.average = "mean"}); }) ==
        "[average] there is no average 'mean' among: none, micro, macro, weighted");
  CHECK(message([] { FBetaScore({.beta = 0}); }) == "[FBetaScore] beta is 0, wanted more than 0");
  CHECK(message([] { F1Score({.threshold = 0}); }) ==
        "[F1Score] threshold is 0, wanted a value in (0, 1]");
  CHECK(message([&] { value(F1Score(), ids, ids); }) ==
        "[f1_score] wants y_true and y_pred of shape (samples, columns), got (2,)");
  CHECK(message([] { R2Score({.num_regressors = -1}); }) ==
        "[R2Score] num_regressors is -1, wanted 0 or more");
  CHECK(message([] { MeanIoU({.name = "x"}); }) == "[MeanIoU] num_classes is 0, wanted 1 or more");
  CHECK(message([] { IoU({.num_classes = 2, .target_class_ids = {2}}); }) ==
        "[IoU] target_class_ids has 2, which is not one of the classes 0 to 1");
  CHECK(message([&] { value(MeanIoU(3, {.name = "iou"}), ids, table); }) ==
        "[iou] got 2 labels and 6 predictions (y_true has shape (2,), y_pred (2, 3)): of scores "
        "say sparse_y_pred = false, of one-hot "
        "labels sparse_y_true = false");
  CHECK(message([] { TopKCategoricalAccuracy({.k = 0}); }) ==
        "[TopKCategoricalAccuracy] k is 0, wanted 1 or more");
}

TEST_CASE("a function as a metric must give a value for each sample or one", "[metrics]") {
  const Tensor y_true = {{0, 1}, {1, 0}, {1, 1}}, y_pred = {{1, 1}, {0, 0}, {0, 0}};
  const auto by_column = [](Node t, Node p) { return ops::mean(ops::abs(t - p), 0); };
  CHECK(message([&] { value(MeanMetricWrapper(by_column, {.name = "mine"}), y_true, y_pred); }) ==
        "[mine] the function gave values of shape (2,) for y_pred of shape (3, 2), wanted one for "
        "each of the 3 samples or one for the batch");
  CHECK(value(MeanMetricWrapper([](Node t, Node p) { return ops::mean(t - p); }), y_true, y_pred) ==
        Approx(1.0 / 3));
  CHECK(message([] { MeanMetricWrapper(MeanMetricWrapper::Function()); }) ==
        "[MeanMetricWrapper] the function is empty");
}

TEST_CASE("weights that fit fit a last batch of one sample, too", "[metrics]") {
  for (std::size_t rows : {std::size_t{3}, std::size_t{1}}) {
    const Tensor y_true = Tensor::ones({rows, 2}), y_pred = Tensor::zeros({rows, 2});
    for (const Shape& shape : {Shape{rows}, Shape{rows, 1}, Shape{rows, 2}}) {
      INFO(rows << " rows, weights " << shape);
      const Tensor weights = Tensor::full(shape, 2);
      CHECK(value(RootMeanSquaredError(), y_true, y_pred, weights) == 1);
      CHECK(value(TruePositives(), y_true, y_true, weights) == static_cast<double>(4 * rows));
      CHECK(value(BinaryAccuracy(), y_true, y_pred, weights) == 0);
    }
    const Tensor ids = Tensor::zeros({rows, 1}), weights = Tensor::full({rows, 1}, 2);
    CHECK(value(SparseCategoricalAccuracy(), ids, y_pred, weights) == 1);
    CHECK(value(metrics::MeanAbsoluteError(), y_true, y_pred, weights) == 1);
  }
}

}  // namespace
}  // namespace keratin
