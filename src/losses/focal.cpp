#include "keratin/losses/focal.hpp"

#include <algorithm>

#include "keratin/check.hpp"
#include "keratin/ops.hpp"
#include "losses/probabilities.hpp"

namespace keratin::losses {

namespace {

// terms * (1 - p)^gamma; the usual exponents need no powers.
Node focused(Node terms, Node p, double gamma) {
  if (gamma == 0) return terms;
  const Node miss = 1.0f - p;
  if (gamma == 1) return terms * miss;
  if (gamma == 2) return terms * ops::square(miss);
  return terms * ops::power(miss, static_cast<float>(gamma));
}

// terms * alpha, along the class axis
Node weighted(Node terms, const Alpha& alpha, int axis) {
  const std::vector<double>& values = alpha.values();
  if (values.size() == 1) return terms * static_cast<float>(values.front());
  const std::size_t class_axis = terms.shape().axis(axis, "categorical_focal_crossentropy");
  const std::size_t classes = terms.shape()[class_axis];
  check(values.size() == classes, "categorical_focal_crossentropy", "alpha has ", values.size(),
        " values for ", classes, " classes");
  Shape shape = {classes};  // broadcasts along the axes that follow
  while (shape.size() < terms.shape().size() - class_axis) shape.push_back(1);
  return terms * terms.tape().make(shape, [&](Tensor& weights) {
    std::transform(values.begin(), values.end(), weights.data(),
                   [](double value) { return static_cast<float>(value); });
  });
}

}  // namespace

constinit const LossFunction<BinaryFocalCrossentropyArguments> binary_focal_crossentropy(
    "binary_focal_crossentropy", Labels::numbers,
    [](Node t, Node y_pred, const BinaryFocalCrossentropyArguments& arguments) {
      const std::optional<Node> hidden = binary_logits(y_pred, /*from_logits=*/false);
      const bool holds_logits = arguments.from_logits && !hidden;
      const Node p = holds_logits ? ops::sigmoid(y_pred) : y_pred;
      const std::optional<Node> logits = holds_logits ? y_pred : hidden;
      const Node truth = smoothed(t, arguments.label_smoothing, 2);
      const Node given_to_truth = truth * p + (1.0f - truth) * (1.0f - p);
      const Node terms = focused(binary_terms(truth, p, logits), given_to_truth, arguments.gamma);
      if (!arguments.apply_class_balancing) return ops::mean(terms, arguments.axis);
      const float alpha = static_cast<float>(arguments.alpha);
      const Node balance = truth * (2 * alpha - 1) + (1 - alpha);
      return ops::mean(balance * terms, arguments.axis);
    });
BinaryFocalCrossentropy::BinaryFocalCrossentropy(BinaryFocalCrossentropyOptions options)
    : BuiltInLoss(options, binary_focal_crossentropy,
                  {.apply_class_balancing = options.apply_class_balancing,
                   .alpha = options.alpha,
                   .gamma = options.gamma,
                   .from_logits = options.from_logits,
                   .label_smoothing = options.label_smoothing,
                   .axis = options.axis}) {}

constinit const LossFunction<CategoricalFocalCrossentropyArguments> categorical_focal_crossentropy(
    "categorical_focal_crossentropy", Labels::numbers,
    [](Node t, Node y_pred, const CategoricalFocalCrossentropyArguments& arguments) {
      const int axis = arguments.axis;
      const bool holds_logits = arguments.from_logits && !logits_behind(y_pred, ops::softmax_op);
      const Node q = normalized(holds_logits ? ops::softmax(y_pred, axis) : y_pred, axis);
      const Node truth = smoothed(t, arguments.label_smoothing, t.shape().back());
      const Node terms = focused(truth * ops::log(q), q, arguments.gamma);
      return -ops::sum(weighted(terms, arguments.alpha, axis), axis);
    });
CategoricalFocalCrossentropy::CategoricalFocalCrossentropy(
    CategoricalFocalCrossentropyOptions options)
    : BuiltInLoss(options, categorical_focal_crossentropy,
                  {.alpha = options.alpha,
                   .gamma = options.gamma,
                   .from_logits = options.from_logits,
                   .label_smoothing = options.label_smoothing,
                   .axis = options.axis}) {}

}  // namespace keratin::losses
