#pragma once

#include <concepts>
#include <string>

#include "keratin/layer.hpp"

namespace KERATIN_API keratin {
namespace layers {

struct InputOptions {
  Shape shape = {};  // of a sample, without the batch axis
  std::string name = "";
};

/// A sample's shape as Keras's configurations have it: with the batch axis, which is null.
struct BatchShape {
  Shape sample = {};

  Config config() const;
  /// Any size of the batch will do. Throws std::invalid_argument for other unknown sizes.
  static BatchShape from_config(const Config& config);
};

template <class V>
void fields(V& v, InputOptions& o) {
  BatchShape batch_shape{o.shape};
  v("batch_shape", batch_shape);
  o.shape = std::move(batch_shape.sample);
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

}  // namespace layers
}  // namespace keratin
