#include "keratin/layers/alpha_dropout.hpp"

#include <cmath>

#include "layers/noise.hpp"

namespace keratin::layers {

AlphaDropout::AlphaDropout(AlphaDropoutOptions options) : Configured(std::move(options)) {
  check_rate(this->options().rate, "alpha_dropout");
}

AlphaDropout::AlphaDropout(double rate, AlphaDropoutOptions options)
    : AlphaDropout(with_field(std::move(options), &AlphaDropoutOptions::rate, rate)) {}

Shape AlphaDropout::build(const Shape& input) {
  random_ = &add_seed_generator(options().seed);
  return input;
}

Node AlphaDropout::call(Node x, bool training) {
  const double rate = options().rate;
  if (!training || rate == 0) return x;
  constexpr double alpha = 1.6732632423543772848170429916717;
  constexpr double scale = 1.0507009873554804934193349852946;
  constexpr double dropped = -alpha * scale;
  const double a = 1 / std::sqrt((1 - rate) * (1 + rate * dropped * dropped));
  const double b = -a * dropped * rate;
  const Node ones = options().noise_shape
                        ? ones_in_noise_shape(x, *options().noise_shape, "alpha_dropout")
                        : ones_for_rows_of(x, x.shape());
  const auto keep = static_cast<float>(1 - rate);
  const Node kept = ops::dropout(ones, rate, *random_) * keep;  // 0 or 1
  const Node masked = x * kept + static_cast<float>(dropped) * (1.0f - kept);
  return static_cast<float>(a) * masked + static_cast<float>(b);
}

}  // namespace keratin::layers
