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

// Faster where up to 60 % of a are nonzeros, fewer where rows of c are short (measured: see
// docs/performance.md). Eight of a's rows speak for all.
bool mostly_zeros(const float* a, std::size_t m, std::size_t n, std::size_t k, bool transpose_a) {
  constexpr std::size_t sample = 8, fewest_rows = 32;
  constexpr double break_even = 0.58,
                   walk = 4;  // the walk over the bits costs as much as so many columns
  const std::size_t rows = transpose_a ? k : m, columns = transpose_a ? m : k;
  if (m < fewest_rows || rows < sample || n < simd().fewest_columns) return false;
  std::size_t nonzeros = 0;
  for (std::size_t i = 0; i < sample; ++i)
    nonzeros += simd().count_nonzeros(a + i * rows / sample * columns, columns);
  return static_cast<double>(nonzeros) <
         static_cast<double>(sample * columns) * (break_even - walk / static_cast<double>(n));
}

PackedStrips::PackedStrips(const float* b, std::size_t m, std::size_t n, std::size_t k,
                           bool transpose_a)
    : m_(m), n_(n), k_(k) {
  const std::size_t fewest = simd().fewest_columns;
  columns_ = round_up(tile_count(n, tile_count(n, simd().most_columns)), fewest);
  count_ = tile_count(n + 1 - fewest, columns_);  // the last takes a rest too narrow for a strip
  size_ = k * ((count_ - 1) * columns_ + round_up(width(count_ - 1), fewest));
  constexpr std::size_t
      grain = 1 << 14,
      small = 1 << 18;  // values that a thread packs at a time; that a core keeps to itself
  const auto threads = static_cast<std::size_t>(thread_count_here());
  copies_ = transpose_a || size_ > small
                ? 1
                : std::clamp<std::size_t>(threads, 1, tile_count(m, SparseProductTile::most_rows));
  thread_local constinit ThreadBuffer buffer;
  packed_ = buffer.reserve(copies_ * size_);
  std::atomic<bool> finite = true;
  const Slices slices(k, grain / n + 8);
  parallel_for(copies_ * slices.count, [&](std::size_t index) {
    const std::size_t copy = index / slices.count, slice = index % slices.count,
                      first = slices.first(slice), rows = slices.length(slice);
    for (std::size_t strip = 0; strip < count_; ++strip)
      if (!simd().pack(b + first * n + strip * columns_, n, rows, width(strip),
                       packed_row(copy, strip, first)))
        finite.store(false, std::memory_order_relaxed);
  });
  finite_ = finite;
}

float* PackedStrips::packed_row(std::size_t copy, std::size_t strip, std::size_t row) const {
  return packed_ + copy * size_ + strip * columns_ * k_ +
         row * round_up(width(strip), simd().fewest_columns);
}

void PackedStrips::multiply(const float* a, std::size_t a_stride, bool transpose_a,
                            const Tile& tile, std::size_t first, std::size_t inner, float* c,
                            bool accumulate) const {
  const float* packed = packed_row(tile.row * copies_ / m_, tile.column / columns_, first);
  simd().sparse_product({.a = a,
                         .packed_b = packed,
                         .c = c + tile.row * n_ + tile.column,
                         .rows = tile.rows,
                         .columns = tile.columns,
                         .k = inner,
                         .a_stride = a_stride,
                         .c_stride = n_,
                         .accumulate = accumulate},
                        transpose_a);
}

}  // namespace keratin::kernels
