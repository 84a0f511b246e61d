#include "kernels/gemm.hpp"

#include <algorithm>
#include <atomic>
#include <complex>
#include <vector>
#include <xtensor-blas/xblas.hpp>

#include "kernels/blas.hpp"
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

// Whether to multiply by a's nonzeros alone: faster than a dense product where no more than about half of a are, fewer where rows of c
// are short (measured: see docs/performance.md). Sixteen of a's rows speak for all.
bool mostly_zeros(const float* a, std::size_t m, std::size_t n, std::size_t k, GemmOptions options) {
  constexpr std::size_t sample = 16, fewest_rows = 32;
  constexpr double break_even = 0.53, walk = 4;   // the walk over the bits costs as much as so many columns
  const std::size_t rows = options.transpose_a ? k : m, columns = options.transpose_a ? m : k;
  if (options.transpose_b || m < fewest_rows || rows < sample || n < simd().fewest_columns) return false;
  std::size_t nonzeros = 0;
  for (std::size_t i = 0; i < sample; ++i) nonzeros += simd().count_nonzeros(a + i * rows / sample * columns, columns);
  return static_cast<double>(nonzeros) < static_cast<double>(sample * columns) * (break_even - walk / static_cast<double>(n));
}

float* packed_buffer(std::size_t size) {
  struct alignas(64) Line {
    float values[16];
  };
  thread_local std::vector<Line> lines;   // the calling thread's, for one product at a time
  if (lines.size() * 16 < size) lines.resize((size + 15) / 16);
  return lines.data()->values;
}

// False, with nothing done, if a value of b is not finite: 0 times infinity is not 0.
bool multiply_nonzeros(const float* a, const float* b, float* c, std::size_t m, std::size_t n, std::size_t k, GemmOptions options,
                       TileVisitor after) {
  constexpr std::size_t rows = NonzeroTile::most_rows;
  const Simd& table = simd();
  const std::size_t columns = even(n, tile_count(n, table.most_columns), table.fewest_columns);
  const std::size_t down = tile_count(m, rows), across = tile_count(n + 1 - table.fewest_columns, columns);   // the last takes a narrow rest
  const auto width = [&](std::size_t strip) { return strip + 1 < across ? columns : n - strip * columns; };
  const auto packed_width = [&](std::size_t strip) { return tile_count(width(strip), table.fewest_columns) * table.fewest_columns; };
  float* packed = packed_buffer(k * (across - 1) * columns + k * packed_width(across - 1));
  std::atomic<bool> finite = true;
  constexpr std::size_t grain = 1 << 14;   // values: the rows of b that a thread packs at a time
  parallel_slices(k, grain / n + 8, [&](std::size_t first, std::size_t count) {
    for (std::size_t strip = 0; strip < across; ++strip)
      if (!table.pack(b + first * n + strip * columns, n, count, width(strip), packed + strip * columns * k + first * packed_width(strip)))
        finite.store(false, std::memory_order_relaxed);
  });
  if (!finite) return false;
  parallel_for(down * across, [&](std::size_t index) {
    const std::size_t row = index % down * rows, strip = index / down, column = strip * columns;
    const Tile tile{row, std::min(rows, m - row), column, width(strip)};
    table.nonzeros({.a = a + (options.transpose_a ? row : row * k), .packed_b = packed + column * k, .c = c + row * n + column,
                    .rows = tile.rows, .columns = tile.columns, .k = k, .a_stride = options.transpose_a ? m : k, .c_stride = n,
                    .keep = options.keep != 0},
                   options.transpose_a);
    after(tile);
  });
  return true;
}

}  // namespace

void gemm(const float* a, const float* b, float* c, std::size_t m, std::size_t n, std::size_t k, GemmOptions options, TileVisitor after) {
  const bool both = options.transpose_a && options.transpose_b;
  if (!both && (m * n * k <= small_product || (m == 1 && !options.transpose_b))) {
    small(a, b, c, m, n, k, options);
    return after(Tile{0, m, 0, n});
  }
  if (mostly_zeros(a, m, n, k, options) && multiply_nonzeros(a, b, c, m, n, k, options, after)) return;
  use_one_blas_thread();
  const Cut tiles = cut(m, n, k, options.transpose_b);
  const std::size_t rows = tiles.rows, columns = tiles.columns;
  const std::size_t down = tile_count(m, rows);   // column by column: the part of b stays in cache
  using cxxblas::Transpose;
  parallel_for(down * tile_count(n, columns), [&](std::size_t index) {
    const std::size_t row = index % down * rows, column = index / down * columns;
    const Tile tile{row, std::min(rows, m - row), column, std::min(columns, n - column)};
    const auto size = [](std::size_t value) { return static_cast<xt::blas_index_t>(value); };
    cxxblas::gemm<xt::blas_index_t>(cxxblas::RowMajor, options.transpose_a ? Transpose::Trans : Transpose::NoTrans,
                                    options.transpose_b ? Transpose::Trans : Transpose::NoTrans, size(tile.rows), size(tile.columns), size(k),
                                    1.0f, a + (options.transpose_a ? row : row * k), size(options.transpose_a ? m : k),
                                    b + (options.transpose_b ? column * k : column), size(options.transpose_b ? k : n), options.keep,
                                    c + row * n + column, size(n));
    after(tile);
  });
}

}  // namespace keratin::kernels
