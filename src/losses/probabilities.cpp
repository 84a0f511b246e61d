#include "losses/probabilities.hpp"

#include <array>
#include <span>

#include "keratin/ops.hpp"

namespace keratin::losses {

std::optional<Node> logits_behind(Node y_pred, const Op& op) {
  return y_pred.op() == &op ? std::optional(y_pred.input(0)) : std::nullopt;
}

std::optional<Node> binary_logits(Node y_pred, bool from_logits) {
  const Node activated = y_pred.op() == &ops::reshape_op ? y_pred.input(0) : y_pred;
  const std::optional<Node> logits = logits_behind(activated, ops::sigmoid_op);
  if (!logits) return from_logits ? std::optional(y_pred) : std::nullopt;
  return logits->shape() == y_pred.shape() ? *logits : ops::reshape(*logits, y_pred.shape());
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

Node binary_terms(Node y_true, Node p, std::optional<Node> logits) {
  if (logits) return ops::sigmoid_cross_entropy(y_true, *logits);
  const Node q = clipped(p);
  return -(y_true * ops::log(q) + (1.0f - y_true) * ops::log(1.0f - q));
}

Node with_axis_last(Node x, int axis) {
  const std::size_t moved = x.shape().axis(axis, "loss");
  const std::size_t rank = x.shape().size();
  if (moved + 1 == rank) return x;
  std::array<int, Shape::max_rank> order{};
  for (std::size_t i = 0; i + 1 < rank; ++i) order[i] = static_cast<int>(i < moved ? i : i + 1);
  order[rank - 1] = static_cast<int>(moved);
  return ops::transpose(x, std::span<const int>(order.data(), rank));
}

}  // namespace keratin::losses
