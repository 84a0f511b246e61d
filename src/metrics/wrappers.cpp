#include "keratin/metrics/wrappers.hpp"

#include <utility>

#include "core/replicas.hpp"
#include "metrics/options.hpp"

namespace keratin::metrics {

namespace {

// The function, followed by a check of what it gives.
MeanMetricWrapper::Function checked(MeanMetricWrapper::Function function, std::string name) {
  check(bool(function), name, "the function is empty");
  return [function = std::move(function), name = std::move(name)](Node y_true, Node y_pred) {
    const Node values = function(y_true, y_pred);
    const Shape& shape = values.shape();
    const Shape& rows = y_pred.shape();
    const bool fits = shape.empty() || rows.empty() || shape.front() == rows.front();
    check(fits, name, "the function gave values of shape ", shape, " for y_pred of shape ", rows,
          ", wanted one for each of the ", rows.empty() ? 1 : rows.front(),
          " samples or one for the batch");
    return values;
  };
}

std::string name_of(const LossMetricOptions& options) {
  check(bool(options.loss), "LossMetric", "there is no loss: give one");
  return name_or(options.name, options.loss->name.c_str());
}

}  // namespace

MeanMetricWrapper::MeanMetricWrapper(Function function, MetricOptions options)
    : MeanMetricWrapper(name_or(options.name, "mean_metric_wrapper"), Direction::unknown,
                        checked(std::move(function), name_or(options.name, "MeanMetricWrapper"))) {}

MeanMetricWrapper::MeanMetricWrapper(std::string metric_name, Direction metric_direction,
                                     Function function)
    : RunningMean(std::move(metric_name), metric_direction), function_(std::move(function)) {}

void MeanMetricWrapper::update_state(const Tensor& y_true, const Tensor& y_pred,
                                     const Tensor& sample_weight) {
  if (own_.tape == nullptr) own_.tape = std::make_unique<GradientTape>();
  own_.tape->begin(/*recording=*/false);
  update_on_tape(own_.tape->constant(y_true), own_.tape->constant(y_pred), sample_weight);
}

void MeanMetricWrapper::update_on_tape(Node y_true, Node y_pred, const Tensor& sample_weight) {
  add_node(function_(y_true, y_pred), sample_weight);
}

// A value for the whole batch, which all processes have, counts in one of them.
void MeanMetricWrapper::add_node(Node values, const Tensor& sample_weight) {
  const Replicas* const processes = values.tape().replicas();
  if (processes && !processes->is_first() && !values.is_divided()) return;
  add_values(values.value(), sample_weight);
}

Config MeanMetricWrapper::get_config() const {
  fail(name, "a metric that is a function of the program's cannot be described");
}

LossMetric::LossMetric(LossMetricOptions options)
    : Configured(options, name_of(options), Direction::down,
                 [loss = options.loss](Node y_true, Node y_pred) { return loss(y_true, y_pred); }) {
}

LossMetric::LossMetric(LossHandle loss, LossMetricOptions options)
    : LossMetric(with(std::move(options), &LossMetricOptions::loss, std::move(loss))) {}

void LossMetric::update_on_tape(Node y_true, Node y_pred, const Tensor& sample_weight) {
  if (!sample_weight.defined()) return MeanMetricWrapper::update_on_tape(y_true, y_pred);
  const Node weight = y_true.tape().constant(sample_weight);
  add_node(options().loss(y_true, y_pred, weight), {});
}

}  // namespace keratin::metrics
