#pragma once
// Sums, and softmax and log_softmax over rows. Part of simd.cpp, which is compiled once per
// instruction set: see there.

#include <algorithm>
#include <limits>

#include "kernels/simd_batches.hpp"

namespace keratin::kernels {

namespace {

// Adds in float over runs of 64 batches, and the runs in double: exact enough for any length, and
// fast.
double sum(const float* x, std::size_t n) {
  if (n < width) {  // one chain of additions, which the processor overlaps with the next row's
    float total = 0;
    for (std::size_t i = 0; i < n; ++i) total += x[i];
    return static_cast<double>(total);
  }
  constexpr std::size_t run = 64 * width;
  double total = 0;
  for (std::size_t first = 0; first < n; first += run) {
    const std::size_t end = std::min(n, first + run);
    Batch lanes(0.0f);
    std::size_t i = first;
    for (; i + width <= end; i += width) lanes += load(x + i);
    if (i < end) lanes += load_some(x + i, end - i, 0);
    total += static_cast<double>(sum_of_lanes(lanes));
  }
  return total;
}

// row(first) + ... + row(first + rows - 1). Many rows are split in halves and these are added, so
// that the rounding error does not exceed that of a few hundred additions.
template <class Row>
auto sum_of_rows(const Row& row, std::size_t first, std::size_t rows) -> decltype(row(first)) {
  if (rows > 256)
    return sum_of_rows(row, first, rows / 2) + sum_of_rows(row, first + rows / 2, rows - rows / 2);
  auto total = row(first);
  for (std::size_t i = 1; i < rows; ++i) total += row(first + i);
  return total;
}

// Rows that are shorter than a batch and lie side by side: as many rows as a batch has lanes are
// `columns` whole batches.
void column_sums_of_short_rows(const float* x, std::size_t rows, std::size_t columns, float* out,
                               bool accumulate) {
  alignas(64) float lanes[width * width];
  const std::size_t block = columns * width, blocks = rows / width;
  for (std::size_t j = 0; j < columns; ++j)
    sum_of_rows([&](std::size_t i) { return load(x + i * block + j * width); }, 0, blocks)
        .store_aligned(lanes + j * width);
  for (std::size_t j = 0; j < columns; ++j) {
    const auto in_lanes = [&](std::size_t i) { return lanes[i * columns + j]; };
    const auto rest = [&](std::size_t i) { return x[i * columns + j]; };
    float total = sum_of_rows(in_lanes, 0, width);
    if (rows % width > 0) total += sum_of_rows(rest, blocks * width, rows % width);
    out[j] = accumulate ? out[j] + total : total;
  }
}

void column_sums(const float* x, std::size_t rows, std::size_t columns, std::size_t stride,
                 float* out, bool accumulate) {
  if (rows == 0) {
    if (!accumulate) std::fill_n(out, columns, 0.0f);
    return;
  }
  if (columns < width && columns == stride && rows >= 2 * width)
    return column_sums_of_short_rows(x, rows, columns, out, accumulate);
  std::size_t j = 0;
  for (; j + width <= columns; j += width) {
    const Batch total =
        sum_of_rows([&](std::size_t i) { return load(x + i * stride + j); }, 0, rows);
    (accumulate ? load(out + j) + total : total).store_unaligned(out + j);
  }
  for (; j < columns; ++j) {
    const float total = sum_of_rows([&](std::size_t i) { return x[i * stride + j]; }, 0, rows);
    out[j] = accumulate ? out[j] + total : total;
  }
}

float maximum(const float* x, std::size_t n) {
  float best = -std::numeric_limits<float>::infinity();
  std::size_t i = 0;
  if (n >= width) {
    Batch lanes = load(x);
    for (i = width; i + width <= n; i += width) lanes = xsimd::max(lanes, load(x + i));
    alignas(64) float each_lane[width];
    lanes.store_aligned(each_lane);
    for (float lane : each_lane) best = lane > best ? lane : best;
  }
  for (; i < n; ++i) best = x[i] > best ? x[i] : best;
  return best;
}

// Values of intermediate results that are kept on the stack: 8 KiB.
constexpr std::size_t block = 2048;

// Of rows shorter than this, `width` are computed at once, one in each lane: exp, log and sums then
// work on full batches.
constexpr std::size_t wide_row = 33;

// Calls body(values) for `width` rows at a time, values[j] being their columns j, and stores what
// it leaves there.
template <class Body>
void by_lanes(const float* x, float* y, std::size_t rows, std::size_t columns, const Body& body) {
  Batch values[wide_row];
  alignas(64) float lanes[width];
  for (std::size_t first = 0; first < rows;
       first += width, x += width * columns, y += width * columns) {
    const std::size_t count = std::min(width, rows - first);
    for (std::size_t j = 0; j < columns; ++j) {
      for (std::size_t i = 0; i < width; ++i) lanes[i] = x[std::min(i, count - 1) * columns + j];
      values[j] = Batch::load_aligned(lanes);
    }
    body(values);
    for (std::size_t j = 0; j < columns; ++j) {
      values[j].store_aligned(lanes);
      for (std::size_t i = 0; i < count; ++i) y[i * columns + j] = lanes[i];
    }
  }
}

void subtract_maximum(Batch* values, std::size_t columns) {
  Batch top = values[0];
  for (std::size_t j = 1; j < columns; ++j) top = xsimd::max(top, values[j]);
  for (std::size_t j = 0; j < columns; ++j) values[j] -= top;
}

void softmax_of_narrow_rows(const float* x, float* y, std::size_t rows, std::size_t columns) {
  by_lanes(x, y, rows, columns, [columns](Batch* values) {
    subtract_maximum(values, columns);
    Batch total(0.0f);
    for (std::size_t j = 0; j < columns; ++j) {
      values[j] = functions::Exp::value(values[j], total, total);
      total += values[j];
    }
    const Batch scale = Batch(1.0f) / total;
    for (std::size_t j = 0; j < columns; ++j) values[j] *= scale;
  });
}

void log_softmax_of_narrow_rows(const float* x, float* y, std::size_t rows, std::size_t columns) {
  by_lanes(x, y, rows, columns, [columns](Batch* values) {
    subtract_maximum(values, columns);
    Batch total(0.0f);
    for (std::size_t j = 0; j < columns; ++j)
      total += functions::Exp::value(values[j], total, total);
    const Batch log_total = functions::Log::value(total, total, total);
    for (std::size_t j = 0; j < columns; ++j) values[j] -= log_total;
  });
}

void subtract_maximum(const float* x, float* y, std::size_t columns) {
  const float top = maximum(x, columns);
  for (std::size_t j = 0; j < columns; ++j) y[j] = x[j] - top;
}

void softmax(const float* x, float* y, std::size_t rows, std::size_t columns) {
  if (columns < wide_row) return softmax_of_narrow_rows(x, y, rows, columns);
  for (std::size_t i = 0; i < rows; ++i, x += columns, y += columns) {
    subtract_maximum(x, y, columns);
    MapOf<functions::Exp>::map(y, y, columns, 0, 0);
    const float scale = 1 / static_cast<float>(sum(y, columns));
    for (std::size_t j = 0; j < columns; ++j) y[j] *= scale;
  }
}

// The sum of e^x, computed in blocks.
float sum_of_exp(const float* x, std::size_t n) {
  float e[block];
  double total = 0;
  for (std::size_t first = 0; first < n; first += block) {
    const std::size_t count = std::min(block, n - first);
    MapOf<functions::Exp>::map(x + first, e, count, 0, 0);
    total += sum(e, count);
  }
  return static_cast<float>(total);
}

void log_softmax(const float* x, float* y, std::size_t rows, std::size_t columns) {
  if (columns < wide_row) return log_softmax_of_narrow_rows(x, y, rows, columns);
  for (std::size_t i = 0; i < rows; ++i, x += columns, y += columns) {
    subtract_maximum(x, y, columns);
    float log_total = sum_of_exp(y, columns);
    MapOf<functions::Log>::map(&log_total, &log_total, 1, 0, 0);
    for (std::size_t j = 0; j < columns; ++j) y[j] -= log_total;
  }
}

void softmax_gradient(const float* y, const float* dy, float* dx, std::size_t rows,
                      std::size_t columns, bool accumulate) {
  for (std::size_t i = 0; i < rows; ++i, y += columns, dy += columns, dx += columns) {
    float dot = 0;
    for (std::size_t j = 0; j < columns; ++j) dot += y[j] * dy[j];
    for (std::size_t j = 0; j < columns; ++j)
      dx[j] = (accumulate ? dx[j] : 0) + y[j] * (dy[j] - dot);
  }
}

void log_softmax_gradient(const float* y, const float* dy, float* dx, std::size_t rows,
                          std::size_t columns, bool accumulate) {
  float e[block];
  for (std::size_t i = 0; i < rows; ++i, y += columns, dy += columns, dx += columns) {
    const float total = static_cast<float>(sum(dy, columns));
    for (std::size_t first = 0; first < columns; first += block) {
      const std::size_t count = std::min(block, columns - first);
      MapOf<functions::Exp>::map(y + first, e, count, 0, 0);
      for (std::size_t j = 0; j < count; ++j)
        dx[first + j] = (accumulate ? dx[first + j] : 0) + dy[first + j] - e[j] * total;
    }
  }
}

}  // namespace

}  // namespace keratin::kernels
