#include "kernels/gemm.hpp"

#include <algorithm>
#include <complex>
#include <xtensor-blas/xblas.hpp>

#include "kernels/blas.hpp"
#include "kernels/nonzeros.hpp"
#include "kernels/pool.hpp"
#include "kernels/simd.hpp"

namespace keratin::kernels {

namespace {

// Below this many multiply-adds OpenBLAS's call costs more than the product.
constexpr std::size_t small_product = 16 * 1024;

struct Cut {
  std::size_t rows, columns;   // of a tile
};

std::size_t even(std::size_t size, std::size_t parts, std::size_t multiple) {
  const std::size_t piece = (size + parts - 1) / parts;
  return std::min(size, (piece + multiple - 1) / multiple * multiple);
}

// OpenBLAS multiplies up to a million multiply-adds in place, without packing, where it has AVX-512 kernels. Tiles just below that,
// and 64 columns wide where c is wide, run 10 to 15 % faster than packed ones, and balance better. Not for b transposed, nor for
// rows of b so long that each is a page away from the next.
Cut cut_unpacked(std::size_t n, std::size_t k) {
  constexpr std::size_t most = 1'000'000, narrow = 128, longest_row = 1024, wide_tile = 64;
  if (n > longest_row || !blas_multiplies_unpacked()) return {0, 0};
  const std::size_t columns = n <= narrow ? n : wide_tile;
  return {std::min<std::size_t>(most / (columns * k), 96) / 4 * 4, columns};
}

// Packed tiles: OpenBLAS copies a's rows and b's columns for each, so the cut is the one that repeats the fewest copies, into fewer
// tiles where each is long work anyway.
Cut cut_packed(std::size_t m, std::size_t n, std::size_t k) {
  constexpr std::size_t least = 2'000'000, long_work = 1 << 29;   // multiply-adds: worth a tile of their own; some 10 ms on a core
  const std::size_t work = m * n * k, parts = std::clamp<std::size_t>(work / least, 1, work >= long_work ? 4 : 8);
  std::size_t by_rows = 1, by_columns = 1, fewest = ~std::size_t{0};
  for (std::size_t r = 1; r <= parts && r <= std::max<std::size_t>(1, m / 64); ++r) {
    const std::size_t c = std::clamp<std::size_t>(n / 128, 1, parts / r), copies = c * m + r * n;
    if (r * c * 2 > parts && copies < fewest) by_rows = r, by_columns = c, fewest = copies;
  }
  return {even(m, by_rows, 4), even(n, by_columns, 16)};
}

// How c is cut into tiles: a function of the shapes alone, so that the bits do not depend on the number of threads. What was measured
// is in docs/performance.md.
Cut cut(std::size_t m, std::size_t n, std::size_t k, bool transpose_b) {
  constexpr std::size_t fewest_rows = 12;
  if (!transpose_b)
    if (const Cut unpacked = cut_unpacked(n, k); unpacked.rows >= fewest_rows) return {std::min(m, unpacked.rows), unpacked.columns};
  return cut_packed(m, n, k);
}

// A vector can be read as a row or as a column: the three kernels get the one they run fastest over.
void small(const float* a, const float* b, float* c, std::size_t m, std::size_t n, std::size_t k, GemmOptions options) {
  const Simd& table = simd();
  const bool keep = options.keep != 0;
  if (options.transpose_a) n == 1 ? table.product_nn(b, a, c, 1, m, k, keep) : table.product_tn(a, b, c, m, n, k, keep);
  else if (options.transpose_b ? k > 1 : n == 1) table.product_nt(a, b, c, m, n, k, keep);
  else table.product_nn(a, b, c, m, n, k, keep);
}

// body(tile) for every tile of c, column by column: the part of b stays in cache.
template <class Body>
void by_tiles(std::size_t m, std::size_t n, Cut cut, std::size_t across, const Body& body) {
  const std::size_t down = tile_count(m, cut.rows);
  parallel_for(down * across, [&](std::size_t index) {
    const std::size_t row = index % down * cut.rows, column = index / down * cut.columns;
    body(Tile{row, std::min(cut.rows, m - row), column, index / down + 1 < across ? cut.columns : n - column});
  });
}

}  // namespace

void gemm(const float* a, const float* b, float* c, std::size_t m, std::size_t n, std::size_t k, GemmOptions options, TileVisitor after) {
  const bool both = options.transpose_a && options.transpose_b;
  if (!both && (m * n * k <= small_product || (m == 1 && !options.transpose_b))) {
    small(a, b, c, m, n, k, options);
    return after(Tile{0, m, 0, n});
  }
  const auto [transpose_a, transpose_b, keep] = options;
  const std::size_t a_stride = transpose_a ? m : k, b_stride = transpose_b ? k : n;
  if (!transpose_b && mostly_zeros(a, m, n, k, transpose_a))
    if (const PackedStrips strips(b, n, k); strips.finite())
      return by_tiles(m, n, {NonzeroTile::most_rows, strips.columns()}, strips.count(), [&](const Tile& tile) {
        strips.multiply(a + tile.row * (transpose_a ? 1 : k), a_stride, transpose_a, tile, c, keep != 0);
        after(tile);
      });
  use_one_blas_thread();
  const Cut tiles = cut(m, n, k, transpose_b);
  by_tiles(m, n, tiles, tile_count(n, tiles.columns), [&](const Tile& tile) {
    using cxxblas::Transpose;
    const auto size = [](std::size_t value) { return static_cast<xt::blas_index_t>(value); };
    cxxblas::gemm<xt::blas_index_t>(cxxblas::RowMajor, transpose_a ? Transpose::Trans : Transpose::NoTrans,
                                    transpose_b ? Transpose::Trans : Transpose::NoTrans, size(tile.rows), size(tile.columns), size(k), 1.0f,
                                    a + tile.row * (transpose_a ? 1 : k), size(a_stride), b + tile.column * (transpose_b ? k : 1),
                                    size(b_stride), keep, c + tile.row * n + tile.column, size(n));
    after(tile);
  });
}

}  // namespace keratin::kernels
