#pragma once

#include <string>

#include "keratin/layer.hpp"

namespace keratin::layers {

struct RescalingOptions {
  double scale = 1;
  double offset = 0;
  std::string name = "";
  bool trainable = true;
};
template <class V>
void fields(V& v, RescalingOptions& o) {
  v("scale", o.scale);
  v("offset", o.offset);
  v("name", o.name);
  v("trainable", o.trainable);
}

/// x * scale + offset: `Rescaling(1.0 / 255)` takes pixels to 0..1.
class Rescaling : public Configured<Layer, RescalingOptions> {
 public:
  explicit Rescaling(RescalingOptions options) : Configured(std::move(options)) {}
  explicit Rescaling(double scale, double offset = 0, std::string layer_name = "")
      : Configured({.scale = scale, .offset = offset, .name = std::move(layer_name)}) {}
  Node call(Node x, bool training) override;
};

}  // namespace keratin::layers
