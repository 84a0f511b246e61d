// NumPy's broadcasting as an op of its own, so that elementwise ops only see equal shapes.

#include <algorithm>

#include "keratin/op.hpp"
#include "keratin/ops.hpp"
#include "kernels/simd.hpp"
#include "ops/map.hpp"
#include "ops/processes.hpp"
#include "xt.hpp"

namespace keratin::ops {

Shape broadcast_shape(const Shape& a, const Shape& b, const char* where) {
  const Shape& longer = a.size() >= b.size() ? a : b;
  const Shape& shorter = a.size() >= b.size() ? b : a;
  Shape shape = longer;
  for (std::size_t i = 0; i < shorter.size(); ++i) {
    const std::size_t axis = longer.size() - shorter.size() + i;
    check(longer[axis] == shorter[i] || longer[axis] == 1 || shorter[i] == 1, where, "shapes ", a,
          " and ", b, " do not broadcast");
    if (longer[axis] == 1) shape[axis] = shorter[i];
  }
  return shape;
}

namespace {

// Whether `small` broadcasts to `large` by repeating as a whole, as (3,) does to (5, 3).
bool is_suffix(const Shape& small, const Shape& large) {
  return small.size() <= large.size() &&
         std::equal(small.begin(), small.end(), large.end() - small.size());
}

// Adds to dx the sums of dy over the axes along which x was repeated, in one pass over dy.
void sum_to(const Tensor& dy, Tensor& dx) {
  const std::size_t rank = dy.rank(), lead = rank - dx.rank();
  std::array<std::size_t, Shape::max_rank> index{}, stride{};
  for (std::size_t axis = rank, step = 1; axis-- > lead;) {
    const std::size_t size = dx.shape()[axis - lead];
    stride[axis] = size == 1 ? 0 : step;
    step *= size;
  }
  std::size_t at = 0;
  for (float value : dy.values()) {
    dx.data()[at] += value;
    for (std::size_t axis = rank; axis-- > 0;) {
      at += stride[axis];
      if (++index[axis] < dy.shape()[axis]) break;
      at -= stride[axis] * dy.shape()[axis];
      index[axis] = 0;
    }
  }
}

}  // namespace

Node broadcast_to(Node x, const Shape& shape) {
  if (x.shape() == shape) return x;
  check(broadcast_shape(x.shape(), shape, "broadcast_to") == shape, "broadcast_to", "shape ",
        x.shape(), " does not broadcast to ", shape);
  const bool keeps_rows = x.shape().size() == shape.size() && x.shape().front() == shape.front();
  if (!keeps_rows) refuse_divided(x, "broadcast_to");
  static constexpr Op op{"broadcast_to"};
  return record(
      op, {x}, shape,
      [&](Tensor& y) {
        const Tensor& from = x.value();
        if (from.size() == 1)
          y.fill(from.data()[0]);
        else if (is_suffix(from.shape(), shape))
          for (std::size_t i = 0; i < y.size(); i += from.size())
            std::copy_n(from.data(), from.size(), y.data() + i);
        else
          xt::noalias(view(y)) = xt::broadcast(view(from), dims(shape));
      },
      [x](const Tensor&, const Tensor& dy) {
        accumulate(x, [&](Tensor& dx, float keep) {
          if (dx.size() == 1) {
            dx.data()[0] = (keep != 0 ? dx.data()[0] : 0) +
                           static_cast<float>(kernels::simd().sum(dy.data(), dy.size()));
          } else if (is_suffix(dx.shape(), dy.shape())) {
            const std::size_t rows = dy.size() / std::max<std::size_t>(1, dx.size());
            kernels::simd().column_sums(dy.data(), rows, dx.size(), dx.size(), dx.data(),
                                        keep != 0);
          } else {
            if (keep == 0) dx.fill(0);
            sum_to(dy, dx);
          }
        });
      });
}

}  // namespace keratin::ops
