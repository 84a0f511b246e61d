#pragma once
// Hinge losses.

#include "keratin/losses/loss.hpp"

namespace keratin::losses {

/// mean(max(1 - y_true y_pred, 0)). Labels 0 and 1 become -1 and 1 if the whole of y_true holds
/// nothing else.
Node hinge(Node y_true, Node y_pred);
Tensor hinge(const Tensor& y_true, const Tensor& y_pred);
struct Hinge : Loss {
  explicit Hinge(LossOptions options = {});
};

/// mean(max(1 - y_true y_pred, 0)^2), labels as for hinge
Node squared_hinge(Node y_true, Node y_pred);
Tensor squared_hinge(const Tensor& y_true, const Tensor& y_pred);
struct SquaredHinge : Loss {
  explicit SquaredHinge(LossOptions options = {});
};

/// max(neg - pos + 1, 0) where pos = sum(y_true y_pred), neg = max((1 - y_true) y_pred); y_true is
/// one-hot
Node categorical_hinge(Node y_true, Node y_pred);
Tensor categorical_hinge(const Tensor& y_true, const Tensor& y_pred);
struct CategoricalHinge : Loss {
  explicit CategoricalHinge(LossOptions options = {});
};

}  // namespace keratin::losses
