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

// The rows in which a column of x is not 0: for the others nothing is added, since y is finite.
struct Column {
  const float* values;  // `stride` apart
  std::size_t stride;
  const std::uint32_t* rows;
  std::size_t count;
};

// sums (n) += the sum of the column's values times these rows of y, of `count` vectors from the
// first one at `y` on, of which rows are `stride` values apart.
template <std::size_t count>
[[gnu::always_inline]] inline void add_rows(const Column& column, const double* y,
                                            std::size_t stride, double* sums, std::size_t n,
                                            bool add) {
  Vector total[count] = {};
  for (std::size_t i = 0; i < column.count; ++i) {
    const std::size_t at = column.rows[i];
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

  // For at most columns_of_line columns of x, from `first` on. `room` is for as many times `rows`
  // numbers.
  [[gnu::always_inline]] inline void columns(std::size_t first, std::size_t count,
                                             std::uint32_t* room) const {
    std::size_t found[columns_of_line] = {};
    for (std::size_t row = 0; row < rows; ++row)
      for (std::size_t j = 0; j < count; ++j) {
        room[j * rows + found[j]] = static_cast<std::uint32_t>(row);
        const auto bits = std::bit_cast<std::uint32_t>(x[row * k + first + j]);
        found[j] += static_cast<std::size_t>((bits << 1 != 0) | !finite);  // -0 is 0, too
      }
    for (std::size_t j = 0; j < count; ++j)
      for (std::size_t i = 0; i < n; i += most_vectors * lanes) {
        const std::size_t left = std::min(n - i, most_vectors * lanes);
        add_rows((left + lanes - 1) / lanes, {x + first + j, k, room + j * rows, found[j]}, y + i,
                 stride, sums + (first + j) * n + i, left, add);
      }
  }
};

// The same, compiled for each instruction set.
using Columns = void (*)(const RowProduct&, std::size_t first, std::size_t count,
                         std::uint32_t* room);
void columns_baseline(const RowProduct& product, std::size_t first, std::size_t count,
                      std::uint32_t* room) {
  product.columns(first, count, room);
}
#if defined(__x86_64__)
[[gnu::target("avx2,fma")]] void columns_avx2(const RowProduct& product, std::size_t first,
                                              std::size_t count, std::uint32_t* room) {
  product.columns(first, count, room);
}
[[gnu::target("avx512f,avx512vl,avx2,fma")]] void columns_avx512(const RowProduct& product,
                                                                 std::size_t first,
                                                                 std::size_t count,
                                                                 std::uint32_t* room) {
  product.columns(first, count, room);
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
    static_assert(sizeof(std::uint32_t) == sizeof(float));
    const std::size_t size = columns_of_line * rows + 1, first = i * columns_of_line;
    columns(product, first, std::min(columns_of_line, k - first),
            new (memory.reserve(size)) std::uint32_t[size]);
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
