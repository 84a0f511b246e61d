#include "keratin/optimizers/optimizer.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "keratin/check.hpp"
#include "kernels/pool.hpp"

namespace keratin {

namespace {

constexpr std::size_t grain = 1 << 14;  // weights in a slice
constexpr std::size_t most_slots = 8;

bool is_on(const std::optional<double>& clip) { return clip && *clip > 0; }

// Sum of squares. Eight sums side by side let the compiler use vector registers.
double squares(const Tensor& tensor) {
  double sums[8] = {};
  const float* values = tensor.data();
  const std::size_t n = tensor.size(), even = n - n % 8;
  for (std::size_t i = 0; i < even; i += 8)
    for (std::size_t lane = 0; lane < 8; ++lane)
      sums[lane] += double{values[i + lane]} * values[i + lane];
  for (std::size_t i = even; i < n; ++i) sums[i - even] += double{values[i]} * values[i];
  return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

// Keras sums in float32: squares that overflow there give an infinite norm.
float norm(double sum_of_squares) { return std::sqrt(static_cast<float>(sum_of_squares)); }

void decay(Tensor& weights, float weight_decay, float learning_rate) {
  for (float& w : weights.values()) w -= w * weight_decay * learning_rate;
}

bool takes_part(const Variable& variable) { return variable.trainable && variable.grad.defined(); }

}  // namespace

Optimizer::Optimizer(OptimizerOptions options) : common_(std::move(options)) {
  set_learning_rate(common_.learning_rate);
  const int clips = common_.clipnorm.has_value() + common_.clipvalue.has_value() +
                    common_.global_clipnorm.has_value();
  check(clips <= 1, name(), "got more than one of clipnorm, clipvalue and global_clipnorm");
}

Config Optimizer::get_config() const {
  fail(name(), "this class has no list of its fields: derive it from Configured");
}

void Optimizer::set_learning_rate(double learning_rate) {
  check(learning_rate >= 0, name(), "learning_rate is ", learning_rate, ", wanted 0 or more");
  common_.learning_rate = learning_rate;
}

void Optimizer::set_iterations(long iterations) {
  check(iterations >= 0, name(), "iterations is ", iterations, ", wanted 0 or more");
  iterations_ = iterations;
}

Optimizer::VariableState* Optimizer::find_state(const Variable& variable) {
  const std::uint64_t wanted = variable.id.number();
  if (expected_ < states_.size() && states_[expected_].variable == wanted)
    return &states_[expected_];
  for (VariableState& state : states_)
    if (state.variable == wanted) return &state;
  return nullptr;
}

Optimizer::VariableState& Optimizer::state_of(const Variable& variable) {
  VariableState* state = find_state(variable);
  if (!state) {
    state = &states_.emplace_back(VariableState{variable.id.number(), {}});
    for (const Slot& slot : slots())
      state->slots.push_back(
          Tensor::full(variable.value.shape(), static_cast<float>(slot.initial_value)));
  }
  expected_ = static_cast<std::size_t>(state - states_.data()) + 1;
  for (const Tensor& slot : state->slots)
    check(slot.shape() == variable.value.shape(), name(), "variable '", variable.name,
          "' has shape ", variable.value.shape(), ", it had ", slot.shape(), " in earlier steps");
  return *state;
}

std::size_t Optimizer::slot_index(std::string_view slot_name) const {
  const std::vector<Slot> all = slots();
  for (std::size_t i = 0; i < all.size(); ++i)
    if (slot_name == all[i].name) return i;
  fail(name(), "there is no slot '", slot_name,
       "' among: ", joined(all, [](const Slot& slot) { return slot.name; }));
}

Tensor Optimizer::slot(const Variable& variable, std::string_view slot_name) const {
  const std::size_t index = slot_index(slot_name);
  for (const VariableState& state : states_)
    if (state.variable == variable.id.number()) return state.slots[index];
  return Tensor::full(variable.value.shape(), static_cast<float>(slots()[index].initial_value));
}

void Optimizer::set_slot(const Variable& variable, std::string_view slot_name, Tensor value) {
  const std::size_t index = slot_index(slot_name);
  check(value.shape() == variable.value.shape(), name(), "slot '", slot_name, "' of variable '",
        variable.name, "' got shape ", value.shape(), ", wanted ", variable.value.shape());
  state_of(variable).slots[index] = std::move(value);
}

const Tensor& Optimizer::clipped(const Tensor& gradient, float global_norm) {
  if (!is_on(common_.clipnorm) && !is_on(common_.clipvalue) && !is_on(common_.global_clipnorm))
    return gradient;
  clipped_.resize(gradient.shape());
  const auto write = [&](auto clip) {
    std::transform(gradient.values().begin(), gradient.values().end(), clipped_.values().begin(),
                   clip);
  };
  if (is_on(common_.clipnorm)) {
    const auto limit = static_cast<float>(*common_.clipnorm);
    const float length = std::max(norm(squares(gradient)), limit);  // NaN stays NaN
    write([=](float g) { return g * limit / length; });
  } else if (is_on(common_.global_clipnorm)) {
    const auto limit = static_cast<float>(*common_.global_clipnorm);
    const float nan_unless_finite = global_norm - global_norm;
    const float scale = limit * std::min(1 / global_norm, 1 / limit) + nan_unless_finite;
    write([=](float g) { return g * scale; });
  } else {
    const auto limit = static_cast<float>(*common_.clipvalue);
    write([=](float g) { return g < -limit ? -limit : g > limit ? limit : g; });
  }
  return clipped_;
}

void Optimizer::apply(std::span<Variable* const> variables) {
  if (variables.empty()) return;
  bool any = false;
  double sum_of_squares = 0;
  for (const Variable* variable : variables) {
    if (!takes_part(*variable)) continue;
    any = true;
    check(variable->grad.shape() == variable->value.shape(), name(), "the gradient of '",
          variable->name, "' has shape ", variable->grad.shape(), ", its value has shape ",
          variable->value.shape());
    if (is_on(common_.global_clipnorm)) sum_of_squares += squares(variable->grad);
  }
  check(any, name(), "no variable has a gradient: call the tape's backward() first");

  const Step step{iterations_ + 1, static_cast<float>(common_.learning_rate)};
  const float global_norm = norm(sum_of_squares);
  prepare(step);
  expected_ = 0;
  for (Variable* variable : variables) {
    if (!takes_part(*variable)) continue;
    const Tensor& gradient = clipped(variable->grad, global_norm);
    if (common_.weight_decay)
      decay(variable->value, static_cast<float>(*common_.weight_decay), step.learning_rate);
    update_variable(variable->value, gradient, state_of(*variable).slots, step);
  }
  constrain(variables);
  ++iterations_;
}

void Optimizer::constrain(std::span<Variable* const> variables) {
  constraints_.tape.begin(/*recording=*/false);
  for (Variable* variable : variables) {
    if (!variable->constraint || !takes_part(*variable)) continue;
    const Tensor& value = variable->constraint->applied(constraints_.tape, variable->value);
    std::copy(value.values().begin(), value.values().end(), variable->value.values().begin());
  }
}

void Optimizer::update_variable(Tensor& weights, const Tensor& gradient, std::span<Tensor> slots,
                                const Step& step) {
  check<std::logic_error>(slots.size() <= most_slots, name(), "has more than ", most_slots,
                          " slots");
  kernels::parallel_slices(weights.size(), grain, [&](std::size_t first, std::size_t size) {
    std::array<float*, most_slots> starts{};
    for (std::size_t i = 0; i < slots.size(); ++i) starts[i] = slots[i].data() + first;
    update({weights.data() + first, gradient.data() + first,
            std::span<float* const>(starts.data(), slots.size()), size},
           step);
  });
}

}  // namespace keratin
