#pragma once

#include <optional>
#include <string>

#include "keratin/activations.hpp"
#include "keratin/layer.hpp"
#include "keratin/ops/images.hpp"

namespace KERATIN_API keratin {
namespace layers {

struct Conv2DTransposeOptions {
  int filters = 0;         // required, as a field or as the constructor's first argument
  Size2D kernel_size = 0;  // required, likewise
  Size2D strides = 1;
  Padding padding = "valid";
  std::optional<Size2D> output_padding = {};  // which of the sizes that suit; 0 to strides - 1
  std::string data_format = "channels_last";  // the only one
  Size2D dilation_rate = 1;                   // more than 1 only with strides of 1
  ActivationFunction activation = {};
  bool use_bias = true;
  InitializerHandle kernel_initializer = "glorot_uniform";
  InitializerHandle bias_initializer = "zeros";
  RegularizerHandle kernel_regularizer = {};
  RegularizerHandle bias_regularizer = {};
  RegularizerHandle activity_regularizer = {};
  ConstraintHandle kernel_constraint = {};
  ConstraintHandle bias_constraint = {};
  std::string name = "";
  bool trainable = true;
};
template <class V>
void fields(V& v, Conv2DTransposeOptions& o) {
  v("filters", o.filters);
  v("kernel_size", o.kernel_size);
  v("strides", o.strides);
  v("padding", o.padding);
  v("output_padding", o.output_padding);
  v("data_format", o.data_format);
  v("dilation_rate", o.dilation_rate);
  v("activation", o.activation);
  v("use_bias", o.use_bias);
  v("kernel_initializer", o.kernel_initializer);
  v("bias_initializer", o.bias_initializer);
  v("kernel_regularizer", o.kernel_regularizer);
  v("bias_regularizer", o.bias_regularizer);
  v("activity_regularizer", o.activity_regularizer);
  v("kernel_constraint", o.kernel_constraint);
  v("bias_constraint", o.bias_constraint);
  v("name", o.name);
  v("trainable", o.trainable);
}

/// A transposed convolution, as decoders use it to enlarge images: what the gradient of Conv2D does
/// to its input. (batch, height, width, channels) to (batch, new height, new width, filters), where
/// the new sizes are strides times the old ones with padding "same".
/// Weights: kernel (height, width, filters, channels), bias (filters).
class Conv2DTranspose : public Configured<Layer, Conv2DTransposeOptions> {
 public:
  explicit Conv2DTranspose(Conv2DTransposeOptions options);
  explicit Conv2DTranspose(int filters, Size2D kernel_size, Conv2DTransposeOptions options = {});

  Shape compute_output_shape(const Shape& input) const override;
  Shape build(const Shape& input) override;
  Node call(Node x, bool training) override;

 private:
  Variable *kernel_ = nullptr, *bias_ = nullptr;
};

}  // namespace layers
}  // namespace keratin
