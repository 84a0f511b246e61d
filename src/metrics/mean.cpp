#include "keratin/metrics/mean.hpp"

#include <cmath>
#include <utility>

#include "metrics/naming.hpp"
#include "metrics/shapes.hpp"

namespace keratin {

Metric::Metric(std::string name, Direction direction)
    : name(std::move(name)), direction(direction) {}
Metric::~Metric() = default;

Tensor Metric::results() const { return static_cast<float>(result()); }

void Metric::update_on_tape(Node y_true, Node y_pred, const Tensor& sample_weight) {
  update_state(y_true.value(), y_pred.value(), sample_weight);
}

namespace metrics {

Mean::Mean(MetricOptions options)
    : Mean(name_or(std::move(options.name), "mean"), Direction::unknown) {}

void Mean::update_state(const Tensor& values, const Tensor& sample_weight) {
  const Totals totals = average(name, values.shape(), sample_weight,
                                [v = values.data()](std::size_t i) { return v[i]; });
  add(totals.values, totals.weights);
}

void Mean::update_state(const Tensor&, const Tensor&, const Tensor&) {
  fail(name, "takes values and weights: for y_true and y_pred give a function of them instead");
}

Sum::Sum(MetricOptions options) : Metric(name_or(std::move(options.name), "sum")) {}

void Sum::update_state(const Tensor& values, const Tensor& sample_weight) {
  const Weights weights(name, sample_weight, values.shape());
  for (std::size_t i = 0; i < values.size(); ++i)
    total_ += weights[i] * static_cast<double>(values.data()[i]);
}

void Sum::update_state(const Tensor&, const Tensor&, const Tensor&) {
  fail(name, "takes values and weights: for y_true and y_pred give a function of them instead");
}

RootMeanSquaredError::RootMeanSquaredError(MetricOptions options)
    : Mean(name_or(std::move(options.name), "root_mean_squared_error"), Direction::down) {}

void RootMeanSquaredError::update_state(const Tensor& y_true, const Tensor& y_pred,
                                        const Tensor& sample_weight) {
  const Shape shape = common_shape(name, y_true.shape(), y_pred.shape());
  const Totals totals =
      average(name, shape, sample_weight, [t = y_true.data(), p = y_pred.data()](std::size_t i) {
        const double error = static_cast<double>(p[i]) - static_cast<double>(t[i]);
        return error * error;
      });
  add(totals.values, totals.weights);
}

double RootMeanSquaredError::result() const { return std::sqrt(Mean::result()); }

MeanMetricWrapper::MeanMetricWrapper(Function function, MetricOptions options)
    : MeanMetricWrapper(std::move(function), std::move(options), "mean_metric_wrapper",
                        Direction::unknown) {}

MeanMetricWrapper::MeanMetricWrapper(Function function, MetricOptions options, const char* name,
                                     Direction direction)
    : Mean(name_or(std::move(options.name), name), direction), function_(std::move(function)) {
  check(bool(function_), "MeanMetricWrapper", "the function is empty");
}

void MeanMetricWrapper::update_state(const Tensor& y_true, const Tensor& y_pred,
                                     const Tensor& sample_weight) {
  if (own_.tape == nullptr) own_.tape = std::make_unique<GradientTape>();
  own_.tape->begin(/*recording=*/false);
  update_on_tape(own_.tape->constant(y_true), own_.tape->constant(y_pred), sample_weight);
}

void MeanMetricWrapper::update_on_tape(Node y_true, Node y_pred, const Tensor& sample_weight) {
  Mean::update_state(function_(y_true, y_pred).value(), sample_weight);
}

LossMetric::LossMetric(LossHandle loss, MetricOptions options)
    : MeanMetricWrapper([loss](Node y_true, Node y_pred) { return loss(y_true, y_pred); },
                        std::move(options), loss->name.c_str(), Direction::down),
      loss_(std::move(loss)) {}

void LossMetric::update_on_tape(Node y_true, Node y_pred, const Tensor& sample_weight) {
  if (!sample_weight.defined()) return MeanMetricWrapper::update_on_tape(y_true, y_pred);
  Mean::update_state(loss_(y_true, y_pred, y_true.tape().constant(sample_weight)).value());
}

}  // namespace metrics

}  // namespace keratin
