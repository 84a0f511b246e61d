#pragma once

#include <string>

#include "keratin/layer.hpp"
#include "keratin/ops.hpp"

namespace KERATIN_API keratin {
namespace layers {

struct LayerNormalizationOptions {
  Axes axis = -1;  // one or several, counted with the batch axis
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
void fields(V& v, LayerNormalizationOptions& o) {
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
/// sample along the axes. Weights: gamma and beta, of the axes' sizes.
class LayerNormalization : public Configured<Layer, LayerNormalizationOptions> {
 public:
  using Configured::Configured;
  Shape build(const Shape& input) override;
  Node call(Node x, bool training) override;

 private:
  Variable *gamma_ = nullptr, *beta_ = nullptr;
  Shape broadcast_;  // of gamma and beta beside x
};

struct RMSNormalizationOptions {
  Axes axis = -1;  // one or several, counted with the batch axis
  double epsilon = 1e-6;
  std::string name = "";
  bool trainable = true;
};
template <class V>
void fields(V& v, RMSNormalizationOptions& o) {
  v("axis", o.axis);
  v("epsilon", o.epsilon);
  v("name", o.name);
  v("trainable", o.trainable);
}

/// x / sqrt(mean of x^2 along the axes + epsilon) * scale. Weights: scale, of the axes' sizes.
class RMSNormalization : public Configured<Layer, RMSNormalizationOptions> {
 public:
  using Configured::Configured;
  Shape build(const Shape& input) override;
  Node call(Node x, bool training) override;

 private:
  Variable* scale_ = nullptr;
  Shape broadcast_;
};

struct UnitNormalizationOptions {
  Axes axis = -1;  // one or several, counted with the batch axis
  std::string name = "";
  bool trainable = true;
};
template <class V>
void fields(V& v, UnitNormalizationOptions& o) {
  v("axis", o.axis);
  v("name", o.name);
  v("trainable", o.trainable);
}

/// x / its length along the axes.
class UnitNormalization : public Configured<Layer, UnitNormalizationOptions> {
 public:
  using Configured::Configured;
  Node call(Node x, bool training) override;
};

}  // namespace layers
}  // namespace keratin
