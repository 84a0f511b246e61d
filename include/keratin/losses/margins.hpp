#pragma once
// Hinge losses.

#include "keratin/losses/built_in_loss.hpp"

namespace KERATIN_API keratin {
namespace losses {

/// mean(max(1 - y_true y_pred, 0)). Labels are -1 and 1. If all of y_true is 0 or 1, these labels
/// are taken as -1 and 1.
extern const LossFunction<> hinge;

/// The class of hinge, which weighs and reduces its values.
class Hinge : public BuiltInLoss<LossOptions> {
 public:
  explicit Hinge(LossOptions options = {});
};

/// mean(max(1 - y_true y_pred, 0)^2), with labels as for hinge
extern const LossFunction<> squared_hinge;

/// The class of squared_hinge, which weighs and reduces its values.
class SquaredHinge : public BuiltInLoss<LossOptions> {
 public:
  explicit SquaredHinge(LossOptions options = {});
};

/// max(neg - pos + 1, 0), where pos = sum(y_true y_pred) and neg = max((1 - y_true) y_pred); y_true
/// is one-hot
extern const LossFunction<> categorical_hinge;

/// The class of categorical_hinge, which weighs and reduces its values.
class CategoricalHinge : public BuiltInLoss<LossOptions> {
 public:
  explicit CategoricalHinge(LossOptions options = {});
};

}  // namespace losses
}  // namespace keratin
