#pragma once
// Cross-entropies. Probabilities are clipped to [1e-7, 1 - 1e-7] in float32, as in Keras: the loss
// of a confident mistake is about 16.
//
// Where the predictions are the output of a softmax over the last axis or of a sigmoid on the same
// tape, the loss is computed from the input of that activation, the logits, as Keras does on
// TensorFlow. Nothing is clipped then, and logits of any size have a gradient. This also holds with
// from_logits, which then does not mean that the activation's output holds logits.
//
// Label smoothing s replaces y_true by y_true (1 - s) + s / C, where C is 2 for the binary losses
// and else the size of y_true's last axis (Keras 3.16: of the class axis).

#include <optional>

#include "keratin/losses/built_in_loss.hpp"

namespace KERATIN_API keratin {
namespace losses {

struct BinaryCrossentropyArguments {
  bool from_logits = false;  // y_pred holds logits, not probabilities
  double label_smoothing = 0;
  int axis = -1;  // over which the mean is taken
};
/// mean(-(y_true log(y_pred) + (1 - y_true) log(1 - y_pred))). TF-Keras 2.9 adds another 1e-7
/// inside the logarithms.
extern const LossFunction<BinaryCrossentropyArguments> binary_crossentropy;

struct BinaryCrossentropyOptions {
  bool from_logits = false;
  double label_smoothing = 0;
  int axis = -1;
  Reduction reduction = {};
  std::string name = "";
};
template <class V>
void fields(V& v, BinaryCrossentropyOptions& o) {
  v("from_logits", o.from_logits);
  v("label_smoothing", o.label_smoothing);
  v("axis", o.axis);
  v("reduction", o.reduction);
  v("name", o.name);
}
/// The class of binary_crossentropy, which weighs and reduces its values.
class BinaryCrossentropy
    : public BuiltInLoss<BinaryCrossentropyOptions, BinaryCrossentropyArguments> {
 public:
  explicit BinaryCrossentropy(BinaryCrossentropyOptions options = {});
};

struct CategoricalCrossentropyArguments {
  bool from_logits = false;
  double label_smoothing = 0;
  int axis = -1;  // of the classes
};
/// -sum(y_true log(y_pred / sum(y_pred))); y_true is one-hot or any distribution over the classes.
extern const LossFunction<CategoricalCrossentropyArguments> categorical_crossentropy;

struct CategoricalCrossentropyOptions {
  bool from_logits = false;
  double label_smoothing = 0;
  int axis = -1;
  Reduction reduction = {};
  std::string name = "";
};
template <class V>
void fields(V& v, CategoricalCrossentropyOptions& o) {
  v("from_logits", o.from_logits);
  v("label_smoothing", o.label_smoothing);
  v("axis", o.axis);
  v("reduction", o.reduction);
  v("name", o.name);
}
/// The class of categorical_crossentropy, which weighs and reduces its values.
class CategoricalCrossentropy
    : public BuiltInLoss<CategoricalCrossentropyOptions, CategoricalCrossentropyArguments> {
 public:
  explicit CategoricalCrossentropy(CategoricalCrossentropyOptions options = {});
};

struct SparseCategoricalCrossentropyArguments {
  bool from_logits = false;
  // Labels of this value have the loss 0. The class also leaves them out of its means, as if their
  // samples were not there.
  std::optional<int> ignore_class = {};
  int axis = -1;  // of the classes
};
/// -log(y_pred[y_true] / sum(y_pred)); y_true holds class ids from 0 to C - 1, truncated to
/// integers, in y_pred's shape without the class axis, or with a class axis of size 1. Throws for a
/// label that is no class, naming its row.
extern const LossFunction<SparseCategoricalCrossentropyArguments> sparse_categorical_crossentropy;

struct SparseCategoricalCrossentropyOptions {
  bool from_logits = false;
  std::optional<int> ignore_class = {};
  Reduction reduction = {};
  int axis = -1;
  std::string name = "";
};
template <class V>
void fields(V& v, SparseCategoricalCrossentropyOptions& o) {
  v("from_logits", o.from_logits);
  v("ignore_class", o.ignore_class);
  v("reduction", o.reduction);
  v("axis", o.axis);
  v("name", o.name);
}
/// The class of sparse_categorical_crossentropy, which weighs and reduces its values.
class SparseCategoricalCrossentropy : public BuiltInLoss<SparseCategoricalCrossentropyOptions,
                                                         SparseCategoricalCrossentropyArguments> {
 public:
  explicit SparseCategoricalCrossentropy(SparseCategoricalCrossentropyOptions options = {});
  /// Also throws for the first label that is not an integer or no class.
  void check_labels(const ArrayView& y_true, const Shape& y_pred) const override;

 protected:
  std::optional<Node> mask(Node y_true, Node values) const override;
};

}  // namespace losses
}  // namespace keratin
