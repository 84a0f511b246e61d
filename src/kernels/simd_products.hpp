#pragma once
// Small matrix products, without packing. Part of simd.cpp, which is compiled once per instruction
// set: see there.

#include "kernels/simd_batches.hpp"

namespace keratin::kernels {

namespace {

// Computes columns of one row of c, from column j on, as long as `batches` batches of type B fit,
// and leaves j at the first column that is left. coefficient(l) is the row's value of a for the
// inner index l.
template <class B, std::size_t batches, class Coefficient>
void product_columns(const Coefficient& coefficient, const float* b, float* out, std::size_t& j,
                     std::size_t n, std::size_t k, bool accumulate) {
  for (; j + batches * B::size <= n; j += batches * B::size) {
    B total[batches];
    for (std::size_t t = 0; t < batches; ++t)
      total[t] = accumulate ? B::load_unaligned(out + j + t * B::size) : B(0.0f);
    for (std::size_t l = 0; l < k; ++l) {
      const B factor(coefficient(l));
      for (std::size_t t = 0; t < batches; ++t)
        total[t] = xsimd::fma(factor, B::load_unaligned(b + l * n + j + t * B::size), total[t]);
    }
    for (std::size_t t = 0; t < batches; ++t) total[t].store_unaligned(out + j + t * B::size);
  }
}

// Narrower batches for the rest of a row.
template <std::size_t lanes>
using Narrow = xsimd::make_sized_batch_t<float, lanes>;

// One row of c.
template <class Coefficient>
void product_row(const Coefficient& coefficient, const float* b, float* out, std::size_t n,
                 std::size_t k, bool accumulate) {
  std::size_t j = 0;
  product_columns<Batch, 6>(coefficient, b, out, j, n, k, accumulate);
  product_columns<Batch, 1>(coefficient, b, out, j, n, k, accumulate);
  if constexpr (width > 8) product_columns<Narrow<8>, 1>(coefficient, b, out, j, n, k, accumulate);
  if constexpr (width > 4) product_columns<Narrow<4>, 1>(coefficient, b, out, j, n, k, accumulate);
  for (; j < n; ++j) {
    float total = accumulate ? out[j] : 0;
    for (std::size_t l = 0; l < k; ++l) total += coefficient(l) * b[l * n + j];
    out[j] = total;
  }
}

void product_nn(const float* a, const float* b, float* c, std::size_t m, std::size_t n,
                std::size_t k, bool accumulate) {
  for (std::size_t i = 0; i < m; ++i)
    product_row([=](std::size_t l) { return a[i * k + l]; }, b, c + i * n, n, k, accumulate);
}

void product_tn(const float* a, const float* b, float* c, std::size_t m, std::size_t n,
                std::size_t k, bool accumulate) {
  for (std::size_t i = 0; i < m; ++i)
    product_row([=](std::size_t l) { return a[l * m + i]; }, b, c + i * n, n, k, accumulate);
}

// The part of a dot product that batches of type B cover, from l on; leaves l at the rest.
template <class B>
float dot_run(const float* left, const float* right, std::size_t& l, std::size_t k) {
  if (l + B::size > k) return 0;
  B lanes(0.0f);
  for (; l + B::size <= k; l += B::size)
    lanes = xsimd::fma(B::load_unaligned(left + l), B::load_unaligned(right + l), lanes);
  return xsimd::hadd(lanes);
}

float dot(const float* left, const float* right, std::size_t k) {
  std::size_t l = 0;
  float total = dot_run<Batch>(left, right, l, k);
  if constexpr (width > 8) total += dot_run<Narrow<8>>(left, right, l, k);
  if constexpr (width > 4) total += dot_run<Narrow<4>>(left, right, l, k);
  for (; l < k; ++l) total += left[l] * right[l];
  return total;
}

void product_nt(const float* a, const float* b, float* c, std::size_t m, std::size_t n,
                std::size_t k, bool accumulate) {
  for (std::size_t i = 0; i < m; ++i)
    for (std::size_t j = 0; j < n; ++j)
      c[i * n + j] = (accumulate ? c[i * n + j] : 0) + dot(a + i * k, b + j * k, k);
}

}  // namespace

}  // namespace keratin::kernels
