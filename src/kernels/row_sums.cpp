#include "kernels/row_sums.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "core/thread_buffer.hpp"
#include "kernels/pool.hpp"
#include "kernels/simd.hpp"

namespace keratin::kernels {

namespace {

// Rows that are added at once, so that a sum is read and written once for all of them.
constexpr std::size_t group = 4;
constexpr std::size_t values_in_cache = 4096;  // doubles of sums that stay in the first cache

// Loops that the compiler makes vectors of, for each instruction set.
struct Loops {
  // sums (count x n) += x^T y, where x has `stride` values in a row, of which `count` are read.
  // Zeros are skipped if all of y is finite: 0 times infinity is NaN.
  [[gnu::always_inline]] static inline void products(const float* x, std::size_t stride,
                                                     std::size_t count, const double* y,
                                                     std::size_t n, std::size_t rows, bool finite,
                                                     double* sums) {
    for (std::size_t row = 0; row + group <= rows; row += group)
      for (std::size_t j = 0; j < count; ++j) {
        const float* in = x + row * stride + j;
        const double a = in[0], b = in[stride], c = in[2 * stride], d = in[3 * stride];
        if (finite && a == 0 && b == 0 && c == 0 && d == 0) continue;
        const double *p = y + row * n, *q = p + n, *r = q + n, *s = r + n;
        double* const out = sums + j * n;
        for (std::size_t i = 0; i < n; ++i) out[i] += (a * p[i] + b * q[i]) + (c * r[i] + d * s[i]);
      }
    for (std::size_t row = rows / group * group; row < rows; ++row)
      for (std::size_t j = 0; j < count; ++j) {
        const double a = x[row * stride + j];
        if (finite && a == 0) continue;
        const double* const p = y + row * n;
        double* const out = sums + j * n;
        for (std::size_t i = 0; i < n; ++i) out[i] += a * p[i];
      }
  }
};

using Products = void (*)(const float* x, std::size_t stride, std::size_t count, const double* y,
                          std::size_t n, std::size_t rows, bool finite, double* sums);

void products_baseline(const float* x, std::size_t stride, std::size_t count, const double* y,
                       std::size_t n, std::size_t rows, bool finite, double* sums) {
  Loops::products(x, stride, count, y, n, rows, finite, sums);
}
#if defined(__x86_64__)
[[gnu::target("avx2,fma")]] void products_avx2(const float* x, std::size_t stride,
                                               std::size_t count, const double* y, std::size_t n,
                                               std::size_t rows, bool finite, double* sums) {
  Loops::products(x, stride, count, y, n, rows, finite, sums);
}
[[gnu::target("avx512f,prefer-vector-width=512")]] void products_avx512(
    const float* x, std::size_t stride, std::size_t count, const double* y, std::size_t n,
    std::size_t rows, bool finite, double* sums) {
  Loops::products(x, stride, count, y, n, rows, finite, sums);
}
#endif

Products products() {
#if defined(__x86_64__)
  const std::string_view name = simd().name;
  if (name == "avx512") return products_avx512;
  if (name == "avx2") return products_avx2;
#endif
  return products_baseline;
}

}  // namespace

void add_row_products(const float* x, const float* y, std::size_t rows, std::size_t k,
                      std::size_t n, double* sums) {
  if (rows == 0 || n == 0) return;
  thread_local constinit ThreadBuffer buffer;
  double* const wide = new (buffer.reserve(2 * rows * n)) double[rows * n];
  bool finite = true;
  for (std::size_t i = 0; i < rows * n; ++i) {
    wide[i] = y[i];
    finite = finite && std::isfinite(y[i]);
  }
  const Products add = products();
  const std::size_t tile = std::max<std::size_t>(1, values_in_cache / n);
  parallel_for(tile_count(k, tile), [&](std::size_t i) {
    const std::size_t first = i * tile;
    add(x + first, k, std::min(tile, k - first), wide, n, rows, finite, sums + first * n);
  });
}

void add_column_sums(const float* x, std::size_t rows, std::size_t columns, double* sums) {
  for (std::size_t row = 0; row < rows; ++row, x += columns)
    for (std::size_t j = 0; j < columns; ++j) sums[j] += static_cast<double>(x[j]);
}

void add_column_products(const float* x, const float* mean, const float* y, std::size_t rows,
                         std::size_t columns, double* sums) {
  for (std::size_t row = 0; row < rows; ++row, x += columns, y += columns)
    for (std::size_t j = 0; j < columns; ++j) {
      const double off = mean ? static_cast<double>(x[j]) - static_cast<double>(mean[j]) : x[j];
      sums[j] += static_cast<double>(y[j]) * off;
    }
}

}  // namespace keratin::kernels
