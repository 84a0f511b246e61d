#include "keratin/initializers/constants.hpp"

#include <algorithm>

#include "keratin/check.hpp"

namespace keratin::initializers {

void Zeros::fill(Tensor& weights, random::Generator&) const { weights.fill(0); }

void Ones::fill(Tensor& weights, random::Generator&) const { weights.fill(1); }

void Constant::fill(Tensor& weights, random::Generator&) const {
  weights.fill(static_cast<float>(options().value));
}

void Identity::fill(Tensor& weights, random::Generator&) const {
  check(weights.rank() == 2, "identity", "got shape ", weights.shape(), ", wanted 2 axes");
  const std::size_t rows = weights.shape().front();
  const std::size_t columns = weights.shape().back();
  weights.fill(0);
  for (std::size_t i = 0; i < std::min(rows, columns); ++i)
    weights.values()[i * columns + i] = static_cast<float>(options().gain);
}

}  // namespace keratin::initializers
