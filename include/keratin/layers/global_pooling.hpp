#pragma once

#include <string>

#include "keratin/layer.hpp"
#include "keratin/ops.hpp"

namespace KERATIN_API keratin {
namespace layers {

struct GlobalPoolingOptions {
  std::string data_format = "channels_last";  // the only one
  bool keepdims = false;                      // leaves spatial axes of size 1
  std::string name = "";
  bool trainable = true;
};
template <class V>
void fields(V& v, GlobalPoolingOptions& o) {
  v("data_format", o.data_format);
  v("keepdims", o.keepdims);
  v("name", o.name);
  v("trainable", o.trainable);
}

/// Reduces all of the `rank` spatial axes by that op.
template <std::size_t rank, Node (*reduce)(Node x, const Axes& axes, bool keepdims)>
class GlobalPooling : public Configured<Layer, GlobalPoolingOptions> {
 public:
  explicit GlobalPooling(GlobalPoolingOptions options = {});
  Shape compute_output_shape(const Shape& input) const override;
  Node call(Node x, bool training) override;
};

/// (batch, steps, channels) to (batch, channels), or (batch, 1, channels) with keepdims.
using GlobalMaxPooling1D = GlobalPooling<1, ops::max>;
using GlobalAveragePooling1D = GlobalPooling<1, ops::mean>;
/// (batch, height, width, channels) to (batch, channels), or (batch, 1, 1, channels) with keepdims.
using GlobalMaxPooling2D = GlobalPooling<2, ops::max>;
using GlobalAveragePooling2D = GlobalPooling<2, ops::mean>;

}  // namespace layers
}  // namespace keratin
