#pragma once
// Batches of the instruction set that KERATIN_ARCH names, and elementwise loops over them.
// Part of simd.cpp, which is compiled once per instruction set: see there.

#include <type_traits>
#include <utility>

#include "kernels/simd.hpp"
#include "kernels/xsimd_names.hpp"

namespace keratin::kernels {

namespace {

using Batch = xsimd::batch<float, KERATIN_ARCH>;
constexpr std::size_t width = Batch::size;
constexpr std::size_t registers = std::is_base_of_v<xsimd::avx512f, KERATIN_ARCH> ? 32 : 16;

// Calls f(index) for 0 to count - 1, each a constant, so that arrays of batches stay in registers.
template <std::size_t count, class F>
[[gnu::always_inline]] inline void unrolled(const F& f) {
  const auto run = [&]<std::size_t... i>(std::index_sequence<i...>) {
    (f(std::integral_constant<std::size_t, i>()), ...);
  };
  run(std::make_index_sequence<count>());
}

Batch load(const float* x) { return Batch::load_unaligned(x); }

#if defined(__AVX2__) && !defined(__AVX512F__)
// The first n lanes, n < 8, as AVX's masked loads and stores want them.
__m256i first_lanes(std::size_t n) {
  alignas(32) static constexpr std::int32_t marks[16] = {-1, -1, -1, -1, -1, -1, -1, -1};
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(marks + 8 - n));
}
#endif

// Less than a batch of values, padded to one: so they go through the same instructions as the
// others and get the same bits. xsimd 8 has no masked loads and stores.
Batch load_some(const float* x, std::size_t n, float padding) {
#if defined(__AVX512F__)
  return _mm512_mask_loadu_ps(_mm512_set1_ps(padding), static_cast<__mmask16>((1u << n) - 1), x);
#elif defined(__AVX2__)
  const __m256i lanes = first_lanes(n);
  return _mm256_blendv_ps(_mm256_set1_ps(padding), _mm256_maskload_ps(x, lanes),
                          _mm256_castsi256_ps(lanes));
#else
  alignas(64) float lanes[width];
  for (std::size_t i = 0; i < width; ++i) lanes[i] = i < n ? x[i] : padding;
  return Batch::load_aligned(lanes);
#endif
}

void store_some(Batch value, float* y, std::size_t n) {
#if defined(__AVX512F__)
  _mm512_mask_storeu_ps(y, static_cast<__mmask16>((1u << n) - 1), value);
#elif defined(__AVX2__)
  _mm256_maskstore_ps(y, first_lanes(n), value);
#else
  alignas(64) float lanes[width];
  value.store_aligned(lanes);
  for (std::size_t i = 0; i < n; ++i) y[i] = lanes[i];
#endif
}

// y[i] = f(in[i]...), or y[i] += f(in[i]...) if `accumulate`. Everything is loaded before f is
// called, so that the compiler fuses the same multiplications and additions in whole batches and in
// the rest.
template <bool accumulate, class F, class... In>
void each(std::size_t n, float* y, const F& f, const In*... in) {
  std::size_t i = 0;
  if constexpr (accumulate) {
    const auto add = [&f](Batch old, auto... x) { return old + f(x...); };
    for (; i + width <= n; i += width) add(load(y + i), load(in + i)...).store_unaligned(y + i);
    if (i < n)
      store_some(add(load_some(y + i, n - i, 0), load_some(in + i, n - i, 1)...), y + i, n - i);
  } else {
    for (; i + width <= n; i += width) f(load(in + i)...).store_unaligned(y + i);
    if (i < n) store_some(f(load_some(in + i, n - i, 1)...), y + i, n - i);
  }
}

// The loops over a function of one input, see functions.hpp.
template <class F>
struct MapOf {
  static void map(const float* x, float* y, std::size_t n, float p, float q) {
    each<false>(
        n, y, [p, q](Batch at) { return F::value(at, Batch(p), Batch(q)); }, x);
  }
  static void gradient(const float* x, const float* y, const float* dy, float* dx, std::size_t n,
                       float p, float q, bool accumulate) {
    const auto f = [p, q](Batch at, Batch value, Batch upstream) {
      return F::gradient(at, value, upstream, Batch(p), Batch(q));
    };
    if (accumulate)
      each<true>(n, dx, f, x, y, dy);
    else
      each<false>(n, dx, f, x, y, dy);
  }
};

// The loops over a function of two inputs.
template <class F>
struct Map2Of {
  static void map(const float* a, const float* b, float* y, std::size_t n) {
    each<false>(
        n, y, [](Batch left, Batch right) { return F::value(left, right); }, a, b);
  }
  static void gradient_a(const float* a, const float* b, const float* y, const float* dy, float* d,
                         std::size_t n, bool accumulate) {
    const auto f = [](Batch left, Batch right, Batch value, Batch upstream) {
      return F::gradient_a(left, right, value, upstream);
    };
    if (accumulate)
      each<true>(n, d, f, a, b, y, dy);
    else
      each<false>(n, d, f, a, b, y, dy);
  }
  static void gradient_b(const float* a, const float* b, const float* y, const float* dy, float* d,
                         std::size_t n, bool accumulate) {
    const auto f = [](Batch left, Batch right, Batch value, Batch upstream) {
      return F::gradient_b(left, right, value, upstream);
    };
    if (accumulate)
      each<true>(n, d, f, a, b, y, dy);
    else
      each<false>(n, d, f, a, b, y, dy);
  }
};

}  // namespace

}  // namespace keratin::kernels
