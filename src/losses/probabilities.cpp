#include "losses/probabilities.hpp"

#include <array>
#include <span>

#include "keratin/ops.hpp"

namespace keratin::losses {

std::optional<Node> logits_behind(Node y_pred, Squash activation, bool from_logits) {
  if (activation != Squash::none)
    if (const auto hidden = y_pred.tape().logits_of(y_pred, activation)) return hidden;
  return from_logits ? std::optional(y_pred) : std::nullopt;
}

Node clipped(Node p) {
  return ops::clip(p, static_cast<float>(1e-7), static_cast<float>(1 - 1e-7));
}

Node normalized(Node p, int axis) { return clipped(p / ops::sum(p, axis, true)); }

Node smoothed(Node y_true, double smoothing, std::size_t classes) {
  if (smoothing == 0) return y_true;
  return y_true * static_cast<float>(1 - smoothing) +
         static_cast<float>(smoothing / static_cast<double>(classes));
}

Node binary_terms(Node y_true, Node y_pred, bool from_logits) {
  if (const auto logits = logits_behind(y_pred, Squash::sigmoid, from_logits))
    return ops::sigmoid_cross_entropy(y_true, *logits);
  const Node p = clipped(y_pred);
  return -(y_true * ops::log(p) + (1.0f - y_true) * ops::log(1.0f - p));
}

Node with_axis_last(Node x, int axis) {
  const std::size_t moved = x.shape().axis(axis, "loss"), rank = x.shape().size();
  if (moved + 1 == rank) return x;
  std::array<int, Shape::max_rank> order{};
  for (std::size_t i = 0; i + 1 < rank; ++i) order[i] = static_cast<int>(i < moved ? i : i + 1);
  order[rank - 1] = static_cast<int>(moved);
  return ops::transpose(x, std::span<const int>(order.data(), rank));
}

}  // namespace keratin::losses
