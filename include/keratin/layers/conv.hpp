#pragma once

#include <optional>
#include <string>

#include "keratin/activations.hpp"
#include "keratin/layer.hpp"
#include "keratin/ops/images.hpp"

namespace KERATIN_API keratin {
namespace layers {

/// Options of Conv1D and Conv2D.
template <std::size_t rank>
struct ConvOptions {
  int filters = 0;              // required, as a field or as the constructor's first argument
  Sizes<rank> kernel_size = 0;  // required, likewise
  Sizes<rank> strides = 1;
  Padding padding = "valid";
  std::string data_format = "channels_last";  // the only one
  Sizes<rank> dilation_rate = 1;              // more than 1 only with strides of 1
  int groups = 1;  // channels and filters are divided into as many; each sees its own channels
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
template <class V, std::size_t rank>
void fields(V& v, ConvOptions<rank>& o) {
  v("filters", o.filters);
  v("kernel_size", o.kernel_size);
  v("strides", o.strides);
  v("padding", o.padding);
  v("data_format", o.data_format);
  v("dilation_rate", o.dilation_rate);
  v("groups", o.groups);
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

/// activation(x * kernel + bias), a cross-correlation along `rank` axes.
template <std::size_t rank>
class Conv : public Configured<Layer, ConvOptions<rank>> {
 public:
  explicit Conv(ConvOptions<rank> options);
  explicit Conv(int filters, Sizes<rank> kernel_size, ConvOptions<rank> options = {});

  Shape compute_output_shape(const Shape& input) const override;
  Shape build(const Shape& input) override;
  Node call(Node x, bool training) override;

 private:
  Variable *kernel_ = nullptr, *bias_ = nullptr;
};

using Conv1DOptions = ConvOptions<1>;
using Conv2DOptions = ConvOptions<2>;
/// (batch, steps, channels) to (batch, new steps, filters).
/// Weights: kernel (width, channels / groups, filters), bias (filters).
using Conv1D = Conv<1>;
/// (batch, height, width, channels) to (batch, new height, new width, filters).
/// Weights: kernel (height, width, channels / groups, filters), bias (filters).
using Conv2D = Conv<2>;

}  // namespace layers
}  // namespace keratin
