#include "keratin/optimizers/rmsprop.hpp"

#include <cmath>

namespace keratin::optimizers {

RMSprop::RMSprop(RMSpropOptions options)
    : Configured(with_default_name(std::move(options), "rmsprop")) {
  const RMSpropOptions& given = this->options();
  check(given.rho >= 0 && given.rho <= 1, name(), "rho is ", given.rho, ", wanted 0 to 1");
  check(given.momentum >= 0, name(), "momentum is ", given.momentum, ", wanted 0 or more");
}

std::vector<Optimizer::Slot> RMSprop::slots() const {
  std::vector<Slot> slots = {{"velocity"}};
  if (options().momentum > 0) slots.push_back({"momentum"});
  if (options().centered) slots.push_back({"average_gradient"});
  return slots;
}

void RMSprop::update(const Slice& slice, const Step& step) const {
  const auto rho = static_cast<float>(options().rho);
  const auto rate = static_cast<float>(1 - options().rho);
  const auto momentum = static_cast<float>(options().momentum);
  const auto epsilon = static_cast<float>(options().epsilon);
  float* velocity = slice.slots[0];
  float* change = momentum > 0 ? slice.slots[1] : nullptr;
  float* average = options().centered ? slice.slots.back() : nullptr;
  for (std::size_t i = 0; i < slice.size; ++i) {
    const float g = slice.gradient[i];
    velocity[i] = rho * velocity[i] + rate * (g * g);
    float variance = velocity[i];
    if (average) {
      average[i] = rho * average[i] + rate * g;
      variance -= average[i] * average[i];
    }
    float delta = step.learning_rate * g / std::sqrt(variance + epsilon);
    if (change) {
      delta += momentum * change[i];
      change[i] = delta;
    }
    slice.weights[i] -= delta;
  }
}

}  // namespace keratin::optimizers
