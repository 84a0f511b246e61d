#pragma once

#include "keratin/layer.hpp"
#include "keratin/ops.hpp"

namespace keratin::layers {

/// (batch, ...) to (batch, product of the rest); (batch,) to (batch, 1). Copies nothing.
class Flatten : public Layer {
 public:
  using Layer::Layer;
  Shape build(const Shape& input) override { return {input.elements()}; }
  Node call(Node x, bool) override { return ops::flatten(x); }
};

}  // namespace keratin::layers
