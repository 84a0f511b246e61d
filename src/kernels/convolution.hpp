#pragma once
// Convolutions as matrix products. A window's inputs, its patch, are one row of a matrix that is
// never made: products read it where it lies, in the image, or in a copy of a band of the image
// with zeros around. What belongs to a band is done with the result at once, while it is in cache.
//
// Bits do not depend on the number of threads: bands and parts of the batch follow from the shapes.

#include <cstddef>
#include <type_traits>

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

/// A reference to a callable void(std::size_t image, float* dy), which must outlive it, or to none.
/// It writes the gradient of one image's result.
class ImageGradient {
 public:
  ImageGradient() = default;
  template <class F>
  requires(!std::is_same_v<F, ImageGradient>) ImageGradient(const F& function)
      : object_(&function), call_([](const void* object, std::size_t image, float* dy) {
          (*static_cast<const F*>(object))(image, dy);
        }) {}
  explicit operator bool() const { return call_ != nullptr; }
  void operator()(std::size_t image, float* dy) const { call_(object_, image, dy); }

 private:
  const void* object_ = nullptr;
  void (*call_)(const void*, std::size_t, float*) = nullptr;
};

/// The gradients of a convolution, and what they are computed from.
struct ConvolutionGradients {
  const float* x;
  const float* kernel;
  const float* dy;
  ImageGradient dy_of_image = {};          // in the place of dy
  const float* y = nullptr;                // for the activation, if there is one
  Simd::MapGradient activation = nullptr;  // its gradient
  Sum dx = {}, dkernel = {}, dbias = {};
};

void convolution_gradients(const Convolution& convolution, const ConvolutionGradients& gradients);

}  // namespace keratin::kernels
