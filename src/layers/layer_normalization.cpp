#include "keratin/layers/layer_normalization.hpp"

#include "keratin/check.hpp"

namespace keratin::layers {

namespace {

// The sizes of the chosen axes, and the same with size 1 for the others.
struct NormalizedSizes {
  Shape weights, broadcast;
  NormalizedSizes(const Axes& axes, const Shape& input, const char* where) {
    const Shape whole = input.with_batch(1);
    const std::uint32_t chosen = axes.bits(whole, where);
    check(!(chosen & 1) && chosen != 0, where, "axis is ", axes.config(),
          ", wanted axes of inputs of shape ", input, " behind the batch's");
    for (std::size_t i = 0; i < whole.size(); ++i) {
      const bool is_chosen = chosen >> i & 1;
      broadcast.push_back(is_chosen ? whole[i] : 1);
      if (is_chosen) weights.push_back(whole[i]);
    }
  }
};

}  // namespace

Shape LayerNormalization::build(const Shape& input) {
  const NormalizedSizes sizes(options().axis, input, "layer_normalization");
  broadcast_ = sizes.broadcast;
  if (options().scale)
    gamma_ = &add_weight({.name = "gamma",
                          .shape = sizes.weights,
                          .initializer = options().gamma_initializer,
                          .regularizer = options().gamma_regularizer,
                          .constraint = options().gamma_constraint});
  if (options().center)
    beta_ = &add_weight({.name = "beta",
                         .shape = sizes.weights,
                         .initializer = options().beta_initializer,
                         .regularizer = options().beta_regularizer,
                         .constraint = options().beta_constraint});
  return input;
}

Node LayerNormalization::call(Node x, bool) {
  const Axes& axes = options().axis;
  const Node centered = x - ops::mean(x, axes, true);
  const Node variance = ops::mean(ops::square(centered), axes, true);
  Node y = centered * ops::rsqrt(variance + static_cast<float>(options().epsilon));
  if (gamma_) y = y * ops::reshape(x.tape().use(*gamma_), broadcast_);
  if (beta_) y = y + ops::reshape(x.tape().use(*beta_), broadcast_);
  return y;
}

Shape RMSNormalization::build(const Shape& input) {
  const NormalizedSizes sizes(options().axis, input, "rms_normalization");
  broadcast_ = sizes.broadcast;
  scale_ = &add_weight({.name = "scale", .shape = sizes.weights, .initializer = "ones"});
  return input;
}

Node RMSNormalization::call(Node x, bool) {
  const Node squares = ops::mean(ops::square(x), options().axis, true);
  const Node y = x * ops::rsqrt(squares + static_cast<float>(options().epsilon));
  return y * ops::reshape(x.tape().use(*scale_), broadcast_);
}

// keras.ops.normalize with its epsilon, a lower limit of the length.
Node UnitNormalization::call(Node x, bool) {
  constexpr float least_square = 1e-24f;
  return x * ops::rsqrt(ops::maximum(ops::sum(ops::square(x), options().axis, true), least_square));
}

}  // namespace keratin::layers
