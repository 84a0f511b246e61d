#pragma once
// The patches of windows over images. Part of simd.cpp, which is compiled once per
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

// Windows that overlap do not follow one another: the processor would have to wait for what the
// first has stored.
void scatter_patches(const PatchLine& line, const float* patches, float* pixels) {
  const WindowAxis& axis = *line.axis;
  const std::size_t reach = (axis.window - 1) * axis.dilation + 1;
  const std::size_t apart = (reach + axis.stride - 1) / axis.stride;
  const bool adjacent = axis.dilation == 1 && line.channels == line.pixel;
  for (std::size_t start = 0; start < std::min(apart, line.count); ++start)
    for (std::size_t i = start; i < line.count; i += apart) {
      const float* patch = patches + i * axis.window * line.channels;
      const WindowAxis::Places seen = axis.inside(line.first + i);
      const std::size_t length = adjacent ? seen.last - seen.first : 1;  // places side by side
      for (std::size_t place = seen.first; place < seen.last; place += length)
        add_run(patch + place * line.channels,
                pixels + axis.at(line.first + i, place) * line.pixel + line.channel,
                length * line.channels);
    }
}

}  // namespace

}  // namespace keratin::kernels
