// utils::normalize: vectors along an axis divided by their norms.

#include <algorithm>
#include <cmath>
#include <numeric>

#include "keratin/check.hpp"
#include "keratin/preparation.hpp"

namespace keratin::utils {

namespace {

// numpy.linalg.norm of `count` values, `stride` apart.
double norm(const float* values, std::size_t count, std::size_t stride, double order) {
  double sum = 0, largest = 0, smallest = INFINITY;
  for (std::size_t i = 0; i < count; ++i) {
    const double size = std::abs(static_cast<double>(values[i * stride]));
    largest = size > largest || std::isnan(size) ? size : largest;
    smallest = size < smallest || std::isnan(size) ? size : smallest;
    if (order == 2)
      sum += size * size;
    else if (order == 1)
      sum += size;
    else if (order == 0)
      sum += size != 0;
    else
      sum += std::pow(size, order);
  }
  if (std::isinf(order)) return order > 0 ? largest : smallest;
  if (order == 2) return std::sqrt(sum);
  return order == 0 ? sum : std::pow(sum, 1 / order);
}

}  // namespace

Tensor normalize(const Tensor& x, int axis, double order) {
  check(!std::isnan(order), "normalize", "order is nan");
  const Shape& shape = x.shape();
  const std::size_t at = shape.axis(axis, "normalize"), length = shape[at];
  const std::size_t inner =
      std::accumulate(shape.begin() + at + 1, shape.end(), std::size_t{1}, std::multiplies<>());
  Tensor normalized = x;
  if (x.empty()) return normalized;
  for (std::size_t vector = 0; vector < x.size() / length; ++vector) {
    const std::size_t first = vector / inner * inner * length + vector % inner;
    const double size = norm(x.data() + first, length, inner, order);
    for (std::size_t i = 0; i < length; ++i) {
      float& value = normalized.data()[first + i * inner];
      if (size != 0) value = static_cast<float>(value / size);
    }
  }
  return normalized;
}

}  // namespace keratin::utils
