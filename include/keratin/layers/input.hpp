#pragma once

#include <concepts>
#include <string>

#include "keratin/layer.hpp"

namespace keratin::layers {

struct InputOptions {
  Shape shape = {};  // of a sample, without the batch axis
  std::string name = "";
};
template <class V>
void fields(V& v, InputOptions& o) {
  v("shape", o.shape);
  v("name", o.name);
}

/// Says what shape a sample has, so that the model is built at once. A model does not list it among
/// its layers.
class Input : public Configured<Layer, InputOptions> {
 public:
  /// Not from braces, which are a Shape: Input({}) takes one number per sample.
  template <std::same_as<InputOptions> Options>
  explicit Input(Options options) : Configured(std::move(options)) {}
  explicit Input(const Shape& shape, std::string layer_name = "")
      : Configured({.shape = shape, .name = std::move(layer_name)}) {}
  const Shape& shape() const { return options().shape; }
  Node call(Node x, bool) override { return x; }
};

}  // namespace keratin::layers
