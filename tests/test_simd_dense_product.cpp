// Products of dense blocks, dot products and transposition, for every instruction set that this
// machine has.

#include <cmath>
#include <vector>

#include "kernels/simd_tables.hpp"
#include "support/catch.hpp"

using namespace keratin::kernels;

namespace {

// Whole numbers: sums are exact in any order.
float value(std::size_t i, std::size_t seed) {
  return static_cast<float>((i * 7919 + seed) % 13) - 6;
}

std::vector<float> values(std::size_t size, std::size_t seed) {
  std::vector<float> made(size);
  for (std::size_t i = 0; i < size; ++i) made[i] = value(i, seed);
  return made;
}

struct Sizes {
  std::size_t rows, columns, k;
};

constexpr std::size_t beyond = 3;  // values between rows, which are not read and not written

// b (k x columns, rows `beyond` apart) in strips, as a packed matrix is stored.
std::vector<float> in_strips(const Simd& table, const std::vector<float>& b, Sizes sizes) {
  const std::size_t width = table.dense_strip_columns, stride = sizes.columns + beyond;
  const std::size_t strips = (sizes.columns + width - 1) / width;
  std::vector<float> packed(strips * width * sizes.k, NAN);
  for (std::size_t l = 0; l < sizes.k; ++l)
    for (std::size_t j = 0; j < sizes.columns; ++j)
      packed[(j / width * sizes.k + l) * width + j % width] = b[l * stride + j];
  return packed;
}

void check_block(const Simd& table, Sizes sizes, bool transpose_a, bool packed, bool accumulate) {
  const auto [rows, columns, k] = sizes;
  const std::size_t a_stride = (transpose_a ? rows : k) + beyond, stride = columns + beyond;
  const std::vector<float> a = values((transpose_a ? k : rows) * a_stride, 1);
  std::vector<float> b = values(k * stride, 2), c = values(rows * stride, 3);
  for (std::size_t l = 0; l < k; ++l) b[l * stride + columns] = NAN;
  std::vector<float> wanted = c;
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < columns; ++j) {
      float total = accumulate ? wanted[i * stride + j] : 0;
      for (std::size_t l = 0; l < k; ++l)
        total += a[transpose_a ? l * a_stride + i : i * a_stride + l] * b[l * stride + j];
      wanted[i * stride + j] = total;
    }
  const std::vector<float> strips = in_strips(table, b, sizes);
  const std::size_t width = table.dense_strip_columns;
  table.dense_product({.a = a.data(),
                       .a_row_stride = transpose_a ? 1 : a_stride,
                       .a_inner_stride = transpose_a ? a_stride : 1,
                       .b = packed ? strips.data() : b.data(),
                       .b_stride = packed ? width : stride,
                       .b_strip_stride = packed ? width * k : width,
                       .c = c.data(),
                       .c_stride = stride,
                       .rows = rows,
                       .columns = columns,
                       .k = k,
                       .accumulate = accumulate});
  CHECK(c == wanted);
}

}  // namespace

TEST_CASE("products of dense blocks", "[simd]") {
  for (const Simd* table : usable_tables()) {
    INFO(table->name);
    const std::size_t most_columns = 3 * table->dense_strip_columns + 1;
    for (std::size_t rows = 1; rows <= 2 * table->dense_panel_rows + 1; ++rows)
      for (std::size_t columns = 1; columns <= most_columns; columns += rows % 3 + 1)
        for (const std::size_t k : {1, 2, 17})
          for (const bool transpose_a : {false, true})
            for (const bool packed : {false, true})
              for (const bool accumulate : {false, true}) {
                CAPTURE(rows, columns, k, transpose_a, packed, accumulate);
                check_block(*table, {rows, columns, k}, transpose_a, packed, accumulate);
              }
  }
}

