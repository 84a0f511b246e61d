#pragma once
// What every layer must hold.

#include <keratin/keratin.hpp>
#include <memory>

namespace keratin::test {

struct LayerCheck {
  Shape input = {4};              // of a sample
  Shape output = {};              // of a sample; empty: the input's
  Tensor x = {};                  // instead of values off the kinks of ops
  bool differentiable = true;     // whether a gradient reaches the input: not where it is ids
  bool learns = true;             // whether a net with the layer in it can be trained
  double step = 1.0 / 32;         // of the difference quotients
  double tolerance = 1e-4;        // of the gradients, relative to 1 + their size
  std::size_t elements = 100000;  // inputs of the comparison of threads: several slices
};

/// Checks, with Catch, a layer that has not been built:
/// - build, compute_output_shape and call agree on the shape of the output;
/// - gradients of inputs and weights are central differences, in training and in inference, and
///   none reaches the weights of a layer that is not trainable;
/// - the layer that its description makes is described alike, has weights of the same shapes and
///   computes the same;
/// - values, gradients and assigned weights have the same bits on one and on three threads;
/// - a step allocates nothing after the first two;
/// - training a small net that contains it lowers the loss.
/// A layer that draws random numbers needs a seed.
void check_layer(const Layer& layer, const LayerCheck& options = {});

}  // namespace keratin::test
