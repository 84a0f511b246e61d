// A step of any optimizer. What it is made of is described at Optimizer::apply.
#include "keratin/optimizers/optimizer.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "keratin/check.hpp"
#include "keratin/flush_denormals.hpp"
#include "keratin/ops.hpp"
#include "optimizers/elements.hpp"

namespace keratin {

namespace {

constexpr std::size_t most_slots = 8;

bool is_on(const std::optional<double>& clip) { return clip && *clip > 0; }

bool takes_part(const Variable& variable) { return variable.trainable && variable.grad.defined(); }

// to[i] = f(from[i])
template <class F>
void map(const Tensor& from, Tensor& to, F f) {
  for_each_element(from.size(),
                   [x = from.data(), y = to.data(), f](std::size_t i) { y[i] = f(x[i]); });
}

}  // namespace

void Optimizer::apply(std::span<Variable* const> variables) {
  if (variables.empty()) return;
  check_gradients(variables);
  const FlushDenormals flush;
  expected_ = 0;
  const bool updates = (calls_ + 1) % accumulation_steps() == 0;
  if (accumulates()) accumulate(variables, /*last=*/updates);
  if (updates) update_all(variables);
  if (use_ema()) average(variables);
  constrain(variables);
  ++calls_;
}

void Optimizer::check_gradients(std::span<Variable* const> variables) const {
  bool any = false;
  for (const Variable* variable : variables) {
    if (!takes_part(*variable)) continue;
    any = true;
    check(variable->grad.shape() == variable->value.shape(), name(), "the gradient of '",
          variable->name, "' has shape ", variable->grad.shape(), ", its value has shape ",
          variable->value.shape());
  }
  check(any, name(), "no variable has a gradient: call the tape's backward() first");
}

// Adds the gradients to the accumulators, which the last call turns into their means.
void Optimizer::accumulate(std::span<Variable* const> variables, bool last) {
  const float scale = divisor();
  const float count = last ? static_cast<float>(accumulation_steps()) : 1;
  for (const Variable* variable : variables) {
    if (!takes_part(*variable)) continue;
    Tensor& sum = accumulator_of(state_of(*variable));
    for_each_element(sum.size(), [s = sum.data(), g = variable->grad.data(), scale,
                                  count](std::size_t i) { s[i] = (g[i] / scale + s[i]) / count; });
  }
}

void Optimizer::update_all(std::span<Variable* const> variables) {
  const Step step{iterations() + 1, static_cast<float>(learning_rate())};
  const float norm = is_on(common_.global_clipnorm) ? global_norm(variables) : 0;
  prepare(step);
  expected_ = 0;
  for (Variable* variable : variables) {
    if (!takes_part(*variable)) continue;
    VariableState& state = state_of(*variable);
    const Tensor& gradient = gradient_of(*variable, state, norm);
    const std::optional<double> weight_decay = weight_decay_of(*variable);
    if (weight_decay && state.decays)
      add_scaled(1, variable->value, -static_cast<float>(*weight_decay) * step.learning_rate,
                 variable->value);
    update_variable(variable->value, gradient, rule_slots_of(state), step);
    if (accumulates()) accumulator_of(state).fill(0);
  }
}

float Optimizer::divisor() const {
  return static_cast<float>(common_.loss_scale_factor.value_or(1));
}

float Optimizer::global_norm(std::span<Variable* const> variables) {
  double sum = 0;
  expected_ = 0;
  for (const Variable* variable : variables)
    if (takes_part(*variable))
      sum += sum_of_squares(accumulates() ? accumulator_of(state_of(*variable)) : variable->grad);
  return norm_of(sum) / (accumulates() ? 1 : divisor());
}

// The gradient that the rule sees: that of the variable, or the mean of those accumulated, divided
// by loss_scale_factor and clipped.
const Tensor& Optimizer::gradient_of(const Variable& variable, VariableState& state,
                                     float global_norm) {
  const Tensor& source = accumulates() ? accumulator_of(state) : variable.grad;
  const float scale = accumulates() ? 1 : divisor();
  const bool clips =
      is_on(common_.clipnorm) || is_on(common_.clipvalue) || is_on(common_.global_clipnorm);
  if (!clips && scale == 1) return source;
  gradient_.resize(source.shape());
  if (is_on(common_.clipnorm)) {
    const auto limit = static_cast<float>(*common_.clipnorm);
    const float length = std::max(norm_of(sum_of_squares(source)) / scale, limit);  // NaN stays NaN
    map(source, gradient_, [=](float g) { return g / scale * limit / length; });
  } else if (is_on(common_.global_clipnorm)) {
    const auto limit = static_cast<float>(*common_.global_clipnorm);
    const float nan_unless_finite = global_norm - global_norm;
    const float factor = limit * std::min(1 / global_norm, 1 / limit) + nan_unless_finite;
    map(source, gradient_, [=](float g) { return g / scale * factor; });
  } else if (is_on(common_.clipvalue)) {
    const auto limit = static_cast<float>(*common_.clipvalue);
    map(source, gradient_, [=](float g) {
      const float scaled = g / scale;
      return scaled < -limit ? -limit : scaled > limit ? limit : scaled;
    });
  } else {
    map(source, gradient_, [=](float g) { return g / scale; });
  }
  return gradient_;
}

void Optimizer::update_variable(Tensor& weights, const Tensor& gradient, std::span<Tensor> slots,
                                const Step& step) {
  check<std::logic_error>(slots.size() <= most_slots, name(), "has more than ", most_slots,
                          " slots");
  kernels::parallel_slices(weights.size(), weights_in_slice,
                           [&](std::size_t first, std::size_t size) {
                             std::array<float*, most_slots> starts{};
                             for (std::size_t i = 0; i < slots.size(); ++i)
                               starts[i] = slots[i].data() + first;
                             update({weights.data() + first, gradient.data() + first,
                                     std::span<float* const>(starts.data(), slots.size()), size},
                                    step);
                           });
}

// The first average is the weights themselves.
void Optimizer::average(std::span<Variable* const> variables) {
  const auto momentum = iterations() == 0 ? 0 : static_cast<float>(common_.ema_momentum);
  const long update = iterations() + 1;
  const bool overwrite =
      common_.ema_overwrite_frequency && update % *common_.ema_overwrite_frequency == 0;
  expected_ = 0;
  for (Variable* variable : variables) {
    if (!variable->trainable) continue;
    Tensor& average = average_of(state_of(*variable));
    add_scaled(momentum, average, 1 - momentum, variable->value);
    if (overwrite)
      std::copy(average.values().begin(), average.values().end(), variable->value.values().begin());
  }
}

void Optimizer::constrain(std::span<Variable* const> variables) {
  constraints_.tape.begin(/*recording=*/false);
  for (Variable* variable : variables) {
    if (!variable->constraint || !takes_part(*variable)) continue;
    const Tensor& value = variable->constraint->applied(constraints_.tape, variable->value);
    std::copy(value.values().begin(), value.values().end(), variable->value.values().begin());
  }
}

Node Optimizer::scale_loss(Node loss) const {
  return common_.loss_scale_factor ? loss * divisor() : loss;
}

void Optimizer::finalize_variable_values(std::span<Variable* const> variables) {
  if (!use_ema()) return;
  const FlushDenormals flush;
  for (Variable* variable : variables) {
    const std::size_t state = find_state(*variable);
    if (state < states_.size()) variable->value = average_of(states_[state]);
  }
}

void Optimizer::swap_averages(std::span<Variable* const> variables) {
  check(use_ema(), name(), "there are no averages of the weights: set use_ema");
  for (Variable* variable : variables) std::swap(variable->value, average_of(state_of(*variable)));
}

}  // namespace keratin
