#include "kernels/gemm.hpp"

#include <algorithm>
#include <complex>
#include <limits>
#include <xtensor-blas/xblas.hpp>

#include "core/thread_buffer.hpp"
#include "keratin/check.hpp"
#include "kernels/blas.hpp"
#include "kernels/pool.hpp"
#include "kernels/simd.hpp"
#include "kernels/sparse_product.hpp"

namespace keratin::kernels {

namespace {

// Below this many multiply-adds OpenBLAS's call costs more than the product.
constexpr std::size_t small_product = 16 * 1024;

struct Cut {
  std::size_t rows, columns;  // of a tile
};

std::size_t even(std::size_t size, std::size_t parts, std::size_t multiple) {
  const std::size_t piece = (size + parts - 1) / parts;
  return std::min(size, (piece + multiple - 1) / multiple * multiple);
}

// OpenBLAS multiplies up to a million multiply-adds in place, without packing, where it has AVX-512
// kernels. Tiles just below that, and 64 columns wide where c is wide, run 10 to 15 % faster than
// packed ones, and balance better. Not for b transposed, nor for rows of b so long that each is a
// page away from the next.
Cut cut_unpacked(std::size_t n, std::size_t k) {
  constexpr std::size_t most = 1'000'000, narrow = 128, longest_row = 1024, wide_tile = 64;
  if (n > longest_row || !blas_multiplies_unpacked()) return {0, 0};
  const std::size_t columns = n <= narrow ? n : wide_tile;
  return {std::min<std::size_t>(most / (columns * k), 64) / 4 * 4, columns};
}

// Packed tiles: OpenBLAS copies a's rows and b's columns for each, so the cut is the one that
// repeats the fewest copies, into fewer tiles where each is long work anyway.
Cut cut_packed(std::size_t m, std::size_t n, std::size_t k) {
  constexpr std::size_t
      least = 2'000'000,
      long_work = 1 << 29;  // multiply-adds: worth a tile of their own; some 10 ms on a core
  const std::size_t work = m * n * k,
                    parts = std::clamp<std::size_t>(work / least, 1, work >= long_work ? 4 : 8);
  std::size_t by_rows = 1, by_columns = 1, fewest = ~std::size_t{0};
  for (std::size_t r = 1; r <= parts && r <= std::max<std::size_t>(1, m / 64); ++r) {
    const std::size_t c = std::clamp<std::size_t>(n / 128, 1, parts / r), copies = c * m + r * n;
    if (r * c * 2 > parts && copies < fewest) by_rows = r, by_columns = c, fewest = copies;
  }
  return {even(m, by_rows, 4), even(n, by_columns, 16)};
}

// How c is cut into tiles: a function of the shapes alone, so that the bits do not depend on the
// number of threads. What was measured is in docs/performance.md.
Cut cut(std::size_t m, std::size_t n, std::size_t k, bool transpose_b) {
  constexpr std::size_t fewest_rows = 12;
  if (!transpose_b)
    if (const Cut unpacked = cut_unpacked(n, k); unpacked.rows >= fewest_rows)
      return {std::min(m, unpacked.rows), unpacked.columns};
  return cut_packed(m, n, k);
}

// A vector can be read as a row or as a column: the three kernels get the one they run fastest
// over.
void small(const float* a, const float* b, float* c, std::size_t m, std::size_t n, std::size_t k,
           GemmOptions options) {
  const Simd& table = simd();
  const bool keep = options.keep != 0;
  if (options.transpose_a)
    n == 1 ? table.product_nn(b, a, c, 1, m, k, keep) : table.product_tn(a, b, c, m, n, k, keep);
  else if (options.transpose_b ? k > 1 : n == 1)
    table.product_nt(a, b, c, m, n, k, keep);
  else
    table.product_nn(a, b, c, m, n, k, keep);
}

// The inner size of a weight gradient is the batch. Where c is small beside a, its halves are tiles
// of their own, whose sums are added afterwards: so two cores keep the rows of the batch that they
// have read and multiplied before, and do not exchange them.
std::size_t first_half(std::size_t n, std::size_t k, GemmOptions options) {
  constexpr std::size_t smallest_batch = 64;
  return options.transpose_a && k >= 2 * n && k >= smallest_batch ? k / 2 : k;
}

// multiply(tile, first of the inner size, how much of it, c, keep) for every tile of c and then
// after(tile). Column by column: the part of b stays in cache.
template <class Multiply>
void by_tiles(std::size_t m, std::size_t n, std::size_t k, Cut cut, std::size_t across, float* c,
              GemmOptions options, TileVisitor after, const Multiply& multiply) {
  const std::size_t down = tile_count(m, cut.rows), count = down * across,
                    half = first_half(n, k, options);
  const auto tile_at = [&](std::size_t index) {
    const std::size_t row = index % down * cut.rows, column = index / down * cut.columns;
    return Tile{row, std::min(cut.rows, m - row), column,
                index / down + 1 < across ? cut.columns : n - column};
  };
  if (half == k)
    return parallel_for(count, [&](std::size_t index) {
      multiply(tile_at(index), 0, k, c, options.keep);
      after(tile_at(index));
    });
  thread_local constinit ThreadBuffer buffer;
  float* rest = buffer.reserve(m * n);
  parallel_for(2 * count, [&](std::size_t index) {
    if (index < count)
      multiply(tile_at(index), 0, half, c, options.keep);
    else
      multiply(tile_at(index - count), half, k - half, rest, 0);
  });
  parallel_slices(m * n, 1 << 14,
                  [&](std::size_t i, std::size_t values) { simd().add(rest + i, c + i, values); });
  after(Tile{0, m, 0, n});
}

}  // namespace

void gemm(const float* a, const float* b, float* c, std::size_t m, std::size_t n, std::size_t k,
          GemmOptions options, TileVisitor after) {
  const bool both = options.transpose_a && options.transpose_b;
  if (!both && (m * n * k <= small_product || (m == 1 && !options.transpose_b))) {
    small(a, b, c, m, n, k, options);
    return after(Tile{0, m, 0, n});
  }
  const bool transpose_a = options.transpose_a, transpose_b = options.transpose_b;
  const std::size_t a_stride = transpose_a ? m : k, b_stride = transpose_b ? k : n;
  const auto from_a = [&](const Tile& tile, std::size_t first) {
    return a + (transpose_a ? first * m + tile.row : tile.row * k + first);
  };
  if (!transpose_b && mostly_zeros(a, m, n, k, transpose_a))
    if (const PackedStrips strips(b, m, n, k, transpose_a); strips.finite())
      return by_tiles(
          m, n, k, {SparseProductTile::most_rows, strips.columns()}, strips.count(), c, options,
          after, [&](const Tile& tile, std::size_t first, std::size_t inner, float* c, float keep) {
            strips.multiply(from_a(tile, first), a_stride, transpose_a, tile, first, inner, c,
                            keep != 0);
          });
  check(
      std::max({m, n, k}) <= static_cast<std::size_t>(std::numeric_limits<xt::blas_index_t>::max()),
      "matmul", "a product of ", m, " x ", k, " by ", k, " x ", n,
      " is too large: BLAS counts rows and columns up to ",
      std::numeric_limits<xt::blas_index_t>::max());
  const BlasSection section;
  const Cut tiles = cut(m, n, first_half(n, k, options), transpose_b);
  const auto multiply = [&](const Tile& tile, std::size_t first, std::size_t inner, float* c,
                            float keep) {
    using cxxblas::Transpose;
    const auto size = [](std::size_t value) { return static_cast<xt::blas_index_t>(value); };
    const float* from_b = b + (transpose_b ? tile.column * k + first : first * n + tile.column);
    cxxblas::gemm<xt::blas_index_t>(
        cxxblas::RowMajor, transpose_a ? Transpose::Trans : Transpose::NoTrans,
        transpose_b ? Transpose::Trans : Transpose::NoTrans, size(tile.rows), size(tile.columns),
        size(inner), 1.0f, from_a(tile, first), size(a_stride), from_b, size(b_stride), keep,
        c + tile.row * n + tile.column, size(n));
  };
  by_tiles(m, n, k, tiles, tile_count(n, tiles.columns), c, options, after, multiply);
}

}  // namespace keratin::kernels
