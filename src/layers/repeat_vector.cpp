#include "keratin/layers/repeat_vector.hpp"

#include "keratin/check.hpp"
#include "keratin/ops.hpp"

namespace keratin::layers {

RepeatVector::RepeatVector(RepeatVectorOptions options) : Configured(std::move(options)) {
  check(this->options().n > 0, "repeat_vector", "n is ", this->options().n, ", wanted 1 or more");
}

Shape RepeatVector::compute_output_shape(const Shape& input) const {
  check(input.size() == 1, "repeat_vector", "got samples of shape ", input, ", wanted one axis");
  return {options().n, input[0]};
}

Node RepeatVector::call(Node x, bool) {
  const Shape& in = x.shape();
  return ops::broadcast_to(ops::expand_dims(x, 1), {in[0], options().n, in[1]});
}

}  // namespace keratin::layers
