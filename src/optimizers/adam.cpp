#include "keratin/optimizers/adam.hpp"

#include <cmath>
#include <utility>

#include "kernels/simd.hpp"
#include "optimizers/elements.hpp"

namespace keratin::optimizers {

namespace {

// The larger; NaN if either is, as TensorFlow's maximum.
float maximum(float a, float b) { return a >= b || std::isnan(a) ? a : b; }

void update_amsgrad(float* w, float* m, float* v, float* largest, const float* g, std::size_t n,
                    const kernels::AdamStep& step) {
  for (std::size_t i = 0; i < n; ++i) {
    m[i] += (g[i] - m[i]) * step.rate_1;
    v[i] += (g[i] * g[i] - v[i]) * step.rate_2;
    largest[i] = maximum(largest[i], v[i]);
    w[i] -= m[i] * step.learning_rate / (std::sqrt(largest[i]) + step.epsilon);
  }
}

}  // namespace

Adam::Adam(AdamOptions options) : Configured(with_default_name(std::move(options), "adam")) {
  const AdamOptions& given = this->options();
  const auto check_beta = [this](const char* field, double beta) {
    check(beta >= 0 && beta < 1, name(), field, " is ", beta, ", wanted 0 to below 1");
  };
  check_beta("beta_1", given.beta_1);
  check_beta("beta_2", given.beta_2);
}

std::vector<Optimizer::Slot> Adam::slots() const {
  std::vector<Slot> slots = {{"momentum"}, {"velocity"}};
  if (options().amsgrad) slots.push_back({"velocity_hat"});
  return slots;
}

void Adam::prepare(const Step& step) {
  corrected_rate_ = step.learning_rate * std::sqrt(bias_correction(options().beta_2, step.number)) /
                    bias_correction(options().beta_1, step.number);
}

void Adam::update(const Slice& slice, const Step&) const {
  const AdamOptions& given = options();
  const kernels::AdamStep adam{corrected_rate_, static_cast<float>(1 - given.beta_1),
                               static_cast<float>(1 - given.beta_2),
                               static_cast<float>(given.epsilon)};
  if (given.amsgrad)
    update_amsgrad(slice.weights, slice.slots[0], slice.slots[1], slice.slots[2], slice.gradient,
                   slice.size, adam);
  else
    kernels::simd().adam(slice.weights, slice.slots[0], slice.slots[1], slice.gradient, slice.size,
                         adam);
}

}  // namespace keratin::optimizers
