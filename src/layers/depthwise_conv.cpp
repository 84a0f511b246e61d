#include "keratin/layers/depthwise_conv.hpp"

#include "layers/windows.hpp"

namespace keratin::layers {

namespace {

constexpr const char* depthwise = "depthwise_conv2d";
constexpr const char* separable = "separable_conv2d";

template <class Options>
void check_options(const Options& options, const char* where) {
  options.kernel_size.check_at_least(1, where, "kernel_size");
  check(options.depth_multiplier > 0, where, "depth_multiplier is ", options.depth_multiplier,
        ", wanted 1 or more");
  check_window(options, where);
}

template <class Options>
ops::WindowOptions window_options(const Options& options) {
  return {options.strides, options.padding, options.dilation_rate};
}

// The shape after the depthwise convolution.
template <class Options>
Shape depthwise_shape(const Shape& input, const Options& options, const Variable* kernel,
                      const char* where) {
  check_sample(input, 2, where);
  if (kernel)
    check(input.back() == kernel->value.shape()[2], where, "was built for ",
          kernel->value.shape()[2], " channels, got inputs of shape ", input);
  Shape output = ops::window_output_shape(input, options.kernel_size, window_options(options));
  output[2] *= static_cast<std::size_t>(options.depth_multiplier);
  return output;
}

template <class Options>
Shape kernel_shape(const Shape& input, const Options& options) {
  return {options.kernel_size[0], options.kernel_size[1], input.back(), options.depth_multiplier};
}

DepthwiseConv2DOptions with_size(DepthwiseConv2DOptions options, Size2D kernel_size) {
  options.kernel_size = kernel_size;
  return options;
}

SeparableConv2DOptions with_sizes(SeparableConv2DOptions options, int filters, Size2D kernel_size) {
  options.filters = filters;
  options.kernel_size = kernel_size;
  return options;
}

}  // namespace

DepthwiseConv2D::DepthwiseConv2D(Size2D kernel_size, DepthwiseConv2DOptions given)
    : Configured(with_size(std::move(given), kernel_size)) {
  check_options(options(), depthwise);
}

Shape DepthwiseConv2D::compute_output_shape(const Shape& input) const {
  return depthwise_shape(input, options(), kernel_, depthwise);
}

Shape DepthwiseConv2D::build(const Shape& input) {
  const Shape output = compute_output_shape(input);
  kernel_ = &add_weight({.name = "kernel",
                         .shape = kernel_shape(input, options()),
                         .initializer = options().depthwise_initializer,
                         .regularizer = options().depthwise_regularizer,
                         .constraint = options().depthwise_constraint});
  if (options().use_bias)
    bias_ = &add_weight({.name = "bias",
                         .shape = {output.back()},
                         .initializer = options().bias_initializer,
                         .regularizer = options().bias_regularizer,
                         .constraint = options().bias_constraint});
  return output;
}

Node DepthwiseConv2D::call(Node x, bool) {
  GradientTape& tape = x.tape();
  const ActivationFunction& activation = options().activation;
  const auto bias = bias_ ? std::optional(tape.use(*bias_)) : std::nullopt;
  const Node y = ops::depthwise_conv(x, tape.use(*kernel_), bias, window_options(options()),
                                     activation.fused());
  return activation.fused() == ops::Fused::none ? activation(y) : y;
}

SeparableConv2D::SeparableConv2D(SeparableConv2DOptions given) : Configured(std::move(given)) {
  check(options().filters > 0, separable, "filters is ", options().filters, ", wanted 1 or more");
  check_options(options(), separable);
}

SeparableConv2D::SeparableConv2D(int filters, Size2D kernel_size, SeparableConv2DOptions given)
    : SeparableConv2D(with_sizes(std::move(given), filters, kernel_size)) {}

Shape SeparableConv2D::compute_output_shape(const Shape& input) const {
  Shape output = depthwise_shape(input, options(), depthwise_kernel_, separable);
  output[2] = static_cast<std::size_t>(options().filters);
  return output;
}

Shape SeparableConv2D::build(const Shape& input) {
  const Shape output = compute_output_shape(input);
  const Shape kernel = kernel_shape(input, options());
  depthwise_kernel_ = &add_weight({.name = "depthwise_kernel",
                                   .shape = kernel,
                                   .initializer = options().depthwise_initializer,
                                   .regularizer = options().depthwise_regularizer,
                                   .constraint = options().depthwise_constraint});
  pointwise_kernel_ = &add_weight({.name = "pointwise_kernel",
                                   .shape = {1, 1, kernel[2] * kernel[3], output.back()},
                                   .initializer = options().pointwise_initializer,
                                   .regularizer = options().pointwise_regularizer,
                                   .constraint = options().pointwise_constraint});
  if (options().use_bias)
    bias_ = &add_weight({.name = "bias",
                         .shape = {output.back()},
                         .initializer = options().bias_initializer,
                         .regularizer = options().bias_regularizer,
                         .constraint = options().bias_constraint});
  return output;
}

Node SeparableConv2D::call(Node x, bool) {
  GradientTape& tape = x.tape();
  const ActivationFunction& activation = options().activation;
  const auto bias = bias_ ? std::optional(tape.use(*bias_)) : std::nullopt;
  const Node channels =
      ops::depthwise_conv(x, tape.use(*depthwise_kernel_), {}, window_options(options()));
  const Node y = ops::conv(channels, tape.use(*pointwise_kernel_), bias, {}, activation.fused());
  return activation.fused() == ops::Fused::none ? activation(y) : y;
}

}  // namespace keratin::layers
