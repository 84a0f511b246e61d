#pragma once
// Products that skip the zeros of a. Part of simd.cpp, which is compiled once per instruction set:
// see there.

#include <array>
#include <bit>
#include <utility>

#include "kernels/simd_batches.hpp"

namespace keratin::kernels {

namespace {

// How many batches wide a strip of c is: 96 columns, or as many as sixteen registers hold besides a
// factor. The last strip of a row may be one batch wider.
constexpr std::size_t usual_batches = std::min<std::size_t>(96 / width, 12);
constexpr std::size_t most_batches = usual_batches + 1;

// Rows of c that are computed together, as far as registers allow: a row of b is then read once for
// all of them. Rows of pixels, and columns of neighbouring pixels even more, have most of their
// nonzeros in common.
constexpr std::size_t rows_together = registers == 32 ? 2 : 1;

// Where batch t of a strip of up to batches * width columns starts. If the columns are not a
// multiple of the width, the last batch starts earlier, so that it ends with them; where it
// overlaps the batch before, both compute the same values.
template <std::size_t batches>
std::size_t batch_column(std::size_t columns, std::size_t t) {
  return t + 1 < batches ? t * width : columns - width;
}

// The same values, of which the compiler no longer knows that they are in memory, where it would
// read them once for each use.
template <class B>
[[gnu::always_inline]] inline B in_register(B values) {
  if constexpr (registers == 32) asm("" : "+v"(values.data));
  return values;
}

// A strip of some rows of c, held in registers.
template <std::size_t batches, std::size_t rows>
class Strip {
 public:
  Strip(std::size_t columns, std::size_t c_stride) : columns_(columns), stride_(c_stride) {}
  void clear() {
    each([](Batch& total, std::size_t) { total = Batch(0.0f); });
  }
  void load(const float* c) {
    each([c](Batch& total, std::size_t at) { total = Batch::load_unaligned(c + at); });
  }
  void add(const std::array<Batch, rows>& factors, const float* b) {
    unrolled<batches>([&](auto t) {
      const Batch values =
          in_register(Batch::load_unaligned(b + batch_column<batches>(columns_, t)));
      unrolled<rows>(
          [&](auto i) { totals_[i][t] = xsimd::fma(factors[i], values, totals_[i][t]); });
    });
  }
  void store(float* c) {
    each([c](Batch& total, std::size_t at) { total.store_unaligned(c + at); });
  }

 private:
  template <class F>
  [[gnu::always_inline]] void each(const F& f) {
    unrolled<rows>([&](auto i) {
      unrolled<batches>(
          [&](auto t) { f(totals_[i][t], i * stride_ + batch_column<batches>(columns_, t)); });
    });
  }

