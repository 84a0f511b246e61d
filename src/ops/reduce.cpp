#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

#include "keratin/fields.hpp"
#include "keratin/op.hpp"
#include "keratin/ops.hpp"
#include "kernels/pool.hpp"
#include "kernels/simd.hpp"
#include "ops/gather.hpp"
#include "ops/processes.hpp"

namespace keratin {

std::uint32_t Axes::bits(const Shape& shape, const char* where) const {
  if (all_) return (1u << shape.size()) - 1;
  std::uint32_t chosen = 0;
  for (std::size_t i = 0; i < count_; ++i) {
    const std::uint32_t bit = 1u << shape.axis(list_[i], where);
    check(!(chosen & bit), where, "axis ", list_[i], " of shape ", shape, " is named twice");
    chosen |= bit;
  }
  return chosen;
}

Axes::Axes(std::span<const int> axes) : all_(false) {
  check(axes.size() <= Shape::max_rank, "axes", "got ", axes.size(), " axes, wanted at most ",
        Shape::max_rank);
  for (int axis : axes) list_[count_++] = axis;
}

Config Axes::config() const {
  if (all_) return {};
  return to_config(std::vector<int>(list_.begin(), list_.begin() + count_));
}

Axes Axes::from_config(const Config& config) {
  if (config.is_null()) return {};
  if (!config.get_if<Config::List>()) return value_of<int>(config, "axes", "axis");
  return Axes(std::span<const int>(value_of<std::vector<int>>(config, "axes", "axis")));
}

namespace ops {

namespace {

// A shape seen as (outer, reduced, inner): a reduction removes the axes in the middle and keeps
// those before and after them.
struct Fold {
  std::size_t outer = 1, reduced = 1, inner = 1;
  Shape shape;  // of the result
};

// Calls reduce(x, fold). Non-adjacent axes are first moved behind the others, so that a reduction
// only has to know one run of adjacent axes.
template <class Reduce>
Node over(Node x, const Axes& axes, bool keepdims, const char* where, const Reduce& reduce) {
  const Shape shape = x.shape();
  const std::uint32_t chosen = axes.bits(shape, where);
  if (chosen == 0) return x;
  const auto count = static_cast<std::size_t>(std::popcount(chosen));
  const auto end = static_cast<std::size_t>(std::bit_width(chosen));
  const bool adjacent = static_cast<std::size_t>(std::countr_zero(chosen)) + count == end;
  const std::size_t rank = shape.size();
  Fold fold;
  std::array<int, Shape::max_rank> order{};  // the axes that are kept, then the reduced ones
  std::size_t next_kept = 0, next_reduced = rank - count;
  for (std::size_t i = 0; i < rank; ++i) {
    const bool is_reduced = chosen >> i & 1;
    std::size_t& size = is_reduced ? fold.reduced : adjacent && i >= end ? fold.inner : fold.outer;
    size *= shape[i];
    if (!is_reduced || keepdims) fold.shape.push_back(is_reduced ? 1 : shape[i]);
    std::size_t& place = is_reduced ? next_reduced : next_kept;
    order[place] = static_cast<int>(i);
    ++place;
  }
  return reduce(adjacent ? x : transpose(x, std::span<const int>(order.data(), rank)), fold);
}

constexpr Op sum_op{"sum"}, mean_op{"mean"};

// Rows of a table that are summed over the last axis of their indices need not be read as they were
// gathered, nor need the gradient be written for each of them.
Node sum_of_gathered(const Op& op, Node x, const Fold& fold, float scale) {
  const Node table = x.input(0), indices = x.input(1);
  const auto row_groups = [table, indices, group = fold.reduced, scale] {
    const std::size_t rows = table.shape().front();
    return RowGroups{indices.value().data(),
                     indices.value().size(),
                     group,
                     rows,
                     table.value().size() / rows,
                     scale};
  };
  return record(
      op, {table, indices}, fold.shape,
      [&](Tensor& y) { row_groups().sum(table.value().data(), y.data()); },
      [table, row_groups](const Tensor&, const Tensor& dy) {
        accumulate(table, [&](Tensor& dtable, float keep) {
          row_groups().add_gradient(dy.data(), dtable.data(), keep != 0);
        });
      });
}

bool is_sum_of_gathered(Node x, const Fold& fold) {
  if (x.op() != &gather_op || fold.reduced == 0) return false;
  const Shape &table = x.input(0).shape(), &indices = x.input(1).shape();
  return table.size() == 2 && !indices.empty() && fold.inner == table.back() &&
         fold.reduced == indices.back();
}

Node scaled_sum(const Op& op, Node x, const Fold& fold, double scale) {
  if (is_sum_of_gathered(x, fold)) return sum_of_gathered(op, x, fold, static_cast<float>(scale));
  const std::size_t outer = fold.outer, reduced = fold.reduced, inner = fold.inner;
  const std::size_t grain = std::max<std::size_t>(1, 16384 / (reduced * inner + 1));
  return record(
      op, {x}, fold.shape,
      [&](Tensor& y) {
        kernels::parallel_slices(outer, grain, [&](std::size_t first, std::size_t count) {
          const auto& table = kernels::simd();
          for (std::size_t o = first; o < first + count; ++o) {
            const float* const in = x.value().data() + o * reduced * inner;
            float* const out = y.data() + o * inner;
            if (inner == 1) {
              *out = static_cast<float>(scale * table.sum(in, reduced));
            } else {
              table.column_sums(in, reduced, inner, inner, out, false);
              for (std::size_t i = 0; i < inner; ++i) out[i] *= static_cast<float>(scale);
            }
          }
        });
      },
      [x, outer, reduced, inner, grain, factor = static_cast<float>(scale)](const Tensor&,
                                                                            const Tensor& dy) {
        accumulate(x, [&](Tensor& dx, float keep) {
          kernels::parallel_slices(outer, grain, [&](std::size_t first, std::size_t count) {
            float* out = dx.data() + first * reduced * inner;
            for (std::size_t o = first; o < first + count; ++o)
              for (std::size_t r = 0; r < reduced; ++r)
                for (std::size_t i = 0; i < inner; ++i, ++out)
                  *out = (keep != 0 ? *out : 0) + factor * dy.data()[o * inner + i];
          });
        });
      });
}

}  // namespace

namespace {

// Whether the rows of a batch are reduced that are divided among processes.
bool reduces_divided_rows(Node x, const Axes& axes, const char* where) {
  return x.is_divided() && (axes.bits(x.shape(), where) & 1);
}

Node local_sum(Node input, const Axes& axes, bool keepdims, const char* where) {
  return over(input, axes, keepdims, where,
              [](Node x, const Fold& fold) { return scaled_sum(sum_op, x, fold, 1); });
}

}  // namespace

Node sum(Node x, const Axes& axes, bool keepdims) {
  if (reduces_divided_rows(x, axes, "sum"))
    return sum_over_processes(across_rows(x, [&] { return local_sum(x, axes, keepdims, "sum"); }));
  return local_sum(x, axes, keepdims, "sum");
}

Node mean(Node input, const Axes& axes, bool keepdims) {
  if (!reduces_divided_rows(input, axes, "mean"))
    return over(input, axes, keepdims, "mean", [](Node x, const Fold& fold) {
      return scaled_sum(mean_op, x, fold, 1.0 / static_cast<double>(fold.reduced));
    });
  std::size_t count = 1;  // of the values of which each element is the mean
  for (std::size_t i = 0; i < input.shape().size(); ++i)
    if (axes.bits(input.shape(), "mean") >> i & 1) count *= input.shape()[i];
  return sum_over_processes(
      across_rows(input, [&] { return local_sum(input, axes, keepdims, "mean"); }), count);
}

Node max(Node input, const Axes& axes, bool keepdims) {
  if (reduces_divided_rows(input, axes, "max")) refuse_divided(input, "max");
  return over(input, axes, keepdims, "max", [](Node x, const Fold& fold) {
    const std::size_t outer = fold.outer, reduced = fold.reduced, inner = fold.inner;
    check(reduced > 0, "max", "an axis of size 0 in shape ", x.shape(), " has no maximum");
    static constexpr Op op{"max"};
    return record(
        op, {x}, fold.shape,
        [&](Tensor& y) {
          const float* in = x.value().data();
          for (std::size_t o = 0; o < outer; ++o)
            for (std::size_t r = 0; r < reduced; ++r)
              for (std::size_t i = 0; i < inner; ++i, ++in) {
                float& best = y.data()[o * inner + i];
                if (r == 0 || *in > best || *in != *in)
                  best = *in;  // nothing is greater than NaN: it stays
              }
        },
        [x, outer, reduced, inner](const Tensor& y, const Tensor& dy) {
          accumulate_sum(x, [&](Tensor& dx) {
            for (std::size_t o = 0; o < outer; ++o)
              for (std::size_t i = 0; i < inner; ++i) {
                const std::size_t first = o * reduced * inner + i, at = o * inner + i;
                std::size_t ties = 0;
                for (std::size_t r = 0; r < reduced; ++r)
                  ties += x.value().data()[first + r * inner] == y.data()[at];
                const float share = dy.data()[at] / static_cast<float>(ties);
                const float none = std::isnan(y.data()[at]) ? y.data()[at] : 0;  // NaN to all
                for (std::size_t r = 0; r < reduced; ++r) {
                  const std::size_t j = first + r * inner;
                  dx.data()[j] += x.value().data()[j] == y.data()[at] ? share : none;
                }
              }
          });
        });
  });
}

namespace {

// Over a run of values: what is taken off before exp (their maximum, where it is finite), and the
// sum of e^(x - shift).
struct Exponentials {
  float shift = -std::numeric_limits<float>::infinity();
  double total = 0;
  Exponentials(const float* x, std::size_t count, std::size_t stride) {
    for (std::size_t r = 0; r < count; ++r) shift = x[r * stride] > shift ? x[r * stride] : shift;
    if (!std::isfinite(shift)) shift = 0;
    for (std::size_t r = 0; r < count; ++r) total += of(x[r * stride]);
  }
  double of(float x) const { return std::exp(static_cast<double>(x - shift)); }
};

}  // namespace

Node logsumexp(Node input, const Axes& axes, bool keepdims) {
  if (reduces_divided_rows(input, axes, "logsumexp")) refuse_divided(input, "logsumexp");
  return over(input, axes, keepdims, "logsumexp", [](Node x, const Fold& fold) {
    const std::size_t outer = fold.outer, reduced = fold.reduced, inner = fold.inner;
    static constexpr Op op{"logsumexp"};
    return record(
        op, {x}, fold.shape,
        [&](Tensor& y) {
          for (std::size_t o = 0; o < outer; ++o)
            for (std::size_t i = 0; i < inner; ++i) {
              const Exponentials e(x.value().data() + o * reduced * inner + i, reduced, inner);
              y.data()[o * inner + i] =
                  static_cast<float>(std::log(e.total) + static_cast<double>(e.shift));
            }
        },
        [x, outer, reduced, inner](const Tensor&, const Tensor& dy) {
          accumulate_sum(x, [&](Tensor& dx) {
            for (std::size_t o = 0; o < outer; ++o)
              for (std::size_t i = 0; i < inner; ++i) {
                const float* in = x.value().data() + o * reduced * inner + i;
                // Computed again: e^(x - y) would lack the digits that y was rounded to.
                const Exponentials e(in, reduced, inner);
                float* out = dx.data() + o * reduced * inner + i;
                for (std::size_t r = 0; r < reduced; ++r) {
                  const auto share = static_cast<float>(e.of(in[r * inner]) / e.total);
                  out[r * inner] += dy.data()[o * inner + i] * share;
                }
              }
          });
        });
  });
}

}  // namespace ops

}  // namespace keratin
