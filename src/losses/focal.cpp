#include "keratin/losses/focal.hpp"

#include "keratin/check.hpp"
#include "keratin/ops.hpp"
#include "losses/probabilities.hpp"
#include "losses/shapes.hpp"

namespace keratin::losses {

namespace {

// terms * (1 - p)^gamma; the usual exponents without powers
Node focused(Node terms, Node p, double gamma) {
  if (gamma == 0) return terms;
  const Node miss = 1.0f - p;
  if (gamma == 1) return terms * miss;
  return terms * (gamma == 2 ? ops::square(miss) : ops::power(miss, static_cast<float>(gamma)));
}

Node weighted(Node terms, const Alpha& alpha, int axis) {
  const auto& values = alpha.values();
  if (values.size() == 1) return terms * values[0];
  const std::size_t at = terms.shape().axis(axis, "categorical_focal_crossentropy"),
                    rank = terms.shape().size();
  const std::size_t classes = terms.shape()[at];
  check(values.size() == classes, "categorical_focal_crossentropy", "alpha has ", values.size(),
        " values for ", classes, " classes");
  Shape shape = {values.size()};
  while (shape.size() < rank - at) shape.push_back(1);
  return terms * terms.tape().hold(Tensor::from(shape, values));
}

}  // namespace

Node binary_focal_crossentropy(Node y_true, Node y_pred,
                               const BinaryFocalCrossentropyOptions& options) {
  const auto [t, given] = matched("binary_focal_crossentropy", y_true, y_pred);
  const auto logits = binary_logits(y_pred, given, options.from_logits);
  const bool holds_logits = options.from_logits && !logits_behind(y_pred, ops::sigmoid_op);
  const Node p = holds_logits ? ops::sigmoid(given) : given;
  const Node truth = smoothed(t, options.label_smoothing, 2);
  const Node right =
      truth * p + (1.0f - truth) * (1.0f - p);  // what the prediction gives to the truth
  const Node terms = focused(binary_terms(truth, p, logits), right, options.gamma);
  if (!options.apply_class_balancing) return ops::mean(terms, options.axis);
  const float alpha = static_cast<float>(options.alpha);
  return ops::mean((truth * (2 * alpha - 1) + (1 - alpha)) * terms, options.axis);
}
Tensor binary_focal_crossentropy(const Tensor& y_true, const Tensor& y_pred,
                                 const BinaryFocalCrossentropyOptions& options) {
  return on_tensors(y_true, y_pred,
                    [&](Node t, Node p) { return binary_focal_crossentropy(t, p, options); });
}
BinaryFocalCrossentropy::BinaryFocalCrossentropy(BinaryFocalCrossentropyOptions options)
    : Loss(
          "binary_focal_crossentropy",
          [options](Node t, Node p) { return binary_focal_crossentropy(t, p, options); },
          {options.reduction, options.name}, same_shape("binary_focal_crossentropy")) {}

Node categorical_focal_crossentropy(Node y_true, Node y_pred,
                                    const CategoricalFocalCrossentropyOptions& options) {
  const auto [t, given] = matched("categorical_focal_crossentropy", y_true, y_pred);
  const bool squash = options.from_logits && !logits_behind(given, ops::softmax_op);
  const Node q = normalized(squash ? ops::softmax(given, options.axis) : given, options.axis);
  const Node truth = smoothed(t, options.label_smoothing, t.shape().back());
  const Node terms = focused(truth * ops::log(q), q, options.gamma);
  return -ops::sum(weighted(terms, options.alpha, options.axis), options.axis);
}
Tensor categorical_focal_crossentropy(const Tensor& y_true, const Tensor& y_pred,
                                      const CategoricalFocalCrossentropyOptions& options) {
  return on_tensors(y_true, y_pred,
                    [&](Node t, Node p) { return categorical_focal_crossentropy(t, p, options); });
}
CategoricalFocalCrossentropy::CategoricalFocalCrossentropy(
    CategoricalFocalCrossentropyOptions options)
    : Loss(
          "categorical_focal_crossentropy",
          [options](Node t, Node p) { return categorical_focal_crossentropy(t, p, options); },
          {options.reduction, options.name}, same_shape("categorical_focal_crossentropy")) {}

}  // namespace keratin::losses
