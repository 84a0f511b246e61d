#pragma once

#include <string>

#include "keratin/layer.hpp"

namespace KERATIN_API keratin {
namespace layers {

struct BatchNormalizationOptions {
  int axis = -1;  // of the features, counted with the batch axis
  double momentum = 0.99;
  double epsilon = 1e-3;
  bool center = true;  // whether there is a beta
  bool scale = true;   // whether there is a gamma
  InitializerHandle beta_initializer = "zeros";
  InitializerHandle gamma_initializer = "ones";
  InitializerHandle moving_mean_initializer = "zeros";
  InitializerHandle moving_variance_initializer = "ones";
  RegularizerHandle beta_regularizer = {};
  RegularizerHandle gamma_regularizer = {};
  ConstraintHandle beta_constraint = {};
  ConstraintHandle gamma_constraint = {};
  std::string name = "";
  bool trainable = true;
};
template <class V>
void fields(V& v, BatchNormalizationOptions& o) {
  v("axis", o.axis);
  v("momentum", o.momentum);
  v("epsilon", o.epsilon);
  v("center", o.center);
  v("scale", o.scale);
  v("beta_initializer", o.beta_initializer);
  v("gamma_initializer", o.gamma_initializer);
  v("moving_mean_initializer", o.moving_mean_initializer);
  v("moving_variance_initializer", o.moving_variance_initializer);
  v("beta_regularizer", o.beta_regularizer);
  v("gamma_regularizer", o.gamma_regularizer);
  v("beta_constraint", o.beta_constraint);
  v("gamma_constraint", o.gamma_constraint);
  v("name", o.name);
  v("trainable", o.trainable);
}

/// (x - mean) / sqrt(variance + epsilon) * gamma + beta for each feature. While training, mean and
/// variance are those of the batch, which moving averages follow; otherwise, and in a layer that is
/// not trainable, they are these averages. Weights: gamma, beta, moving_mean, moving_variance.
class BatchNormalization : public Configured<Layer, BatchNormalizationOptions> {
 public:
  using Configured::Configured;
  Shape build(const Shape& input) override;
  Node call(Node x, bool training) override;

 private:
  Variable *gamma_ = nullptr, *beta_ = nullptr, *mean_ = nullptr, *variance_ = nullptr;
};

}  // namespace layers
}  // namespace keratin
