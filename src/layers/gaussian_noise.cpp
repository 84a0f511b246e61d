#include "keratin/layers/gaussian_noise.hpp"

#include "layers/noise.hpp"

namespace keratin::layers {

GaussianNoise::GaussianNoise(GaussianNoiseOptions options) : Configured(std::move(options)) {
  const double stddev = this->options().stddev;
  check(stddev >= 0 && stddev <= 1, "gaussian_noise", "stddev is ", stddev, ", wanted 0 to 1");
}

GaussianNoise::GaussianNoise(double stddev, GaussianNoiseOptions options)
    : GaussianNoise(with_field(std::move(options), &GaussianNoiseOptions::stddev, stddev)) {}

Shape GaussianNoise::build(const Shape& input) {
  random_ = &add_seed_generator(options().seed);
  return input;
}

Node GaussianNoise::call(Node x, bool training) {
  if (!training || options().stddev == 0) return x;
  return x + ops::random_normal(x, 0, options().stddev, *random_);
}

}  // namespace keratin::layers
