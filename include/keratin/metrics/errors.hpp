#pragma once
// Errors and divergences as metrics. Formulas are those of losses.hpp.

#include "keratin/metrics/mean.hpp"
#include "keratin/metrics/wrappers.hpp"

namespace KERATIN_API keratin {
namespace metrics {

/// Square root of the mean of (y_pred - y_true)^2 over everything seen.
class RootMeanSquaredError : public Configured<RunningMean, MetricOptions> {
 public:
  explicit RootMeanSquaredError(MetricOptions options = {});
  void update_state(const Tensor& y_true, const Tensor& y_pred,
                    const Tensor& sample_weight = {}) override;
  double result() const override;
};

/// Base of the metrics below: the mean over samples of a loss without parameters of its own.
class MeanLoss : public Configured<MeanMetricWrapper, MetricOptions> {
 protected:
  MeanLoss(const MetricOptions& options, const char* default_name, Function loss);
};

/// The mean of losses::mean_squared_error.
struct MeanSquaredError : MeanLoss {
  explicit MeanSquaredError(MetricOptions options = {});
};
/// The mean of losses::mean_absolute_error.
struct MeanAbsoluteError : MeanLoss {
  explicit MeanAbsoluteError(MetricOptions options = {});
};
/// The mean of losses::mean_absolute_percentage_error.
struct MeanAbsolutePercentageError : MeanLoss {
  explicit MeanAbsolutePercentageError(MetricOptions options = {});
};
/// The mean of losses::mean_squared_logarithmic_error.
struct MeanSquaredLogarithmicError : MeanLoss {
  explicit MeanSquaredLogarithmicError(MetricOptions options = {});
};
/// Logged as "logcosh", Keras's name for it.
struct LogCoshError : MeanLoss {
  explicit LogCoshError(MetricOptions options = {});
};
/// The mean of losses::poisson.
struct Poisson : MeanLoss {
  explicit Poisson(MetricOptions options = {});
};
/// The mean of losses::kl_divergence.
struct KLDivergence : MeanLoss {
  explicit KLDivergence(MetricOptions options = {});
};
/// The mean of losses::hinge.
struct Hinge : MeanLoss {
  explicit Hinge(MetricOptions options = {});
};
/// The mean of losses::squared_hinge.
struct SquaredHinge : MeanLoss {
  explicit SquaredHinge(MetricOptions options = {});
};
/// The mean of losses::categorical_hinge.
struct CategoricalHinge : MeanLoss {
  explicit CategoricalHinge(MetricOptions options = {});
};

}  // namespace metrics
}  // namespace keratin
