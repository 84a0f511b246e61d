#include "keratin/optimizers/lion.hpp"

#include "kernels/simd.hpp"

namespace keratin::optimizers {

Lion::Lion(LionOptions options) : Configured(with_default_name(std::move(options), "lion")) {
  const LionOptions& given = this->options();
  check(given.beta_1 > 0 && given.beta_1 <= 1, name(), "beta_1 is ", given.beta_1,
        ", wanted more than 0, up to 1");
  check(given.beta_2 >= 0 && given.beta_2 <= 1, name(), "beta_2 is ", given.beta_2,
        ", wanted 0 to 1");
}

std::vector<Optimizer::Slot> Lion::slots() const { return {{"momentum"}}; }

void Lion::update(const Slice& slice, const Step& step) const {
  const LionOptions& given = options();
  const float beta_1 = static_cast<float>(given.beta_1), beta_2 = static_cast<float>(given.beta_2);
  const kernels::rules::Lion rule{step.learning_rate, beta_1, 1 - beta_1, beta_2, 1 - beta_2};
  kernels::update(rule, slice.weights, slice.gradient, slice.slots.data(), slice.size);
}

}  // namespace keratin::optimizers
