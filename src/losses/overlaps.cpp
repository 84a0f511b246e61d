#include "keratin/losses/overlaps.hpp"

#include "losses/epsilon.hpp"

namespace keratin::losses {

namespace {}  // namespace

constinit const LossFunction<DiceArguments> dice(
    "dice", Labels::numbers, [](Node t, Node p, const DiceArguments& arguments) {
      const Node both = ops::sum(t * p, arguments.axis);
      const Node total = ops::sum(t, arguments.axis) + ops::sum(p, arguments.axis);
      return 1.0f - 2.0f * both / (total + epsilon);
    });
Dice::Dice(DiceOptions options) : BuiltInLoss(options, dice, {.axis = options.axis}) {}

constinit const LossFunction<TverskyArguments> tversky(
    "tversky", Labels::numbers, [](Node t, Node p, const TverskyArguments& arguments) {
      const float alpha = static_cast<float>(arguments.alpha);
      const float beta = static_cast<float>(arguments.beta);
      const Node hits = ops::sum(t * p, arguments.axis);
      const Node misses = ops::sum(t * (1.0f - p), arguments.axis);
      const Node false_alarms = ops::sum((1.0f - t) * p, arguments.axis);
      return 1.0f - hits / (hits + alpha * misses + beta * false_alarms + epsilon);
    });
Tversky::Tversky(TverskyOptions options)
    : BuiltInLoss(options, tversky,
                  {.alpha = options.alpha, .beta = options.beta, .axis = options.axis}) {}

}  // namespace keratin::losses
