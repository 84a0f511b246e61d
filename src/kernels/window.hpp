#pragma once
// Windows that slide over a batch of images, for convolutions and pooling.

#include <algorithm>
#include <cstddef>

namespace keratin::kernels {

/// Windows along one axis of an image. The place k of the window o is at o * stride + k * dilation
/// - before, which may lie outside of the image.
struct WindowAxis {
  std::size_t size;  // of the image
  std::size_t count;
  std::size_t window;  // places in a window
  std::size_t stride;
  std::size_t dilation;
  std::size_t before;

  /// The places of the window o that lie in the image: from `first` to `last` - 1.
  struct Places {
    std::size_t first, last;
  };
  Places inside(std::size_t o) const {
    const std::size_t start = o * stride, end = size + before;
    const bool starts_inside = start >= before;
    if (starts_inside && start + (window - 1) * dilation < end) return {0, window};
    const std::size_t first = starts_inside ? 0 : (before - start + dilation - 1) / dilation;
    const std::size_t last = start >= end ? 0 : (end - start + dilation - 1) / dilation;
    return {std::min(first, window), std::max(first, std::min(last, window))};
  }
  /// Whether places of different windows may coincide.
  bool overlap() const { return count > 1 && stride < (window - 1) * dilation + 1; }
  /// Whether each place of the image is in one window.
  bool partition_image() const {
    return stride == window && dilation == 1 && count * stride >= size + before;
  }
  /// Where the place k of the window o is. It must be inside.
  std::size_t at(std::size_t o, std::size_t k) const { return o * stride + k * dilation - before; }
};

/// Windows over a batch of images (batch, height, width, channels). They are counted row by row
/// and image by image.
struct Windows {
  std::size_t batch;
  WindowAxis vertical;
  WindowAxis horizontal;
  std::size_t channels;

  std::size_t per_image() const { return vertical.count * horizontal.count; }
  std::size_t count() const { return batch * per_image(); }
  std::size_t places() const { return vertical.window * horizontal.window; }
  std::size_t image_size() const { return vertical.size * horizontal.size * channels; }
  bool overlap() const { return vertical.overlap() || horizontal.overlap(); }
  /// Whether each pixel is in one window.
  bool partition_images() const {
    return vertical.partition_image() && horizontal.partition_image();
  }
  /// Whether the windows are the pixels, one by one.
  bool are_pixels() const {
    return places() == 1 && vertical.stride == 1 && horizontal.stride == 1 &&
           vertical.count == vertical.size && horizontal.count == horizontal.size;
  }
};

}  // namespace keratin::kernels
