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

// Products of up to this many multiply-adds take less time than OpenBLAS's call.
constexpr std::size_t small_product = 16 * 1024;

constexpr auto blas_limit = static_cast<std::size_t>(std::numeric_limits<xt::blas_index_t>::max());

// The size of a tile of c. Tiles at the lower and right edge may be smaller.
struct TileSize {
  std::size_t rows, columns;
};

// The length of each of `parts` equal pieces of `size`, rounded up to a multiple of `multiple`.
std::size_t piece(std::size_t size, std::size_t parts, std::size_t multiple) {
  const std::size_t exact = (size + parts - 1) / parts;
  return std::min(size, (exact + multiple - 1) / multiple * multiple);
}

// Tiles that OpenBLAS multiplies without packing: where it has AVX-512 kernels it does so up to a
// million multiply-adds. Tiles just below that limit, 64 columns wide where c is wide, run 10 to
// 15 % faster than packed ones and balance better. This does not hold for b transposed, nor if the
// rows of b are so long that each lies on a page of its own. Then there are no such tiles: {0, 0}.
TileSize unpacked_tiles(std::size_t n, std::size_t k) {
  constexpr std::size_t most_multiply_adds = 1'000'000;
  constexpr std::size_t longest_row = 1024;  // values: a page of 4 KiB
  constexpr std::size_t narrow = 128;        // columns of c that stay together
  constexpr std::size_t wide_tile = 64;      // columns
  constexpr std::size_t most_rows = 64;
  if (n > longest_row || !blas_multiplies_unpacked()) return {0, 0};
  const std::size_t columns = n <= narrow ? n : wide_tile;
  const std::size_t rows = std::min(most_multiply_adds / (columns * k), most_rows);
  return {rows / 4 * 4, columns};
}

// Tiles that OpenBLAS packs: it copies the rows of a and the columns of b that a tile needs. Of the
// ways to cut c into enough tiles this takes the one that copies least. Products that take long
// anyway are cut into fewer tiles.
TileSize packed_tiles(std::size_t m, std::size_t n, std::size_t k) {
  constexpr std::size_t least_work = 2'000'000;  // multiply-adds of a tile
  constexpr std::size_t long_work = 1 << 29;     // multiply-adds; about 10 ms on one core
  constexpr std::size_t least_rows = 64;
  constexpr std::size_t least_columns = 128;
  const std::size_t work = m * n * k;
  const std::size_t most_tiles = work >= long_work ? 4 : 8;
  const std::size_t tiles = std::clamp<std::size_t>(work / least_work, 1, most_tiles);
  const std::size_t most_down = std::min(tiles, std::max<std::size_t>(1, m / least_rows));

  std::size_t best_down = 1;
  std::size_t best_across = 1;
  std::size_t fewest_copies = ~std::size_t{0};  // in rows of a and columns of b
  for (std::size_t down = 1; down <= most_down; ++down) {
    const std::size_t across = std::clamp<std::size_t>(n / least_columns, 1, tiles / down);
    const std::size_t copies = across * m + down * n;
    const bool enough_tiles = 2 * down * across > tiles;
    if (enough_tiles && copies < fewest_copies) {
      best_down = down;
      best_across = across;
      fewest_copies = copies;
    }
  }
  return {piece(m, best_down, 4), piece(n, best_across, 16)};
}

// Depends on the shapes alone, so that the bits do not depend on the number of threads. The
// measurements behind it are in docs/performance.md.
TileSize tiles_for_blas(std::size_t m, std::size_t n, std::size_t k, bool transpose_b) {
  constexpr std::size_t least_unpacked_rows = 12;
  if (!transpose_b) {
    const TileSize unpacked = unpacked_tiles(n, k);
    if (unpacked.rows >= least_unpacked_rows) return {std::min(m, unpacked.rows), unpacked.columns};
  }
  return packed_tiles(m, n, k);
}

// A vector can be read as a row or as a column, so there is a choice of kernels for products with
// one: this takes the fastest.
void multiply_small(const float* a, const float* b, float* c, std::size_t m, std::size_t n,
                    std::size_t k, GemmOptions options) {
  const Simd& table = simd();
  const bool accumulate = options.keep != 0;
  if (options.transpose_a && n == 1)
    table.product_nn(b, a, c, 1, m, k, accumulate);
  else if (options.transpose_a)
    table.product_tn(a, b, c, m, n, k, accumulate);
  else if (options.transpose_b ? k > 1 : n == 1)
    table.product_nt(a, b, c, m, n, k, accumulate);
  else
    table.product_nn(a, b, c, m, n, k, accumulate);
}

// How much of the inner size is summed first. Usually all of it. In a weight gradient the inner
// size is the batch; if c is small beside a, each half of the batch makes tiles of its own, and the
// two sums are added at the end. Of two cores each then reads the rows of the batch that it has
// already worked on in the forward pass, and they need not exchange them.
std::size_t first_part(std::size_t n, std::size_t k, GemmOptions options) {
  constexpr std::size_t smallest_batch = 64;
  return options.transpose_a && k >= 2 * n && k >= smallest_batch ? k / 2 : k;
}

