#pragma once
// Losses that compare two regions, as in segmentation. They sum over the axes of `axis`: by default
// over all, the batch axis included; {1, 2} gives one value for each index of the other axes.

#include "keratin/losses/built_in_loss.hpp"
#include "keratin/ops.hpp"

namespace KERATIN_API keratin {
namespace losses {

struct DiceArguments {
  Axes axis = {};
};
/// 1 - 2 sum(y_true y_pred) / (sum(y_true) + sum(y_pred) + 1e-7)
extern const LossFunction<DiceArguments> dice;

struct DiceOptions {
  Reduction reduction = {};
  std::string name = "";
  Axes axis = {};
};
template <class V>
void fields(V& v, DiceOptions& o) {
  v("reduction", o.reduction);
  v("name", o.name);
  v("axis", o.axis);
}
/// The class of dice, which weighs and reduces its values.
class Dice : public BuiltInLoss<DiceOptions, DiceArguments> {
 public:
  explicit Dice(DiceOptions options = {});
};

struct TverskyArguments {
  double alpha = 0.5;  // the weight of misses
  double beta = 0.5;   // the weight of false alarms
  Axes axis = {};
};
/// 1 - hits / (hits + alpha misses + beta false_alarms + 1e-7), where hits = sum(y_true y_pred),
/// misses = sum(y_true (1 - y_pred)) and false_alarms = sum((1 - y_true) y_pred). As in Keras 3.15;
/// 3.16 weighs false alarms by alpha and misses by beta.
extern const LossFunction<TverskyArguments> tversky;

struct TverskyOptions {
  double alpha = 0.5, beta = 0.5;
  Reduction reduction = {};
  std::string name = "";
  Axes axis = {};
};
template <class V>
void fields(V& v, TverskyOptions& o) {
  v("alpha", o.alpha);
  v("beta", o.beta);
  v("reduction", o.reduction);
  v("name", o.name);
  v("axis", o.axis);
}
/// The class of tversky, which weighs and reduces its values.
class Tversky : public BuiltInLoss<TverskyOptions, TverskyArguments> {
 public:
  explicit Tversky(TverskyOptions options = {});
};

}  // namespace losses
}  // namespace keratin
