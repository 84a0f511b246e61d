#include "kernels/sparse_product.hpp"

#include <algorithm>
#include <atomic>

#include "core/thread_buffer.hpp"
#include "kernels/pool.hpp"
#include "kernels/simd.hpp"

namespace keratin::kernels {

namespace {

std::size_t round_up(std::size_t size, std::size_t multiple) {
  return tile_count(size, multiple) * multiple;
}

}  // namespace

// A sparse product was measured to be faster if at most 45 % of a are nonzeros, fewer if the rows
// of c are short: then finding the nonzeros weighs more (see docs/performance.md).
bool mostly_zeros(const float* a, std::size_t m, std::size_t n, std::size_t k, bool transpose_a) {
  constexpr std::size_t sampled_rows = 8;
  constexpr std::size_t fewest_rows = 32;        // of c
  constexpr double break_even = 0.45;            // share of nonzeros, for very long rows of c
  constexpr double finding_cost = 4;             // in columns of c computed per value of a
  const std::size_t rows = transpose_a ? k : m;  // as stored
  const std::size_t columns = transpose_a ? m : k;
  if (m < fewest_rows || rows < sampled_rows || n < simd().fewest_columns) return false;

  std::size_t nonzeros = 0;
  for (std::size_t i = 0; i < sampled_rows; ++i)
    nonzeros += simd().count_nonzeros(a + i * rows / sampled_rows * columns, columns);
  const double share_to_beat = break_even - finding_cost / static_cast<double>(n);
  return static_cast<double>(nonzeros) <
         static_cast<double>(sampled_rows * columns) * share_to_beat;
}

PackedStrips::PackedStrips(const float* b, std::size_t m, std::size_t n, std::size_t k,
                           bool transpose_a)
    : m_(m), n_(n), k_(k) {
  constexpr std::size_t values_per_slice = 1 << 14;    // that a thread packs at a time
  constexpr std::size_t most_copied_values = 1 << 18;  // 1 MiB: fits the second cache of a core
  const std::size_t narrowest = simd().fewest_columns;
  const std::size_t strips = tile_count(n, simd().most_columns);
  columns_ = round_up(tile_count(n, strips), narrowest);
  // A rest that is too narrow for a strip of its own is left to the last one.
  count_ = tile_count(n + 1 - narrowest, columns_);
  size_ = k * ((count_ - 1) * columns_ + round_up(width(count_ - 1), narrowest));

  const auto threads = static_cast<std::size_t>(thread_count_here());
  const bool one_copy = transpose_a || size_ > most_copied_values;
  copies_ = one_copy
                ? 1
                : std::clamp<std::size_t>(threads, 1, tile_count(m, SparseProductTile::most_rows));
  thread_local constinit ThreadBuffer buffer;
  packed_ = buffer.reserve(copies_ * size_);

  std::atomic<bool> finite = true;
  const Slices slices(k, values_per_slice / n + 8);
  parallel_for(copies_ * slices.count, [&](std::size_t index) {
    const std::size_t copy = index / slices.count;
    const std::size_t slice = index % slices.count;
    const std::size_t first = slices.first(slice);
    for (std::size_t strip = 0; strip < count_; ++strip) {
      const float* values = b + first * n + strip * columns_;
      float* packed = packed_row(copy, strip, first);
      if (!simd().pack(values, n, slices.length(slice), width(strip), packed))
        finite.store(false, std::memory_order_relaxed);
    }
  });
  finite_ = finite;
}

float* PackedStrips::packed_row(std::size_t copy, std::size_t strip, std::size_t row) const {
  return packed_ + copy * size_ + strip * columns_ * k_ +
         row * round_up(width(strip), simd().fewest_columns);
}

void PackedStrips::multiply(const float* a, std::size_t a_stride, bool transpose_a,
                            const Tile& tile, std::size_t first, std::size_t length, float* c,
                            bool accumulate) const {
  const float* packed = packed_row(tile.row * copies_ / m_, tile.column / columns_, first);
  simd().sparse_product({.a = a,
                         .packed_b = packed,
                         .c = c,
                         .rows = tile.rows,
                         .columns = tile.columns,
                         .k = length,
                         .a_stride = a_stride,
                         .c_stride = n_,
                         .accumulate = accumulate},
                        transpose_a);
}

}  // namespace keratin::kernels
