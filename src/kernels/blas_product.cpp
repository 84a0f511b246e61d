#include "kernels/blas_product.hpp"

#include <algorithm>
#include <complex>
#include <limits>
#include <xtensor-blas/xblas.hpp>

#include "keratin/check.hpp"
#include "kernels/blas.hpp"

namespace keratin::kernels {

namespace {

constexpr auto blas_limit = static_cast<std::size_t>(std::numeric_limits<xt::blas_index_t>::max());

// OpenBLAS copies the rows of a and the columns of b that a tile needs. Of the
// ways to cut c into enough tiles this takes the one that copies least. Products that take long
// anyway are cut into fewer tiles. Depends on the shapes alone, so that the bits do not depend on
// the number of threads.
TileSize tiles_for_blas(std::size_t m, std::size_t n, std::size_t k) {
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

}  // namespace

void multiply_by_blas(const Product& product, TileVisitor after) {
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
  const TileSize size = tiles_for_blas(m, n, product.first_part());
  multiply_tiles(
      product, {m, n, size, tile_count(n, size.columns)}, after,
      [&](const Tile& tile, std::size_t first, std::size_t length, float* c, float keep) {
        cxxblas::gemm<xt::blas_index_t>(
            cxxblas::RowMajor, operation(options.transpose_a), operation(options.transpose_b),
            blas_size(tile.rows), blas_size(tile.columns), blas_size(length), 1.0f,
            product.a_from(tile, first), blas_size(product.a_stride()), product.b_from(tile, first),
            blas_size(product.b_stride()), keep, c, blas_size(n));
      });
}

}  // namespace keratin::kernels
