#pragma once
// PRIVATE: loops over all elements of tensors, on several threads.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numeric>

#include "keratin/tensor.hpp"
#include "kernels/pool.hpp"
#include "kernels/simd.hpp"

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

/// y[i] = a y[i] + b x[i]
inline void add_scaled(float a, Tensor& y, float b, const Tensor& x) {
  kernels::parallel_slices(y.size(), weights_in_slice, [&](std::size_t first, std::size_t size) {
    kernels::update(kernels::rules::Linear{a, b}, y.data() + first, x.data() + first, nullptr,
                    size);
  });
}

/// Sum of the squares of all elements. Each thread sums some of up to 32 parts.
inline double sum_of_squares(const Tensor& tensor) {
  std::array<double, 32> sums{};
  const std::size_t n = tensor.size();
  const std::size_t parts =
      std::clamp<std::size_t>(kernels::tile_count(n, weights_in_slice), 1, sums.size());
  kernels::parallel_for(parts, [&](std::size_t part) {
    const std::size_t first = n * part / parts;
    sums[part] =
        kernels::simd().sum_of_squares(tensor.data() + first, n * (part + 1) / parts - first);
  });
  return std::accumulate(sums.begin(), sums.end(), 0.0);
}

/// Its root. Keras sums in float32: a sum that overflows there gives an infinite norm.
inline float norm_of(double sum_of_squares) {
  return std::sqrt(static_cast<float>(sum_of_squares));
}

}  // namespace keratin
