#pragma once
// The losses as metrics: the mean over samples of each loss's per-sample values. Formulas are those
// of losses.hpp.

#include <optional>
#include <string>

#include "keratin/metrics/mean.hpp"

namespace keratin::metrics {

struct MeanSquaredError : MeanMetricWrapper {
  explicit MeanSquaredError(MetricOptions options = {});
};
struct MeanAbsoluteError : MeanMetricWrapper {
  explicit MeanAbsoluteError(MetricOptions options = {});
};
struct MeanAbsolutePercentageError : MeanMetricWrapper {
  explicit MeanAbsolutePercentageError(MetricOptions options = {});
};
struct MeanSquaredLogarithmicError : MeanMetricWrapper {
  explicit MeanSquaredLogarithmicError(MetricOptions options = {});
};
/// Logged as "logcosh", Keras's name for it.
struct LogCoshError : MeanMetricWrapper {
  explicit LogCoshError(MetricOptions options = {});
};
struct Poisson : MeanMetricWrapper {
  explicit Poisson(MetricOptions options = {});
};
struct KLDivergence : MeanMetricWrapper {
  explicit KLDivergence(MetricOptions options = {});
};
struct Hinge : MeanMetricWrapper {
  explicit Hinge(MetricOptions options = {});
};
struct SquaredHinge : MeanMetricWrapper {
  explicit SquaredHinge(MetricOptions options = {});
};
struct CategoricalHinge : MeanMetricWrapper {
  explicit CategoricalHinge(MetricOptions options = {});
};

struct AxisMetricOptions {
  std::string name = "";
  int axis = -1;
};

/// Plus the sum of the products of the unit vectors: 1 is best, where the loss has -1.
struct CosineSimilarity : MeanMetricWrapper {
  explicit CosineSimilarity(AxisMetricOptions options = {});
};
/// Pearson's r along the axis: the mean product of z-scores.
struct PearsonCorrelation : MeanMetricWrapper {
  explicit PearsonCorrelation(AxisMetricOptions options = {});
};
/// 2 (t - mean p)(p - mean p) / (var t + var p + (mean t - mean p)^2), averaged along the axis, as
/// Keras has it.
struct ConcordanceCorrelation : MeanMetricWrapper {
  explicit ConcordanceCorrelation(AxisMetricOptions options = {});
};

struct BinaryCrossentropyOptions {
  std::string name = "binary_crossentropy";
  bool from_logits = false;
  double label_smoothing = 0;
};
struct BinaryCrossentropy : MeanMetricWrapper {
  explicit BinaryCrossentropy(BinaryCrossentropyOptions options = {});
};

struct CategoricalCrossentropyOptions {
  std::string name = "categorical_crossentropy";
  bool from_logits = false;
  double label_smoothing = 0;
  int axis = -1;
};
struct CategoricalCrossentropy : MeanMetricWrapper {
  explicit CategoricalCrossentropy(CategoricalCrossentropyOptions options = {});
};

struct SparseCategoricalCrossentropyOptions {
  std::string name = "sparse_categorical_crossentropy";
  bool from_logits = false;
  std::optional<int> ignore_class = {};
  int axis = -1;
};

/// With ignore_class, as in Keras: ignored samples have the value 0; without weights they still
/// count in the mean, with weights they are left out.
class SparseCategoricalCrossentropy : public MeanMetricWrapper {
 public:
  explicit SparseCategoricalCrossentropy(SparseCategoricalCrossentropyOptions options = {});
  void update_on_tape(Node y_true, Node y_pred, const Tensor& sample_weight = {}) override;

 private:
  const Tensor& without_ignored(const Tensor& y_true, const Tensor& sample_weight);
  std::optional<int> ignore_class_;
  Tensor weights_;
};

}  // namespace keratin::metrics
