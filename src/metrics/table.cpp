// The one table of metrics: a row is all that a new class needs to be known by name.
#include <algorithm>
#include <cctype>

#include "keratin/check.hpp"
#include "keratin/metrics.hpp"

namespace keratin {

namespace {

using namespace metrics;

constexpr Row<Metric> rows[] = {
    row<Mean>("Mean", "mean"),
    row<Sum>("Sum", "sum"),
    row<metrics::MeanSquaredError>("MeanSquaredError", "mean_squared_error", "mse", "MSE"),
    row<RootMeanSquaredError>("RootMeanSquaredError", "root_mean_squared_error"),
    row<metrics::MeanAbsoluteError>("MeanAbsoluteError", "mean_absolute_error", "mae", "MAE"),
    row<metrics::MeanAbsolutePercentageError>("MeanAbsolutePercentageError",
                                              "mean_absolute_percentage_error", "mape", "MAPE"),
    row<metrics::MeanSquaredLogarithmicError>("MeanSquaredLogarithmicError",
                                              "mean_squared_logarithmic_error", "msle", "MSLE"),
    row<metrics::CosineSimilarity>("CosineSimilarity", "cosine_similarity"),
    row<LogCoshError>("LogCoshError", "log_cosh_error"),
    row<R2Score>("R2Score", "r2_score"),
    row<PearsonCorrelation>("PearsonCorrelation", "pearson_correlation"),
    row<ConcordanceCorrelation>("ConcordanceCorrelation", "concordance_correlation"),
    row<metrics::KLDivergence>("KLDivergence", "kl_divergence"),
    row<metrics::Poisson>("Poisson", "poisson"),
    row<metrics::BinaryCrossentropy>("BinaryCrossentropy", "binary_crossentropy", "bce", "BCE"),
    row<metrics::CategoricalCrossentropy>("CategoricalCrossentropy", "categorical_crossentropy"),
    row<metrics::SparseCategoricalCrossentropy>("SparseCategoricalCrossentropy",
                                                "sparse_categorical_crossentropy"),
    row<metrics::Hinge>("Hinge", "hinge"),
    row<metrics::SquaredHinge>("SquaredHinge", "squared_hinge"),
    row<metrics::CategoricalHinge>("CategoricalHinge", "categorical_hinge"),
    row<Accuracy>("Accuracy", "accuracy"),
    row<BinaryAccuracy>("BinaryAccuracy", "binary_accuracy"),
    row<CategoricalAccuracy>("CategoricalAccuracy", "categorical_accuracy"),
    row<SparseCategoricalAccuracy>("SparseCategoricalAccuracy", "sparse_categorical_accuracy"),
    row<TopKCategoricalAccuracy>("TopKCategoricalAccuracy", "top_k_categorical_accuracy"),
    row<SparseTopKCategoricalAccuracy>("SparseTopKCategoricalAccuracy",
                                       "sparse_top_k_categorical_accuracy"),
    row<TruePositives>("TruePositives", "true_positives"),
    row<TrueNegatives>("TrueNegatives", "true_negatives"),
    row<FalsePositives>("FalsePositives", "false_positives"),
    row<FalseNegatives>("FalseNegatives", "false_negatives"),
    row<Precision>("Precision", "precision"),
    row<Recall>("Recall", "recall"),
    row<AUC>("AUC", "auc"),
    row<SensitivityAtSpecificity>("SensitivityAtSpecificity", "sensitivity_at_specificity"),
    row<SpecificityAtSensitivity>("SpecificityAtSensitivity", "specificity_at_sensitivity"),
    row<PrecisionAtRecall>("PrecisionAtRecall", "precision_at_recall"),
    row<RecallAtPrecision>("RecallAtPrecision", "recall_at_precision"),
    row<F1Score>("F1Score", "f1_score"),
    row<FBetaScore>("FBetaScore", "f_beta_score"),
    row<IoU>("IoU", "io_u"),
    row<BinaryIoU>("BinaryIoU", "binary_io_u"),
    row<MeanIoU>("MeanIoU", "mean_io_u"),
    row<OneHotIoU>("OneHotIoU", "one_hot_io_u"),
    row<OneHotMeanIoU>("OneHotMeanIoU", "one_hot_mean_io_u"),
    // Not in Keras:
    row<ConfusionMatrix>("ConfusionMatrix", "confusion_matrix"),
    row<LossMetric>("LossMetric", "loss_metric"),
};

}  // namespace

const ClassTable<Metric>& Metric::table() {
  static constexpr ClassTable<Metric> table{"metric", "keras.metrics", rows};
  return table;
}

namespace metrics {

std::shared_ptr<Metric> get(const std::string& name) { return make_member<Metric>(name); }

bool depends_on_shapes(const std::string& typed) {
  std::string lower = typed;
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower == "accuracy" || lower == "acc";
}

namespace {

std::shared_ptr<Metric> accuracy_for(const Shape& y_true, const Shape& y_pred) {
  if (y_pred.back() == 1) return std::make_shared<BinaryAccuracy>();
  if (y_true.size() < y_pred.size() || y_true.back() == 1)
    return std::make_shared<SparseCategoricalAccuracy>();
  return std::make_shared<CategoricalAccuracy>();
}

}  // namespace

std::shared_ptr<Metric> resolve(const std::string& typed, const Shape& y_true,
                                const Shape& y_pred) {
  std::shared_ptr<Metric> metric;
  if (depends_on_shapes(typed)) {
    check(!y_true.empty() && !y_pred.empty(), "metrics", "'", typed,
          "' wants y_true and y_pred with a batch axis, got shapes ", y_true, " and ", y_pred);
    metric = accuracy_for(y_true, y_pred);
  } else {
    metric = get(typed);
  }
  metric->name = typed;
  return metric;
}

}  // namespace metrics

}  // namespace keratin
