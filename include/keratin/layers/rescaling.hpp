#pragma once

#include <string>

#include "keratin/layer.hpp"
#include "keratin/number_or_list.hpp"

namespace KERATIN_API keratin {
namespace layers {

struct RescalingOptions {
  NumberOrList scale = 1;  // a list has one for each position of the last axis
  NumberOrList offset = 0;
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
  explicit Rescaling(RescalingOptions options);
  explicit Rescaling(double scale, NumberOrList offset = 0, std::string layer_name = "")
      : Rescaling(RescalingOptions{
            .scale = scale, .offset = std::move(offset), .name = std::move(layer_name)}) {}
  Shape compute_output_shape(const Shape& input) const override;
  Node call(Node x, bool training) override;

 private:
  Tensor scales_, offsets_;  // where they are lists
};

}  // namespace layers
}  // namespace keratin
