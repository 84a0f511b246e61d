#include "kernels/row_sums.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <string_view>

#include "core/thread_buffer.hpp"
#include "kernels/pool.hpp"
#include "kernels/simd.hpp"

namespace keratin::kernels {

namespace {

using Vector [[gnu::vector_size(64)]] = double;
constexpr std::size_t lanes = sizeof(Vector) / sizeof(double);
constexpr std::size_t most_vectors = 8;  // sums that are kept in registers at once

constexpr std::size_t columns_of_line = 16;  // floats that a cache line of x has
constexpr std::size_t rows_of_word = 64;

// A column of x, and for each 64 rows a word whose bits tell in which it is not 0: for the others
// nothing is added, since y is finite.
struct Column {
  const float* values;  // `stride` apart
  std::size_t stride;
  const std::uint64_t* words;  // columns_of_line apart
  std::size_t blocks;          // of 64 rows
};

// sums (n) += the sum of the column's values times these rows of y, of `count` vectors from the
// first one at `y` on, of which rows are `stride` values apart.
template <std::size_t count>
[[gnu::always_inline]] inline void add_rows(const Column& column, const double* y,
                                            std::size_t stride, double* sums, std::size_t n,
                                            bool add) {
  Vector total[count] = {};
  for (std::size_t block = 0; block < column.blocks; ++block)
    for (std::uint64_t left = column.words[block * columns_of_line]; left; left &= left - 1) {
      const std::size_t at =
          block * rows_of_word + static_cast<std::size_t>(std::countr_zero(left));
      const auto* const row = reinterpret_cast<const Vector*>(y + at * stride);
      const double value = column.values[at * column.stride];
      for (std::size_t v = 0; v < count; ++v) total[v] += value * row[v];
    }
  alignas(64) double out[count * lanes];
  for (std::size_t v = 0; v < count; ++v) reinterpret_cast<Vector*>(out)[v] = total[v];
  for (std::size_t i = 0; i < n; ++i) sums[i] = add ? sums[i] + out[i] : out[i];
}

// Calls add_rows() for `vectors` of them.
template <std::size_t count = most_vectors>
[[gnu::always_inline]] inline void add_rows(std::size_t vectors, const Column& column,
                                            const double* y, std::size_t stride, double* sums,
                                            std::size_t n, bool add) {
  if (vectors == count) return add_rows<count>(column, y, stride, sums, n, add);
  if constexpr (count > 1) add_rows<count - 1>(vectors, column, y, stride, sums, n, add);
}

// A product x^T y whose y is in double, with rows of `stride` values, of which n count.
struct RowProduct {
  const float* x;
  const double* y;
  std::size_t rows, k, n, stride;
  bool finite;
  double* sums;
  bool add;

  // For at most columns_of_line columns of x, from `first` on. `words` is for as many numbers for
  // each 64 rows.
  [[gnu::always_inline]] inline void columns(std::size_t first, std::size_t count,
                                             std::uint64_t* words) const {
    const std::size_t blocks = tile_count(rows, rows_of_word);
    for (std::size_t block = 0; block < blocks; ++block) {
      const std::size_t row = block * rows_of_word;
      const std::size_t in_block = std::min(rows_of_word, rows - row);
      std::uint64_t* const of_block = words + block * columns_of_line;
      if (finite)
        simd().find_nonzeros(x + row * k + first, k, /*transpose_a=*/true, count, in_block,
                             of_block);
      else
        std::fill_n(of_block, count, ~std::uint64_t{0} >> (rows_of_word - in_block));
    }
    for (std::size_t j = 0; j < count; ++j)
      for (std::size_t i = 0; i < n; i += most_vectors * lanes) {
        const std::size_t left = std::min(n - i, most_vectors * lanes);
        add_rows((left + lanes - 1) / lanes, {x + first + j, k, words + j, blocks}, y + i, stride,
                 sums + (first + j) * n + i, left, add);
      }
  }
};

// The same, compiled for each instruction set.
using Columns = void (*)(const RowProduct&, std::size_t first, std::size_t count,
                         std::uint64_t* words);
void columns_baseline(const RowProduct& product, std::size_t first, std::size_t count,
                      std::uint64_t* words) {
  product.columns(first, count, words);
}
#if defined(__x86_64__)
[[gnu::target("avx2,fma")]] void columns_avx2(const RowProduct& product, std::size_t first,
                                              std::size_t count, std::uint64_t* words) {
  product.columns(first, count, words);
}
[[gnu::target("avx512f,avx512vl,avx2,fma")]] void columns_avx512(const RowProduct& product,
                                                                 std::size_t first,
                                                                 std::size_t count,
                                                                 std::uint64_t* words) {
  product.columns(first, count, words);
}
#endif

Columns best_columns() {
#if defined(__x86_64__)
  const std::string_view name = simd().name;
  if (name == "avx512") return columns_avx512;
  if (name == "avx2") return columns_avx2;
#endif
  return columns_baseline;
}

}  // namespace

void row_products(const float* x, const float* y, std::size_t rows, std::size_t k, std::size_t n,
                  double* sums, bool add) {
  if (n == 0) return;
  const std::size_t stride = (n + lanes - 1) / lanes * lanes;
  thread_local constinit ThreadBuffer buffer;
  double* const wide = new (buffer.reserve(2 * rows * stride)) double[rows * stride];
  bool finite = true;
  for (std::size_t row = 0; row < rows; ++row)
    for (std::size_t i = 0; i < stride; ++i) {
      const float value = i < n ? y[row * n + i] : 0;
      wide[row * stride + i] = value;
      finite = finite && std::isfinite(value);
    }
  const RowProduct product{x, wide, rows, k, n, stride, finite, sums, add};
  const Columns columns = best_columns();
  parallel_for(tile_count(k, columns_of_line), [&](std::size_t i) {
    thread_local constinit ThreadBuffer memory;
    const std::size_t size = columns_of_line * (rows / rows_of_word + 1);
    const std::size_t first = i * columns_of_line;
    columns(product, first, std::min(columns_of_line, k - first),
            new (memory.reserve(2 * size)) std::uint64_t[size]);
  });
}

void column_sums(const float* x, std::size_t rows, std::size_t columns, double* sums, bool add) {
  if (!add) std::fill_n(sums, columns, 0.0);
  for (std::size_t row = 0; row < rows; ++row, x += columns)
    for (std::size_t j = 0; j < columns; ++j) sums[j] += static_cast<double>(x[j]);
}

void column_products(const float* x, const float* mean, const float* y, std::size_t rows,
                     std::size_t columns, double* sums) {
  std::fill_n(sums, columns, 0.0);
  for (std::size_t row = 0; row < rows; ++row, x += columns, y += columns)
    for (std::size_t j = 0; j < columns; ++j) {
      const double off = mean ? static_cast<double>(x[j]) - static_cast<double>(mean[j]) : x[j];
      sums[j] += static_cast<double>(y[j]) * off;
    }
}

}  // namespace keratin::kernels
