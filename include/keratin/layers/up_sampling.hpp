#pragma once

#include <concepts>
#include <string>

#include "keratin/layer.hpp"
#include "keratin/ops/images.hpp"

namespace KERATIN_API keratin {
namespace layers {

struct UpSampling1DOptions {
  int size = 2;  // how often each step is repeated
  std::string name = "";
  bool trainable = true;
};
template <class V>
void fields(V& v, UpSampling1DOptions& o) {
  v("size", o.size);
  v("name", o.name);
  v("trainable", o.trainable);
}

/// (batch, steps, channels) to (batch, steps * size, channels): each step `size` times.
class UpSampling1D : public Configured<Layer, UpSampling1DOptions> {
 public:
  explicit UpSampling1D(UpSampling1DOptions options);
  explicit UpSampling1D(int size = 2) : UpSampling1D(UpSampling1DOptions{.size = size}) {}
  Shape compute_output_shape(const Shape& input) const override;
  Node call(Node x, bool training) override;
};

struct UpSampling2DOptions {
  Size2D size = 2;                            // factors of height and width
  std::string data_format = "channels_last";  // the only one
  std::string interpolation = "nearest";      // or "bilinear"
  std::string name = "";
  bool trainable = true;
};
template <class V>
void fields(V& v, UpSampling2DOptions& o) {
  v("size", o.size);
  v("data_format", o.data_format);
  v("interpolation", o.interpolation);
  v("name", o.name);
  v("trainable", o.trainable);
}

/// (batch, height, width, channels) to (batch, height * size[0], width * size[1], channels).
class UpSampling2D : public Configured<Layer, UpSampling2DOptions> {
 public:
  /// Not from braces, which are a size.
  template <std::same_as<UpSampling2DOptions> Options>
  explicit UpSampling2D(Options options) : UpSampling2D(options.size, std::move(options)) {}
  explicit UpSampling2D(Size2D size = 2, UpSampling2DOptions options = {});
  Shape compute_output_shape(const Shape& input) const override;
  Node call(Node x, bool training) override;

 private:
  ops::Interpolation interpolation_;
};

}  // namespace layers
}  // namespace keratin
