#include "keratin/optimizers/lamb.hpp"

#include "optimizers/betas.hpp"
#include "optimizers/elements.hpp"

namespace keratin::optimizers {

Lamb::Lamb(LambOptions options) : Configured(with_default_name(std::move(options), "lamb")) {
  check_beta(name(), "beta_1", this->options().beta_1);
  check_beta(name(), "beta_2", this->options().beta_2);
}

std::vector<Optimizer::Slot> Lamb::slots() const { return {{"momentum"}, {"velocity"}}; }

// Of the direction, in the weights' place.
void Lamb::update(const Slice& slice, const Step& step) const {
  const LambOptions& given = options();
  const kernels::rules::LambDirection rule{
      static_cast<float>(1 - given.beta_1), static_cast<float>(1 - given.beta_2),
      bias_correction(given.beta_1, step.number), bias_correction(given.beta_2, step.number),
      static_cast<float>(given.epsilon)};
  kernels::update(rule, slice.weights, slice.gradient, slice.slots.data(), slice.size);
}

void Lamb::update_variable(Tensor& weights, const Tensor& gradient, std::span<Tensor> slots,
                           const Step& step) {
  direction_.resize(weights.shape());
  Optimizer::update_variable(direction_, gradient, slots, step);
  const float length = norm_of(sum_of_squares(weights));
  const float direction_length = norm_of(sum_of_squares(direction_));
  const float ratio = length > 0 && direction_length > 0 ? length / direction_length : 1;
  const float rate = ratio * step.learning_rate;
  add_scaled(1, weights, -rate, direction_);
}

}  // namespace keratin::optimizers
