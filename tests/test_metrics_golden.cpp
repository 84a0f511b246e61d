// Every metric over sequences of updates, against real Keras (tests/golden/metrics.txt).
#include <cmath>
#include <memory>
#include <optional>

#include "keratin/metrics.hpp"
#include "keratin/ops.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"

namespace keratin {
namespace {

using namespace metrics;
using test::GoldenCase;

std::optional<int> integer_or_none(const GoldenCase& golden, const char* option) {
  return golden.has(option) && golden.text(option) != "none" ? std::optional(golden.integer(option))
                                                             : std::nullopt;
}

std::optional<double> number_or_none(const GoldenCase& golden, const char* option) {
  return golden.has(option) && golden.text(option) != "none" ? std::optional(golden.number(option))
                                                             : std::nullopt;
}

Thresholds thresholds_of(const GoldenCase& golden) { return golden.numbers("thresholds"); }

template <class T>
std::unique_ptr<Metric> confusion(const GoldenCase& golden) {
  if constexpr (std::is_constructible_v<T, ConfusionCountOptions>) {
    return std::make_unique<T>(ConfusionCountOptions{.thresholds = thresholds_of(golden)});
  } else {
    return std::make_unique<T>(PrecisionOptions{.thresholds = thresholds_of(golden),
                                                .top_k = integer_or_none(golden, "top_k"),
                                                .class_id = integer_or_none(golden, "class_id")});
  }
}

std::unique_ptr<Metric> make_auc(const GoldenCase& golden) {
  AUCOptions options;
  options.num_thresholds = golden.integer("num_thresholds", 200);
  options.curve = golden.text("curve", "ROC");
  options.summation_method = golden.text("summation_method", "interpolation");
  options.thresholds = thresholds_of(golden);
  options.multi_label = golden.flag("multi_label");
  options.num_labels = integer_or_none(golden, "num_labels");
  options.label_weights = golden.numbers("label_weights");
  options.from_logits = golden.flag("from_logits");
  return std::make_unique<AUC>(options);
}

// nullptr: no options but those below are known, so get() makes it.
std::unique_ptr<Metric> make_with_options(const GoldenCase& golden) {
  const std::string& metric = golden.text("metric");
  const int count = golden.integer("num_thresholds", 200), axis = golden.integer("axis", -1);
  const std::optional<int> class_id = integer_or_none(golden, "class_id");
  const bool from_logits = golden.flag("from_logits");
  const double smoothing = golden.number("label_smoothing", 0);
  if (metric == "BinaryAccuracy")
    return std::make_unique<BinaryAccuracy>(
        BinaryAccuracyOptions{.threshold = golden.number("threshold", 0.5)});
  if (metric == "TopKCategoricalAccuracy")
    return std::make_unique<TopKCategoricalAccuracy>(
        TopKCategoricalAccuracyOptions{.k = golden.integer("k", 5)});
  if (metric == "SparseTopKCategoricalAccuracy")
    return std::make_unique<SparseTopKCategoricalAccuracy>(
        SparseTopKCategoricalAccuracyOptions{.k = golden.integer("k", 5)});
  if (metric == "CosineSimilarity")
    return std::make_unique<metrics::CosineSimilarity>(AxisMetricOptions{.axis = axis});
  if (metric == "BinaryCrossentropy")
    return std::make_unique<metrics::BinaryCrossentropy>(metrics::BinaryCrossentropyOptions{
        .from_logits = from_logits, .label_smoothing = smoothing});
  if (metric == "CategoricalCrossentropy")
    return std::make_unique<metrics::CategoricalCrossentropy>(
        metrics::CategoricalCrossentropyOptions{
            .from_logits = from_logits, .label_smoothing = smoothing, .axis = axis});
  if (metric == "SparseCategoricalCrossentropy")
    return std::make_unique<metrics::SparseCategoricalCrossentropy>(
        metrics::SparseCategoricalCrossentropyOptions{
            .from_logits = from_logits,
            .ignore_class = integer_or_none(golden, "ignore_class"),
            .axis = axis});
  if (metric == "TruePositives") return confusion<TruePositives>(golden);
  if (metric == "TrueNegatives") return confusion<TrueNegatives>(golden);
  if (metric == "FalsePositives") return confusion<FalsePositives>(golden);
  if (metric == "FalseNegatives") return confusion<FalseNegatives>(golden);
  if (metric == "Precision") return confusion<Precision>(golden);
  if (metric == "Recall") return confusion<Recall>(golden);
  if (metric == "SensitivityAtSpecificity")
    return std::make_unique<SensitivityAtSpecificity>(
        SensitivityAtSpecificityOptions{golden.number("specificity"), count, class_id});
  if (metric == "SpecificityAtSensitivity")
    return std::make_unique<SpecificityAtSensitivity>(
        SpecificityAtSensitivityOptions{golden.number("sensitivity"), count, class_id});
  if (metric == "PrecisionAtRecall")
    return std::make_unique<PrecisionAtRecall>(
        PrecisionAtRecallOptions{golden.number("recall"), count, class_id});
  if (metric == "RecallAtPrecision")
    return std::make_unique<RecallAtPrecision>(
        RecallAtPrecisionOptions{golden.number("precision"), count, class_id});
  if (metric == "AUC") return make_auc(golden);
  if (metric == "F1Score")
    return std::make_unique<F1Score>(
        F1ScoreOptions{.average = golden.text("average", "none"),
                       .threshold = number_or_none(golden, "threshold")});
  if (metric == "FBetaScore")
    return std::make_unique<FBetaScore>(
        FBetaScoreOptions{.average = golden.text("average", "none"),
                          .beta = golden.number("beta", 1),
                          .threshold = number_or_none(golden, "threshold")});
  if (metric == "R2Score")
    return std::make_unique<R2Score>(
        R2ScoreOptions{.class_aggregation = golden.text("class_aggregation", "uniform_average"),
                       .num_regressors = golden.integer("num_regressors", 0)});
  if (metric == "MeanIoU")
    return std::make_unique<MeanIoU>(
        MeanIoUOptions{.num_classes = golden.integer("num_classes"),
                       .ignore_class = integer_or_none(golden, "ignore_class")});
  return nullptr;
}

std::shared_ptr<Metric> make_metric(const GoldenCase& golden) {
  if (auto metric = make_with_options(golden)) return metric;
  for (const auto& [option, text] : golden.options) {
    INFO("option " << option << "=" << text << " is not read");
    REQUIRE((option == "metric" || option == "updates" || option == "hidden"));
  }
  return metrics::get(golden.text("metric"));
}

// Within 2e-6 of the size of what is compared, or of `size` where that is less.
void check_close(const Tensor& got, const Tensor& want, double size = 1) {
  REQUIRE(got.shape() == want.shape());
  for (std::size_t i = 0; i < want.size(); ++i) {
    const double g = static_cast<double>(got.values()[i]),
                 w = static_cast<double>(want.values()[i]);
    INFO("element " << i << ": got " << g << ", Keras " << w);
    CHECK(((std::isnan(g) && std::isnan(w)) ||
           std::abs(g - w) <= 2e-6 * std::max(size, std::abs(w))));
  }
}

// Where Keras takes sums of 17 in float32 from each other and is left with 4e-6 instead of 0.
double size_of_terms(const GoldenCase& golden) {
  return golden.name == "TrueNegatives.thresholds_0_1.weights_n" ? 17 : 1;
}

bool worth_copying(const GoldenCase& golden) {
  return golden.name.find(".quirk.") == std::string::npos || golden.text("metric") == "MeanIoU";
}

TEST_CASE("metrics: the results of real Keras after each update", "[metrics][golden]") {
  int compared = 0;
  for (const GoldenCase& golden : test::read_golden("metrics")) {
    if (golden.has_tensor("values_0") || !worth_copying(golden)) continue;
    INFO(golden.name);
    const std::shared_ptr<Metric> metric = make_metric(golden);
    for (int round = 0; round < 2; ++round) {  // after a reset all is as before
      for (int i = 0; i < golden.integer("updates"); ++i) {
        const std::string index = std::to_string(i);
        INFO("round " << round << ", update " << i);
        const Tensor &y_true = golden.tensor("y_true_" + index),
                     weight = golden.tensor_or_none("sample_weight_" + index);
        if (golden.has("hidden")) {
          GradientTape tape;
          const Tensor& given = golden.tensor("logits_" + index);
          const Node logits = tape.constant(given);
          const Node y_pred =
              golden.text("hidden") == "softmax" ? ops::softmax(logits) : ops::sigmoid(logits);
          metric->update_on_tape(tape.constant(y_true), y_pred, weight);
        } else {
          metric->update_state(y_true, golden.tensor("y_pred_" + index), weight);
        }
        check_close(metric->results(), golden.tensor("result_" + index), size_of_terms(golden));
      }
      metric->reset_state();
    }
    ++compared;
  }
  CHECK(compared > 1000);
}

template <class T>
void check_values(const GoldenCase& golden) {
  T metric;
  for (int i = 0; i < golden.integer("updates"); ++i) {
    const std::string index = std::to_string(i);
    metric.update_state(golden.tensor("values_" + index),
                        golden.tensor_or_none("sample_weight_" + index));
    check_close(metric.results(), golden.tensor("result_" + index));
  }
}

TEST_CASE("metrics: Mean and Sum as in real Keras", "[metrics][golden]") {
  int compared = 0;
  for (const GoldenCase& golden : test::read_golden("metrics")) {
    if (!golden.has_tensor("values_0")) continue;
    INFO(golden.name);
    golden.text("metric") == "Sum" ? check_values<Sum>(golden) : check_values<Mean>(golden);
    ++compared;
  }
  CHECK(compared == 22);
}

}  // namespace
}  // namespace keratin
