#pragma once

#include "keratin/layer.hpp"

namespace KERATIN_API keratin {
namespace layers {

/// (batch, ...) to (batch, product of the rest); (batch,) to (batch, 1). Copies nothing.
class Flatten : public Configured<Layer, LayerOptions> {
 public:
  using Configured::Configured;
  Shape compute_output_shape(const Shape& input) const override { return {input.elements()}; }
  Node call(Node x, bool training) override;
};

}  // namespace layers
}  // namespace keratin
