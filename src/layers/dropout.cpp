#include "keratin/layers/dropout.hpp"

#include "keratin/check.hpp"
#include "layers/noise.hpp"

namespace keratin::layers {

Dropout::Dropout(DropoutOptions options) : Configured(std::move(options)) {
  check_rate(this->options().rate, "dropout");
}

Dropout::Dropout(double rate, DropoutOptions options)
    : Dropout(with_field(std::move(options), &DropoutOptions::rate, rate)) {}

Shape Dropout::build(const Shape& input) {
  random_ = &add_seed_generator(options().seed);
  return input;
}

Node Dropout::call(Node x, bool training) {
  if (!training) return x;
  if (!options().noise_shape) return ops::dropout(x, options().rate, *random_);
  const Node ones = ones_in_noise_shape(x, *options().noise_shape, "dropout");
  return x * ops::dropout(ones, options().rate, *random_);
}

}  // namespace keratin::layers
