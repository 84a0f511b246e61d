#pragma once
// Convolutions as matrix products. A window's inputs, its patch, are one row of a matrix that is
// never made: products read it where it lies, in the image, or in a copy of a band of the image
// with zeros around. What belongs to a band is done with the result at once, while it is in cache.
//
// Bits do not depend on the number of threads: bands and parts of the batch follow from the shapes.

#include <cstddef>

#include "kernels/gemm.hpp"
#include "kernels/parts.hpp"
#include "kernels/simd.hpp"
#include "kernels/window.hpp"

namespace keratin::kernels {

/// The sizes of a convolution. The kernel is (places, channels / groups, filters).
struct Convolution {
  Windows windows;
  std::size_t filters;
  std::size_t groups;

  std::size_t group_channels() const { return windows.channels / groups; }
  std::size_t group_filters() const { return filters / groups; }
  /// The length of a patch of one group.
  std::size_t patch() const { return windows.places() * group_channels(); }
  std::size_t kernel_size() const { return patch() * filters; }
};

/// y (windows, filters) = patches times kernel, or adds to it. `after` is called with blocks of
/// rows of y just after they have been computed, on the same thread.
void convolve(const Convolution& convolution, const float* x, const float* kernel, float* y,
              bool accumulate, TileVisitor after = {});

/// The gradients of a convolution, and what they are computed from.
struct ConvolutionGradients {
  const float* x;
  const float* kernel;
  const float* dy;
  const float* y = nullptr;                // for the activation, if there is one
  Simd::MapGradient activation = nullptr;  // its gradient
  Sum dx = {}, dkernel = {}, dbias = {};
};

void convolution_gradients(const Convolution& convolution, const ConvolutionGradients& gradients);

}  // namespace keratin::kernels
