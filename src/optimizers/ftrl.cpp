#include "keratin/optimizers/ftrl.hpp"

#include "kernels/simd.hpp"

namespace keratin::optimizers {

Ftrl::Ftrl(FtrlOptions options) : Configured(with_default_name(std::move(options), "ftrl")) {
  const FtrlOptions& given = this->options();
  check(given.learning_rate_power <= 0, name(), "learning_rate_power is ",
        given.learning_rate_power, ", wanted 0 or less");
  check(given.initial_accumulator_value >= 0, name(), "initial_accumulator_value is ",
        given.initial_accumulator_value, ", wanted 0 or more");
  check(given.l1_regularization_strength >= 0, name(), "l1_regularization_strength is ",
        given.l1_regularization_strength, ", wanted 0 or more");
  check(given.l2_regularization_strength >= 0, name(), "l2_regularization_strength is ",
        given.l2_regularization_strength, ", wanted 0 or more");
  check(given.l2_shrinkage_regularization_strength >= 0, name(),
        "l2_shrinkage_regularization_strength is ", given.l2_shrinkage_regularization_strength,
        ", wanted 0 or more");
}

std::vector<Optimizer::Slot> Ftrl::slots() const {
  return {{"accumulator", options().initial_accumulator_value}, {"linear"}};
}

void Ftrl::update(const Slice& slice, const Step& step) const {
  const FtrlOptions& given = options();
  const auto beta = static_cast<float>(given.beta),
             l2 = static_cast<float>(given.l2_regularization_strength);
  const kernels::rules::Ftrl rule{
      step.learning_rate, static_cast<float>(-given.learning_rate_power),
      static_cast<float>(given.l1_regularization_strength),
      2 * (l2 + beta / (2 * step.learning_rate)),
      static_cast<float>(2 * given.l2_shrinkage_regularization_strength)};
  kernels::update(rule, slice.weights, slice.gradient, slice.slots.data(), slice.size);
}

}  // namespace keratin::optimizers
