#include "keratin/layers/gaussian_dropout.hpp"

#include <cmath>

#include "layers/noise.hpp"

namespace keratin::layers {

GaussianDropout::GaussianDropout(GaussianDropoutOptions options) : Configured(std::move(options)) {
  check_rate(this->options().rate, "gaussian_dropout");
}

GaussianDropout::GaussianDropout(double rate, GaussianDropoutOptions options)
    : GaussianDropout(with_field(std::move(options), &GaussianDropoutOptions::rate, rate)) {}

Shape GaussianDropout::build(const Shape& input) {
  random_ = &add_seed_generator(options().seed);
  return input;
}

Node GaussianDropout::call(Node x, bool training) {
  const double rate = options().rate;
  if (!training || rate == 0) return x;
  return x * ops::random_normal(x, 1, std::sqrt(rate / (1 - rate)), *random_);
}

}  // namespace keratin::layers
