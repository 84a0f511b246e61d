#include "metrics/shapes.hpp"

namespace keratin::metrics {

Weights::Weights(std::string_view where, const Tensor& weights, const Shape& values) {
  if (!weights.defined()) return;
  data_ = weights.data();
  shape_ = weights.shape();
  while (!shape_.empty() && shape_.back() == 1) shape_.pop_back();
  bool fits = shape_.size() <= values.size();
  for (std::size_t axis = 0; fits && axis < shape_.size(); ++axis) {
    outer_.push_back(values[axis]);
    if (shape_[axis] == values[axis]) continue;
    repeats_inside_ = true;
    fits = axis > 0 && shape_[axis] == 1;
  }
  // A list of one weight is for one sample: for N samples it has the wrong length.
  const bool is_list_of_one = shape_.empty() && weights.rank() > 0;
  if (is_list_of_one) fits = values.empty() || values.front() == 1;
  check(fits, where, "sample_weight has shape ", weights.shape(),
        ", which does not fit values of shape ", values);
  for (std::size_t axis = shape_.size(); axis < values.size(); ++axis) inner_ *= values[axis];
}

std::size_t Weights::index(std::size_t element) const {
  std::size_t rest = element / inner_;
  std::size_t index = 0;
  std::size_t stride = 1;
  for (std::size_t axis = outer_.size(); axis-- > 0;) {
    if (shape_[axis] != 1) index += rest % outer_[axis] * stride;
    rest /= outer_[axis];
    stride *= shape_[axis];
  }
  return index;
}

}  // namespace keratin::metrics
