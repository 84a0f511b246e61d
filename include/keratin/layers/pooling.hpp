#pragma once

#include <concepts>
#include <optional>
#include <string>

#include "keratin/layer.hpp"
#include "keratin/ops/images.hpp"

namespace KERATIN_API keratin {
namespace layers {

/// Options of pooling layers along `rank` axes.
template <std::size_t rank>
struct PoolingOptions {
  Sizes<rank> pool_size = 2;
  std::optional<Sizes<rank>> strides = {};  // as pool_size unless given
  Padding padding = "valid";
  std::string data_format = "channels_last";  // the only one
  std::string name = "";
  bool trainable = true;
};
template <class V, std::size_t rank>
void fields(V& v, PoolingOptions<rank>& o) {
  v("pool_size", o.pool_size);
  v("strides", o.strides);
  v("padding", o.padding);
  v("data_format", o.data_format);
  v("name", o.name);
  v("trainable", o.trainable);
}

/// What a pooling layer makes of the values in a window: an op.
using PoolingOp = Node (*)(Node x, Size2D window, const ops::WindowOptions& options);

/// The largest value, or the mean, of each window: MaxPooling1D, MaxPooling2D, AveragePooling1D and
/// AveragePooling2D.
template <std::size_t rank, PoolingOp op>
class Pooling : public Configured<Layer, PoolingOptions<rank>> {
 public:
  /// Not from braces, which are a size.
  template <std::same_as<PoolingOptions<rank>> Options>
  explicit Pooling(Options options) : Pooling(options.pool_size, std::move(options)) {}
  explicit Pooling(Sizes<rank> pool_size = 2, PoolingOptions<rank> options = {});

  Shape compute_output_shape(const Shape& input) const override;
  Node call(Node x, bool training) override;
};

using Pooling1DOptions = PoolingOptions<1>;
using Pooling2DOptions = PoolingOptions<2>;
/// (batch, steps, channels) to (batch, new steps, channels): the largest value in each window.
using MaxPooling1D = Pooling<1, ops::max_pool>;
/// (batch, height, width, channels) to (batch, new height, new width, channels): the largest value
/// in each window.
using MaxPooling2D = Pooling<2, ops::max_pool>;
/// (batch, steps, channels) to (batch, new steps, channels): the mean of each window.
using AveragePooling1D = Pooling<1, ops::average_pool>;
/// (batch, height, width, channels) to (batch, new height, new width, channels): the mean of each
/// window. With padding "same" a window that reaches beyond the image has a mean of fewer values.
using AveragePooling2D = Pooling<2, ops::average_pool>;

}  // namespace layers
}  // namespace keratin
