#include "kernels/dense_product.hpp"

#include <algorithm>

namespace keratin::kernels {

namespace {

// A matrix whose rows are longer is copied before it is read in blocks: otherwise each row of a
// block lies on a page of its own.
constexpr std::size_t longest_row = 1024;  // values: a page of 4 KiB

// Tiles of one thread each. Their columns of b, in the blocks below, fit the second cache; their
// rows are so many that the threads can share the work evenly, and enough to reuse the columns.
TileSize dense_tiles(std::size_t m, std::size_t n, std::size_t k) {
  constexpr std::size_t most_columns = 512;
  constexpr std::size_t least_work = 1 << 20;  // multiply-adds: about 10 us
  constexpr std::size_t most_panels = 16;
  const std::size_t columns = piece(n, tile_count(n, most_columns), simd().dense_strip_columns);
  const std::size_t panel_rows = simd().dense_panel_rows;
  const std::size_t panel_work = panel_rows * columns * k + 1;
  const std::size_t panels = std::clamp<std::size_t>(least_work / panel_work, 1, most_panels);
  const std::size_t down = tile_count(m, panels * panel_rows);
  const std::size_t even_down = down == 1 ? 1 : down + down % 2;
  return {tile_count(m, even_down), columns};
}

// b as blocks of the product read it: in strips of columns.
struct Strips {
  const float* values;
  std::size_t row_stride;
  std::size_t strip_stride;

  const float* from(const Tile& tile, std::size_t first) const {
    return values + tile.column / simd().dense_strip_columns * strip_stride + first * row_stride;
  }
};

// b is copied if its rows are long or it is transposed, unless c has few rows.
Strips strips_of(const Product& product) {
  const std::size_t m = product.m, n = product.n, k = product.k;
  const bool transposed = product.options.transpose_b;
  const std::size_t width = simd().dense_strip_columns;
  if (!transposed && (n <= longest_row || m <= simd().dense_panel_rows))
    return {product.b, n, width};

  constexpr std::size_t values_per_slice = 1 << 15;
  constexpr std::size_t fewest_rows = 16;
  thread_local constinit ThreadBuffer buffer;
  float* packed = buffer.reserve(tile_count(n, width) * width * k);
  const std::size_t grain = std::max(fewest_rows, values_per_slice / n);
  parallel_slices(k, grain, [&](std::size_t first, std::size_t count) {
    for (std::size_t column = 0; column < n; column += width) {
      const std::size_t columns = std::min(width, n - column);
      float* to = packed + column * k + first * width;
      const float* from = product.b_from({0, m, column, columns}, first);
      if (transposed) {
        simd().transpose(from, k, columns, count, to, width);
      } else {
        for (std::size_t l = 0; l < count; ++l) std::copy_n(from + l * n, columns, to + l * width);
      }
    }
  });
  return {packed, width, width * k};
}

// Makes a block of `a` ready: copies it if its rows are long.
void set_a(DenseProductBlock& block, const Product& product, const Tile& tile, std::size_t first) {
  const bool transposed = product.options.transpose_a;
  std::size_t stride = product.a_stride();
  block.a = product.a_from(tile, first);
  if (stride > longest_row) {
    constexpr std::size_t line = 16;  // values
    const std::size_t length = transposed ? tile.rows : block.k;
    const std::size_t rows = transposed ? block.k : tile.rows;
    const std::size_t copied_stride = tile_count(length, line) * line + line;
    thread_local constinit ThreadBuffer buffer;
    float* copy = buffer.reserve(rows * copied_stride);
    for (std::size_t i = 0; i < rows; ++i)
      std::copy_n(block.a + i * stride, length, copy + i * copied_stride);
    block.a = copy;
    stride = copied_stride;
  }
  block.a_row_stride = transposed ? 1 : stride;
  block.a_inner_stride = transposed ? stride : 1;
}

}  // namespace

void multiply_dense(const Product& product, TileVisitor after) {
  constexpr std::size_t longest_block = 384;  // inner indices
  const std::size_t n = product.n;
  const Strips strips = strips_of(product);
  const TileSize size = dense_tiles(product.m, n, product.first_part());
  multiply_tiles(
      product, {product.m, n, size, tile_count(n, size.columns)}, after,
      [&](const Tile& tile, std::size_t first, std::size_t length, float* c, float keep) {
        const std::size_t blocks = std::max<std::size_t>(1, tile_count(length, longest_block));
        DenseProductBlock block{.a = nullptr,
                                .a_row_stride = 0,
                                .a_inner_stride = 0,
                                .b = nullptr,
                                .b_stride = strips.row_stride,
                                .b_strip_stride = strips.strip_stride,
                                .c = c,
                                .c_stride = n,
                                .rows = tile.rows,
                                .columns = tile.columns,
                                .k = 0,
                                .accumulate = keep != 0};
        for (std::size_t i = 0; i < blocks; ++i) {
          const std::size_t from = length * i / blocks;
          block.k = length * (i + 1) / blocks - from;
          block.b = strips.from(tile, first + from);
          set_a(block, product, tile, first + from);
          simd().dense_product(block);
          block.accumulate = true;
        }
      });
}

}  // namespace keratin::kernels
