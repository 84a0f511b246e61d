#include "keratin/optimizers/nadam.hpp"

#include <cmath>

#include "kernels/simd.hpp"
#include "optimizers/betas.hpp"

namespace keratin::optimizers {

Nadam::Nadam(NadamOptions options) : Configured(with_default_name(std::move(options), "nadam")) {
  const NadamOptions& given = this->options();
  check_beta(name(), "beta_1", given.beta_1);
  check_beta(name(), "beta_2", given.beta_2);
}

std::vector<Optimizer::Slot> Nadam::slots() const { return {{"momentum"}, {"velocity"}}; }

// beta_1 (1 - 0.96^k / 2) at step k, as Keras rounds it.
static float momentum_at(long number, double beta_1) {
  const auto power = static_cast<float>(std::pow(double{0.96f}, static_cast<double>(number)));
  return static_cast<float>(beta_1) * (1 - 0.5f * power);
}

std::vector<float> Nadam::constants() const {
  float product = 1;
  for (long number = 1; number <= iterations(); ++number)
    product *= momentum_at(number, options().beta_1);
  return {product};
}

// The product of momentum_at() for all steps up to that one: from that of the step before if it is
// known. So it follows from the number of steps and is no state.
float Nadam::momentum_product(long number) {
  if (number < product_number_) {
    product_number_ = 0;
    product_ = 1;
  }
  while (product_number_ < number) product_ *= momentum_at(++product_number_, options().beta_1);
  return product_;
}

void Nadam::prepare(const Step& step) {
  const float now = momentum_at(step.number, options().beta_1);
  const float next = momentum_at(step.number + 1, options().beta_1);
  const float product = momentum_product(step.number);
  of_momentum_ = next / (1 - product * next);
  of_gradient_ = (1 - now) / (1 - product);
}

void Nadam::update(const Slice& slice, const Step& step) const {
  const NadamOptions& given = options();
  const float beta_1 = static_cast<float>(given.beta_1), beta_2 = static_cast<float>(given.beta_2);
  const kernels::rules::Nadam rule{step.learning_rate,
                                   1 - beta_1,
                                   1 - beta_2,
                                   of_momentum_,
                                   of_gradient_,
                                   bias_correction(given.beta_2, step.number),
                                   static_cast<float>(given.epsilon)};
  kernels::update(rule, slice.weights, slice.gradient, slice.slots.data(), slice.size);
}

}  // namespace keratin::optimizers
