#pragma once
// PRIVATE: how weights of metrics fit their values, and their averages.

#include <cstddef>
#include <string_view>
#include <type_traits>

#include "keratin/check.hpp"
#include "keratin/tensor.hpp"
#include "losses/shapes.hpp"

namespace keratin::metrics {

using losses::common_shape;  // labels and predictions meet as in the losses

/// A weight for each element of `values`: of the same shape, or of that of its leading axes, (N),
/// (N, 1), (N, T); or one for all.
class Weights {
 public:
  Weights(std::string_view where, const Tensor& weights, const Shape& values);
  double operator[](std::size_t element) const {
    if (data_ == nullptr) return 1;
    return data_[plain_ ? element / inner_ : index(element)];
  }

 private:
  std::size_t index(std::size_t element) const;
  const float* data_ = nullptr;
  bool plain_ = true;      // no axis of 1 that is not last
  std::size_t inner_ = 1;  // elements that share a weight
  Shape shape_ = {}, outer_ = {};
};

struct Totals {
  double values = 0, weights = 0;
};

/// What a batch adds to a weighted mean: `at(i)` is value i of `shape`, row-major. Keras's rule: a
/// sample's values are averaged first, so that a batch counts its samples (or their weights),
/// whatever the other axes.
template <class ValueAt>
Totals average(std::string_view where, const Shape& shape, const Tensor& sample_weight,
               ValueAt&& at) {
  const std::size_t elements = shape.elements();
  const std::size_t samples = shape.empty() ? 1 : shape.front();
  if (samples == 0) return {};
  const double each = static_cast<double>(elements) / static_cast<double>(samples);
  if (!sample_weight.defined()) {
    using Sum = std::conditional_t<std::is_same_v<decltype(at(elements)), bool>, std::size_t,
                                   double>;  // hits vectorize
    Sum total = 0;
    for (std::size_t i = 0; i < elements; ++i) total += static_cast<Sum>(at(i));
    return {static_cast<double>(total) / each, static_cast<double>(samples)};
  }
  const Weights weights(where, sample_weight, shape);
  Totals totals;
  for (std::size_t i = 0; i < elements; ++i) {
    const double weight = weights[i];
    totals.values += weight * static_cast<double>(at(i));
    totals.weights += weight;
  }
  const double divisor = sample_weight.rank() == 0 ? static_cast<double>(elements)
                                                   : each;  // one weight for all counts once
  return {totals.values / divisor, totals.weights / divisor};
}

}  // namespace keratin::metrics
