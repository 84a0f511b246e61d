// The one table of metrics: a row is all that a new class needs to be known by name.
#include <algorithm>
#include <cctype>

#include "keratin/check.hpp"
#include "keratin/metrics.hpp"

namespace keratin::metrics {

namespace {

using Make = std::shared_ptr<Metric> (*)();

template <class T>
std::shared_ptr<Metric> make() {
  return std::make_shared<T>();
}

struct Row {
  const char *class_name, *name;
  Make make;                 // nullptr: needs an argument
  const char* example = "";  // how to give it
  const char *alias = "", *other_alias = "";
};

constexpr Row rows[] = {
    {"Mean", "mean", make<Mean>},
    {"Sum", "sum", make<Sum>},
    {"MeanSquaredError", "mean_squared_error", make<MeanSquaredError>, "", "mse", "MSE"},
    {"RootMeanSquaredError", "root_mean_squared_error", make<RootMeanSquaredError>},
    {"MeanAbsoluteError", "mean_absolute_error", make<MeanAbsoluteError>, "", "mae", "MAE"},
    {"MeanAbsolutePercentageError", "mean_absolute_percentage_error",
     make<MeanAbsolutePercentageError>, "", "mape", "MAPE"},
    {"MeanSquaredLogarithmicError", "mean_squared_logarithmic_error",
     make<MeanSquaredLogarithmicError>, "", "msle", "MSLE"},
    {"CosineSimilarity", "cosine_similarity", make<CosineSimilarity>},
    {"LogCoshError", "log_cosh_error", make<LogCoshError>},
    {"R2Score", "r2_score", make<R2Score>},
    {"PearsonCorrelation", "pearson_correlation", make<PearsonCorrelation>},
    {"ConcordanceCorrelation", "concordance_correlation", make<ConcordanceCorrelation>},
    {"KLDivergence", "kl_divergence", make<KLDivergence>},
    {"Poisson", "poisson", make<Poisson>},
    {"BinaryCrossentropy", "binary_crossentropy", make<BinaryCrossentropy>, "", "bce", "BCE"},
    {"CategoricalCrossentropy", "categorical_crossentropy", make<CategoricalCrossentropy>},
    {"SparseCategoricalCrossentropy", "sparse_categorical_crossentropy",
     make<SparseCategoricalCrossentropy>},
    {"Hinge", "hinge", make<Hinge>},
    {"SquaredHinge", "squared_hinge", make<SquaredHinge>},
    {"CategoricalHinge", "categorical_hinge", make<CategoricalHinge>},
    {"Accuracy", "accuracy", make<Accuracy>},
    {"BinaryAccuracy", "binary_accuracy", make<BinaryAccuracy>},
    {"CategoricalAccuracy", "categorical_accuracy", make<CategoricalAccuracy>},
    {"SparseCategoricalAccuracy", "sparse_categorical_accuracy", make<SparseCategoricalAccuracy>},
    {"TopKCategoricalAccuracy", "top_k_categorical_accuracy", make<TopKCategoricalAccuracy>},
    {"SparseTopKCategoricalAccuracy", "sparse_top_k_categorical_accuracy",
     make<SparseTopKCategoricalAccuracy>},
    {"TruePositives", "true_positives", make<TruePositives>},
    {"TrueNegatives", "true_negatives", make<TrueNegatives>},
    {"FalsePositives", "false_positives", make<FalsePositives>},
    {"FalseNegatives", "false_negatives", make<FalseNegatives>},
    {"Precision", "precision", make<Precision>},
    {"Recall", "recall", make<Recall>},
    {"AUC", "auc", make<AUC>},
    {"SensitivityAtSpecificity", "sensitivity_at_specificity", nullptr,
     "SensitivityAtSpecificity(0.5)"},
    {"SpecificityAtSensitivity", "specificity_at_sensitivity", nullptr,
     "SpecificityAtSensitivity(0.5)"},
    {"PrecisionAtRecall", "precision_at_recall", nullptr, "PrecisionAtRecall(0.5)"},
    {"RecallAtPrecision", "recall_at_precision", nullptr, "RecallAtPrecision(0.5)"},
    {"F1Score", "f1_score", make<F1Score>},
    {"FBetaScore", "f_beta_score", make<FBetaScore>},
    {"IoU", "io_u", nullptr, "IoU({.num_classes = 4, .target_class_ids = {0}})"},
    {"BinaryIoU", "binary_io_u", make<BinaryIoU>},
    {"MeanIoU", "mean_io_u", nullptr, "MeanIoU(4)"},
    {"OneHotIoU", "one_hot_io_u", nullptr,
     "OneHotIoU({.num_classes = 4, .target_class_ids = {0}})"},
    {"OneHotMeanIoU", "one_hot_mean_io_u", nullptr, "OneHotMeanIoU(4)"},
    {"ConfusionMatrix", "confusion_matrix", make<ConfusionMatrix>},  // ours
};

const Row& row_of(const std::string& name) {
  for (const Row& row : rows)
    if (name == row.name || name == row.class_name ||
        (!name.empty() && (name == row.alias || name == row.other_alias))) {
      check(row.make != nullptr, "metrics", "'", name,
            "' needs an argument: give an object, such as ", row.example);
      return row;
    }
  std::string names;
  for (const Row& row : rows)
    names +=
        concat(names.empty() ? "" : ", ", row.name, *row.alias ? concat(" (", row.alias, ')') : "");
  fail("metrics", "unknown metric '", name, "'; there are ", names, ", and their class names");
}

bool means_accuracy(std::string typed) {
  std::transform(typed.begin(), typed.end(), typed.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return typed == "accuracy" || typed == "acc";
}

}  // namespace

std::shared_ptr<Metric> get(const std::string& name) { return row_of(name).make(); }

void check_name(const std::string& typed) {
  if (!means_accuracy(typed)) row_of(typed);
}

std::shared_ptr<Metric> resolve(const std::string& typed, const Shape& y_true,
                                const Shape& y_pred) {
  std::shared_ptr<Metric> metric;
  if (!means_accuracy(typed)) {
    metric = get(typed);
  } else {
    check(!y_true.empty() && !y_pred.empty(), "metrics", "'", typed,
          "' wants y_true and y_pred with a batch axis, got shapes ", y_true, " and ", y_pred);
    if (y_pred.back() == 1)
      metric = std::make_shared<BinaryAccuracy>();
    else if (y_true.size() < y_pred.size() || y_true.back() == 1)
      metric = std::make_shared<SparseCategoricalAccuracy>();
    else
      metric = std::make_shared<CategoricalAccuracy>();
  }
  metric->name = typed;
  return metric;
}

}  // namespace keratin::metrics
