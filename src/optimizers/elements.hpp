#pragma once
// PRIVATE: loops over all elements of a tensor, on several threads.

#include <cmath>
#include <cstddef>

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
inline double sum_of_squares(const Tensor& tensor) {
  double sums[8] = {};
  const float* values = tensor.data();
  const std::size_t n = tensor.size(), even = n - n % 8;
  for (std::size_t i = 0; i < even; i += 8)
    for (std::size_t lane = 0; lane < 8; ++lane)
      sums[lane] += double{values[i + lane]} * values[i + lane];
  for (std::size_t i = even; i < n; ++i) sums[i - even] += double{values[i]} * values[i];
  return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

/// Its root. Keras sums in float32: squares that overflow there give an infinite norm.
inline float norm_of(double sum_of_squares) {
  return std::sqrt(static_cast<float>(sum_of_squares));
}

/// 1 - beta^step as Keras rounds it: beta and its power are float32. 0.999 is 1.3e-5 nearer to 1
/// there, which early steps show.
inline float bias_correction(double beta, long step) {
  const double rounded = static_cast<float>(beta);
  return 1 - static_cast<float>(std::pow(rounded, static_cast<double>(step)));
}

}  // namespace keratin
