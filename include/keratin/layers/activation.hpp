#pragma once

#include "keratin/activations.hpp"
#include "keratin/layer.hpp"

namespace keratin::layers {

/// An activation as a layer of its own: by Keras string or as a function on nodes.
class Activation : public Layer {
 public:
  explicit Activation(ActivationFunction activation, std::string name = "")
      : Layer(std::move(name)), activation_(std::move(activation)) {}
  Node call(Node x, bool) override { return activation_(x); }

 private:
  ActivationFunction activation_;
};

}  // namespace keratin::layers
