#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <span>
#include <utility>

#include "keratin/activations/functions.hpp"
#include "keratin/op.hpp"
#include "keratin/ops.hpp"

namespace keratin::activations {

namespace {

// Keras's threshold of a row: with the values in descending order z and their running sums c, the
// first k have z_i > (c_i - 1) / i, and it is (c_1 + ... + c_k - 1) / k. Leaves in `order` the
// places of the values in that order, as floats.
struct Threshold {
  std::size_t count;  // k
  float value;
  Threshold(const float* row, std::span<float> order) {
    const auto value_at = [row](float place) { return row[static_cast<std::size_t>(place)]; };
    std::iota(order.begin(), order.end(), 0.0f);
    std::sort(order.begin(), order.end(), [&](float a, float b) {
      return value_at(a) != value_at(b) ? value_at(a) > value_at(b) : a < b;
    });
    float sum = 0, sum_of_sums = 0;
    for (count = 0; count < order.size(); ++count) {
      const float z = value_at(order[count]), next = sum + z;
      if (!(z - (next - 1) / static_cast<float>(count + 1) > 0)) break;
      sum = next;
      sum_of_sums += sum;
    }
    value = (sum_of_sums - 1) / static_cast<float>(count);
  }
};

bool has_nan(std::span<const float> row) {
  return std::any_of(row.begin(), row.end(), [](float value) { return std::isnan(value); });
}

void value_of_row(std::span<const float> x, float* y, std::span<float> order) {
  const float threshold = has_nan(x) ? std::nanf("") : Threshold(x.data(), order).value;
  for (std::size_t i = 0; i < x.size(); ++i) y[i] = std::max(x[i] - threshold, 0.0f);
  if (std::isnan(threshold)) std::fill_n(y, x.size(), threshold);
}

void add_gradient_of_row(std::span<const float> x, const float* dy, float* dx,
                         std::span<float> order) {
  if (has_nan(x)) return;
  const Threshold threshold(x.data(), order);
  float sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (x[i] - threshold.value < 0) continue;
    dx[i] += dy[i];
    sum += dy[i];
  }
  const auto count = static_cast<float>(threshold.count);
  for (std::size_t rank = 0; rank < threshold.count; ++rank)
    dx[static_cast<std::size_t>(order[rank])] -= sum * (count - static_cast<float>(rank)) / count;
}

Node sparsemax_of_rows(Node x) {
  static constexpr Op op{"sparsemax"};
  const std::size_t size = x.shape().back();
  // Calls body(row, first) for each row, with memory for the order of its values.
  const auto for_rows = [size](Node logits, const auto& body) {
    const std::span<float> order = logits.tape().scratch(0, {size}).values();
    const std::span<const float> all = logits.value().values();
    for (std::size_t first = 0; first < all.size(); first += size)
      body(all.subspan(first, size), first, order);
  };
  return record(
      op, {x}, x.shape(),
      [&](Tensor& y) {
        for_rows(x, [&](std::span<const float> row, std::size_t first, std::span<float> order) {
          value_of_row(row, y.data() + first, order);
        });
      },
      [x, for_rows](const Tensor&, const Tensor& dy) {
        accumulate_sum(x, [&](Tensor& dx) {
          for_rows(x, [&](std::span<const float> row, std::size_t first, std::span<float> order) {
            add_gradient_of_row(row, dy.data() + first, dx.data() + first, order);
          });
        });
      });
}

}  // namespace

constinit const UnaryFunction<AxisOptions> sparsemax("sparsemax", [](Node x,
                                                                     const AxisOptions& options) {
  const std::size_t axis = x.shape().axis(options.axis, "sparsemax");
  const std::size_t last = x.shape().size() - 1;
  if (axis == last) return sparsemax_of_rows(x);
  std::array<int, Shape::max_rank> axes{};
  const std::span<int> order(axes.data(), last + 1);
  std::iota(order.begin(), order.end(), 0);
  std::swap(order[axis], order[last]);
  return ops::transpose(sparsemax_of_rows(ops::transpose(x, order)), order);
});

}  // namespace keratin::activations
