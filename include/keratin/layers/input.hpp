#pragma once

#include "keratin/layer.hpp"

namespace keratin::layers {

/// Says what shape a sample has, so that the model is built at once. A model does not list it among
/// its layers.
class Input : public Layer {
 public:
  explicit Input(const Shape& shape, std::string name = "")
      : Layer(std::move(name)), shape(shape) {}
  Node call(Node x, bool) override { return x; }

  Shape shape;  // of a sample, without the batch axis
};

}  // namespace keratin::layers
