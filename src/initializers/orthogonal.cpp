#include "keratin/initializers/orthogonal.hpp"

#include <algorithm>

#include "keratin/check.hpp"
#include "kernels/orthonormal.hpp"

namespace keratin::initializers {

void Orthogonal::fill(Tensor& weights, random::Generator& generator) const {
  const Shape shape = weights.shape();
  check(shape.size() >= 2, "orthogonal", "got shape ", shape, ", wanted 2 axes or more");
  if (weights.empty()) return;
  const std::size_t columns = shape.back();
  const std::size_t rows = weights.size() / columns;

  // The columns of a tall matrix are made orthonormal. A wide one is the transpose of such a
  // matrix.
  Tensor normal = Tensor::zeros({std::max(rows, columns), std::min(rows, columns)});
  for (float& value : normal.values()) value = generator.normal();
  const Tensor orthonormal = kernels::orthonormal(normal);

  const bool wide = rows < columns;
  const float gain = static_cast<float>(options().gain);
  for (std::size_t row = 0; row < rows; ++row)
    for (std::size_t column = 0; column < columns; ++column) {
      const std::size_t source = wide ? column * rows + row : row * columns + column;
      weights.values()[row * columns + column] = gain * orthonormal.values()[source];
    }
}

}  // namespace keratin::initializers
