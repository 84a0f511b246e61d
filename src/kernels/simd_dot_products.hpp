#pragma once
// Dot products. Part of simd.cpp, which is compiled once per instruction set: see there.

#include "kernels/simd_batches.hpp"

namespace keratin::kernels {

namespace {

float dot(const float* left, const float* right, std::size_t k) {
  Batch lanes(0.0f);
  std::size_t l = 0;
  for (; l + width <= k; l += width) lanes = xsimd::fma(load(left + l), load(right + l), lanes);
  if (l < k)
    lanes = xsimd::fma(load_some(left + l, k - l, 0), load_some(right + l, k - l, 0), lanes);
  return sum_of_lanes(lanes);
}

void dot_products(const float* a, const float* b, float* c, std::size_t m, std::size_t n,
                  std::size_t k, bool accumulate) {
  for (std::size_t i = 0; i < m; ++i)
    for (std::size_t j = 0; j < n; ++j)
      c[i * n + j] = (accumulate ? c[i * n + j] : 0) + dot(a + i * k, b + j * k, k);
}

}  // namespace

}  // namespace keratin::kernels
