#pragma once
// PRIVATE: loops over all elements of a tensor, on several threads.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numeric>

#include "keratin/tensor.hpp"
#include "kernels/pool.hpp"

namespace keratin {

constexpr std::size_t weights_in_slice = 1 << 14;

/// f(i) for each i below n, in any order. f takes what it needs by value, so that the compiler can
/// turn the loop into a vector's.
template <class F>
void for_each_element(std::size_t n, const F& f) {
  kernels::parallel_slices(n, weights_in_slice, [&](std::size_t first, std::size_t size) {
    const F own = f;
    for (std::size_t i = first; i < first + size; ++i) own(i);
  });
}

/// Sum of squares. Eight sums side by side let the compiler use vector registers.
inline double sum_of_squares(const float* values, std::size_t n) {
  double sums[8] = {};
  const std::size_t even = n - n % 8;
  for (std::size_t i = 0; i < even; i += 8)
    for (std::size_t lane = 0; lane < 8; ++lane)
      sums[lane] += double{values[i + lane]} * values[i + lane];
  for (std::size_t i = even; i < n; ++i) sums[i - even] += double{values[i]} * values[i];
  return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

/// The same of a whole tensor, of which each thread sums some of up to 32 parts.
inline double sum_of_squares(const Tensor& tensor) {
  std::array<double, 32> sums{};
  const std::size_t n = tensor.size();
  const std::size_t parts =
      std::clamp<std::size_t>(kernels::tile_count(n, weights_in_slice), 1, sums.size());
  kernels::parallel_for(parts, [&](std::size_t part) {
    const std::size_t first = n * part / parts;
    sums[part] = sum_of_squares(tensor.data() + first, n * (part + 1) / parts - first);
  });
  return std::accumulate(sums.begin(), sums.end(), 0.0);
}

/// Its root. Keras sums in float32: squares that overflow there give an infinite norm.
inline float norm_of(double sum_of_squares) {
  return std::sqrt(static_cast<float>(sum_of_squares));
}

}  // namespace keratin
