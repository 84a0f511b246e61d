#pragma once
// Products over the nonzero values of a alone: pixels, one-hot rows and what relu leaves are zeros
// for the most part. Part of simd.cpp, which is compiled once per instruction set: see there.

#include <array>
#include <bit>
#include <utility>

#include "kernels/simd_batches.hpp"

namespace keratin::kernels {

namespace {

// 96 columns, or what sixteen registers hold beside a factor; the last strip of a row may be a
// batch wider.
constexpr std::size_t usual_batches = std::min<std::size_t>(96 / width, 12),
                      most_batches = usual_batches + 1;

// Some columns of one row of c in registers. The last batch is moved back to where the columns end:
// it and the one before come to the same values where they overlap. Packed rows of b hold the same
// columns, so that every load of theirs is aligned.
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

template <std::size_t batches>
bool pack(const float* b, std::size_t stride, std::size_t rows, std::size_t columns,
          float* packed) {
  Strip<batches> strip(columns);
  Batch infinite[batches];
  std::fill_n(infinite, batches, Batch(0.0f));
  for (std::size_t j = 0; j < rows; ++j, b += stride, packed += strip.packed_size)
    for (std::size_t t = 0; t < batches; ++t) {
      const Batch values = Batch::load_unaligned(b + strip.at(t));
      values.store_aligned(packed + t * width);
      infinite[t] = xsimd::fma(values, Batch(0.0f), infinite[t]);  // NaN once it is
    }
  for (std::size_t t = 1; t < batches; ++t) infinite[0] += infinite[t];
  return xsimd::hadd(infinite[0]) == 0;
}

// Bit i is lane i's. xsimd 8 has no name for it.
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

// Bit i is set where x[i] is not zero, NaN among them: for up to 64 values.
std::uint64_t nonzero_bits(const float* x, std::size_t n) {
  std::uint64_t bits = 0;
  std::size_t i = 0;
  for (; i + width <= n; i += width) bits |= bits_of(!(load(x + i) == Batch(0.0f))) << i;
  if (i < n) bits |= bits_of(!(load_some(x + i, n - i, 0) == Batch(0.0f))) << i;
  return bits;
}

// Bit r of bits[j] is set where x[r][j] is not zero: for up to 64 rows.
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
        lanes |= xsimd::select(value + value == Bits(0u), Bits(0u),
                               Bits(1u << (r - half)));  // without its sign
      }
      alignas(64) std::uint32_t words[width];
      lanes.store_aligned(words);
      for (std::size_t i = 0; i < width; ++i) bits[j + i] |= std::uint64_t{words[i]} << half;
    }
  for (; j < columns; ++j)
    for (std::size_t r = 0; r < rows; ++r) bits[j] |= std::uint64_t{x[r * stride + j] != 0} << r;
}

// Block by block of the inner size: its rows of b stay in the nearest cache while the rows of c go
// by.
template <std::size_t batches, bool transpose_a>
void sparse_product(const SparseProductTile& tile) {
  constexpr std::size_t block = 64;
  const std::size_t row_stride = transpose_a ? 1 : tile.a_stride,
                    inner_stride = transpose_a ? tile.a_stride : 1;
  Strip<batches> strip(tile.columns);
  for (std::size_t l = 0; l < tile.k; l += block) {
    const std::size_t inner = std::min(block, tile.k - l);
    const float *a = tile.a + l * inner_stride, *b = tile.packed_b + l * strip.packed_size;
    std::uint64_t bits[SparseProductTile::most_rows];
    if constexpr (transpose_a)
      nonzero_bits_of_columns(a, inner_stride, inner, tile.rows, bits);
    else
      for (std::size_t i = 0; i < tile.rows; ++i) bits[i] = nonzero_bits(a + i * row_stride, inner);
    const bool fresh = l == 0 && !tile.accumulate;
    for (std::size_t i = 0; i < tile.rows; ++i) {
      if (!bits[i] && !fresh) continue;
      float* c = tile.c + i * tile.c_stride;
      fresh ? strip.clear() : strip.load(c);
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
    constexpr Kernel plain[] = {sparse_product<i + 1, false>...},
                     transposed[] = {sparse_product<i + 1, true>...};
    (transpose_a ? transposed : plain)[(tile.columns - 1) / width](tile);
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
