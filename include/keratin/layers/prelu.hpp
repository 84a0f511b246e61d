#pragma once

#include <string>
#include <vector>

#include "keratin/layer.hpp"

namespace KERATIN_API keratin {
namespace layers {

struct PReLUOptions {
  InitializerHandle alpha_initializer = "zeros";
  RegularizerHandle alpha_regularizer = {};
  ConstraintHandle alpha_constraint = {};
  OptionalList<int> shared_axes = {};  // counted from the batch axis, which is 0
  std::string name = "";
  bool trainable = true;
};
template <class V>
void fields(V& v, PReLUOptions& o) {
  v("alpha_initializer", o.alpha_initializer);
  v("alpha_regularizer", o.alpha_regularizer);
  v("alpha_constraint", o.alpha_constraint);
  v("shared_axes", o.shared_axes);
  v("name", o.name);
  v("trainable", o.trainable);
}

/// x where it is above 0, alpha * x elsewhere. Weights: alpha, of the shape of a sample, with size
/// 1 along the shared axes.
class PReLU : public Configured<Layer, PReLUOptions> {
 public:
  using Configured::Configured;
  Shape build(const Shape& input) override;
  Node call(Node x, bool training) override;

 private:
  Variable* alpha_ = nullptr;
};

}  // namespace layers
}  // namespace keratin
