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

// Up to batches * width columns of one row of c, held in registers. Where the columns are not a
// multiple of the width, the last batch starts earlier, so that it ends with them; where it
// overlaps the batch before, both compute the same values. Packed rows of b repeat the overlapping
// columns, so that all of their loads are aligned.
template <std::size_t batches>
class Strip {
 public:
  static constexpr std::size_t packed_size = batches * width;
  explicit Strip(std::size_t columns) : last_(columns - width) {}
  void clear() {
    for (Batch& total : totals_) total = Batch(0.0f);
  }
  void load(const float* c) {
    for (std::size_t t = 0; t < batches; ++t) totals_[t] = Batch::load_unaligned(c + at(t));
  }
  void add(float factor, const float* packed) {
    for (std::size_t t = 0; t < batches; ++t)
      totals_[t] = xsimd::fma(Batch(factor), Batch::load_aligned(packed + t * width), totals_[t]);
  }
  void store(float* c) const {
    for (std::size_t t = 0; t < batches; ++t) totals_[t].store_unaligned(c + at(t));
  }
  std::size_t at(std::size_t t) const { return t + 1 < batches ? t * width : last_; }

 private:
  Batch totals_[batches];
  std::size_t last_;
};

// Copies rows of b to where sparse_product() reads them. Returns whether all values are finite.
template <std::size_t batches>
bool pack(const float* b, std::size_t stride, std::size_t rows, std::size_t columns,
          float* packed) {
  Strip<batches> strip(columns);
  Batch not_finite[batches];
  std::fill_n(not_finite, batches, Batch(0.0f));
  for (std::size_t j = 0; j < rows; ++j, b += stride, packed += strip.packed_size)
    for (std::size_t t = 0; t < batches; ++t) {
      const Batch values = Batch::load_unaligned(b + strip.at(t));
      values.store_aligned(packed + t * width);
      // Becomes NaN as soon as one value is not finite: infinity times 0 is NaN.
      not_finite[t] = xsimd::fma(values, Batch(0.0f), not_finite[t]);
    }
  for (std::size_t t = 1; t < batches; ++t) not_finite[0] += not_finite[t];
  return xsimd::hadd(not_finite[0]) == 0;
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

// The columns of up to 64 rows as bits: bit r of bits[j] is set if x[r][j] is not zero.
void nonzero_bits_of_columns(const float* x, std::size_t stride, std::size_t rows,
                             std::size_t columns, std::uint64_t* bits) {
  using Bits = xsimd::batch<std::uint32_t, KERATIN_ARCH>;
  std::fill_n(bits, columns, std::uint64_t{0});
  std::size_t j = 0;
  for (; j + width <= columns; j += width)
    for (std::size_t half = 0; half < rows; half += 32) {
      Bits lanes(0u);
      for (std::size_t r = half; r < std::min(rows, half + 32); ++r) {
        const Bits value = xsimd::bitwise_cast<Bits>(load(x + r * stride + j));
        const Bits without_sign = value + value;
        lanes |= xsimd::select(without_sign == Bits(0u), Bits(0u), Bits(1u << (r - half)));
      }
      alignas(64) std::uint32_t words[width];
      lanes.store_aligned(words);
      for (std::size_t i = 0; i < width; ++i) bits[j + i] |= std::uint64_t{words[i]} << half;
    }
  for (; j < columns; ++j)
    for (std::size_t r = 0; r < rows; ++r) bits[j] |= std::uint64_t{x[r * stride + j] != 0} << r;
}

// Takes the inner size in blocks of 64: the rows of b in a block stay in the first cache while all
// rows of c are computed, and the values of a row of a in the block are the bits of one word.
template <std::size_t batches, bool transpose_a>
void sparse_product(const SparseProductTile& tile) {
  constexpr std::size_t inner_block = 64;
  const std::size_t row_stride = transpose_a ? 1 : tile.a_stride;
  const std::size_t inner_stride = transpose_a ? tile.a_stride : 1;
  Strip<batches> strip(tile.columns);
  for (std::size_t l = 0; l < tile.k; l += inner_block) {
    const std::size_t inner = std::min(inner_block, tile.k - l);
    const float* a = tile.a + l * inner_stride;
    const float* b = tile.packed_b + l * strip.packed_size;
    std::uint64_t bits[SparseProductTile::most_rows];
    if constexpr (transpose_a)
      nonzero_bits_of_columns(a, inner_stride, inner, tile.rows, bits);
    else
      for (std::size_t i = 0; i < tile.rows; ++i) bits[i] = nonzero_bits(a + i * row_stride, inner);
    const bool overwrite = l == 0 && !tile.accumulate;
    for (std::size_t i = 0; i < tile.rows; ++i) {
      if (!bits[i] && !overwrite) continue;
      float* c = tile.c + i * tile.c_stride;
      if (overwrite)
        strip.clear();
      else
        strip.load(c);
      for (std::uint64_t left = bits[i]; left; left &= left - 1) {
        const auto j = static_cast<std::size_t>(std::countr_zero(left));
        strip.add(a[i * row_stride + j * inner_stride], b + j * strip.packed_size);
      }
      strip.store(c);
    }
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

bool pack(const float* b, std::size_t stride, std::size_t rows, std::size_t columns,
          float* packed) {
  const auto run = [&]<std::size_t... i>(std::index_sequence<i...>) {
    constexpr decltype(&pack<1>) packs[] = {pack<i + 1>...};
    return packs[(columns - 1) / width](b, stride, rows, columns, packed);
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
