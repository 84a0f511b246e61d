#include "keratin/layers/reshape.hpp"

#include "keratin/check.hpp"
#include "keratin/ops.hpp"

namespace keratin::layers {

namespace {

constexpr int left_over = -1;

}  // namespace

Reshape::Reshape(ReshapeOptions options) : Configured(std::move(options)) {
  int unknown = 0;
  for (int size : this->options().target_shape) {
    check(size >= left_over, "reshape", "a size is ", size,
          ", wanted 0 or more, or -1 for what is left over");
    unknown += size == left_over;
  }
  check(unknown <= 1, "reshape", "got ", unknown, " sizes of -1, wanted one at most");
}

Reshape::Reshape(std::initializer_list<int> target_shape, std::string layer_name)
    : Reshape(ReshapeOptions{.target_shape = target_shape, .name = std::move(layer_name)}) {}

Shape Reshape::compute_output_shape(const Shape& input) const {
  std::size_t known = 1;
  for (int size : options().target_shape)
    if (size != left_over) known *= static_cast<std::size_t>(size);
  const std::size_t rest = known == 0 ? input.elements() : input.elements() / known;
  Shape output;
  for (int size : options().target_shape)
    output.push_back(size == left_over ? rest : static_cast<std::size_t>(size));
  check(output.elements() == input.elements(), "reshape", "cannot reshape samples of shape ", input,
        " to ", output);
  return output;
}

Node Reshape::call(Node x, bool) {
  const Shape sample = compute_output_shape(x.shape().without_batch());
  return ops::reshape(x, sample.with_batch(x.shape().front()));
}

}  // namespace keratin::layers
