#pragma once

#include <string>

#include "keratin/activations.hpp"
#include "keratin/layer.hpp"

namespace KERATIN_API keratin {
namespace layers {

struct ActivationOptions {
  ActivationFunction activation = {};
  std::string name = "";
  bool trainable = true;
};
template <class V>
void fields(V& v, ActivationOptions& o) {
  v("activation", o.activation);
  v("name", o.name);
  v("trainable", o.trainable);
}

/// An activation as a layer: by Keras string or as a function on nodes, which keeps the shape.
class Activation : public Configured<Layer, ActivationOptions> {
 public:
  explicit Activation(ActivationOptions options) : Configured(std::move(options)) {}
  explicit Activation(ActivationFunction activation, std::string layer_name = "")
      : Configured({.activation = std::move(activation), .name = std::move(layer_name)}) {}
  Node call(Node x, bool) override { return options().activation(x); }
};

}  // namespace layers
}  // namespace keratin
