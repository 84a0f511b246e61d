#pragma once

#include <optional>
#include <string>

#include "keratin/activations.hpp"
#include "keratin/check.hpp"
#include "keratin/layer.hpp"
#include "keratin/ops.hpp"

namespace keratin::layers {

struct DenseOptions {
  ActivationFunction activation = {};
  bool use_bias = true;
  InitializerHandle kernel_initializer = "glorot_uniform";
  InitializerHandle bias_initializer = "zeros";
  std::string name = "";
};

/// activation(x . kernel + bias): (..., features) to (..., units). Weights: kernel (features,
/// units), bias (units).
class Dense : public Layer {
 public:
  explicit Dense(int units, DenseOptions options = {})
      : Layer(options.name), units_(units), options_(std::move(options)) {
    check(units > 0, "dense", "units is ", units, ", wanted 1 or more");
  }
  Dense(int units, ActivationFunction activation)
      : Dense(units, DenseOptions{.activation = std::move(activation)}) {}

  Shape build(const Shape& input) override {
    check(!input.empty(), "dense",
          "got one number a sample, wanted an axis of features: put Flatten() before it");
    kernel_ = &add_weight({.name = "kernel",
                           .shape = {input.back(), units_},
                           .initializer = options_.kernel_initializer});
    if (options_.use_bias)
      bias_ = &add_weight(
          {.name = "bias", .shape = {units_}, .initializer = options_.bias_initializer});
    Shape output = input;
    output[output.size() - 1] = static_cast<std::size_t>(units_);
    return output;
  }

  Node call(Node x, bool) override {
    GradientTape& tape = x.tape();
    const ops::Fused fused = options_.activation.fused();
    const Node y = ops::linear(x, tape.use(*kernel_),
                               bias_ ? std::optional(tape.use(*bias_)) : std::nullopt, fused);
    return fused == ops::Fused::none ? options_.activation(y) : y;
  }

 private:
  int units_;
  DenseOptions options_;
  Variable *kernel_ = nullptr, *bias_ = nullptr;
};

}  // namespace keratin::layers
