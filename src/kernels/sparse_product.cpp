#include "kernels/sparse_product.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <optional>

#include "core/thread_buffer.hpp"
#include "kernels/pool.hpp"
#include "kernels/simd.hpp"

namespace keratin::kernels {

namespace {

std::size_t round_up(std::size_t size, std::size_t multiple) {
  return tile_count(size, multiple) * multiple;
}

// A sparse product was measured to be faster if at most 45 % of a are nonzeros, fewer if the rows
// of c are short: then finding the nonzeros weighs more (see docs/performance.md). Samples eight
// rows of the stored matrix and extrapolates; a wrong guess costs time only.
bool mostly_zeros(const Product& product) {
  constexpr std::size_t sampled_rows = 8;
  constexpr std::size_t fewest_rows = 32;  // of c
  constexpr double break_even = 0.45;      // share of nonzeros, for very long rows of c
  constexpr double finding_cost = 4;       // in columns of c computed per value of a
  const auto& [a, b, c, m, n, k, options] = product;
  const std::size_t rows = options.transpose_a ? k : m;  // as stored
  const std::size_t columns = product.a_stride();
  if (m < fewest_rows || rows < sampled_rows || n < simd().fewest_columns) return false;

  std::size_t nonzeros = 0;
  for (std::size_t i = 0; i < sampled_rows; ++i)
    nonzeros += simd().count_nonzeros(a + i * rows / sampled_rows * columns, columns);
  const double share_to_beat = break_even - finding_cost / static_cast<double>(n);
  return static_cast<double>(nonzeros) <
         static_cast<double>(sampled_rows * columns) * share_to_beat;
}

// b (k x n), cut into strips of columns, each of which is packed row by row. The packed values lie
// in memory of the thread, which its next StripsOfB overwrite. One strip for few rows of c is used
// where it lies: packing would take longer than is gained by rows that start on cache lines.
class StripsOfB {
 public:
  explicit StripsOfB(const Product& product) : n_(product.n), k_(product.k) {
    constexpr std::size_t fewest_rows_to_pack = 192;
    const std::size_t narrowest = simd().fewest_columns;
    const std::size_t strips = tile_count(n_, simd().most_columns);
    columns_ = round_up(tile_count(n_, strips), narrowest);
    // A rest that is too narrow for a strip of its own is left to the last one.
    count_ = tile_count(n_ + 1 - narrowest, columns_);
    if (count_ == 1 && product.m < fewest_rows_to_pack && !product.options.transpose_b)
      use(product.b);
    else
      pack(product);
  }

  // Whether all of b is finite.
  bool finite() const { return finite_; }

  std::size_t count() const { return count_; }

  // Of a strip. The last strip may have more or fewer.
  std::size_t columns() const { return columns_; }

  // The rows of a strip, from `row` on, which are stride(strip) values apart.
  const float* from(std::size_t strip, std::size_t row) const {
    return values_ + strip * columns_ * k_ + row * stride(strip);
  }
  std::size_t stride(std::size_t strip) const {
    return packed_ ? round_up(width(strip), simd().fewest_columns) : n_;
  }

 private:
  static constexpr std::size_t values_per_slice = 1 << 14;

  void use(const float* b) {
    values_ = b;
    std::atomic<bool> finite = true;
    parallel_slices(k_ * n_, values_per_slice, [&](std::size_t first, std::size_t count) {
      // The sum is finite only if all values are. If only the sum is not, the product is dense.
      if (!std::isfinite(simd().sum(b + first, count)))
        finite.store(false, std::memory_order_relaxed);
    });
    finite_ = finite;
  }

  void pack(const Product& product) {
    packed_ = true;
    thread_local constinit ThreadBuffer buffer;
    const std::size_t last = count_ - 1;
    float* packed = buffer.reserve(k_ * (last * columns_ + stride(last)));
    values_ = packed;
    std::atomic<bool> finite = true;
    parallel_slices(k_, values_per_slice / n_ + 8, [&](std::size_t first, std::size_t length) {
      const float* rows = rows_of_b(product, first, length);
      for (std::size_t strip = 0; strip < count_; ++strip)
        if (!simd().pack(rows + strip * columns_, n_, length, width(strip),
                         packed + (from(strip, first) - values_), stride(strip)))
          finite.store(false, std::memory_order_relaxed);
    });
    finite_ = finite;
  }

  // Some rows of b, n values apart: where they lie, or transposed into memory of the thread.
  static const float* rows_of_b(const Product& product, std::size_t first, std::size_t length) {
    const auto& [a, b, c, m, n, k, options] = product;
    if (!options.transpose_b) return b + first * n;
    thread_local constinit ThreadBuffer buffer;
    float* rows = buffer.reserve(length * n);
    simd().transpose(b + first, k, n, length, rows, n);
    return rows;
  }

