#include "keratin/layers/relu.hpp"

#include "keratin/activations.hpp"

namespace keratin::layers {

ReLU::ReLU(ReLUOptions options) : Configured(std::move(options)) {
  const ReLUOptions& given = this->options();
  check(given.max_value.value_or(0) >= 0, "re_lu", "max_value is ", given.max_value.value_or(0),
        ", wanted 0 or more");
  check(given.negative_slope >= 0, "re_lu", "negative_slope is ", given.negative_slope,
        ", wanted 0 or more");
  check(given.threshold >= 0, "re_lu", "threshold is ", given.threshold, ", wanted 0 or more");
}

Node ReLU::call(Node x, bool) {
  return activations::relu(x, {.negative_slope = options().negative_slope,
                               .max_value = options().max_value,
                               .threshold = options().threshold});
}

LeakyReLU::LeakyReLU(LeakyReLUOptions options) : Configured(std::move(options)) {
  const double slope = this->options().negative_slope;
  check(slope >= 0, "leaky_re_lu", "negative_slope is ", slope, ", wanted 0 or more");
}

Node LeakyReLU::call(Node x, bool) {
  return activations::leaky_relu(x, {.negative_slope = options().negative_slope});
}

Node ELU::call(Node x, bool) { return activations::elu(x, {.alpha = options().alpha}); }

}  // namespace keratin::layers
