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
    : MeanLoss(options, "mean_squared_error", losses::mean_squared_error) {}

MeanAbsoluteError::MeanAbsoluteError(MetricOptions options)
    : MeanLoss(options, "mean_absolute_error", losses::mean_absolute_error) {}

MeanAbsolutePercentageError::MeanAbsolutePercentageError(MetricOptions options)
    : MeanLoss(options, "mean_absolute_percentage_error", losses::mean_absolute_percentage_error) {}

MeanSquaredLogarithmicError::MeanSquaredLogarithmicError(MetricOptions options)
    : MeanLoss(options, "mean_squared_logarithmic_error", losses::mean_squared_logarithmic_error) {}

LogCoshError::LogCoshError(MetricOptions options)
    : MeanLoss(options, "logcosh", losses::log_cosh) {}

Poisson::Poisson(MetricOptions options) : MeanLoss(options, "poisson", losses::poisson) {}

KLDivergence::KLDivergence(MetricOptions options)
    : MeanLoss(options, "kl_divergence", losses::kl_divergence) {}

Hinge::Hinge(MetricOptions options) : MeanLoss(options, "hinge", losses::hinge) {}

SquaredHinge::SquaredHinge(MetricOptions options)
    : MeanLoss(options, "squared_hinge", losses::squared_hinge) {}

CategoricalHinge::CategoricalHinge(MetricOptions options)
    : MeanLoss(options, "categorical_hinge", losses::categorical_hinge) {}

}  // namespace keratin::metrics
