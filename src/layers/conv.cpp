#include "keratin/layers/conv.hpp"

#include "layers/windows.hpp"

namespace keratin::layers {

namespace {

template <std::size_t rank>
constexpr const char* where_conv = rank == 1 ? "conv1d" : "conv2d";

template <std::size_t rank>
ConvOptions<rank> with_sizes(ConvOptions<rank> options, int filters, Sizes<rank> kernel_size) {
  options.filters = filters;
  options.kernel_size = kernel_size;
  return options;
}

template <std::size_t rank>
ops::WindowOptions window_options(const ConvOptions<rank>& options) {
  return {on_image(options.strides), options.padding, on_image(options.dilation_rate)};
}

}  // namespace

template <std::size_t rank>
Conv<rank>::Conv(ConvOptions<rank> given) : Configured<Layer, ConvOptions<rank>>(std::move(given)) {
  const auto& o = this->options();
  check(o.filters > 0, where_conv<rank>, "filters is ", o.filters, ", wanted 1 or more");
  check(o.groups > 0 && o.filters % o.groups == 0, where_conv<rank>, "groups is ", o.groups,
        ", wanted a divisor of filters, which is ", o.filters);
  o.kernel_size.check_at_least(1, where_conv<rank>, "kernel_size");
  check_window(o, where_conv<rank>);
}

template <std::size_t rank>
Conv<rank>::Conv(int filters, Sizes<rank> kernel_size, ConvOptions<rank> options)
    : Conv(with_sizes(std::move(options), filters, kernel_size)) {}

template <std::size_t rank>
Shape Conv<rank>::compute_output_shape(const Shape& input) const {
  const auto& o = this->options();
  check_sample(input, rank, where_conv<rank>);
  const auto groups = static_cast<std::size_t>(o.groups);
  check(input.back() % groups == 0, where_conv<rank>, "got ", input.back(),
        " channels, wanted a multiple of groups, which is ", groups);
  if (kernel_) {
    const std::size_t channels = kernel_->value.shape()[rank] * groups;
    check(input.back() == channels, where_conv<rank>, "was built for ", channels,
          " channels, got inputs of shape ", input);
  }
  Shape output = ops::window_output_shape(input, on_image(o.kernel_size), window_options(o));
  output[rank] = static_cast<std::size_t>(o.filters);
  return output;
}

template <std::size_t rank>
Shape Conv<rank>::build(const Shape& input) {
  const auto& o = this->options();
  const Shape output = this->compute_output_shape(input);
  Shape kernel;
  for (std::size_t axis = 0; axis < rank; ++axis)
    kernel.push_back(static_cast<std::size_t>(o.kernel_size[axis]));
  kernel.push_back(input.back() / static_cast<std::size_t>(o.groups));
  kernel.push_back(output.back());
  kernel_ = &this->add_weight({.name = "kernel",
                               .shape = kernel,
                               .initializer = o.kernel_initializer,
                               .regularizer = o.kernel_regularizer,
                               .constraint = o.kernel_constraint});
  if (o.use_bias)
    bias_ = &this->add_weight({.name = "bias",
                               .shape = {output.back()},
                               .initializer = o.bias_initializer,
                               .regularizer = o.bias_regularizer,
                               .constraint = o.bias_constraint});
  return output;
}

template <std::size_t rank>
Node Conv<rank>::call(Node x, bool) {
  GradientTape& tape = x.tape();
  const ActivationFunction& activation = this->options().activation;
  const auto bias = bias_ ? std::optional(tape.use(*bias_)) : std::nullopt;
  const Node y =
      ops::conv(x, tape.use(*kernel_), bias, window_options(this->options()), activation.fused());
  return activation.fused() == ops::Fused::none ? activation(y) : y;
}

template class Conv<1>;
template class Conv<2>;

}  // namespace keratin::layers
