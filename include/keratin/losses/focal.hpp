#pragma once
// Focal cross-entropies: examples that are already predicted well count less. Clipping, logits and
// label smoothing are those of crossentropies.hpp.

#include "keratin/losses/built_in_loss.hpp"
#include "keratin/number_or_list.hpp"

namespace KERATIN_API keratin {
namespace losses {

/// The weight of a focal loss: one number for all classes, or a list with one per class.
using Alpha = NumberOrList;

struct BinaryFocalCrossentropyArguments {
  bool apply_class_balancing = false;  // weigh labels 1 by alpha and labels 0 by 1 - alpha
  double alpha = 0.25;
  double gamma = 2;  // how fast the weight of well predicted examples falls; 0 weighs all alike
  bool from_logits = false;
  double label_smoothing = 0;
  int axis = -1;  // over which the mean is taken
};
/// mean((1 - p)^gamma b), where b is the binary cross-entropy and p = y_true y_pred + (1 - y_true)
/// (1 - y_pred) the probability that the prediction gives to the truth. TF-Keras 2.9 has no
/// balancing.
extern const LossFunction<BinaryFocalCrossentropyArguments> binary_focal_crossentropy;

struct BinaryFocalCrossentropyOptions {
  bool apply_class_balancing = false;
  double alpha = 0.25, gamma = 2;
  bool from_logits = false;
  double label_smoothing = 0;
  int axis = -1;
  Reduction reduction = {};
  std::string name = "";
};
template <class V>
void fields(V& v, BinaryFocalCrossentropyOptions& o) {
  v("apply_class_balancing", o.apply_class_balancing);
  v("alpha", o.alpha);
  v("gamma", o.gamma);
  v("from_logits", o.from_logits);
  v("label_smoothing", o.label_smoothing);
  v("axis", o.axis);
  v("reduction", o.reduction);
  v("name", o.name);
}
/// The class of binary_focal_crossentropy, which weighs and reduces its values.
class BinaryFocalCrossentropy
    : public BuiltInLoss<BinaryFocalCrossentropyOptions, BinaryFocalCrossentropyArguments> {
 public:
  explicit BinaryFocalCrossentropy(BinaryFocalCrossentropyOptions options = {});
};

struct CategoricalFocalCrossentropyArguments {
  Alpha alpha = 0.25;
  double gamma = 2;
  bool from_logits = false;
  double label_smoothing = 0;
  int axis = -1;  // of the classes
};
/// -sum(alpha (1 - q)^gamma y_true log(q)), where q = y_pred / sum(y_pred). It is always computed
/// from probabilities, which are clipped. Not in TF-Keras 2.9.
extern const LossFunction<CategoricalFocalCrossentropyArguments> categorical_focal_crossentropy;

struct CategoricalFocalCrossentropyOptions {
  Alpha alpha = 0.25;
  double gamma = 2;
  bool from_logits = false;
  double label_smoothing = 0;
  int axis = -1;
  Reduction reduction = {};
  std::string name = "";
};
template <class V>
void fields(V& v, CategoricalFocalCrossentropyOptions& o) {
  v("alpha", o.alpha);
  v("gamma", o.gamma);
  v("from_logits", o.from_logits);
  v("label_smoothing", o.label_smoothing);
  v("axis", o.axis);
  v("reduction", o.reduction);
  v("name", o.name);
}
/// The class of categorical_focal_crossentropy, which weighs and reduces its values.
class CategoricalFocalCrossentropy : public BuiltInLoss<CategoricalFocalCrossentropyOptions,
                                                        CategoricalFocalCrossentropyArguments> {
 public:
  explicit CategoricalFocalCrossentropy(CategoricalFocalCrossentropyOptions options = {});
};

}  // namespace losses
}  // namespace keratin
