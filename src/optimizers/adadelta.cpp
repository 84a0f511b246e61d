#include "keratin/optimizers/adadelta.hpp"

#include "kernels/simd.hpp"

namespace keratin::optimizers {

Adadelta::Adadelta(AdadeltaOptions options)
    : Configured(with_default_name(std::move(options), "adadelta")) {
  const AdadeltaOptions& given = this->options();
  check(given.rho >= 0 && given.rho <= 1, name(), "rho is ", given.rho, ", wanted 0 to 1");
}

std::vector<Optimizer::Slot> Adadelta::slots() const {
  return {{"accumulated_grad"}, {"accumulated_delta_var"}};
}

void Adadelta::update(const Slice& slice, const Step& step) const {
  const AdadeltaOptions& given = options();
  const kernels::rules::Adadelta rule{step.learning_rate, static_cast<float>(given.rho),
                                      static_cast<float>(1 - given.rho),
                                      static_cast<float>(given.epsilon)};
  kernels::update(rule, slice.weights, slice.gradient, slice.slots.data(), slice.size);
}

}  // namespace keratin::optimizers
