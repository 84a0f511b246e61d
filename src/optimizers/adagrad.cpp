#include "keratin/optimizers/adagrad.hpp"

#include "kernels/simd.hpp"

namespace keratin::optimizers {

Adagrad::Adagrad(AdagradOptions options)
    : Configured(with_default_name(std::move(options), "adagrad")) {
  const AdagradOptions& given = this->options();
  check(given.initial_accumulator_value >= 0, name(), "initial_accumulator_value is ",
        given.initial_accumulator_value, ", wanted 0 or more");
}

std::vector<Optimizer::Slot> Adagrad::slots() const {
  return {{"accumulator", options().initial_accumulator_value}};
}

void Adagrad::update(const Slice& slice, const Step& step) const {
  const AdagradOptions& given = options();
  const kernels::rules::Adagrad rule{step.learning_rate, static_cast<float>(given.epsilon)};
  kernels::update(rule, slice.weights, slice.gradient, slice.slots.data(), slice.size);
}

}  // namespace keratin::optimizers
