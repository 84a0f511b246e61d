#pragma once
// Sums over a batch, such as gradients of weights. The batch is divided into parts by its shape
// alone, each part is summed on its own, and the parts are added in their order: so the bits do not
// depend on the number of threads.

#include <algorithm>
#include <array>
#include <cstddef>

#include "core/thread_buffer.hpp"
#include "kernels/pool.hpp"
#include "kernels/simd.hpp"

namespace keratin::kernels {

/// Where a sum goes. It is left out if `values` is null, and added to what is there if
/// `accumulate`.
struct Sum {
  float* values = nullptr;
  bool accumulate = false;
};

/// How many parts have sums of their own. `work` counts the multiply-adds for the batch, `values`
/// those of a part's sums.
inline std::size_t part_count(std::size_t batch, std::size_t work, std::size_t values) {
  constexpr std::size_t least_work = 1 << 21;  // about 20 us
  constexpr std::size_t most_parts = 16;
  constexpr std::size_t most_values = 1 << 22;  // of all parts, unless there are only two
  const std::size_t fitting = std::max<std::size_t>(2, most_values / (values + 1));
  const std::size_t wanted = std::clamp<std::size_t>(work / least_work, 1, most_parts);
  const std::size_t parts = std::min({wanted, fitting, batch});
  return parts > 1 ? parts - parts % 2 : 1;
}

/// Calls body(first, count, kernel_sum, bias_sum) for each part of the batch, in parallel. The last
/// two are memory for the part's sums, of unspecified contents, which body() overwrites; they are
/// null where a sum is left out.
template <class Body>
void sum_parts(std::size_t batch, std::size_t work, std::size_t kernel_size, Sum kernel,
               std::size_t bias_size, Sum bias, const Body& body) {
  constexpr std::size_t line = 16;  // values
  const std::size_t stride = tile_count(kernel_size + bias_size, line) * line;
  const std::size_t parts = part_count(batch, work, stride);
  thread_local constinit ThreadBuffer buffer;
  float* const sums = buffer.reserve(parts * stride);
  parallel_for(parts, [&](std::size_t part) {
    float* const own = sums + part * stride;
    const std::size_t first = batch * part / parts;
    body(first, batch * (part + 1) / parts - first, kernel.values ? own : nullptr,
         bias.values ? own + kernel_size : nullptr);
  });
  const auto add = [&](const float* from, std::size_t size, Sum sum) {
    if (!sum.values) return;
    constexpr std::size_t grain = 1 << 13;  // values
    parallel_slices(size, grain, [&](std::size_t first, std::size_t count) {
      if (!sum.accumulate) std::copy_n(from + first, count, sum.values + first);
      for (std::size_t part = sum.accumulate ? 0 : 1; part < parts; ++part)
        simd().add(from + part * stride + first, sum.values + first, count);
    });
  };
  add(sums, kernel_size, kernel);
  add(sums + kernel_size, bias_size, bias);
}

}  // namespace keratin::kernels
