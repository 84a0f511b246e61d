#pragma once
// The inner loops, once per instruction set: simd.cpp is compiled for each, and simd() picks the
// machine's best at run time. All arrays are row-major float32 and may be of any alignment.
// `accumulate`: add to the output instead of overwriting it.

#include <array>
#include <cstddef>
#include <cstdint>

#include "kernels/functions.hpp"

namespace keratin::kernels {

struct AdamStep {
  float learning_rate, rate_1, rate_2,
      epsilon;  // learning_rate with both bias corrections in it; a rate is 1 - beta
};

// Some columns of up to most_rows rows of c = a b + c (where accumulate), those of b having been
// packed.
struct SparseProductTile {
  static constexpr std::size_t most_rows = 64;
  const float *a, *packed_b;
  float* c;
  std::size_t rows, columns, k, a_stride, c_stride;
  bool accumulate;
};

struct Simd {
  const char* name;

  // elementwise over n values
  using Map = void (*)(const float* x, float* y, std::size_t n, float p, float q);
  using MapGradient = void (*)(const float* x, const float* y, const float* dy, float* dx,
                               std::size_t n, float p, float q, bool accumulate);
  using Map2 = void (*)(const float* a, const float* b, float* y, std::size_t n);
  using Map2Gradient = void (*)(const float* a, const float* b, const float* y, const float* dy,
                                float* d, std::size_t n, bool accumulate);
  std::array<Map, std::tuple_size_v<Unary>> map;
  std::array<MapGradient, std::tuple_size_v<Unary>> map_gradient;
  std::array<Map2, std::tuple_size_v<Binary>> map2;
  std::array<Map2Gradient, std::tuple_size_v<Binary>> map2_gradient_a, map2_gradient_b;
  std::array<Map2, std::tuple_size_v<Compare>> compare;

  // y += x, y = s * x, y = x converted
  void (*add)(const float* x, float* y, std::size_t n);
  void (*from_uint8)(const std::uint8_t* x, float* y, std::size_t n);

  double (*sum)(const float* x, std::size_t n);
  // over the first `columns` of rows that are `stride` apart
  void (*column_sums)(const float* x, std::size_t rows, std::size_t columns, std::size_t stride,
                      float* out, bool accumulate);
  // y = activation(y + bias), in place; bias may be null
  using Epilogue = void (*)(float* y, const float* bias, std::size_t rows, std::size_t columns,
                            std::size_t stride);
  std::array<Epilogue, 3> epilogue;  // by ops::Fused
  // row by row over the last axis: y may be x
  void (*softmax)(const float* x, float* y, std::size_t rows, std::size_t columns);
  void (*log_softmax)(const float* x, float* y, std::size_t rows, std::size_t columns);
  // dx = y * (dy - sum(dy * y)); dx = dy - exp(y) * sum(dy)
  void (*softmax_gradient)(const float* y, const float* dy, float* dx, std::size_t rows,
                           std::size_t columns, bool accumulate);
  void (*log_softmax_gradient)(const float* y, const float* dy, float* dx, std::size_t rows,
                               std::size_t columns, bool accumulate);

  // small products, M x N x K, no packing: c = a b (transposed as named) (+ c where accumulate)
  void (*product_nn)(const float* a, const float* b, float* c, std::size_t m, std::size_t n,
                     std::size_t k, bool accumulate);
  void (*product_nt)(const float* a, const float* b, float* c, std::size_t m, std::size_t n,
                     std::size_t k, bool accumulate);
  void (*product_tn)(const float* a, const float* b, float* c, std::size_t m, std::size_t n,
                     std::size_t k, bool accumulate);

  // the same over a's nonzeros alone, from fewest_columns to fewest_columns - 1 more than
  // most_columns wide
  void (*sparse_product)(const SparseProductTile& tile, bool transpose_a);
  std::size_t fewest_columns, most_columns;
  // rows of b, `stride` apart, to where each has its own multiple of fewest_columns, on a cache
  // line; false if a value is not finite
  bool (*pack)(const float* b, std::size_t stride, std::size_t rows, std::size_t columns,
               float* packed);
  std::size_t (*count_nonzeros)(const float* x, std::size_t n);

  // one optimizer step over n weights
  void (*sgd)(float* w, float* velocity, const float* g, std::size_t n, float learning_rate,
              float momentum, bool nesterov);
  void (*adam)(float* w, float* m, float* v, const float* g, std::size_t n, AdamStep step);
};

/// The table for this machine, chosen once.
const Simd& simd();

}  // namespace keratin::kernels