// The tiles of c (m x n), numbered column by column, so that the part of b that they share stays in
// cache. If n is not a multiple of the tiles' columns, the last ones are narrower, or wider if
// `across` says so.
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

// Calls multiply(tile, first, length, c, keep) for every tile, for the inner indices from `first`
// on, and then after(tile).
template <class Multiply>
void multiply_tiles(const Tiling& tiles, std::size_t k, float* c, GemmOptions options,
                    TileVisitor after, const Multiply& multiply) {
  const std::size_t count = tiles.count();
  const std::size_t first = first_part(tiles.n, k, options);
  if (first == k)
    return parallel_for(count, [&](std::size_t index) {
      const Tile tile = tiles[index];
      multiply(tile, 0, k, c, options.keep);
      after(tile);
    });

  thread_local constinit ThreadBuffer buffer;
  const std::size_t size = tiles.m * tiles.n;
  float* rest = buffer.reserve(size);
  parallel_for(2 * count, [&](std::size_t index) {
    if (index < count)
      multiply(tiles[index], 0, first, c, options.keep);
    else
      multiply(tiles[index - count], first, k - first, rest, 0);
  });
  constexpr std::size_t values_per_slice = 1 << 14;
  parallel_slices(size, values_per_slice,
                  [&](std::size_t i, std::size_t values) { simd().add(rest + i, c + i, values); });
  after(Tile{0, tiles.m, 0, tiles.n});
}

// The matrices of one call of gemm().
struct Product {
  const float* a;
  const float* b;
  float* c;
  std::size_t m, n, k;
  GemmOptions options;

  std::size_t a_stride() const { return options.transpose_a ? m : k; }
  std::size_t b_stride() const { return options.transpose_b ? k : n; }
  // The first value that `tile` reads for the inner index `first`.
  const float* a_from(const Tile& tile, std::size_t first) const {
    return a + (options.transpose_a ? first * m + tile.row : tile.row * k + first);
  }
  const float* b_from(const Tile& tile, std::size_t first) const {
    return b + (options.transpose_b ? tile.column * k + first : first * n + tile.column);
  }
};

void multiply_sparse(const Product& product, const PackedStrips& strips, TileVisitor after) {
  const bool transpose_a = product.options.transpose_a;
  const Tiling tiles{
      product.m, product.n, {SparseProductTile::most_rows, strips.columns()}, strips.count()};
  multiply_tiles(
      tiles, product.k, product.c, product.options, after,
      [&](const Tile& tile, std::size_t first, std::size_t length, float* c, float keep) {
        strips.multiply(product.a_from(tile, first), product.a_stride(), transpose_a, tile, first,
                        length, c, keep != 0);
      });
}

void multiply_dense(const Product& product, TileVisitor after) {
  using cxxblas::Transpose;
  const std::size_t m = product.m;
  const std::size_t n = product.n;
  const std::size_t k = product.k;
  const GemmOptions options = product.options;
  check(std::max({m, n, k}) <= blas_limit, "matmul", "a product of ", m, " x ", k, " by ", k, " x ",
        n, " is too large: BLAS counts rows and columns up to ", blas_limit);
  const BlasSection section;
  const auto blas_size = [](std::size_t size) { return static_cast<xt::blas_index_t>(size); };
  const auto operation = [](bool transposed) {
    return transposed ? Transpose::Trans : Transpose::NoTrans;
  };
  const TileSize size = tiles_for_blas(m, n, first_part(n, k, options), options.transpose_b);
  multiply_tiles(
      {m, n, size, tile_count(n, size.columns)}, k, product.c, options, after,
      [&](const Tile& tile, std::size_t first, std::size_t length, float* c, float keep) {
        cxxblas::gemm<xt::blas_index_t>(
            cxxblas::RowMajor, operation(options.transpose_a), operation(options.transpose_b),
            blas_size(tile.rows), blas_size(tile.columns), blas_size(length), 1.0f,
            product.a_from(tile, first), blas_size(product.a_stride()), product.b_from(tile, first),
            blas_size(product.b_stride()), keep, c + tile.row * n + tile.column, blas_size(n));
      });
}

}  // namespace

void gemm(const float* a, const float* b, float* c, std::size_t m, std::size_t n, std::size_t k,
          GemmOptions options, TileVisitor after) {
  const bool both_transposed = options.transpose_a && options.transpose_b;
  const bool one_row = m == 1 && !options.transpose_b;
  if (!both_transposed && (one_row || m * n * k <= small_product)) {
    multiply_small(a, b, c, m, n, k, options);
    return after(Tile{0, m, 0, n});
  }
  const Product product{a, b, c, m, n, k, options};
  if (!options.transpose_b && mostly_zeros(a, m, n, k, options.transpose_a)) {
    const PackedStrips strips(b, m, n, k, options.transpose_a);
    if (strips.finite()) return multiply_sparse(product, strips, after);
  }
  multiply_dense(product, after);
}

}  // namespace keratin::kernels
