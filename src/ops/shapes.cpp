// Ops that only move values: their gradients move the gradients back.

#include <algorithm>
#include <numeric>

#include "keratin/op.hpp"
#include "keratin/ops.hpp"
#include "kernels/simd.hpp"
#include "ops/map.hpp"
#include "ops/processes.hpp"
#include "xt.hpp"

namespace keratin::ops {

namespace {

// Writes or, with keep, adds n values of dy to d.
void copy_or_add(const float* dy, float* d, std::size_t n, float keep) {
  if (keep != 0)
    kernels::simd().add(dy, d, n);
  else
    std::copy_n(dy, n, d);
}

}  // namespace

Node reshape(Node x, const Shape& shape) {
  check(shape.elements() == x.value().size(), "reshape", "cannot reshape ", x.shape(), " to ",
        shape);
  const bool keeps_rows =
      x.shape().empty() ||
      (!shape.empty() && shape.front() % std::max<std::size_t>(1, x.shape().front()) == 0);
  if (!keeps_rows) refuse_divided(x, "reshape");
  const Node y = x.tape().emit_reshaped(&reshape_op, x, shape);
  auto& slot = x.tape().slot(y);
  if (slot.wants_grad)
    slot.backward.set([x](const Tensor&, const Tensor& dy) {
      accumulate(
          x, [&](Tensor& dx, float keep) { copy_or_add(dy.data(), dx.data(), dx.size(), keep); });
    });
  return y;
}

Node flatten(Node x) {
  check(!x.shape().empty(), "flatten", "a scalar has no batch axis");
  const std::size_t rows = x.shape().front();
  return reshape(x, {rows, x.shape().without_batch().elements()});
}

Node squeeze(Node x, int axis) {
  const std::size_t gone = x.shape().axis(axis, "squeeze");
  check(x.shape()[gone] == 1, "squeeze", "axis ", axis, " of shape ", x.shape(), " has not size 1");
  Shape shape;
  for (std::size_t i = 0; i < x.shape().size(); ++i)
    if (i != gone) shape.push_back(x.shape()[i]);
  return reshape(x, shape);
}

Node expand_dims(Node x, int axis) {
  Shape longer = x.shape();
  longer.push_back(1);
  const std::size_t added = longer.axis(axis, "expand_dims");
  for (std::size_t i = longer.size() - 1; i > added; --i) longer[i] = longer[i - 1];
  longer[added] = 1;
  return reshape(x, longer);
}

Node transpose(Node x, std::span<const int> axes) {
  const std::size_t rank = x.shape().size();
  check(axes.empty() || axes.size() == rank, "transpose", "got ", axes.size(), " axes for shape ",
        x.shape());
  std::array<std::size_t, Shape::max_rank> order{};
  Shape shape;
  std::uint32_t seen = 0;
  for (std::size_t i = 0; i < rank; ++i) {
    order[i] = axes.empty() ? rank - 1 - i : x.shape().axis(axes[i], "transpose");
    check(!(seen >> order[i] & 1), "transpose", "axis ", order[i], " is named twice");
    seen |= 1u << order[i];
    shape.push_back(x.shape()[order[i]]);
  }
  if (rank > 0 && order[0] != 0) refuse_divided(x, "transpose");
  static constexpr Op op{"transpose"};
  return record(
      op, {x}, shape,
      [&](Tensor& y) {
        xt::noalias(view(y)) = xt::transpose(
            view(x.value()), xt::svector<std::size_t>(order.begin(), order.begin() + rank));
      },
      [x, order, rank](const Tensor&, const Tensor& dy) {
        accumulate(x, [&](Tensor& dx, float keep) {
          xt::svector<std::size_t> inverse(rank);
          for (std::size_t i = 0; i < rank; ++i) inverse[order[i]] = i;
          auto out = view(dx);
          if (keep != 0)
            xt::noalias(out) += xt::transpose(view(dy), inverse);
          else
            xt::noalias(out) = xt::transpose(view(dy), inverse);
        });
      });
}

Node transpose(Node x, std::initializer_list<int> axes) {
  return transpose(x, std::span<const int>(axes.begin(), axes.size()));
}

namespace {

const Tensor& value_of(const Node& part) { return part.value(); }
const Tensor& value_of(const Tensor& part) { return part; }

// How parts are joined along an axis. The axes before it count `outer` rows, which in the result
// consist of the parts' rows one after the other.
struct Joined {
  Shape shape;
  std::size_t outer = 1, row = 0;  // row: values in a row of the result

