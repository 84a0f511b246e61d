#include "keratin/metrics/metric.hpp"

#include <utility>

#include "keratin/check.hpp"

namespace keratin {

Metric::Metric(std::string metric_name, Direction metric_direction)
    : name(std::move(metric_name)), direction(metric_direction) {}
Metric::~Metric() = default;

void Metric::update_on_tape(Node y_true, Node y_pred, const Tensor& sample_weight) {
  update_state(y_true.value(), y_pred.value(), sample_weight);
}

Tensor Metric::results() const { return static_cast<float>(result()); }

Config Metric::get_config() const {
  fail(name, "this class has no list of its fields: derive it from Configured");
}

void Metric::set_state(std::span<const double> state) { check_state(state, 0); }

void Metric::check_state(std::span<const double> state, std::size_t wanted) const {
  check(state.size() == wanted, name, "got a state of ", state.size(), " numbers, wanted ", wanted);
}

}  // namespace keratin
