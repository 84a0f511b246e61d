#include "keratin/losses/overlaps.hpp"

#include "losses/shapes.hpp"

namespace keratin::losses {

namespace {

constexpr float epsilon = 1e-7f;  // nothing to find and nothing found: 1 - 0 / epsilon

}  // namespace

Node dice(Node y_true, Node y_pred, const DiceOptions& options) {
  const auto [t, p] = matched("dice", y_true, y_pred);
  const Node both = ops::sum(t * p, options.axis);
  return 1.0f - 2.0f * both / (ops::sum(t, options.axis) + ops::sum(p, options.axis) + epsilon);
}
Tensor dice(const Tensor& y_true, const Tensor& y_pred, const DiceOptions& options) {
  return on_tensors(y_true, y_pred, [&](Node t, Node p) { return dice(t, p, options); });
}
Dice::Dice(DiceOptions options)
    : Loss(
          "dice", [options](Node t, Node p) { return dice(t, p, options); },
          {options.reduction, options.name}, same_shape("dice")) {}

Node tversky(Node y_true, Node y_pred, const TverskyOptions& options) {
  const auto [t, p] = matched("tversky", y_true, y_pred);
  const float alpha = static_cast<float>(options.alpha), beta = static_cast<float>(options.beta);
  const Node hits = ops::sum(t * p, options.axis);
  const Node misses = ops::sum(t * (1.0f - p), options.axis),
             false_alarms = ops::sum((1.0f - t) * p, options.axis);
  return 1.0f - hits / (hits + alpha * misses + beta * false_alarms + epsilon);
}
Tensor tversky(const Tensor& y_true, const Tensor& y_pred, const TverskyOptions& options) {
  return on_tensors(y_true, y_pred, [&](Node t, Node p) { return tversky(t, p, options); });
}
Tversky::Tversky(TverskyOptions options)
    : Loss(
          "tversky", [options](Node t, Node p) { return tversky(t, p, options); },
          {options.reduction, options.name}, same_shape("tversky")) {}

}  // namespace keratin::losses
