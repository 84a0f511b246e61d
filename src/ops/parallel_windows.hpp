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
    body(kernels::PatchRows{&windows, first, count, 0, windows.channels});
  });
}

/// The same for slices of the images, whose gradient is set to zeros first unless it is kept.
template <class Body>
void parallel_images(const kernels::Windows& windows, Tensor& dx, float keep, const Body& body) {
  constexpr std::size_t values_per_slice = 1 << 15;
  const std::size_t size = windows.image_size();
  const std::size_t grain = values_per_slice / (size + 1) + 1;
  kernels::parallel_slices(windows.batch, grain, [&](std::size_t first, std::size_t count) {
    if (keep == 0) std::fill_n(dx.data() + first * size, count * size, 0.0f);
    const std::size_t per_image = windows.per_image();
    body(kernels::PatchRows{&windows, first * per_image, count * per_image, 0, windows.channels});
  });
}

}  // namespace keratin::ops
