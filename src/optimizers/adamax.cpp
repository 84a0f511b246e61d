#include "keratin/optimizers/adamax.hpp"

#include "kernels/simd.hpp"
#include "optimizers/betas.hpp"

namespace keratin::optimizers {

Adamax::Adamax(AdamaxOptions options)
    : Configured(with_default_name(std::move(options), "adamax")) {
  const AdamaxOptions& given = this->options();
  check_beta(name(), "beta_1", given.beta_1);
  check_beta(name(), "beta_2", given.beta_2);
}

std::vector<Optimizer::Slot> Adamax::slots() const { return {{"momentum"}, {"norm"}}; }

void Adamax::update(const Slice& slice, const Step& step) const {
  const AdamaxOptions& given = options();
  const kernels::rules::Adamax rule{
      step.learning_rate, static_cast<float>(1 - given.beta_1), static_cast<float>(given.beta_2),
      bias_correction(given.beta_1, step.number), static_cast<float>(given.epsilon)};
  kernels::update(rule, slice.weights, slice.gradient, slice.slots.data(), slice.size);
}

}  // namespace keratin::optimizers