TEST_CASE("products of dense blocks whose rows come in groups and inner indices in runs",
          "[simd]") {
  const std::size_t groups = 3, rows = 5, outer = 2, runs = 3, k = 4, columns = 7;
  const std::size_t group_stride = 200, outer_stride = 60, run_stride = 17, row_stride = 2;
  const std::vector<float> a = values(1000, 1), b = values(outer * runs * k * columns, 2);
  std::vector<float> wanted(groups * rows * columns);
  for (std::size_t i = 0; i < groups * rows; ++i)
    for (std::size_t l = 0; l < outer * runs * k; ++l) {
      const std::size_t row = i / rows * group_stride + i % rows * row_stride;
      const std::size_t inner = l / (runs * k) * outer_stride + l / k % runs * run_stride + l % k;
      for (std::size_t j = 0; j < columns; ++j)
        wanted[i * columns + j] += a[row + inner] * b[l * columns + j];
    }
  for (const Simd* table : usable_tables()) {
    INFO(table->name);
    std::vector<float> c(wanted.size());
    table->dense_product({.a = a.data(),
                          .a_row_stride = row_stride,
                          .a_inner_stride = 1,
                          .b = b.data(),
                          .b_stride = columns,
                          .b_strip_stride = table->dense_strip_columns,
                          .c = c.data(),
                          .c_stride = columns,
                          .rows = rows,
                          .columns = columns,
                          .k = k,
                          .accumulate = false,
                          .groups = {groups, group_stride},
                          .runs = {runs, run_stride},
                          .outer_runs = {outer, outer_stride}});
    CHECK(c == wanted);
  }
}

TEST_CASE("a value of a product has the same bits wherever it is", "[simd]") {
  const std::size_t k = 57, columns = 75, most_rows = 31;
  std::vector<float> a(most_rows * k), b(k * columns);
  for (std::size_t i = 0; i < a.size(); ++i) a[i] = std::sin(static_cast<float>(i));
  for (std::size_t i = 0; i < b.size(); ++i) b[i] = std::cos(static_cast<float>(i));
  for (std::size_t l = 0; l < k; ++l)
    for (std::size_t j = 1; j < columns; ++j) b[l * columns + j] = b[l * columns];
  for (std::size_t i = 1; i < most_rows; ++i) std::copy_n(a.begin(), k, a.begin() + i * k);
  for (const Simd* table : usable_tables())
    for (std::size_t rows = 1; rows <= most_rows; ++rows) {
      std::vector<float> c(rows * columns);
      table->dense_product({a.data(), k, 1, b.data(), columns, table->dense_strip_columns, c.data(),
                            columns, rows, columns, k, false});
      CHECK(c == std::vector<float>(c.size(), c[0]));
    }
}

TEST_CASE("dot products", "[simd]") {
  for (const Simd* table : usable_tables())
    for (const Sizes& sizes : {Sizes{3, 4, 1}, Sizes{1, 5, 15}, Sizes{2, 1, 16}, Sizes{2, 3, 50}})
      for (const bool accumulate : {false, true}) {
        const auto [m, n, k] = sizes;
        const std::vector<float> a = values(m * k, 1), b = values(n * k, 2);
        std::vector<float> c = values(m * n, 3), wanted = c;
        for (std::size_t i = 0; i < m; ++i)
          for (std::size_t j = 0; j < n; ++j) {
            float total = accumulate ? c[i * n + j] : 0;
            for (std::size_t l = 0; l < k; ++l) total += a[i * k + l] * b[j * k + l];
            wanted[i * n + j] = total;
          }
        table->dot_products(a.data(), b.data(), c.data(), m, n, k, accumulate);
        CHECK(c == wanted);
      }
}

TEST_CASE("transposed copies", "[simd]") {
  for (const Simd* table : usable_tables())
    for (std::size_t rows = 1; rows <= 13; ++rows)
      for (std::size_t columns = 1; columns <= 13; ++columns) {
        const std::size_t stride = columns + beyond, new_stride = rows + beyond;
        const std::vector<float> x = values(rows * stride, 1);
        std::vector<float> y = values(columns * new_stride, 2), wanted = y;
        for (std::size_t i = 0; i < rows; ++i)
          for (std::size_t j = 0; j < columns; ++j) wanted[j * new_stride + i] = x[i * stride + j];
        table->transpose(x.data(), stride, rows, columns, y.data(), new_stride);
        CHECK(y == wanted);
      }
}
