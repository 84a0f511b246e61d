#include "keratin/optimizers/rmsprop.hpp"

#include "kernels/simd.hpp"

namespace keratin::optimizers {

RMSprop::RMSprop(RMSpropOptions options)
    : Configured(with_default_name(std::move(options), "rm_sprop")) {
  const RMSpropOptions& given = this->options();
  check(given.rho >= 0 && given.rho <= 1, name(), "rho is ", given.rho, ", wanted 0 to 1");
  check(given.momentum >= 0, name(), "momentum is ", given.momentum, ", wanted 0 or more");
}

std::vector<Optimizer::Slot> RMSprop::slots() const {
  std::vector<Slot> slots = {{"velocity"}};
  if (options().momentum > 0) slots.push_back({.name = "momentum", .pass = 1});
  if (options().centered) slots.push_back({.name = "average_gradient", .pass = 2});
  return slots;
}

template <bool with_momentum, bool centered>
void RMSprop::update_with(const Slice& slice, float learning_rate) const {
  const RMSpropOptions& given = options();
  kernels::update(
      kernels::rules::RMSprop<with_momentum, centered>{
          learning_rate, static_cast<float>(given.rho), static_cast<float>(1 - given.rho),
          static_cast<float>(given.momentum), static_cast<float>(given.epsilon)},
      slice.weights, slice.gradient, slice.slots.data(), slice.size);
}

void RMSprop::update(const Slice& slice, const Step& step) const {
  const bool centered = options().centered;
  if (options().momentum > 0)
    centered ? update_with<true, true>(slice, step.learning_rate)
             : update_with<true, false>(slice, step.learning_rate);
  else
    centered ? update_with<false, true>(slice, step.learning_rate)
             : update_with<false, false>(slice, step.learning_rate);
}

}  // namespace keratin::optimizers
