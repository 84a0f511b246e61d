#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "keratin/layer.hpp"

namespace KERATIN_API keratin {
namespace layers {

struct ReshapeOptions {
  std::vector<int> target_shape = {};  // of a sample; one size may be -1: what is left over
  std::string name = "";
  bool trainable = true;
};
template <class V>
void fields(V& v, ReshapeOptions& o) {
  v("target_shape", o.target_shape);
  v("name", o.name);
  v("trainable", o.trainable);
}

/// (batch, ...) to (batch, target_shape...). Copies nothing.
class Reshape : public Configured<Layer, ReshapeOptions> {
 public:
  explicit Reshape(ReshapeOptions options);
  explicit Reshape(std::initializer_list<int> target_shape, std::string layer_name = "");
  Shape compute_output_shape(const Shape& input) const override;
  Node call(Node x, bool training) override;
};

}  // namespace layers
}  // namespace keratin
