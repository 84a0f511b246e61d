#pragma once
// Focal cross-entropies: what is predicted well counts less. Clipping and label smoothing are those
// of crossentropies.hpp.

#include <initializer_list>
#include <vector>

#include "keratin/losses/loss.hpp"

namespace keratin::losses {

/// The weight of a focal loss: one number, or a list along the class axis.
class Alpha {
 public:
  Alpha(double value) : values_{static_cast<float>(value)} {}
  Alpha(std::initializer_list<double> values) : values_(values.begin(), values.end()) {}
  Alpha(const std::vector<double>& values) : values_(values.begin(), values.end()) {}
  const std::vector<float>& values() const { return values_; }

 private:
  std::vector<float> values_;
};

struct BinaryFocalCrossentropyOptions {
  bool apply_class_balancing = false;
  double alpha = 0.25, gamma = 2;
  bool from_logits = false;
  double label_smoothing = 0;
  int axis = -1;
  Reduction reduction = {};
  std::string name = "";
};
/// mean((1 - p)^gamma b): b the binary cross-entropy, p = y_true y_pred + (1 - y_true)(1 - y_pred)
/// what it gives to the truth; class balancing weighs 1 by alpha and 0 by 1 - alpha. TF-Keras 2.9
/// has no balancing.
Node binary_focal_crossentropy(Node y_true, Node y_pred,
                               const BinaryFocalCrossentropyOptions& options = {});
Tensor binary_focal_crossentropy(const Tensor& y_true, const Tensor& y_pred,
                                 const BinaryFocalCrossentropyOptions& options = {});
struct BinaryFocalCrossentropy : Loss {
  explicit BinaryFocalCrossentropy(BinaryFocalCrossentropyOptions options = {});
};

struct CategoricalFocalCrossentropyOptions {
  Alpha alpha = 0.25;
  double gamma = 2;
  bool from_logits = false;
  double label_smoothing = 0;
  int axis = -1;
  Reduction reduction = {};
  std::string name = "";
};
/// -sum(alpha (1 - q)^gamma y_true log(q)), q = y_pred / sum(y_pred). Always clipped. Not in
/// TF-Keras 2.9.
Node categorical_focal_crossentropy(Node y_true, Node y_pred,
                                    const CategoricalFocalCrossentropyOptions& options = {});
Tensor categorical_focal_crossentropy(const Tensor& y_true, const Tensor& y_pred,
                                      const CategoricalFocalCrossentropyOptions& options = {});
struct CategoricalFocalCrossentropy : Loss {
  explicit CategoricalFocalCrossentropy(CategoricalFocalCrossentropyOptions options = {});
};

}  // namespace keratin::losses
