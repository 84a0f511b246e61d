#pragma once
// What the kinds of matrix products share: the matrices, and the tiles that the result is cut into.

#include <algorithm>
#include <cstddef>

#include "core/thread_buffer.hpp"
#include "kernels/gemm.hpp"
#include "kernels/pool.hpp"
#include "kernels/simd.hpp"

namespace keratin::kernels {

/// The matrices of one call of gemm().
struct Product {
  const float* a;
  const float* b;
  float* c;
  std::size_t m, n, k;
  GemmOptions options;

  std::size_t a_stride() const { return options.transpose_a ? m : k; }
  std::size_t b_stride() const { return options.transpose_b ? k : n; }
  /// The first value that `tile` reads for the inner index `first`.
  const float* a_from(const Tile& tile, std::size_t first) const {
    return a + (options.transpose_a ? first * m + tile.row : tile.row * k + first);
  }
  const float* b_from(const Tile& tile, std::size_t first) const {
    return b + (options.transpose_b ? tile.column * k + first : first * n + tile.column);
  }

  /// How much of the inner size is summed first. Usually all of it. In a weight gradient the inner
  /// size is the batch; if c is small beside a, each half of the batch makes tiles of its own, and
  /// the two sums are added at the end. Of two cores each then reads the rows of the batch that it
  /// has already worked on in the forward pass, and they need not exchange them.
  std::size_t first_part() const {
    constexpr std::size_t smallest_batch = 64;
    return options.transpose_a && k >= 2 * n && k >= smallest_batch ? k / 2 : k;
  }
};

/// The size of a tile of c. Tiles at the lower and right edge may be smaller.
struct TileSize {
  std::size_t rows, columns;
};

/// The length of each of `parts` equal pieces of `size`, rounded up to a multiple of `multiple`.
inline std::size_t piece(std::size_t size, std::size_t parts, std::size_t multiple) {
  const std::size_t exact = (size + parts - 1) / parts;
  return std::min(size, (exact + multiple - 1) / multiple * multiple);
}

/// The tiles of c (m x n), numbered column by column, so that the part of b that they share stays
/// in cache. If n is not a multiple of the tiles' columns, the last ones are narrower, or wider if
/// `across` says so.
struct Tiling {
  std::size_t m, n;
  TileSize size;
  std::size_t across;

  std::size_t down() const { return tile_count(m, size.rows); }
  std::size_t count() const { return down() * across; }
  Tile operator[](std::size_t index) const {
    const std::size_t row = index % down() * size.rows;
    const std::size_t column = index / down() * size.columns;
    const bool last_column = index / down() + 1 == across;
    return {row, std::min(size.rows, m - row), column, last_column ? n - column : size.columns};
  }
};

/// Calls multiply(tile, first, length, c, keep) for every tile, for the inner indices from `first`
/// on, and then after(tile). c points to the tile's first value, rows are n values apart.
template <class Multiply>
void multiply_tiles(const Product& product, const Tiling& tiles, TileVisitor after,
                    const Multiply& multiply) {
  const float keep = product.options.keep;
  const std::size_t n = product.n;
  const std::size_t k = product.k;
  const std::size_t count = tiles.count();
  const std::size_t first = product.first_part();
  const auto place = [n](float* matrix, const Tile& tile) {
    return matrix + tile.row * n + tile.column;
  };
  if (first == k)
    return parallel_for(count, [&](std::size_t index) {
      const Tile tile = tiles[index];
      multiply(tile, 0, k, place(product.c, tile), keep);
      after(tile);
    });

  thread_local constinit ThreadBuffer buffer;
  if (thread_count_here() == 1) {  // the same sums, but the second part stays in the first cache
    for (std::size_t index = 0; index < count; ++index) {
      const Tile tile = tiles[index];
      float* c = place(product.c, tile);
      float* rest = buffer.reserve(tile.rows * n);
      multiply(tile, 0, first, c, keep);
      multiply(tile, first, k - first, rest, 0);
      for (std::size_t i = 0; i < tile.rows; ++i) simd().add(rest + i * n, c + i * n, tile.columns);
      after(tile);
    }
    return;
  }
  const std::size_t size = tiles.m * n;
  float* rest = buffer.reserve(size);
  parallel_for(2 * count, [&](std::size_t index) {
    const Tile tile = tiles[index % count];
    if (index < count)
      multiply(tile, 0, first, place(product.c, tile), keep);
    else
      multiply(tile, first, k - first, place(rest, tile), 0);
  });
  constexpr std::size_t values_per_slice = 1 << 14;
  parallel_slices(size, values_per_slice, [&](std::size_t i, std::size_t values) {
    simd().add(rest + i, product.c + i, values);
  });
  after(Tile{0, tiles.m, 0, n});
}

}  // namespace keratin::kernels
