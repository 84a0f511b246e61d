#pragma once
// PRIVATE: arithmetic of metrics' results.

#include <cmath>
#include <numeric>
#include <vector>

#include "keratin/tensor.hpp"

namespace keratin::metrics {

/// As std::max and std::min, but NaN if either is NaN, in whatever order.
inline double larger(double a, double b) { return a > b || std::isnan(a) ? a : b; }
inline double smaller(double a, double b) { return a < b || std::isnan(a) ? a : b; }

/// keras.config.epsilon()
inline constexpr double epsilon = 1e-7;

/// TensorFlow's divide_no_nan.
inline double ratio(double a, double b) { return b == 0 ? 0 : a / b; }

/// 0 for no values.
inline double mean_of(const std::vector<double>& values) {
  if (values.empty()) return 0;
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// Shape (values); the first value alone, of rank 0, where the metric is one number.
inline Tensor tensor_of(const std::vector<double>& values, bool is_one_number) {
  if (is_one_number) return static_cast<float>(values.front());
  return Tensor::from({values.size()}, std::vector<float>(values.begin(), values.end()));
}

}  // namespace keratin::metrics
