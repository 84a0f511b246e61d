#include <algorithm>
#include <cmath>
#include <limits>

#include "keratin/op.hpp"
#include "keratin/ops.hpp"
#include "kernels/pool.hpp"
#include "kernels/simd.hpp"

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
  check(axes.size() <= Shape::max_rank, "axes", "got ", axes.size(), " axes, wanted at most ", Shape::max_rank);
  for (int axis : axes) list_[count_++] = axis;
}

namespace ops {

namespace {

// A shape seen as (outer, reduced, inner): one run of neighbouring axes goes, what is before and after stays.
struct Fold {
  std::size_t outer = 1, reduced = 1, inner = 1;
  Shape shape;   // of the result
};

// Calls reduce(x, Fold) for each run of chosen axes, the last first, so that a reduction only has to know one run.
template <class Reduce>
Node by_runs(Node x, const Axes& axes, bool keepdims, const char* where, const Reduce& reduce) {
  const Shape shape = x.shape();
  const std::size_t rank = shape.size();
  std::uint32_t chosen = axes.bits(shape, where);
  if (chosen == 0 && rank > 0) return x;
  Shape left = shape;   // with reduced axes as 1
  for (std::size_t end = rank; end > 0;) {
    if (!(chosen >> (end - 1) & 1)) {
      --end;
      continue;
    }
    std::size_t begin = end;
    Fold fold;
    while (begin > 0 && (chosen >> (begin - 1) & 1)) fold.reduced *= shape[--begin];
    for (std::size_t i = 0; i < begin; ++i) fold.outer *= left[i];
    for (std::size_t i = end; i < rank; ++i) fold.inner *= left[i];
    for (std::size_t i = begin; i < end; ++i) left[i] = 1;
    const bool last = (chosen & ((1u << begin) - 1)) == 0;
    if (!last || keepdims) fold.shape = left;
    else
      for (std::size_t i = 0; i < rank; ++i)
        if (!(chosen >> i & 1)) fold.shape.push_back(shape[i]);
    x = reduce(x, fold);
    end = begin;
  }
  return x;
}

Node scaled_sum(Node x, const Fold& fold, double scale) {
  const auto [outer, reduced, inner, shape] = fold;
  return record({x}, shape,
      [&](Tensor& y) {
        const float* in = x.value().data();
        const auto& table = kernels::simd();
        for (std::size_t o = 0; o < outer; ++o) {
          if (inner == 1) {
            y.data()[o] = static_cast<float>(scale * table.sum(in + o * reduced, reduced));
          } else {
            table.column_sums(in + o * reduced * inner, reduced, inner, inner, y.data() + o * inner, false);
            for (std::size_t i = 0; i < inner; ++i) y.data()[o * inner + i] *= static_cast<float>(scale);
          }
        }
      },
      [x, outer = outer, reduced = reduced, inner = inner, factor = static_cast<float>(scale)](const Tensor&, const Tensor& dy) {
        accumulate(x, [&](Tensor& dx, float keep) {
          float* out = dx.data();
          for (std::size_t o = 0; o < outer; ++o)
            for (std::size_t r = 0; r < reduced; ++r)
              for (std::size_t i = 0; i < inner; ++i, ++out) *out = (keep ? *out : 0) + factor * dy.data()[o * inner + i];
        });
      });
}

}  // namespace

Node sum(Node x, const Axes& axes, bool keepdims) {
  return by_runs(x, axes, keepdims, "sum", [](Node x, const Fold& fold) { return scaled_sum(x, fold, 1); });
}

Node mean(Node x, const Axes& axes, bool keepdims) {
  return by_runs(x, axes, keepdims, "mean", [](Node x, const Fold& fold) { return scaled_sum(x, fold, 1.0 / static_cast<double>(fold.reduced)); });
}

Node max(Node x, const Axes& axes, bool keepdims) {
  return by_runs(x, axes, keepdims, "max", [](Node x, const Fold& fold) {
    const auto [outer, reduced, inner, shape] = fold;
    check(reduced > 0, "max", "an axis of size 0 in shape ", x.shape(), " has no maximum");
    return record({x}, shape,
        [&](Tensor& y) {
          const float* in = x.value().data();
          for (std::size_t o = 0; o < outer; ++o)
            for (std::size_t r = 0; r < reduced; ++r)
              for (std::size_t i = 0; i < inner; ++i, ++in) {
                float& best = y.data()[o * inner + i];
                if (r == 0 || *in > best || *in != *in) best = best != best && r > 0 ? best : *in;   // NaN stays
              }
        },
        [x, outer = outer, reduced = reduced, inner = inner](const Tensor& y, const Tensor& dy) {
          accumulate(x, [&](Tensor& dx, float keep) {
            for (std::size_t o = 0; o < outer; ++o)
              for (std::size_t i = 0; i < inner; ++i) {
                const std::size_t first = o * reduced * inner + i, at = o * inner + i;
                std::size_t ties = 0;
                for (std::size_t r = 0; r < reduced; ++r) ties += x.value().data()[first + r * inner] == y.data()[at];
                for (std::size_t r = 0; r < reduced; ++r) {
                  const std::size_t j = first + r * inner;
                  dx.data()[j] = (keep ? dx.data()[j] : 0) + (x.value().data()[j] == y.data()[at] ? dy.data()[at] / static_cast<float>(ties) : 0);
                }
              }
          });
        });
  });
}

Node logsumexp(Node x, const Axes& axes, bool keepdims) {
  return by_runs(x, axes, keepdims, "logsumexp", [](Node x, const Fold& fold) {
    const auto [outer, reduced, inner, shape] = fold;
    return record({x}, shape,
        [&](Tensor& y) {
          for (std::size_t o = 0; o < outer; ++o)
            for (std::size_t i = 0; i < inner; ++i) {
              const float* in = x.value().data() + o * reduced * inner + i;
              float top = -std::numeric_limits<float>::infinity();
              for (std::size_t r = 0; r < reduced; ++r) top = in[r * inner] > top ? in[r * inner] : top;
              const float shift = std::isfinite(top) ? top : 0;
              double total = 0;
              for (std::size_t r = 0; r < reduced; ++r) total += std::exp(static_cast<double>(in[r * inner] - shift));
              y.data()[o * inner + i] = static_cast<float>(std::log(total) + shift);
            }
        },
        [x, outer = outer, reduced = reduced, inner = inner](const Tensor& y, const Tensor& dy) {
          accumulate(x, [&](Tensor& dx, float keep) {
            std::size_t j = 0;
            for (std::size_t o = 0; o < outer; ++o)
              for (std::size_t r = 0; r < reduced; ++r)
                for (std::size_t i = 0; i < inner; ++i, ++j)
                  dx.data()[j] = (keep ? dx.data()[j] : 0) + dy.data()[o * inner + i] * std::exp(x.value().data()[j] - y.data()[o * inner + i]);
          });
        });
  });
}

}  // namespace ops

}  // namespace keratin
