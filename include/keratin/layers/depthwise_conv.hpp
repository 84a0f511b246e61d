#pragma once

#include <concepts>
#include <string>

#include "keratin/activations.hpp"
#include "keratin/layer.hpp"
#include "keratin/ops/images.hpp"

namespace KERATIN_API keratin {
namespace layers {

struct DepthwiseConv2DOptions {
  Size2D kernel_size = 0;  // required, as a field or as the constructor's first argument
  Size2D strides = 1;
  Padding padding = "valid";
  int depth_multiplier = 1;                   // filters of each channel
  std::string data_format = "channels_last";  // the only one
  Size2D dilation_rate = 1;                   // more than 1 only with strides of 1
  ActivationFunction activation = {};
  bool use_bias = true;
  InitializerHandle depthwise_initializer = "glorot_uniform";
  InitializerHandle bias_initializer = "zeros";
  RegularizerHandle depthwise_regularizer = {};
  RegularizerHandle bias_regularizer = {};
  RegularizerHandle activity_regularizer = {};
  ConstraintHandle depthwise_constraint = {};
  ConstraintHandle bias_constraint = {};
  std::string name = "";
  bool trainable = true;
};
template <class V>
void fields(V& v, DepthwiseConv2DOptions& o) {
  v("kernel_size", o.kernel_size);
  v("strides", o.strides);
  v("padding", o.padding);
  v("depth_multiplier", o.depth_multiplier);
  v("data_format", o.data_format);
  v("dilation_rate", o.dilation_rate);
  v("activation", o.activation);
  v("use_bias", o.use_bias);
  v("depthwise_initializer", o.depthwise_initializer);
  v("bias_initializer", o.bias_initializer);
  v("depthwise_regularizer", o.depthwise_regularizer);
  v("bias_regularizer", o.bias_regularizer);
  v("activity_regularizer", o.activity_regularizer);
  v("depthwise_constraint", o.depthwise_constraint);
  v("bias_constraint", o.bias_constraint);
  v("name", o.name);
  v("trainable", o.trainable);
}

/// A convolution of each channel with filters of its own: (batch, height, width, channels) to
/// (batch, new height, new width, channels * depth_multiplier).
/// Weights: kernel (height, width, channels, depth_multiplier), bias (channels * depth_multiplier).
class DepthwiseConv2D : public Configured<Layer, DepthwiseConv2DOptions> {
 public:
  /// Not from braces, which are a size.
  template <std::same_as<DepthwiseConv2DOptions> Options>
  explicit DepthwiseConv2D(Options options)
      : DepthwiseConv2D(options.kernel_size, std::move(options)) {}
  explicit DepthwiseConv2D(Size2D kernel_size, DepthwiseConv2DOptions options = {});

  Shape compute_output_shape(const Shape& input) const override;
  Shape build(const Shape& input) override;
  Node call(Node x, bool training) override;

 private:
  Variable *kernel_ = nullptr, *bias_ = nullptr;
};

struct SeparableConv2DOptions {
  int filters = 0;         // required, as a field or as the constructor's first argument
  Size2D kernel_size = 0;  // required, likewise
  Size2D strides = 1;
  Padding padding = "valid";
  std::string data_format = "channels_last";  // the only one
  Size2D dilation_rate = 1;                   // more than 1 only with strides of 1
  int depth_multiplier = 1;                   // depthwise filters of each channel
  ActivationFunction activation = {};
  bool use_bias = true;
  InitializerHandle depthwise_initializer = "glorot_uniform";
  InitializerHandle pointwise_initializer = "glorot_uniform";
  InitializerHandle bias_initializer = "zeros";
  RegularizerHandle depthwise_regularizer = {};
  RegularizerHandle pointwise_regularizer = {};
  RegularizerHandle bias_regularizer = {};
  RegularizerHandle activity_regularizer = {};
  ConstraintHandle depthwise_constraint = {};
  ConstraintHandle pointwise_constraint = {};
  ConstraintHandle bias_constraint = {};
  std::string name = "";
  bool trainable = true;
};
template <class V>
void fields(V& v, SeparableConv2DOptions& o) {
  v("filters", o.filters);
  v("kernel_size", o.kernel_size);
  v("strides", o.strides);
  v("padding", o.padding);
  v("data_format", o.data_format);
  v("dilation_rate", o.dilation_rate);
  v("depth_multiplier", o.depth_multiplier);
  v("activation", o.activation);
  v("use_bias", o.use_bias);
  v("depthwise_initializer", o.depthwise_initializer);
  v("pointwise_initializer", o.pointwise_initializer);
  v("bias_initializer", o.bias_initializer);
  v("depthwise_regularizer", o.depthwise_regularizer);
  v("pointwise_regularizer", o.pointwise_regularizer);
  v("bias_regularizer", o.bias_regularizer);
  v("activity_regularizer", o.activity_regularizer);
  v("depthwise_constraint", o.depthwise_constraint);
  v("pointwise_constraint", o.pointwise_constraint);
  v("bias_constraint", o.bias_constraint);
  v("name", o.name);
  v("trainable", o.trainable);
}

/// A depthwise convolution followed by a convolution with windows of one pixel: (batch, height,
/// width, channels) to (batch, new height, new width, filters).
/// Weights: depthwise_kernel (height, width, channels, depth_multiplier), pointwise_kernel (1, 1,
/// channels * depth_multiplier, filters), bias (filters).
class SeparableConv2D : public Configured<Layer, SeparableConv2DOptions> {
 public:
  explicit SeparableConv2D(SeparableConv2DOptions options);
  explicit SeparableConv2D(int filters, Size2D kernel_size, SeparableConv2DOptions options = {});

  Shape compute_output_shape(const Shape& input) const override;
  Shape build(const Shape& input) override;
  Node call(Node x, bool training) override;

 private:
  Variable *depthwise_kernel_ = nullptr, *pointwise_kernel_ = nullptr, *bias_ = nullptr;
};

}  // namespace layers
}  // namespace keratin
