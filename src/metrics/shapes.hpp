#pragma once
// PRIVATE: how weights of metrics fit their values, and the weighted mean of a batch.

#include <cstddef>
#include <string_view>
#include <type_traits>

#include "keratin/check.hpp"
#include "keratin/metrics/mean.hpp"
#include "keratin/tensor.hpp"
#include "losses/shapes.hpp"

namespace keratin::metrics {

using losses::common_shape;  // labels and predictions meet as in the losses

/// The weight of each element of `values`. The weights have the shape of the values or of their
/// leading axes: (N), (N, 1), (N, T); axes of 1 beside the first stand for any size. Or one weight,
/// of rank 0, counts for all. Without weights each is 1.
class Weights {
 public:
  Weights(std::string_view where, const Tensor& weights, const Shape& values);
  double operator[](std::size_t element) const {
    if (data_ == nullptr) return 1;
    return data_[repeats_inside_ ? index(element) : element / inner_];
  }

 private:
  std::size_t index(std::size_t element) const;
  const float* data_ = nullptr;
  bool repeats_inside_ = false;  // an axis of 1 stands for a longer one, before the last axis
  std::size_t inner_ = 1;        // neighbouring elements that share a weight
  Shape shape_ = {};             // of the weights, without axes of 1 at the end
  Shape outer_ = {};             // the axes of the values that shape_ stands for
};

/// What a batch adds to a weighted mean: `at(i)` is value i of `shape`, row-major. Keras's rule: a
/// sample's values are averaged first, so that a batch counts its samples (or their weights),
/// whatever the other axes.
template <class ValueAt>
WeightedSum average(std::string_view where, const Shape& shape, const Tensor& sample_weight,
                    const ValueAt& at) {
  const std::size_t elements = shape.elements();
  const std::size_t samples = shape.empty() ? 1 : shape.front();
  if (samples == 0) return {};
  const double values_per_sample = static_cast<double>(elements) / static_cast<double>(samples);
  if (!sample_weight.defined()) {
    // A loop that counts hits vectorizes; one that adds doubles does not.
    using Total =
        std::conditional_t<std::is_same_v<decltype(at(elements)), bool>, std::size_t, double>;
    Total total = 0;
    for (std::size_t i = 0; i < elements; ++i) total += static_cast<Total>(at(i));
    return {static_cast<double>(total) / values_per_sample, static_cast<double>(samples)};
  }
  const Weights weights(where, sample_weight, shape);
  WeightedSum sum;
  for (std::size_t i = 0; i < elements; ++i) {
    const double weight = weights[i];
    sum.values += weight * static_cast<double>(at(i));
    sum.weights += weight;
  }
  // As in Keras, one weight for all counts as one sample.
  const bool one_for_all = sample_weight.rank() == 0;
  const double divisor = one_for_all ? static_cast<double>(elements) : values_per_sample;
  return {sum.values / divisor, sum.weights / divisor};
}

}  // namespace keratin::metrics
