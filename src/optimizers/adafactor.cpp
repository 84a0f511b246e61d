#include "keratin/optimizers/adafactor.hpp"

#include <algorithm>
#include <cmath>

#include "keratin/check.hpp"
#include "kernels/simd.hpp"
#include "optimizers/elements.hpp"

namespace keratin::optimizers {

namespace {

float rms(const Tensor& x) {
  return std::sqrt(static_cast<float>(sum_of_squares(x) / static_cast<double>(x.size())));
}

struct Matrix {
  const float* gradient;
  std::size_t rows, columns;
  float *r, *c, *v;
};

// x becomes keep x + (1 - keep) mean, where `sum` is of that many squares.
void follow(float& x, double sum, std::size_t count, float keep, double epsilon) {
  const auto mean = static_cast<float>(sum / static_cast<double>(count) + epsilon);
  x = keep * x + (1 - keep) * mean;
}

void average_rows(const Matrix& m, float keep, double epsilon) {
  const std::size_t grain = 1 + weights_in_slice / m.columns;
  kernels::parallel_slices(m.rows, grain, [&](std::size_t first, std::size_t count) {
    for (std::size_t i = first; i < first + count; ++i)
      follow(m.r[i], kernels::simd().sum_of_squares(m.gradient + i * m.columns, m.columns),
             m.columns, keep, epsilon);
  });
}

void average_columns(const Matrix& m, float* sums, float keep, double epsilon) {
  const std::size_t grain = 16 + weights_in_slice / m.rows;
  kernels::parallel_slices(m.columns, grain, [&](std::size_t first, std::size_t count) {
    const std::size_t end = first + count;
    std::fill(sums + first, sums + end, 0.0f);
    for (std::size_t i = 0; i < m.rows; ++i) {
      const float* row = m.gradient + i * m.columns;
      for (std::size_t j = first; j < end; ++j) sums[j] += row[j] * row[j];
    }
    for (std::size_t j = first; j < end; ++j) follow(m.c[j], sums[j], m.rows, keep, epsilon);
  });
}

void combine(const Matrix& m) {
  float sum = 0;
  for (std::size_t i = 0; i < m.rows; ++i) sum += m.r[i];
  const float mean = sum / static_cast<float>(m.rows);
  const std::size_t grain = 1 + weights_in_slice / m.columns;
  kernels::parallel_slices(m.rows, grain, [&](std::size_t first, std::size_t count) {
    for (std::size_t i = first; i < first + count; ++i) {
      const float factor = m.r[i] / mean;
      for (std::size_t j = 0; j < m.columns; ++j) m.v[i * m.columns + j] = factor * m.c[j];
    }
  });
}

}  // namespace

Adafactor::Adafactor(AdafactorOptions options)
    : Configured(with_default_name(std::move(options), "adafactor")) {
  const double threshold = this->options().clip_threshold;
  check(threshold > 0, name(), "clip_threshold is ", threshold, ", wanted more than 0");
}

std::vector<Optimizer::Slot> Adafactor::slots() const { return {{"r"}, {"c"}, {"velocity"}}; }

std::vector<Optimizer::Slot> Adafactor::slots_of(const Variable& variable) const {
  const Shape& shape = variable.value.shape();
  if (shape.size() < 2) return {{"r", 0, Shape{}}, {"c", 0, Shape{}}, {"velocity"}};  // unused
  Shape rows, columns;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    if (axis + 1 != shape.size()) rows.push_back(shape[axis]);
    if (axis + 2 != shape.size()) columns.push_back(shape[axis]);
  }
  return {{"r", 0, rows}, {"c", 0, columns}, {"velocity"}};
}

// Of the direction u, in the weights' place.
void Adafactor::update(const Slice& slice, const Step&) const {
  kernels::update(kernels::rules::DivideByRoot{}, slice.weights, slice.gradient, slice.slots.data(),
                  slice.size);
}

void Adafactor::average_squares(const Tensor& gradient, std::span<Tensor> slots, float keep) {
  const double epsilon = options().epsilon_1;
  const Shape& shape = gradient.shape();
  if (shape.size() < 2) {
    const auto added = static_cast<float>(epsilon);
    for_each_element(gradient.size(),
                     [g = gradient.data(), v = slots.back().data(), keep, added](std::size_t i) {
                       v[i] = keep * v[i] + (1 - keep) * (g[i] * g[i] + added);
                     });
    return;
  }
  const std::size_t columns = shape.back(), rows = shape[shape.size() - 2];
  const std::size_t size = rows * columns;
  column_sums_.resize({columns});
  for (std::size_t i = 0; size > 0 && i < gradient.size() / size; ++i) {
    const Matrix matrix{gradient.data() + i * size,
                        rows,
                        columns,
                        slots[0].data() + i * rows,
                        slots[1].data() + i * columns,
                        slots[2].data() + i * size};
    average_rows(matrix, keep, epsilon);
    average_columns(matrix, column_sums_.data(), keep, epsilon);
    combine(matrix);
  }
}

void Adafactor::update_variable(Tensor& weights, const Tensor& gradient, std::span<Tensor> slots,
                                const Step& step) {
  const auto number = static_cast<float>(step.number);
  const float least = 1 / std::sqrt(number);
  const bool relative = options().relative_step && !has_schedule();
  const float rate = relative ? std::min(step.learning_rate, least) : step.learning_rate;
  const float scale = std::max(static_cast<float>(options().epsilon_2), rms(weights));
  const float alpha = scale * std::min(rate, least);
  average_squares(gradient, slots,
                  1 - std::pow(number, static_cast<float>(options().beta_2_decay)));
  direction_.resize(weights.shape());
  Optimizer::update_variable(direction_, gradient, slots.last(1), step);
  const float excess =
      std::max(1.0f, rms(direction_) / static_cast<float>(options().clip_threshold));
  add_scaled(1, weights, -alpha / excess, direction_);
}

}  // namespace keratin::optimizers
