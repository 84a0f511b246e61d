#pragma once
// PRIVATE: loops over windows on the pool of threads.

#include <algorithm>

#include "keratin/tensor.hpp"
#include "kernels/pool.hpp"
#include "kernels/simd.hpp"
#include "kernels/window.hpp"

namespace keratin::ops {

/// Calls body(rows) for slices of the windows, in parallel.
template <class Body>
void parallel_windows(const kernels::Windows& windows, const Body& body) {
  constexpr std::size_t values_per_slice = 1 << 15;
  const std::size_t grain = values_per_slice / (windows.places() * windows.channels + 1) + 1;
  kernels::parallel_slices(windows.count(), grain, [&](std::size_t first, std::size_t count) {
    body(kernels::PatchRows{&windows, first, count});
  });
}

/// Adds to the gradient dx of `count` images, from the image `first` on, or overwrites it:
/// body(rows, accumulate) does so for the windows on some of the images, in parallel.
template <class Body>
void parallel_images(const kernels::Windows& windows, std::size_t first, std::size_t count,
                     float* dx, bool accumulate, const Body& body) {
  constexpr std::size_t values_per_slice = 1 << 15;
  const std::size_t size = windows.image_size(), per_image = windows.per_image();
  const bool fills_zeros = !accumulate && !windows.partition_images();
  const bool adds = accumulate || windows.overlap();
  kernels::parallel_slices(
      count, values_per_slice / (size + 1) + 1, [&](std::size_t start, std::size_t images) {
        if (fills_zeros) std::fill_n(dx + start * size, images * size, 0.0f);
        body(kernels::PatchRows{&windows, (first + start) * per_image, images * per_image}, adds);
      });
}

}  // namespace keratin::ops