  Batch totals_[rows][batches];
  std::size_t columns_;
  std::size_t stride_;
};

// Copies rows of b. Returns whether all values are finite.
template <std::size_t batches>
bool pack(const float* b, std::size_t stride, std::size_t rows, std::size_t columns, float* packed,
          std::size_t packed_stride) {
  Batch not_finite[batches];
  std::fill_n(not_finite, batches, Batch(0.0f));
  for (std::size_t j = 0; j < rows; ++j, b += stride, packed += packed_stride)
    for (std::size_t t = 0; t < batches; ++t) {
      const Batch values = load(b + batch_column<batches>(columns, t));
      values.store_unaligned(packed + batch_column<batches>(columns, t));
      // Becomes NaN as soon as one value is not finite: infinity times 0 is NaN.
      not_finite[t] = xsimd::fma(values, Batch(0.0f), not_finite[t]);
    }
  for (std::size_t t = 1; t < batches; ++t) not_finite[0] += not_finite[t];
  return sum_of_lanes(not_finite[0]) == 0;
}

// The lanes as bits: bit i is set if lane i is. xsimd 8 has no function for it.
template <class A>
std::uint64_t bits_of(xsimd::batch_bool<float, A> lanes) {
  if constexpr (std::is_base_of_v<xsimd::avx512f, A>) {
    return lanes.data;
  } else if constexpr (std::is_base_of_v<xsimd::avx, A>) {
    return static_cast<std::uint32_t>(_mm256_movemask_ps(lanes.data));
  } else if constexpr (std::is_base_of_v<xsimd::sse2, A>) {
    return static_cast<std::uint32_t>(_mm_movemask_ps(lanes.data));
  } else {
    bool flags[width];
    lanes.store_unaligned(flags);
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < width; ++i) bits |= std::uint64_t{flags[i]} << i;
    return bits;
  }
}

// Up to 64 values as bits: bit i is set if x[i] is not zero, so also if it is NaN.
std::uint64_t nonzero_bits(const float* x, std::size_t n) {
  std::uint64_t bits = 0;
  std::size_t i = 0;
  for (; i + width <= n; i += width) bits |= bits_of(!(load(x + i) == Batch(0.0f))) << i;
  if (i < n) bits |= bits_of(!(load_some(x + i, n - i, 0) == Batch(0.0f))) << i;
  return bits;
}

// A batch of columns as bits, see below. AVX-512 makes a word of each row, and takes one bit out of
// 32 of them at a time.
void nonzero_bits_of_batch(const float* x, std::size_t stride, std::size_t rows,
                           std::uint64_t* bits) {
#if defined(__AVX512BW__)
  alignas(64) std::uint16_t words[64] = {};
  const __m512i magnitude = _mm512_set1_epi32(0x7fffffff);
  for (std::size_t r = 0; r < rows; ++r)
    words[r] = _mm512_test_epi32_mask(_mm512_loadu_si512(x + r * stride), magnitude);
  const __m512i low = _mm512_load_si512(words), high = _mm512_load_si512(words + 32);
  unrolled<width>([&](auto i) {
    const __m512i bit = _mm512_set1_epi16(static_cast<short>(1 << i));
    bits[i] = _mm512_test_epi16_mask(low, bit) | std::uint64_t{_mm512_test_epi16_mask(high, bit)}
                                                     << 32;
  });
#else
  using Bits = xsimd::batch<std::uint32_t, KERATIN_ARCH>;
  std::fill_n(bits, width, std::uint64_t{0});
  for (std::size_t half = 0; half < rows; half += 32) {
    Bits lanes(0u);
    for (std::size_t r = half; r < std::min(rows, half + 32); ++r) {
      const Bits value = bits_as<std::uint32_t>(load(x + r * stride));
      const Bits without_sign = value + value;
      lanes |= xsimd::select(without_sign == Bits(0u), Bits(0u), Bits(1u << (r - half)));
    }
    alignas(64) std::uint32_t words[width];
    lanes.store_aligned(words);
    for (std::size_t i = 0; i < width; ++i) bits[i] |= std::uint64_t{words[i]} << half;
  }
#endif
}

// The columns of up to 64 rows as bits: bit r of bits[j] is set if x[r][j] is not zero.
void nonzero_bits_of_columns(const float* x, std::size_t stride, std::size_t rows,
                             std::size_t columns, std::uint64_t* bits) {
  std::size_t j = 0;
  for (; j + width <= columns; j += width) nonzero_bits_of_batch(x + j, stride, rows, bits + j);
  for (; j < columns; ++j) {
    bits[j] = 0;
    for (std::size_t r = 0; r < rows; ++r) bits[j] |= std::uint64_t{x[r * stride + j] != 0} << r;
  }
}

void find_nonzeros(const float* a, std::size_t a_stride, bool transpose_a, std::size_t rows,
                   std::size_t k, std::uint64_t* words) {
  if (transpose_a)
    nonzero_bits_of_columns(a, a_stride, k, rows, words);
  else
    for (std::size_t i = 0; i < rows; ++i) words[i] = nonzero_bits(a + i * a_stride, k);
}

// Adds to `rows` rows of c what the inner indices of a block give. Bit j of bits[i] is set if row i
// of a has another value than 0 there; where only some of the rows do, 0 times b is added to
// others.
template <std::size_t batches, std::size_t rows>
[[gnu::always_inline]] inline void add_block(const float* a, std::size_t row_stride,
                                             std::size_t inner_stride, const std::uint64_t* bits,
                                             const float* b, std::size_t b_stride, float* c,
                                             Strip<batches, rows> strip, bool overwrite) {
  std::uint64_t left = 0;
  for (std::size_t i = 0; i < rows; ++i) left |= bits[i];
  if (!left && !overwrite) return;
  if (overwrite)
    strip.clear();
  else
    strip.load(c);
  for (; left; left &= left - 1) {
    const auto j = static_cast<std::size_t>(std::countr_zero(left));
    std::array<Batch, rows> factors;
    for (std::size_t i = 0; i < rows; ++i) factors[i] = Batch(a[i * row_stride + j * inner_stride]);
    strip.add(factors, b + j * b_stride);
  }
  strip.store(c);
}

// Takes the inner size in blocks of 64: the rows of b in a block stay in the first cache while all
// rows of c are computed, and the values of a row of a in the block are the bits of one word.
template <std::size_t batches, bool transpose_a>
void sparse_product(const SparseProductTile& tile) {
  constexpr std::size_t inner_block = SparseProductTile::inner_block;
  const std::size_t row_stride = transpose_a ? 1 : tile.a_stride;
  const std::size_t inner_stride = transpose_a ? tile.a_stride : 1;
  const Strip<batches, rows_together> strip(tile.columns, tile.c_stride);
  const Strip<batches, 1> strip_of_one(tile.columns, tile.c_stride);
  std::uint64_t found[SparseProductTile::most_rows];
  for (std::size_t l = 0; l < tile.k; l += inner_block) {
    const std::size_t inner = std::min(inner_block, tile.k - l);
    const float* a = tile.a + l * inner_stride;
    const float* b = tile.b + l * tile.b_stride;
    const std::uint64_t* bits = found;
    if (tile.nonzeros)
      bits = tile.nonzeros + l / inner_block * tile.nonzeros_stride;
    else
      find_nonzeros(a, tile.a_stride, transpose_a, tile.rows, inner, found);
    const bool overwrite = l == 0 && !tile.accumulate;
    std::size_t i = 0;
    const auto add_to = [&](const auto& rows_of_c) {
      add_block(a + i * row_stride, row_stride, inner_stride, bits + i, b, tile.b_stride,
                tile.c + i * tile.c_stride, rows_of_c, overwrite);
    };
    for (; i + rows_together <= tile.rows; i += rows_together) add_to(strip);
    for (; i < tile.rows; ++i) add_to(strip_of_one);
  }
}

void sparse_product(const SparseProductTile& tile, bool transpose_a) {
  const auto run = [&]<std::size_t... i>(std::index_sequence<i...>) {
    using Kernel = void (*)(const SparseProductTile&);
    constexpr Kernel plain[] = {sparse_product<i + 1, false>...};
    constexpr Kernel transposed[] = {sparse_product<i + 1, true>...};
    const Kernel* kernels = transpose_a ? transposed : plain;
    kernels[(tile.columns - 1) / width](tile);
  };
  run(std::make_index_sequence<most_batches>());
}

bool pack(const float* b, std::size_t stride, std::size_t rows, std::size_t columns, float* packed,
          std::size_t packed_stride) {
  const auto run = [&]<std::size_t... i>(std::index_sequence<i...>) {
    constexpr decltype(&pack<1>) packs[] = {pack<i + 1>...};
    return packs[(columns - 1) / width](b, stride, rows, columns, packed, packed_stride);
  };
  return run(std::make_index_sequence<most_batches>());
}

std::size_t count_nonzeros(const float* x, std::size_t n) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < n; ++i) count += x[i] != 0;
  return count;
}

}  // namespace

}  // namespace keratin::kernels
