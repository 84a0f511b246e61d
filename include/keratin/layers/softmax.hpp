#pragma once

#include <string>

#include "keratin/layer.hpp"

namespace KERATIN_API keratin {
namespace layers {

struct SoftmaxOptions {
  int axis = -1;  // counted with the batch axis
  std::string name = "";
  bool trainable = true;
};
template <class V>
void fields(V& v, SoftmaxOptions& o) {
  v("axis", o.axis);
  v("name", o.name);
  v("trainable", o.trainable);
}

/// e^x / sum(e^x) along an axis.
class Softmax : public Configured<Layer, SoftmaxOptions> {
 public:
  using Configured::Configured;
  Node call(Node x, bool training) override;
};

}  // namespace layers
}  // namespace keratin
