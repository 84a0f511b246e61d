#pragma once
// Cross-entropies. Probabilities are clipped to [1e-7, 1 - 1e-7], in float32 as in Keras: the loss
// of a sure mistake is about 16.
//
// After a softmax (of the last axis) or sigmoid, on the same tape, they compute from that
// activation's input, its logits, without any clipping, as Keras does on TensorFlow: no gradient is
// lost, whatever the logits' size. That holds with from_logits too, where y_pred is no logits but
// that activation's output. Label smoothing s takes y_true to y_true (1 - s) + s / C; C is 2 for
// the binary losses, else the last size of y_true (Keras 3.16: the size of `axis`).

#include <optional>

#include "keratin/losses/loss.hpp"

namespace keratin::losses {

struct BinaryCrossentropyOptions {
  bool from_logits = false;
  double label_smoothing = 0;
  int axis = -1;  // the mean is over this one
  Reduction reduction = {};
  std::string name = "";
};
/// mean(-(y_true log(y_pred) + (1 - y_true) log(1 - y_pred))). TF-Keras 2.9 adds another 1e-7
/// inside the logarithms.
Node binary_crossentropy(Node y_true, Node y_pred, const BinaryCrossentropyOptions& options = {});
Tensor binary_crossentropy(const Tensor& y_true, const Tensor& y_pred,
                           const BinaryCrossentropyOptions& options = {});
struct BinaryCrossentropy : Loss {
  explicit BinaryCrossentropy(BinaryCrossentropyOptions options = {});
};

struct CategoricalCrossentropyOptions {
  bool from_logits = false;
  double label_smoothing = 0;
  int axis = -1;  // of the classes
  Reduction reduction = {};
  std::string name = "";
};
/// -sum(y_true log(y_pred / sum(y_pred))); y_true is one-hot or any distribution over the classes.
Node categorical_crossentropy(Node y_true, Node y_pred,
                              const CategoricalCrossentropyOptions& options = {});
Tensor categorical_crossentropy(const Tensor& y_true, const Tensor& y_pred,
                                const CategoricalCrossentropyOptions& options = {});
struct CategoricalCrossentropy : Loss {
  explicit CategoricalCrossentropy(CategoricalCrossentropyOptions options = {});
};

struct SparseCategoricalCrossentropyOptions {
  bool from_logits = false;
  std::optional<int> ignore_class =
      {};  // labels that count nothing, as if their samples were not there
  Reduction reduction = {};
  int axis = -1;
  std::string name = "";
};
/// -log(y_pred[y_true] / sum(y_pred)); y_true holds class ids 0 .. C - 1, cut to integers, in
/// y_pred's shape without the class axis, or with that axis of size 1. Throws for a label that is
/// no class, naming its row.
Node sparse_categorical_crossentropy(Node y_true, Node y_pred,
                                     const SparseCategoricalCrossentropyOptions& options = {});
Tensor sparse_categorical_crossentropy(const Tensor& y_true, const Tensor& y_pred,
                                       const SparseCategoricalCrossentropyOptions& options = {});
struct SparseCategoricalCrossentropy : Loss {
  explicit SparseCategoricalCrossentropy(SparseCategoricalCrossentropyOptions options = {});
};

}  // namespace keratin::losses
