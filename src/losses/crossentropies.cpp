#include "keratin/losses/crossentropies.hpp"

#include "keratin/ops.hpp"
#include "losses/probabilities.hpp"

namespace keratin::losses {

constinit const LossFunction<BinaryCrossentropyArguments> binary_crossentropy(
    "binary_crossentropy", Labels::numbers,
    [](Node t, Node p, const BinaryCrossentropyArguments& arguments) {
      const Node truth = smoothed(t, arguments.label_smoothing, 2);
      const std::optional<Node> logits = binary_logits(p, arguments.from_logits);
      return ops::mean(binary_terms(truth, p, logits), arguments.axis);
    });
BinaryCrossentropy::BinaryCrossentropy(BinaryCrossentropyOptions options)
    : BuiltInLoss(options, binary_crossentropy,
                  {.from_logits = options.from_logits,
                   .label_smoothing = options.label_smoothing,
                   .axis = options.axis}) {}

constinit const LossFunction<CategoricalCrossentropyArguments> categorical_crossentropy(
    "categorical_crossentropy", Labels::one_hot,
    [](Node t, Node p, const CategoricalCrossentropyArguments& arguments) {
      const int axis = arguments.axis;
      const bool is_last = p.shape().axis(axis, "categorical_crossentropy") + 1 == p.shape().size();
      const Node truth = smoothed(t, arguments.label_smoothing, t.shape().back());
      const std::optional<Node> logits = logits_behind(p, ops::softmax_op);
      if (logits && is_last) return ops::softmax_cross_entropy(truth, *logits, p);
      if (arguments.from_logits)
        return ops::softmax_cross_entropy(with_axis_last(truth, axis), with_axis_last(p, axis));
      return -ops::sum(truth * ops::log(normalized(p, axis)), axis);
    });
CategoricalCrossentropy::CategoricalCrossentropy(CategoricalCrossentropyOptions options)
    : BuiltInLoss(options, categorical_crossentropy,
                  {.from_logits = options.from_logits,
                   .label_smoothing = options.label_smoothing,
                   .axis = options.axis}) {}

}  // namespace keratin::losses
