#include "keratin/layers/batch_normalization.hpp"

#include "keratin/check.hpp"
#include "keratin/ops.hpp"

namespace keratin::layers {

Shape BatchNormalization::build(const Shape& input) {
  const std::size_t axis = input.with_batch(1).axis(options().axis, "batch_normalization");
  check(axis > 0, "batch_normalization", "axis is ", options().axis, ", which is the batch's");
  const Shape shape = {input[axis - 1]};
  if (options().scale)
    gamma_ = &add_weight({.name = "gamma",
                          .shape = shape,
                          .initializer = options().gamma_initializer,
                          .regularizer = options().gamma_regularizer,
                          .constraint = options().gamma_constraint});
  if (options().center)
    beta_ = &add_weight({.name = "beta",
                         .shape = shape,
                         .initializer = options().beta_initializer,
                         .regularizer = options().beta_regularizer,
                         .constraint = options().beta_constraint});
  mean_ = &add_weight({.name = "moving_mean",
                       .shape = shape,
                       .initializer = options().moving_mean_initializer,
                       .trainable = false});
  variance_ = &add_weight({.name = "moving_variance",
                           .shape = shape,
                           .initializer = options().moving_variance_initializer,
                           .trainable = false});
  return input;
}

Node BatchNormalization::call(Node x, bool training) {
  GradientTape& tape = x.tape();
  const auto weight = [&](Variable* variable) {
    return variable ? std::optional(tape.use(*variable)) : std::nullopt;
  };
  const ops::NormalizationOptions how{.offset = weight(beta_),
                                      .scale = weight(gamma_),
                                      .axis = options().axis,
                                      .epsilon = options().epsilon};
  const Node moving_mean = tape.use(*mean_), moving_variance = tape.use(*variance_);
  if (!training || tape.frozen())
    return ops::batch_normalization(x, moving_mean, moving_variance, how);
  const ops::NormalizedBatch batch = ops::normalize_batch(x, how);
  const auto momentum = static_cast<float>(options().momentum);
  const auto rate = static_cast<float>(1 - options().momentum);
  tape.assign(*mean_, moving_mean * momentum + batch.mean * rate);
  tape.assign(*variance_, moving_variance * momentum + batch.variance * rate);
  return batch.y;
}

}  // namespace keratin::layers
