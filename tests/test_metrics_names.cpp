// What metrics are called, and which are found by name.
#include <string>
#include <utility>
#include <vector>

#include "keratin/compile.hpp"
#include "keratin/metrics.hpp"
#include "keratin/ops.hpp"
#include "keratin/utils.hpp"
#include "support/catch.hpp"
#include "support/message.hpp"

namespace keratin {
namespace {

using namespace metrics;
using test::message;

Node absolute_error(Node y_true, Node y_pred) { return ops::mean(ops::abs(y_true - y_pred), -1); }

TEST_CASE("a metric that compile is given by name takes one automatic name", "[metrics]") {
  utils::clear_session();
  const MetricChoice choice("precision");
  CHECK(Precision().name == "precision");
  choice.make({4, 1}, {4, 1});  // as the first batch does
  CHECK(Precision().name == "precision_2");
}

TEST_CASE("metrics' default names", "[metrics]") {
  utils::clear_session();
  CHECK(Precision().name == "precision");
  CHECK(Precision().name == "precision_1");
  CHECK(Precision({.name = "p"}).name == "p");
  CHECK(Recall().name == "recall");
  CHECK(AUC().name == "auc");
  CHECK(MeanIoU(2).name == "mean_io_u");
  CHECK(BinaryIoU().name == "binary_io_u");
  CHECK(SensitivityAtSpecificity(0.5).name == "sensitivity_at_specificity");
  CHECK(SensitivityAtSpecificity(0.5).name == "sensitivity_at_specificity_1");
  CHECK(TruePositives().name == "true_positives");
  CHECK(Accuracy().name == "accuracy");
  CHECK(Accuracy().name == "accuracy");
  CHECK(LogCoshError().name == "logcosh");
  CHECK(FBetaScore().name == "fbeta_score");
  CHECK(F1Score().name == "f1_score");
  CHECK(R2Score().name == "r2_score");
  CHECK(MeanMetricWrapper(absolute_error).name == "mean_metric_wrapper");
  CHECK(metrics::MeanSquaredError().direction == Direction::down);
  CHECK(CategoricalAccuracy().direction == Direction::up);
  CHECK(AUC().direction == Direction::up);
  CHECK(TruePositives().direction == Direction::unknown);
}

TEST_CASE("metrics by Keras's names", "[metrics]") {
  // keras.metrics.ALL_OBJECTS_DICT of 3.15.1, without Metric and MeanMetricWrapper.
  const std::vector<std::pair<const char*, const char*>> names = {
      {"AUC", "auc"},
      {"Accuracy", "accuracy"},
      {"BinaryAccuracy", "binary_accuracy"},
      {"BinaryCrossentropy", "binary_crossentropy"},
      {"BinaryIoU", "binary_io_u"},
      {"CategoricalAccuracy", "categorical_accuracy"},
      {"CategoricalCrossentropy", "categorical_crossentropy"},
      {"CategoricalHinge", "categorical_hinge"},
      {"ConcordanceCorrelation", "concordance_correlation"},
      {"CosineSimilarity", "cosine_similarity"},
      {"F1Score", "f1_score"},
      {"FBetaScore", "f_beta_score"},
      {"FalseNegatives", "false_negatives"},
      {"FalsePositives", "false_positives"},
      {"Hinge", "hinge"},
      {"KLDivergence", "kl_divergence"},
      {"LogCoshError", "log_cosh_error"},
      {"Mean", "mean"},
      {"MeanAbsoluteError", "mean_absolute_error"},
      {"MeanAbsolutePercentageError", "mean_absolute_percentage_error"},
      {"MeanSquaredError", "mean_squared_error"},
      {"MeanSquaredLogarithmicError", "mean_squared_logarithmic_error"},
      {"PearsonCorrelation", "pearson_correlation"},
      {"Poisson", "poisson"},
      {"Precision", "precision"},
      {"R2Score", "r2_score"},
      {"Recall", "recall"},
      {"RootMeanSquaredError", "root_mean_squared_error"},
      {"SparseCategoricalAccuracy", "sparse_categorical_accuracy"},
      {"SparseCategoricalCrossentropy", "sparse_categorical_crossentropy"},
      {"SparseTopKCategoricalAccuracy", "sparse_top_k_categorical_accuracy"},
      {"SquaredHinge", "squared_hinge"},
      {"Sum", "sum"},
      {"TopKCategoricalAccuracy", "top_k_categorical_accuracy"},
      {"TrueNegatives", "true_negatives"},
      {"TruePositives", "true_positives"}};
  for (const auto& [class_name, snake] : names) {
    CHECK(metrics::get(class_name) != nullptr);
    CHECK(metrics::get(snake) != nullptr);
  }
  CHECK(dynamic_cast<metrics::MeanSquaredError*>(metrics::get("MSE").get()));
  CHECK(dynamic_cast<metrics::MeanAbsoluteError*>(metrics::get("mae").get()));
  CHECK(dynamic_cast<metrics::MeanAbsolutePercentageError*>(metrics::get("mape").get()));
  CHECK(dynamic_cast<metrics::MeanSquaredLogarithmicError*>(metrics::get("MSLE").get()));
  CHECK(dynamic_cast<metrics::BinaryCrossentropy*>(metrics::get("bce").get()));
  CHECK(dynamic_cast<Accuracy*>(metrics::get("accuracy").get()));  // exact equality: not compile's
  for (const char* refused : {"acc", "crossentropy", "ce", "kld", "KLD", "logcosh", "log_cosh",
                              "cosine", "rmse", "Mse", ""})
    CHECK_THROWS_AS(metrics::get(refused), std::invalid_argument);

  CHECK(message([] { metrics::get("rmse"); }) ==
        "[metric] there is no metric 'rmse' among: mean, sum, mean_squared_error, "
        "root_mean_squared_error, mean_absolute_error, mean_absolute_percentage_error, "
        "mean_squared_logarithmic_error, cosine_similarity, log_cosh_error, r2_score, "
        "pearson_correlation, concordance_correlation, kl_divergence, poisson, "
        "binary_crossentropy, categorical_crossentropy, sparse_categorical_crossentropy, hinge, "
        "squared_hinge, categorical_hinge, accuracy, binary_accuracy, categorical_accuracy, "
        "sparse_categorical_accuracy, top_k_categorical_accuracy, "
        "sparse_top_k_categorical_accuracy, true_positives, true_negatives, false_positives, "
        "false_negatives, precision, recall, auc, sensitivity_at_specificity, "
        "specificity_at_sensitivity, precision_at_recall, recall_at_precision, f1_score, "
        "f_beta_score, io_u, binary_io_u, mean_io_u, one_hot_io_u, one_hot_mean_io_u, "
        "confusion_matrix, loss_metric");
  CHECK(message([] { metrics::get("loss_metric"); }) == "[LossMetric] there is no loss: give one");
  CHECK(message([] { metrics::get("mean_io_u"); }) ==
        "[MeanIoU] num_classes is 0, wanted 1 or more");
  CHECK(message([] { metrics::get("SensitivityAtSpecificity"); }) ==
        "[SensitivityAtSpecificity] specificity is -1, wanted a value in [0, 1]");
}

TEST_CASE("accuracy is decided by the shapes, and named as typed", "[metrics]") {
  const auto kind = [](const char* typed, const Shape& y_true, const Shape& y_pred) {
    const auto metric = metrics::resolve(typed, y_true, y_pred);
    CHECK(metric->name == typed);
    if (dynamic_cast<BinaryAccuracy*>(metric.get())) return "binary";
    if (dynamic_cast<SparseCategoricalAccuracy*>(metric.get())) return "sparse";
    if (dynamic_cast<CategoricalAccuracy*>(metric.get())) return "categorical";
    return "other";
  };
  CHECK(kind("acc", {32}, {32, 10}) == std::string("sparse"));
  CHECK(kind("ACC", {32, 1}, {32, 10}) == std::string("sparse"));
  CHECK(kind("accuracy", {32, 10}, {32, 10}) == std::string("categorical"));
  CHECK(kind("Accuracy", {32, 1}, {32, 1}) == std::string("binary"));
  CHECK(kind("accuracy", {32}, {32, 1}) == std::string("binary"));
  CHECK(kind("acc", {32, 7}, {32, 7, 10}) == std::string("sparse"));
  CHECK(kind("mse", {32, 1}, {32, 1}) == std::string("other"));
  CHECK(metrics::depends_on_shapes("ACC"));
  CHECK_FALSE(metrics::depends_on_shapes("binary_accuracy"));
  CHECK_THROWS_AS(metrics::resolve("accurracy", {32}, {32, 10}), std::invalid_argument);
}

}  // namespace
}  // namespace keratin
