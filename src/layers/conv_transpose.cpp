#include "keratin/layers/conv_transpose.hpp"

#include "layers/windows.hpp"

namespace keratin::layers {

namespace {

constexpr const char* where_conv_transpose = "conv2d_transpose";

Conv2DTransposeOptions with_sizes(Conv2DTransposeOptions options, int filters, Size2D kernel_size) {
  options.filters = filters;
  options.kernel_size = kernel_size;
  return options;
}

ops::WindowOptions window_options(const Conv2DTransposeOptions& options) {
  return {options.strides, options.padding, options.dilation_rate};
}

}  // namespace

Conv2DTranspose::Conv2DTranspose(Conv2DTransposeOptions given) : Configured(std::move(given)) {
  const auto& o = options();
  check(o.filters > 0, where_conv_transpose, "filters is ", o.filters, ", wanted 1 or more");
  o.kernel_size.check_at_least(1, where_conv_transpose, "kernel_size");
  check(o.padding != Padding::causal, where_conv_transpose,
        "padding is 'causal', wanted 'valid' or 'same'");
  check_window(o, where_conv_transpose);
  if (!o.output_padding) return;
  for (std::size_t axis = 0; axis < 2; ++axis) {
    const int places = (*o.output_padding)[axis];
    check(places >= 0 && places < o.strides[axis], where_conv_transpose, "output_padding is ",
          places, ", wanted 0 or more, and less than strides, which is ", o.strides[axis]);
  }
}

Conv2DTranspose::Conv2DTranspose(int filters, Size2D kernel_size, Conv2DTransposeOptions given)
    : Conv2DTranspose(with_sizes(std::move(given), filters, kernel_size)) {}

Shape Conv2DTranspose::compute_output_shape(const Shape& input) const {
  const auto& o = options();
  check_sample(input, 2, where_conv_transpose);
  if (kernel_)
    check(input.back() == kernel_->value.shape()[3], where_conv_transpose, "was built for ",
          kernel_->value.shape()[3], " channels, got inputs of shape ", input);
  Shape output =
      ops::conv_transpose_output_shape(input, o.kernel_size, window_options(o), o.output_padding);
  output[2] = static_cast<std::size_t>(o.filters);
  return output;
}

Shape Conv2DTranspose::build(const Shape& input) {
  const auto& o = options();
  const Shape output = compute_output_shape(input);
  kernel_ = &add_weight({.name = "kernel",
                         .shape = {o.kernel_size[0], o.kernel_size[1], o.filters, input.back()},
                         .initializer = o.kernel_initializer,
                         .regularizer = o.kernel_regularizer,
                         .constraint = o.kernel_constraint});
  if (o.use_bias)
    bias_ = &add_weight({.name = "bias",
                         .shape = {output.back()},
                         .initializer = o.bias_initializer,
                         .regularizer = o.bias_regularizer,
                         .constraint = o.bias_constraint});
  return output;
}

Node Conv2DTranspose::call(Node x, bool) {
  const auto& o = options();
  GradientTape& tape = x.tape();
  const auto bias = bias_ ? std::optional(tape.use(*bias_)) : std::nullopt;
  const Node y = ops::conv_transpose(x, tape.use(*kernel_), bias, window_options(o),
                                     o.output_padding, o.activation.fused());
  return o.activation.fused() == ops::Fused::none ? o.activation(y) : y;
}

}  // namespace keratin::layers