  std::size_t width(std::size_t strip) const {
    return strip + 1 < count_ ? columns_ : n_ - strip * columns_;
  }

  std::size_t n_, k_;
  std::size_t columns_;  // of every strip except possibly the last
  std::size_t count_;    // of strips
  bool packed_ = false;
  const float* values_;
  bool finite_;
};

// Where a has other values than 0, found once for all strips of c, in memory of the thread. The
// inner indices of each part of the product, see Product::first_part(), make blocks; a block has a
// word for each row of c.
class Nonzeros {
 public:
  explicit Nonzeros(const Product& product)
      : rows_(product.m), blocks_of_first_part_(blocks(product.first_part())) {
    const std::size_t first_part = product.first_part();
    const std::size_t rest = product.k - first_part;
    thread_local constinit ThreadBuffer buffer;
    // Two floats have the size of a word.
    words_ = reinterpret_cast<std::uint64_t*>(
        buffer.reserve(2 * rows_ * (blocks_of_first_part_ + blocks(rest))));
    constexpr std::size_t most_rows = SparseProductTile::most_rows;
    parallel_for(tile_count(rows_, most_rows), [&](std::size_t index) {
      const Tile tile{index * most_rows, std::min(most_rows, rows_ - index * most_rows), 0, 0};
      find(product, tile, 0, first_part);
      if (rest > 0) find(product, tile, first_part, rest);
    });
  }

  // The words of a tile's first row, for `first`, the start of a part, and those after it.
  std::uint64_t* from(const Tile& tile, std::size_t first) const {
    return words_ + (first > 0 ? blocks_of_first_part_ * rows_ : 0) + tile.row;
  }

 private:
  static std::size_t blocks(std::size_t inner) {
    return tile_count(inner, SparseProductTile::inner_block);
  }
  void find(const Product& product, const Tile& tile, std::size_t first, std::size_t length) {
    constexpr std::size_t block = SparseProductTile::inner_block;
    std::uint64_t* words = from(tile, first);
    for (std::size_t l = 0; l < length; l += block, words += rows_)
      simd().find_nonzeros(product.a_from(tile, first + l), product.a_stride(),
                           product.options.transpose_a, tile.rows, std::min(block, length - l),
                           words);
  }

  std::size_t rows_;
  std::size_t blocks_of_first_part_;
  std::uint64_t* words_;
};

// Tiles of one thread each, one strip wide: some microseconds of work, so that claiming them costs
// little, and several for each thread.
TileSize sparse_tiles(const Product& product, std::size_t columns) {
  constexpr std::size_t least_work = 1 << 18;  // multiply-adds, those with zeros included
  constexpr std::size_t most_parts = 8;
  constexpr std::size_t rows = SparseProductTile::most_rows;
  const std::size_t work = rows * columns * product.first_part() + 1;
  return {rows * std::clamp<std::size_t>(least_work / work, 1, most_parts), columns};
}

}  // namespace

bool multiply_sparse(const Product& product, TileVisitor after) {
  constexpr std::size_t fewest_rows_to_transpose = 64;
  const auto& [a, b, c, m, n, k, options] = product;
  if (options.transpose_b && m < fewest_rows_to_transpose) return false;
  if (!mostly_zeros(product)) return false;
  const StripsOfB strips(product);
  if (!strips.finite()) return false;
  // One strip finds the nonzeros itself, while what it reads is in the first cache.
  std::optional<Nonzeros> nonzeros;
  if (strips.count() > 1) nonzeros.emplace(product);
  const TileSize size = sparse_tiles(product, strips.columns());
  multiply_tiles(
      product, {m, n, size, strips.count()}, after,
      [&](const Tile& tile, std::size_t first, std::size_t length, float* to, float keep) {
        const std::size_t strip = tile.column / strips.columns();
        for (std::size_t row = 0; row < tile.rows; row += SparseProductTile::most_rows) {
          const Tile part{tile.row + row, std::min(SparseProductTile::most_rows, tile.rows - row),
                          tile.column, tile.columns};
          simd().sparse_product({.a = product.a_from(part, first),
                                 .nonzeros = nonzeros ? nonzeros->from(part, first) : nullptr,
                                 .nonzeros_stride = product.m,
                                 .b = strips.from(strip, first),
                                 .c = to + row * product.n,
                                 .rows = part.rows,
                                 .columns = part.columns,
                                 .k = length,
                                 .a_stride = product.a_stride(),
                                 .b_stride = strips.stride(strip),
                                 .c_stride = product.n,
                                 .accumulate = keep != 0},
                                product.options.transpose_a);
        }
      });
  return true;
}

}  // namespace keratin::kernels
