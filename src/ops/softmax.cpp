#include <algorithm>
#include <array>
#include <span>

#include "keratin/op.hpp"
#include "keratin/ops.hpp"
#include "kernels/pool.hpp"
#include "kernels/simd.hpp"

namespace keratin::ops {

namespace {

// Calls body(index of the first value, number of rows) for slices of about 16k values.
template <class Body>
void by_rows(std::size_t size, std::size_t columns, const Body& body) {
  if (size == 0) return;
  const std::size_t grain = std::max<std::size_t>(1, 16384 / columns);
  kernels::parallel_slices(size / columns, grain,
                           [&](std::size_t row, std::size_t rows) { body(row * columns, rows); });
}

using Rows = decltype(kernels::Simd::softmax);
using RowsGradient = decltype(kernels::Simd::softmax_gradient);

Node along_last_axis(const Op& op, Node x, Rows kernels::Simd::*value,
                     RowsGradient kernels::Simd::*gradient) {
  const std::size_t columns = x.shape().back();
  return record(
      op, {x}, x.shape(),
      [&](Tensor& y) {
        const auto function = kernels::simd().*value;
        by_rows(y.size(), columns, [&](std::size_t i, std::size_t rows) {
          function(x.value().data() + i, y.data() + i, rows, columns);
        });
      },
      [x, columns, gradient](const Tensor& y, const Tensor& dy) {
        accumulate(x, [&](Tensor& dx, float keep) {
          by_rows(y.size(), columns, [&](std::size_t i, std::size_t rows) {
            (kernels::simd().*gradient)(y.data() + i, dy.data() + i, dx.data() + i, rows, columns,
                                        keep != 0);
          });
        });
      });
}

// Applies `function`, which works on the last axis, to any axis, by swapping the two.
template <class Function>
Node along(Node x, int axis, const char* where, const Function& function) {
  const std::size_t at = x.shape().axis(axis, where), last = x.shape().size() - 1;
  if (at == last) return function(x);
  std::array<int, Shape::max_rank> axes{};
  const std::span<int> order(axes.data(), last + 1);
  for (std::size_t i = 0; i <= last; ++i)
    order[i] = static_cast<int>(i == at ? last : i == last ? at : i);
  return transpose(function(transpose(x, order)), order);
}

}  // namespace

Node softmax(Node x, int axis) {
  return along(x, axis, "softmax", [](Node rows) {
    return along_last_axis(softmax_op, rows, &kernels::Simd::softmax,
                           &kernels::Simd::softmax_gradient);
  });
}

Node log_softmax(Node x, int axis) {
  static constexpr Op log_softmax_op{"log_softmax"};
  return along(x, axis, "log_softmax", [](Node rows) {
    return along_last_axis(log_softmax_op, rows, &kernels::Simd::log_softmax,
                           &kernels::Simd::log_softmax_gradient);
  });
}

}  // namespace keratin::ops
