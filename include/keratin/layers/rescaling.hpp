#pragma once

#include "keratin/layer.hpp"
#include "keratin/ops.hpp"

namespace keratin::layers {

/// x * scale + offset: `Rescaling(1.0 / 255)` takes pixels to 0..1.
class Rescaling : public Layer {
 public:
  explicit Rescaling(double scale, double offset = 0, std::string name = "")
      : Layer(std::move(name)), scale_(scale), offset_(offset) {}
  Node call(Node x, bool) override {
    const Node scaled = x * static_cast<float>(scale_);
    return offset_ == 0 ? scaled : scaled + static_cast<float>(offset_);
  }

 private:
  double scale_, offset_;
};

}  // namespace keratin::layers
