#include "keratin/optimizers/adam.hpp"

#include <cmath>

#include "kernels/simd.hpp"
#include "optimizers/betas.hpp"

namespace keratin::optimizers {

void AdamBase::check_betas() const {
  check_beta(name(), "beta_1", beta_1_);
  check_beta(name(), "beta_2", beta_2_);
}

std::vector<Optimizer::Slot> AdamBase::slots() const {
  std::vector<Slot> slots = {{"momentum"}, {"velocity"}};
  if (amsgrad_) slots.push_back({.name = "velocity_hat", .pass = 1});
  return slots;
}

void AdamBase::prepare(const Step& step) {
  corrected_rate_ = step.learning_rate * std::sqrt(bias_correction(beta_2_, step.number)) /
                    bias_correction(beta_1_, step.number);
}

void AdamBase::update(const Slice& slice, const Step&) const {
  const auto rate_1 = static_cast<float>(1 - beta_1_);
  const auto rate_2 = static_cast<float>(1 - beta_2_);
  if (amsgrad_)
    kernels::update(kernels::rules::AdamAmsgrad{corrected_rate_, rate_1, rate_2, epsilon_},
                    slice.weights, slice.gradient, slice.slots.data(), slice.size);
  else
    kernels::simd().adam(slice.weights, slice.slots[0], slice.slots[1], slice.gradient, slice.size,
                         {corrected_rate_, rate_1, rate_2, epsilon_});
}

}  // namespace keratin::optimizers
