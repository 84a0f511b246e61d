#pragma once
// The patches of windows over images, and pooling. Part of simd.cpp, which is compiled once per
// instruction set: see there.

#include <algorithm>

#include "kernels/simd_batches.hpp"

namespace keratin::kernels {

namespace {

void add_run(const float* from, float* to, std::size_t n) {
  std::size_t i = 0;
  for (; i + width <= n; i += width) (load(to + i) + load(from + i)).store_unaligned(to + i);
  if (i < n) store_some(load_some(to + i, n - i, 0) + load_some(from + i, n - i, 0), to + i, n - i);
}

// Calls inside(patch, image, n) for each run of n values of a patch that lie in the image side by
// side. `patch` counts from the start of all patches, `image` from the start of all images.
template <class Inside>
void for_each_run(const PatchRows& rows, const Inside& inside) {
  const Windows& windows = *rows.windows;
  const WindowAxis &vertical = windows.vertical, &horizontal = windows.horizontal;
  const std::size_t line = horizontal.window * rows.channels;  // of a patch
  const bool adjacent = horizontal.dilation == 1 && rows.channels == windows.channels;
  std::size_t column = rows.first % horizontal.count;
  std::size_t row = rows.first / horizontal.count % vertical.count;
  std::size_t image = rows.first / windows.per_image();
  std::size_t patch = 0;
  WindowAxis::Places down = vertical.inside(row);
  for (std::size_t i = 0; i < rows.count; ++i) {
    const WindowAxis::Places across = horizontal.inside(column);
    for (std::size_t k = 0; k < vertical.window; ++k, patch += line) {
      if (k < down.first || k >= down.last) continue;
      const std::size_t image_row = image * vertical.size + vertical.at(row, k);
      const auto at = [&](std::size_t place) {
        const std::size_t pixel = image_row * horizontal.size + horizontal.at(column, place);
        return pixel * windows.channels + rows.channel;
      };
      if (adjacent) {
        if (across.first < across.last)
          inside(patch + across.first * rows.channels, at(across.first),
                 (across.last - across.first) * rows.channels);
      } else {
        for (std::size_t place = across.first; place < across.last; ++place)
          inside(patch + place * rows.channels, at(place), rows.channels);
      }
    }
    if (++column == horizontal.count) {
      column = 0;
      if (++row == vertical.count) {
        row = 0;
        ++image;
      }
      down = vertical.inside(row);
    }
  }
}

void scatter_patches(const PatchRows& rows, const float* patches, float* images) {
  for_each_run(rows, [&](std::size_t patch, std::size_t image, std::size_t n) {
    add_run(patches + patch, images + image, n);
  });
}

}  // namespace

}  // namespace keratin::kernels
