#include "keratin/layers/group_normalization.hpp"

#include "keratin/check.hpp"
#include "keratin/ops.hpp"

namespace keratin::layers {

GroupNormalization::GroupNormalization(GroupNormalizationOptions options)
    : Configured(std::move(options)) {
  const int groups = this->options().groups;
  check(groups > 0 || groups == -1, "group_normalization", "groups is ", groups,
        ", wanted 1 or more, or -1 for one per feature");
}

Shape GroupNormalization::build(const Shape& input) {
  const std::size_t axis = input.with_batch(1).axis(options().axis, "group_normalization");
  check(axis > 0, "group_normalization", "axis is ", options().axis, ", which is the batch's");
  const std::size_t features = input[axis - 1];
  const std::size_t groups =
      options().groups == -1 ? features : static_cast<std::size_t>(options().groups);
  check(features % groups == 0, "group_normalization", "there are ", features, " features and ",
        groups, " groups, wanted groups of one size");
  broadcast_ = {1};
  for (std::size_t i = 0; i < input.size(); ++i) {
    if (i + 1 == axis) {
      grouped_.push_back(groups);
      grouped_.push_back(features / groups);
      broadcast_.push_back(groups);
      broadcast_.push_back(features / groups);
    } else {
      grouped_.push_back(input[i]);
      broadcast_.push_back(1);
    }
  }
  for (std::size_t i = 1; i <= grouped_.size(); ++i)
    if (i != axis) axes_.push_back(static_cast<int>(i));
  if (options().scale)
    gamma_ = &add_weight({.name = "gamma",
                          .shape = {features},
                          .initializer = options().gamma_initializer,
                          .regularizer = options().gamma_regularizer,
                          .constraint = options().gamma_constraint});
  if (options().center)
    beta_ = &add_weight({.name = "beta",
                         .shape = {features},
                         .initializer = options().beta_initializer,
                         .regularizer = options().beta_regularizer,
                         .constraint = options().beta_constraint});
  return input;
}

Node GroupNormalization::call(Node x, bool) {
  const Axes axes{std::span<const int>(axes_)};
  const Node groups = ops::reshape(x, grouped_.with_batch(x.shape().front()));
  const Node centered = groups - ops::mean(groups, axes, true);
  const Node variance = ops::mean(ops::square(centered), axes, true);
  Node y = centered * ops::rsqrt(variance + static_cast<float>(options().epsilon));
  if (gamma_) y = y * ops::reshape(x.tape().use(*gamma_), broadcast_);
  if (beta_) y = y + ops::reshape(x.tape().use(*beta_), broadcast_);
  return ops::reshape(y, x.shape());
}

}  // namespace keratin::layers