  template <class Part>
  Joined(std::span<const Part> parts, int axis) {
    check(parts.size() > 0, "concatenate", "got no parts");
    const Shape first = parts.front().shape();
    const std::size_t at = first.axis(axis, "concatenate");
    shape = first;
    shape[at] = 0;
    for (const Part& part : parts) {
      Shape same = part.shape();
      check(same.size() == first.size(), "concatenate", "shapes ", first, " and ", part.shape(),
            " differ in rank");
      shape[at] += same[at];
      same[at] = first[at];
      check(same == first, "concatenate", "shapes ", first, " and ", part.shape(),
            " differ beside axis ", at);
    }
    outer = std::accumulate(first.begin(), first.begin() + at, std::size_t{1}, std::multiplies<>());
    row = shape.elements() / std::max<std::size_t>(1, outer);
  }

  /// Calls each(part, length, offset): rows of the part have `length` values, which stand at
  /// `offset` in the rows of the result.
  template <class Part, class Each>
  void for_each(std::span<const Part> parts, const Each& each) const {
    std::size_t offset = 0;
    for (const Part& part : parts) {
      const std::size_t length = value_of(part).size() / std::max<std::size_t>(1, outer);
      each(part, length, offset);
      offset += length;
    }
  }

  template <class Part>
  void copy(std::span<const Part> parts, Tensor& y) const {
    for_each(parts, [&](const Part& part, std::size_t length, std::size_t offset) {
      for (std::size_t o = 0; o < outer; ++o)
        std::copy_n(value_of(part).data() + o * length, length, y.data() + o * row + offset);
    });
  }
};

}  // namespace

Tensor concatenate(std::span<const Tensor> parts, int axis) {
  const Joined joined(parts, axis);
  Tensor result = Tensor::uninitialized(joined.shape);
  joined.copy(parts, result);
  return result;
}

Tensor concatenate(std::initializer_list<Tensor> parts, int axis) {
  return concatenate(std::span(parts.begin(), parts.size()), axis);
}

Node concatenate(std::initializer_list<Node> parts, int axis) {
  const std::span<const Node> nodes(parts.begin(), parts.size());
  const Joined joined(nodes, axis);
  if (nodes.front().shape().axis(axis, "concatenate") == 0)
    for (const Node& part : nodes) refuse_divided(part, "concatenate");
  static constexpr Op op{"concatenate"};
  return record(
      op, parts, joined.shape, [&](Tensor& y) { joined.copy(nodes, y); },
      [kept = std::vector<Node>(parts), joined](const Tensor&, const Tensor& dy) {
        const auto add_slice = [&](const Node& part, std::size_t length, std::size_t offset) {
          accumulate(part, [&](Tensor& d, float keep) {
            for (std::size_t o = 0; o < joined.outer; ++o)
              copy_or_add(dy.data() + o * joined.row + offset, d.data() + o * length, length, keep);
          });
        };
        joined.for_each(std::span<const Node>(kept), add_slice);
      });
}

Node slice(Node x, const Shape& start, const Shape& shape) {
  const Shape& from = x.shape();
  bool inside = start.size() == from.size() && shape.size() == from.size();
  for (std::size_t i = 0; inside && i < from.size(); ++i)
    inside = start[i] <= from[i] && shape[i] <= from[i] - start[i];
  check(inside, "slice", "start ", start, " with shape ", shape, " does not lie in ", from);
  if (!from.empty() && shape.front() != from.front()) refuse_divided(x, "slice");
  const auto window = [start, shape] {
    xt::xstrided_slice_vector ranges;
    for (std::size_t i = 0; i < shape.size(); ++i)
      ranges.push_back(xt::range(start[i], start[i] + shape[i]));
    return ranges;
  };
  static constexpr Op op{"slice"};
  return record(
      op, {x}, shape,
      [&](Tensor& y) {
        auto in = view(x.value());
        xt::noalias(view(y)) = xt::strided_view(in, window());
      },
      [x, window](const Tensor&, const Tensor& dy) {
        accumulate_sum(x, [&](Tensor& dx) {
          auto out = view(dx);
          xt::noalias(xt::strided_view(out, window())) += view(dy);
        });
      });
}

Node one_hot(Node indices, int num_classes) {
  check(num_classes >= 1, "one_hot", "num_classes is ", num_classes, ", wanted 1 or more");
  Shape shape = indices.shape();
  shape.push_back(static_cast<std::size_t>(num_classes));
  static constexpr Op op{"one_hot"};
  return without_gradient(op, {indices}, shape, [&](Tensor& y) {
    y.fill(0);
    for (std::size_t i = 0; i < indices.value().size(); ++i)
      if (const float index = indices.value().data()[i];
          index >= 0 && index < static_cast<float>(num_classes))
        y.data()[i * static_cast<std::size_t>(num_classes) + static_cast<std::size_t>(index)] = 1;
  });
}

}  // namespace keratin::ops
