#include "keratin/metrics/errors.hpp"

#include <cmath>
#include <utility>

#include "metrics/options.hpp"
#include "metrics/shapes.hpp"

namespace keratin::metrics {

RootMeanSquaredError::RootMeanSquaredError(MetricOptions options)
    : Configured(options, name_or(options.name, "root_mean_squared_error"), Direction::down) {}

void RootMeanSquaredError::update_state(const Tensor& y_true, const Tensor& y_pred,
                                        const Tensor& sample_weight) {
  const Shape shape = common_shape(name, y_true.shape(), y_pred.shape());
  const float* t = y_true.data();
  const float* p = y_pred.data();
  add(average(name, shape, sample_weight, [t, p](std::size_t i) {
    const double error = static_cast<double>(p[i]) - static_cast<double>(t[i]);
    return error * error;
  }));
}

double RootMeanSquaredError::result() const { return std::sqrt(RunningMean::result()); }

MeanLoss::MeanLoss(const MetricOptions& options, const char* default_name, Function loss)
    : Configured(options, name_or(options.name, default_name), Direction::down, std::move(loss)) {}

MeanSquaredError::MeanSquaredError(MetricOptions options)
    : MeanLoss(options, "mean_squared_error",
               [](Node t, Node p) { return losses::mean_squared_error(t, p); }) {}

MeanAbsoluteError::MeanAbsoluteError(MetricOptions options)
    : MeanLoss(options, "mean_absolute_error",
               [](Node t, Node p) { return losses::mean_absolute_error(t, p); }) {}

MeanAbsolutePercentageError::MeanAbsolutePercentageError(MetricOptions options)
    : MeanLoss(options, "mean_absolute_percentage_error",
               [](Node t, Node p) { return losses::mean_absolute_percentage_error(t, p); }) {}

MeanSquaredLogarithmicError::MeanSquaredLogarithmicError(MetricOptions options)
    : MeanLoss(options, "mean_squared_logarithmic_error",
               [](Node t, Node p) { return losses::mean_squared_logarithmic_error(t, p); }) {}

LogCoshError::LogCoshError(MetricOptions options)
    : MeanLoss(options, "logcosh", [](Node t, Node p) { return losses::log_cosh(t, p); }) {}

Poisson::Poisson(MetricOptions options)
    : MeanLoss(options, "poisson", [](Node t, Node p) { return losses::poisson(t, p); }) {}

KLDivergence::KLDivergence(MetricOptions options)
    : MeanLoss(options, "kl_divergence",
               [](Node t, Node p) { return losses::kl_divergence(t, p); }) {}

Hinge::Hinge(MetricOptions options)
    : MeanLoss(options, "hinge", [](Node t, Node p) { return losses::hinge(t, p); }) {}

SquaredHinge::SquaredHinge(MetricOptions options)
    : MeanLoss(options, "squared_hinge",
               [](Node t, Node p) { return losses::squared_hinge(t, p); }) {}

CategoricalHinge::CategoricalHinge(MetricOptions options)
    : MeanLoss(options, "categorical_hinge",
               [](Node t, Node p) { return losses::categorical_hinge(t, p); }) {}

}  // namespace keratin::metrics
