#pragma once
// Statistics of columns, and normalization with them. Part of simd.cpp, which is compiled once per
// instruction set: see there.

#include <array>
#include <type_traits>

#include "kernels/simd_batches.hpp"

namespace keratin::kernels {

namespace {

template <std::size_t n>
using Vectors = std::array<Batch, n>;

// Calls body(column, load, store) for vectors of columns from `column` on, four at a time, so that
// each row of a tile is read in order. The last may be a part of one. load(x) gives their values in
// a row, store(values, y) writes them.
template <class Body>
void by_columns(std::size_t columns, const Body& body) {
  const auto whole = [&]<std::size_t n>(std::size_t j, std::integral_constant<std::size_t, n>) {
    body(
        j,
        [](const float* x) {
          Vectors<n> values;
          for (std::size_t t = 0; t < n; ++t) values[t] = load(x + t * width);
          return values;
        },
        [](const Vectors<n>& values, float* y) {
          for (std::size_t t = 0; t < n; ++t) values[t].store_unaligned(y + t * width);
        });
  };
  constexpr std::size_t many = 4;
  std::size_t j = 0;
  for (; j + many * width <= columns; j += many * width)
    whole(j, std::integral_constant<std::size_t, many>());
  for (; j + width <= columns; j += width) whole(j, std::integral_constant<std::size_t, 1>());
  if (const std::size_t rest = columns - j)
    body(
        j, [rest](const float* x) { return Vectors<1>{load_some(x, rest, 0)}; },
        [rest](const Vectors<1>& values, float* y) { store_some(values[0], y, rest); });
}

void column_moments(const float* x, std::size_t rows, std::size_t columns, std::size_t stride,
                    float* mean, float* squares) {
  by_columns(columns, [=](std::size_t j, const auto& get, const auto& put) {
    auto middle = get(x + j);
    for (std::size_t i = 1; i < rows; ++i) {
      const auto values = get(x + i * stride + j);
      for (std::size_t t = 0; t < values.size(); ++t) middle[t] += values[t];
    }
    for (Batch& total : middle) total /= Batch(static_cast<float>(rows));
    auto square = middle;
    square.fill(Batch(0.0f));
    for (std::size_t i = 0; i < rows; ++i) {
      const auto values = get(x + i * stride + j);
      for (std::size_t t = 0; t < values.size(); ++t) {
        const Batch off = values[t] - middle[t];
        square[t] += off * off;
      }
    }
    put(middle, mean + j);
    put(square, squares + j);
  });
}

void normalize_sums(const float* x, const float* dy, std::size_t rows, std::size_t columns,
                    std::size_t stride, const float* mean, float* sums, float* products) {
  by_columns(columns, [=](std::size_t j, const auto& get, const auto& put) {
    const auto middle = get(mean + j);
    auto sum = middle, product = middle;
    sum.fill(Batch(0.0f));
    product.fill(Batch(0.0f));
    for (std::size_t i = 0; i < rows; ++i) {
      const auto gradient = get(dy + i * stride + j), values = get(x + i * stride + j);
      for (std::size_t t = 0; t < values.size(); ++t) {
        sum[t] += gradient[t];
        product[t] += gradient[t] * (values[t] - middle[t]);
      }
    }
    put(sum, sums + j);
    put(product, products + j);
  });
}

void normalize(const float* x, std::size_t rows, std::size_t columns, std::size_t stride,
               const float* mean, const float* factor, const float* offset, float* y) {
  const auto scaled = [](Batch value, Batch middle, Batch scale) {
    return (value - middle) * scale;
  };
  const auto shifted = [](Batch value, Batch middle, Batch scale, Batch shift) {
    return (value - middle) * scale + shift;
  };
  for (std::size_t i = 0; i < rows; ++i, x += stride, y += stride)
    if (offset)
      each<false>(columns, y, shifted, x, mean, factor, offset);
    else
      each<false>(columns, y, scaled, x, mean, factor);
}

void normalize_gradient(const float* x, const float* dy, std::size_t rows, std::size_t columns,
                        std::size_t stride, const float* mean, const float* of_dy,
                        const float* of_x, const float* constant, float* dx, bool accumulate) {
  const auto gradient = [](Batch value, Batch upstream, Batch middle, Batch a, Batch b, Batch c) {
    return a * upstream + b * (value - middle) + c;
  };
  for (std::size_t i = 0; i < rows; ++i, x += stride, dy += stride, dx += stride)
    if (accumulate)
      each<true>(columns, dx, gradient, x, dy, mean, of_dy, of_x, constant);
    else
      each<false>(columns, dx, gradient, x, dy, mean, of_dy, of_x, constant);
}

}  // namespace

}  // namespace keratin::kernels
