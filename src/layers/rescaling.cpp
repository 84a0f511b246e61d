#include "keratin/layers/rescaling.hpp"

#include "keratin/check.hpp"
#include "keratin/ops.hpp"

namespace keratin::layers {

namespace {

Tensor tensor_of(const NumberOrList& given) {
  if (!given.is_list()) return {};
  const std::vector<float> values(given.values().begin(), given.values().end());
  return Tensor::from({values.size()}, values);
}

void check_size(const NumberOrList& given, const Shape& input, const char* what) {
  const std::size_t size = given.values().size();
  check(!given.is_list() || (!input.empty() && (size == input.back() || size == 1)), "rescaling",
        what, " has ", size, " values for inputs of shape ", input,
        ", wanted one number or one for each position of the last axis");
}

}  // namespace

Rescaling::Rescaling(RescalingOptions given)
    : Configured(std::move(given)),
      scales_(tensor_of(options().scale)),
      offsets_(tensor_of(options().offset)) {}

Shape Rescaling::compute_output_shape(const Shape& input) const {
  check_size(options().scale, input, "scale");
  check_size(options().offset, input, "offset");
  return input;
}

Node Rescaling::call(Node x, bool) {
  const NumberOrList &scale = options().scale, &offset = options().offset;
  const Node scaled = scale.is_list() ? x * x.tape().constant(scales_)
                                      : x * static_cast<float>(scale.values().front());
  if (offset.is_list()) return scaled + x.tape().constant(offsets_);
  const auto added = static_cast<float>(offset.values().front());
  return added == 0 ? scaled : scaled + added;
}

}  // namespace keratin::layers
