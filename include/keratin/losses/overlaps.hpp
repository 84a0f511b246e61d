#pragma once
// Losses that compare two regions, as in segmentation: sums over the axes of both, by default over
// everything, the batch too.

#include "keratin/losses/loss.hpp"
#include "keratin/ops.hpp"

namespace keratin::losses {

struct DiceOptions {
  Reduction reduction = {};
  std::string name = "";
  Axes axis = {};  // {1, 2}: a value for each place on the others
};
/// 1 - 2 sum(y_true y_pred) / (sum(y_true) + sum(y_pred) + 1e-7)
Node dice(Node y_true, Node y_pred, const DiceOptions& options = {});
Tensor dice(const Tensor& y_true, const Tensor& y_pred, const DiceOptions& options = {});
struct Dice : Loss {
  explicit Dice(DiceOptions options = {});
};

struct TverskyOptions {
  double alpha = 0.5, beta = 0.5;
  Reduction reduction = {};
  std::string name = "";
  Axes axis = {};
};
/// 1 - I / (I + alpha M + beta F + 1e-7): hits I = sum(y_true y_pred), misses M = sum(y_true (1 -
/// y_pred)), false alarms F = sum((1 - y_true) y_pred). As in Keras 3.15; 3.16 weighs false alarms
/// by alpha and misses by beta.
Node tversky(Node y_true, Node y_pred, const TverskyOptions& options = {});
Tensor tversky(const Tensor& y_true, const Tensor& y_pred, const TverskyOptions& options = {});
struct Tversky : Loss {
  explicit Tversky(TverskyOptions options = {});
};

}  // namespace keratin::losses
