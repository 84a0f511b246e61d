#pragma once
// The patches of windows over images, and pooling. Part of simd.cpp, which is compiled once per
// instruction set: see there.

#include <algorithm>

#include "kernels/simd_batches.hpp"

namespace keratin::kernels {

namespace {

void copy(const float* from, float* to, std::size_t n) {
  std::size_t i = 0;
  for (; i + width <= n; i += width) load(from + i).store_unaligned(to + i);
  if (i < n) store_some(load_some(from + i, n - i, 0), to + i, n - i);
}

void fill_zeros(float* to, std::size_t n) {
  const Batch zeros(0.0f);
  std::size_t i = 0;
  for (; i + width <= n; i += width) zeros.store_unaligned(to + i);
  if (i < n) store_some(zeros, to + i, n - i);
}

void add_run(const float* from, float* to, std::size_t n) {
  std::size_t i = 0;
  for (; i + width <= n; i += width) (load(to + i) + load(from + i)).store_unaligned(to + i);
  if (i < n) store_some(load_some(to + i, n - i, 0) + load_some(from + i, n - i, 0), to + i, n - i);
}

// Calls inside(patch, image, n) for each run of n values of a patch that lie in the image side by
// side, and outside(patch, n) for those that lie outside of it. `patch` counts from the start of
// all patches, `image` from the start of all images.
template <class Inside, class Outside>
void for_each_run(const PatchRows& rows, const Inside& inside, const Outside& outside) {
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
      if (k < down.first || k >= down.last) {
        outside(patch, line);
        continue;
      }
      const std::size_t image_row = image * vertical.size + vertical.at(row, k);
      const auto at = [&](std::size_t place) {
        const std::size_t pixel = image_row * horizontal.size + horizontal.at(column, place);
        return pixel * windows.channels + rows.channel;
      };
      if (across.first > 0) outside(patch, across.first * rows.channels);
      if (across.last < horizontal.window)
        outside(patch + across.last * rows.channels,
                (horizontal.window - across.last) * rows.channels);
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

void gather_patches(const PatchRows& rows, const float* images, float* patches) {
  for_each_run(
      rows,
      [&](std::size_t patch, std::size_t image, std::size_t n) {
        copy(images + image, patches + patch, n);
      },
      [&](std::size_t patch, std::size_t n) { fill_zeros(patches + patch, n); });
}

void scatter_patches(const PatchRows& rows, const float* patches, float* images) {
  for_each_run(
      rows,
      [&](std::size_t patch, std::size_t image, std::size_t n) {
        add_run(patches + patch, images + image, n);
      },
      [](std::size_t, std::size_t) {});
}

// For images of one channel and windows side by side: what one place of all windows in a row sees
// lies side by side in the image.
void gather_transposed_patches(const PatchRows& rows, const float* images, float* patches) {
  const Windows& windows = *rows.windows;
  const WindowAxis &vertical = windows.vertical, &horizontal = windows.horizontal;
  for (std::size_t done = 0; done < rows.count;) {
    const std::size_t window = rows.first + done;
    const std::size_t column = window % horizontal.count;
    const std::size_t row = window / horizontal.count % vertical.count;
    const std::size_t image = window / windows.per_image();
    const std::size_t count = std::min(horizontal.count - column, rows.count - done);
    const WindowAxis::Places down = vertical.inside(row);
    float* to = patches + done;
    for (std::size_t i = 0; i < vertical.window; ++i)
      for (std::size_t j = 0; j < horizontal.window; ++j, to += rows.count) {
        // The windows whose place j lies in the image.
        const std::size_t shift = j * horizontal.dilation;
        const std::size_t first =
            std::min(column + count,
                     std::max(column, horizontal.before > shift ? horizontal.before - shift : 0));
        const std::size_t end = horizontal.size + horizontal.before;
        const std::size_t last =
            std::max(first, std::min(column + count, end > shift ? end - shift : 0));
        const bool is_inside = i >= down.first && i < down.last && first < last;
        if (!is_inside) {
          fill_zeros(to, count);
          continue;
        }
        const std::size_t line = (image * vertical.size + vertical.at(row, i)) * horizontal.size;
        fill_zeros(to, first - column);
        copy(images + line + horizontal.at(first, j), to + first - column, last - first);
        fill_zeros(to + last - column, column + count - last);
      }
    done += count;
  }
}

}  // namespace

}  // namespace keratin::kernels
