// NaN and infinity in labels, predictions and weights: nothing hides them that Keras shows. The
// numbers are those of Keras 3.15.1 on TensorFlow 2.21.0.
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "keratin/metrics.hpp"
#include "support/catch.hpp"

namespace keratin {
namespace {

using namespace metrics;

constexpr float nan = std::numeric_limits<float>::quiet_NaN();
constexpr float inf = std::numeric_limits<float>::infinity();

template <class T>
Tensor values(T metric, const Tensor& y_true, const Tensor& y_pred,
              const Tensor& sample_weight = {}) {
  metric.update_state(y_true, y_pred, sample_weight);
  return metric.results();
}

template <class T>
double value(T metric, const Tensor& y_true, const Tensor& y_pred,
             const Tensor& sample_weight = {}) {
  metric.update_state(y_true, y_pred, sample_weight);
  return metric.result();
}

Approx near(double want) { return Approx(want).margin(1e-6).epsilon(0); }

bool same(const Tensor& got, const std::vector<float>& want) {
  if (got.size() != want.size()) return false;
  for (std::size_t i = 0; i < want.size(); ++i) {
    const float g = got.values()[i];
    const bool equal = std::isnan(want[i]) ? std::isnan(g) : std::abs(g - want[i]) < 1e-6f;
    if (!equal) return false;
  }
  return true;
}

TEST_CASE("accuracies: NaN is never right, and never the largest", "[metrics][nan]") {
  CHECK(value(Accuracy(), {1, nan, 2}, {1, nan, nan}) == near(1.0 / 3));
  CHECK(value(BinaryAccuracy(), {1, 0, nan, 1}, {nan, nan, nan, inf}) == 0.5);
  CHECK(value(CategoricalAccuracy(), {{1, 0, 0}, {0, 1, 0}, {nan, 0, 1}, {nan, nan, nan}},
              {{nan, .5, .2}, {nan, .2, .5}, {.1, .2, .7}, {nan, nan, nan}}) == 0.5);
  CHECK(value(SparseCategoricalAccuracy(), {1, 0, 2, 0},
              {{nan, .5, .2}, {nan, nan, nan}, {.1, nan, .9}, {-inf, -inf, -inf}}) == 1);
  CHECK(value(SparseCategoricalAccuracy(), {nan, 1.5}, {{nan, .5, .2}, {.1, .9, 0}}) == 0);
  CHECK(value(TopKCategoricalAccuracy({.k = 1}), {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
              {{.9, nan, .2}, {.1, .9, inf}, {.1, .2, .7}}) == near(1.0 / 3));
  CHECK(value(SparseTopKCategoricalAccuracy({.k = 1}), {0, 1, nan},
              {{0, nan, 2}, {nan, 1, 2}, {nan, nan, nan}}) == 0);
  CHECK(value(SparseTopKCategoricalAccuracy({.k = 1, .from_sorted_ids = true}), {0, 1, nan},
              {{0, nan, 2}, {nan, 1, 2}, {nan, nan, nan}}) == near(1.0 / 3));
}

TEST_CASE("means keep NaN, except with no weight at all", "[metrics][nan]") {
  const auto mean = [](const Tensor& values, const Tensor& weights = {}) {
    Mean metric;
    metric.update_state(values, weights);
    return metric.result();
  };
  CHECK(std::isnan(mean({1, nan})));
  CHECK(mean({1, inf}) == std::numeric_limits<double>::infinity());
  CHECK(std::isnan(mean({1, nan}, {1, 0})));
  CHECK(std::isnan(mean({1, 2}, {1, nan})));
  CHECK(mean({nan, 2}, {0, 0}) == 0);
  CHECK(mean({1, 2}, {1, -1}) == 0);
  CHECK(std::isnan(value(RootMeanSquaredError(), {1, 2}, {nan, 2})));
  CHECK(value(RootMeanSquaredError(), {1, 2}, {3, 2}, {-1, 0}) == 2);
  CHECK(std::isnan(value(metrics::MeanAbsoluteError(), {{1}, {2}}, {{nan}, {2}})));
}

TEST_CASE("counts: a prediction that is NaN is negative, a label that is NaN true",
          "[metrics][nan]") {
  const Tensor labels = {1, 0, nan, 1, 0, nan, 1, 0};
  const Tensor predictions = {nan, nan, nan, .9, .9, .9, .1, .1};
  CHECK(value(TruePositives(), labels, predictions) == 2);
  CHECK(value(FalsePositives(), labels, predictions) == 1);
  CHECK(value(TrueNegatives(), labels, predictions) == 2);
  CHECK(value(FalseNegatives(), labels, predictions) == 3);
  const ConfusionCountOptions even{.thresholds = {0, .5, 1}};
  CHECK(same(values(TruePositives(even), labels, predictions), {3, 2, 0}));
  CHECK(same(values(FalsePositives(even), labels, predictions), {2, 1, 0}));
  CHECK(same(values(TrueNegatives(even), labels, predictions), {1, 2, 3}));
  CHECK(same(values(FalseNegatives(even), labels, predictions), {2, 3, 5}));
  CHECK(same(values(TruePositives(even), {1, 0, 1, 0}, {inf, inf, -inf, -inf}), {1, 1, 0}));
}

TEST_CASE("curves of predictions that are NaN", "[metrics][nan]") {
  const Tensor labels = {1, 0, 1, 0, 1}, predictions = {nan, nan, .9, .1, .6};
  const auto area = [&](const char* curve, const char* summation) {
    const AUCOptions options{.num_thresholds = 5, .curve = curve, .summation_method = summation};
    return value(AUC(options), labels, predictions);
  };
  for (const char* summation : {"interpolation", "minoring", "majoring"}) {
    CHECK(area("ROC", summation) == near(1.0 / 3));
    CHECK(area("PRGAIN", summation) == near(0.25));
  }
  CHECK(area("PR", "interpolation") == near(2.0 / 3));
  CHECK(area("PR", "minoring") == near(1.0 / 3));
  CHECK(area("PR", "majoring") == near(2.0 / 3));
  CHECK(value(AUC({.num_thresholds = 5, .from_logits = true}), {1, 0, 1, 0},
              {nan, nan, inf, -inf}) == near(0.25));
}

TEST_CASE("weights that are NaN or infinite show in every area", "[metrics][nan]") {
  const Tensor labels = {1, 0, 1, 0}, predictions = {.1, .2, .9, .1};
  for (const char* curve : {"ROC", "PR", "PRGAIN"})
    for (const char* summation : {"interpolation", "minoring", "majoring"})
      for (float weight : {nan, inf}) {
        INFO(curve << ' ' << summation << ' ' << weight);
        const AUCOptions options{
            .num_thresholds = 5, .curve = curve, .summation_method = summation};
        CHECK(std::isnan(value(AUC(options), labels, predictions, {1, weight, 1, 1})));
      }
  CHECK(value(SensitivityAtSpecificity(.5, {.num_thresholds = 5}), labels, predictions,
              {1, nan, 1, 1}) == 0);
  CHECK(value(PrecisionAtRecall(.5, {.num_thresholds = 5}), labels, predictions, {1, nan, 1, 1}) ==
        0);
  CHECK(std::isnan(
      value(RecallAtPrecision(.5, {.num_thresholds = 5}), labels, predictions, {1, nan, 1, 1})));
}

TEST_CASE("F scores: a row with NaN has no largest", "[metrics][nan]") {
  const Tensor labels = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
  const Tensor with_nan = {{nan, .9, .2}, {nan, nan, nan}, {.1, .2, .7}};
  CHECK(same(values(FBetaScore(), labels, with_nan), {0, 0, 1}));
  CHECK(value(FBetaScore({.average = "micro"}), labels, with_nan) == near(0.5));
  CHECK(value(FBetaScore({.average = "micro", .threshold = 0.5}), labels, with_nan) == near(0.4));
  const Tensor with_inf = {{inf, .9, .2}, {-inf, -inf, -inf}, {.1, .2, .7}};
  CHECK(same(values(FBetaScore(), labels, with_inf), {2.0f / 3, 1, 2.0f / 3}));
  CHECK(same(values(FBetaScore({.threshold = 0.5}), labels, with_inf), {1, 0, 1}));
  CHECK(same(values(FBetaScore(), {{nan, 0, 0}, {0, 1, 0}, {0, 0, 1}},
                    {{.8, .9, .2}, {.6, .1, .2}, {.1, .2, .7}}),
             {nan, 0, 1}));
}

TEST_CASE("R2 at what is not a number, and where labels do not vary", "[metrics][nan]") {
  const auto scores = [](std::optional<std::string> how, const Tensor& t, const Tensor& p) {
    return values(R2Score({.class_aggregation = std::move(how)}), t, p);
  };
  const Tensor labels = {{1, 2}, {2, 3}, {4, 1}};
  const Tensor with_nan = {{nan, 2}, {2, 3.5}, {4, 1}};
  CHECK(same(scores({}, labels, with_nan), {nan, 0.875}));
  CHECK(same(scores("uniform_average", labels, with_nan), {nan}));
  CHECK(same(scores("variance_weighted_average", labels, with_nan), {nan}));
  const Tensor with_inf = {{inf, 2}, {2, 3.5}, {4, 1}};
  CHECK(same(scores({}, labels, with_inf), {0, 0.875}));
  CHECK(same(scores("variance_weighted_average", labels, with_inf), {0.2625f}));
  const Tensor constant = {{1, 2}, {1, 3}, {1, 1}};
  CHECK(same(scores({}, constant, {{1, 2}, {2, 3.5}, {4, 1}}), {0, 0.875}));
  CHECK(same(scores({}, constant, {{1, 2}, {1, 3.5}, {1, 1}}), {nan, 0.875}));
}

TEST_CASE("IoU leaves out NaN, and shows a weight that is NaN", "[metrics][nan]") {
  CHECK(value(MeanIoU(3), {0, 1, 2, nan}, {0, nan, 2, 1}) == near(1));
  CHECK(value(MeanIoU(3), {0, 1, 2, 1}, {0, inf, 2, 1}) == near(1));
  CHECK(value(OneHotMeanIoU(3), {{1, 0, 0}, {0, 1, 0}, {nan, 0, 1}},
              {{nan, .9, .2}, {nan, nan, nan}, {.1, .2, .7}}) == near(1.0 / 3));
  CHECK(value(BinaryIoU(), {0, 1, 1}, {nan, nan, .7}) == near(0.5));
  // Keras turns the weight into an integer, and hides it.
  CHECK(std::isnan(value(MeanIoU(3), {0, 1, 2, 1}, {0, 1, 2, 0}, {1, nan, 1, 1})));
}

TEST_CASE("ConfusionMatrix takes the largest score that is a number", "[metrics][nan]") {
  ConfusionMatrix matrix(3);
  matrix.update_state({1, 0}, {{nan, .9, .1}, {nan, nan, nan}});
  CHECK(matrix.matrix() == Tensor{{1, 0, 0}, {0, 1, 0}, {0, 0, 0}});
}

}  // namespace
}  // namespace keratin
