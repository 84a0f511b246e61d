#pragma once

#include <optional>
#include <string>

#include "keratin/activations.hpp"
#include "keratin/layer.hpp"

namespace KERATIN_API keratin {
namespace layers {

struct DenseOptions {
  int units = 0;  // required, as a field or as the constructor's first argument
  ActivationFunction activation = {};
  bool use_bias = true;
  InitializerHandle kernel_initializer = "glorot_uniform";
  InitializerHandle bias_initializer = "zeros";
  RegularizerHandle kernel_regularizer = {};
  RegularizerHandle bias_regularizer = {};
  RegularizerHandle activity_regularizer = {};
  ConstraintHandle kernel_constraint = {};
  ConstraintHandle bias_constraint = {};
  std::string name = "";
  bool trainable = true;
};
template <class V>
void fields(V& v, DenseOptions& o) {
  v("units", o.units);
  v("activation", o.activation);
  v("use_bias", o.use_bias);
  v("kernel_initializer", o.kernel_initializer);
  v("bias_initializer", o.bias_initializer);
  v("kernel_regularizer", o.kernel_regularizer);
  v("bias_regularizer", o.bias_regularizer);
  v("activity_regularizer", o.activity_regularizer);
  v("kernel_constraint", o.kernel_constraint);
  v("bias_constraint", o.bias_constraint);
  v("name", o.name);
  v("trainable", o.trainable);
}

/// activation(x . kernel + bias): (..., features) to (..., units).
/// Weights: kernel (features, units), bias (units).
class Dense : public Configured<Layer, DenseOptions> {
 public:
  explicit Dense(DenseOptions options);
  explicit Dense(int units, DenseOptions options = {});
  Dense(int units, ActivationFunction activation);

  Shape compute_output_shape(const Shape& input) const override;
  Shape build(const Shape& input) override;
  Node call(Node x, bool training) override;

 private:
  Variable *kernel_ = nullptr, *bias_ = nullptr;
};

}  // namespace layers
}  // namespace keratin
