#pragma once
// Statistics of columns, and normalization with them. Part of simd.cpp, which is compiled once per
// instruction set: see there.

#include "kernels/simd_batches.hpp"

namespace keratin::kernels {

namespace {

// Calls body(column, load, store) for the batches of a row: the last may be a part of one.
template <class Body>
void by_columns(std::size_t columns, const Body& body) {
  std::size_t j = 0;
  for (; j + width <= columns; j += width)
    body(
        j, [](const float* x) { return load(x); },
        [](Batch value, float* y) { value.store_unaligned(y); });
  if (const std::size_t rest = columns - j)
    body(
        j, [rest](const float* x) { return load_some(x, rest, 0); },
        [rest](Batch value, float* y) { store_some(value, y, rest); });
}

void column_moments(const float* x, std::size_t rows, std::size_t columns, std::size_t stride,
                    float* mean, float* squares) {
  by_columns(columns, [=](std::size_t j, const auto& get, const auto& put) {
    Batch total(0.0f);
    for (std::size_t i = 0; i < rows; ++i) total += get(x + i * stride + j);
    const Batch middle = total / Batch(static_cast<float>(rows));
    Batch square(0.0f);
    for (std::size_t i = 0; i < rows; ++i) {
      const Batch off = get(x + i * stride + j) - middle;
      square += off * off;
    }
    put(middle, mean + j);
    put(square, squares + j);
  });
}

void normalize(const float* x, std::size_t rows, std::size_t columns, std::size_t stride,
               const float* mean, const float* factor, const float* offset, float* y) {
  by_columns(columns, [=](std::size_t j, const auto& get, const auto& put) {
    const Batch middle = get(mean + j), scale = get(factor + j);
    const Batch shift = offset ? get(offset + j) : Batch(0.0f);
    for (std::size_t i = 0; i < rows; ++i)
      put((get(x + i * stride + j) - middle) * scale + shift, y + i * stride + j);
  });
}

void normalize_sums(const float* x, const float* dy, std::size_t rows, std::size_t columns,
                    std::size_t stride, const float* mean, float* sums, float* products) {
  by_columns(columns, [=](std::size_t j, const auto& get, const auto& put) {
    const Batch middle = get(mean + j);
    Batch sum(0.0f), product(0.0f);
    for (std::size_t i = 0; i < rows; ++i) {
      const Batch slope = get(dy + i * stride + j);
      sum += slope;
      product += slope * (get(x + i * stride + j) - middle);
    }
    put(sum, sums + j);
    put(product, products + j);
  });
}

void normalize_gradient(const float* x, const float* dy, std::size_t rows, std::size_t columns,
                        std::size_t stride, const float* mean, const float* of_dy,
                        const float* of_x, const float* constant, float* dx, bool accumulate) {
  by_columns(columns, [=](std::size_t j, const auto& get, const auto& put) {
    const Batch middle = get(mean + j), a = get(of_dy + j), b = get(of_x + j),
                c = get(constant + j);
    for (std::size_t i = 0; i < rows; ++i) {
      const std::size_t at = i * stride + j;
      const Batch slope = a * get(dy + at) + b * (get(x + at) - middle) + c;
      put(accumulate ? slope + get(dx + at) : slope, dx + at);
    }
  });
}

}  // namespace

}  // namespace keratin::kernels
