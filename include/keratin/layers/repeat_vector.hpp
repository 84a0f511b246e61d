#pragma once

#include <string>

#include "keratin/layer.hpp"

namespace KERATIN_API keratin {
namespace layers {

struct RepeatVectorOptions {
  int n = 0;  // required, as a field or as the constructor's first argument
  std::string name = "";
  bool trainable = true;
};
template <class V>
void fields(V& v, RepeatVectorOptions& o) {
  v("n", o.n);
  v("name", o.name);
  v("trainable", o.trainable);
}

/// (batch, features) to (batch, n, features).
class RepeatVector : public Configured<Layer, RepeatVectorOptions> {
 public:
  explicit RepeatVector(RepeatVectorOptions options);
  explicit RepeatVector(int n, std::string layer_name = "")
      : RepeatVector(RepeatVectorOptions{.n = n, .name = std::move(layer_name)}) {}
  Shape compute_output_shape(const Shape& input) const override;
  Node call(Node x, bool training) override;
};

}  // namespace layers
}  // namespace keratin
