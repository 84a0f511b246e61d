#include "keratin/layers/dense.hpp"

#include "keratin/check.hpp"
#include "keratin/ops.hpp"

namespace keratin::layers {

namespace {

DenseOptions with_units(DenseOptions options, int units) {
  options.units = units;
  return options;
}

}  // namespace

Dense::Dense(DenseOptions options) : Configured(std::move(options)) {
  const int units = this->options().units;
  check(units > 0, "dense", "units is ", units, ", wanted 1 or more");
}

Dense::Dense(int units, DenseOptions options) : Dense(with_units(std::move(options), units)) {}

Dense::Dense(int units, ActivationFunction activation)
    : Dense(DenseOptions{.units = units, .activation = std::move(activation)}) {}

Shape Dense::compute_output_shape(const Shape& input) const {
  check(!input.empty(), "dense",
        "got one number per sample, wanted an axis of features: put Flatten() before it");
  if (kernel_)
    check(input.back() == kernel_->value.shape()[0], "dense", "was built for ",
          kernel_->value.shape()[0], " features, got inputs of shape ", input);
  Shape output = input;
  output[output.size() - 1] = static_cast<std::size_t>(options().units);
  return output;
}

Shape Dense::build(const Shape& input) {
  const Shape output = compute_output_shape(input);
  kernel_ = &add_weight({.name = "kernel",
                         .shape = {input.back(), output.back()},
                         .initializer = options().kernel_initializer,
                         .regularizer = options().kernel_regularizer,
                         .constraint = options().kernel_constraint});
  if (options().use_bias)
    bias_ = &add_weight({.name = "bias",
                         .shape = {output.back()},
                         .initializer = options().bias_initializer,
                         .regularizer = options().bias_regularizer,
                         .constraint = options().bias_constraint});
  return output;
}

Node Dense::call(Node x, bool) {
  GradientTape& tape = x.tape();
  const ActivationFunction& activation = options().activation;
  const auto bias = bias_ ? std::optional(tape.use(*bias_)) : std::nullopt;
  const Node y = ops::linear(x, tape.use(*kernel_), bias, activation.fused());
  return activation.fused() == ops::Fused::none ? activation(y) : y;
}

}  // namespace keratin::layers
