#include "kernels/gemm.hpp"

#include "kernels/blas_product.hpp"
#include "kernels/dense_product.hpp"
#include "kernels/product.hpp"
#include "kernels/simd.hpp"
#include "kernels/sparse_product.hpp"

namespace keratin::kernels {

namespace {

// Products of up to this many multiply-adds are not worth a second thread.
constexpr std::size_t small_product = 16 * 1024;

// A vector can be read as a row or as a column, so there is a choice of loops for products with
// one: this takes the fastest.
void multiply_small(const Product& product) {
  const auto& [a, b, c, m, n, k, options] = product;
  const bool accumulate = options.keep != 0;
  const std::size_t strip = simd().dense_strip_columns;
  if (options.transpose_a && n == 1)  // the row b times a
    simd().dense_product({b, k, 1, a, m, strip, c, m, 1, m, k, accumulate});
  else if (options.transpose_b ? k > 1 : n == 1)
    simd().dot_products(a, b, c, m, n, k, accumulate);
  else if (options.transpose_a)
    simd().dense_product({a, 1, m, b, n, strip, c, n, m, n, k, accumulate});
  else
    simd().dense_product({a, k, 1, b, n, strip, c, n, m, n, k, accumulate});
}

}  // namespace

void gemm(const float* a, const float* b, float* c, std::size_t m, std::size_t n, std::size_t k,
          GemmOptions options, TileVisitor after) {
  if (m == 0 || n == 0) return;
  const Product product{a, b, c, m, n, k, options};
  const bool both_transposed = options.transpose_a && options.transpose_b;
  const bool one_row = m == 1 && !options.transpose_b;
  if (!both_transposed && (one_row || m * n * k <= small_product)) {
    multiply_small(product);
    return after(Tile{0, m, 0, n});
  }
  if (multiply_sparse(product, after)) return;
  if (simd().outruns_blas)
    multiply_dense(product, after);
  else
    multiply_by_blas(product, after);
}

}  // namespace keratin::kernels
