#pragma once
// Products of blocks of matrices. Part of simd.cpp, which is compiled once per instruction set: see
// there.

#include <algorithm>
#include <array>
#include <utility>

#include "kernels/simd_batches.hpp"

namespace keratin::kernels {

namespace {

// A panel is a part of a block of c that is held in registers: up to panel_rows rows, two batches
// wide. Where there are few rows it is wider, because the processor needs about eight independent
// sums to be busy all the time.
constexpr bool has_fma = width >= 8;  // multiplies and adds in one instruction
constexpr std::size_t panel_rows = registers == 32 ? 14 : 6;
constexpr std::size_t panel_batches = 2;
constexpr std::size_t strip_columns = panel_batches * width;
constexpr std::size_t few_rows = registers == 32 ? 4 : 2;
constexpr std::size_t wide_panel_batches = 6;

// The same value, about which the compiler knows nothing.
template <class T>
[[gnu::always_inline]] inline T opaque(T value) {
  asm("" : "+r"(value));
  return value;
}

// Computes one panel. If `cut`, its last batch holds fewer columns than a batch has lanes. Each
// value of c is one chain of fused multiply-adds in the order of the inner index, added to c in the
// end: so its bits do not depend on the panel that it is in.
template <std::size_t rows, std::size_t batches, bool cut>
void dense_panel(const DenseProductBlock& block) {
  constexpr std::size_t rows_ahead = 32;  // of b; further away than its second cache is slow
  const std::size_t a_row_stride = block.a_row_stride;
  const std::size_t a_inner_stride = block.a_inner_stride;
  const std::size_t b_stride = block.b_stride, k = block.k;
  const std::size_t last = block.columns - (batches - 1) * width;
  const auto load_part = [last](const float* x, std::size_t j) {
    return cut && j + 1 == batches ? load_some(x + j * width, last, 0) : load(x + j * width);
  };
  Batch total[rows][batches];
  unrolled<rows>([&](auto i) {
    unrolled<batches>([&](auto j) {
      total[i][j] = Batch(0.0f);
      if (block.accumulate) __builtin_prefetch(block.c + i * block.c_stride + j * width, 1);
    });
  });
  // Without fused multiply-adds, which round once, each run is summed on its own: short sums make
  // up for the second rounding.
  [[maybe_unused]] Batch of_run[rows][batches];
  const float* b = block.b;
  const float* first_of_runs = block.a;
  for (std::size_t outer = block.outer_runs.count; outer > 0; --outer) {
    const float* first = first_of_runs;
    for (std::size_t run = block.runs.count; run > 0; --run) {
      // A pointer for every three rows: an address may be a pointer plus once or twice a stride.
      constexpr std::size_t pointers = (rows + 2) / 3;
      const float* a[pointers];
      unrolled<pointers>([&](auto p) { a[p] = first + 3 * p * a_row_stride; });
      if constexpr (!has_fma)
        unrolled<rows>([&](auto i) { std::fill_n(of_run[i], batches, Batch(0.0f)); });
      for (std::size_t l = 0; l < k; ++l) {
        Batch row[batches];
        unrolled<batches>([&](auto j) {
          row[j] = load_part(b, j);
          __builtin_prefetch(b + rows_ahead * b_stride + j * width);
        });
        unrolled<rows>([&](auto i) {
          const Batch factor(a[i / 3][i % 3 * a_row_stride]);
          unrolled<batches>([&](auto j) {
            Batch& sum = has_fma ? total[i][j] : of_run[i][j];
            sum = xsimd::fma(factor, row[j], sum);
          });
        });
        // Opaque, or the compiler adds three indices to each pointer: addresses that take longer.
        unrolled<pointers>([&](auto p) { a[p] = opaque(a[p] + a_inner_stride); });
        b += b_stride;
      }
      if constexpr (!has_fma)
        unrolled<rows>(
            [&](auto i) { unrolled<batches>([&](auto j) { total[i][j] += of_run[i][j]; }); });
      first += block.runs.stride;
    }
    first_of_runs += block.outer_runs.stride;
  }
  // Read here, so that addresses in c do not take registers before, and copied, because the
  // compiler cannot know that c is not a part of `block`.
  const DenseProductBlock& same = *opaque(&block);
  float* const c = same.c;
  const std::size_t c_stride = same.c_stride;
  const bool accumulate = same.accumulate;
  unrolled<rows>([&](auto i) {
    unrolled<batches>([&](auto j) {
      float* to = c + i * c_stride;
      if (accumulate) total[i][j] += load_part(to, j);
      if (cut && j + 1 == batches)
        store_some(total[i][j], to + j * width, last);
      else
        total[i][j].store_unaligned(to + j * width);
    });
  });
}

using DensePanel = void (*)(const DenseProductBlock&);

// The panels of 1 to most_rows rows, by rows and batches.
template <std::size_t most_rows, std::size_t most_batches, bool cut>
struct DensePanels {
  std::array<std::array<DensePanel, most_batches>, most_rows> by_rows =
      rows(std::make_index_sequence<most_rows>());

