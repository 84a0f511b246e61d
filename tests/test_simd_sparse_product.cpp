// Products over the nonzero values alone, for every instruction set that this machine has.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "kernels/simd_tables.hpp"
#include "support/catch.hpp"

using namespace keratin::kernels;

namespace {

// Whole numbers: sums are exact in any order.
float value_of(std::size_t i, std::size_t seed) {
  return static_cast<float>((i * 7919 + seed) % 13) - 6;
}

struct Sizes {
  std::size_t rows, columns, k;
};

void check_tile(const Simd& table, Sizes sizes, bool transpose_a, bool accumulate) {
  const auto [rows, columns, k] = sizes;
  constexpr std::size_t beyond =
      3;  // what lies between rows is not read into the product, nor written
  const std::size_t a_stride = (transpose_a ? rows : k) + beyond, stride = columns + beyond;
  std::vector<float> a((transpose_a ? k : rows) * a_stride), b(k * stride), c(rows * stride);
  for (std::size_t i = 0; i < a.size(); ++i)
    a[i] = i * 2654435761u % 1000 < 200 ? value_of(i, 1) : 0.0f;
  for (std::size_t i = 0; i < b.size(); ++i) b[i] = value_of(i, 2);
  for (std::size_t i = 0; i < c.size(); ++i) c[i] = value_of(i, 3);
  for (std::size_t j = 0; j < k; ++j) b[j * stride + columns] = NAN;
  std::vector<float> wanted = c;
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < columns; ++j) {
      float total = accumulate ? wanted[i * stride + j] : 0;
      for (std::size_t l = 0; l < k; ++l)
        total += a[transpose_a ? l * a_stride + i : i * a_stride + l] * b[l * stride + j];
      wanted[i * stride + j] = total;
    }
  constexpr std::size_t block = SparseProductTile::inner_block;
  const std::size_t words_stride = rows + beyond;
  std::vector<std::uint64_t> words((k + block - 1) / block * words_stride);
  for (std::size_t l = 0; l < k; l += block)
    table.find_nonzeros(a.data() + l * (transpose_a ? a_stride : 1), a_stride, transpose_a, rows,
                        std::min(block, k - l), words.data() + l / block * words_stride);
  const std::vector<float> before = c;
  for (const std::uint64_t* nonzeros : {words.data(), static_cast<std::uint64_t*>(nullptr)}) {
    c = before;
    table.sparse_product({.a = a.data(),
                          .nonzeros = nonzeros,
                          .nonzeros_stride = words_stride,
                          .b = b.data(),
                          .c = c.data(),
                          .rows = rows,
                          .columns = columns,
                          .k = k,
                          .a_stride = a_stride,
                          .b_stride = stride,
                          .c_stride = stride,
                          .accumulate = accumulate},
                         transpose_a);
    CHECK(c == wanted);
  }
}

}  // namespace

TEST_CASE("products over nonzeros are those over everything", "[simd]") {
  for (const Simd* table : usable_tables()) {
    INFO(table->name);
    for (std::size_t columns = table->fewest_columns;
         columns < table->most_columns + table->fewest_columns; ++columns)
      for (const Sizes& sizes : {Sizes{32, columns, 130}, Sizes{1, columns, 1},
                                 Sizes{27, columns, 64}, Sizes{16, columns, 33}})
        for (const bool transpose_a : {false, true})
          for (const bool accumulate : {false, true}) {
            CAPTURE(sizes.rows, sizes.columns, sizes.k, transpose_a, accumulate);
            check_tile(*table, sizes, transpose_a, accumulate);
          }
  }
}

TEST_CASE("packing copies a strip and sees every value that is not finite", "[simd]") {
  for (const Simd* table : usable_tables()) {
    INFO(table->name);
    for (std::size_t columns : {table->fewest_columns, table->fewest_columns + 3,
                                table->most_columns + table->fewest_columns - 1}) {
      constexpr std::size_t rows = 3;
      const std::size_t stride = columns + 1, packed_stride = columns + 2;
      std::vector<float> b(rows * stride, 3e38f), packed(rows * packed_stride, -1);
      for (std::size_t i = 0; i < rows; ++i) b[i * stride + columns] = NAN;  // not of the strip
      const auto pack = [&] {
        return table->pack(b.data(), stride, rows, columns, packed.data(), packed_stride);
      };
      for (std::size_t i = 0; i < rows * columns; ++i) {
        float& value = b[i / columns * stride + i % columns];
        for (const float bad : {NAN, INFINITY, -INFINITY}) {
          value = bad;
          CHECK_FALSE(pack());
        }
        value = value_of(i, 4);
      }
      CHECK(pack());
      for (std::size_t i = 0; i < packed.size(); ++i) {
        const std::size_t row = i / packed_stride, column = i % packed_stride;
        CHECK(packed[i] == (column < columns ? b[row * stride + column] : -1));
      }
    }
  }
}

TEST_CASE("nonzeros are counted, NaN among them and zeros of either sign not", "[simd]") {
  const std::vector<float> x = {0, -0.0f, 1e-45f, NAN, -3, INFINITY};
  for (const Simd* table : usable_tables()) {
    CHECK(table->count_nonzeros(x.data(), x.size()) == 4);
    std::vector<float> many(1000, -0.0f);
    many[0] = many[501] = many[999] = NAN;
    CHECK(table->count_nonzeros(many.data(), many.size()) == 3);
  }
}
