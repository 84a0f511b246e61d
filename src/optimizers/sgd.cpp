#include "keratin/optimizers/sgd.hpp"

#include "kernels/simd.hpp"

namespace keratin::optimizers {

SGD::SGD(SGDOptions options) : Configured(with_default_name(std::move(options), "sgd")) {
  const double momentum = this->options().momentum;
  check(momentum >= 0 && momentum <= 1, name(), "momentum is ", momentum, ", wanted 0 to 1");
}

std::vector<Optimizer::Slot> SGD::slots() const {
  if (options().momentum == 0) return {};
  return {{"momentum"}};
}

void SGD::update(const Slice& slice, const Step& step) const {
  float* velocity = slice.slots.empty() ? nullptr : slice.slots[0];
  kernels::simd().sgd(slice.weights, velocity, slice.gradient, slice.size, step.learning_rate,
                      static_cast<float>(options().momentum), options().nesterov);
}

}  // namespace keratin::optimizers