 private:
  template <std::size_t... i>
  static constexpr decltype(by_rows) rows(std::index_sequence<i...>) {
    return {batches<i + 1>(std::make_index_sequence<most_batches>())...};
  }
  template <std::size_t row_count, std::size_t... j>
  static constexpr std::array<DensePanel, most_batches> batches(std::index_sequence<j...>) {
    return {dense_panel<row_count, j + 1, cut>...};
  }
};

template <std::size_t most_rows, std::size_t most_batches>
void multiply_in_panels(const DenseProductBlock& block) {
  static constexpr DensePanels<most_rows, most_batches, false> whole;
  static constexpr DensePanels<most_rows, most_batches, true> cut;
  const std::size_t panels = (block.rows + most_rows - 1) / most_rows;
  constexpr std::size_t panel_columns = most_batches * width;
  // Of b as many columns as a panel has stay in the first cache for all rows of the block.
  for (std::size_t column = 0; column < block.columns; column += panel_columns) {
    DenseProductBlock panel = block;
    panel.columns = std::min(panel_columns, block.columns - column);
    panel.b = block.b + column / strip_columns * block.b_strip_stride;
    const std::size_t batches = (panel.columns + width - 1) / width;
    const bool is_cut = panel.columns % width != 0;
    const auto& kernels = is_cut ? cut.by_rows : whole.by_rows;
    float* c = block.c + column;
    for (std::size_t group = 0; group < block.groups.count; ++group)
      for (std::size_t i = 0; i < panels; ++i) {
        const std::size_t row = block.rows * i / panels;
        panel.rows = block.rows * (i + 1) / panels - row;
        panel.a = block.a + group * block.groups.stride + row * block.a_row_stride;
        panel.c = c;
        kernels[panel.rows - 1][batches - 1](panel);
        c += panel.rows * block.c_stride;
      }
  }
}

void dense_product(const DenseProductBlock& block) {
  const bool strips_side_by_side = block.b_strip_stride == strip_columns;
  if (block.rows <= few_rows && strips_side_by_side)
    multiply_in_panels<few_rows, wide_panel_batches>(block);
  else
    multiply_in_panels<panel_rows, panel_batches>(block);
}

// Squares of 4 x 4 values at a time, so that each cache line is read and written few times.
void transpose(const float* x, std::size_t x_stride, std::size_t rows, std::size_t columns,
               float* y, std::size_t y_stride) {
  constexpr std::size_t four = 4;
  using Four = xsimd::make_sized_batch_t<float, four>;
  std::size_t j = 0;
  for (; j + four <= columns; j += four) {
    std::size_t i = 0;
    for (; i + four <= rows; i += four) {
      const float* from = x + i * x_stride + j;
      const auto row = [&](std::size_t r) { return Four::load_unaligned(from + r * x_stride); };
      const Four even = row(0), odd = row(1), next_even = row(2), next_odd = row(3);
      const Four low_even = xsimd::zip_lo(even, next_even), low_odd = xsimd::zip_lo(odd, next_odd);
      const Four high_even = xsimd::zip_hi(even, next_even),
                 high_odd = xsimd::zip_hi(odd, next_odd);
      float* to = y + j * y_stride + i;
      xsimd::zip_lo(low_even, low_odd).store_unaligned(to);
      xsimd::zip_hi(low_even, low_odd).store_unaligned(to + y_stride);
      xsimd::zip_lo(high_even, high_odd).store_unaligned(to + 2 * y_stride);
      xsimd::zip_hi(high_even, high_odd).store_unaligned(to + 3 * y_stride);
    }
    for (; i < rows; ++i)
      for (std::size_t c = j; c < j + four; ++c) y[c * y_stride + i] = x[i * x_stride + c];
  }
  for (; j < columns; ++j)
    for (std::size_t i = 0; i < rows; ++i) y[j * y_stride + i] = x[i * x_stride + j];
}

}  // namespace

}  // namespace keratin::kernels
