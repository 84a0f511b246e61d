#pragma once
// PRIVATE: windows over the images of a node.

#include "keratin/ops/window.hpp"
#include "kernels/window.hpp"

namespace keratin::ops {

/// A batch of images (batch, height, width, channels), or of sequences (batch, steps, channels) as
/// images of height 1.
struct Images {
  std::size_t batch, height, width, channels;
  Images(const Shape& shape, const char* where);
  std::size_t row_size() const { return height * width * channels; }
};

/// The window of a kernel of shape (height, width, ...), or (steps, ...) with two more axes.
Size2D window_of(const Shape& kernel);

/// The windows that lie on such images. Throws std::invalid_argument if none fits, and for strides
/// together with dilation.
kernels::Windows windows_on(const Images& images, Size2D window, const WindowOptions& options,
                            const char* where);

/// `shape` with the sizes of the grid of windows and that number of channels.
Shape grid_shape(const Shape& shape, const kernels::Windows& windows, std::size_t channels);

}  // namespace keratin::ops
