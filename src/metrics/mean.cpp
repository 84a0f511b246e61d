#include "keratin/metrics/mean.hpp"

#include <utility>

#include "metrics/options.hpp"
#include "metrics/shapes.hpp"

namespace keratin::metrics {

namespace {

[[noreturn]] void fail_without_function(const std::string& name) {
  fail(name, "takes values and weights: for y_true and y_pred give a function of them instead");
}

}  // namespace

RunningMean::RunningMean(std::string metric_name, Direction metric_direction)
    : Metric(std::move(metric_name), metric_direction) {}

double RunningMean::result() const { return sum_.weights == 0 ? 0 : sum_.values / sum_.weights; }

void RunningMean::add(const WeightedSum& batch) {
  sum_.values += batch.values;
  sum_.weights += batch.weights;
}

void RunningMean::add_values(const Tensor& values, const Tensor& sample_weight) {
  const float* v = values.data();
  add(average(name, values.shape(), sample_weight, [v](std::size_t i) { return v[i]; }));
}

Mean::Mean(MetricOptions options)
    : Configured(options, name_or(options.name, "mean"), Direction::unknown) {}

void Mean::update_state(const Tensor& values, const Tensor& sample_weight) {
  add_values(values, sample_weight);
}

void Mean::update_state(const Tensor&, const Tensor&, const Tensor&) {
  fail_without_function(name);
}

Sum::Sum(MetricOptions options) : Configured(options, name_or(options.name, "sum")) {}

void Sum::update_state(const Tensor& values, const Tensor& sample_weight) {
  const Weights weights(name, sample_weight, values.shape());
  for (std::size_t i = 0; i < values.size(); ++i)
    total_ += weights[i] * static_cast<double>(values.data()[i]);
}

void Sum::update_state(const Tensor&, const Tensor&, const Tensor&) { fail_without_function(name); }

void RunningMean::set_state(std::span<const double> state) {
  check_state(state, 2);
  sum_ = {state[0], state[1]};
}

void Sum::set_state(std::span<const double> state) {
  check_state(state, 1);
  total_ = state[0];
}

}  // namespace keratin::metrics
