#include "keratin/layers/permute.hpp"

#include <algorithm>

#include "keratin/check.hpp"
#include "keratin/ops.hpp"

namespace keratin::layers {

Permute::Permute(PermuteOptions options) : Configured(std::move(options)), axes_{0} {
  const std::vector<int>& dims = this->options().dims;
  axes_.insert(axes_.end(), dims.begin(), dims.end());
  std::vector<int> sorted = axes_;
  std::sort(sorted.begin(), sorted.end());
  bool all = true;
  for (std::size_t i = 0; i < sorted.size(); ++i) all = all && sorted[i] == static_cast<int>(i);
  check(all, "permute", "dims are ", to_config(dims), ", wanted each of 1 to ", dims.size(),
        " once");
}

Permute::Permute(std::initializer_list<int> dims, std::string layer_name)
    : Permute(PermuteOptions{.dims = dims, .name = std::move(layer_name)}) {}

Shape Permute::compute_output_shape(const Shape& input) const {
  check(input.size() + 1 == axes_.size(), "permute", "got samples of shape ", input, " for ",
        axes_.size() - 1, " dims");
  Shape output = input;
  for (std::size_t i = 0; i < input.size(); ++i)
    output[i] = input[static_cast<std::size_t>(axes_[i + 1]) - 1];
  return output;
}

Node Permute::call(Node x, bool) { return ops::transpose(x, std::span<const int>(axes_)); }

}  // namespace keratin::layers
