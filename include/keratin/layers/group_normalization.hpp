#pragma once

#include <string>
#include <vector>

#include "keratin/layer.hpp"

namespace KERATIN_API keratin {
namespace layers {

struct GroupNormalizationOptions {
  int groups = 32;  // -1: one per feature
  int axis = -1;    // of the features, counted with the batch axis
  double epsilon = 1e-3;
  bool center = true;  // whether there is a beta
  bool scale = true;   // whether there is a gamma
  InitializerHandle beta_initializer = "zeros";
  InitializerHandle gamma_initializer = "ones";
  RegularizerHandle beta_regularizer = {};
  RegularizerHandle gamma_regularizer = {};
  ConstraintHandle beta_constraint = {};
  ConstraintHandle gamma_constraint = {};
  std::string name = "";
  bool trainable = true;
};
template <class V>
void fields(V& v, GroupNormalizationOptions& o) {
  v("groups", o.groups);
  v("axis", o.axis);
  v("epsilon", o.epsilon);
  v("center", o.center);
  v("scale", o.scale);
  v("beta_initializer", o.beta_initializer);
  v("gamma_initializer", o.gamma_initializer);
  v("beta_regularizer", o.beta_regularizer);
  v("gamma_regularizer", o.gamma_regularizer);
  v("beta_constraint", o.beta_constraint);
  v("gamma_constraint", o.gamma_constraint);
  v("name", o.name);
  v("trainable", o.trainable);
}

/// (x - mean) / sqrt(variance + epsilon) * gamma + beta, mean and variance being those of each
/// sample over a group of features and all other axes. Weights: gamma and beta, one per feature.
class GroupNormalization : public Configured<Layer, GroupNormalizationOptions> {
 public:
  explicit GroupNormalization(GroupNormalizationOptions options = {});
  explicit GroupNormalization(int groups) : GroupNormalization({.groups = groups}) {}
  Shape build(const Shape& input) override;
  Node call(Node x, bool training) override;

 private:
  Variable *gamma_ = nullptr, *beta_ = nullptr;
  Shape grouped_;          // a sample, with the features' axis in two: groups, and their size
  Shape broadcast_;        // of gamma and beta beside that
  std::vector<int> axes_;  // of mean and variance
};

}  // namespace layers
}  // namespace keratin
